"""What of the library a case uses: everything its own rows name, and what that names in turn.

Some references bind weakly: that a process of the library could be fed with a mud does not bring that mud into
the case. A row with a weak reference is taken where what it speaks of is there already.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from redmud_opt.case.case import TABLES
from redmud_opt.case.columns import Place, columns
from redmud_opt.case.draft import NAMING
from redmud_opt.case.faults import Fault
from redmud_opt.case.library import ANCHORS, is_library, key, rows_of, spoken_of
from redmud_opt.case.raw import RawRow, RawTables, is_active
from redmud_opt.i18n import Message

WEAK = {
    ("feeds", "material"),
    ("outputs", "feed"),
    ("inputs", "feed"),
    ("groups", "member"),
    ("units", "process"),
}
"""(table, column) of references that bring nothing into a case."""

QUOTE = re.compile(r"\s*([^\W\d]\w*)\s*(?:\*\s*(\S+)\s*)?")
"""A number cell that takes a figure: its name, and a factor if there is one."""

Item = tuple[str, RawRow]


def quoted(text: str) -> str | None:
    """The name of the figure that the text of a number cell speaks of; None for anything else."""
    found = QUOTE.fullmatch(text)
    return None if found is None else found[1]


def named(table: str, row: RawRow) -> Iterator[tuple[str, bool]]:
    """(name, whether it binds) for every name that a row speaks of."""
    for column, declared in columns(TABLES[table]).items():
        text = row.cells.get(column)
        if text is None:
            continue
        if declared.kind == "reference" or (table, column) == ("groups", "member"):
            yield text, (table, column) not in WEAK
        elif declared.kind == "number" and (figure := quoted(text)) is not None:
            yield figure, True


def declared(table: str, row: RawRow) -> str | None:
    """The name that a row declares; a row of a group declares nothing by itself, a clause a name for cells only."""
    if table in ("groups", "clauses") or not is_active(row):
        return None
    return (
        row.cells.get(NAMING.get(table, "name"))
        if NAMING.get(table, "name") in columns(TABLES[table])
        else None
    )


def names_of(tables: RawTables) -> Iterator[tuple[str, str]]:
    """(table, name) of everything that the tables declare."""
    for table, row in rows_of(tables):
        name = declared(table, row)
        if name is not None:
            yield table, name


class Closure:
    """Rows taken so far, and the names that are there."""

    def __init__(self, tables: RawTables) -> None:
        self.tables = tables
        self.taken: set[int] = set()
        self.there: set[str] = set()
        self.called: set[str] = set()
        self.by_name: dict[str, list[Item]] = defaultdict(list)
        self.parts: dict[str, list[Item]] = defaultdict(list)
        self.evidence: dict[tuple[str, str], list[Item]] = defaultdict(list)
        self.members: dict[str, set[str]] = defaultdict(set)
        self.waiting: list[Item] = []
        self.off = {
            (row.cells.get("process", ""), row.cells.get("point", ""))
            for table, row in rows_of(tables)
            if table == "points" and not is_active(row)
        }
        own = [item for item in rows_of(tables) if not self._shelved(item)]
        self._take(own)
        while ready := [item for item in self.waiting if self._is_due(item)]:
            self.waiting = [item for item in self.waiting if not self._is_due(item)]
            self._take(ready)

    def _shelved(self, item: Item) -> bool:
        """Puts a row of the library where it is found; False for a row of the case."""
        table, row = item
        if table == "groups":
            self.members[row.cells.get("group", "")].add(row.cells.get("member", ""))
        if not is_library(row):
            return False
        name = declared(table, row)
        if table == "evidence":
            self.evidence[spoken_of(row)[:2]].append(item)
        elif table in ANCHORS:
            point = (row.cells.get("process", ""), row.cells.get("point", ""))
            if table == "points" or point not in self.off:
                self.parts[row.cells.get(ANCHORS[table], "")].append(item)
        elif table == "groups":
            self.waiting.append(item)
        elif name is not None:
            self.by_name[name].append(item)
        return True

    def _take(self, items: list[Item]) -> None:
        """Takes rows, what they name, and what is a part of what arrives."""
        todo = list(items)
        while todo:
            table, row = todo.pop()
            if id(row) in self.taken:
                continue
            self.taken.add(id(row))
            todo.extend(self._arriving(declared(table, row)))
            todo.extend(self.evidence.get((table, key(row, table)), ()))
            for name, binds in named(table, row):
                self.called.add(name)
                if binds or not is_library(row):
                    todo.extend(self.by_name.get(name, ()))

    def _arriving(self, name: str | None) -> list[Item]:
        """A thing is there: its parts come, those that bind weakly wait."""
        if name is None or name in self.there:
            return []
        self.there.add(name)
        parts = self.parts.get(name, [])
        weak = [item for item in parts if any(not binds for _, binds in named(*item))]
        self.waiting.extend(weak)
        self.called.update(other for item in weak for other, _ in named(*item))
        return [item for item in parts if item not in weak]

    def _is_due(self, item: Item) -> bool:
        """Whether what a waiting row speaks of is there."""
        table, row = item
        if table == "groups":
            return row.cells.get("group") in self.called and row.cells.get("member") in self.there
        return all(
            name in self.there or bool(self.members.get(name, set()) & self.there)
            for name, binds in named(table, row)
            if not binds
        )


def _unfed(tables: RawTables, taken: set[int]) -> Iterator[Fault]:
    """A process of the library none of whose feeds the case has would turn into a recipe that needs none."""
    offered, fed = defaultdict(list), set()
    for row in tables["feeds"].rows if "feeds" in tables else ():
        offered[row.cells.get("process")].append(row.cells.get("material", ""))
        if id(row) in taken:
            fed.add(row.cells.get("process"))
    for row in tables["processes"].rows if "processes" in tables else ():
        name = row.cells.get("name")
        if is_library(row) and id(row) in taken and name in offered and name not in fed:
            values = {"process": name, "feeds": tuple(offered[name])}
            yield Fault(row.place.file, row.place.row, "name", Message("case.library_unfed", values))


def _in_vain(tables: RawTables, taken: set[int]) -> Iterator[Fault]:
    """A scenario that changes only rows of the library that the case does not use changes nothing."""
    used: dict[Place, bool] = {}
    for _, row in rows_of(tables):
        for place in set(row.moved.values()):
            used[place] = used.get(place, False) or id(row) in taken
    for place, useful in used.items():
        if not useful:
            yield Fault(place.file, place.row, "", Message("case.override_in_vain"))


def kept(tables: RawTables, faults: list[Fault]) -> RawTables:
    """The tables without the rows of the library that nothing in the case calls."""
    taken = Closure(tables).taken
    faults.extend(_unfed(tables, taken))
    faults.extend(_in_vain(tables, taken))
    return {
        table: replace(held, rows=tuple(row for row in held.rows if id(row) in taken))
        for table, held in tables.items()
        if any(id(row) in taken for row in held.rows) or not all(is_library(row) for row in held.rows)
    }
