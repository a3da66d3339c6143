"""Amounts as values of a message, written as people of a language write them: 万吨 and 万元, million t and CNY.

Message("study.worth", {"gain": Money(12_345_678.0), "more": Tonnes(4_000.0)})
    zh  1,234.6 万元, 4,000 吨          en  12.35 million CNY, 4,000 t
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

MYRIAD, HUNDRED_MILLION, MILLION = 1e4, 1e8, 1e6


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with a unit. value: in the unit itself; UNITS: words of the unit by language, the smallest first."""

    value: float

    UNITS: ClassVar[dict[str, tuple[str, ...]]]

    def words(self, language: str) -> str:
        """The amount in words of a language."""
        units = self.UNITS[language]
        return _zh(self.value, *units) if language == "zh" else _en(self.value, *units)


class Money(Amount):
    """CNY."""

    __slots__ = ()
    UNITS: ClassVar = {"zh": ("元", "万元", "亿元"), "en": ("CNY", "million CNY")}


class Tonnes(Amount):
    """Tonnes, dry unless the message says otherwise."""

    __slots__ = ()
    UNITS: ClassVar = {"zh": ("吨", "万吨", "亿吨"), "en": ("t", "million t")}


class Price(Amount):
    """CNY per tonne."""

    __slots__ = ()
    UNITS: ClassVar = {"zh": ("元/吨", "万元/吨", "亿元/吨"), "en": ("CNY/t", "million CNY/t")}


def _zh(value: float, one: str, myriad: str, hundred_million: str) -> str:
    size = abs(value)
    if not math.isfinite(value) or size < MYRIAD - 0.5:
        return f"{_digits(value)} {one}"
    if size < HUNDRED_MILLION - 0.5 * MYRIAD:
        return f"{_digits(value / MYRIAD)} {myriad}"
    return f"{_digits(value / HUNDRED_MILLION)} {hundred_million}"


def _en(value: float, one: str, million: str) -> str:
    size = abs(value)
    if not math.isfinite(value) or size < MILLION - 0.5:
        return f"{_digits(value)} {one}"
    return f"{_digits(value / MILLION)} {million}"


def _digits(value: float) -> str:
    """Four digits, whole from 1,000 on."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞" if value < 0 else "–"
    if value == 0:
        return "0"
    decimals = max(0, 3 - math.floor(math.log10(abs(value))))
    words = f"{value:,.{min(decimals, 6)}f}"
    words = words.rstrip("0").rstrip(".") if "." in words else words
    return "0" if words in ("-0", "") else words
