"""Rows that are `like` another: a material takes over composition, groups and feeds, a line its unit's cells.

So a plant's own mud is written in one row, and a line by naming the unit in which its equipment is built. What the
row states itself stands before what it takes over. Works on text, as `library` does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from redmud_opt.case.case import TABLES
from redmud_opt.case.columns import Column, columns
from redmud_opt.case.faults import Fault
from redmud_opt.case.library import EVIDENCE, inherited, key, principal, spoken_for, spoken_of
from redmud_opt.case.names import did_you_mean
from redmud_opt.case.raw import RawRow, RawTable, RawTables, is_active, says_yes
from redmud_opt.case.values import BadValue, read_date
from redmud_opt.i18n import Message

_NAMING = ("name", "label_en", "label_zh", "like", "active")
"""What a row never takes over: what it is called."""

_DECIDED = ("capex_cny", "spend_profile", "lead_time_months", "life_a", "ramp_up")
"""Columns of a unit that have no effect on a line that stands already."""

_OWNED = (*_DECIDED, "run_cost_cny_per_h", "fixed_om_cny_per_a")
"""Columns of a unit that are no matter of a line under a contract: it is a partner's, who is paid a fee."""

_DATE = Column("date", "a date")

FOLLOWING = {
    "composition": "material",
    "groups": "member",
    "feeds": "material",
    "outputs": "feed",
    "inputs": "feed",
    "line_processes": "feed",
}
"""Table → column: rows that speak of a material by name, and hold for every material that is like it."""


def like(tables: RawTables, start: date, faults: list[Fault]) -> RawTables:
    """The tables with every `like` carried out; names that do not exist are faults. `start`: of the horizon."""
    found = dict(tables)
    for table, kind in (("materials", "materials"), ("lines", "units")):
        pairs = _pairs(found, table, kind, faults)
        if pairs:
            found[table] = _filled(found[table], pairs, table, kind, start)
            _take_evidence(found, table, kind, pairs)
        for own, base in pairs:
            if table == "materials":
                _follow(found, own, base)
            else:
                _run(found, own, base)
    return found


def _pairs(tables: RawTables, table: str, kind: str, faults: list[Fault]) -> list[tuple[RawRow, RawRow]]:
    """(row, the row that it is like), the row that is taken from filled before it is taken from."""
    if table not in tables:
        return []
    known = {row.cells["name"]: row for row in tables.get(kind, RawTable((), ())).rows if "name" in row.cells}
    found = []
    for row in tables[table].rows:
        wanted = row.cells.get("like")
        if wanted is None or not is_active(row):
            continue
        base = known.get(wanted)
        if base is None or (kind == table and "like" in base.cells):
            place = row.moved.get("like", row.place)
            key_, remedy = (
                ("unknown_like", did_you_mean(wanted, known)) if base is None else ("like_of_like", None)
            )
            faults.append(
                Fault(place.file, place.row, "like", Message(f"case.{key_}", {"name": wanted}), remedy)
            )
        else:
            found.append((row, base))
    return found


def _is_decided(own: RawRow, start: date) -> bool:
    """Whether a line is a candidate, or under construction when the horizon begins: its capex is to be paid."""
    try:
        opens = read_date(own.cells["opens"], _DATE) if "opens" in own.cells else start
    except BadValue:  # told when it is read
        opens = start
    return says_yes(own, "candidate", default=False) or opens > start


def _offered(own: RawRow, base: RawRow, table: str, start: date) -> RawRow:
    """The row to take over from, without its names; without what only a decision needs for a line that stands."""
    left_out = {*_NAMING}
    if table == "lines" and own.cells.get("contract", "").strip():
        left_out.update(_OWNED)
    if table == "lines" and not _is_decided(own, start):
        left_out.update(_DECIDED)
    return replace(base, cells={name: text for name, text in base.cells.items() if name not in left_out})


def _filled(
    held: RawTable, pairs: list[tuple[RawRow, RawRow]], table: str, kind: str, start: date
) -> RawTable:
    filled = {id(own): inherited(own, _offered(own, base, table, start), table, kind) for own, base in pairs}
    header = tuple(dict.fromkeys((*held.header, *columns(TABLES[table]))))
    return replace(held, header=header, rows=tuple(filled.get(id(row), row) for row in held.rows))


def _take_evidence(tables: RawTables, table: str, kind: str, pairs: list[tuple[RawRow, RawRow]]) -> None:
    """Evidence of further numbers goes with the numbers."""
    held = tables.get("evidence", RawTable((), ()))
    own_names = {own.cells.get("name", ""): own for own, _ in pairs}
    stated = {key(row, "evidence") for row in held.rows}
    added = []
    for row in held.rows:
        of, item, column = spoken_of(row)
        for name, own in own_names.items():
            if (of, item) == (kind, own.cells.get("like")) and column not in own.cells:
                moved = replace(row, cells={**row.cells, "table": table, "item": name})
                if key(moved, "evidence") not in stated:
                    added.append(moved)
    tables["evidence"] = replace(held, rows=(*held.rows, *added))


def _copies(held: RawTable, column: str, base: str, own: str, table: str) -> list[tuple[RawRow, RawRow]]:
    """(row that names `base`, its copy that names `own`), where no row of `own` stands there already."""
    copies = [
        (row, replace(row, cells={**row.cells, column: own}))
        for row in held.rows
        if row.cells.get(column) == base
    ]
    stated = {spoken_for(row, table) for row in held.rows} if copies else set()
    return [(row, copy) for row, copy in copies if spoken_for(copy, table) not in stated]


def _follow(tables: RawTables, own: RawRow, base: RawRow) -> None:
    """Rows that name the material hold for the one that is like it, and so does their evidence."""
    name, model = own.cells.get("name", ""), base.cells["name"]
    renamed: dict[tuple[str, str], str] = {}
    for table, column in FOLLOWING.items():
        if table in tables:
            held = tables[table]
            copies = _copies(held, column, model, name, table)
            renamed |= {(table, key(row, table)): key(copy, table) for row, copy in copies}
            tables[table] = replace(held, rows=(*held.rows, *(copy for _, copy in copies)))
    told = tables.get("evidence")
    if told is not None:
        tables["evidence"] = replace(told, rows=(*told.rows, *_retold(told.rows, renamed)))


def _retold(rows: Iterable[RawRow], renamed: dict[tuple[str, str], str]) -> list[RawRow]:
    """Evidence of the copied rows, under their own keys, where nothing is told of them yet."""
    held, found = list(rows), []
    stated = {spoken_of(row) for row in held}
    for row in held:
        item = renamed.get(spoken_of(row)[:2])
        if item is not None:
            copy = replace(row, cells={**row.cells, "item": item})
            found += [copy] if spoken_of(copy) not in stated else []
    return found


def _run(tables: RawTables, own: RawRow, base: RawRow) -> None:
    """A line runs the process of its unit, unless rows say what it runs."""
    held = tables.get("line_processes", RawTable((), ()))
    name = own.cells.get("name", "")
    if any(row.cells.get("line") == name for row in held.rows) or "process" not in base.cells:
        return
    cells = {"line": name, "process": base.cells["process"]}
    if principal(base, "units") == "use_per_t":
        cells |= {column: base.cells[column] for column in ("use_per_t", *EVIDENCE) if column in base.cells}
    row = RawRow(own.place, cells)
    header = tuple(dict.fromkeys((*held.header, "line", "process", "use_per_t", *EVIDENCE)))
    tables["line_processes"] = replace(held, header=header, rows=(*held.rows, row))
