"""Tables of answers as people read them: what `explain` and `compare` keep as rows, with headings, units and labels.

    for view in answer_tables(record, labels): ...        record: an answer of `explain`, in the language of `labels`

What a table says twice, or for programs only (duals, seconds, how a solve stopped), is left to the JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from redmud_opt.i18n import Message, template, text
from redmud_opt.report.labels import Labels
from redmud_opt.report.numbers import percent
from redmud_opt.report.tables import View

LEFT_OUT = frozenset(
    {
        "kind",
        "whole_numbers",
        "step",
        "stopped",
        "resolved",
        "seconds",
        "distance",
        "verified",
        "holds",
        "gap",
    }
)
"""Columns for programs; those of duals begin with `dual`."""

NAMES = frozenset({"name", "outlet", "target", "at", "province", "thing"})
WORDS = {"waste_class": "class", "rate": "target", "fate": "fate"}
COUNTED = frozenset({"year", "from_year", "plan", "suggestion", "point", "dominated_by"})
"""Numbers that are no amounts."""

PLAN = re.compile(r"plan_(\d+)(_t)?")


def answer_tables(answer: Mapping[str, Any], labels: Labels) -> Iterator[View]:
    """Every table of an answer that has rows; empty columns are left out."""
    for name, rows in answer["tables"].items():
        if rows:
            yield answer_table(name, rows, labels)


def answer_table(name: str, rows: Sequence[Mapping[str, Any]], labels: Labels) -> View:
    """One table."""
    frame = pd.DataFrame(list(rows))
    shown, numbers = {}, {}
    for column in map(str, frame.columns):
        if column in LEFT_OUT or column.startswith("dual") or frame[column].isna().all():
            continue
        if column == "thing" and {"decision", "name"} & set(frame.columns):
            continue
        title = column_heading(column, labels.language)
        shown[title] = _cells(frame[column], column, labels)
        if pd.api.types.is_numeric_dtype(shown[title]) and column not in COUNTED:
            numbers[title] = 2 if column.endswith(("_per_unit_cny", "price")) else 0
    return View(name, text(Message(f"answers.table_{name}"), labels.language), pd.DataFrame(shown), numbers)


def column_heading(column: str, language: str) -> str:
    """The heading of a column, with its unit."""
    of_plan = PLAN.fullmatch(column)
    if of_plan is not None:
        key = "plan_t" if of_plan[2] else "plan_number"
        return text(Message(f"answers.column_{key}", {"number": of_plan[1]}), language)
    key = f"answers.column_{column}"
    return column if template(key, language) is None else text(Message(key), language)  # the name of a side


def is_known(column: str) -> bool:
    """Whether a column is left out, or has a heading in every language."""
    left_out = column in LEFT_OUT or column.startswith("dual") or PLAN.fullmatch(column) is not None
    return left_out or template(f"answers.column_{column}", "en") is not None


def _cells(column: pd.Series, name: str, labels: Labels) -> pd.Series:
    if pd.api.types.is_bool_dtype(column):
        return column.map(
            lambda flag: text(Message("answers.yes" if flag else "answers.no"), labels.language)
        )
    if name.endswith("_share") or name == "share_elsewhere":
        return column.map(lambda share: percent(float(share), labels.language))
    if name == "corner":
        return column.map(lambda goal: text(Message(f"plan.goal_{goal}"), labels.language) if goal else "")
    if name == "unit":
        return column.map(lambda unit: labels.unit(str(unit)) if unit else "")
    if name in WORDS:
        return column.map(lambda value: labels.word(WORDS[name], str(value)) if value else "")
    if name in NAMES:
        return column.map(lambda value: labels.name(str(value)) if value else "")
    return column


COMPARED = ("inputs", "kpis", "decisions", "destinations", "flows")
"""Tables of a comparison, in the order in which they are read."""


def comparison_tables(record: Mapping[str, Any], labels: Labels) -> Iterator[View]:
    """Inputs, key figures, decisions, destinations and flows in which the sides of `compare` differ."""
    sides = list(record["sides"])
    for name in COMPARED:
        rows = [row for row in record.get(name, ()) if _differs(name, row, sides)]
        if rows:
            yield answer_table(name, [_compared(name, row, sides, labels) for row in rows], labels)


def _differs(name: str, row: Mapping[str, Any], sides: Sequence[str]) -> bool:
    if name == "decisions":
        return not row["alike"]
    if name == "kpis":
        return len(set(row["shown"].values())) > 1
    return True


def _compared(name: str, row: Mapping[str, Any], sides: Sequence[str], labels: Labels) -> dict[str, Any]:
    """A row with what it is about in words first, then a cell per side."""
    if name == "kpis":
        return {"what": row["label"]} | dict(row["shown"])
    if name == "inputs":
        words = text(Message(f"answers.change_{row['change']}"), labels.language)
        cells = {key: "–" if row[key] in ("", None) else str(row[key]) for key in ("before", "after")}
        at = {"side": row["of"]} | {key: row[key] for key in ("table", "row", "column")}
        return at | {
            "change_of_input": words,
            "unit": row["unit"],
            "was": cells["before"],
            "is": cells["after"],
        }
    shown = {side: row[side] for side in sides if side in row}
    if name == "decisions":
        none = text(Message("compare.not_at_all"), labels.language)
        kind = text(Message(f"compare.kind_{row['kind']}"), labels.language)
        return {"what": kind, "name": row["item"]} | {side: cell or none for side, cell in shown.items()}
    if name == "destinations":
        cohort = labels.word("cohort", row["cohort"])
        return {key: row[key] for key in ("waste_class", "fate", "at")} | {"cohort": cohort} | shown
    way = {"material": labels.name(row["material"]), "from": labels.name(row["from_site"])}
    return way | {"to": labels.name(row["to_site"])} | shown
