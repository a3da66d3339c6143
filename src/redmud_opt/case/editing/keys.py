"""The keys of `case.yaml` as a table of two columns, edited as rows are; other lines stay as they are.

A value that is one word, number or text is shown without quotes and written with those that YAML needs; a list or a
mapping is shown and written as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from redmud_opt.case.settings import SETTINGS
from redmud_opt.case.workbook.nodes import yaml_value
from redmud_opt.case.yamltext import Scalar, read_yaml

KEYS_TABLE = "settings"
KEY, VALUE = "key", "value"

_KEY = re.compile(r"([A-Za-z_][A-Za-z0-9_]*):(?:[ \t].*)?(?:\r?\n)?")
_TAIL = re.compile(r"[ \t]+#[^\r\n]*(?=\r?\n?$)")


@dataclass(frozen=True, slots=True)
class _Part:
    """A key with its lines, or, without a key, what stands between keys."""

    row: int
    key: str
    written: str

    @property
    def value(self) -> str:
        """What a person sees."""
        tree = read_yaml(self.written, "", [])
        held = None if tree is None else tree.items.get(self.key)
        if isinstance(held, Scalar):
            return "" if held.blank else held.text
        first, _, rest = self.written.partition(":")
        return "\n".join(line.removeprefix("  ") for line in rest.strip().splitlines()) or first

    def with_value(self, text: str) -> _Part:
        """With another value; a remark behind the old one stays."""
        lines = self.written.splitlines(keepends=True)
        tail = (
            _TAIL.search(lines[0])
            if len(lines) == 1 and "'" not in lines[0] and '"' not in lines[0]
            else None
        )
        return replace(self, written=_written(self.key, text, tail[0] if tail else ""))


def _written(key: str, text: str, tail: str = "") -> str:
    if not text.strip():
        return f"{key}:{tail}\n"
    declared = SETTINGS.get(key)
    if declared is not None and not declared.many:
        text = yaml_value(Scalar(text, 0))
    first, *more = text.split("\n")
    if more or text.startswith("- "):
        return f"{key}:{tail}\n" + "".join(f"  {line}\n" for line in (first, *more))
    return f"{key}: {first}{tail}\n"


@dataclass(frozen=True, slots=True)
class KeySheet:
    """`case.yaml`, to be edited key by key. A row is the line at which its key stands."""

    shown: str
    parts: tuple[_Part, ...] = ()

    @classmethod
    def parse(cls, text: str, shown: str) -> KeySheet:
        """The keys of a file, whatever else stands in it."""
        parts: list[_Part] = []
        for number, line in enumerate(text.splitlines(keepends=True), start=1):
            found = _KEY.fullmatch(line)
            if found:
                parts.append(_Part(number, found[1], line))
            elif parts and parts[-1].key and line.startswith((" ", "\t", "-")):
                parts[-1] = replace(parts[-1], written=parts[-1].written + line)
            else:
                parts.append(_Part(number, "", line))
        return cls(shown, tuple(parts))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return KEY, VALUE

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """(line, key and value) of every key."""
        for part in self.parts:
            if part.key:
                yield part.row, self._cells(part)

    def cells(self, row: int) -> dict[str, str]:
        """Key and value at a line."""
        return self._cells(self._part(row))

    def holds(self, row: int) -> bool:
        """Whether a key stands at a line."""
        return any(part.row == row and part.key for part in self.parts)

    def text(self) -> str:
        """The whole file."""
        lines = [part.written for part in self.parts]
        ended = [line if line.endswith("\n") else line + "\n" for line in lines[:-1]]
        return "".join((*ended, *lines[-1:]))

    def with_cell(self, row: int, column: str, text: str) -> KeySheet:
        """With another value of a key."""
        held = self._part(row)
        changed = held.with_value(text) if column == VALUE else held
        return replace(self, parts=tuple(changed if part is held else part for part in self.parts))

    def with_row(self, row: int, cells: Mapping[str, str], below: int = 0) -> KeySheet:
        """With another key at the end."""
        key = cells[KEY]
        return replace(self, parts=(*self.parts, _Part(row, key, _written(key, cells.get(VALUE, "")))))

    def without_row(self, row: int) -> KeySheet:
        """Without a key."""
        held = self._part(row)
        return replace(self, parts=tuple(part for part in self.parts if part is not held))

    def _part(self, row: int) -> _Part:
        for part in self.parts:
            if part.row == row and part.key:
                return part
        raise KeyError(row)

    @staticmethod
    def _cells(part: _Part) -> dict[str, str]:
        value = part.value
        return {KEY: part.key} | ({VALUE: value} if value else {})
