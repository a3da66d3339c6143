"""The rows of a ledger as entries: what arose or lies where, with the number as written and as it is read.

An entry is one amount of one row. Total rows are passed over and said; every cell that cannot be read is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from redmud_opt.case.columns import Column
from redmud_opt.case.faults import Fault
from redmud_opt.case.importing.headings import Heading, is_remark, plain, unit_of
from redmud_opt.case.importing.layout import Layout, basis_of, is_blank
from redmud_opt.case.names import visible
from redmud_opt.case.values import BadValue, read_date, read_number
from redmud_opt.i18n import Message

TOTAL = re.compile(
    r"(?:合\s*计|总\s*计|小\s*计|共\s*计|(?:grand |sub)?total|sum)(?:[\s:(].*)?", re.IGNORECASE
)
CODE = re.compile(r"[0-9]{3}-[0-9]{3}-[0-9]{2}")

_LIMITS = {
    "moisture": (0.0, None),
    "price": (None, None),
    "longitude": (-180.0, 180.0),
    "latitude": (-90.0, 90.0),
}
_DATE = Column("date", "a date")


@dataclass(frozen=True, slots=True)
class Amount:
    """Tonnes of a cell: as written, and dry or wet."""

    column: str
    words: str
    tonnes: float
    basis: str
    per: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one row says of one amount; without `amount` and `production` where its cell has a fault."""

    row: int
    kind: str
    site: str = ""
    material: str = ""
    code: str = ""
    like: str = ""
    storage: str = ""
    amount: Amount | None = None
    production: Amount | None = None
    factor: Amount | None = None
    moisture: float | None = None
    year: int | None = None
    month: int | None = None
    period: str = ""
    arose_on: str = ""
    stock_date: str = ""
    longitude: float | None = None
    latitude: float | None = None

    @property
    def column(self) -> str:
        """The column of its number, for faults."""
        told = self.amount or self.production
        return "" if told is None else told.column


class Cells:
    """One row of a layout; faults gather."""

    def __init__(self, layout: Layout, number: int, faults: list[Fault]) -> None:
        self.layout, self.number, self.faults = layout, number, faults
        self.row = layout.sheet.rows[number]

    def fault(self, column: str, message: Message, remedy: Message | None = None) -> None:
        """A fault of the row."""
        self.faults.append(Fault(self.layout.sheet.shown, self.number + 1, column, message, remedy))

    def cell(self, column: int) -> str:
        """The text of a cell as its writer sees it."""
        return visible(self.row[column]) if column < len(self.row) else ""

    def text(self, field: str) -> str:
        """The text of the column of a field, blank where there is none."""
        return next((text for column in self.layout.of(field) if (text := self.cell(column))), "")

    def number_in(self, column: int) -> float | None:
        """The number of a cell, as written; None for a blank one or one with a fault."""
        text, (name, held) = self.cell(column), self.layout.columns[column]
        if not text:
            return None
        low, high = _LIMITS.get(held.field, (0.0, None))
        try:
            return read_number(text, Column("number", "", minimum=low, maximum=high))
        except BadValue as bad:
            self.fault(name, bad.message, bad.remedy)
            return None

    def amount(self, column: int) -> Amount | None:
        """The amount of a cell in tonnes (a factor: in tonnes per tonne)."""
        value, (name, held) = self.number_in(column), self.layout.columns[column]
        if value is None or held.basis == "both" or (held.factor is None and not self._has_unit(held)):
            return None  # told of the column
        unit, factor = held.unit, held.factor
        if factor is None:
            unit = self.text("unit")
            factor = unit_of(plain(unit), held.field)
            if factor is None:
                key = "unit_unknown" if unit else "unit_missing"
                self.fault(name, Message(f"importing.{key}", {"unit": unit, "name": name}))
                return None
        return Amount(name, f"{self.cell(column)} {unit}", value * factor, self._basis(held), held.per)

    def _has_unit(self, held: Heading) -> bool:
        return not held.unit and held.field in self.layout.vocabulary.amounts and bool(self.layout.of("unit"))

    def _basis(self, held: Heading) -> str:
        said = self.text("basis")
        if said and held.field in ("amount", "stock"):
            found = basis_of(said)
            column = self.layout.columns[self.layout.of("basis")[0]][0]
            if found is None:
                self.fault(
                    column, Message("importing.no_basis", {"text": said}), Message("importing.say_basis")
                )
            elif held.basis and found != held.basis:
                values = {"name": said, "other": held.basis}
                message = Message("importing.basis_disagrees", values)
                self.fault(column, message, Message("importing.say_basis"))
            return found or held.basis
        return held.basis

    def one(self, field: str) -> Amount | None:
        """The amount of a field that one column holds."""
        found = self.layout.of(field)
        return self.amount(found[0]) if found else None

    def plain_number(self, field: str) -> float | None:
        """A number without a unit."""
        found = self.layout.of(field)
        return self.number_in(found[0]) if found else None

    def moisture(self) -> float | None:
        """The moisture as a share of the wet mass."""
        columns = self.layout.of("moisture")
        value = self.number_in(columns[0]) if columns else None
        if value is None:
            return None
        name, held = self.layout.columns[columns[0]]
        if held.factor is None:
            return None  # told of the column
        share = value * held.factor
        if share > 0.95:
            self.fault(name, Message("importing.too_moist", {"share": share}), Message("importing.say_share"))
        elif held.factor == 0.01 and 0 < value < 1 and self.layout.sheet.name:
            message = Message("importing.percent_cell", {"text": self.cell(columns[0])})
            self.fault(name, message, Message("importing.map_share", {"name": name}))
        return share

    def when(self, field: str) -> int | None:
        """Year or month of a cell: 2026, 2026年, 3月; a date stands for both."""
        text = plain(self.text(field))
        pattern = r"([0-9]{4})(?:\.0)?\s*年?(?:度)?" if field == "year" else r"(1[0-2]|0?[1-9])\s*月?"
        dated = re.fullmatch(r"([0-9]{4})[-/.年](0?[1-9]|1[0-2])(?:月|[-/.]01)?", text)
        found = re.fullmatch(pattern, text)
        if dated is not None:
            return int(dated[1] if field == "year" else dated[2])
        if not text:
            return None
        if found is None:
            name = self.layout.columns[self.layout.of(field)[0]][0]
            message = Message(f"importing.no_{field}", {"text": text})
            self.fault(name, message, Message(f"importing.write_{field}"))
            return None
        return int(found[1])

    def day(self, field: str) -> str:
        """A date, of arising or of stock-taking, YYYY-MM-DD."""
        text = self.text(field)
        if not text:
            return ""
        try:
            return read_date(text, _DATE).isoformat()
        except BadValue as bad:
            self.fault(self.layout.columns[self.layout.of(field)[0]][0], bad.message, bad.remedy)
            return ""


