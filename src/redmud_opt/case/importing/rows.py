"""Entries → rows of `arisings`, `opening_stock`, `sites`, `materials`, `sources`: dry tonnes, each with its comment.

A row replaces what the case says of the same site and material in the same periods. Where it would replace whole
years of what a row of the case says, that row is split by years; where it would replace a part of a year, nothing
is guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from redmud_opt.case.columns import Place
from redmud_opt.case.faults import Fault
from redmud_opt.case.importing.entries import Amount, Entry
from redmud_opt.case.importing.known import Known
from redmud_opt.case.importing.layout import Layout
from redmud_opt.case.importing.resolving import Added, Resolver
from redmud_opt.case.importing.table import Cells, TextTable
from redmud_opt.case.importing.timing import Share, Timing, kind_of
from redmud_opt.case.raw import RawRow, is_active
from redmud_opt.i18n import Message, text

TOUCHED = ("sources", "sites", "materials", "arisings", "opening_stock", "evidence")
STOCK_KEYS = ("storage", "material", "arose_on", "origin_site")
NEAR_START = timedelta(days=31)
"""How long before the horizon a stock may be taken that counts as the opening stock."""

TONNES = ("t", "吨", "tonne", "tonnes", "公吨")
"""Units that are a tonne, written in either language as it is usual there."""

KEPT = ("calendar", "active")
"""Cells of a replaced row that do not speak of its amount."""

LEDGER = {
    "origin_site": "site",
    "longitude_deg": "longitude",
    "latitude_deg": "latitude",
    ("sites", "name"): "site",
    ("sites", "label_en"): "site",
    ("sites", "label_zh"): "site",
    ("materials", "name"): "material",
    ("materials", "label_en"): "material",
    ("materials", "label_zh"): "material",
}
"""Column of a table → field of the ledger that it is made from, where they are not called the same."""


@dataclass(frozen=True, slots=True)
class Change:
    """A row that is added, replaced or taken away."""

    table: str
    what: str
    name: str
    cells: Mapping[str, str]


class Rows:
    """Makes the rows; tables of the case folder are changed in memory only."""

    def __init__(
        self,
        folder: Path,
        known: Known,
        layout: Layout,
        language: str,
        faults: list[Fault],
        remarks: list[Message],
    ) -> None:
        self.known, self.layout, self.language = known, layout, language
        self.faults, self.remarks = faults, remarks
        self.tables = {name: TextTable.read(folder, name) for name in TOUCHED}
        self.resolver = Resolver(known, layout, faults, remarks)
        self.timing = Timing(known.periods, self.resolver.fault, remarks)
        self.changes: list[Change] = []
        self.made: list[tuple[Cells, tuple[Entry, ...]]] = []
        self.told: set[tuple[str, str]] = set()
        sheet = layout.sheet
        self.source = f"import {sheet.file.name}" + (f" {sheet.name}" if sheet.name else "")

    def make(self, entries: list[Entry]) -> None:
        """All rows that the entries make."""
        arising: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        stock: list[tuple[str, Entry]] = []
        for entry in entries:
            material = self.resolver.material(entry)
            if entry.kind == "stock" and entry.storage and not entry.site:
                stock += [(material, entry)] if material is not None else []
                continue
            site = self.resolver.site(entry, "" if material is None else self.resolver.base(material))
            if material is None or site is None:
                continue
            if entry.kind == "stock":
                stock.append((material, entry))
            else:
                arising[site, material].append(entry)
        for (site, material), held in arising.items():
            self._arisings(site, material, self.timing.shares(held))
        self._stocks(stock)
        self._added()
        if self.changes:
            self._source()

    def changed(self) -> dict[str, TextTable]:
        """The tables that are to be written anew."""
        names = {change.table for change in self.changes}
        return {name: table for name, table in self.tables.items() if name in names}

    # ---- where a row comes from

    def place(self, fault: Fault) -> Fault:
        """A fault of a new table, told of the ledger's row that made its row, or of the row as the case has it."""
        table = next((one for name, one in self.changed().items() if fault.file == f"{name}.csv"), None)
        if table is None or not 2 <= fault.row < len(table.rows) + 2:
            return fault
        row = table.rows[fault.row - 2]
        for made, entries in self.made:
            if made is row:
                first = entries[0] if entries else None
                column = "" if first is None else self._heading(table.name, fault.column, first)
                at = 0 if first is None else first.row
                return replace(fault, file=self.layout.sheet.shown, row=at, column=column)
        return replace(fault, row=table.number(row) or fault.row)

    def _heading(self, table: str, column: str, entry: Entry) -> str:
        """The heading of what a cell of a row is made from; blank where it is made from no column."""
        amounts = {"amount_t": entry.amount, "production_t": entry.production, "factor_t_per_t": entry.factor}
        if column in amounts:
            amount = amounts[column]
            return entry.column if amount is None else amount.column
        field = LEDGER.get((table, column)) or LEDGER.get(column, column)
        if column == "during":
            field = kind_of(entry)
        return next((self.layout.columns[one][0] for one in self.layout.of(field)), "")

    # ---- tonnes

    def _amount(self, entry: Entry, amount: Amount) -> tuple[float, str] | None:
        """(tonnes, how) of an amount in the time that its row speaks of; None where it states another time."""
        times = self.timing.times(entry, amount)
        if times is not None:
            return amount.tonnes * times, amount.words if times == 1 else f"{amount.words} × {times}"
        kind = "of_stock" if entry.kind == "stock" else amount.per
        if (amount.column, kind) not in self.told:
            self.told.add((amount.column, kind))
            time = Message(f"importing.time_{kind_of(entry)}", {"period": entry.period})
            held = next(one for name, one in self.layout.columns.values() if name == amount.column)
            unit = held.unit or Message("importing.any_unit")
            values = {"name": amount.column, "field": held.field, "unit": unit}
            remedy = Message(f"importing.state_the_{'stock' if entry.kind == 'stock' else 'rate'}", values)
            self._told(entry, amount, f"rate_{kind}", remedy, name=amount.column, time=time)
        return None

    def _dry(self, entry: Entry, amount: Amount, material: str) -> tuple[float, str, str] | None:
        """(dry tonnes, how, evidence) of an amount; None where it cannot be told."""
        made = self._amount(entry, amount)
        if made is None:
            return None
        tonnes, words = made
        stated = entry.moisture
        moisture = self.known.moisture(self.resolver.base(material)) if stated is None else stated
        if amount.basis == "" and moisture != 0:
            if (amount.column, "basis") not in self.told:
                self.told.add((amount.column, "basis"))
                remedy = self._say_basis(amount)
                self._told(entry, amount, "basis_missing", remedy, name=amount.column, material=material)
            return None
        if amount.basis != "wet":
            said = self._say("dry_by_ledger", amount=words) if amount.basis else words
            return tonnes, said, "measured"
        if moisture is None:
            self._told(entry, amount, "moisture_missing", None, material=material)
            return None
        key = "wet_by_ledger" if stated is not None else "wet_by_case"
        said = self._say(key, amount=words, moisture=f"{moisture * 100:.6g}")
        return tonnes * (1 - moisture), said, "measured" if stated is not None else "derived"

    def _say_basis(self, amount: Amount) -> Message:
        """What to write where a column does not say dry or wet; its unit and its rate stay what they are."""
        held = next(one for name, one in self.layout.columns.values() if name == amount.column)
        unit: object = Message("importing.tonne") if held.unit in TONNES else held.unit
        bare = held.per or not held.unit
        wet = Message(f"importing.{'wet' if bare else 'unit_wet'}", {"unit": unit})
        what = Message(f"importing.field_{held.field}")
        return Message("importing.say_basis_of", {"name": amount.column, "field": what, "how": wet})

    def _told(
        self, entry: Entry, amount: Amount, key: str, remedy: Message | None, /, **values: object
    ) -> None:
        message = Message(f"importing.{key}", values)
        self.faults.append(Fault(self.layout.sheet.shown, entry.row, amount.column, message, remedy))

    def _say(self, key: str, **values: object) -> str:
        return text(Message(f"importing.{key}", values), self.language)

    def _evidence(self, entries: tuple[Entry, ...], how: str, evidence: str, year: int | None) -> Cells:
        rows = ", ".join(str(entry.row) for entry in entries)
        as_of = year if year is not None else entries[0].year or self.layout.sheet.day.year
        comment = self._say("comment", file=self.layout.sheet.shown, rows=rows, how=how)
        return {"source": self.source, "evidence": evidence, "as_of": str(as_of), "comment": comment}

    # ---- arisings

    def _arisings(self, site: str, material: str, shares: list[Share]) -> None:
        made = [(share, cells) for share in shares if (cells := self._arising(site, material, share))]
        if not made or len(made) < len(shares):
            return
        table = self.tables["arisings"]
        covered = self._periods([share.during for share, _ in made])
        standing = [
            row
            for row in table.rows
            if (row.get("site"), row.get("material")) == (site, material) and _counts(row)
        ]
        old, kept = [], []
        for row in standing:
            held = self._periods([row.get("during", "")])
            if not held & covered:
                kept.append(row)
                continue
            others = self._years(held - covered)
            if others & self._years(covered) or self._periods(list(map(str, others))) != held - covered:
                remedy = Message("importing.split_the_row", {"row": str(table.number(row))})
                values = {"name": row.get("name", ""), "site": site, "material": material}
                self.resolver.fault(made[0][0].entries[0], "amount", "overlaps", remedy, **values)
                return
            old.append((row, others))
        self._replace(old, made)
        self._without(made[0][0].entries[0], [row.get("during", "") for row in kept], covered, old)

    def _years(self, names: set[str]) -> set[int]:
        """The calendar years of periods."""
        return {period.year for period in self.known.periods if period.name in names}

    def _without(
        self, entry: Entry, kept: list[str], covered: set[str], old: list[tuple[Cells, set[int]]]
    ) -> None:
        """Say in which years of the horizon nothing arises now, where the ledger states others."""
        told = self._years(covered | (self._periods(kept) if kept else set()))
        told = told.union(*(years for _, years in old))
        missing = sorted({period.year for period in self.known.periods} - told)
        if missing:
            values = {"site": entry.site, "material": entry.material or entry.code}
            years = tuple(map(str, missing))
            self.remarks.append(Message("importing.years_without", values | {"years": years}))

    def _periods(self, during: list[str]) -> set[str]:
        """The periods that names of periods and groups of them stand for; blank: all."""
        everything = [period.name for period in self.known.periods]
        names = {one for name in during for one in (self.known.members(name) if name else everything)}
        return {one for name in names for one in self.known.members(name)}

    def _arising(self, site: str, material: str, share: Share) -> Cells | None:
        cells = {"site": site, "material": material, "per": share.per, "during": share.during}
        first = share.entries[0]
        if first.production is not None and first.factor is not None and len(share.entries) == 1:
            caused = self._amount(first, first.production)
            found = self._dry(first, first.factor, material)
            if caused is None or found is None:
                return None
            cells["production_t"] = f"{caused[0]:.12g}"
            cells["factor_t_per_t"] = f"{found[0]:.12g}"
            how = f"{caused[1]} × {found[1]}"
            return cells | self._evidence(share.entries, how, found[2], share.year)
        total, hows, kinds = 0.0, [], set()
        for entry in share.entries:
            tonnes = self._tonnes(entry, material)
            if tonnes is None:
                return None
            total += tonnes[0]
            hows.append(tonnes[1])
            kinds.add(tonnes[2])
        cells["amount_t"] = f"{total:.12g}"
        evidence = "derived" if "derived" in kinds else "measured"
        return cells | self._evidence(share.entries, " + ".join(hows), evidence, share.year)

    def _tonnes(self, entry: Entry, material: str) -> tuple[float, str, str] | None:
        if entry.amount is not None:
            return self._dry(entry, entry.amount, material)
        if entry.production is None or entry.factor is None:
            return None
        caused, found = self._amount(entry, entry.production), self._dry(entry, entry.factor, material)
        if caused is None or found is None:
            return None
        return caused[0] * found[0], f"{caused[1]} × {found[1]}", "derived"

    def _replace(self, split: list[tuple[Cells, set[int]]], made: list[tuple[Share, Cells]]) -> None:
        """The new rows in place of old ones; of an old row of more years one for each of the others stays."""
        table = self.tables["arisings"]
        old = [row for row, _ in split]
        by_during = {row.get("during", ""): row for row, years in split if not years}
        whole = next((row for row, years in split if years), None)
        for share, cells in made:
            before = by_during.get(share.during)
            name = before["name"] if before else self._name(cells, share.during)
            like = before or (whole if share.per == "year" else None)
            kept = {column: like[column] for column in KEPT if like and like.get(column)}
            row = {"name": name, **{column: words for column, words in cells.items() if words}, **kept}
            at = None if before is None else table.rows.index(before)
            self._put("arisings", row, share.entries, at)
            self.changes.append(Change("arisings", "added" if at is None else "replaced", name, row))
        for row, years in split:
            for year in sorted(years):
                self._copy(row, str(year))
        for row in old:
            if any(one is row for one in table.rows):
                table.rows.remove(row)
                self.changes.append(Change("arisings", "removed", row.get("name", ""), row))
        self._drop_evidence({("arisings", row.get("name", "")) for row in old})

    def _copy(self, row: Cells, year: str) -> None:
        """A row for one of its years alone, with the evidence of its numbers."""
        name = self.known.free(f"{row.get('name', '')}_{year}")
        copy = {column: words for column, words in row.items() if words} | {"name": name, "during": year}
        self.tables["arisings"].put_like(row, copy)
        self.changes.append(Change("arisings", "added", name, copy))
        evidence = self.tables["evidence"]
        for held in list(evidence.rows):
            if (held.get("table", ""), held.get("item", "").rstrip("/")) == ("arisings", row.get("name", "")):
                told = held | {"item": name}
                evidence.put_like(held, told)
                said = f"arisings/{name}/{held.get('column')}"
                self.changes.append(Change("evidence", "added", said, told))

    def _put(self, table: str, row: Cells, entries: tuple[Entry, ...], at: int | None = None) -> None:
        """A row that entries make."""
        self.tables[table].put(row, at)
        self.made.append((row, entries))

    def _name(self, cells: Cells, during: str) -> str:
        parts = (cells["material"], cells["site"], during)
        return self.known.free("_".join(filter(None, parts)))

    def _drop_evidence(self, items: set[tuple[str, str]]) -> None:
        """Evidence of further numbers of a row that is no more."""
        table = self.tables["evidence"]
        gone = [row for row in table.rows if (row.get("table", ""), row.get("item", "").rstrip("/")) in items]
        for row in gone:
            table.rows.remove(row)
            name = f"{row.get('table')}/{row.get('item')}/{row.get('column')}"
            self.changes.append(Change("evidence", "removed", name, row))

    # ---- stock

    def _stocks(self, stock: list[tuple[str, Entry]]) -> None:
        seen: dict[tuple[str, ...], Entry] = {}
        for material, entry in stock:
            site = None if not entry.site else self.resolver.site(entry, material)
            storage = self.resolver.storage(entry, site, material)
            dry = None if entry.amount is None else self._dry(entry, entry.amount, material)
            opening = self._is_opening(entry)
            if storage is None or dry is None or not opening:
                continue
            row = self.known.row("storages", storage)
            home = "" if row is None else row.cells.get("site", "")
            origin = site if site is not None and site != home else ""
            key = (storage, material, entry.arose_on, origin)
            first = seen.setdefault(key, entry)
            if first is not entry:
                remedy = Message("importing.keep_one")
                self.resolver.fault(entry, "stock", "row_twice", remedy, first=str(first.row))
                continue
            cells = dict(zip(STOCK_KEYS, key, strict=True)) | {"amount_t": f"{dry[0]:.12g}"}
            taken = int(entry.stock_date[:4]) if entry.stock_date else entry.year
            self._stock(entry, cells | self._evidence((entry,), dry[1], dry[2], taken))
        self._unstated(set(seen))

    def _is_opening(self, entry: Entry) -> bool:
        """Whether a stock was taken when the horizon begins, or shortly before."""
        start = self.known.periods[0].start
        if not entry.stock_date or start - NEAR_START <= date.fromisoformat(entry.stock_date) <= start:
            return True
        before = (start - timedelta(days=1)).isoformat()
        values = {"day": entry.stock_date, "start": start.isoformat()}
        remedy = Message("importing.state_opening", {"before": before, "days": NEAR_START.days})
        self.resolver.fault(entry, "stock_date", "stock_of_another_day", remedy, **values)
        return False

    def _unstated(self, stated: set[tuple[str, ...]]) -> None:
        """What an earlier import of the same ledger said of stocks that this one states otherwise is no more."""
        table = self.tables["opening_stock"]
        told = {(storage, material, origin) for storage, material, _, origin in stated}
        for row in list(table.rows):
            key = tuple(row.get(column, "") for column in STOCK_KEYS)
            own = row.get("source") == self.source and _counts(row)
            if own and key not in stated and (key[0], key[1], key[3]) in told:
                table.rows.remove(row)
                name = "/".join(key).rstrip("/")
                self.changes.append(Change("opening_stock", "removed", name, row))
                self._drop_evidence({("opening_stock", name)})

    def _stock(self, entry: Entry, cells: Cells) -> None:
        table = self.tables["opening_stock"]
        at = table.index(cells, STOCK_KEYS)
        others = [
            row
            for number, row in enumerate(table.rows)
            if number != at
            and all(row.get(key, "") == cells[key] for key in ("storage", "material", "origin_site"))
        ]
        undated = [row for row in others if not row.get("arose_on")] if cells["arose_on"] else others
        told = [row for row in undated if row.get("source") != self.source and _counts(row)]
        if told:
            values = {"storage": cells["storage"], "material": cells["material"], "count": len(told)}
            self.resolver.fault(
                entry, "stock", "stock_twice", Message("importing.delete_old_stock"), **values
            )
            return
        row = {column: words for column, words in cells.items() if words}
        self._put("opening_stock", row, (entry,), at)
        name = "/".join(cells[key] for key in STOCK_KEYS).rstrip("/")
        self._drop_evidence({("opening_stock", name)} if at is not None else set())
        self.changes.append(Change("opening_stock", "added" if at is None else "replaced", name, row))

    # ---- what the case lacked, and the source

    def _added(self) -> None:
        front = len(self.changes)
        for table, found in (("sites", self.resolver.sites), ("materials", self.resolver.materials)):
            for added in _once(found.values()):
                cells = dict(added.cells)
                if table == "materials":
                    cells |= self._moisture(added)
                elif "longitude_deg" in cells and added.first is not None:
                    where = f"{cells['longitude_deg']}, {cells['latitude_deg']}"
                    cells |= self._evidence((added.first,), where, "measured", None)
                self._put(table, cells, () if added.first is None else (added.first,))
                self.changes.append(Change(table, "added", added.name, cells))
        self.changes = [*self.changes[front:], *self.changes[:front]]

    def _moisture(self, added: Added) -> Cells:
        """The moisture that all rows of a ledger agree on."""
        (stated,) = added.moistures if len(added.moistures) == 1 else (None,)
        if stated is None or added.first is None:
            return {}
        how = self._say("moisture_of", moisture=f"{stated * 100:.6g}")
        return {"moisture": f"{stated:.12g}"} | self._evidence(
            (added.first,), how, "measured", added.first.year
        )

    def _source(self) -> None:
        sheet = self.layout.sheet
        values = {"file": sheet.file.name, "sheet": sheet.name, "day": sheet.day.isoformat()}
        title = self._say("source_sheet" if sheet.name else "source_file", **values)
        cells = {
            "name": self.source,
            "title": title,
            "link": f"file {sheet.file.name}",
            "year": str(sheet.day.year),
        }
        at = self.tables["sources"].index(cells, ("name",))
        self._put("sources", cells, (), at)
        self.changes.insert(0, Change("sources", "added" if at is None else "replaced", self.source, cells))


def _counts(row: Cells) -> bool:
    return is_active(RawRow(Place(""), row))


def _once(found: Iterable[Added | str | None]) -> Iterator[Added]:
    seen: set[str] = set()
    for one in found:
        if isinstance(one, Added) and one.name not in seen:
            seen.add(one.name)
            yield one
