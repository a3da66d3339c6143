"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redmud_opt.report.numbers import figure, mass_scale, money_scale, percent, small


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (1234567, "1,234,567"),
        (99.96, "100"),
        (99.94, "99.9"),
        (9.996, "10.0"),
        (1.5, "1.50"),
        (0.0376, "0.038"),
        (0.0001, "<0.001"),
        (-0.0001, ">−0.001"),
        (-15.23, "−15.2"),
        (math.nan, "–"),
        (math.inf, "–"),
    ],
)
def test_figure(value: float, words: str) -> None:
    assert figure(value) == words


@given(st.floats(min_value=1e-3, max_value=1e12))
def test_figure_is_near_the_value(value: float) -> None:
    assert float(figure(value).replace(",", "")) == pytest.approx(value, rel=6e-3, abs=5.1e-4)


@pytest.mark.parametrize(
    ("largest", "language", "words"),
    [
        (7.8e6, "en", "7.80 Mt"),
        (56_200, "en", "56.2 kt"),
        (900, "en", "900 t"),
        (0.2, "en", "0.200 t"),
        (7.8e6, "zh", "780 万吨"),
        (6000, "zh", "6,000 吨"),
    ],
)
def test_mass_scale(largest: float, language: str, words: str) -> None:
    assert mass_scale([largest, 1.0, math.nan], language).text(largest) == words


def test_nothing_needs_no_unit() -> None:
    assert mass_scale([5e6], "en").text(0.0) == "0"


@pytest.mark.parametrize(
    ("largest", "language", "words"),
    [
        (133e6, "en", "133 M CNY"),
        (-350e6, "en", "−350 M CNY"),
        (20_000, "en", "20.0 k CNY"),
        (12, "en", "12.0 CNY"),
        (2.6e9, "zh", "26.0 亿元"),
        (133e6, "zh", "13,300 万元"),
        (900, "zh", "900 元"),
    ],
)
def test_money_scale(largest: float, language: str, words: str) -> None:
    assert money_scale([largest], language).text(largest) == words


def test_a_set_of_amounts_has_one_unit() -> None:
    scale = money_scale([2.6e9, 1e6], "zh")
    assert (scale.figure(2.6e9), scale.figure(1e6)) == ("26.0", "0.010")


@pytest.mark.parametrize(
    ("share", "decimals", "words"),
    [
        (0.15, 1, "15.0 %"),
        (0.15, None, "15 %"),
        (0.125, None, "12.5 %"),
        (math.nan, 1, "–"),
        (-0.01, 1, "−1.0 %"),
    ],
)
def test_percent(share: float, decimals: int | None, words: str) -> None:
    assert percent(share, "en", decimals) == words
    assert percent(share, "zh", decimals) == words.replace(" ", "")


@pytest.mark.parametrize(
    ("value", "words"), [(7e-16, "7e-16"), (5.34e-5, "5.3e-5"), (1e-6, "1e-6"), (0.0, "0")]
)
def test_small(value: float, words: str) -> None:
    assert small(value) == words
