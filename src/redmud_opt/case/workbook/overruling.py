"""The own rows of a case that stands for a scenario on a base that calls the library.

A scenario changes library rows as it changes the case's own. What it changes there is written as a row of the case
that overrules the library's: its key, the cells changed, and of a changed principal number its evidence. So a figure
that the scenario scales moves every price that takes it, and all that is not changed stays in the library.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from redmud_opt.case.faults import Fault
from redmud_opt.case.library import EVIDENCE, join, key, key_columns, number_columns, principal
from redmud_opt.case.raw import RawRow, RawTable, RawTables
from redmud_opt.i18n import Message


def own_rows(own: RawTables, library: RawTables, wanted: RawTables, faults: list[Fault]) -> RawTables:
    """Tables of a case that with the library make `wanted`: what a scenario made of the case's own and the library's.

    own: as the files of the base have them. What no rows can say (that a cell of the library be blank) is a fault.
    """
    before, found = join(own, library), dict[str, RawTable]()
    for table, held in wanted.items():
        stated = own.get(table, RawTable((), ()))
        of_place = {row.place: row for row in stated.rows}
        joined = {row.place: row for row in before[table].rows} if table in before else {}
        rows = tuple(
            row
            for now in held.rows
            if (row := _row(table, now, joined.get(now.place), of_place.get(now.place))) is not None
        )
        if rows or table in own:
            header = dict.fromkeys((*stated.header, *(name for row in rows for name in row.cells)))
            found[table] = RawTable(tuple(header), rows, held.whole)
    faults.extend(_unsaid(join(found, library), wanted))
    return dict(sorted(found.items()))


def _row(table: str, now: RawRow, before: RawRow | None, own: RawRow | None) -> RawRow | None:
    """The row as the case is to state it; None of one that the library has as it is."""
    if before is None:
        return now  # the scenario's own
    new = {name for name in {*now.cells, *before.cells} if now.cells.get(name) != before.cells.get(name)}
    if not new:
        return own
    if principal(now, table) in new & {*number_columns(table)}:
        new |= {name for name in EVIDENCE if name in now.cells}
    keys = {name: now.cells[name] for name in key_columns(table) if name in now.cells}
    kept: Mapping[str, str] = keys if own is None else own.cells
    cells = {name: text for name, text in kept.items() if name not in new}
    return replace(now, cells=cells | {name: now.cells[name] for name in sorted(new) if name in now.cells})


def _unsaid(made: RawTables, wanted: RawTables) -> list[Fault]:
    """What the tables made do not say as wanted: a fault for each row that comes out otherwise."""
    found: dict[tuple[str, str], Fault] = {}
    for table in {**wanted, **made}:
        rows, others = (tables.get(table, RawTable((), ())).rows for tables in (wanted, made))
        for row in (*_without(rows, others), *_without(others, rows)):
            place = next(iter(row.moved.values()), row.place)
            name = key(row, table)
            message = Message("case.library_row_unsaid", {"table": table, "row": name})
            fault = Fault(place.file, place.row, "", message, Message("case.change_it_otherwise"))
            found.setdefault((table, name), fault)
    return list(found.values())


def _without(rows: Iterable[RawRow], others: Iterable[RawRow]) -> Iterator[RawRow]:
    """Rows whose cells none of the others has; each of the others counts once."""
    there = Counter(frozenset(row.cells.items()) for row in others)
    for row in rows:
        cells = frozenset(row.cells.items())
        there[cells] -= 1
        if there[cells] < 0:
            yield row
