"""Import of a planner's own table: what is understood, what is refused, and that a case changes wholly or never."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from tests.case.conftest import Folder
from tests.case.test_library import OWN, TABLES

from redmud_opt.case import Case, CaseFaults, Fault, load_case
from redmud_opt.case.importing import Imported, import_file, sheets
from redmud_opt.case.importing.headings import NAMES, heading
from redmud_opt.case.importing.sheets import decoded
from redmud_opt.i18n import LANGUAGES, Message, template

HEAD = "单位,物料名称,产生量（万吨，湿基）,含水率(%),年份\n"
ROW = "氧化铝厂,赤泥,180,35,2026\n"


def put(folder: Folder, content: str | bytes, name: str = "ledger.csv") -> Path:
    path = folder.path.parent / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def found(
    folder: Folder, content: str | bytes, name: str = "ledger.csv", **asked: object
) -> list[tuple[str, int]]:
    """(key, row) of every fault."""
    before = {path.name: path.read_bytes() for path in folder.path.iterdir()}
    with pytest.raises(CaseFaults) as caught:
        import_file(folder.path, put(folder, content, name), **asked)  # type: ignore[arg-type]
    assert {path.name: path.read_bytes() for path in folder.path.iterdir()} == before
    for language in LANGUAGES:
        assert "importing." not in caught.value.render(language)
    return [(f.message.key.removeprefix("importing."), f.row) for f in caught.value.faults]


def done(folder: Folder, content: str | bytes, name: str = "ledger.csv", **asked: object) -> Imported:
    return import_file(folder.path, put(folder, content, name), **asked)  # type: ignore[arg-type]


def remarks(imported: Imported) -> list[str]:
    return [remark.key.removeprefix("importing.") for remark in imported.remarks]


# ---- headings


@pytest.mark.parametrize(
    ("text", "field", "factor", "basis", "year"),
    [
        ("产生量（万吨，湿基）", "amount", 1e4, "wet", None),
        ("2025年产生量/吨", "amount", 1, "", 2025),
        ("湿基产生量(t)", "amount", 1, "wet", None),
        ("Generated, kt dry", "amount", 1e3, "dry", None),
        ("amount_kt_wet", "amount", 1e3, "wet", None),
        ("Dry amount (Mt)", "amount", 1e6, "dry", None),
        ("含水率 %", "moisture", 0.01, "", None),
        ("产污系数（kg/t-Al）", "factor", 1e-3, "", None),
        ("氧化铝产量（万吨/年）", "production", 1e4, "", None),
        ("期末库存（吨）", "stock", 1, "", None),
        ("产生量(t，干/湿)", "amount", 1, "both", None),
        ("产生量(MT)", "amount", None, "", None),
        ("Waste generated [tons]", "amount", None, "", None),
    ],
)
def test_headings(text: str, field: str, factor: float | None, basis: str, year: int | None) -> None:
    held = heading(text)
    assert held is not None
    assert (held.field, held.factor, held.basis, held.year) == (field, factor, basis, year)


def test_headings_that_are_not_known() -> None:
    assert heading("处置量(吨)") is None
    words = [word for names in NAMES.values() for word in names.split("|")]
    assert len(words) == len(set(words))


# ---- what is understood


def test_wet_tonnes_become_dry(folder: Folder) -> None:
    imported = done(folder, HEAD + ROW + "合计,,180,,\n")
    (row,) = folder.load().arisings
    assert (row.name, row.amount_t, row.production_t, row.during) == (
        "red_mud_refinery_2026",
        1_170_000,
        None,
        "2026",
    )
    assert (row.evidence, row.as_of, row.source) == ("measured", 2026, "import ledger.csv")
    assert "180 万吨 wet at 35 %" in row.comment
    assert remarks(imported) == ["total_skipped"]
    assert [(one.table, one.what) for one in imported.changes] == [
        ("sources", "added"),
        ("arisings", "added"),
        ("arisings", "removed"),
    ]


def test_without_a_moisture_that_of_the_case_counts(folder: Folder) -> None:
    done(folder, "site,material,amount (kt wet)\nrefinery,red_mud,1000\n")
    (row,) = folder.load().arisings
    assert (row.name, row.amount_t, row.evidence) == ("mud", pytest.approx(670_000), "derived")


def test_twice_is_once(folder: Folder) -> None:
    done(folder, HEAD + ROW)
    before = {path.name: path.read_bytes() for path in folder.path.iterdir()}
    done(folder, HEAD + ROW)
    assert {path.name: path.read_bytes() for path in folder.path.iterdir()} == before


def test_a_dry_run_writes_nothing(folder: Folder) -> None:
    before = {path.name: path.read_bytes() for path in folder.path.iterdir()}
    imported = done(folder, HEAD + ROW, dry_run=True)
    assert not imported.written
    assert imported.changes
    assert {path.name: path.read_bytes() for path in folder.path.iterdir()} == before


def test_production_times_factor(folder: Folder) -> None:
    done(folder, "plant,waste,alumina production (kt),factor (t/t dry)\nrefinery,red_mud,800,1.4\n")
    (row,) = folder.load().arisings
    assert (row.amount_t, row.production_t, row.factor_t_per_t) == (None, 800_000, 1.4)


def test_months_add_up_to_quarters(folder: Folder) -> None:
    lines = "".join(f"refinery,red_mud,2026,{month}月,{month}\n" for month in range(1, 13))
    done(folder, "plant,material,year,month,amount (kt dry)\n" + lines)
    assert [(row.during, row.per, row.amount_t) for row in folder.load().arisings] == [
        ("2026Q1", "period", 6000),
        ("2026Q2", "period", 15000),
        ("2026Q3", "period", 24000),
        ("2026Q4", "period", 33000),
    ]


def test_the_year_before_stands_for_all(folder: Folder) -> None:
    imported = done(folder, "plant,material,amount 2025 (t dry)\nrefinery,red_mud,900000\n")
    (row,) = folder.load().arisings
    assert (row.during, row.as_of, row.amount_t) == ("", 2025, 900_000)
    assert remarks(imported) == ["taken_for_all"]


def test_semicolons_gb18030_and_a_row_of_units(folder: Folder) -> None:
    content = "某厂台账;;;\n单位;物料名称;产生量;备注\n;;吨（干）;\n氧化铝厂;赤泥;900000;x\n".encode(
        "gb18030"
    )
    imported = done(folder, content)
    assert folder.load().arisings[0].amount_t == 900_000
    assert remarks(imported) == ["read_as"]


def test_a_column_of_units(folder: Folder) -> None:
    done(folder, "厂名,名称,产生量（干）,单位\n氧化铝厂,赤泥,90,万吨\n")
    assert folder.load().arisings[0].amount_t == 900_000


def test_columns_by_name(folder: Folder) -> None:
    done(folder, "甲,乙,丙,丁\nrefinery,red_mud,3,9\n", columns={
        "甲": "site", "乙": "material", "丙": "产生量（万吨，干）", "丁": "ignore",
    })  # fmt: skip
    assert folder.load().arisings[0].amount_t == 30_000


def test_stock_goes_to_the_only_storage(folder: Folder) -> None:
    folder.set("storages", 2, retrievable="yes", method="D1")
    done(folder, "单位,物料,期末库存（吨，干）,产生日期\n氧化铝厂,赤泥,5000,2025-11-30\n")
    (row,) = folder.load().opening_stock
    assert (row.storage, row.material, row.amount_t, str(row.arose_on)) == (
        "yard",
        "red_mud",
        5000,
        "2025-11-30",
    )
    assert (
        done(folder, "单位,物料,期末库存（吨，干）,产生日期\n氧化铝厂,赤泥,6000,2025-11-30\n").changes[1].what
        == "replaced"
    )
    assert found(folder, "单位,物料,期末库存（吨，干）\n氧化铝厂,赤泥,6000\n", "new.csv") == [
        ("stock_twice", 2)
    ]


# ---- the day of stock-taking


@pytest.mark.parametrize("name", ["库存日期", "盘点日期", "截止日期", "stock date"])
@pytest.mark.parametrize("day", ["2025-12-31", "2025-12-01", "2026-01-01"])
def test_stock_taken_about_the_first_day(folder: Folder, name: str, day: str) -> None:
    folder.set("storages", 2, retrievable="yes", method="D1")
    imported = done(folder, f"单位,物料,库存（吨，干）,{name}\n氧化铝厂,赤泥,5000,{day}\n")
    (row,) = folder.load().opening_stock
    assert (row.amount_t, row.arose_on, row.as_of) == (5000, None, int(day[:4]))
    assert remarks(imported) == []


@pytest.mark.parametrize("day", ["2025-11-30", "2024-12-31", "2026-01-02", "2026-12-31"])
def test_stock_taken_at_another_time_is_no_opening_stock(folder: Folder, day: str) -> None:
    folder.set("storages", 2, retrievable="yes", method="D1")
    content = f"单位,物料,库存（吨，干）,产生日期,盘点日期\n氧化铝厂,赤泥,5000,2020-01-01,{day}\n"
    with pytest.raises(CaseFaults) as caught:
        done(folder, content)
    (fault,) = caught.value.faults
    assert (fault.message.key, fault.row, fault.column) == ("importing.stock_of_another_day", 2, "盘点日期")
    for language in LANGUAGES:
        assert "2026-01-01" in fault.render(language)
        assert day in fault.render(language)


def test_faults_of_a_stock_and_of_its_day_are_one_list(folder: Folder) -> None:
    content = "单位,物料,库存（吨）,盘点日期\n氧化铝厂,赤泥,5000,2025-06-30\n"
    assert found(folder, content) == [("basis_missing", 2), ("stock_of_another_day", 2)]


def test_a_day_of_stock_taking_that_is_no_day(folder: Folder) -> None:
    folder.set("storages", 2, retrievable="yes", method="D1")
    content = "单位,物料,库存（吨，干）,盘点日期\n氧化铝厂,赤泥,5000,年底\n"
    assert found(folder, content) == [("case.not_a_date", 2)]
    assert done(folder, content, columns={"盘点日期": "ignore"}).written


def test_a_map_says_that_a_column_is_the_day_of_stock_taking(folder: Folder) -> None:
    content = "单位,物料,库存（吨，干）,报表日\n氧化铝厂,赤泥,5000,2024-12-31\n"
    folder.set("storages", 2, retrievable="yes", method="D1")
    assert found(folder, content, columns={"报表日": "stock date"}) == [("stock_of_another_day", 2)]


def test_a_day_of_stock_taking_without_stock_is_not_read(folder: Folder) -> None:
    imported = done(folder, "单位,物料,产生量（吨，干）,截止日期\n氧化铝厂,赤泥,5000,2025-06-30\n")
    assert remarks(imported) == ["column_not_read"]


@pytest.mark.parametrize(
    ("head", "zh", "en", "amount"),
    [
        ("贮存量（吨）", "库存量（吨，湿）", "stock (t, wet)", 3350),
        ("贮存量（万吨）", "库存量（万吨，湿）", "stock (万吨, wet)", 33_500_000),
        ("stock (t)", "库存量（吨，湿）", "stock (t, wet)", 3350),
        ("产生量（吨）", "产生量（吨，湿）", "amount (t, wet)", 3350),
        ("产生量（万吨/月）", "产生量（湿）", "amount (wet)", 12 * 33_500_000),
        ("月产生量（吨）", "产生量（湿）", "amount (wet)", 12 * 3350),
    ],
)
def test_the_remedy_for_a_missing_basis_is_one_that_helps(
    folder: Folder, head: str, zh: str, en: str, amount: float
) -> None:
    folder.set("storages", 2, retrievable="yes", method="D1")
    content = f"单位,物料,{head}\n氧化铝厂,赤泥,5000\n"
    with pytest.raises(CaseFaults) as caught:
        done(folder, content)
    for language, words in (("zh", zh), ("en", en)):
        assert f'--map "{head}={words}"' in caught.value.render(language)
        done(folder, content, columns={head: words})
        case = folder.load()
        rows = [row.amount_t for row in (case.opening_stock or case.arisings)]
        assert rows == [pytest.approx(amount)]


def test_the_remedy_for_a_factor_without_basis_is_one_that_helps(folder: Folder) -> None:
    content = "单位,物料,产量（吨）,系数（kg/t-AO）\n氧化铝厂,赤泥,5000,1000\n"
    with pytest.raises(CaseFaults) as caught:
        done(folder, content)
    assert '--map "系数（kg/t-AO）=产生系数（kg/t-AO，湿）"' in caught.value.render("zh")
    done(folder, content, columns={"系数（kg/t-AO）": "产生系数（kg/t-AO，湿）"})
    assert folder.load().arisings[0].factor_t_per_t == pytest.approx(0.67)


# ---- rates and times

QUARTERS = "spans: [{length: quarter, count: 4}]"
TWELVE = "".join(f"refinery,red_mud,2026,{month},1000,1.4\n" for month in range(1, 13))
FOUR = "".join(f"refinery,red_mud,2026Q{number},100\n" for number in range(1, 5))


def arose(folder: Folder) -> list[tuple[str, str, float | None]]:
    return [(row.during, row.per, row.amount_t) for row in folder.load().arisings]


@pytest.mark.parametrize("rate", ["", "/月"])
def test_production_of_a_month_is_that_of_the_month(folder: Folder, rate: str) -> None:
    folder.yaml(QUARTERS, "spans: [{length: month, count: 12}]")
    done(folder, f"plant,waste,year,month,production (t{rate}),factor (t/t 干)\n{TWELVE}")
    rows = folder.load().arisings
    assert [row.during for row in rows] == [f"2026-{month:02}" for month in range(1, 13)]
    assert {(row.per, row.production_t, row.factor_t_per_t) for row in rows} == {("period", 1000, 1.4)}
    assert not any("× 12" in row.comment for row in rows)


def test_production_of_months_adds_up_to_quarters(folder: Folder) -> None:
    done(folder, f"plant,waste,year,month,production (t/月),factor (t/t 干)\n{TWELVE}")
    assert arose(folder) == [(f"2026Q{number}", "period", 4200) for number in range(1, 5)]


def test_production_per_month_of_a_quarter_or_of_a_year(folder: Folder) -> None:
    lines = "".join(f"refinery,red_mud,2026Q{number},1000,1.4\n" for number in range(1, 5))
    done(folder, f"plant,waste,period,production (t/月),factor (t/t 干)\n{lines}")
    rows = folder.load().arisings
    assert {(row.per, row.production_t) for row in rows} == {("period", 3000)}
    assert "1000 t × 3 × 1.4 t/t dry" in rows[0].comment
    done(folder, "plant,waste,production (t/月),factor (t/t 干)\nrefinery,red_mud,1000,1.4\n")
    (row,) = folder.load().arisings
    assert (row.per, row.production_t, row.factor_t_per_t) == ("year", 12_000, 1.4)
    assert "1000 t × 12 × 1.4 t/t dry" in row.comment


def test_an_amount_per_month_of_a_quarter_or_of_a_year(folder: Folder) -> None:
    done(folder, "plant,material,period,amount (t/month dry)\n" + FOUR)
    assert arose(folder) == [(f"2026Q{number}", "period", 300) for number in range(1, 5)]
    assert "100 t × 3" in folder.load().arisings[0].comment
    done(folder, "plant,material,year,amount (t/month dry)\nrefinery,red_mud,2026,100\n")
    assert arose(folder) == [("2026", "year", 1200)]


def test_an_amount_per_year_of_a_year(folder: Folder) -> None:
    done(folder, "plant,material,year,年产生量 (t/a dry)\nrefinery,red_mud,2026,100\n")
    assert arose(folder) == [("2026", "year", 100)]
    folder.yaml(QUARTERS, "spans: [{length: year, count: 1}]")
    done(folder, "plant,material,period,amount (t/a dry)\nrefinery,red_mud,2026,100\n")
    assert arose(folder) == [("2026", "period", 100)]


@pytest.mark.parametrize(
    ("head", "lines", "key"),
    [
        ("year,month,amount (t/a dry)", ["2026,1,9", "2026,2,9", "2026,3,9"], "rate_year"),
        ("year,month,年产生量 (t dry)", ["2026,1,9", "2026,2,9", "2026,3,9"], "rate_year"),
        ("period,amount (t/a dry)", [f"2026Q{number},9" for number in range(1, 5)], "rate_year"),
        ("period,production (t/a),factor (t/t dry)", [f"2026Q{n},9,1" for n in range(1, 5)], "rate_year"),
        ("year,本月产生量 (t dry)", ["2026,9"], "rate_this_month"),
        ("本月产生量 (t dry)", ["9"], "rate_this_month"),
        ("stock (t/a dry)", ["9"], "rate_of_stock"),
        ("stock (t/month dry)", ["9"], "rate_of_stock"),
        ("period,month,amount (t dry)", ["2026Q1,1,9", "2026Q1,2,9"], "period_disagrees"),
        ("period,year,amount (t dry)", ["2026Q1,2025,9"], "period_disagrees"),
    ],
)
def test_rates_that_contradict_the_time_of_their_row(
    folder: Folder, head: str, lines: list[str], key: str
) -> None:
    content = f"plant,material,{head}\n" + "".join(f"refinery,red_mud,{line}\n" for line in lines)
    assert found(folder, content)[0] == (key, 2)
    assert len({one for one, _ in found(folder, content)}) == 1


def test_the_remedy_for_a_rate_is_one_that_helps(folder: Folder) -> None:
    content = "plant,material,period,产生量 (万吨/年，干)\n" + FOUR
    with pytest.raises(CaseFaults) as caught:
        done(folder, content)
    words = caught.value.render("en")
    assert (
        "column `产生量 (万吨/年，干)`: '产生量 (万吨/年，干)' is an amount per year, the row speaks of period 2026Q1"
        in words
    )
    for held, amount in (("amount (万吨)", 1e6), ("amount (万吨/month)", 3e6)):
        assert f'--map "产生量 (万吨/年，干)={held}"' in words
        done(folder, content, columns={"产生量 (万吨/年，干)": held})
        assert {one for _, _, one in arose(folder)} == {amount}


def test_periods_that_are_no_whole_months_have_no_rate_per_month(folder: Folder) -> None:
    folder.yaml(
        f"{{start: 2026-01-01, {QUARTERS}}}",
        "[{name: a, start: 2026-01-01, end: 2026-02-15}, {name: b, start: 2026-02-15, end: 2027-01-01}]",
    )
    lines = "refinery,red_mud,a,9\nrefinery,red_mud,b,9\n"
    assert found(folder, f"plant,material,period,amount (t/月 dry)\n{lines}") == [("rate_month", 2)]
    done(folder, f"plant,material,period,amount (t dry)\n{lines}")
    assert arose(folder) == [("a", "period", 9), ("b", "period", 9)]


def test_the_amount_of_a_month_under_its_own_heading(folder: Folder) -> None:
    lines = "".join(f"refinery,red_mud,2026,{month},10\n" for month in range(1, 13))
    for name in ("月产生量", "本月产生量"):
        done(folder, f"plant,material,year,month,{name}（吨，干）\n{lines}")
        assert arose(folder) == [(f"2026Q{number}", "period", 30) for number in range(1, 5)]
    done(folder, "plant,material,月产生量（吨，干）\nrefinery,red_mud,10\n")
    assert arose(folder) == [("", "year", 120)]


def test_a_map_that_states_a_unit_states_the_rate(folder: Folder) -> None:
    content = "plant,material,period,amount (t/a dry)\n" + FOUR
    done(folder, content, columns={"amount (t/a dry)": "amount (t)"})
    assert arose(folder) == [(f"2026Q{number}", "period", 100) for number in range(1, 5)]


# ---- what is replaced

LOT = "单位,物料,期末库存（吨，干）,产生日期\n氧化铝厂,赤泥,5000,"


def lots(folder: Folder) -> list[tuple[str, float, str]]:
    return [(row.source, row.amount_t, str(row.arose_on or "")) for row in folder.load().opening_stock]


def test_stock_that_gets_another_date_is_one_lot(folder: Folder) -> None:
    folder.set("storages", 2, retrievable="yes", method="D1")
    folder.add("storages", name="shed", site="city", material="muds", retrievable="yes", method="D1")
    folder.file(
        "opening_stock.csv", "storage,material,amount_t,arose_on,origin_site\nshed,red_mud,7,,refinery\n"
    )
    done(folder, LOT + "\n")
    for day, before in (("2025-11-30", "yard/red_mud"), ("2025-10-31", "yard/red_mud/2025-11-30")):
        imported = done(folder, LOT + day + "\n")
        assert lots(folder) == [("", 7, ""), ("import ledger.csv", 5000, day)]
        assert [(one.what, one.name) for one in imported.changes if one.table == "opening_stock"] == [
            ("added", f"yard/red_mud/{day}"),
            ("removed", before),
        ]
    imported = done(folder, LOT + "\n")
    assert lots(folder) == [("", 7, ""), ("import ledger.csv", 5000, "")]


def test_lots_of_one_ledger_stay_side_by_side(folder: Folder) -> None:
    folder.set("storages", 2, retrievable="yes", method="D1")
    second = "2025-11-30\n氧化铝厂,赤泥,60,2025-12-31\n"
    done(folder, LOT + second)
    done(folder, LOT + second)
    assert [day for _, _, day in lots(folder)] == ["2025-11-30", "2025-12-31"]
    done(folder, LOT + "2025-10-31\n", "other.csv")
    assert [source for source, _, _ in lots(folder)] == ["import ledger.csv"] * 2 + ["import other.csv"]


def test_evidence_of_a_lot_goes_with_it(folder: Folder) -> None:
    folder.set("storages", 2, retrievable="yes", method="D1")
    done(folder, LOT + "2025-11-30\n")
    folder.file(
        "evidence.csv",
        "table,item,column,evidence\nopening_stock,yard/red_mud/2025-11-30,amount_t,assumed\n",
    )
    imported = done(
        folder,
        LOT + "2025-10-31\n",
    )
    assert [one.what for one in imported.changes if one.table == "evidence"] == ["removed"]


def test_all_that_the_case_says_of_the_same_times_is_replaced(folder: Folder) -> None:
    folder.add("arisings", name="more_mud", site="refinery", material="red_mud", amount_t=5)
    imported = done(folder, "site,material,amount (t dry)\nrefinery,red_mud,900\n")
    assert [row.amount_t for row in folder.load().arisings] == [900]
    assert [one.what for one in imported.changes if one.table == "arisings"] == ["replaced", "removed"]


def test_a_new_row_takes_no_name_of_an_inactive_one(folder: Folder) -> None:
    folder.set("arisings", 2, name="red_mud_refinery_2026", active="no")
    done(folder, HEAD + ROW)
    assert [row[0] for row in folder.read("arisings")[1:]] == [
        "red_mud_refinery_2026",
        "red_mud_refinery_2026_2",
    ]
    assert [row.name for row in folder.load().arisings] == ["red_mud_refinery_2026_2"]


YEARS = "spans: [{length: quarter, count: 4}, {length: year, count: 2}]"
MEASURED = "table,item,column,low,high,evidence\narisings,mud,factor_t_per_t,1,1.4,assumed\n"


def test_a_year_is_split_from_a_row_of_all_years(folder: Folder) -> None:
    folder.yaml(QUARTERS, YEARS)
    folder.set("arisings", 2, comment="as ever")
    folder.file("evidence.csv", MEASURED)
    imported = done(folder, "site,material,year,amount (t dry)\nrefinery,red_mud,2026,900\n")
    rows = {row.during: row for row in folder.load().arisings}
    assert {during: (row.name, row.amount_t, row.production_t) for during, row in rows.items()} == {
        "2026": ("red_mud_refinery_2026", 900, None),
        "2027": ("mud_2027", None, 1_000_000),
        "2028": ("mud_2028", None, 1_000_000),
    }
    assert (rows["2027"].factor_t_per_t, rows["2028"].comment) == (1.2, "as ever")
    assert folder.read("evidence")[1:] == [
        ["arisings", f"mud_{year}", "factor_t_per_t", "1", "1.4", "assumed"] for year in (2027, 2028)
    ]
    assert [(one.table, one.what, one.name) for one in imported.changes[1:]] == [
        ("arisings", "added", "red_mud_refinery_2026"),
        ("arisings", "added", "mud_2027"),
        ("evidence", "added", "arisings/mud_2027/factor_t_per_t"),
        ("arisings", "added", "mud_2028"),
        ("evidence", "added", "arisings/mud_2028/factor_t_per_t"),
        ("arisings", "removed", "mud"),
        ("evidence", "removed", "arisings/mud/factor_t_per_t"),
    ]
    assert remarks(imported) == []
    before = {path.name: path.read_bytes() for path in folder.path.iterdir()}
    done(folder, "site,material,year,amount (t dry)\nrefinery,red_mud,2026,900\n")
    assert {path.name: path.read_bytes() for path in folder.path.iterdir()} == before
    done(folder, "site,material,year,amount (t dry)\nrefinery,red_mud,2027,800\n", "next.csv")
    assert [(row.name, row.amount_t) for row in folder.load().arisings if row.during == "2027"] == [
        ("mud_2027", 800)
    ]


def test_months_of_a_whole_year_are_split_from_a_row_of_all_years(folder: Folder) -> None:
    folder.yaml(QUARTERS, YEARS)
    folder.set("arisings", 2, calendar="")
    lines = "".join(f"refinery,red_mud,2026,{month},1\n" for month in range(1, 13))
    done(folder, "site,material,year,month,amount (t dry)\n" + lines)
    assert sorted(row.during for row in folder.load().arisings) == [
        *(f"2026Q{number}" for number in range(1, 5)), "2027", "2028",
    ]  # fmt: skip
    folder.file("arisings.csv", "name,site,material,amount_t\nmud,refinery,red_mud,5\n")
    assert found(folder, "site,material,period,amount (t dry)\nrefinery,red_mud,2026Q2,1\n") == [
        ("overlaps", 2)
    ]


def test_a_row_of_a_part_of_another_year_is_not_split(folder: Folder) -> None:
    folder.yaml(QUARTERS, "spans: [{length: quarter, count: 8}]")
    for number in range(1, 5):
        folder.add("groups", group="early", member=f"2026Q{number}")
    folder.add("groups", group="early", member="2027Q1")
    folder.set("arisings", 2, during="early")
    content = "site,material,year,amount (t dry)\nrefinery,red_mud,2026,900\n"
    assert found(folder, content) == [("overlaps", 2)]


def test_a_fault_of_a_split_row_stands_where_the_case_says_it(folder: Folder) -> None:
    folder.yaml(QUARTERS, YEARS)
    folder.set("arisings", 2, production_t="many")
    content = "site,material,year,amount (t dry)\nrefinery,red_mud,2026,900\n"
    assert {one[:3] for one in places(folder, content)} == {("case.not_a_number", "arisings.csv", 2)}


def test_years_without_a_row_are_those_that_have_none(folder: Folder) -> None:
    folder.yaml(QUARTERS, YEARS)
    head = "name,site,material,during,amount_t,active\n"
    folder.file(
        "arisings.csv",
        head + "a,refinery,red_mud,2026,5,\nb,refinery,red_mud,2027,6,\nc,refinery,red_mud,2028,6,no\n",
    )
    imported = done(folder, "site,material,year,amount (t dry)\nrefinery,red_mud,2026,900\n")
    (remark,) = imported.remarks
    assert (remark.key, remark.values["years"]) == ("importing.years_without", ("2028",))
    assert {row.during: row.amount_t for row in folder.load().arisings} == {"2026": 900, "2027": 6}
    folder.set("arisings", 4, active="yes")
    imported = done(folder, "site,material,year,amount (t dry)\nrefinery,red_mud,2026,800\n")
    assert remarks(imported) == []


def test_the_row_to_split_is_named_as_it_stands(folder: Folder) -> None:
    """Rows that the import itself takes away, and blank lines, do not shift it."""
    folder.add("arisings", name="tails", site="city", material="red_mud", amount_t=5)
    text = (folder.path / "arisings.csv").read_text(encoding="utf-8").replace("\ntails", "\n\ntails")
    folder.file("arisings.csv", text)
    lines = "refinery,red_mud,2026,5,\ncity,red_mud,,6,2026Q1\n"
    with pytest.raises(CaseFaults) as caught:
        done(folder, "site,material,year,amount (t dry),period\n" + lines)
    (fault,) = caught.value.faults
    assert fault.remedy is not None
    assert (fault.message.key, fault.remedy.values["row"]) == ("importing.overlaps", "4")


# ---- totals


@pytest.mark.parametrize("words", ["Total: three lines", "合计：三条线"])
def test_a_remark_of_totals_makes_no_total(folder: Folder, words: str) -> None:
    for head, line in (
        ("单位,物料,产生量（吨，干）,备注", f"氧化铝厂,赤泥,5,{words}"),
        ("备注,单位,物料,产生量（吨，干）", f"{words},氧化铝厂,赤泥,5"),
        ("单位,物料,区域,产生量（吨，干）", f"氧化铝厂,赤泥,{words},5"),
    ):
        imported = done(folder, f"{head}\n{line}\n")
        assert "total_skipped" not in remarks(imported)
        assert folder.load().arisings[0].amount_t == 5


@pytest.mark.parametrize(
    "line", ["合计,,,5", ",合计,,5", "1,氧化铝厂,小计,5", "1,合计：,,5", "Total,氧化铝厂,赤泥,5"]
)
def test_totals(folder: Folder, line: str) -> None:
    imported = done(folder, f"序号,单位,物料,产生量（吨，干）\n1,氧化铝厂,赤泥,5\n{line}\n")
    assert remarks(imported) == ["total_skipped"]


def test_totals_of_months(folder: Folder) -> None:
    lines = "".join(f"氧化铝厂,赤泥,2026,{month},5\n" for month in range(1, 13))
    imported = done(folder, f"单位,物料,年份,月份,产生量（吨，干）\n{lines}氧化铝厂,赤泥,2026,合计,60\n")
    assert remarks(imported) == ["total_skipped"]


# ---- workbooks


def workbook(path: Path, rows: list[list[object]], name: str = "台账") -> Path:
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


BOOK: list[list[object]] = [["2026 年"], ["单位", "物料", "产生量（吨，干）"], ["氧化铝厂", "赤泥", 1234.5]]


def test_a_workbook(folder: Folder) -> None:
    imported = import_file(folder.path, workbook(folder.path.parent / "a.xlsx", BOOK))
    assert imported.file == "a.xlsx [台账]"
    assert folder.load().arisings[0].amount_t == 1234.5
    source = next(row for row in folder.load().sources if row.name == "import a.xlsx 台账")
    assert source.title.startswith("The plant's own table: a.xlsx, sheet 台账, as of 20")


def book_faults(folder: Folder, path: Path, **asked: object) -> list[tuple[str, int]]:
    with pytest.raises(CaseFaults) as caught:
        import_file(folder.path, path, **asked)  # type: ignore[arg-type]
    return [(f.message.key.removeprefix("importing."), f.row) for f in caught.value.faults]


def test_words_that_begin_with_an_equals_sign_are_words(folder: Folder) -> None:
    rows = [*BOOK[:2], ['=HYPERLINK("http://x")', "赤泥", 5], ["氧化铝厂", "赤泥", "=1+1"]]
    path = workbook(folder.path.parent / "a.xlsx", rows)
    assert book_faults(folder, path) == [("unknown_site", 3), ("case.not_a_number", 4)]


def test_formulas_count_by_their_kept_value(folder: Folder) -> None:
    path = folder.path.parent / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["单位", "物料", "产生量（吨，干）"])
        sheet.write_row(1, 0, ["氧化铝厂", "赤泥"])
        sheet.write_formula(1, 2, "=40+2", None, 42)
    import_file(folder.path, path)
    assert folder.load().arisings[0].amount_t == 42


def test_errors_and_formulas_without_value_are_no_blanks(folder: Folder) -> None:
    path = folder.path.parent / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["单位", "物料", "产生量（吨，干）"])
        sheet.write_row(1, 0, ["氧化铝厂", "赤泥"])
        sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
        sheet.write_formula(2, 2, "=1+1", None, "")
    with zipfile.ZipFile(path) as box:
        parts = {name: box.read(name) for name in box.namelist()}
    xml = parts["xl/worksheets/sheet1.xml"].replace(b"<f>1+1</f><v></v>", b"<f>1+1</f>")
    with zipfile.ZipFile(path, "w") as box:
        for name, content in (parts | {"xl/worksheets/sheet1.xml": xml}).items():
            box.writestr(name, content)
    assert book_faults(folder, path) == [("error_cell", 2), ("formula_without_value", 3)]


def test_merged_cells_hold_for_all_their_rows(folder: Folder) -> None:
    path = folder.path.parent / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["单位", "物料", "年份", "产生量（吨，干）"])
        sheet.merge_range(1, 0, 2, 0, "氧化铝厂")
        sheet.write_row(1, 1, ["赤泥", 2026, 42])
        sheet.write_row(2, 1, ["赤泥", 2025, 43])
    imported = import_file(folder.path, path)
    assert remarks(imported) == ["merged", "outside"]


def test_a_workbook_that_unpacks_to_too_much(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder.path.parent / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    assert path.stat().st_size < 100_000
    assert book_faults(folder, path) == [("too_large", 0)]


def test_a_cell_in_the_far_corner(folder: Folder) -> None:
    path = folder.path.parent / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write(1_048_575, 16_383, 1)
    assert book_faults(folder, path) == [("too_many_cells", 0)]


def test_sheets_are_named(folder: Folder) -> None:
    path = folder.path.parent / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in ("甲", "乙", "说明"):
            sheet = book.add_worksheet(name)
            if name != "说明":
                sheet.write_row(0, 0, ["单位", "物料", "产生量（吨，干）"])
                sheet.write_row(1, 0, ["氧化铝厂", "赤泥", 7 if name == "甲" else 8])
    assert book_faults(folder, path) == [("many_sheets", 0)]
    assert book_faults(folder, path, sheet="丙") == [("no_such_sheet", 0)]
    import_file(folder.path, path, sheet="乙")
    assert folder.load().arisings[0].amount_t == 8


def test_errors_on_another_sheet_do_no_harm(folder: Folder) -> None:
    path = folder.path.parent / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for number, row in enumerate(BOOK):
            (book.get_worksheet_by_name("甲") or book.add_worksheet("甲")).write_row(number, 0, row)
        book.add_worksheet("乙").write_formula(0, 0, "=1/0", None, "#DIV/0!")
    import_file(folder.path, path)
    assert folder.load().arisings[0].amount_t == 1234.5


def test_what_is_no_workbook(folder: Folder) -> None:
    path = folder.path.parent / "a.xlsx"
    path.write_bytes(b"PK no zip")
    assert book_faults(folder, path) == [("broken_workbook", 0)]
    with zipfile.ZipFile(path, "w") as box:
        box.writestr("readme.txt", "no workbook")
    assert book_faults(folder, path) == [("broken_workbook", 0)]
    assert book_faults(folder, path.with_suffix(".xls")) == [("not_a_table", 0)]
    assert book_faults(folder, folder.path.parent / "gone.csv") == [("unreadable", 0)]


def test_a_percent_cell_under_a_heading_in_percent(folder: Folder) -> None:
    rows: list[list[object]] = [
        ["单位", "物料", "产生量（吨，湿）", "含水率(%)"],
        ["氧化铝厂", "赤泥", 5, 0.35],
    ]
    path = workbook(folder.path.parent / "a.xlsx", rows)
    assert book_faults(folder, path) == [("percent_cell", 2)]
    import_file(folder.path, path, columns={"含水率(%)": "moisture (share)"})
    assert folder.load().arisings[0].amount_t == pytest.approx(3.25)


# ---- what is refused


@pytest.mark.parametrize(
    ("content", "keys"),
    [
        ("单位,物料,产生量（MT，干）\n氧化铝厂,赤泥,5\n", [("unit_unknown", 1)]),
        ("单位,物料,产生量（干）\n氧化铝厂,赤泥,5\n", [("unit_missing", 1)]),
        ("单位,物料,产生量（吨，干）,含水率\n氧化铝厂,赤泥,5,33\n", [("unit_missing", 1)]),
        ("单位,物料,产生量（吨，干/湿）\n氧化铝厂,赤泥,5\n", [("dry_and_wet", 1)]),
        ("单位,物料,产生量（吨，干）,处置量\n氧化铝厂,赤泥,5,3\n", [("unknown_column", 1)]),
        ("单位,物料,产生量（吨，干）,产出量（吨，干）\n氧化铝厂,赤泥,5,3\n", [("column_twice", 1)]),
        ("a,b\n1,2\n", [("no_header", 0)]),
        ("单位,物料,产生量（吨）\n氧化铝厂,赤泥,5\n", [("basis_missing", 2)]),
        ("单位,物料,产生量（吨，干）\n氧化铝厂,赤泥,-5\n", [("case.negative", 2)]),
        ("单位,物料,产生量（吨，干）\n氧化铝厂,赤泥,\"1,200\"\n", [("case.not_a_number", 2)]),
        ("单位,物料,产生量（吨，干）\n氧化铝厂,赤泥,5\n氧化铝厂,赤泥,6\n", [("row_twice", 3)]),
        ("单位,物料,产生量（吨，干）\n氧化吕厂,赤尼,5\n", [("unknown_material", 2), ("unknown_site", 2)]),
        ("单位,物料,产生量（吨，干）\n,,5\n", [("no_material", 2), ("no_site", 2)]),
        ("单位,物料,干产生量（吨，干）,湿基产生量（吨）\n氧化铝厂,赤泥,5,6\n", [("unknown_column", 1)]),
        ("单位,物料,干基产生量（吨）,湿基产生量（吨）\n氧化铝厂,赤泥,5,6\n", [("dry_and_wet_amount", 2)]),
        ("单位,物料,产生量（吨，湿）,含水率(%)\n氧化铝厂,赤泥,5,96\n", [("too_moist", 2)]),
        ("单位,物料,年份,产生量（吨，干）\n氧化铝厂,赤泥,去年,5\n", [("no_year", 2)]),
        ("单位,物料,年份,产生量（吨，干）\n氧化铝厂,赤泥,2024,5\n氧化铝厂,赤泥,2025,6\n", [("years_outside", 2)]),
        ("单位,物料,年份,月份,产生量（吨，干）\n氧化铝厂,赤泥,2026,1,5\n", [("months_missing", 2)]),
        ("单位,物料,月份,产生量（吨，干）\n氧化铝厂,赤泥,1,5\n", [("month_without_year", 2)]),
        ("单位,物料,时段,产生量（吨，干）\n氧化铝厂,赤泥,2026Q1,5\n", [("overlaps", 2)]),
        ("单位,物料,时段,产生量（吨，干）\n氧化铝厂,赤泥,2026Q9,5\n", [("unknown_period", 2)]),
        ("单位,物料,氧化铝产量（吨）\n氧化铝厂,赤泥,5\n", [("production_without_factor", 2)]),
        ("单位,物料,期末库存（吨，干）\n城市市场,赤泥,5\n", [("no_storage", 2)]),
        ("单位,物料,堆场,期末库存（吨，干）\n氧化铝厂,赤泥,西堆场,5\n", [("unknown_storage", 2)]),
        ("单位,物料,产生量（吨，干）\n氧化铝厂,赤泥,\n", [("nothing", 0)]),
        ("单位,物料,产生量（吨，干）\n氧化铝厂,\"赤泥,5\n", [("no_header", 0)]),
        (b"\xff\xfe\x00", [("code_page", 0)]),
    ],
)  # fmt: skip
def test_faults(folder: Folder, content: str | bytes, keys: list[tuple[str, int]]) -> None:
    assert found(folder, content) == keys


def test_many_faults_are_one_list(folder: Folder) -> None:
    content = "单位,物料,产生量（吨，干）\n氧化吕厂,赤泥,-1\n氧化铝厂,赤泥,x\n氧化铝厂,红泥,3\n"
    assert found(folder, content) == [
        ("case.negative", 2),
        ("unknown_site", 2),
        ("case.not_a_number", 3),
        ("unknown_material", 4),
    ]


def test_a_basis_that_disagrees_stands_in_its_column(folder: Folder) -> None:
    with pytest.raises(CaseFaults) as caught:
        done(folder, "单位,物料,干湿,产生量（吨，湿）\n氧化铝厂,赤泥,dry,5\n")
    (fault,) = caught.value.faults
    assert (fault.message.key, fault.column) == ("importing.basis_disagrees", "干湿")
    assert fault.render("en").startswith("ledger.csv, row 2, column `干湿`: the row says 'dry'")


def test_faults_of_columns_and_of_rows_are_one_list(folder: Folder) -> None:
    content = "单位,物料,产生量（MT，干）,处置量,含水率\n氧化吕厂,赤泥,-1,3,33\n"
    assert found(folder, content) == [
        ("unknown_column", 1),
        ("unit_unknown", 1),
        ("unit_missing", 1),
        ("case.negative", 2),
        ("unknown_site", 2),
    ]


def test_remedies_name_what_was_meant(folder: Folder) -> None:
    with pytest.raises(CaseFaults) as caught:
        done(folder, "单位,物料,产生量（吨，干）\n氧化铝長,赤泥,5\n", columns={"物科": "material"})
    assert "known here: 单位, 物料" in caught.value.render("en")
    with pytest.raises(CaseFaults) as caught:
        done(folder, "单位,物料,产生量（吨，干）\n氧化铝長,赤泥,5\n")
    assert "氧化铝厂" in caught.value.render("zh")


def test_a_result_with_faults_leaves_the_case(folder: Folder) -> None:
    folder.file("reductions.csv", "name,arising,share\nless,mud,0.1\n")
    folder.load()
    assert found(folder, HEAD + ROW) == [("case.unknown_name", 2)]


def test_only_folders_are_written_to(folder: Folder) -> None:
    (folder.path / "s.yaml").write_text("schema_version: 1\nbase: case.yaml\n")
    for path, key in ((folder.path / "s.yaml", "scenario"), ("guangxi", "bundled"), ("nowhere", "no_folder")):
        with pytest.raises(CaseFaults) as caught:
            import_file(path, put(folder, HEAD + ROW))
        assert caught.value.faults[0].message.key == f"importing.{key}"


def test_a_write_that_fails_leaves_the_case(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    real = sheets.Path.read_bytes
    before = {path.name: real(path) for path in folder.path.iterdir()}
    calls = []

    def replace(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) > 1:
            raise OSError(28, "No space left on device")
        Path(target).write_bytes(real(source))

    monkeypatch.setattr("redmud_opt.case.importing.os.replace", replace)
    with pytest.raises(CaseFaults) as caught:
        done(folder, HEAD + ROW)
    assert caught.value.faults[0].message.key == "importing.cannot_write"
    assert {path.name: real(path) for path in folder.path.iterdir()} == before


def test_code_pages() -> None:
    assert decoded("赤泥".encode("gb18030")) == ("赤泥", "gb18030")
    assert decoded("é".encode("latin-1")) is None
    assert decoded("赤泥".encode("utf-16")) is None


# ---- cases that call the library

SPL = "name,label_en,label_zh,legal_status,waste_class,code,moisture,source,evidence\n"
WASTES = SPL + (
    "lib_spl,Spent pot lining,大修渣（混合）,hazardous_waste,spent_pot_lining,321-023-48,0.02,lib_source,measured\n"
    "lib_spl_first,First cut,大修渣一切料,hazardous_waste,spent_pot_lining,321-023-48,0.02,lib_source,measured\n"
    "lib_dross,Carbon dross,炭渣,hazardous_waste,carbon_dross,321-025-48,0,lib_source,measured\n"
)
HAZARD = "group,member\nlib_hazard,lib_spl\nlib_hazard,lib_spl_first\nlib_hazard,lib_dross\n"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    root = tmp_path / "library"
    for name, content in {**TABLES, "smelter/materials": WASTES, "smelter/groups": HAZARD}.items():
        path = root / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    (root / "library.yaml").write_text(OWN["case.yaml"].replace("library: yes\n", ""), encoding="utf-8")
    return root


@pytest.fixture
def own(tmp_path: Path) -> Folder:
    path = tmp_path / "own"
    path.mkdir()
    for name, content in OWN.items():
        (path / name).write_text(content, encoding="utf-8")
    folder = Folder(path)
    folder.file("storages.csv", "name,site,material,accepts_hazardous\nshed,plant,lib_hazard,yes\n")
    return folder


def test_the_code_tells_the_material(own: Folder, library: Path) -> None:
    head = "单位,废物名称,废物代码,产生量（吨，湿）,含水率(%)\n"
    content = f"{head}plant,大修渣,321-023-48,1000,5\nplant,碳渣,321-025-48,30,0\n"
    imported = done(own, content, library=library)
    case = load_case(own.path, library=library)
    spl = next(row for row in case.materials if row.name == "大修渣")
    assert (spl.legal_status, spl.waste_class, spl.moisture) == ("hazardous_waste", "spent_pot_lining", 0.05)
    amounts = {row.material: row.amount_t for row in case.arisings}
    assert amounts == {"lib_mud": 1000, "大修渣": 950, "碳渣": 30}
    assert [one.table for one in imported.changes] == [
        "sources",
        "materials",
        "materials",
        "arisings",
        "arisings",
    ]


def test_a_code_alone(own: Folder, library: Path) -> None:
    imported = done(own, "site,code,amount (t dry)\nplant,321-025-48,30\n", library=library)
    assert {row.material for row in load_case(own.path, library=library).arisings} == {"lib_mud", "lib_dross"}
    assert remarks(imported) == ["taken_for"]


def test_a_mud_that_may_be_any(own: Folder, library: Path) -> None:
    content = "site,material,like,amount (t dry)\nmill,赤泥,,3\n"
    with pytest.raises(CaseFaults) as caught:
        done(own, content, library=library)
    assert [f.message.key for f in caught.value.faults] == ["importing.many_meant"]
    assert "lib_other_mud" in caught.value.render("en")


def test_a_mud_like_one_of_the_library(own: Folder, library: Path) -> None:
    own.set("outlets", 4, material="lib_muds")
    (own.path / "storages.csv").unlink()
    done(own, "site,material,like,amount (t wet)\nplant,赤泥,lib_mud,1000\n", library=library)
    case = load_case(own.path, library=library)
    mud = next(row for row in case.materials if row.name == "赤泥")
    assert (mud.mineralogy, mud.label_zh) == ("diaspore", "赤泥")
    assert next(row.amount_t for row in case.arisings if row.material == "赤泥") == pytest.approx(700)


def test_a_waste_of_the_library_that_arises_already_is_not_added_beside_itself(
    own: Folder, library: Path
) -> None:
    """The ledger's own word for a waste that the case takes from the library: one arising, not two."""
    (own.path / "storages.csv").unlink()
    table = library / "red_mud" / "materials.csv"
    head, *lines = table.read_text(encoding="utf-8").splitlines()
    coded = [head + ",code", lines[0] + ",SW-1", *(line + "," for line in lines[1:])]
    table.write_text("\n".join(coded) + "\n", encoding="utf-8")
    imported = done(own, "site,code,material,amount (t dry)\nplant,SW-1,SW-1,900\n", library=library)
    assert "taken_for" in remarks(imported)
    (row,) = load_case(own.path, library=library).arisings
    assert (row.material, row.amount_t) == ("lib_mud", 900)


