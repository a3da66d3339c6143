"""What a case says about itself: what has no effect yet, what rests on assumptions, what deserves a second look.

None of these is a fault: they are shown by `check`, beside every plan and in its report.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from redmud_opt.case.backing import Backing
from redmud_opt.case.case import RULE_PACK_TABLES, TABLES, Case, Settings
from redmud_opt.case.certificates import out_of_date
from redmud_opt.case.columns import columns, default_of
from redmud_opt.case.draft import key_of
from redmud_opt.case.oddities import oddities
from redmud_opt.i18n import Message

NAMED = 4
"""How many rows a message names before it says how many more there are."""


def _rows(case: Case, table: str) -> tuple[Any, ...]:
    found: tuple[Any, ...] = getattr(case, table)
    return found


def _names(rows: list[Any]) -> Message:
    names = tuple(dict.fromkeys(key_of(row) for row in rows))
    if len(names) <= NAMED:
        return Message("case.rows_named", {"names": names})
    return Message("case.rows_and_more", {"names": names[:NAMED], "more": len(names) - NAMED})


def _idle_tables(case: Case) -> Iterator[Message]:
    pack = case.settings.rule_pack
    from_pack = RULE_PACK_TABLES if pack != "own" else ()
    idle = [
        table for table, row_type in TABLES.items() if not vars(row_type)["ENFORCED"] and _rows(case, table)
    ]
    if any(table in from_pack for table in idle):
        held = tuple(table for table in idle if table in from_pack)
        yield Message("case.unenforced_pack", {"pack": pack, "tables": held})
    for table in idle:
        rows = list(_rows(case, table))
        if table not in from_pack:
            yield Message("case.unenforced_table", {"table": table, "count": len(rows), "rows": _names(rows)})


def _idle_columns(case: Case) -> Iterator[Message]:
    for table, row_type in TABLES.items():
        if not vars(row_type)["ENFORCED"]:
            continue
        for name, column in columns(row_type).items():
            default = default_of(row_type, name)
            rows = [] if column.enforced else [r for r in _rows(case, table) if getattr(r, name) != default]
            if rows:
                values = {"table": table, "column": name, "count": len(rows), "rows": _names(rows)}
                yield Message("case.unenforced_column", values)


def _idle_settings(case: Case) -> Iterator[Message]:
    for name, column in columns(Settings).items():
        value = getattr(case.settings, name)
        if not column.enforced and value != default_of(Settings, name):
            yield Message("case.unenforced_setting", {"key": name, "value": value})


def unenforced(case: Case) -> tuple[Message, ...]:
    """Everything that the case states and the plan does not heed yet, one message per table or column."""
    return (*_idle_settings(case), *_idle_tables(case), *_idle_columns(case))


@dataclass(frozen=True, slots=True)
class Assumptions:
    """How many of the numbers that the plan rests on are measured, derived, assumed, or without any evidence."""

    measured: int
    derived: int
    assumed: int
    unstated: int

    @property
    def total(self) -> int:
        """All numbers counted."""
        return self.measured + self.derived + self.assumed + self.unstated

    @property
    def resting(self) -> int:
        """Numbers that rest on assumptions: assumed, or without evidence."""
        return self.assumed + self.unstated

    def message(self) -> Message:
        """x of y numbers rest on assumptions."""
        return Message(
            "case.assumptions", {"count": self.resting, "total": self.total, "unstated": self.unstated}
        )


def assumptions(case: Case) -> Assumptions:
    """Counts the evidence: a row's own for its principal number, the table `evidence` for the others."""
    found = Counter(number.evidence for number in Backing(case).numbers())
    return Assumptions(found["measured"], found["derived"], found["assumed"], found[""])


def _unused_materials(case: Case) -> list[str]:
    tables = (
        "arisings",
        "relinings",
        "opening_stock",
        "supplies",
        "feeds",
        "outputs",
        "inputs",
        "outlets",
        "storages",
    )
    used = {member for table in tables for row in _rows(case, table) for member in case.members(row.material)}
    return [row.name for row in case.materials if row.name not in used]


def flagged(case: Case) -> tuple[Message, ...]:
    """What may be stated but may not be meant: undated stock, old certificates, idle lines, what decides nothing."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in case.opening_stock:
        if row.arose_on is None:
            found["case.flag_undated"].append(f"{row.material} @ {row.storage}")
    run = {row.process for row in case.line_processes}
    busy = {row.line for row in case.line_processes}
    found["case.flag_never_runs"] = [row.name for row in case.processes if row.name not in run]
    found["case.flag_idle_line"] = [row.name for row in case.lines if row.name not in busy]
    found["case.flag_unused"] = _unused_materials(case)
    found["case.flag_earning"] = [row.name for row in case.processes if row.cost_cny_per_t < 0]
    found["case.flag_earning"] += [row.name for row in case.supplies if row.price_cny_per_t < 0]
    found["case.flag_out_of_date"] = list(out_of_date(case))
    found |= oddities(case)
    return tuple(Message(key, {"names": tuple(names)}) for key, names in found.items() if names)
