"""What the plan runs up against, read from its tables: targets, permits, approvals, storages, budgets, and
whatever has a capacity that is used up: lines, lanes, outlets, supplies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pandas as pd

from redmud_opt.case import Case
from redmud_opt.plan import Plan
from redmud_opt.report.display import target_words
from redmud_opt.report.document.blocks import say
from redmud_opt.report.labels import Labels
from redmud_opt.report.loading import book_of, loading
from redmud_opt.report.setting import Setting

FULL = 0.995
"""Share of what is allowed from which on it binds."""


def binding(case: Case, plan: Plan, language: str) -> pd.DataFrame:
    """kind, what, when: one row per thing, its years put together."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for kind, what, when in _rows(case, plan, Labels(plan, language), language):
        if when not in found[kind, what]:
            found[kind, what].append(when)
    rows = [(kind, what, say("between", language).join(when)) for (kind, what), when in found.items()]
    return pd.DataFrame(rows, columns=[say(f"binding.{name}", language) for name in ("kind", "what", "when")])


def _rows(case: Case, plan: Plan, labels: Labels, language: str) -> Iterator[tuple[str, str, str]]:
    yield from _targets(plan, labels, language)
    permit, border = say("binding.permit", language), say("binding.border", language)
    for row in plan.frames["permits"].to_dict("records"):
        if _is_full(row["used_t"], row["allowed_t"]):
            yield permit, f"{labels.name(str(row['receiver']))} · {row['code']}", str(row["year"])
    for row in plan.frames["border_documents"].to_dict("records"):
        if _is_full(row["used_t"], row["allowed_t"]):
            ends = f"{labels.name(str(row['from_province']))} → {labels.name(str(row['to_province']))}"
            yield border, f"{ends} · {row['code']}", str(row["valid_from"])[:4]
    year_of, storage = Setting.of(case).year_of, say("binding.storage", language)
    for row in plan.frames["yards"].to_dict("records"):
        if float(row["filled_share"]) >= FULL:
            yield storage, labels.name(str(row["storage"])), str(year_of[row["period"]])
    for row in plan.frames["budgets"].to_dict("records"):
        if _is_full(row["spent_cny"], row["amount_cny"]):
            yield (
                say("binding.budget", language),
                labels.name(str(row["budget"])),
                labels.window(str(row["window"])),
            )
    yield from _loads(case, plan, labels, language)


def _targets(plan: Plan, labels: Labels, language: str) -> Iterator[tuple[str, str, str]]:
    for row in plan.frames["targets"].to_dict("records"):
        if row["verdict"] in ("binding", "missed"):
            scope = labels.name(str(row["scope"])) or say("all_plants", language)
            what = f"{scope} · {labels.word('class', str(row['waste_class']))}"
            words = target_words({str(name): value for name, value in row.items()}, language)
            yield (
                say("binding.target", language),
                say("binding.of", language, what=what, words=words),
                str(row["year"]),
            )


def _loads(case: Case, plan: Plan, labels: Labels, language: str) -> Iterator[tuple[str, str, str]]:
    """Lines, listed lanes, outlets and supplies that are full in a period of the year."""
    found, year_of = loading(book_of(case, plan)), Setting.of(case).year_of
    full = found[found["share"] >= FULL]
    years = full["period"].map(year_of)
    for row in full.assign(year=years).sort_values(["kind", "item", "year"]).to_dict("records"):
        kind, item = str(row["kind"]), str(row["item"])
        name = labels.lane(item) if kind == "lane" else labels.name(item)
        yield say(f"binding.{kind}", language), name, str(row["year"])


def _is_full(used: object, allowed: object) -> bool:
    if allowed is None:
        return False
    limit, amount = float(str(allowed)), float(str(used))
    return amount > 0.5 and amount >= FULL * limit
