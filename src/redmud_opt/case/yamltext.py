"""YAML read as text: every scalar stays what was written, so `no`, `1:30`, `012` and `1e3` mean what the key expects.

Anchors, aliases, tags and a second document have no business in a case and are refused; a key that stands twice too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from redmud_opt.case.faults import Fault
from redmud_opt.i18n import Message

_BLANK = {"", "~", "null", "Null", "NULL"}


@dataclass(frozen=True, slots=True)
class Scalar:
    """A piece of text; `blank` where nothing was written."""

    text: str
    line: int
    blank: bool = False


@dataclass(slots=True)
class Sequence:
    """A list."""

    line: int
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Mapping:
    """Keys and what they hold, in order; `lines` tells where each key stands."""

    line: int
    items: dict[str, Node] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


Node = Scalar | Sequence | Mapping


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


class _Builder:
    def __init__(self, shown: str, faults: list[Fault]) -> None:
        self.shown = shown
        self.faults = faults

    def fault(self, line: int, key: str, /, **values: object) -> None:
        self.faults.append(Fault(self.shown, line, "", Message(f"case.yaml_{key}", values)))

    def node(self, event: Any, events: Iterator[Any]) -> Node:
        line = _line(event)
        if getattr(event, "anchor", None):
            self.fault(line, "anchor", name=event.anchor)
        if isinstance(event, yaml.AliasEvent):
            return Scalar("", line, blank=True)
        if event.tag not in (None, "!"):
            self.fault(line, "tag", tag=event.tag)
        if isinstance(event, yaml.ScalarEvent):
            plain = event.style is None
            return Scalar(event.value, line, blank=plain and event.value in _BLANK)
        return (
            self.sequence(line, events)
            if isinstance(event, yaml.SequenceStartEvent)
            else self.mapping(line, events)
        )

    def sequence(self, line: int, events: Iterator[Any]) -> Sequence:
        found = Sequence(line)
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            found.items.append(self.node(event, events))
        return found

    def mapping(self, line: int, events: Iterator[Any]) -> Mapping:
        found = Mapping(line)
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self.node(event, events)
            held = self.node(next(events), events)
            if not isinstance(key, Scalar):
                self.fault(key.line, "key_not_text")
            elif key.text in found.items:
                self.fault(key.line, "key_twice", key=key.text, first=str(found.lines[key.text]))
            else:
                found.items[key.text], found.lines[key.text] = held, key.line
        return found


def read_yaml(text: str, shown: str, faults: list[Fault]) -> Mapping | None:
    """The tree of a YAML document whose top is a mapping; None (and faults) if it is not one."""
    builder = _Builder(shown, faults)
    before = len(faults)
    root: Node | None = None
    try:
        events: Iterator[Any] = iter(yaml.parse(text, Loader=yaml.SafeLoader))
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    builder.fault(_line(event), "second_document")
                    return None
                root = builder.node(next(events), events)
    except (yaml.YAMLError, RecursionError) as error:
        mark: Any = getattr(error, "problem_mark", None)
        why = str(getattr(error, "problem", None) or type(error).__name__)
        builder.fault(mark.line + 1 if mark else 0, "broken", why=why)
        return None
    if not isinstance(root, Mapping):
        builder.fault(0, "not_a_mapping")
        return None
    return root if len(faults) == before else None
