"""A table of a case folder as it stands on disk, to be changed row by row and written as it was found."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from redmud_opt.case.case import TABLES
from redmud_opt.case.columns import columns

Cells = dict[str, str]


@dataclass
class TextTable:
    """Header and rows of text; line ends and mark of the file are kept. `stood`: the rows as read, with numbers."""

    name: str
    header: list[str]
    rows: list[Cells]
    newline: str = "\n"
    mark: str = ""
    stood: list[tuple[Cells, int]] = field(default_factory=list)

    @classmethod
    def read(cls, folder: Path, name: str) -> TextTable:
        """The table of a folder; an empty one where there is no such file."""
        path = folder / f"{name}.csv"
        if not path.is_file():
            return cls(name, [], [])
        text = path.read_bytes().decode("utf-8")
        mark = "\ufeff" if text.startswith("\ufeff") else ""
        records = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
        header = records[0] if records else []
        stood = [
            (dict(zip(header, record, strict=False)), number)
            for number, record in enumerate(records[1:], start=2)
            if any(record)
        ]
        newline = "\r\n" if "\r\n" in text else "\n"
        return cls(name, header, [row for row, _ in stood], newline, mark, stood)

    def number(self, wanted: Cells) -> int:
        """Where a row stands in the file as it was found; 0 for a new one."""
        return next((number for row, number in self.stood if row is wanted), 0)

    def index(self, cells: Mapping[str, str], keys: Iterable[str]) -> int | None:
        """The row with the same keys."""
        wanted = [cells.get(key, "") for key in keys]
        for number, row in enumerate(self.rows):
            if [row.get(key, "") for key in keys] == wanted:
                return number
        return None

    def put(self, cells: Cells, at: int | None = None) -> None:
        """A row in place of another, or at the end."""
        order = [name for name in columns(TABLES[self.name]) if name in cells]
        self.header += [name for name in order if name not in self.header]
        if at is None:
            self.rows.append(cells)
        else:
            self.rows[at] = cells

    def put_like(self, row: Cells, copy: Cells) -> None:
        """A copy of a row at the end; faults of it stand where the row stands."""
        self.put(copy)
        self.stood.append((copy, self.number(row)))

    def content(self) -> bytes:
        """The file."""
        lines = io.StringIO(newline="")
        writer = csv.writer(lines, lineterminator=self.newline)
        writer.writerow(self.header)
        writer.writerows([row.get(name, "") for name in self.header] for row in self.rows)
        return (self.mark + lines.getvalue()).encode("utf-8")