def test_a_site_that_the_case_lacks_is_added(own: Folder, library: Path) -> None:
    own.set("sites", 2, longitude_deg=107, latitude_deg=23, evidence="assumed")
    own.set("sites", 3, longitude_deg=108, latitude_deg=23, evidence="assumed")
    own.file("distances.csv", "from_site,to_site,distance_km,evidence\n")
    (own.path / "storages.csv").unlink()
    done(own, "site,material,经度,纬度,amount (t dry)\nNew works,lib_mud,107.4,23.2,77\n", library=library)
    site = next(row for row in load_case(own.path, library=library).sites if row.name == "New_works")
    assert (site.label_en, site.kind, site.longitude_deg) == ("New works", "refinery", 107.4)


def test_a_slip_of_a_site_is_no_new_site(own: Folder, library: Path) -> None:
    own.set("sites", 2, label_zh="平果氧化铝一厂")
    (own.path / "storages.csv").unlink()
    with pytest.raises(CaseFaults) as caught:
        done(own, "site,material,amount (t dry)\n平果氧化吕一厂,lib_mud,7\n", library=library)
    assert caught.value.faults[0].message.key == "importing.unknown_site"
    imported = done(own, "site,material,amount (t dry)\n平果氧化铝二厂,lib_mud,7\n", library=library)
    assert ("sites", "平果氧化铝二厂") in {(one.table, one.name) for one in imported.changes}


