"""The statistical form on paper: generated is used, disposed of or stored; past years' stock stands apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from tests.builders import (
    Solved,
    arises,
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
from tests.plan.test_audit_world import Frames, change, judged, keys, put

from redmud_opt.case import Case
from redmud_opt.case.rules import Limit
from redmud_opt.case.things import Owner, Province
from redmud_opt.plan import Plan
from redmud_opt.plan.statistical import AMOUNTS
from redmud_opt.report.tables import SHOWN, table


def stated(plan: Solved, year: int = 2026, **where: object) -> dict[str, float]:
    """Amounts of one row that are not zero; nation and dry unless said."""
    frame = plan.frame("statistical_form")
    wanted = {"level": "nation", "basis": "dry", "year": year} | where
    for name, value in wanted.items():
        frame = frame[frame[name] == value]
    assert len(frame) == 1, wanted
    row = frame.iloc[0]
    return {name: pytest.approx(row[name]) for name in AMOUNTS if abs(row[name]) > 1e-9}


def two_years() -> Case:
    """40 t lie in the yard, 100 t arise a year. The press takes 70 t, the landfill 20 t of the old yard's in 2026."""
    press = (product("brick"), works("press", "mud", {"brick": 1.0}, capacity=70), sells("brick", 30))
    fed = rows(limits=Limit(name="fed", measure="feed", at="press", sense="equal", value=70))
    base = (mud(), yard("mud"), in_stock("yard", "mud", 40), target(0.5, year=2026))
    return tiny(*base, *press, fed, landfill("mud", cost=1), periods=years(2026, 2))


def test_past_years_stock_stands_apart() -> None:
    """2026: 70 of 100 or of the 40 are used. Whatever the plan chooses: generated = used new + disposed new + stored.

    2027 begins with what 2026 stored, all of it past years'.
    """
    plan = solve(two_years())
    for year in (2026, 2027):
        row = dict.fromkeys(AMOUNTS, 0.0) | {k: v.expected for k, v in stated(plan, year).items()}
        new = row["used_t"] - row["used_past_t"] + row["disposed_t"] - row["disposed_past_t"]
        assert row["generated_t"] == pytest.approx(100)
        assert row["used_t"] == pytest.approx(70)
        assert new + row["stored_t"] == pytest.approx(100)
    assert stated(plan)["stock_t"] == pytest.approx(40 + 100 - 70)


def mixed(**values: object) -> Case:
    """60 t of R and 40 t of M, 20 % moist, go to one kiln: 100 slag, half on the road, half in the landfill."""
    base = (
        site("R", owner="a", province="GX"),
        site("M", owner="b", province="GX"),
        waste("mud", "red_mud", moisture=0.2),
        arises("mud", 60),
        arises("mud", 40, "M"),
        lane("M", "R"),
        waste("slag"),
        works("kiln", "mud", {"slag": 1.0}),
        sells("slag", 5, method="U", max_t=50),
        landfill("slag", cost=1),
    )
    names = rows(owners=(Owner(name="a"), Owner(name="b")), provinces=Province(name="GX"))
    return tiny(*base, names, **values)


def test_plants_that_are_not_told_apart_are_traced_in_proportion() -> None:
    """R: 30 used, 30 disposed of; M: 20 and 20; together 50 and 50 of 100. Nothing is left over."""
    plan = solve(mixed())
    own = {"generated_t": 60, "used_t": 30, "disposed_t": 30}
    assert stated(plan, level="plant", scope="R") == own
    assert stated(plan, level="owner", scope="a") == own
    assert stated(plan, level="plant", scope="M") == {"generated_t": 40, "used_t": 20, "disposed_t": 20}
    assert stated(plan, level="province", scope="GX") == stated(plan)
    assert stated(plan) == {"generated_t": 100, "used_t": 50, "disposed_t": 50}


def test_as_received_is_the_waste_that_arose() -> None:
    """20 % moisture: 100 t dry are 125 t as received, and so are the halves, whatever the slag weighs."""
    assert stated(solve(mixed()), basis="as_received") == {
        "generated_t": 125,
        "used_t": 62.5,
        "disposed_t": 62.5,
    }


