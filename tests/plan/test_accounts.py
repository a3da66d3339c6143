"""The accounts of a plan by hand: totals, the three rates, the identity, and the tidy tables they rest on."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd
import pytest
from tests.builders import (
    Solved,
    arises,
    buys,
    commodity,
    group,
    in_stock,
    landfill,
    lane,
    lining,
    mud,
    parts,
    product,
    rows,
    sells,
    site,
    solve,
    target,
    tiny,
    waste,
    works,
    yard,
    years,
)

from redmud_opt.case.rules import Limit
from redmud_opt.case.things import Arising, YearToDate


@cache
def every_fate() -> Solved:
    """100 t of mud in each of 2026 and 2027; 40 t of legacy mud and 10 t of calcine (w = 1) lie in the yard.

    Each year: 30 mud → 27 calcine (P, w = 1 ÷ 0.9), of which the road (use) takes 9; 20 mud separated into 4 iron and
    16 tailings (u = 0.2, w = 1), placed; 10 mud to disposal, 5 mud handed out to pretreatment; 5 mud burnt (reduced);
    the rest of the new mud stays. Legacy is not touched.
    """

    def fixed(measure: str, at: str, value: float, cohort_free: str = "mud") -> Limit:
        name = f"{measure}_{at}"
        return Limit(name=name, measure=measure, at=at, sense="equal", value=value, material=cohort_free)

    made = (
        works("kiln", "mud", {"calcine": 0.9}, method="P", gas_t_per_t=0.1),
        works("separate", "mud", {"iron": 0.2, "tails": 0.8}, iron_separation=True),
        works("burn", "mud", {}, method="D", gas_t_per_t=1.0),
    )
    outlets = (
        sells("calcine", 0, method="U", name="road"),
        sells("mud", 0, method="D", name="tip"),
        sells("mud", 0, method="P", name="others"),
        sells("iron", 0),
    )
    limits = (
        fixed("feed", "kiln", 30),
        fixed("feed", "separate", 20),
        fixed("feed", "burn", 5),
        fixed("sold", "road", 9, "calcine"),
        fixed("sold", "tip", 10),
        fixed("sold", "others", 5),
        fixed("reclaimed", "yard", 0, ""),
    )
    names = (waste("calcine", "red_mud"), waste("tails"), product("iron"), landfill("tails"))
    stock = (
        yard("both"),
        group("both", "mud", "calcine"),
        in_stock("yard", "mud", 40),
        in_stock("yard", "calcine", 10),
    )
    return solve(tiny(mud(), *names, *made, *outlets, *stock, rows(limits=limits), periods=years(2026, 2)))


def test_the_identity_by_hand() -> None:
    """2026: 50 opening + 100 = 4 iron + 10 road (9 ÷ 0.9) + 16 placed + 5 reduced + 10 to disposal + 5 out + rest.

    Rest: mud 100 − 70 = 30 and calcine 18 ÷ 0.9 = 20, with 50 from before: 100 closing, opening 2027.
    """
    frame = every_fate().frame("identity").set_index("year").drop(columns="origin")
    first = {
        "opening_t": 50, "generated_t": 100, "received_t": 0, "utilised_t": 14, "placed_t": 16, "reduced_t": 5,
        "handed_to_disposal_t": 10, "handed_out_t": 5, "closing_t": 100, "residual_t": 0,
    }  # fmt: skip
    assert frame.loc[2026].to_dict() == pytest.approx(first, abs=1e-9)
    second = first | {"opening_t": 100, "closing_t": 150}
    assert frame.loc[2027].to_dict() == pytest.approx(second, abs=1e-9)


def test_the_totals_by_hand() -> None:
    """Gross counts the 20 t separated whole: 20 + 10 on the road; 16 placed and 10 handed to disposal; no legacy."""
    totals = every_fate().frame("totals").set_index(["total", "origin", "cohort", "year"])["amount"]
    assert totals["utilised", "red_mud", "new", 2026] == pytest.approx(14)
    assert totals["utilised_gross", "red_mud", "new", 2027] == pytest.approx(30)
    assert totals["utilised", "red_mud", "legacy", 2027] == pytest.approx(0)
    assert totals["generated", "red_mud", "new", 2026] == pytest.approx(100)
    assert totals["landfilled_t", "", "", 2026] == pytest.approx(26)


def test_the_rates_by_hand() -> None:
    plan = every_fate()
    assert [plan.rate(name, 2026) for name in ("new", "stat", "gross")] == pytest.approx([0.14, 0.14, 0.3])


def test_the_year_to_date_enters_the_totals_and_rates_of_its_year_and_plant() -> None:
    """From July; R: 200 before, 50 new and 20 legacy used, 80 new gross. Then 100 more arise, none of them used.

    R: 50 ÷ 300, 70 ÷ 320, (80 + 20) ÷ 300. M, which lies still now, used 30 of 60. All: 80 ÷ 360.
    """
    used: dict[str, Any] = {"utilised_legacy_t": 20.0, "gross_new_t": 80.0}
    done = (
        YearToDate(waste_class="red_mud", site="R", generated_t=200, utilised_new_t=50, **used),
        YearToDate(waste_class="red_mud", site="M", generated_t=60, utilised_new_t=30),
    )
    base = (mud(), site("M"), landfill("mud"), rows(year_to_date=done), target(0, scope="R"))
    plan = solve(tiny(*base, periods=parts(2026, 6)[1:]))
    at_r = [plan.rate(name, plant="R") for name in ("new", "stat", "gross")]
    assert at_r == pytest.approx([50 / 300, 70 / 320, 100 / 300])
    assert plan.rate("new", plant="M") == pytest.approx(0.5)
    assert plan.rate("new") == pytest.approx(80 / 360)
    assert plan.sum("totals", "amount", total="generated", year=2026) == pytest.approx(360)
    assert plan.sum("identity", "generated_t") == pytest.approx(100)


def test_a_target_counts_the_year_to_date_of_plants_that_lie_still() -> None:
    """M: 100 generated and none used before July; R: 100 and 10, and 100 more now. 0.3 of 300 is 90: 80 t to press.

    Pressing loses 5 CNY/t; whether origins are told apart per plant or not, it costs 400.
    """
    done = tuple(
        YearToDate(waste_class="red_mud", site=at, generated_t=100, utilised_new_t=used)
        for at, used in (("R", 10), ("M", 0))
    )
    press = works("press", "mud", {"brick": 1.0}, cost=10)
    base = (
        mud(),
        site("M"),
        yard("mud"),
        product("brick"),
        press,
        sells("brick", 5),
        rows(year_to_date=done),
    )
    for more in ((), (target(0, name="other", scope="R"),)):
        plan = solve(tiny(*base, target(0.3), *more, periods=parts(2026, 6)[1:]))
        assert plan.value == pytest.approx(-400)


@pytest.mark.parametrize(("method", "column"), [("D", "handed_to_disposal_t"), ("P", "handed_out_t")])
def test_what_is_handed_on_counts_in_origin_tonnes(method: str, column: str) -> None:
    """1 mud + 0.25 lime → 1.25 slag, w = 0.8: the 125 t handed on are 100 t of mud."""
    mix = works("mix", "mud", {"slag": 1.25}, method="P", inputs={"lime": 0.25})
    base = (mud(), waste("slag"), commodity("lime"), buys("lime", 0), mix)
    plan = solve(tiny(*base, sells("slag", 0, method=method)))
    assert plan.sum("sales", "sold") == pytest.approx(125)
    assert plan.sum("identity", column) == pytest.approx(100)


def test_a_rate_over_nothing_is_no_number() -> None:
    """Lining arises in 2027 only: in 2026 its rates are blank, not 0."""
    base = (mud(), landfill("mud"), lining(0), arises("lining", 10, during="2027"))
    plan = solve(tiny(*base, landfill("lining", name="cell", accepts_hazardous=True), periods=years(2026, 2)))
    frame = plan.frame("rates").set_index(["waste_class", "year"])["rate_new"]
    assert pd.isna(frame["spent_pot_lining", 2026])
    assert frame["spent_pot_lining", 2027] == 0


def test_arisings_stand_by_row_and_period() -> None:
    """Two rows of one material at one site stay apart; a row that states production times a factor, too."""
    made = Arising(
        name="by_factor", site="R", material="mud", production_t=730, factor_t_per_t=1.5, during="26a"
    )
    base = (mud(), rows(arisings=made), landfill("mud"))
    frame = solve(tiny(*base, periods=parts(2026, 6))).frame("arisings")
    found = {(row.arising, row.period): row.arising_t for row in frame.itertuples()}
    expected = {("mud_R_", "26a"): 100, ("mud_R_", "26b"): 100, ("by_factor", "26a"): 1095 * 181 / 365}
    assert found == pytest.approx(expected)


def test_tables_leave_out_what_is_nothing() -> None:
    """A lane, an outlet and a yard that are not used have no rows; streams that never flow are listed."""
    base = (
        mud(),
        site("M"),
        lane("R", "M", 5),
        sells("mud", -9, "M", method="U"),
        yard("mud", put_cost_cny_per_t=1),
        landfill("mud"),
    )
    plan = solve(tiny(*base, periods=years(2026, 2)))
    assert len(plan.frame("flows")) == len(plan.frame("sales")) == len(plan.frame("stocks")) == 0
    assert set(plan.frame("streams")["stream"]) == {"mud@red_mud@new", "mud@red_mud@legacy"}
