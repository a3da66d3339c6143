"""Small cases on disk: the starter case, and what makes it infeasible, unbounded, slow."""

import csv
from collections.abc import Callable, Mapping
from pathlib import Path

from redmud_opt.case import init_case

Row = dict[str, str]


def starter(folder: Path) -> Path:
    """One refinery, magnetic separation, a brick works, a yard; the target is soft."""
    init_case(folder)
    return folder


def edit(case: Path, table: str, change: Callable[[Row], None]) -> Path:
    """Changes every row of a table."""
    path = case / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        change(row)
    _write(path, rows)
    return case


def add(case: Path, table: str, row: Mapping[str, str]) -> Path:
    """Adds a row to a table."""
    path = case / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, header = list(reader), list(reader.fieldnames or ())
    _write(path, [*rows, {name: row.get(name, "") for name in header}])
    return case


def _write(path: Path, rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def hard_target(case: Path, rate: str) -> Path:
    """A hard target. The lines can use 0.1197 of the mud."""
    return edit(case, "targets", lambda row: row.update(hard="yes", at_least=rate, price_cny_per_t=""))


def impossible_by_counting(folder: Path) -> Path:
    """All lines together cannot use half of the mud."""
    return hard_target(starter(folder), "0.5")


def impossible_by_a_solve(folder: Path) -> Path:
    """The lines could, but there is no market for the bricks."""
    case = hard_target(starter(folder), "0.11")
    return edit(case, "outlets", lambda row: row.update(max_t="40000") if row["name"] == "builders" else None)


def unbounded(folder: Path) -> Path:
    """Cement is bought at 330 and sold at 1,000, without limit."""
    case = starter(folder)
    return add(
        case,
        "outlets",
        {"name": "cement_buyers", "site": "city", "material": "cement", "price_cny_per_t": "1000"},
    )


def faulty(folder: Path) -> Path:
    """Two faults: a name that nothing has, and a negative amount."""
    case = edit(starter(folder), "facilities", lambda row: row.update(site="refinary"))
    return edit(case, "lines", lambda row: row.update(capacity="-1"))


def slow(folder: Path) -> Path:
    """A scenario that is read and built in a second or two and solved in twenty or more."""
    starts = [
        f"{y}-{m:02}-{d:02}" for y in (2026, 2027, 2028) for m in range(1, 13) for d in (1, 6, 11, 16, 21, 26)
    ]
    pairs = zip(starts, [*starts[1:], "2029-01-01"], strict=True)
    periods = ", ".join(f"{{name: p{a.replace('-', '')}, start: {a}, end: {b}}}" for a, b in pairs)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "slow.yaml"
    path.write_text(f"base: guangxi\nsettings:\n  periods: [{periods}]\n", encoding="utf-8")
    return path
