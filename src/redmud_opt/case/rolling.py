"""A case rolled on: what is over is taken away, what was decided stands, what lies there is the opening stock.

    remarks = roll_on(Path("runs/x/inputs/case"), Path("case_2027"), case, roll)

The new folder holds the tables of the old case, changed as text, cell by cell: opening_stock anew; periods from the
cut-off on; rows of past periods and years left out; a step that was decided is a line under construction; room that
was filled for good is taken off; budgets less what has been paid. Written whole or not at all.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import pairwise
from pathlib import Path

from redmud_opt.case.case import TABLES, Case, Period
from redmud_opt.case.columns import columns
from redmud_opt.case.faults import CaseFaults, Fault
from redmud_opt.case.importing.table import Cells, TextTable
from redmud_opt.case.months import months_after
from redmud_opt.case.periods import span_name
from redmud_opt.case.profiles import shares
from redmud_opt.case.read import load_case
from redmud_opt.case.steps import LEAD_PARTS, places_of_lines
from redmud_opt.case.works import Line, Storage
from redmud_opt.i18n import Message

LENGTHS = ("month", "quarter", "half", "year", "week", "day")

OF_A_YEAR = ("targets", "budgets")
"""Tables with a row for a year that must lie in the horizon."""

WHOLE_TIME = ("limits", "tiers", "approvals")
"""Tables whose tonnes may add up over more time than the periods that are left."""


@dataclass(frozen=True)
class Built:
    """A step that was decided: on which day, from when on, in what size and for how much, all units together."""

    line: str
    decided: date
    start: date
    units: int
    size: float
    capex_cny: float


@dataclass(frozen=True)
class Roll:
    """What a case is rolled on by. stock: rows of `opening_stock`; placed: storage → material → tonnes for good.

    classes: residue → waste class that it came from: what lies in stock founds an origin of its own.
    """

    cut: date
    name: str
    source: str
    title: str
    stock: tuple[Cells, ...]
    placed: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    built: tuple[Built, ...] = ()
    to_date: tuple[Cells, ...] = ()
    classes: Mapping[str, str] = field(default_factory=dict)


def roll_on(
    entry: Path,
    target: Path,
    case: Case,
    roll: Roll,
    *,
    packs: Path | None = None,
    library: Path | None = None,
    trial: Callable[[Case], object] | None = None,
) -> tuple[Message, ...]:
    """Writes the rolled case to a new folder; remarks tell what was done beside the stocks. Raises CaseFaults.

    entry: folder, scenario or workbook that `case` was read from. trial: asked of the new case, faults count.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        message = Message("case.init_not_empty", {"path": str(target)})
        raise CaseFaults([Fault("", 0, "", message, Message("case.init_elsewhere"))])
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as held:
        part = Path(held) / target.name
        _copy(entry, part, Path(held))
        remarks = _Rolling(part, case, roll).run()
        rolled = load_case(part, packs=packs, library=library)
        if trial is not None:
            trial(rolled)
        if target.exists():
            target.rmdir()
        part.rename(target)
    return remarks


def _copy(entry: Path, part: Path, beside: Path) -> None:
    """The files of a case as a folder."""
    if not entry.is_dir():
        from redmud_opt.case.workbook import write_folder, write_workbook  # few cases are no folders

        write_workbook(entry, beside / "case.xlsx")
        write_folder(beside / "case.xlsx", part)
        return
    part.mkdir()
    for path in sorted(entry.iterdir()):
        if path.is_file() and path.suffix.casefold() in (".csv", ".yaml", ".yml"):
            shutil.copy2(path, part / path.name)