PLANTS = (
    "name,label_zh,label_en,kind\n"
    'plant,内蒙古包头电解铝厂（包头铝业）,"Smelter, Baotou (Baotou Aluminium)",smelter\n'
    'mill,广西平果电解铝厂（华磊）,"Smelter, Pingguo (Hualei)",smelter\n'
    'pingguo,广西平果氧化铝厂（中铝广西）,"Alumina refinery, Pingguo (Chalco Guangxi)",refinery\n'
    'shop,北京市销售点,"Outlet, Beijing",market\n'
)
ELSEWHERE = (
    "name,label_zh,label_en,kind\n"
    'lib_east,内蒙古包头电解铝厂（东方希望稀土铝）,"Smelter, Baotou (East Hope)",smelter\n'
    "lib_hexi,甘肃河西电解铝厂（甲）,,smelter\n"
    "lib_hexi_2,甘肃河西电解铝厂（乙）,,smelter\n"
    'lib_rizhao,日照钢铁厂,"Steel works, Rizhao",works\n'
)


@pytest.fixture
def plants(own: Folder, library: Path) -> Folder:
    """A case whose sites have the labels of the library, with some that it does not use."""
    (own.path / "storages.csv").unlink()
    own.file("sites.csv", PLANTS)
    (library / "red_mud" / "sites.csv").write_text(ELSEWHERE, encoding="utf-8")
    return own


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("包头铝业", "plant"),
        ("包头电解铝厂", "plant"),
        ("华磊", "mill"),
        ("平果电解铝厂", "mill"),
        ("Baotou Aluminium", "plant"),
        ("smelter, baotou", "plant"),
    ],
)
def test_a_site_is_found_by_a_part_of_its_label(plants: Folder, library: Path, text: str, name: str) -> None:
    content = f'site,material,amount (t dry)\n"{text}",lib_mud,7\nplant,lib_mud,8\n'
    if name == "plant":
        content = content.replace("\nplant,lib_mud,8", "")
    imported = done(plants, content, library=library, dry_run=True)
    assert "sites" not in {one.table for one in imported.changes}
    rows = [one.cells for one in imported.changes if one.table == "arisings"]
    assert [row["amount_t"] for row in rows if row["site"] == name] == ["7"]
    assert [one.values["name"] for one in imported.remarks if one.key.endswith("taken_for")] == [name]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("平果铝厂", ["广西平果氧化铝厂（中铝广西）", "广西平果电解铝厂（华磊）"]),
        ("中铝平果铝业有限公司", ["广西平果氧化铝厂（中铝广西）"]),
        ("河西电解铝厂", ["甘肃河西电解铝厂（甲）", "甘肃河西电解铝厂（乙）"]),
        ("中铝包头铝业", ["内蒙古包头电解铝厂（包头铝业）"]),
        ("Pingguo works", ["Pingguo"]),
        ("广西铝厂", ["广西平果氧化铝厂（中铝广西）", "广西平果电解铝厂（华磊）"]),
    ],
)
def test_a_site_that_shares_the_place_of_another_is_no_new_site(
    plants: Folder, library: Path, text: str, meant: list[str]
) -> None:
    with pytest.raises(CaseFaults) as caught:
        done(plants, f"site,material,amount (t dry)\n{text},lib_mud,7\n", library=library)
    assert [f.message.key for f in caught.value.faults] == ["importing.unknown_site"]
    words = caught.value.render("zh")
    assert all(label in words for label in meant)


