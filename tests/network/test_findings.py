"""Impossible things proved by counting: with the right numbers where they are true, and never where they are not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders import (
    arises,
    group,
    in_stock,
    landfill,
    lane,
    mud,
    parts,
    product,
    rows,
    run,
    sells,
    site,
    stopped,
    target,
    tiny,
    waste,
    works,
    yard,
    years,
)
from tests.examples import examples

from redmud_opt.case import Case
from redmud_opt.case.things import YearToDate
from redmud_opt.case.works import LineProcess
from redmud_opt.i18n import Message, text
from redmud_opt.network import build_network


def findings(case: Case) -> list[tuple[str, dict[str, Any]]]:
    return [(found.key, dict(found.values)) for found in build_network(case).findings]


def proved(case: Case) -> dict[str, Any]:
    """The values of the only finding; the solve agrees that there is no plan."""
    ((_, values),) = findings(case)
    assert stopped(case) == "infeasible"
    return values


def rooms(messages: Any) -> list[str]:
    return [text(message, "en") for message in messages if isinstance(message, Message)]


# ---------------------------------------------------------------- what arises must fit


def test_what_arises_and_lies_there_must_fit() -> None:
    """100 t arise beside 30 t from before; a yard for 60 t and an outlet for 50: 110 of 130 fit, 20 too many."""
    store = (yard("mud", capacity_t=60), in_stock("yard", "mud", 30))
    values = proved(tiny(mud(), *store, sells("mud", -1, method="U", max_t=50)))
    numbers = {name: values[name] for name in ("arises_t", "fits_t", "short_t")}
    assert numbers == pytest.approx({"arises_t": 130, "fits_t": 110, "short_t": 20})
    assert values["until"] == "26a"
    tight = " ".join(rooms(values["tight"]))
    assert "yard" in tight
    assert "60" in tight
    assert "mud_outlet" in tight
    assert "50" in tight


def test_it_is_found_at_the_first_year_end_at_which_it_shows() -> None:
    """100 t a year into a landfill of 150: one year fits, two do not, by 50."""
    case = tiny(mud(), landfill("mud", capacity_t=150), periods=parts(2026, 12) + years(2027, 2))
    values = proved(case)
    assert (values["until"], values["short_t"]) == ("27a", pytest.approx(50))


def test_a_line_takes_its_capacity_over_the_least_use() -> None:
    """90 h of a press: mud takes 2 h a tonne, so 45 t, and 40 t in the landfill: 15 too many."""
    press = works("press", "mud", {"brick": 1.0}, capacity=90)
    slow = rows(line_processes=LineProcess(line="press_line", process="press", feed="mud", use_per_t=2))
    case = tiny(mud(), product("brick"), press, slow, sells("brick", 1), landfill("mud", capacity_t=40))
    assert proved(case)["short_t"] == pytest.approx(15)


def test_airspace_counts_in_tonnes() -> None:
    """60 m³ at 1.25 t/m³ are 75 t: 25 too many."""
    case = tiny(mud(density_t_per_m3=1.25), landfill("mud", airspace_m3=60))
    assert proved(case)["short_t"] == pytest.approx(25)


def test_as_received_limits_count_in_dry_tonnes() -> None:
    """50 t as received of 20 % water are 40 dry: 60 too many."""
    case = tiny(mud(moisture=0.2), sells("mud", -1, method="U", basis="as_received", max_t=50))
    assert proved(case)["short_t"] == pytest.approx(60)


def test_classes_are_told_apart() -> None:
    """Ash has room, mud has not; the mud is named."""
    ash = (waste("ash", "other"), arises("ash", 500), landfill("ash", name="ash_fill"))
    (found,) = build_network(tiny(mud(), *ash, landfill("mud", capacity_t=99))).findings
    assert "red mud" in text(found, "en").lower()


def test_what_just_fits_is_no_finding() -> None:
    case = tiny(mud(), yard("mud", capacity_t=60), sells("mud", -1, method="U", max_t=40))
    assert findings(case) == []
    assert stopped(case) == "optimal"


def test_room_elsewhere_counts_if_a_lane_leads_there() -> None:
    """A landfill for 50 at R and 60 at M: fits over the lane; without it 50 t are too many."""
    base = (
        mud(),
        site("M"),
        landfill("mud", capacity_t=50),
        landfill("mud", 0, "M", name="far", capacity_t=60),
    )
    assert findings(tiny(*base, lane("R", "M", 1))) == []
    assert proved(tiny(*base))["short_t"] == pytest.approx(50)


# ---------------------------------------------------------------- what a target asks for


def pressed(capacity: float | None, at_least: float, **values: Any) -> Case:
    """100 t of mud a year, a press, a yard; the target."""
    press = works("press", "mud", {"brick": 1.0}, capacity=capacity)
    goal = target(at_least, **values)
    return tiny(mud(), yard("mud"), product("brick"), press, sells("brick", 1), goal, periods=years(2026, 2))


def test_a_target_beyond_all_that_counts_as_use() -> None:
    """0.5 of 100 t in 2027, a press of 40: asked 50, possible 40."""
    values = proved(pressed(40, 0.5, year=2027))
    assert values["year"] == 2027
    assert (values["asked_t"], values["possible_t"]) == pytest.approx((50, 40))
    assert any("press_line" in room and "40" in room for room in rooms(values["users"]))


def test_a_target_within_it_is_no_finding() -> None:
    assert findings(pressed(50, 0.5)) == []
    assert findings(pressed(None, 1.0)) == []
    assert stopped(pressed(50, 0.5)) == "optimal"


def test_a_line_counts_with_its_best_feed() -> None:
    """1 mud → 0.3 iron + 0.7 tailings: 60 t of capacity are at most 18 t of use; 0.2 of 100 asks for 20."""
    separate = works("separate", "mud", {"iron": 0.3, "tails": 0.7}, capacity=60)
    names = (
        product("iron"),
        waste("tails"),
        sells("iron", 1),
        yard("wastes"),
        group("wastes", "mud", "tails"),
    )
    values = proved(tiny(mud(), separate, *names, target(0.2)))
    assert (values["asked_t"], values["possible_t"]) == pytest.approx((20, 18))
    assert findings(tiny(mud(), separate, *names, target(0.18))) == []


def test_outlets_count_in_origin_tonnes() -> None:
    """Calcine stands for 2 t of mud a tonne: 20 t to a `use` outlet are 40 of the 50 asked for."""
    kiln = works("kiln", "mud", {"calcine": 0.5}, method="P", gas_t_per_t=0.5)
    road = sells("calcine", 0, method="U", max_t=20)
    values = proved(tiny(mud(), yard("mud"), waste("calcine"), kiln, road, target(0.5)))
    assert values["possible_t"] == pytest.approx(40)


def test_soft_targets_and_other_rates_are_not_counted() -> None:
    """A soft target cannot be impossible; the others are left to the solve."""
    assert findings(pressed(40, 0.5, hard=False, price_cny_per_t=1)) == []
    assert findings(pressed(40, 0.5, rate="rate_stat")) == []


def test_a_year_that_began_before_the_horizon_is_left_to_the_solve() -> None:
    done = rows(year_to_date=YearToDate(waste_class="red_mud", site="R", generated_t=100, utilised_new_t=100))
    press = works("press", "mud", {"brick": 1.0}, capacity=1)
    base = (mud(), yard("mud"), product("brick"), press, sells("brick", 1), target(0.5), done)
    case = tiny(*base, periods=parts(2026, 6)[1:])
    assert findings(case) == []
    assert stopped(case) == "optimal"


def test_a_line_without_use_of_capacity_takes_anything() -> None:
    """Mud takes nothing of the line's capacity, ash all of it: mud alone may go without end."""
    press = works("press", {"mud": {}, "ash": {}}, {"brick": 1.0}, capacity=1)
    free = rows(line_processes=LineProcess(line="press_line", process="press", feed="mud", use_per_t=0))
    ash = (waste("ash", "red_mud"), arises("ash", 1), yard("ash"))
    for feeds in (press,):
        case = tiny(mud(), *ash, product("brick"), feeds, free, sells("brick", 1), target(0.9))
        assert findings(case) == []
        assert stopped(case) == "optimal"