class _Rolling:
    """Changes the tables of one folder."""

    def __init__(self, folder: Path, case: Case, roll: Roll) -> None:
        self.folder, self.case, self.roll = folder, case, roll
        self.left = tuple(period for period in case.periods if period.start >= roll.cut)
        self.past = {period.name for period in case.periods if period.start < roll.cut}
        self.tables = {
            path.stem: TextTable.read(folder, path.stem)
            for path in sorted(folder.glob("*.csv"))
            if path.stem in TABLES
        }
        self.remarks: list[Message] = []

    def run(self) -> tuple[Message, ...]:
        """All changes, written."""
        self._calendar()
        self._past()
        self._built()
        self._room()
        self._budgets()
        self._stock()
        self._say_whole_time()
        for name, table in self.tables.items():
            if table.header:
                (self.folder / f"{name}.csv").write_bytes(table.content())
        return tuple(dict.fromkeys(self.remarks))

    def _table(self, name: str) -> TextTable:
        return self.tables.setdefault(name, TextTable(name, [], []))

    def _say(self, key: str, **values: object) -> None:
        self.remarks.append(Message(f"actuals.{key}", values))

    # ---- time

    def _calendar(self) -> None:
        """Name and periods in case.yaml; everything else stays as it is written."""
        path = self.folder / "case.yaml"
        text = path.read_text(encoding="utf-8")
        text = with_key(text, "name", f"name: {self.roll.name}")
        path.write_text(with_key(text, "periods", periods_text(self.left)), encoding="utf-8")

    def _is_past(self, name: str) -> bool:
        """Whether a period, or a group of them, is over."""
        members = {period.name for period in self.case.periods} & set(self.case.members(name))
        return bool(members) and members <= self.past

    def _past(self) -> None:
        """Rows that speak of the past alone."""
        for name, table in self.tables.items():
            if name not in TABLES:
                continue
            when = [n for n, c in columns(TABLES[name]).items() if "periods" in c.tables]
            self._drop(table, partial(self._speaks_of_past, when))
        first = self.left[0].year
        for name in OF_A_YEAR:
            self._drop(self._table(name), lambda row: bool(row.get("year")) and int(row["year"]) < first)
        self._drop(self._table("groups"), lambda row: self._is_past(row.get("member", "")))
        self._drop(self._table("relinings"), lambda row: row.get("ends", "9") <= self.roll.cut.isoformat())
        arising = {row.get("name") for t in ("arisings", "relinings") for row in self._table(t).rows}
        known = {row.name for row in self.case.all_arisings}
        gone = known - arising
        self._drop(self._table("reductions"), lambda row: row.get("arising") in gone)

    def _speaks_of_past(self, when: list[str], row: Cells) -> bool:
        return any(row.get(name) and self._is_past(row[name]) for name in when)

    def _drop(self, table: TextTable, over: Callable[[Cells], bool]) -> None:
        """Takes rows away, with the evidence of their numbers."""
        dropped = [row for row in table.rows if over(row)]
        if not dropped:
            return
        table.rows = [row for row in table.rows if not any(row is one for one in dropped)]
        keys = [name for name, column in columns(TABLES[table.name]).items() if column.key]
        items = {"/".join(row.get(key, "") for key in keys).rstrip("/") for row in dropped}
        evidence = self._table("evidence")
        evidence.rows = [
            row
            for row in evidence.rows
            if (row.get("table"), row.get("item")) not in {(table.name, i) for i in items}
        ]
        self._say("rows_over", table=table.name, names=tuple(sorted(items))[:6], count=len(dropped))

    # ---- what was decided

    def _built(self) -> None:
        lines = {row.name: row for row in self.case.lines}
        rows = {row.get("name", ""): row for row in self._table("lines").rows}
        faults = []
        for built in self.roll.built:
            line, row = lines[built.line], rows.get(built.line)
            if row is None or (line.times or 1) > 1:
                message = Message("actuals.built_by_hand", {"line": built.line, "units": built.units})
                faults.append(Fault("lines.csv", 0, "", message, Message("actuals.split_the_step")))
                continue
            self._commit(row, line, built)
        if faults:
            raise CaseFaults(faults)
        decided = {built.line for built in self.roll.built}
        begin = self.left[0].start
        for line in self.case.lines:
            soonest = months_after(begin, line.lead_time_months or 0)
            row = rows.get(line.name)
            early = line.candidate and line.earliest is not None and line.earliest < soonest
            if row is not None and early and line.name not in decided:
                row["earliest"] = ""
                self._say("later_than_earliest", line=line.name, day=soonest)

    def _commit(self, row: Cells, line: Line, built: Built) -> None:
        """A candidate that was decided is a line under construction, or one that stands."""
        months = (built.start.year - built.decided.year) * 12 + built.start.month - built.decided.month
        changed = {"candidate": "no", "opens": built.start.isoformat(), "lead_time_months": str(months)}
        of_another_time = LEAD_PARTS if months != line.lead_time_months else ()
        changed |= {name: "" for name in ("earliest", "times", *of_another_time) if row.get(name)}
        sized = [tier for tier in self._table("tiers").rows if tier.get("item") == line.name]
        if sized:
            changed |= {"capacity": f"{built.size:.12g}", "capex_cny": f"{built.capex_cny:.12g}"}
            self._drop(self._table("tiers"), lambda tier: tier.get("item") == line.name)
        _change(self._table("lines"), row, changed)
        self._say("committed", line=line.name, start=built.start, decided=built.decided)

    # ---- what is full, and what is paid

    def _room(self) -> None:
        """Room that was filled for good is no longer there."""
        storages = {row.name: row for row in self.case.storages}
        rows = {row.get("name", ""): row for row in self._table("storages").rows}
        for name, by_material in self.roll.placed.items():
            tonnes, row = sum(by_material.values()), rows.get(name)
            if tonnes <= 0 or row is None:
                continue
            storage, changed = storages[name], {}
            if storage.capacity_t is not None:
                changed["capacity_t"] = self._left(name, "t", storage.capacity_t, tonnes)
            volume = self._volume(by_material)
            if volume is not None:
                changed |= self._airspace(storage, volume)
            if changed:
                _change(self._table("storages"), row, changed)
            self._say("room_filled", storage=name, placed=round(tonnes))

    def _volume(self, by_material: Mapping[str, float]) -> float | None:
        density = {row.name: row.density_t_per_m3 for row in self.case.materials}
        if any(not density[material] for material in by_material):
            return None
        return sum(tonnes / (density[material] or 1.0) for material, tonnes in by_material.items())

    def _airspace(self, storage: Storage, volume: float) -> dict[str, str]:
        """The cells of a yard that say how much airspace is left; its curve begins where the fill ends."""
        curve = sorted(
            (row.height_m, row.volume_m3) for row in self.case.yard_curves if row.storage == storage.name
        )
        if curve:
            self._raise_foot(storage.name, curve, volume)
            return {}
        if storage.airspace_m3 is not None:
            return {"airspace_m3": self._left(storage.name, "m³", storage.airspace_m3, volume)}
        if storage.area_m2 is not None and storage.height_m is not None:
            room = storage.area_m2 * storage.height_m
            return {"airspace_m3": self._left(storage.name, "m³", room, volume), "height_m": ""}
        return {}

    def _left(self, storage: str, unit: str, room: float, filled: float) -> str:
        """What is left of a room, in a cell; more than there was room for is told."""
        if filled > room * (1 + 1e-9):
            self._say("room_overfilled", storage=storage, filled=round(filled), room=round(room), unit=unit)
        return f"{max(0.0, room - filled):.12g}"

    def _raise_foot(self, storage: str, curve: list[tuple[float, float]], volume: float) -> None:
        table = self._table("yard_curves")
        foot = next(
            (h + (volume - v) / (w - v) * (g - h) for (h, v), (g, w) in pairwise(curve) if v <= volume < w),
            None,
        )
        if foot is None:
            values = {"storage": storage, "filled": round(volume), "room": round(curve[-1][1]), "unit": "m³"}
            message = Message("actuals.room_overfilled", values)
            raise CaseFaults([Fault("yard_curves.csv", 0, "", message, Message("actuals.lengthen_curve"))])
        own = [row for row in table.rows if row.get("storage") == storage]
        lowest = min(own, key=lambda row: float(row["height_m"]))
        table.rows = [
            row for row in table.rows if row.get("storage") != storage or float(row["volume_m3"]) > volume
        ]
        for row in (row for row in table.rows if row.get("storage") == storage):
            row["volume_m3"] = f"{float(row['volume_m3']) - volume:.12g}"
        table.rows.append(lowest | {"height_m": f"{foot:.12g}", "volume_m3": "0"})

    def _budgets(self) -> None:
        """What has been paid for steps of the plan is no longer there to be spent."""
        places = places_of_lines(self.case)
        lines = {row.name: row for row in self.case.lines}
        table = self._table("budgets")
        for budget in self.case.budgets:
            scope = set(self.case.members(budget.scope)) if budget.scope else None
            paid = sum(
                amount
                for built in self.roll.built
                if scope is None or scope & places[built.line]
                for day, amount in dues(lines[built.line], built)
                if day < self.roll.cut and budget.year in (None, day.year)
            )
            row = next((row for row in table.rows if row.get("name") == budget.name), None)
            if paid > 0 and row is not None:
                _change(table, row, {"amount_cny": f"{max(0.0, budget.amount_cny - paid):.12g}"})
                self._say("budget_less", budget=budget.name, paid=round(paid))

    # ---- what lies there

    def _stock(self) -> None:
        source = {"name": self.roll.source, "title": self.roll.title, "year": str(self.roll.cut.year)}
        sources = self._table("sources")
        sources.put(source, sources.index(source, ["name"]))
        for name, rows in (("opening_stock", self.roll.stock), ("year_to_date", self.roll.to_date)):
            table = self._table(name)
            self._drop_all(table)
            for row in rows:
                table.put(dict(row) | {"source": self.roll.source})
        for row in self._table("materials").rows:
            waste_class = self.roll.classes.get(row.get("name", ""), "")
            if waste_class and row.get("waste_class", "none") in ("", "none"):
                _change(self._table("materials"), row, {"waste_class": waste_class})
                self._say("residue_founds", material=row["name"])
        self._say("stock_rows", count=len(self.roll.stock))

    def _drop_all(self, table: TextTable) -> None:
        table.rows = []
        evidence = self._table("evidence")
        evidence.rows = [row for row in evidence.rows if row.get("table") != table.name]

    def _say_whole_time(self) -> None:
        """Rows that add up over the horizon, or over a year of which a part is over: they count anew."""
        within = self.roll.cut != date(self.roll.cut.year, 1, 1)
        for name in WHOLE_TIME:
            rows = [
                row
                for row in self._table(name).rows
                if row.get("per") == "horizon"
                or (within and row.get("per", "year") in ("", "year") and name != "approvals")
                or (name == "approvals" and row.get("valid_from", "9") < self.roll.cut.isoformat())
            ]
            if rows:
                names = tuple(row.get("name") or row.get("item", "") for row in rows)
                self._say("counts_anew", table=name, names=names[:6], count=len(rows))


