"""The rows of a sheet as records. A cell that cannot be read is a fault; totals are passed over and said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from redmud_opt.case.actuals.naming import Naming, Place
from redmud_opt.case.actuals.record import Record
from redmud_opt.case.actuals.words import MEASURES, PRICES
from redmud_opt.case.columns import Column
from redmud_opt.case.faults import Fault
from redmud_opt.case.importing.entries import CODE, Amount, Cells, total_of
from redmud_opt.case.importing.headings import plain
from redmud_opt.case.importing.layout import Layout, is_blank
from redmud_opt.case.values import BadValue, read_date, written_date
from redmud_opt.i18n import Message

_DATE = Column("date", "a date")
_CLOCK = re.compile(r"[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?$")


@dataclass(frozen=True)
class Shared:
    """What all amounts of a row have in common."""

    start: date
    end: date
    place: Place
    to: Place | None
    moisture: float | None
    ticket: str


def read_rows(
    layout: Layout, naming: Naming, faults: list[Fault], remarks: list[Message]
) -> Iterator[Record]:
    """The records of a sheet."""
    told: set[tuple[str, str]] = set()
    for number in range(layout.body, len(layout.sheet.rows)):
        cells = Cells(layout, number, faults)
        if is_blank(cells.row):
            continue
        if first := total_of(cells):
            values = {"row": str(number + 1), "text": first}
            remarks.append(Message("importing.total_skipped", values))
            continue
        yield from _Row(cells, naming, told).records()


class _Row:
    """One row of a sheet."""

    def __init__(self, cells: Cells, naming: Naming, told: set[tuple[str, str]]) -> None:
        self.cells, self.naming, self.told = cells, naming, told
        self.layout = cells.layout

    def records(self) -> Iterator[Record]:
        """A record for every amount; none where something of the row has a fault."""
        fields = [field for field in MEASURES if any(map(self.cells.cell, self.layout.of(field)))]
        if not fields and not (self._written("production") and self._written("factor")):
            if self._written("production"):
                self._told("production", "importing.production_without_factor", "importing.state_factor")
            else:
                self.cells.fault("", Message("actuals.row_without_amount"), Message("actuals.write_zero"))
            return
        before = len(self.cells.faults)
        shared = self._shared(fields)
        if shared is None or len(self.cells.faults) > before:
            return
        for field in fields:
            amount = self.cells.one(field)
            if amount is not None:
                yield from self._record(field, amount, shared)
        if "amount" not in fields and self._written("production"):
            yield from self._by_factor(shared)

    def _written(self, field: str) -> bool:
        return any(map(self.cells.cell, self.layout.of(field)))

    def _told(self, field: str, key: str, remedy: str | None = None, /, **values: object) -> None:
        """A fault in the column of a field, once of a sheet."""
        column = next((self.layout.columns[c][0] for c in self.layout.of(field)), "")
        if (column, key) not in self.told:
            self.told.add((column, key))
            self.cells.fault(column, Message(key, values), Message(remedy) if remedy else None)

    # ---- time

    def _shared(self, fields: list[str]) -> Shared | None:
        days = self._days(fields)
        text = self.cells.text("to")
        to = self.naming.place(self.cells, "to", text) if text else None
        place = self._place(None if "shipped" in fields or (text and to is None) else to)
        moisture = self.cells.moisture()
        if days is None or place is None or (text and to is None):
            return None
        return Shared(*days, place, to, moisture, self.cells.text("ticket"))

    def _days(self, fields: list[str]) -> tuple[date, date] | None:
        """The days that a row speaks of: a date, a period, a month or a year. Stock: the day after it was taken."""
        named = "stock_date" if "stock" in fields and self.cells.text("stock_date") else "date"
        if self.cells.text(named):
            day = self._day(named)
            return None if day is None else (day, day + timedelta(days=1))
        if self.cells.text("period"):
            return self._period(self.cells.text("period"))
        month, year = self.cells.when("month"), self.cells.when("year")
        written = plain(self.cells.text("month"))
        if year is None and month is not None and written[:4].isdigit():
            year = int(written[:4])
        if year is None:
            self._told("month", "actuals.no_time", "actuals.say_time")
            return None
        if month is None:
            return (date(year, 1, 1), date(year + 1, 1, 1))
        return (date(year, month, 1), date(year + month // 12, month % 12 + 1, 1))

    def _day(self, field: str) -> date | None:
        """A day, year first however it is written, as weighbridges do; the time of day is dropped."""
        text = _CLOCK.sub("", self.cells.text(field))
        try:
            written = None if text.isdecimal() and len(text) < len("20260301") else written_date(text)
            return written or read_date(text, _DATE)
        except BadValue as bad:
            column = self.layout.columns[self.layout.of(field)[0]][0]
            self.cells.fault(column, bad.message, bad.remedy)
            return None

    def _period(self, text: str) -> tuple[date, date] | None:
        known = {period.name: period for period in self.naming.case.periods}
        members = [known[name] for name in self.naming.known.members(text) if name in known]
        if not members:
            self._told("period", "importing.unknown_period", None, text=text)
            return None
        return (members[0].start, members[-1].end)

    # ---- places

    def _place(self, to: Place | None) -> Place | None:
        """Where: a storage, an outlet or a line where one is named, else the site, else where it went to."""
        found = None
        for field, tables in (("line", ("lines",)), ("storage", ("storages",)), ("outlet", ("outlets",))):
            if text := self.cells.text(field):
                found = self.naming.place(self.cells, field, text, tables)
                if found is None:
                    return None
        text = self.cells.text("site")
        stated = self.naming.place(self.cells, "site", text) if text else None
        if found is None and not text:
            if to is not None:
                return to
            self._told("site", "importing.no_site", "importing.say_site")
        if found is not None and stated is not None and found.site != stated.site:
            self._told("site", "actuals.other_site", None, text=text, site=found.site)
            return None
        return stated if found is None else found

    # ---- amounts

    def _record(self, field: str, amount: Amount, shared: Shared) -> Iterator[Record]:
        column = "product" if field == "made" and self.cells.text("product") else "material"
        place, to = shared.place, shared.to
        material = self._material(column, place.site)
        if material is None:
            return
        masses = self._masses(amount, material, shared.moisture)
        if masses is None or not self._whole(field, place, to):
            return
        if field == "sold" and not place.outlet and to is not None and to.outlet:
            place, to = Place(to.site, outlet=to.outlet), None
        target = to if field == "shipped" and to is not None else Place(place.site)
        yield Record(
            *(self.layout.sheet.shown, self.cells.number + 1, amount.column, MEASURES[field], material),
            *(shared.start, shared.end, *masses, place.site),
            to=to.site if field == "shipped" and to is not None else "",
            line=place.line if field in ("fed", "made") else "",
            storage=target.storage or place.storage,
            outlet=target.outlet or place.outlet,
            ticket=shared.ticket,
            production_t=self._production() if field == "amount" else None,
            price_cny_per_t=self._price(masses, amount),
        )

    def _whole(self, field: str, place: Place, to: Place | None) -> bool:
        """Whether a row says all that its measure needs."""
        needs = {
            "shipped": ("to", to is not None),
            "fed": ("line", bool(place.line)),
            "sold": ("outlet", bool(place.outlet or (to is not None and to.outlet))),
            "placed": ("storage", bool(place.storage)),
            "stock": ("storage", bool(place.storage)),
        }
        lacks, whole = needs.get(field, ("", True))
        if not whole:
            self._told(field, f"actuals.no_{lacks}", f"actuals.say_{lacks}")
        return whole

    def _material(self, field: str, site: str) -> str | None:
        code = self.cells.text("code")
        text = self.cells.text(field)
        if not code and (written := CODE.search(text)):
            code, text = written[0], CODE.sub("", text).strip(" ()（）")
        return self.naming.material(self.cells, field, text, code, site)

    def _masses(self, amount: Amount, material: str, stated: float | None) -> tuple[float, float] | None:
        """(dry, wet) tonnes; None where the row does not say which they are of something moist."""
        moisture = self.naming.materials[material].moisture if stated is None else stated
        if not amount.basis and moisture != 0:
            if (amount.column, "basis") not in self.told:
                self.told.add((amount.column, "basis"))
                values = {"name": amount.column, "material": material}
                remedy = Message("actuals.say_basis_of", {"name": amount.column})
                self.cells.fault(amount.column, Message("importing.basis_missing", values), remedy)
            return None
        wet_per_dry = 1.0 / (1.0 - moisture)
        if amount.basis == "wet":
            return amount.tonnes / wet_per_dry, amount.tonnes
        return amount.tonnes, amount.tonnes * wet_per_dry

    def _production(self) -> float | None:
        found = self.cells.one("production") if self._written("production") else None
        return None if found is None else found.tonnes

    def _by_factor(self, shared: Shared) -> Iterator[Record]:
        """An arising as production × factor."""
        production, factor = self.cells.one("production"), self.cells.one("factor")
        material = self._material("material", shared.place.site)
        if production is None or factor is None or material is None:
            return
        made = Amount(factor.column, factor.words, production.tonnes * factor.tonnes, factor.basis)
        masses = self._masses(made, material, shared.moisture)
        if masses is not None:
            yield Record(
                *(self.layout.sheet.shown, self.cells.number + 1, factor.column, "arising", material),
                *(shared.start, shared.end, *masses, shared.place.site),
                production_t=production.tonnes,
            )

    def _price(self, masses: tuple[float, float], amount: Amount) -> float | None:
        """CNY per dry tonne; a price is per tonne of the amount beside it."""
        columns = self.layout.of("price")
        value = self.cells.number_in(columns[0]) if columns else None
        if value is None:
            return None
        name, held = self.layout.columns[columns[0]]
        factor = PRICES.get(held.unit)
        if factor is None:
            remedy = Message(
                "importing.known_units", {"units": ", ".join(PRICES), "name": name, "field": "price"}
            )
            key = "importing.unit_unknown" if held.unit else "importing.unit_missing"
            if (name, key) not in self.told:
                self.told.add((name, key))
                self.cells.fault(name, Message(key, {"unit": held.unit, "name": name}), remedy)
            return None
        dry, wet = masses
        return value * factor * (wet / dry if amount.basis == "wet" and dry else 1.0)
