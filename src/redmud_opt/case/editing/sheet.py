"""A table as its file has it, to be edited: rows that nobody edits keep every byte.

    sheet = Sheet.parse(text, "outlets.csv")
    sheet.with_cell(12, "price_cny_per_t", ".5").text()

A row is known by its number in the file as a spreadsheet counts it (header = 1), and keeps it while it is edited;
rows that are added have numbers below 0. Cells are text as people typed it, never numbers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from redmud_opt.case.faults import CaseFaults, Fault
from redmud_opt.i18n import Message

MARK = "\ufeff"
"""Begins a file that some spreadsheets write."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row. `written` is how it stands in the file, its end of line included; None where it is written anew."""

    row: int
    cells: tuple[str, ...]
    written: str | None = None

    @property
    def blank(self) -> bool:
        """Whether nothing stands in it."""
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of text whose unedited rows stay as they are."""

    shown: str
    header: Record
    records: tuple[Record, ...] = ()
    mark: str = ""
    end: str = "\n"

    @classmethod
    def parse(cls, text: str, shown: str) -> Sheet:
        """The sheet of a CSV file. Raises CaseFaults where quotes are broken or the names of columns missing."""
        mark = MARK if text.startswith(MARK) else ""
        try:
            found = list(_split(text.removeprefix(MARK)))
        except csv.Error as error:
            message = Message("case.broken_csv", {"why": str(error)})
            raise CaseFaults([Fault(shown, 0, "", message, Message("case.mind_the_quotes"))]) from error
        names = found[0][1] if found else ()
        twice = [name for name in names if names.count(name) > 1]
        if not any(name.strip() for name in names) or twice:
            what = "column_twice" if twice else "column_without_name"
            values = {"column": twice[0]} if twice else {"number": 1}
            raise CaseFaults([Fault(shown, 1, "", Message(f"case.{what}", values))])
        rows = tuple(Record(number, cells, raw) for number, (raw, cells) in enumerate(found, start=1))
        return cls(shown, rows[0], rows[1:], mark, _end_of(found[0][0]) or "\n")

    @classmethod
    def new(cls, shown: str, names: Iterable[str]) -> Sheet:
        """A table without rows, for a file that is not there yet."""
        return cls(shown, Record(1, tuple(names)))

    # ---- reading ---------------------------------------------------------------------------------------------------

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return self.header.cells

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """(row, cells by column) of every row in which something stands."""
        for record in self.records:
            if not record.blank:
                yield record.row, self._cells(record)

    def cells(self, row: int) -> dict[str, str]:
        """Cells of a row by column; KeyError if there is no such row."""
        return self._cells(self.records[self._at(row)])

    def holds(self, row: int) -> bool:
        """Whether there is a row of that number."""
        return any(record.row == row for record in self.records)

    def text(self) -> str:
        """The whole file."""
        lines = [self._line(record) for record in (self.header, *self.records)]
        for at, line in enumerate(lines[:-1]):
            if not _end_of(line):
                lines[at] = line + self.end
        return self.mark + "".join(lines)

    # ---- editing ---------------------------------------------------------------------------------------------------

    def with_column(self, name: str) -> Sheet:
        """With another column, blank in every row; the rest of each row stays as it was written."""
        if name in self.names:
            return self
        width = len(self.names)
        header = Record(1, (*self.names, name), self._longer(self.header, _line((name,), "")))
        records = tuple(
            record
            if record.blank or len(record.cells) != width or record.written is None
            else Record(record.row, (*record.cells, ""), self._longer(record, ""))
            for record in self.records
        )
        return replace(self, header=header, records=records)

    def with_cell(self, row: int, column: str, text: str) -> Sheet:
        """With another text in one cell."""
        sheet = self.with_column(column)
        at = sheet._at(row)
        record = sheet.records[at]
        cells = [*record.cells, *[""] * (len(sheet.names) - len(record.cells))]
        cells[sheet.names.index(column)] = text
        return replace(
            sheet, records=(*sheet.records[:at], Record(row, tuple(cells)), *sheet.records[at + 1 :])
        )

    def with_row(self, row: int, cells: Mapping[str, str], below: int = 0) -> Sheet:
        """With a row of a new number under the row `below`, or at the end."""
        sheet = self
        for name in cells:
            sheet = sheet.with_column(name)
        record = Record(row, tuple(cells.get(name, "") for name in sheet.names))
        at = sheet._at(below) + 1 if below and sheet.holds(below) else len(sheet.records)
        return replace(sheet, records=(*sheet.records[:at], record, *sheet.records[at:]))

    def without_row(self, row: int) -> Sheet:
        """Without a row."""
        at = self._at(row)
        return replace(self, records=(*self.records[:at], *self.records[at + 1 :]))

    # ---- one row ---------------------------------------------------------------------------------------------------

    def _at(self, row: int) -> int:
        for at, record in enumerate(self.records):
            if record.row == row:
                return at
        raise KeyError(row)

    def _cells(self, record: Record) -> dict[str, str]:
        return {
            name: cell
            for name, cell in zip(self.names, record.cells, strict=False)
            if name and cell.strip(" \t")
        }

    def _line(self, record: Record) -> str:
        return _line(record.cells, self.end) if record.written is None else record.written

    def _longer(self, record: Record, tail: str) -> str:
        line = self._line(record)
        end = _end_of(line)
        return f"{line.removesuffix(end)},{tail}{end}"


def _line(cells: Iterable[str], end: str) -> str:
    """A row as it is written; all quoted where a cell holds a sign that the writer would leave bare."""
    found, out = tuple(cells), io.StringIO(newline="")
    bare = any("\r" in cell for cell in found)
    csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL if bare else csv.QUOTE_MINIMAL).writerow(found)
    return out.getvalue()


def _end_of(line: str) -> str:
    return next((end for end in ("\r\n", "\n", "\r") if line.endswith(end)), "")


def _split(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(as written, cells) of every record: a reader that tells which lines it took."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line

    for cells in csv.reader(lines(), strict=True):
        yield "".join(taken), tuple(cells)
        taken.clear()