@pytest.mark.parametrize(
    "text",
    ["平果氧化铝二厂", "日照电解铝厂", "包头氧化铝厂", "New works", "北京铝厂", "百色新铝厂", "Baotou 2"],
)
def test_a_plant_of_its_own_is_a_new_site(plants: Folder, library: Path, text: str) -> None:
    content = f"site,material,amount (t dry)\n{text},lib_mud,7\n"
    imported = done(plants, content, library=library)
    assert [one.name for one in imported.changes if one.table == "sites"] == [text.replace(" ", "_")]


def test_the_mud_of_a_site_found_by_a_part_of_its_label(two_muds: Folder, library: Path) -> None:
    two_muds.set("sites", 3, label_zh="河南修武氧化铝厂（中州）", kind="refinery")
    done(two_muds, "site,material,amount (t dry)\n修武氧化铝厂,赤泥,900\n", library=library)
    case = load_case(two_muds.path, library=library)
    assert {(row.site, row.material): row.amount_t for row in case.arisings}["mill", "mud_b"] == 900


def test_what_the_trial_finds_counts(folder: Folder) -> None:
    fault = Fault("arisings.csv", 2, "", Message("case.nobody_takes", {"material": "red_mud"}))

    def trial(case: Case) -> None:
        assert case.arisings[0].amount_t == 1_170_000
        raise CaseFaults([fault])

    assert found(folder, HEAD + ROW, trial=trial) == [("case.nobody_takes", 2)]


