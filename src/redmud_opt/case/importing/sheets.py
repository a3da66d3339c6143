"""A planner's own file as text: CSV in UTF-8 or GB18030, or the sheets of a workbook. Nothing is understood yet.

Guards come first: a small workbook can unpack to hundreds of megabytes, and one cell in the far corner of a sheet
makes billions of blank ones. Cells that begin with = are words like any others; a formula counts by the value that
the workbook keeps for it, and one without such a value is a fault, as is an error (#N/A): both would read as blanks.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from redmud_opt.case.faults import Fault
from redmud_opt.case.names import did_you_mean
from redmud_opt.i18n import Message

MOST_BYTES = 50_000_000
"""A file, unpacked, may be no larger."""

MOST_PARTS = 2_000
"""A workbook may have no more parts."""

MOST_RATIO = 500
"""A part may unpack to so many times its packed size, where that is more than a megabyte."""

PROTECTED = b"\xd0\xcf\x11\xe0"
"""How a workbook with a password begins: it is no zip file but the container of the old formats."""

ZIPPED = b"PK"
"""How every other workbook begins."""

MACROS = ".xlsm"

MOST_CELLS = 2_000_000
"""A sheet may span no more cells, blank ones included."""

DELIMITERS = (",", ";", "\t")

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Cells as text; `shown` is how faults name it, `name` is blank for a CSV file; `faults` count if it is taken.

    dates: (row, column) of cells that the workbook holds as dates; merged: ranges of cells, both from 0 and as A1:B2.
    """

    file: Path
    name: str
    rows: Rows
    remarks: tuple[Message, ...] = ()
    faults: tuple[Fault, ...] = ()
    dates: frozenset[tuple[int, int]] = frozenset()
    merged: tuple[tuple[int, str], ...] = ()

    @property
    def shown(self) -> str:
        """File and sheet."""
        return f"{self.file.name} [{self.name}]" if self.name else self.file.name

    @property
    def day(self) -> date:
        """The day on which the file was last changed."""
        return datetime.fromtimestamp(self.file.stat().st_mtime).date()


def _fault(file: Path, key: str, remedy: str | None = None, /, row: int = 0, **values: object) -> Fault:
    found = None if remedy is None else Message(f"importing.{remedy}")
    return Fault(file.name, row, "", Message(f"importing.{key}", values), found)


