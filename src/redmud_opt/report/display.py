"""Headline tables as people read them: cells are words, ready to be shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from redmud_opt.i18n import Message, template, text
from redmud_opt.plan import Plan
from redmud_opt.report.headline import FATES, RATES, fates, rates
from redmud_opt.report.labels import Labels, word
from redmud_opt.report.numbers import apart, gap_percent, mass_scale, money_scale, percent
from redmud_opt.report.tables import heading


def fate_cells(plan: Plan, language: str, year: int | None = None, units: str = "auto") -> pd.DataFrame:
    """What became of each waste class, each row in its own unit of mass; columns of zeros are left out."""
    labels, table = Labels(plan, language), fates(plan, year)
    shown = [
        c for c in FATES if c in ("generated_t", "utilised_t", "closing_t") or table[c].abs().max() > 0.5
    ]
    rows = []
    for row in table.to_dict("records"):
        scale = mass_scale([float(row[column]) for column in FATES], language, units)
        cells = {"waste_class": labels.word("class", str(row["waste_class"]))}
        cells |= {column: scale.text(row[column]) for column in shown}
        rows.append({_head("identity", column, language): cell for column, cell in cells.items()})
    return pd.DataFrame(rows)


def used_of_generated(plan: Plan, language: str, units: str = "auto") -> dict[str, tuple[str, str]]:
    """Waste class in words → (used, generated) over the horizon, in one unit."""
    labels = Labels(plan, language)
    found = {}
    for row in fates(plan).to_dict("records"):
        scale = mass_scale([float(row["generated_t"]), float(row["utilised_t"])], language, units)
        word = labels.word("class", str(row["waste_class"]))
        found[word] = scale.figure(row["utilised_t"]), scale.text(row["generated_t"])
    return found


def rate_cells(plan: Plan, language: str, units: str = "auto") -> pd.DataFrame:
    """The three rates per waste class and year, beside the targets that bear on them if there are any."""
    labels, table = Labels(plan, language), rates(plan)
    beside = _beside(plan.frames["targets"], language)
    with_plants = bool((table["plant"] != "").any())
    rows = []
    for row in table.to_dict("records"):
        cells = {"waste_class": labels.word("class", str(row["waste_class"]))}
        if with_plants:
            cells["plant"] = labels.name(str(row["plant"])) or text(Message("report.all_plants"), language)
        scale = mass_scale([float(row["generated_t"])], language, units)
        cells |= {"year": str(row["year"]), "generated_t": scale.text(row["generated_t"])}
        cells |= {name: percent(float(row[name]), language) for name in RATES}
        if beside:
            cells["target"] = text(Message("report.between"), language).join(
                beside.get((row["waste_class"], row["plant"], row["year"]), ())
            )
        rows.append({_head("rates", column, language): cell for column, cell in cells.items()})
    return pd.DataFrame(rows)


def _head(table: str, column: str, language: str) -> str:
    """The heading of a column whose cells carry their own unit."""
    words = heading(table, column, language)
    return words.rpartition({"en": ",", "zh": "，"}[language])[0] if column.endswith("_t") else words


def _beside(table: pd.DataFrame, language: str) -> Mapping[tuple[Any, ...], list[str]]:
    found: dict[tuple[Any, ...], list[str]] = {}
    for row in table.to_dict("records"):
        key = row["waste_class"], row["scope"], row["year"]
        found.setdefault(key, []).append(target_words({str(k): v for k, v in row.items()}, language))
    return found


def target_words(row: Mapping[str, Any], language: str) -> str:
    """A target of a plan: which rate, at least how much, hard or soft, and whether it is met, binding or missed."""

    def say(key: str, **values: object) -> str:
        return text(Message(f"report.target.{key}", values), language)

    reached = ""
    counts_gross = row["iron"] == "gross_feed" and row["rate"] != "rate_gross"
    if counts_gross and math.isfinite(row["reached"]):
        reached = say("gross_feed", rate=percent(float(row["reached"]), language))
    return say(
        row["verdict"] or "unknown",
        rate=word("rate", row["rate"], language),
        at_least=percent(float(row["at_least"]), language, decimals=None),
        kind=say("hard" if row["hard"] else "soft"),
        reached=reached,
    )


def status_words(plan: Plan, language: str) -> str:
    """What the plan is: proved best, or how far from it at most; and why the solve stopped, if not for that."""
    gap, stopped = plan.solve.get("gap"), str(plan.solve.get("stopped"))
    if plan.status == "optimal":
        return text(Message("plan.proved"), language)
    said = Message("plan.without_bound")
    if gap is not None:
        said = Message("plan.with_gap", {"gap": gap_percent(float(gap), language)})
    reason = f"plan.stopped_{stopped}"
    why = "" if template(reason, language) is None else text(Message(reason), language)
    return f"{text(said, language)} {why}".strip()


def proof_words(plan: Plan, language: str) -> str:
    """Best plan, bound and gap of a solve with integers that has a bound."""
    amounts = [float(plan.solve["objective"]), float(plan.solve["bound"])]
    best, bound = apart(amounts, money_scale(amounts, language))
    gap = gap_percent(float(plan.solve["gap"]), language)
    return text(Message("report.proof", {"best": best, "bound": bound, "gap": gap}), language)


def live_words(line: Mapping[str, Any], language: str) -> dict[str, str]:
    """Best plan, bound and gap of a line of progress in words; empty of a solve without integers."""
    if line.get("phase", "lp") == "lp":
        return {}
    known = {name: float(line[name]) for name in ("objective", "bound") if line.get(name) is not None}
    amounts = list(known.values())
    scale = money_scale(amounts, language) if line.get("goal") == "value" else mass_scale(amounts, language)
    words = dict(zip(known, apart(amounts, scale), strict=True))
    gap = line.get("gap")
    return {
        "best": words.get("objective", "–"),
        "bound": words.get("bound", "–"),
        "gap": "–" if gap is None else gap_percent(float(gap), language),
    }