def places(folder: Folder, content: str, **asked: object) -> list[tuple[str, str, int, str]]:
    """(key, file, row, column) of every fault."""
    with pytest.raises(CaseFaults) as caught:
        done(folder, content, **asked)  # type: ignore[arg-type]
    return [(f.message.key, f.file, f.row, f.column) for f in caught.value.faults]


def test_a_fault_of_a_new_row_stands_where_the_ledger_says_it(folder: Folder) -> None:
    """Nothing is written: row 3 of arisings.csv is not there to be looked at."""
    lines = "".join(f"refinery,red_mud,2026,{month},1\n" for month in range(1, 13))

    def trial(case: Case) -> None:
        raise CaseFaults(
            Fault(
                row.place.file, row.place.row, column, Message("case.nobody_takes", {"material": "red_mud"})
            )
            for row, column in zip(case.arisings, ("material", "amount_t", "during", "low"), strict=True)
        )

    head = "site,material,year,month,amount (t dry)\n\n"
    assert places(folder, head + lines, trial=trial) == [
        ("case.nobody_takes", "ledger.csv", 3, "material"),
        ("case.nobody_takes", "ledger.csv", 6, "amount (t dry)"),
        ("case.nobody_takes", "ledger.csv", 9, "month"),
        ("case.nobody_takes", "ledger.csv", 12, ""),
    ]


