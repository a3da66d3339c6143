"""`case.yaml` → settings. Keys are the fields of `Settings`, `schema_version` and `periods`."""

from __future__ import annotations

from collections.abc import Iterator

from redmud_opt.case.case import SCHEMA_VERSION, Settings
from redmud_opt.case.columns import Column, Place, columns, default_of
from redmud_opt.case.faults import Fault
from redmud_opt.case.names import did_you_mean
from redmud_opt.case.values import BadValue, read_value
from redmud_opt.case.yamltext import Mapping, Node, Scalar, Sequence
from redmud_opt.i18n import Message

SETTINGS = columns(Settings)
OTHER_KEYS = ("schema_version", "periods")
_VERSION = Column("integer", "version of the schema", minimum=1)


def unknown_keys(tree: Mapping, known: tuple[str, ...], shown: str) -> Iterator[Fault]:
    """A fault for each key that is not in `known`."""
    for key in tree.items:
        if key not in known:
            message = Message("case.unknown_key", {"key": key})
            yield Fault(shown, tree.lines[key], key, message, did_you_mean(key, known))


def _read(node: Node, key: str, column: Column, shown: str, faults: list[Fault]) -> object:
    """The value of one key; None where it is blank or wrong."""
    if column.many:
        items = (
            node.items
            if isinstance(node, Sequence)
            else []
            if isinstance(node, Scalar) and node.blank
            else [node]
        )
        single = Column(column.kind, column.doc, choices=column.choices)
        return tuple(
            value for item in items if (value := _read(item, key, single, shown, faults)) is not None
        )
    if not isinstance(node, Scalar):
        faults.append(Fault(shown, node.line, key, Message("case.needs_one_value", {"key": key})))
        return None
    if node.blank:
        return None
    try:
        return read_value(node.text, column)
    except BadValue as bad:
        faults.append(Fault(shown, node.line, key, bad.message, bad.remedy))
        return None


def check_version(tree: Mapping, shown: str, faults: list[Fault]) -> None:
    """The schema version must be the one that this program reads."""
    node = tree.items.get("schema_version")
    key, known = "schema_version", {"known": str(SCHEMA_VERSION)}
    if node is None:
        remedy = Message("case.write", {"text": f"schema_version: {SCHEMA_VERSION}"})
        faults.append(Fault(shown, 0, key, Message("case.missing_key", {"key": key}), remedy))
        return
    found = _read(node, key, _VERSION, shown, faults)
    if found is not None and found != SCHEMA_VERSION:
        message = Message("case.other_version", {"found": str(found), **known})
        faults.append(Fault(shown, node.line, key, message))


def read_settings(
    nodes: dict[str, tuple[Node, Place]], shown: str, faults: list[Fault]
) -> tuple[Settings, frozenset[str]]:
    """Settings from the nodes of the keys (a scenario may have replaced some), and the keys that have faults.

    Those keys stand at their defaults, so that the rest of the case can be checked.
    """
    wrong: set[str] = set()
    values: dict[str, object] = {"name": "", "base_year": 1900}
    for key, column in SETTINGS.items():
        node, place = nodes.get(key, (None, Place(shown)))
        before = len(faults)
        value = None if node is None else _read(node, key, column, place.file, faults)
        if value is None and column.required and (node is None or (isinstance(node, Scalar) and node.blank)):
            faults.append(Fault(place.file, place.row, key, Message("case.missing_key", {"key": key})))
        if len(faults) > before:
            wrong.add(key)
        if value is not None or not column.required:
            values[key] = default_of(Settings, key) if value is None else value
    return Settings(**values), frozenset(wrong)  # type: ignore[arg-type]
