"""A scenario made step by step: a base, and changes of rows that are known by their keys.

    variant = Variant("guangxi", items=(Item("targets", {"name": "red_mud_2027"}, "set", "at_least", "0.3"),))
    write_variant(path, variant);  read_variant(path) == variant

The file is a scenario like any other (see `case.scenario`): it is checked with its base, and people may read it.
"""

from __future__ import annotations

from collections.abc import Mapping as Cells
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from redmud_opt.case.case import TABLES
from redmud_opt.case.columns import columns
from redmud_opt.case.faults import CaseFaults, Fault
from redmud_opt.case.raw import read_bytes
from redmud_opt.case.whole import write_whole
from redmud_opt.case.workbook.nodes import yaml_value
from redmud_opt.case.yamltext import Mapping, Node, Scalar, Sequence, read_yaml
from redmud_opt.i18n import Message

T = TypeVar("T")
Action = Literal["set", "scale", "exclude"]


@dataclass(frozen=True, slots=True)
class Item:
    """One change: rows of a table that `where` names get another text in a column, a factor, or are left out."""

    table: str
    where: Cells[str, str]
    action: Action
    column: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """A scenario: its base, settings that it replaces (titles among them), changes in their order."""

    base: str
    settings: Cells[str, str] = field(default_factory=dict)
    items: tuple[Item, ...] = ()

    def with_item(self, item: Item) -> Variant:
        """With one change more; one that says the same of the same rows is replaced."""
        same = (item.table, dict(item.where), item.column)
        kept = (one for one in self.items if (one.table, dict(one.where), one.column) != same)
        return Variant(self.base, self.settings, (*kept, item))

    def without_item(self, at: int) -> Variant:
        """Without the change at a position."""
        return Variant(self.base, self.settings, (*self.items[:at], *self.items[at + 1 :]))


def where_of(table: str, cells: Cells[str, str]) -> dict[str, str]:
    """What a scenario knows a row by: its key columns."""
    keys = [name for name, column in columns(TABLES[table]).items() if column.key]
    return {name: cells.get(name, "") for name in keys or columns(TABLES[table])}


def write_variant(path: Path, variant: Variant) -> None:
    """Writes the scenario file in one step."""
    lines = [f"base: {yaml_value(Scalar(variant.base, 0))}"]
    if variant.settings:
        lines += ["settings:"]
        lines += [f"  {key}: {yaml_value(Scalar(text, 0))}" for key, text in variant.settings.items()]
    if variant.items:
        lines += ["overrides:", *(f"  - {yaml_value(_node(item))}" for item in variant.items)]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, "\n".join(lines) + "\n")


def _node(item: Item) -> Mapping:
    what: Node = Scalar("true", 0)
    if item.action != "exclude":
        what = _mapping({item.column: item.value})
    return Mapping(0, {"table": Scalar(item.table, 0), "where": _mapping(item.where), item.action: what})


def _mapping(cells: Cells[str, str]) -> Mapping:
    return Mapping(0, {name: Scalar(text, 0) for name, text in cells.items()})


def read_variant(path: Path) -> Variant:
    """What `write_variant` wrote. Raises CaseFaults for a file that says more than that: it is edited as text."""
    faults: list[Fault] = []
    found = read_bytes(path, path.name, faults)
    tree = None if found is None else read_yaml(found[0], path.name, faults)
    if tree is None:
        raise CaseFaults(faults)
    try:
        settings = tree.items.get("settings", Mapping(0))
        overrides = tree.items.get("overrides", Sequence(0))
        if set(tree.items) - {"base", "settings", "overrides"}:
            raise TypeError
        items = tuple(_item(_of(Mapping, node)) for node in _of(Sequence, overrides).items)
        return Variant(_of(Scalar, tree.items["base"]).text, _texts(settings), items)
    except (TypeError, KeyError, ValueError) as error:
        message = Message("editing.written_by_hand")
        raise CaseFaults([Fault(path.name, 0, "", message)]) from error


def _item(node: Mapping) -> Item:
    table, where = _of(Scalar, node.items["table"]).text, _texts(node.items["where"])
    (action,) = set(node.items) - {"table", "where"} or {""}
    if action == "exclude":
        return Item(table, where, "exclude")
    if action not in ("set", "scale"):
        raise KeyError(action)
    ((column, value),) = _texts(node.items[action]).items()
    return Item(table, where, action, column, value)  # type: ignore[arg-type]


def _of(kind: type[T], node: object) -> T:
    if not isinstance(node, kind):
        raise TypeError
    return node


def _texts(node: Node) -> dict[str, str]:
    return {name: _of(Scalar, held).text for name, held in _of(Mapping, node).items.items()}
