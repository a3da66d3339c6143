"""A case folder that tests can spoil: the starter case, with an editor for its cells."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest

from redmud_opt.case import Case, CaseFaults, Fault, init_case, load_case


@dataclass
class Folder:
    """A case folder under test. Rows are counted as a spreadsheet does: the header is row 1."""

    path: Path

    def read(self, table: str) -> list[list[str]]:
        file = self.path / f"{table}.csv"
        if not file.exists():
            return []
        with file.open(encoding="utf-8", newline="") as lines:
            return list(csv.reader(lines))

    def write(self, table: str, rows: list[list[str]]) -> None:
        with (self.path / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)

    def _column(self, rows: list[list[str]], column: str) -> int:
        if not rows:
            rows.append([])
        if column not in rows[0]:
            rows[0].append(column)
            for row in rows[1:]:
                row.append("")
        return rows[0].index(column)

    def set(self, table: str, row: int, /, **cells: object) -> Folder:
        """Set cells of a row."""
        rows = self.read(table)
        for column, value in cells.items():
            rows[row - 1][self._column(rows, column)] = str(value)
        self.write(table, rows)
        return self

    def add(self, table: str, /, **cells: object) -> int:
        """Append a row; its number."""
        rows = self.read(table)
        places = {self._column(rows, column): str(value) for column, value in cells.items()}
        rows.append([places.get(number, "") for number in range(len(rows[0]))])
        self.write(table, rows)
        return len(rows)

    def drop_column(self, table: str, column: str) -> Folder:
        rows = self.read(table)
        at = rows[0].index(column)
        self.write(table, [row[:at] + row[at + 1 :] for row in rows])
        return self

    def drop_row(self, table: str, row: int) -> Folder:
        rows = self.read(table)
        self.write(table, rows[: row - 1] + rows[row:])
        return self

    def yaml(self, old: str, new: str, file: str = "case.yaml") -> Folder:
        """Replace a piece of case.yaml."""
        path = self.path / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        return self

    def file(self, name: str, content: str | bytes) -> Path:
        """Write a whole file."""
        path = self.path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def load(self, name: str = "") -> Case:
        return load_case(self.path / name)

    def faults(self, name: str = "") -> tuple[Fault, ...]:
        with pytest.raises(CaseFaults) as caught:
            load_case(self.path / name)
        return caught.value.faults

    def found(self, name: str = "") -> list[tuple[str, str, int, str]]:
        """(key, file, row, column) of every fault."""
        return [(f.message.key.removeprefix("case."), f.file, f.row, f.column) for f in self.faults(name)]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """The starter case in a folder of its own; rows that tests add need no evidence unless they ask for it."""
    init_case(tmp_path / "starter")
    with (tmp_path / "starter" / "case.yaml").open("a", encoding="utf-8") as keys:
        keys.write("evidence_required: no\n")
    return Folder(tmp_path / "starter")