def _change(table: TextTable, row: Cells, cells: Mapping[str, str]) -> None:
    """Changes cells of a row; columns that the table lacks are added."""
    row.update(cells)
    order = [name for name in columns(TABLES[table.name]) if name in cells]
    table.header += [name for name in order if name not in table.header]


def dues(line: Line, built: Built) -> list[tuple[date, float]]:
    """(day, CNY) of the payments for a step."""
    parts = shares(line.spend_profile) or (1.0,)
    return [
        (months_after(built.decided, 12 * year), share * built.capex_cny) for year, share in enumerate(parts)
    ]


def with_key(text: str, key: str, words: str) -> str:
    """A YAML text with one of its top keys, and all that belongs to it, written anew."""
    pattern = re.compile(rf"^{key}:.*\n?(?:^(?:[ \t#\]}}-].*)?\n)*", re.MULTILINE)
    found = pattern.search(text if text.endswith("\n") else text + "\n")
    if found is None:
        return f"{text}\n{words}\n"
    whole = text if text.endswith("\n") else text + "\n"
    tail = re.search(r"(?:^(?:#.*)?\n)*\Z", found[0], re.MULTILINE)  # comments that belong to what follows
    kept = "" if tail is None else tail[0]
    return whole[: found.start()] + f"{words}\n" + kept + whole[found.end() :]


def periods_text(periods: tuple[Period, ...]) -> str:
    """Periods as `case.yaml` states them: spans where all have standard names, else one by one."""
    spans: list[tuple[str, int]] = []
    for period in periods:
        length = next((one for one in LENGTHS if _is_span(period, one)), None)
        if length is None:
            rows = [f"  - {{name: {p.name}, start: {p.start}, end: {p.end}}}" for p in periods]
            return "\n".join(["periods:", *rows])
        if spans and spans[-1][0] == length:
            spans[-1] = (length, spans[-1][1] + 1)
        else:
            spans.append((length, 1))
    rows = [f"    - {{length: {length}, count: {count}}}" for length, count in spans]
    return "\n".join(["periods:", f"  start: {periods[0].start}", "  spans:", *rows])


def _is_span(period: Period, length: str) -> bool:
    if span_name(period.start, length) != period.name:
        return False
    months = {"month": 1, "quarter": 3, "half": 6, "year": 12}.get(length)
    if months is None:
        return period.days == {"week": 7, "day": 1}[length]
    return months_after(period.start, months) == period.end
