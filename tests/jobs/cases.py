"""Small cases on disk: the starter case, and what makes it infeasible, unbounded, slow."""

import csv
import functools
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from redmud_opt import Plan, optimise
from redmud_opt.case import init_case

Row = dict[str, str]


def starter(folder: Path) -> Path:
    """One refinery, magnetic separation, a brick works, a yard; the target is soft."""
    init_case(folder)
    without_evidence(folder)
    return folder


def without_evidence(folder: Path) -> None:
    """Rows that tests add need no evidence."""
    with (folder / "case.yaml").open("a", encoding="utf-8") as keys:
        keys.write("evidence_required: no\n")


GOOD_ENOUGH = 0.15
"""A gap that the first plan of the main case keeps; what tests ask of its plan needs no better one."""


@functools.cache
def guangxi() -> Plan:
    """A plan of the main case, once per session."""
    return optimise("guangxi", gap=GOOD_ENOUGH)


def edit(case: Path, table: str, change: Callable[[Row], None]) -> Path:
    """Changes every row of a table."""
    path = case / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        change(row)
    _write(path, rows)
    return case


def alter(plan: Path, table: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Changes a table of a saved plan, as it is read: its Parquet file."""
    path = plan / f"{table}.parquet"
    change(pd.read_parquet(path)).to_parquet(path, index=False)


def added(column: str, row: int, amount: float) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """A change: so much more in one cell."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[row, column] += amount
        return frame

    return change


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


SLOW_LIMIT_S = 120.0
"""The time limit of a slow solve: if the tests are killed, what they started does not go on for hours."""


def slow(folder: Path) -> Path:
    """A scenario that is read and built in a second and holds no plan for many: 28 quarters."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "slow.yaml"
    quarters = "{start: 2026-01-01, spans: [{length: quarter, count: 28}]}"
    path.write_text(f"base: guangxi\nsettings:\n  periods: {quarters}\n", encoding="utf-8")
    return path


def growing(folder: Path) -> Path:
    """Three years with every kind of decision: built in units and by size, closed, run, opened, used, refunded.

    A separator unit is 12 MCNY, 0.6 at the decision and 0.4 a year later; the press 4 MCNY and 60 CNY per t/a.
    """
    case = starter(folder)
    text = (case / "case.yaml").read_text(encoding="utf-8")
    (case / "case.yaml").write_text(
        text.replace("{length: quarter, count: 4}", "{length: year, count: 3}"), encoding="utf-8"
    )
    edit(case, "lines", lambda row: row.update(fixed_om_cny_per_a="", closing_cost_cny=""))
    edit(case, "outlets", lambda row: row.update(max_t="400000") if row["name"] == "builders" else None)
    labels = {
        "separator_2": ("Second separator", "磁选二线"),
        "press_2": ("Second press, any size", "砖机二线（规模可选）"),
        "old_press": ("Old press", "旧砖机"),
    }
    common = {"per": "year", "availability": "0.9", "capacity_unit": "t", "evidence": "assumed"}
    lines: tuple[Row, ...] = (
        {
            "name": "separator_2",
            "facility": "separation_plant",
            "capacity": "300000",
            "candidate": "yes",
            "capex_cny": "12000000",
            "spend_profile": "0.6; 0.4",
            "lead_time_months": "12",
            "life_a": "15",
            "times": "3",
            "min_rate": "0.3",
        },
        {
            "name": "press_2",
            "facility": "brick_works",
            "capacity": "200000",
            "candidate": "yes",
            "capex_cny": "4000000",
            "lead_time_months": "6",
            "life_a": "10",
        },
        {
            "name": "old_press",
            "facility": "brick_works",
            "capacity": "1000",
            "fixed_om_cny_per_a": "3000000",
            "closing_cost_cny": "100000",
        },
    )
    for line in lines:
        english, chinese = labels[line["name"]]
        put(case, "lines", common | line | {"label_en": english, "label_zh": chinese})
    process = {"separator_2": "magnetic_separation", "press_2": "brick_making", "old_press": "brick_making"}
    for name, runs in process.items():
        put(case, "line_processes", {"line": name, "process": runs, "use_per_t": "1"})
    tier = {"item": "press_2", "per": "year", "evidence": "assumed"}
    put(case, "tiers", tier | {"step": "1", "width_t": "200000", "price_cny_per_t": "60"})
    lane = {"name": "tramway", "from_site": "refinery", "to_site": "city", "mode": "rail", "basis": "dry"}
    price = {"cost_cny_per_t": "1", "fixed_cost_cny": "100000", "fixed_cost_cny_per_period": "20000"}
    put(case, "lanes", lane | price | {"evidence": "assumed"})
    refund = {"facility": "brick_works", "product": "brick", "threshold": "0.5", "rate": "0.7"}
    put(case, "vat_refunds", refund | {"price_cny_per_t": "100", "evidence": "assumed"})
    put(case, "budgets", {"name": "first", "year": "2026", "amount_cny": "30000000", "evidence": "assumed"})
    put(case, "budgets", {"name": "whole", "year": "", "amount_cny": "90000000", "evidence": "assumed"})
    return case


def put(case: Path, table: str, row: Mapping[str, str]) -> Path:
    """Adds a row to a table that may not be there yet or lack its columns."""
    path = case / f"{table}.csv"
    rows: list[Row] = []
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    header = dict.fromkeys([*(rows[0] if rows else ()), *row])
    _write(path, [{name: old.get(name, "") for name in header} for old in (*rows, row)])
    return case
