"""Names and where they are declared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from redmud_opt.case.case import TABLES
from redmud_opt.case.columns import Column
from redmud_opt.case.draft import Declared, Draft
from redmud_opt.case.names import did_you_mean
from redmud_opt.i18n import Message

Wrong = tuple[str, Message | None, dict[str, object]]
"""Key, remedy and values of what is wrong with a reference."""

MIXABLE = {"lines", "lanes", "outlets"}
"""Tables whose members one group may mix: what a rule of logic speaks of."""


class Index:
    """Every declared name of a draft, and what the members of each group are."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.case = draft.case
        self.by_name: dict[str, list[Declared]] = defaultdict(list)
        for declared in draft.declared:
            self.by_name[declared.name].append(declared)

    @cached_property
    def tables_of_group(self) -> dict[str, set[str]]:
        """Group → tables that its members are declared in."""
        found: dict[str, set[str]] = {}
        for row in self.case.groups:
            found.setdefault(row.group, set()).update(self.tables_of(row.member))
        return found

    @cached_property
    def calendar(self) -> frozenset[str]:
        """Names of stretches of time: periods, and the years, halves, quarters, months that they make up."""
        own = {row.group for row in self.case.groups}
        return frozenset({p.name for p in self.case.periods} | (set(self.case.groups_by_name) - own))

    def tables_of(self, name: str) -> set[str]:
        """Tables that declare a name; `periods` for what the calendar knows."""
        found = {one.table for one in self.by_name.get(name, ()) if one.active and one.table != "groups"}
        return found | ({"periods"} if name in self.calendar else set())

    def known(self, tables: Iterable[str], groups: bool) -> Iterator[str]:
        """Names that a column may hold."""
        wanted = set(tables)
        for name, places in self.by_name.items():
            if any(one.active and one.table in wanted for one in places):
                yield name
        if "periods" in wanted:
            yield from self.calendar
        if groups:
            yield from (name for name, kinds in self.tables_of_group.items() if kinds & wanted)

    def wrong(self, name: str, column: Column) -> Wrong | None:
        """Key, remedy and values of what is wrong with a reference; None if it resolves."""
        wanted = set(column.tables)
        if self.tables_of(name) & wanted:
            return None
        if name in self.tables_of_group:
            if not column.groups:
                return "no_group_here", None, {"name": name}
            kinds = self.tables_of_group[name]
            if not kinds or (kinds <= wanted if kinds <= MIXABLE else kinds & wanted):
                return None
            return (
                "group_of_others",
                None,
                {"name": name, "kinds": things(kinds), "tables": things(column.tables)},
            )
        sleeping = [
            one for one in self.by_name.get(name, ()) if not one.active and one.table in (*wanted, "groups")
        ]
        if sleeping:
            place = sleeping[0].place
            return "inactive", None, {"name": name, "file": place.file, "row": str(place.row)}
        elsewhere = self.tables_of(name)
        if elsewhere:
            return (
                "other_kind",
                None,
                {"name": name, "kinds": things(elsewhere), "tables": things(column.tables)},
            )
        offered = sorted(one for table, one in self.draft.offered if table in wanted)
        remedy = did_you_mean(name, (*self.known(column.tables, column.groups), *offered))
        return "unknown_name", remedy, {"name": name, "tables": things(column.tables)}

    def kinds(self, name: str) -> set[str]:
        """Tables that declare a name, or the members of a group."""
        return self.tables_of_group.get(name) or self.tables_of(name)


def things(tables: Iterable[str]) -> tuple[Message, ...]:
    """Tables as words for what they hold: 'a process', 'a site'."""
    return tuple(
        Message(f"case.thing_{table}") for table in TABLES | {"periods": None} if table in set(tables)
    )
