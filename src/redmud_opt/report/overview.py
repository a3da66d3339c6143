"""A plan in one table: what becomes of the waste by kind of use, the three rates, the value, what it rests on.

    overview(case, plan, "en").markdown()

Destinations are grouped by the method code of the process or outlet that uses the waste, as the rule pack words it,
so that plans of many places still fit on a page. Origin tonnes, all cohorts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from redmud_opt.case import Case
from redmud_opt.i18n import Message, text
from redmud_opt.plan import Plan
from redmud_opt.plan.evidence import plan_evidence
from redmud_opt.plan.words import millions
from redmud_opt.report.labels import Labels, word
from redmud_opt.report.numbers import percent

RATES = ("rate_new", "rate_stat", "rate_gross")


@dataclass(frozen=True)
class Overview:
    """Headings, rows of words, and the sentences beneath."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sentences: tuple[str, ...]

    def markdown(self) -> str:
        """The table and the sentences, for a page."""
        lines = [_line(self.headings), "|" + "---|" + "---:|" * (len(self.headings) - 1)]
        lines += [_line(row) for row in self.rows]
        return "\n".join([*lines, "", *self.sentences]) + "\n"


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def overview(case: Case, plan: Plan, language: str = "en") -> Overview:
    """The plan in one table; `case` is the case that it was made for."""
    years = sorted({int(year) for year in plan.frames["rates"]["year"]})
    rows: list[tuple[str, ...]] = []
    fates = destination_kinds(case, plan, language)
    for waste_class in dict.fromkeys(fates["waste_class"]):
        rows += _of_class(plan, fates[fates["waste_class"] == waste_class], waste_class, years, language)
    return Overview(
        headings=(text(Message("overview.thousand_tonnes"), language), *map(str, years)),
        rows=tuple(rows),
        sentences=tuple(_sentences(case, plan, language)),
    )


def methods_of(case: Case, language: str) -> dict[str, str]:
    """Process or outlet → its method of use, as the rule pack words it; those without one are left out."""
    words = {row.code: getattr(row, f"label_{language}") or row.code for row in case.methods}
    method = {row.name: row.method for row in case.processes} | {row.name: row.method for row in case.outlets}
    return {name: words[code] for name, code in method.items() if code in words}


def destination_kinds(case: Case, plan: Plan, language: str) -> pd.DataFrame:
    """Origin tonnes by class, fate, year and kind of destination: the method of use as the rule pack words it."""
    words, labels = methods_of(case, language), Labels(plan, language)
    frame = plan.frames["fates"].copy()
    frame["waste_class"] = [str(origin).partition(":")[0] for origin in frame["origin"]]
    frame["kind"] = [
        words.get(str(at)) or labels.name(str(at))
        if fate in ("utilised", "handed_to_disposal", "handed_out")
        else text(Message(f"overview.{fate}"), language)
        for fate, at in zip(frame["fate"], frame["at"], strict=True)
    ]
    order = {"utilised": 0, "handed_out": 1, "reduced": 2, "handed_to_disposal": 3, "placed": 4, "stored": 5}
    frame["order"] = frame["fate"].map(order)
    keys = ["waste_class", "fate", "order", "kind", "year"]
    return frame.groupby(keys, as_index=False, sort=False)[["amount_t"]].sum()


def _of_class(
    plan: Plan, own: pd.DataFrame, waste_class: str, years: list[int], language: str
) -> Iterator[tuple[str, ...]]:
    rates = plan.frames["rates"]
    whole = rates[(rates["waste_class"] == waste_class) & (rates["plant"] == "")].set_index("year")
    generated = [float(whole["generated_t"].get(year, 0.0)) for year in years]
    yield f"**{word('class', waste_class, language)}**", *(f"**{amount / 1e3:,.0f}**" for amount in generated)
    size = own.groupby(["order", "kind"])["amount_t"].sum().reset_index()
    ranked = size.sort_values(["order", "amount_t"], ascending=[True, False], kind="stable")
    for row in ranked.itertuples(index=False):
        held = own[(own["order"] == row.order) & (own["kind"] == row.kind)].set_index("year")["amount_t"]
        yield str(row.kind), *(f"{held.get(year, 0.0) / 1e3:,.0f}" for year in years)
    for rate in RATES:
        shown = (percent(float(whole[rate].get(year, float("nan"))), language) for year in years)
        yield text(Message(f"overview.{rate}"), language), *shown


def _sentences(case: Case, plan: Plan, language: str) -> Iterator[str]:
    values = {"value": millions(plan.value_cny, 1), "count": len(plan.frames["builds"])}
    yield text(Message("overview.value", values), language)
    weak = plan_evidence(case, plan).on_assumptions
    shares = {name.removeprefix("share_of_"): f"{100 * share:.0f} %" for name, share in weak.items()}
    yield text(Message("overview.assumptions", shares), language)