def test_a_fault_of_an_old_row_stands_where_the_case_says_it(folder: Folder) -> None:
    """The new table has other rows: a row is named by where it stands, not by where it would come to stand."""
    folder.add("arisings", name="tails", site="nowhere", material="red_mud", amount_t=5)
    text = (folder.path / "arisings.csv").read_text(encoding="utf-8").replace("\ntails", "\n\ntails")
    folder.file("arisings.csv", text)
    assert places(folder, HEAD + ROW) == [("case.unknown_name", "arisings.csv", 4, "site")]


def test_a_fault_of_a_table_that_stays_is_left_as_it_is(folder: Folder) -> None:
    folder.add("sites", name="other", kind="market")
    text = (folder.path / "sites.csv").read_text(encoding="utf-8").replace("\ncity", "\n\ncity")
    folder.file("sites.csv", text.replace("城市市场,market,", "城市市场,mart,"))
    assert ("case.not_a_choice", "sites.csv", 4, "kind") in places(folder, HEAD + ROW)


def test_a_fault_of_a_new_site_stands_where_the_ledger_says_it(own: Folder, library: Path) -> None:
    """A site without coordinates and distances is one that the case refuses."""
    (own.path / "storages.csv").unlink()

    def trial(case: Case) -> None:
        row = next(row for row in case.sites if row.name == "New_works")
        raise CaseFaults([Fault(row.place.file, row.place.row, "name", Message("case.nobody_takes"))])

    content = "site,material,amount (t dry)\nplant,lib_mud,5\nNew works,lib_mud,77\n"
    assert places(own, content, library=library, trial=trial) == [
        ("case.nobody_takes", "ledger.csv", 3, "site")
    ]


