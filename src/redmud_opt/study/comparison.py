"""Plans side by side, two to four of them: what was asked, what is reached, what is decided, where the waste goes.

    found = compare({"base": side, "other": side})
    found.inputs, found.model     what differs in the cases, and what that changes in the model
    found.kpis, found.decisions, found.destinations, found.flows        one column per plan
    found.value_gained("other")   interval: [incumbent − bound of the first, bound − incumbent of the first]

The first is what the others are compared with. Plans are compared over the same time only: horizons that begin or end
on other days are refused. Where periods differ inside the same horizon, decisions are named by their own periods.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from redmud_opt.case import Case, CaseFaults, Fault
from redmud_opt.i18n import Message
from redmud_opt.network import build_network
from redmud_opt.plan import Plan
from redmud_opt.study.asking import Answer, Interval, difference
from redmud_opt.study.inputs_diff import INPUT_COLUMNS, MODEL_COLUMNS, inputs_that_differ, model_that_differs

MOST = 4
"""Most plans side by side."""

NEGLIGIBLE_T = 1e-3
NEGLIGIBLE_CNY = 0.5

KPI_KEYS = ("kpi", "waste_class", "year")
DECISION_KEYS = ("kind", "item")
DESTINATION_KEYS = ("waste_class", "cohort", "fate", "at")
FLOW_KEYS = ("lane", "from_site", "to_site", "material")

Key = tuple[str, ...]
Cells = dict[Key, Any]

EVENTS: tuple[tuple[str, str, str, str], ...] = (
    ("builds", "line", "period", "units"),
    ("closings", "line", "period", "units"),
    ("yard_events", "item", "period", ""),
    ("openings", "lane", "period", ""),
    ("reductions", "option", "decided", ""),
)
"""Tables of what is decided for good: thing, period, how many (blank: one)."""


@dataclass(frozen=True)
class Side:
    """One of the things compared; `plan` is None where only the inputs are."""

    case: Case
    plan: Plan | None = None


@dataclass(frozen=True)
class Comparison:
    """Tables with one column per plan, named as they were given; those of inputs speak of pairs with the first."""

    sides: Mapping[str, Side] = field(repr=False)
    inputs: pd.DataFrame
    model: pd.DataFrame
    kpis: pd.DataFrame
    decisions: pd.DataFrame
    destinations: pd.DataFrame
    flows: pd.DataFrame

    @property
    def first(self) -> str:
        """Name of what the others are compared with."""
        return next(iter(self.sides))

    @cached_property
    def plans(self) -> dict[str, Plan]:
        """Those that have one."""
        return {name: side.plan for name, side in self.sides.items() if side.plan is not None}

    def value_gained(self, name: str) -> Interval:
        """What a plan is worth more than the first [CNY], less penalties of soft targets; each solved for value."""
        return difference(_answer(self.plans[self.first]), _answer(self.plans[name]))


def compare(sides: Mapping[str, Side]) -> Comparison:
    """Compares two to four cases, and the plans of those that have one. Raises CaseFaults for what cannot be."""
    check_sides(sides)
    first, *others = sides
    plans = {name: side.plan for name, side in sides.items() if side.plan is not None}
    inputs, model = [], []
    for name in others:
        before, after = sides[first].case, sides[name].case
        inputs.append(inputs_that_differ(before, after).assign(of=name))
        differing = len(inputs[-1]) > 0 and before.periods == after.periods
        found = (
            model_that_differs(build_network(before), build_network(after))
            if differing
            else pd.DataFrame(columns=list(MODEL_COLUMNS))
        )
        model.append(found.assign(of=name))
    return Comparison(
        sides,
        _stacked(inputs, ("of", *INPUT_COLUMNS)),
        _stacked(model, ("of", *MODEL_COLUMNS)),
        _kpis(plans),
        _decisions(plans),
        _amounts(plans, DESTINATION_KEYS, _destinations_of),
        _amounts(plans, FLOW_KEYS, _flows_of),
    )


def check_sides(sides: Mapping[str, Side]) -> None:
    """Raises CaseFaults for too few or too many, and for horizons that are not the same."""
    faults = list(_faults(sides))
    if faults:
        raise CaseFaults(faults)


def _stacked(frames: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    rows = [row for frame in frames for row in frame[list(columns)].itertuples(index=False, name=None)]
    return pd.DataFrame(rows, columns=list(columns))


def _faults(sides: Mapping[str, Side]) -> Iterator[Fault]:
    if not 2 <= len(sides) <= MOST:
        message = Message("compare.how_many", {"count": len(sides), "most": MOST})
        yield Fault("", 0, "", message)
        return
    first, *others = sides
    spans = {name: (side.case.periods[0].start, side.case.periods[-1].end) for name, side in sides.items()}
    for name in others:
        if spans[name] != spans[first]:
            (start, end), (other_start, other_end) = spans[first], spans[name]
            values: dict[str, object] = {"first": first, "other": name, "start": start, "end": end}
            values |= {"other_start": other_start, "other_end": other_end}
            remedy = Message("compare.same_horizon")
            yield Fault(name, 0, "", Message("compare.other_calendar", values), remedy)


def solved_for_value(plan: Plan) -> bool:
    """Whether it is the most value that was looked for: nothing was asked first, and nothing held."""
    return plan.provenance.get("objective", "value") == "value" and not plan.solve.get("held")


def _answer(plan: Plan) -> Answer:
    """Incumbent and bound of a plan; nothing where something else than value was asked first, or held."""
    if not solved_for_value(plan):
        return Answer(plan.solve["stopped"], None, None)
    return Answer(plan.solve["stopped"], plan.solve["objective"], plan.solve["bound"])


# ---- tables with one column per plan -----------------------------------------------------------------------------


def _side_by_side(found: Mapping[str, Cells], keys: Key, absent: float | str) -> pd.DataFrame:
    """Values of several plans as columns, a row per key in the order of keys."""
    every = sorted({key for cells in found.values() for key in cells})
    rows = [(*key, *(cells.get(key, absent) for cells in found.values())) for key in every]
    return pd.DataFrame(rows, columns=[*keys, *found])


def _amounts(plans: Mapping[str, Plan], keys: Key, of: Callable[[Plan], Cells]) -> pd.DataFrame:
    """Tonnes over the horizon that are not the same in all plans, the largest difference first."""
    found = _side_by_side({name: of(plan) for name, plan in plans.items()}, keys, 0.0)
    amounts = found[list(plans)].to_numpy(dtype=float).reshape(len(found), len(plans))
    spread = np.ptp(amounts, axis=1) if amounts.size else np.zeros(len(found))
    found = found.assign(spread_t=spread)[spread > NEGLIGIBLE_T]
    return found.sort_values("spread_t", ascending=False, ignore_index=True)


def _destinations_of(plan: Plan) -> Cells:
    classes = _by_name(plan.frames["streams"], "origin", "waste_class")
    fates, found = plan.frames["fates"], dict[Key, Any]()
    last = fates["year"].max()
    for row in fates[(fates["fate"] != "stored") | (fates["year"] == last)].to_dict("records"):
        key = (classes.get(row["origin"], ""), str(row["cohort"]), str(row["fate"]), str(row["at"]))
        _add(found, key, row["amount_t"])
    return found


def _flows_of(plan: Plan) -> Cells:
    materials = _by_name(plan.frames["streams"], "stream", "material")
    found: Cells = {}
    for row in plan.frames["flows"].to_dict("records"):
        key = (*(str(row[name]) for name in FLOW_KEYS[:-1]), materials.get(row["stream"], ""))
        _add(found, key, row["flow_t"])
    return found


def _by_name(frame: pd.DataFrame, name: str, value: str) -> dict[str, str]:
    return dict(zip(frame[name].astype(str), frame[value].astype(str), strict=True))


def _add(found: Cells, key: Key, amount: float) -> None:
    found[key] = float(found.get(key, 0.0)) + float(amount)


def _kpis(plans: Mapping[str, Plan]) -> pd.DataFrame:
    """Value and its terms, rates, accounts, shortfalls: all of them, alike or not, in the order of the first plan."""
    cells = {name: _kpis_of(plan) for name, plan in plans.items()}
    order = list(dict.fromkeys(key for found in cells.values() for key in found))
    found = _side_by_side(cells, KPI_KEYS, np.nan)
    place = [order.index(key) for key in found[list(KPI_KEYS)].itertuples(index=False, name=None)]
    return found.iloc[np.argsort(place)].reset_index(drop=True)


def _kpis_of(plan: Plan) -> Cells:
    found: Cells = {("value_cny", "", ""): plan.value_cny}
    for row in plan.frames["value_terms"].to_dict("records"):
        _add(found, (f"term_{row['term']}", "", ""), row["value_cny"])
    found = {key: v for key, v in found.items() if abs(float(v)) > NEGLIGIBLE_CNY or key[0] == "value_cny"}
    for row in plan.frames["rates"].to_dict("records"):
        if not isinstance(row["plant"], str) or not row["plant"]:
            for rate in ("rate_new", "rate_stat", "rate_gross"):
                if np.isfinite(row[rate]):
                    found[rate, str(row["waste_class"]), str(row["year"])] = float(row[rate])
    for row in plan.frames["accounts"].to_dict("records"):
        _add(found, (f"account_{row['account']}", "", ""), row["amount"])
    for row in plan.frames["shortfalls"].to_dict("records"):
        if row["short_t"] > NEGLIGIBLE_T:
            _add(found, ("short_t", str(row["target"]), str(row["year"])), row["short_t"])
    return found


def _decisions(plans: Mapping[str, Plan]) -> pd.DataFrame:
    """What is decided for good, and when in each plan; blank: not at all."""
    table = _side_by_side({name: _decisions_of(plan) for name, plan in plans.items()}, DECISION_KEYS, "")
    alike = [len(set(row)) <= 1 for row in table[list(plans)].itertuples(index=False, name=None)]
    return table.assign(alike=alike)


def _decisions_of(plan: Plan) -> Cells:
    found: dict[Key, list[str]] = {}
    for table, thing, when, units in EVENTS:
        frame = plan.frames[table]
        for row in frame.drop_duplicates([thing, when]).to_dict("records") if len(frame) else ():
            if row[when]:
                many = f" × {row[units]:g}" if units and row[units] > 1 else ""
                found.setdefault((table, str(row[thing])), []).append(f"{row[when]}{many}")
    return {key: ", ".join(when) for key, when in found.items()}
