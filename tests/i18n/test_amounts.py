"""Amounts in the units of a language."""

from __future__ import annotations

import pytest

from redmud_opt.i18n import Money, Price, Tonnes
from redmud_opt.i18n.amounts import Amount


@pytest.mark.parametrize(
    ("amount", "zh", "en"),
    [
        (Money(12_345_678.0), "1,235 万元", "12.35 million CNY"),
        (Money(123_456_789.0), "1.235 亿元", "123.5 million CNY"),
        (Money(-9_876.0), "-9,876 元", "-9,876 CNY"),
        (Money(9_999.7), "1 万元", "10,000 CNY"),
        (Money(0.0), "0 元", "0 CNY"),
        (Tonnes(4_000.0), "4,000 吨", "4,000 t"),
        (Tonnes(2.5), "2.5 吨", "2.5 t"),
        (Tonnes(32e6), "3,200 万吨", "32 million t"),
        (Price(35.678), "35.68 元/吨", "35.68 CNY/t"),
        (Money(float("inf")), "∞ 元", "∞ CNY"),
        (Money(-1e-9), "0 元", "0 CNY"),
    ],
)
def test_words(amount: Amount, zh: str, en: str) -> None:
    assert (amount.words("zh"), amount.words("en")) == (zh, en)
