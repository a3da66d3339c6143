"""AMPL book, steelT: two products, four weeks, shared hours of a rolling mill; the optimum is 515033."""

from __future__ import annotations

import pytest
from tests.builders import solve

from redmud_opt.case import load_case


def test_steelt_has_the_optimum_of_the_book() -> None:
    assert solve(load_case("tests/literature/steelT")).value == pytest.approx(515033.0, rel=1e-6)