def test_hazardous_waste_stands_by_its_code() -> None:
    """10 t of lining, code 321-023-48: 4 t burnt away (disposed of), 6 t handed to a pretreatment outlet."""
    burn = works("burn", "lining", {}, method="D", gas_t_per_t=1.0, capacity=4)
    out = sells("lining", -9, method="P")
    plan = solve(tiny(lining(10, code="321-023-48"), burn, out))
    row = stated(plan, waste_class="spent_pot_lining", code="321-023-48")
    assert row == {"generated_t": 10, "disposed_t": 4, "handed_out_t": 6}


def test_a_horizon_that_begins_in_mid_year_carries_in() -> None:
    """From 1 July: 100 t arise, 40 t of February lie there, and are new: 40 + 100 = 140 used."""
    stock = in_stock("yard", "mud", 40, arose_on=parts(2026, 1)[1].start)
    press = (product("brick"), works("press", "mud", {"brick": 1.0}), sells("brick", 30))
    plan = solve(tiny(mud(), yard("mud"), stock, *press, periods=parts(2026, 6)[1:]))
    assert stated(plan) == {"generated_t": 100, "carried_in_t": 40, "used_t": 140}


@pytest.fixture(scope="module")
def formed() -> Solved:
    return solve(mixed())


def test_the_form_is_shown_in_words_and_read_back(formed: Solved, tmp_path: Path) -> None:
    """Every column has a heading of its own, in both languages; a saved plan is the same, blank codes included."""
    for language, heading in (("en", "Used, t"), ("zh", "综合利用量，吨")):
        shown = table(formed.plan, "statistical_form", language).frame
        assert shown.shape == (len(formed.frame("statistical_form")), len(SHOWN["statistical_form"].split()))
        assert heading in shown.columns
        assert (shown.iloc[:, 1] != "").all()  # the whole country has a name too
    formed.plan.save(tmp_path)
    again = Plan.load(tmp_path).frames["statistical_form"]
    pd.testing.assert_frame_equal(again, formed.frame("statistical_form"), check_dtype=False)


PLANTED: dict[str, tuple[str, Callable[[Frames], Frames]]] = {
    "a use more": ("not_closed", change("statistical_form", "used_t", 1.0, level="plant", scope="R")),
    "a residual": ("residual", put("statistical_form", "residual_t", 1.0)),
    "dumped": ("discarded", change("statistical_form", "discarded_t", 1.0)),
    "an owner's part": ("level", change("statistical_form", "generated_t", 1.0, level="owner", scope="a")),
    "more past than all": ("part_above", change("statistical_form", "used_past_t", 99.0)),
    "as received": (
        "misstated",
        change("statistical_form", "generated_t", 1.0, level="plant", scope="R", basis="as_received"),
    ),
    "a row left out": (
        "misstated",
        lambda frames: {**frames, "statistical_form": frames["statistical_form"].iloc[1:]},
    ),
    "used for disposed": (
        "misstated",
        lambda frames: {
            **frames,
            "statistical_form": frames["statistical_form"].assign(
                used_t=frames["statistical_form"]["disposed_t"] + frames["statistical_form"]["used_t"],
                disposed_t=0.0,
            ),
        },
    ),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_planted_errors_are_found(formed: Solved, planted: str) -> None:
    """Each is named; the plan itself passes."""
    key, apply = PLANTED[planted]
    assert f"audit.statistical_form.{key}" in keys(judged(formed.case, dict(formed.plan.frames), apply))


def test_where_origins_name_plants_their_rows_are_known(formed: Solved) -> None:
    """With a target on R the plan tells the plants apart; swapping what R and M used is then found, else not."""

    def swapped(frames: Frames) -> Frames:
        own = frames["statistical_form"].copy()
        for name in ("used_t", "disposed_t"):
            for scope, more in (("R", 1.0), ("M", -1.0)):
                mine = own["scope"].isin([scope, {"R": "a", "M": "b"}[scope]]) & (own["basis"] == "dry")
                own.loc[mine, name] += more if name == "used_t" else -more
        return {**frames, "statistical_form": pd.DataFrame(own)}

    apart = solve(mixed(targets=target(0.1, scope="R")["targets"]))
    found = keys(judged(apart.case, dict(apart.plan.frames), swapped))
    assert "audit.statistical_form.misstated" in found
    rest = {name: frame for name, frame in formed.plan.frames.items() if not name.startswith("scorecard")}
    assert not keys(judged(formed.case, rest, swapped))