def read_entries(layout: Layout, faults: list[Fault], remarks: list[Message]) -> list[Entry]:
    """The entries of a sheet."""
    if layout.of("amount") and layout.of("production"):
        name = layout.columns[layout.of("production")[0]][0]
        remarks.append(Message("importing.production_not_needed", {"name": name}))
    if not layout.of("stock"):
        names = (layout.columns[column][0] for column in layout.of("stock_date"))
        remarks.extend(Message("importing.column_not_read", {"name": name}) for name in names)
    found: list[Entry] = []
    for number in range(layout.body, len(layout.sheet.rows)):
        cells = Cells(layout, number, faults)
        if is_blank(cells.row):
            continue
        first = total_of(cells)
        if first:
            remarks.append(Message("importing.total_skipped", {"row": str(number + 1), "text": first}))
            continue
        told, before = len(faults), len(found)
        found.extend(_entries(cells))
        if len(found) == before and len(faults) == told:
            remarks.append(Message("importing.row_without_amount", {"row": str(number + 1)}))
    return found


def total_of(cells: Cells) -> str:
    """The word that makes a row a total; blank for any other row.

    It stands where plant, waste or time would, or in front; remarks may speak of totals as they like.
    """
    numbers = {column for field in cells.layout.vocabulary.numbers for column in cells.layout.of(field)}
    words = {number for number, (name, _) in cells.layout.columns.items() if is_remark(name)}
    texts = (column for column in range(len(cells.row)) if column not in numbers | words)
    first = next((column for column in texts if re.search(r"[^\W\d_]", cells.cell(column))), None)
    asked = [column for field in cells.layout.vocabulary.totalled for column in cells.layout.of(field)]
    asked += [] if first is None else [first]
    return next((text for column in asked if TOTAL.fullmatch(plain(text := cells.cell(column)))), "")


def _shared(cells: Cells) -> Entry:
    """What all entries of a row have in common: an arising without an amount."""
    code = cells.text("code")
    if not code and (written := CODE.search(cells.text("material"))):
        code = written[0]
    month = cells.when("month")
    year = cells.when("year")
    if year is None and month is not None and re.match(r"[0-9]{4}[-/.年]", plain(cells.text("month"))):
        year = int(plain(cells.text("month"))[:4])
    material = CODE.sub("", cells.text("material")).strip(" ()（）") if code else cells.text("material")
    return Entry(
        cells.number + 1,
        "arising",
        site=cells.text("site"),
        material=material,
        code=code,
        like=cells.text("like"),
        storage=cells.text("storage"),
        moisture=cells.moisture(),
        year=year,
        month=month,
        period=cells.text("period"),
        longitude=cells.plain_number("longitude"),
        latitude=cells.plain_number("latitude"),
    )


def _entries(cells: Cells) -> Iterator[Entry]:
    columns = {field: cells.layout.of(field) for field in cells.layout.vocabulary.amounts}
    if not any(cells.cell(column) for held in columns.values() for column in held):
        return
    shared = _shared(cells)
    written = [column for column in columns["amount"] if cells.cell(column)]
    if _stated_twice(cells, written):
        return
    for column in written:
        name, held = cells.layout.columns[column]
        if held.year is not None and shared.year not in (None, held.year):
            cells.fault(name, Message("importing.two_years", {"year": str(shared.year)}))
        year = held.year if held.year is not None else shared.year
        yield replace(shared, amount=cells.amount(column), year=year)
    production, factor = cells.one("production"), cells.one("factor")
    if production is not None and not written and factor is not None:
        yield replace(shared, production=production, factor=factor)
    elif production is not None and not columns["amount"]:
        message = Message("importing.production_without_factor")
        cells.fault(production.column, message, Message("importing.state_factor"))
    if any(cells.cell(column) for column in columns["stock"]):
        stock = cells.one("stock")
        arose_on, stock_date = cells.day("arose_on"), cells.day("stock_date")
        yield replace(shared, kind="stock", amount=stock, arose_on=arose_on, stock_date=stock_date)


def _stated_twice(cells: Cells, written: list[int]) -> bool:
    """Whether a row states its amount dry and wet."""
    held = [cells.layout.columns[column][1] for column in written]
    if len({one.year for one in held}) == len(held):
        return False
    if len({(one.year, one.basis) for one in held}) < len(held):
        return True  # told of the columns
    names = tuple(cells.layout.columns[column][0] for column in written)
    message = Message("importing.dry_and_wet_amount", {"names": names})
    cells.fault(names[1], message, Message("importing.keep_one"))
    return True