def test_a_code_that_disagrees(own: Folder, library: Path) -> None:
    with pytest.raises(CaseFaults) as caught:
        done(own, "site,material,code,amount (t dry)\nplant,lib_dross,321-023-48,30\n", library=library)
    assert [f.message.key for f in caught.value.faults] == ["importing.code_disagrees"]


# ---- the waste of the entry's own site

MUDS = (
    "name,label_zh,legal_status,like\n"
    "mud_a,甲赤泥,general_waste,lib_mud\nmud_b,乙赤泥,general_waste,lib_other_mud\n"
)


@pytest.fixture
def two_muds(own: Folder) -> Folder:
    """Two plants, each with a mud of the case's own."""
    (own.path / "storages.csv").unlink()
    own.file("materials.csv", MUDS)
    own.add("groups", group="muds", member="mud_a")
    own.add("groups", group="muds", member="mud_b")
    own.set("outlets", 4, material="muds")
    own.set("arisings", 2, material="mud_a")
    own.add("arisings", name="mud_of_b", site="mill", material="mud_b", amount_t=7, evidence="assumed")
    return own


def test_a_like_of_the_cases_own_is_that_material_itself(two_muds: Folder, library: Path) -> None:
    """The remedy for a waste that may be any does not double what arises."""
    content = "site,material,参照,amount (t dry)\nplant,赤泥,mud_a,900\nplant,我们的泥,mud_b,3\n"
    imported = done(two_muds, content, library=library)
    case = load_case(two_muds.path, library=library)
    assert sorted((row.site, row.material, row.amount_t) for row in case.arisings) == [
        ("mill", "mud_b", 7),
        ("plant", "mud_a", 900),
        ("plant", "mud_b", 3),
    ]
    assert remarks(imported) == ["taken_for", "taken_for"]
    assert "materials" not in {one.table for one in imported.changes}