# ---------------------------------------------------------------- never where it is not true

room = st.sampled_from([None, 0.0, 20.0, 45.0, 70.0])


@st.composite
def tight_cases(draw: Any) -> Case:
    """Little room everywhere, and a target: about half of them have no plan."""
    at = draw(st.sampled_from("RM"))
    separate = works("separate", "mud", {"iron": 0.2, "tails": 0.8}, capacity=draw(room), at=at)
    feeds = {"mud": {}, "tails": {"max_share": draw(st.sampled_from([0.5, 1.0]))}}
    press = works("press", feeds, {"brick": 1.0}, capacity=draw(room))
    tails = waste("tails", moisture=0.2, density_t_per_m3=1.25)
    names = (tails, product("iron"), product("brick"), sells("iron", 1, "M"), sells("brick", 1))
    wastes = group("wastes", "mud", "tails")
    ends = (
        sells("wastes", -1, "M", method=draw(st.sampled_from("UD")), max_t=draw(room), basis="as_received"),
        yard("wastes", capacity_t=draw(room)),
        landfill("wastes", 1, "M", airspace_m3=draw(room)),
        in_stock("yard", "mud", draw(st.sampled_from([0.0, 15.0]))),
    )
    lanes = (lane("R", "M", 0, capacity_t=draw(room)), lane("M", "R", 0))
    goal = target(
        draw(st.sampled_from([0.0, 0.3, 0.7])), iron=draw(st.sampled_from(["net_product", "gross_feed"]))
    )
    extra = arises("mud", 10, "M") if draw(st.booleans()) else {}
    base = (
        mud(50, moisture=0.2, density_t_per_m3=1.25),
        site("M"),
        separate,
        press,
        *names,
        wastes,
        *ends,
        *lanes,
    )
    return tiny(
        *base, goal, extra, periods=draw(st.sampled_from([years(2026), parts(2026, 6) + years(2027)]))
    )


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow])
@given(tight_cases())
def test_what_is_said_to_be_impossible_is_infeasible(case: Case) -> None:
    network, _, outcome = run(case)
    if network.findings:
        assert outcome.stopped == "infeasible"
