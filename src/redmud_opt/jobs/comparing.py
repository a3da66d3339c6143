"""What `compare` says of two to four runs, cases or scenarios: inputs, key figures, decisions, where the waste goes.

    report = compare_all(["guangxi", "runs/other"])
    print(report.words("zh"));  report.as_record("en")

A run brings its plan and its recorded inputs, a case or a scenario its inputs alone; `solve` makes plans of those.
Where the waste goes is told only where there are plans.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from redmud_opt.case import CaseFaults, load_case
from redmud_opt.i18n import Message, Money, Tonnes, text
from redmud_opt.jobs.compute import Computed, compute, with_options
from redmud_opt.jobs.folder import RunFolder
from redmud_opt.jobs.inputs import recall
from redmud_opt.jobs.listening import Listener, Stages
from redmud_opt.jobs.outcome import Exit, Report, RunOptions
from redmud_opt.jobs.reaudit import run_fault
from redmud_opt.plan.words import percent, plain, records, said
from redmud_opt.report.labels import labelled
from redmud_opt.study.comparison import Comparison, Side, check_sides, compare, solved_for_value

SHOWN = 12
"""Rows of a table that are told to people; JSON holds all."""


@dataclass(frozen=True, kw_only=True)
class CompareReport(Report):
    """Faults, or the comparison. `without_plan`: the solve of a case that left none, by its name."""

    found: Comparison | None = None
    without_plan: tuple[str, Computed] | None = None

    @property
    def exit(self) -> Exit:
        """0, that of the faults, or that of the solve which left no plan."""
        return self.without_plan[1].exit if self.without_plan is not None else super().exit

    def as_record(self, language: str = "en") -> dict[str, Any]:
        """For JSON: every table whole."""
        if self.found is None:
            told = self.without_plan[1].messages if self.without_plan is not None else ()
            return self.head(language) | {"messages": [said(message, language) for message in told]}
        found = self.found
        return self.head(language) | {
            "sides": {name: _side_record(side) for name, side in found.sides.items()},
            "inputs": records(found.inputs),
            "model": records(found.model),
            **plans_record(found, language),
        }

    def words(self, language: str = "en") -> str:
        """For people."""
        if self.faults is not None:
            return self.faults.render(language)
        if self.without_plan is not None:
            name, computed = self.without_plan
            messages = (Message("compare.without_plan", {"name": name}), *computed.messages)
            return "\n".join(text(message, language) for message in messages)
        assert self.found is not None
        return "\n".join(text(message, language) for message in _told(self.found, language))


def plans_record(found: Comparison, language: str) -> dict[str, Any]:
    """What plans differ in, for JSON; key figures also in words of the language."""
    gains = {name: found.value_gained(name) for name in list(found.plans)[1:] if found.first in found.plans}
    gained = {
        name: {"least_cny": plain(gain.least), "most_cny": plain(gain.most), "resolved": gain.resolved}
        for name, gain in gains.items()
    }
    tables = {name: getattr(found, name) for name in ("kpis", "decisions", "destinations", "flows")}
    told = {name: records(table) for name, table in tables.items()}
    for row in told["kpis"]:
        shown = {name: _cell_words(row["kpi"], row[name], language) for name in found.plans}
        row |= {"label": text(_kpi_name(row), language), "shown": shown}
    lines = [text(_gained(found, name), language) for name in gains]
    return {"value_gained": gained, "gained": lines} | told


def _cell_words(kpi: str, value: float | None, language: str) -> str:
    cell = _kpi_cell(kpi, float("nan") if value is None else value)
    return text(Message("compare.cell", {"cell": cell}), language)


def _side_record(side: Side) -> dict[str, Any]:
    solve = {} if side.plan is None else side.plan.solve
    return {"case": side.case.settings.name, "has_plan": side.plan is not None} | {
        name: plain(solve.get(name)) for name in ("status", "objective", "bound", "gap")
    }


# ---- in words ----------------------------------------------------------------------------------------------------


def _told(found: Comparison, language: str) -> Iterator[Message]:
    yield Message("compare.heading", {"first": found.first, "others": tuple(list(found.sides)[1:])})
    for name in list(found.sides)[1:]:
        yield from _inputs(found, name)
    if len(found.plans) < 2:
        yield Message("compare.inputs_only")
        return
    yield from told_plans(found, language)


def told_plans(found: Comparison, language: str) -> Iterator[Message]:
    """What plans differ in, in words; things by their labels in the language."""
    if found.first in found.plans:
        for name in list(found.plans)[1:]:
            yield _gained(found, name)
    labels: dict[str, str] = {}
    for plan in found.plans.values():
        labels |= {name: label for name, label in plan.labels.get(language, {}).items() if label}
    yield from (labelled(message, labels) for message in _kpis(found))
    yield from (labelled(message, labels) for message in _decisions(found))
    yield from (labelled(message, labels) for message in _amounts(found, found.destinations, "destination"))
    yield from (labelled(message, labels) for message in _amounts(found, found.flows, "flow"))


def _inputs(found: Comparison, name: str) -> Iterator[Message]:
    inputs, model = (frame[frame["of"] == name] for frame in (found.inputs, found.model))
    yield Message(
        "compare.inputs" if len(inputs) else "compare.same_inputs", {"name": name, "count": len(inputs)}
    )
    for row in records(inputs.head(SHOWN)):
        values: dict[str, object] = {key: ("–" if value == "" else value) for key, value in row.items()}
        row_of = Message("compare.row" if row["row"] else "compare.table", values)
        yield Message(f"compare.input_{row['change']}", {**values, "row": row_of})
    yield from _more(len(inputs))
    if not len(inputs):
        return
    counts = {part: int(model[part].sum()) for part in ("costs", "bounds", "coefficients")}
    counts |= {f"{kind}_{change}": int(model.loc[model["part"] == kind, change].sum())
               for kind in ("column", "row") for change in ("added", "removed")}  # fmt: skip
    effect = "compare.model" if any(counts.values()) else "compare.no_effect"
    other = found.sides[name].case.periods != found.sides[found.first].case.periods
    yield Message("compare.other_periods" if other else effect, {"name": name, **counts})


def _gained(found: Comparison, name: str) -> Message:
    gain = found.value_gained(name)
    values: dict[str, object] = {"name": name, "first": found.first}
    values |= {"least": Money(gain.least), "most": Money(gain.most), "gain": Money(gain.middle)}
    other = tuple(one for one in (found.first, name) if not solved_for_value(found.plans[one]))
    if other:
        return Message("compare.not_for_value", values | {"other": other})
    if gain.exact:
        return Message("compare.gained", values)
    return Message("compare.gained_between" if gain.resolved else "compare.not_resolved", values)


def _kpis(found: Comparison) -> Iterator[Message]:
    yield Message("compare.kpis", {"names": tuple(found.plans)})
    for row in found.kpis.to_dict("records"):
        cells = [row[name] for name in found.plans]
        shown = tuple(_kpi_cell(row["kpi"], cell) for cell in cells)
        if len(set(shown)) > 1 or row["kpi"] == "value_cny":
            yield Message("compare.kpi", {"kpi": _kpi_name(row), "cells": shown})


def _kpi_name(row: dict[Any, Any]) -> Message:
    kpi, values = str(row["kpi"]), {"year": row["year"], "target": row["waste_class"]}
    if kpi.startswith("term_"):
        return Message(f"plan.{kpi}")
    if kpi.startswith("rate_"):
        return Message(
            f"compare.{kpi}", {**values, "waste_class": Message(f"plan.class_{row['waste_class']}")}
        )
    if kpi.startswith("account_"):
        return Message(f"report.total.{kpi.removeprefix('account_')}")
    return Message(f"compare.{kpi}", values)


def _kpi_cell(kpi: str, value: float) -> object:
    if kpi == "value_cny" or kpi.startswith("term_"):
        return Money(0.0 if pd.isna(value) else round(value))
    if kpi.startswith("rate_"):
        return "–" if pd.isna(value) else percent(value)
    if kpi == "short_t":
        return Tonnes(0.0 if pd.isna(value) else value)
    return "–" if pd.isna(value) else float(f"{value:.4g}")


def _decisions(found: Comparison) -> Iterator[Message]:
    differing = found.decisions[~found.decisions["alike"].astype(bool)]
    yield Message(
        "compare.decisions" if len(differing) else "compare.same_decisions", {"count": len(differing)}
    )
    for row in differing.to_dict("records"):
        cells = tuple(row[name] or Message("compare.not_at_all") for name in found.plans)
        kind = Message(f"compare.kind_{row['kind']}")
        yield Message("compare.decision", {"kind": kind, "item": row["item"], "cells": cells})


def _amounts(found: Comparison, frame: pd.DataFrame, kind: str) -> Iterator[Message]:
    yield Message(f"compare.{kind}s" if len(frame) else f"compare.same_{kind}s", {"count": len(frame)})
    for row in records(frame.head(SHOWN)):
        values: dict[str, object] = dict(row) | {"cells": tuple(Tonnes(row[name]) for name in found.plans)}
        if kind == "destination":
            values["waste"] = Message(f"plan.class_{row['waste_class'] or 'none'}")
            values["fate"] = Message(f"plan.fate_{row['fate']}", {"at": row["at"]})
            values["cohort"] = Message(f"report.cohort.{row['cohort']}")
        yield Message(f"compare.{kind}", values)
    yield from _more(len(frame))


def _more(count: int) -> Iterator[Message]:
    if count > SHOWN:
        yield Message("compare.more", {"count": count - SHOWN})


# ---- reading -----------------------------------------------------------------------------------------------------


def compare_all(
    given: Sequence[str | Path],
    *,
    solve: bool = False,
    options: RunOptions | None = None,
    listener: Listener | None = None,
) -> CompareReport:
    """Compares runs and cases in the order given; the first is what the others are compared with.

    solve: plans of the cases that come without one, with these options.
    """
    listener, options = listener or Listener(), options or RunOptions()
    try:
        sides = dict(_named(given))
        check_sides(sides)  # before anything is solved
        for name, side in sides.items() if solve else ():
            if side.plan is None:
                computed = compute(side.case, options, Stages(listener))
                if computed.plan is None:
                    return CompareReport(faults=computed.faults, without_plan=(name, computed))
                sides[name] = Side(with_options(side.case, options), computed.plan)
        return CompareReport(found=compare(sides))
    except CaseFaults as faults:
        return CompareReport(faults=faults)


def _named(given: Sequence[str | Path]) -> Iterator[tuple[str, Side]]:
    """Each by the name of its folder or file; names that are taken get a number."""
    taken: set[str] = set()
    for path in given:
        stem = Path(path).stem or str(path)
        name, number = stem, 1
        while name in taken:
            number += 1
            name = f"{stem} ({number})"
        taken.add(name)
        yield name, _side(path)


def _side(path: str | Path) -> Side:
    folder = RunFolder(path)
    if not (folder.path / "options.json").is_file():
        return Side(load_case(path))
    if not folder.holds("plan"):
        raise run_fault("no_plan_here", folder)
    recorded = recall(folder.path)
    if recorded.case is None:
        raise run_fault("inputs_altered", folder, why=tuple(recorded.changed))
    _, options = folder.read_request()
    return Side(with_options(recorded.case, options), folder.read_plan())