def test_a_mud_made_like_one_of_the_library_is_made_once(own: Folder, library: Path) -> None:
    own.set("outlets", 4, material="lib_muds")
    (own.path / "storages.csv").unlink()
    content = "site,material,like,amount (t wet)\nplant,赤泥,lib_mud,1000\n"
    done(own, content, library=library)
    before = {path.name: path.read_bytes() for path in own.path.iterdir()}
    done(own, content, library=library)
    assert {path.name: path.read_bytes() for path in own.path.iterdir()} == before


def test_a_plain_mud_is_that_of_its_site(two_muds: Folder, library: Path) -> None:
    imported = done(two_muds, "site,material,amount (t dry)\nplant,赤泥,900\nmill,赤泥,8\n", library=library)
    case = load_case(two_muds.path, library=library)
    assert sorted((row.site, row.material, row.amount_t) for row in case.arisings) == [
        ("mill", "mud_b", 8),
        ("plant", "mud_a", 900),
    ]
    assert [one.values["name"] for one in imported.remarks] == ["mud_a", "mud_b"]


def test_a_label_of_several_is_that_of_its_site(two_muds: Folder, library: Path) -> None:
    two_muds.file("materials.csv", MUDS.replace("甲", "").replace("乙", ""))
    done(two_muds, "site,material,amount (t dry)\nmill,赤泥,8\n", library=library)
    case = load_case(two_muds.path, library=library)
    assert {row.material: row.amount_t for row in case.arisings} == {"mud_a": 1000, "mud_b": 8}


def test_a_plain_mud_of_a_site_with_several_may_be_any(two_muds: Folder, library: Path) -> None:
    two_muds.add("arisings", name="more", site="plant", material="mud_b", amount_t=7, evidence="assumed")
    content = "site,material,amount (t dry)\nplant,赤泥,900\nplant,red mud,8\n"
    with pytest.raises(CaseFaults) as caught:
        done(two_muds, content, library=library)
    assert [(f.message.key, f.row) for f in caught.value.faults] == [
        ("importing.many_meant", 2),
        ("importing.many_meant", 3),
    ]


def test_a_plain_mud_is_that_in_stock_at_its_site(two_muds: Folder, library: Path) -> None:
    two_muds.drop_row("arisings", 3)
    two_muds.file(
        "storages.csv",
        "name,site,material,retrievable,method,place_cost_cny_per_t,evidence\nheap,mill,muds,yes,D1,5,assumed\n",
    )
    two_muds.file("opening_stock.csv", "storage,material,amount_t,evidence\nheap,mud_b,7,assumed\n")
    done(two_muds, "storage,material,stock (t dry)\nheap,赤泥,900\n", library=library)
    (row,) = load_case(two_muds.path, library=library).opening_stock
    assert (row.material, row.amount_t) == ("mud_b", 900)


@pytest.mark.parametrize("text", ["", "危险废物"])
def test_a_code_is_that_of_its_site(own: Folder, library: Path, text: str) -> None:
    """Several wastes bear the code, one of them arises here."""
    own.add("arisings", name="cut", site="plant", material="lib_spl_first", amount_t=7, evidence="assumed")
    content = f"site,material,code,amount (t dry)\nplant,{text},321-023-48,30\n"
    done(own, content, library=library)
    amounts = {row.material: row.amount_t for row in load_case(own.path, library=library).arisings}
    assert amounts == {"lib_mud": 1000, "lib_spl_first": 30}


def test_all_its_words_exist() -> None:
    root = Path(sheets.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in root.glob("*.py"))
    named = set(re.findall(r"importing\.([a-z_]+)\"", source)) | set(
        re.findall(r"_say\(\"([a-z_]+)\"", source)
    )
    assert {key for key in named if template(f"importing.{key}", "en") is None} <= {
        "no_",
        "write_",
        "unit_",
        "source_",
    }
