"""Gates at the margin of pooled certificates: optima known on paper, solved and audited all the way."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import (
    Solved,
    arises,
    assay,
    buys,
    group,
    landfill,
    mud,
    product,
    prop,
    rows,
    sells,
    solve,
    tiny,
    waste,
    works,
)

from redmud_opt.case import CaseFaults
from redmud_opt.case.things import Assay
from redmud_opt.case.works import Gate

MARCH, MAY = date(2025, 3, 1), date(2025, 5, 1)


def certificate(value: float, day: date | None = None, **values: Any) -> Assay:
    return Assay(material="mud", property="F", value=value, certificate_date=day, **values)


def placed(*certificates: Assay, k_sigma: float = 2.0) -> Solved:
    """100 t of mud and 100 t of ash (F 1) may be placed where F is at most 5 on average; at −50 what is left over."""
    gate = Gate(name="gate", at="landfill", property="F", limit=5, k_sigma=k_sigma, kind="blend")
    return solve(
        tiny(
            mud(),
            waste("ash", "other"),
            arises("ash", 100),
            group("wastes", "mud", "ash"),
            prop("F"),
            assay("ash", F=1),
            rows(composition=certificates, gates=gate),
            landfill("wastes", 1),
            sells("mud", -50, method="D"),
        )
    )


def test_a_gate_binds_at_the_pooled_value_plus_k_sigma() -> None:
    """Mean (1·6 + 3·10) ÷ 4 = 9; σ² = (1·(1 + 9) + 3·(1 + 1)) ÷ 4 = 4; 9 + 2·2 = 13.

    m·(13 − 5) ≤ 100·(5 − 1): m = 50 of 100; −(50 + 100) − 50·50 = −2650. At the mean alone m = 100.
    """
    pair = (certificate(6, MARCH, sigma=1), certificate(10, MAY, sigma=1, samples=3))
    plan = placed(*pair)
    assert plan.sum("placements", "placed_t", stream="mud@red_mud@new") == pytest.approx(50)
    assert plan.value == pytest.approx(-2650)
    assert placed(*pair, k_sigma=0).value == pytest.approx(-200)


def test_more_samples_weigh_more_and_do_not_shrink_the_margin() -> None:
    """13 ± 0 whatever the number of samples behind it: m = 50. 9 ± 2: the same, however many samples say so."""
    for samples in (None, 1, 400):
        assert placed(certificate(13, samples=samples)).value == pytest.approx(-2650)
        assert placed(certificate(9, sigma=2, samples=samples)).value == pytest.approx(-2650)


def test_the_deviation_of_a_mean_counts_as_that_of_one_sample() -> None:
    """0.5 for the mean of 16 samples is 2 for one: 9 + 2·2 = 13 again."""
    assert placed(certificate(9, sigma=0.5, samples=16, sigma_of="mean")).value == pytest.approx(-2650)


@settings(max_examples=12, deadline=None)
@given(st.floats(0, 3), st.floats(0, 1), st.floats(0, 3))
def test_a_wider_certificate_never_raises_value(sigma: float, more: float, k_sigma: float) -> None:
    pair = (certificate(7, MARCH, sigma=1, samples=2), certificate(9, MAY, sigma=sigma))
    wider = (pair[0], certificate(9, MAY, sigma=sigma + more))
    assert placed(*wider, k_sigma=k_sigma).value <= placed(*pair, k_sigma=k_sigma).value + 1e-6


def test_an_outlet_tests_the_grade_at_which_a_product_is_made() -> None:
    """Concentrate of 55 % by its output row alone: an outlet that asks for 54 takes it, one for 56 does not."""
    furnace = works(
        "separate", "mud", {"iron": {"recovery": 0.5, "property": "Fe", "grade": 55.0}}, loss_t_per_t=0.9
    )
    for least, taken in ((54.0, True), (56.0, False)):
        gate = Gate(name="gate", at="iron_outlet", property="Fe", sense="min", limit=least, kind="each")
        names = (product("iron"), prop("Fe"), assay("mud", Fe=11), rows(gates=gate))
        case = tiny(mud(), *names, furnace, sells("iron", 100), sells("mud", -50, method="D"))
        assert solve(case).value == pytest.approx(1000 if taken else -5000)


def test_a_grade_speaks_only_for_what_is_always_made_at_it() -> None:
    """The same concentrate also bought, or made by another process without a grade: nobody states what it is."""
    furnace = works(
        "separate", "mud", {"iron": {"recovery": 0.5, "property": "Fe", "grade": 55.0}}, loss_t_per_t=0.9
    )
    gate = Gate(name="gate", at="iron_outlet", property="Fe", sense="min", limit=54, kind="blend")
    names = (product("iron"), prop("Fe"), assay("mud", Fe=11), rows(gates=gate))
    base = (mud(), *names, furnace, sells("iron", 100), sells("mud", -50, method="D"))
    for other in (buys("iron", 1), works("sort", "mud", {"iron": 0.1}, loss_t_per_t=0.9)):
        with pytest.raises(CaseFaults):
            solve(tiny(*base, other))
