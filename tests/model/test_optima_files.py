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
from tests.model.rich import rich

from redmud_opt.case import Case, CaseFaults, load_case
from redmud_opt.case.things import Tier


def tiers(item: str, *prices: float) -> Tables:
    """Two steps of 60 t and then without end."""
    widths = [60.0] * (len(prices) - 1) + [None]
    steps = enumerate(zip(widths, prices, strict=True), start=1)
    return rows(tiers=tuple(Tier(item=item, step=k, width_t=w, price_cny_per_t=p) for k, (w, p) in steps))


def paid(*prices: float) -> Case:
    """100 t of mud to a yard or to an outlet."""
    return tiny(mud(), yard("mud"), sells("mud", 0, method="U"), tiers("mud_outlet", *prices))


def bought(*prices: float) -> Case:
    """100 t of mud may be pressed with as much lime; bricks bring 4 CNY/t."""
    press = works("press", "mud", {"brick": 2.0}, inputs={"lime": 1.0})
    names = (product("brick"), commodity("lime"), buys("lime", 0), sells("brick", 4))
    return tiny(mud(), yard("mud"), press, *names, tiers("lime_supply", *prices))


def refused(case: Case, folder: Path) -> list[str]:
    """Keys of the faults that loading finds."""
    with pytest.raises(CaseFaults) as caught:
        load_case(write_case(case, folder))
    return [fault.message.key for fault in caught.value.faults]


def test_a_falling_gate_fee_is_refused_with_its_reason(tmp_path: Path) -> None:
    """−8 for the first 60 t, −5 beyond: an LP would fill the cheap second step first and pay 100 · 5 = 500.

    In truth 60 · 8 + 40 · 5 = 680 is due; until steps can be ordered the case is refused.
    """
    case = tiny(mud(), sells("mud", 0, method="U"), tiers("mud_outlet", -8, -5))
    assert refused(case, tmp_path) == ["case.gate_fee_falls"]
    assert solve(case, audited=False).value == pytest.approx(-500)


def test_other_tiers_that_an_lp_would_fill_out_of_order_are_refused(tmp_path: Path) -> None:
    """A price that rises with volume, a purchase discount."""
    assert refused(paid(5, 8), tmp_path / "a") == ["case.tier_price_rises"]
    assert refused(bought(6, 2), tmp_path / "b") == ["case.tier_price_falls"]


def test_convex_tiers_pass_and_give_the_optimum_on_paper(tmp_path: Path) -> None:
    """Fees that rise: 60 · 1 then the yard, free. Purchases that get dearer: 60 · (8 − 2) + 40 · (8 − 6)."""
    assert optimum(load_case(write_case(paid(1, -5), tmp_path / "a"))) == pytest.approx(60)
    assert optimum(load_case(write_case(bought(2, 6), tmp_path / "b"))) == pytest.approx(440)


def test_a_case_from_files_is_the_case_from_dataclasses(tmp_path: Path) -> None:
    """Every table of the rich case there and back: the same optimum to the last digit."""
    assert optimum(load_case(write_case(rich(), tmp_path))) == optimum(rich())
