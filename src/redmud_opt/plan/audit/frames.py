"""The frames of a plan as rows: every cell is read with its kind, and what cannot be read is a fault.

A row with a name, period or stream that the case does not know is reported and left out; a number that is
none stays NaN, so that every sum it enters fails too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from redmud_opt.plan.audit.checks import Findings, at
from redmud_opt.plan.audit.dates import Dates
from redmud_opt.plan.audit.facts import Facts, named
from redmud_opt.plan.audit.layout import LAYOUT, OPTIONAL, SIGNED
from redmud_opt.plan.audit.streams import Stream

LATER = ("rate?",)
"""Kinds of columns that older plans lack; they are blank there."""


class Unknown(ValueError):
    """A cell that names nothing."""


def cell_text(value: object) -> str:
    """A text cell; an empty one is blank."""
    return "" if value is None or value != value else str(value)


class FrameReader:
    """Reads frames for one case and one set of streams."""

    def __init__(self, facts: Facts, dates: Dates, streams: Mapping[str, Stream], findings: Findings) -> None:
        self.streams = streams
        self.findings = findings
        known: dict[str, Mapping[str, object]] = {
            "arising": facts.arisings,
            "option": facts.reductions,
            "site": facts.sites,
            "line": facts.lines,
            "process": facts.processes,
            "outlet": facts.outlets,
            "supply": facts.supplies,
            "storage": facts.storages,
            "spender": {
                **facts.lines,
                **facts.storages,
                **named(facts.case.raises),
                **facts.reductions,
            },
            "target": facts.targets,
            "facility": facts.facilities,
            "material": facts.materials,
            "property": facts.properties,
            "item": {**facts.outlets, **facts.supplies, **facts.lines},
            "window": {"horizon": 0, **{str(year): 0 for year in dates.years}, **dates.number},
        }
        self.readers: dict[str, Callable[[object], object]] = {
            "text": cell_text,
            "number": self._number,
            "rate": self._number,
            "rate?": self._number,
            "number?": self._may_be_blank,
            "year": self._whole,
            "stream": lambda value: self._name(value, streams),
            "stream?": lambda value: self._name(value, streams) if cell_text(value) else None,
            "period": lambda value: self._name(value, dates.number),
            "period?": lambda value: self._name(value, dates.number) if cell_text(value) else None,
        }
        for kind, names in known.items():
            self.readers[kind] = self._known(names)

    @staticmethod
    def _name(value: object, names: Mapping[str, Any]) -> object:
        name = cell_text(value)
        if name not in names:
            raise Unknown(name)
        return names[name]

    @staticmethod
    def _known(names: Mapping[str, object]) -> Callable[[object], str]:
        def read(value: object) -> str:
            name = cell_text(value)
            if name not in names:
                raise Unknown(name)
            return name

        return read

    @staticmethod
    def _number(value: Any) -> float:
        try:
            return float(value)
        except (TypeError, ValueError):
            return float("nan")

    def _may_be_blank(self, value: Any) -> float:
        """A number, NaN where the cell is blank; what is neither is a fault."""
        number = self._number(value)
        if number != number and cell_text(value).lower() not in ("", "nan"):
            raise Unknown(cell_text(value))
        return number

    def _whole(self, value: Any) -> int:
        number = self._number(value)
        if number != number or number != int(number):
            raise Unknown(cell_text(value))
        return int(number)

    def rows(self, name: str, frame: pd.DataFrame | None) -> list[Any]:
        """The rows of a frame."""
        row_type, layout, keys = LAYOUT[name]
        kinds = dict(pair.rsplit(":", 1) for pair in layout.split())
        if frame is None:
            if name not in OPTIONAL:
                self.findings.fault("no_frame", name)
            return []
        missing = tuple(c for c, kind in kinds.items() if c not in frame.columns and kind not in LATER)
        if missing and len(frame):
            self.findings.fault("no_column", name, columns=missing)
        if missing or not len(frame):
            return []
        found: list[Any] = []
        seen: set[object] = set()
        blank = [float("nan")] * len(frame)
        columns = (frame[column].tolist() if column in frame.columns else blank for column in kinds)
        for cells in zip(*columns, strict=True):
            where = at(name, *(cell_text(cell) for cell in cells[: keys or 2]))
            values = self._values(where, kinds, cells)
            if values is None:
                continue
            if keys and tuple(values[:keys]) in seen:
                self.findings.fault("twice", where)
            seen.add(tuple(values[:keys]))
            found.append(row_type(*values))
            self._check(where, kinds, values, name not in SIGNED)
        return found

    def _values(self, where: str, kinds: dict[str, str], cells: tuple[object, ...]) -> list[Any] | None:
        values = []
        for (column, kind), cell in zip(kinds.items(), cells, strict=True):
            try:
                values.append(self.readers[kind](cell))
            except Unknown as unknown:
                self.findings.fault("unknown_name", where, column=column, name=str(unknown))
                return None
        return values

    def _check(self, where: str, kinds: dict[str, str], values: list[Any], unsigned: bool) -> None:
        """Numbers are finite, amounts are not negative."""
        for (column, kind), value in zip(kinds.items(), values, strict=True):
            if kind not in ("number", "number?") or (kind == "number?" and value != value):
                continue
            if not math.isfinite(value):
                self.findings.fault("no_number", where, column=column)
            elif unsigned and column != "price_cny_per_t":
                self.findings.at_least("negative", where, value, 0.0, column=column)