def read_sheets(file: Path, sheet: str | None, faults: list[Fault]) -> list[Sheet]:
    """What may hold the table: every way to divide the lines of a CSV file, or the sheets asked for."""
    kind = file.suffix.casefold()
    if kind == MACROS:
        faults.append(_fault(file, "macros", "save_without_macros"))
        return []
    if kind not in (".csv", ".xlsx"):
        faults.append(_fault(file, "not_a_table", "save_as_table", kind=file.suffix))
        return []
    try:
        if file.stat().st_size > MOST_BYTES:
            faults.append(_fault(file, "too_large", "cut_it_down", most=MOST_BYTES // 1_000_000))
            return []
        return _divided(file, sheet, faults) if kind == ".csv" else _workbook(file, sheet, faults)
    except OSError as error:
        faults.append(_fault(file, "unreadable", why=error.strerror or type(error).__name__))
        return []


# ---- CSV ------------------------------------------------------------------------------------------------------


def _odd(sign: str) -> bool:
    """Signs that no ledger holds: what a wrong code page makes of the bytes of another."""
    return unicodedata.category(sign) in ("Cn", "Co", "Cs") or (sign < " " and sign not in "\t\r\n")


def decoded(content: bytes) -> tuple[str, str] | None:
    """Text and code page: UTF-8, else GB18030 where every sign is one that people write; None for anything else."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    for page in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(page)
        except UnicodeDecodeError:
            continue
        return None if any(map(_odd, set(text))) else (text, page)
    return None


def _divided(file: Path, sheet: str | None, faults: list[Fault]) -> list[Sheet]:
    if sheet:
        faults.append(_fault(file, "csv_has_no_sheets", sheet=sheet))
        return []
    found = decoded(file.read_bytes())
    if found is None:
        faults.append(_fault(file, "code_page", "save_as_utf8"))
        return []
    text, page = found
    remarks = () if page == "utf-8-sig" else (Message("importing.read_as", {"page": page.upper()}),)
    tables = []
    for delimiter in DELIMITERS:
        try:
            lines = tuple(
                map(tuple, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
            )
        except csv.Error as error:
            broken = str(error)
            continue
        tables.append(Sheet(file, "", lines, remarks))
    if not tables:
        faults.append(_fault(file, "broken_csv", why=broken))
    return tables


# ---- workbooks ------------------------------------------------------------------------------------------------

_CELL = re.compile(rb'<c\s[^>]*?r="([A-Z]{1,3})([0-9]{1,7})"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TARGETS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


def _workbook(file: Path, sheet: str | None, faults: list[Fault]) -> list[Sheet]:
    parts = _unpacked(file, faults)
    if parts is None:
        return []
    import python_calamine  # a workbook is rare: who reads none need not have it

    try:
        book = python_calamine.CalamineWorkbook.from_path(str(file))
        names = list(book.sheet_names)
        if sheet is not None and sheet not in names:
            remedy = did_you_mean(sheet, names)
            faults.append(
                Fault(file.name, 0, "", Message("importing.no_such_sheet", {"sheet": sheet}), remedy)
            )
            return []
        wanted = names if sheet is None else [sheet]
        return [one for name in wanted if (one := _sheet(file, name, book, parts.get(name, b""), faults))]
    except (python_calamine.CalamineError, ValueError) as error:
        faults.append(_fault(file, "broken_workbook", "save_anew", why=str(error)))
        return []


def _unpacked(file: Path, faults: list[Fault]) -> dict[str, bytes] | None:
    """Sheet name → its XML; None where the workbook is no workbook or unpacks to too much."""
    with file.open("rb") as begins:
        first = begins.read(len(PROTECTED))
    if first == PROTECTED:
        faults.append(_fault(file, "protected", "save_without_password"))
        return None
    if not first.startswith(ZIPPED):
        faults.append(_fault(file, "no_workbook", "save_anew"))
        return None
    try:
        with zipfile.ZipFile(file) as box:
            if (refused := _refused(file, box.infolist())) is not None:
                faults.append(refused)
                return None
            if (bad := box.testzip()) is not None:
                raise zipfile.BadZipFile(bad)
            links = ElementTree.fromstring(box.read("xl/_rels/workbook.xml.rels"))
            targets = {
                one.get("Id"): one.get("Target", "").removeprefix("/xl/") for one in links.iter(_TARGETS)
            }
            sheets = ElementTree.fromstring(box.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")
            paths = {one.get("name", ""): f"xl/{targets.get(one.get(_LINK))}" for one in sheets}
            held = set(box.namelist())
            return {name: box.read(path) for name, path in paths.items() if path in held}
    except (zipfile.BadZipFile, zlib.error, KeyError, ElementTree.ParseError, RuntimeError) as error:
        faults.append(_fault(file, "broken_workbook", "save_anew", why=str(error)))
        return None


def _refused(file: Path, parts: list[zipfile.ZipInfo]) -> Fault | None:
    """What the directory of a workbook already forbids to unpack."""
    bomb = any(part.file_size > max(1_000_000, MOST_RATIO * part.compress_size) for part in parts)
    if bomb or sum(part.file_size for part in parts) > MOST_BYTES:
        return _fault(file, "too_large", "cut_it_down", most=MOST_BYTES // 1_000_000)
    if len(parts) > MOST_PARTS:
        return _fault(file, "too_many_parts", "cut_it_down", most=MOST_PARTS)
    if any(part.flag_bits & 1 for part in parts):
        return _fault(file, "protected", "save_without_password")
    if any(part.filename.casefold().endswith("vbaproject.bin") for part in parts):
        return _fault(file, "macros", "save_without_macros")
    return None


def column_letters(number: int) -> str:
    """0 → A, 26 → AA."""
    found = ""
    while number >= 0:
        number, rest = divmod(number, 26)
        found, number = chr(65 + rest) + found, number - 1
    return found


def column_number(letters: str) -> int:
    """A → 0, AA → 26."""
    return _number(letters.encode()) - 1


def _number(letters: bytes) -> int:
    found = 0
    for letter in letters:
        found = found * 26 + letter - 64
    return found


def _span(xml: bytes) -> int:
    """Cells from the first to the last that a sheet names."""
    rows = cols = 0
    for cell in _CELL.finditer(xml):
        rows, cols = max(rows, int(cell[2])), max(cols, _number(cell[1]))
    return rows * cols


def _valueless(xml: bytes, file: Path, name: str) -> Iterator[Fault]:
    """Errors, and formulas whose value the workbook does not keep."""
    for cell in _CELL.finditer(xml):
        body = cell[4] or b""
        key = "error_cell" if b't="e"' in cell[3] else ""
        if b"<f" in body and b"<v>" not in body and b"<is>" not in body:
            key = "formula_without_value"
        if key:
            where = f"{cell[1].decode()}{int(cell[2])}"
            remedy = Message(
                "importing.save_anew" if key == "formula_without_value" else "importing.mend_cell"
            )
            message = Message(f"importing.{key}", {"cell": where})
            yield Fault(f"{file.name} [{name}]", int(cell[2]), "", message, remedy)


def _sheet(file: Path, name: str, book: Any, xml: bytes, faults: list[Fault]) -> Sheet | None:
    if not xml:
        faults.append(_fault(file, "broken_workbook", "save_anew", why=name))
        return None
    if _span(xml) > MOST_CELLS:
        faults.append(_fault(file, "too_many_cells", "cut_it_down", sheet=name, most=MOST_CELLS))
        return None
    sheet = book.get_sheet_by_name(name)
    held = sheet.to_python(skip_empty_area=False)
    cells = [[_text(value) for value in row] for row in held]
    dates = {(r, c) for r, row in enumerate(held) for c, value in enumerate(row) if isinstance(value, date)}
    remarks, merged = [], []
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        merged.append((top, f"{column_letters(left)}{top + 1}:{column_letters(right)}{bottom + 1}"))
        if bottom > top and left == right:  # downwards: one site for the rows beside it
            for row in range(top + 1, min(bottom + 1, len(cells))):
                cells[row][left] = cells[top][left]
            where = f"{column_letters(left)}{top + 1}:{column_letters(left)}{bottom + 1}"
            remarks.append(Message("importing.merged", {"where": where, "text": cells[top][left]}))
    wrong = tuple(_valueless(xml, file, name))
    return Sheet(file, name, tuple(map(tuple, cells)), tuple(remarks), wrong, frozenset(dates), tuple(merged))


def _text(value: object) -> str:
    """A cell as text, numbers without the noise of binary fractions."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        return f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)


def filled(row: Sequence[str]) -> int:
    """How many cells of a row are not blank."""
    return sum(bool(cell.strip()) for cell in row)
