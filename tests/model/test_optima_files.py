"""Optima of cases that come from files: what the front door refuses, with its reason, and that it changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.builders import (
    Tables,
    buys,
    commodity,
    mud,
    optimum,
    product,
    rows,
    sells,
    solve,
    tiny,
    works,
    yard,
)
from tests.model.folders import write_case
from tests.model.rich import before, rich

from redmud_opt.case import Case, CaseFaults, load_case
from redmud_opt.case.things import Tier


def tiers(item: str, *prices: float) -> Tables:
    """Two steps of 60 t and then without end."""
    widths = [60.0] * (len(prices) - 1) + [None]
    steps = enumerate(zip(widths, prices, strict=True), start=1)
    return rows(tiers=tuple(Tier(item=item, step=k, width_t=w, price_cny_per_t=p) for k, (w, p) in steps))


def paid(*prices: float, **outlet: float) -> Case:
    """100 t of mud to a yard or to an outlet."""
    return tiny(mud(), yard("mud"), sells("mud", 0, method="U", **outlet), tiers("mud_outlet", *prices))


def bought(*prices: float, **supply: float) -> Case:
    """100 t of mud may be pressed with as much lime; bricks bring 4 CNY/t."""
    press = works("press", "mud", {"brick": 2.0}, inputs={"lime": 1.0})
    names = (product("brick"), commodity("lime"), buys("lime", 0, **supply), sells("brick", 4))
    return tiny(mud(), yard("mud"), press, *names, tiers("lime_supply", *prices))


def refused(case: Case, folder: Path) -> list[str]:
    """Keys of the faults that loading finds."""
    with pytest.raises(CaseFaults) as caught:
        load_case(write_case(case, folder))
    return [fault.message.key for fault in caught.value.faults]


def test_steps_that_a_plan_would_fill_out_of_order_need_an_end(tmp_path: Path) -> None:
    """A price that rises with volume, a fee that falls, a purchase discount: refused unless the most is stated."""
    for k, case in enumerate((paid(5, 8), paid(-8, -5), bought(6, 2))):
        assert refused(case, tmp_path / str(k)) == ["case.tiers_without_end"]


def test_a_falling_gate_fee_is_billed_in_order(tmp_path: Path) -> None:
    """−8 for the first 60 t, −5 beyond: 60 · 8 + 40 · 5 = 680, where an LP would pay 100 · 5 = 500."""
    case = tiny(mud(), sells("mud", 0, method="U", max_t=150), tiers("mud_outlet", -8, -5))
    assert optimum(load_case(write_case(case, tmp_path))) == pytest.approx(-680)


def test_prices_that_rise_and_discounts_count_in_order(tmp_path: Path) -> None:
    """60 · 5 + 40 · 8 = 620. Lime: 60 · (8 − 6) + 40 · (8 − 2) = 360."""
    assert optimum(load_case(write_case(paid(5, 8, max_t=150), tmp_path / "a"))) == pytest.approx(620)
    assert optimum(load_case(write_case(bought(6, 2, max_t=150), tmp_path / "b"))) == pytest.approx(360)


def test_convex_tiers_pass_and_give_the_optimum_on_paper(tmp_path: Path) -> None:
    """Fees that rise: 60 · 1 then the yard, free. Purchases that get dearer: 60 · (8 − 2) + 40 · (8 − 6)."""
    assert optimum(load_case(write_case(paid(1, -5), tmp_path / "a"))) == pytest.approx(60)
    assert optimum(load_case(write_case(bought(2, 6), tmp_path / "b"))) == pytest.approx(440)


def test_a_case_from_files_is_the_case_from_dataclasses(tmp_path: Path) -> None:
    """Every table of the rich case there and back: the same optimum to the last digit."""
    read = load_case(write_case(rich(), tmp_path))
    assert solve(read, baseline=before(read)).value == solve(rich(), baseline=before(rich())).value
