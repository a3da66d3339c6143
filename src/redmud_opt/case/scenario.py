"""Scenario files: base + overrides, merged as text, so that a variant is validated like any other case.

base: ../guangxi                     a folder, or another scenario; relative to this file
settings: {discount_rate: 0.06}      keys of case.yaml; `periods` too
overrides:
  - {table: outlets, where: {name: brick_market}, set: {max_t: 90000}}
  - {table: supplies, where: all, scale: {price_cny_per_t: 1.2}}
  - {table: lines, where: {facility: pg_works}, add: {capacity: 50000}}
  - {table: outlets, where: {name: road_base}, exclude: true}
rows:
  - {table: limits, row: {name: cap, measure: placed, sense: max, value: 100000}}
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from redmud_opt.case.case import TABLES
from redmud_opt.case.closure import QUOTE
from redmud_opt.case.columns import Column, Place, columns, default_of
from redmud_opt.case.faults import Fault
from redmud_opt.case.library import EVIDENCE, number_columns, principal, spoken_of
from redmud_opt.case.library import key as key_of
from redmud_opt.case.names import did_you_mean
from redmud_opt.case.raw import RawRow, RawTable, RawTables
from redmud_opt.case.values import BadValue, read_flag, read_number
from redmud_opt.case.yamltext import Mapping, Node, Scalar, Sequence
from redmud_opt.i18n import Message

SCENARIO_KEYS = ("schema_version", "base", "settings", "overrides", "rows")
_ACTIONS = ("set", "scale", "add", "exclude")
_ANY = Column("number", "factor or difference")
_FLAG = Column("flag", "yes or no")


def _default_text(table: str, column: str) -> str:
    value = default_of(TABLES[table], column)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _same(stated: str, wanted: str, column: Column) -> bool:
    if column.kind == "flag":
        try:
            return read_flag(stated, column) == read_flag(wanted, column)
        except BadValue:
            return False
    if column.kind in ("number", "integer"):
        try:
            return Decimal(stated.strip()) == Decimal(wanted.strip())
        except ArithmeticError:
            return stated.strip() == wanted.strip()  # the name of a figure
    return stated == wanted


def _says_why(before: RawRow, after: RawRow) -> bool:
    """Whether a scenario that changes a number says where the new one comes from."""
    return any(after.moved.get(c) != before.moved.get(c) for c in ("evidence", "source"))


def _assumed(before: RawRow, after: RawRow) -> RawRow:
    """The row with its number assumed; of its old evidence what the scenario has set stays, a range too."""
    own = {c for c in EVIDENCE if after.moved.get(c) != before.moved.get(c)}
    cells = {c: text for c, text in after.cells.items() if c not in EVIDENCE or c in own or c == "comment"}
    return replace(after, cells=cells | {"evidence": "assumed"})


@dataclass(slots=True)
class Merger:
    """Applies one scenario file to the tables of its base; notes faults at its own lines."""

    shown: str
    tables: RawTables
    faults: list[Fault]

    def fault(self, line: int, column: str, message: Message, remedy: Message | None = None) -> None:
        """Note a fault at a line of the scenario file."""
        self.faults.append(Fault(self.shown, line, column, message, remedy))

    def items(self, node: Node | None) -> Iterator[Mapping]:
        """The entries of `overrides` or `rows`; each must be a mapping."""
        if node is None or (isinstance(node, Scalar) and node.blank):
            return
        if not isinstance(node, Sequence):
            self.fault(node.line, "", Message("case.needs_list"))
            return
        for item in node.items:
            if isinstance(item, Mapping):
                yield item
            else:
                self.fault(item.line, "", Message("case.needs_keys", {"keys": ("table", "where", *_ACTIONS)}))

    def keys(self, item: Mapping, known: tuple[str, ...]) -> bool:
        """Whether all keys are known."""
        for key in item.items:
            if key not in known:
                message = Message("case.unknown_key", {"key": key})
                self.fault(item.lines[key], key, message, did_you_mean(key, known))
        return all(key in known for key in item.items)

    def table(self, item: Mapping) -> str | None:
        """The table that an entry names."""
        node = item.items.get("table")
        if not isinstance(node, Scalar) or node.blank:
            self.fault(item.line, "table", Message("case.missing_key", {"key": "table"}))
            return None
        if node.text not in TABLES:
            message = Message("case.unknown_table", {"table": node.text})
            self.fault(node.line, "table", message, did_you_mean(node.text, TABLES))
            return None
        return node.text

    def cells(self, item: Mapping, key: str, table: str) -> dict[str, list[Scalar]] | None:
        """Column → values of `where`, `set` … ; None if a column is unknown or a value is no text."""
        node = item.items.get(key)
        if not isinstance(node, Mapping) or not node.items:
            self.fault(
                item.line if node is None else node.line, key, Message("case.needs_columns", {"key": key})
            )
            return None
        known, found = columns(TABLES[table]), {}
        for column, value in node.items.items():
            values = value.items if isinstance(value, Sequence) and key == "where" else [value]
            texts = [one for one in values if isinstance(one, Scalar)]
            if column not in known:
                message = Message("case.unknown_column", {"column": column, "table": table})
                self.fault(node.lines[column], column, message, did_you_mean(column, known))
            elif len(texts) < len(values):
                self.fault(value.line, column, Message("case.needs_one_value", {"key": column}))
            else:
                found[column] = texts
        return found if len(found) == len(node.items) else None

    def wanted(self, item: Mapping, table: str) -> dict[str, set[str]] | None:
        """Column → texts that `where` asks for, groups with their members; {} for all rows."""
        node = item.items.get("where")
        if isinstance(node, Scalar) and node.text == "all":
            return {}
        cells = self.cells(item, "where", table)
        if cells is None:
            return None
        members: dict[str, set[str]] = {}
        for row in self.tables["groups"].rows if "groups" in self.tables else ():
            members.setdefault(row.cells.get("group", ""), set()).add(row.cells.get("member", ""))
        found = {}
        for column, texts in cells.items():
            stated = {"" if text.blank else text.text for text in texts}
            found[column] = stated.union(*(members.get(text, set()) for text in stated))
        return found

    def matches(self, row: RawRow, table: str, wanted: dict[str, set[str]]) -> bool:
        """Whether a row is one that `where` asks for; a blank cell counts as its default."""
        known = columns(TABLES[table])
        for column, texts in wanted.items():
            stated = row.cells.get(column) or _default_text(table, column)
            if not any(_same(stated, text, known[column]) for text in texts):
                return False
        return True

    def override(self, item: Mapping) -> None:
        """Apply one entry of `overrides`."""
        table = self.table(item)
        if not self.keys(item, ("table", "where", *_ACTIONS)) or table is None:
            return
        wanted = self.wanted(item, table)
        actions = [key for key in _ACTIONS if key in item.items]
        if len(actions) != 1:
            self.fault(item.line, "", Message("case.one_action", {"actions": _ACTIONS}))
            return
        if wanted is None:
            return
        held = self.tables.get(table, RawTable((), ()))
        hit = [row for row in held.rows if self.matches(row, table, wanted)]
        if not hit:
            said = ", ".join(f"{column} = {' | '.join(sorted(texts))}" for column, texts in wanted.items())
            values = {"table": table, "where": said or "all"}
            self.fault(item.lines["where"], "where", Message("case.where_matches_nothing", values))
            return
        changes = self.changes(item, actions[0], table, hit)
        if changes is not None:
            self.retell(table, hit, changes)
            rows = tuple(changes.get(row.place, row) for row in held.rows)
            header = dict.fromkeys((*held.header, *(c for row in changes.values() for c in row.cells)))
            self.tables[table] = replace(held, header=tuple(header), rows=rows)

    def changes(
        self, item: Mapping, action: str, table: str, hit: list[RawRow]
    ) -> dict[Place, RawRow] | None:
        """Place → changed row."""
        node = item.items[action]
        place = Place(self.shown, item.lines[action])
        if action == "exclude":
            if not isinstance(node, Scalar) or node.text not in ("true", "yes"):
                self.fault(node.line, "exclude", Message("case.exclude_is_true"))
                return None
            return {row.place: row.with_cells({"active": "no"}, place) for row in hit}
        cells = self.cells(item, action, table)
        if cells is None:
            return None
        if action == "set":
            texts = {column: "" if values[0].blank else values[0].text for column, values in cells.items()}
            return {row.place: row.with_cells(texts, place) for row in hit}
        found = {}
        for row in hit:
            computed = {
                column: self.computed(row, table, column, values[0], action)
                for column, values in cells.items()
            }
            found[row.place] = row.with_cells(
                {c: text for c, text in computed.items() if text is not None}, place
            )
        return found

    def retell(self, table: str, hit: list[RawRow], changes: dict[Place, RawRow]) -> None:
        """Numbers that the scenario changes rest on the scenario: assumed, unless it says where they come from."""
        told: dict[tuple[str, str, str], Place] = {}
        for row in hit:
            changed = changes[row.place]
            new = [c for c in number_columns(table) if changed.cells.get(c) != row.cells.get(c)]
            first = principal(changed, table)
            if first in new and not _says_why(row, changed):
                changes[row.place] = _assumed(row, changed)
            item = key_of(changed, table)
            told |= {(table, item, c): changed.moved[c] for c in new if c != first and c in changed.cells}
        held = self.tables.get("evidence")
        if held is None or not told:
            return
        kept = tuple(row for row in held.rows if spoken_of(row) not in told)
        if len(kept) < len(held.rows):
            new_rows = tuple(
                RawRow(place, {"table": of, "item": item, "column": column, "evidence": "assumed"})
                for (of, item, column), place in told.items()
            )
            self.tables["evidence"] = replace(held, rows=(*kept, *new_rows))

    def computed(self, row: RawRow, table: str, column: str, by: Scalar, action: str) -> str | None:
        """The text of a cell scaled by a factor, or with a difference added."""
        declared = columns(TABLES[table])[column]
        if declared.kind not in ("number", "integer"):
            self.fault(
                by.line, column, Message("case.not_a_number_column", {"column": column, "action": action})
            )
            return None
        stated = row.cells.get(column) or _default_text(table, column)
        if not stated:
            values = {"column": column, "file": row.place.file, "row": str(row.place.row)}
            self.fault(by.line, column, Message("case.blank_cannot_change", values), Message("case.use_set"))
            return None
        figure = QUOTE.fullmatch(stated)
        if figure is not None:
            message = Message("case.cell_holds_figure", {"name": figure[1]})
            remedy = Message("case.change_the_figure", {"name": figure[1], "by": by.text})
            self.fault(by.line, column, message, remedy)
            return None
        try:
            read_number(by.text, _ANY)
            read_number(stated, _ANY)
        except BadValue as bad:
            self.fault(by.line, column, bad.message, bad.remedy)
            return None
        old, change = Decimal(stated.strip()), Decimal(by.text.strip())
        return f"{(old * change if action == 'scale' else old + change).normalize():f}"

    def add_row(self, item: Mapping) -> None:
        """Append one entry of `rows`."""
        table = self.table(item)
        if not self.keys(item, ("table", "row")) or table is None:
            return
        cells = self.cells(item, "row", table)
        if cells is not None:
            texts = {column: values[0].text for column, values in cells.items() if not values[0].blank}
            held = self.tables.get(table, RawTable((), ()))
            required = [name for name, column in columns(TABLES[table]).items() if column.required]
            header = tuple(dict.fromkeys((*held.header, *texts, *required)))
            row = RawRow(Place(self.shown, item.line), texts)
            self.tables[table] = replace(held, header=header, rows=(*held.rows, row))


def merge(tree: Mapping, shown: str, tables: RawTables, faults: list[Fault]) -> RawTables:
    """The tables of the base with the rows of a scenario added, then its overrides applied in their order."""
    merger = Merger(shown, dict(tables), faults)
    for item in merger.items(tree.items.get("rows")):
        merger.add_row(item)
    for item in merger.items(tree.items.get("overrides")):
        merger.override(item)
    return merger.tables
