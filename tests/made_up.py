"""A year of made-up actuals for the plan of a run, deterministic by its seed; every file says that it is made up.

What the plan does in a period is done less or more by one factor, so that the books of every site balance; the waste
named in `more` arises more than that, and the difference is placed where the plan places it. Loads are wetter or
drier than the case says, prices higher or lower.
"""

from __future__ import annotations

import random
from pathlib import Path

import xlsxwriter

from redmud_opt.case import Case
from redmud_opt.case.case import Period
from redmud_opt.plan import Plan
from redmud_opt.study.actuals.books import Book, planned_book

NOTE = (
    "These numbers are made up (seed {seed}): they show how actuals are read, nothing happened so. 数据为虚构"
)

Sheet = tuple[str, list[list[object]]]


def make_up(
    plan: Plan,
    case: Case,
    periods: list[Period],
    folder: Path,
    seed: int = 8,
    more: tuple[str, str, float] | None = None,
) -> list[Path]:
    """Two workbooks: production reports by period, loads by month. more: (waste, storage, share more)."""
    chance = random.Random(seed)
    book = planned_book(dict(plan.frames), periods)
    factor = {period.name: chance.uniform(0.9, 1.02) for period in periods}
    lots = _more(book, periods, factor, more)
    moisture = {row.name: row.moisture for row in case.materials}
    price = {row.name: row.price_cny_per_t for row in case.outlets}
    names = [period.name for period in periods]

    def reports(measure: str, heads: list[str]) -> list[list[object]]:
        rows: list[list[object]] = [heads]
        for key in book.keys(measure):
            for name in names:
                tonnes = book.of(measure, key, name) * factor[name] + lots.get((measure, key, name), 0.0)
                rows.append([*key, name, round(tonnes, 3)])
        return rows

    sold: list[list[object]] = [["outlet", "material", "period", "sold (t, dry)", "price (CNY/t)"]]
    sold += [
        [*row, round(price[str(row[0])] * chance.uniform(0.95, 1.05), 2)] for row in reports("sold", [])[1:]
    ]
    production = [
        ("arisings", reports("arising", ["site", "material", "period", "generated (t, dry)"])),
        ("lines", reports("fed", ["line", "material", "period", "fed (t, dry)"])),
        ("yards", reports("placed", ["storage", "material", "period", "placed (t, dry)"])),
        ("sales", sold),
    ]
    loads = _loads(book, periods, factor, lots, moisture, chance)
    files = [folder / "production.xlsx", folder / "loads.xlsx"]
    _write(files[0], production, seed)
    _write(files[1], [("loads", loads)], seed)
    return files


def _more(
    book: Book, periods: list[Period], factor: dict[str, float], more: tuple[str, str, float] | None
) -> dict[tuple[str, tuple[str, ...], str], float]:
    """Tonnes beside those of the plan: arising, shipped to the storage's site, placed there."""
    found: dict[tuple[str, tuple[str, ...], str], float] = {}
    if more is None:
        return found
    material, storage, share = more
    (arising,) = [key for key in book.keys("arising") if key[-1] == material]
    for period in periods:
        tonnes = share * book.of("arising", arising, period.name) * factor[period.name]
        found["arising", arising, period.name] = tonnes
        found["placed", (storage, material), period.name] = tonnes
        for key in book.keys("shipped", material):
            if key[0] == arising[0] and book.total("placed", (storage, material)) <= book.total(
                "shipped", key
            ):
                found["shipped", key, period.name] = tonnes
    return found


def _loads(
    book: Book,
    periods: list[Period],
    factor: dict[str, float],
    lots: dict[tuple[str, tuple[str, ...], str], float],
    moisture: dict[str, float],
    chance: random.Random,
) -> list[list[object]]:
    """Three loads of a month, wet, each with its number and its moisture."""
    rows: list[list[object]] = [
        ["ticket", "date", "from", "to", "material", "net weight (t, wet)", "moisture (share)"]
    ]
    for key in book.keys("shipped"):
        for period in periods:
            tonnes = book.of("shipped", key, period.name) * factor[period.name]
            tonnes += lots.get(("shipped", key, period.name), 0.0)
            days = [f"{period.year}-{month:02}-{day:02}" for month in period.months for day in (5, 15, 25)]
            for day in days if tonnes else days[::3]:
                water = moisture[key[-1]] * chance.uniform(0.97, 1.03)
                wet = round(tonnes / len(days) / (1 - water), 6)
                rows.append([f"M{len(rows):06}", day, *key, wet, round(water, 12)])
    return rows


def _write(file: Path, sheets: list[Sheet], seed: int) -> None:
    with xlsxwriter.Workbook(str(file)) as workbook:
        workbook.add_worksheet("note").write_string(0, 0, NOTE.format(seed=f"no. {seed}"))
        for name, rows in sheets:
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    write = sheet.write_number if isinstance(cell, float) else sheet.write_string
                    write(number, column, cell)
