"""Numbers as people read them: one unit for a set of amounts, three significant figures, a true minus sign.

scale = mass_scale([2_600_000, 14_300], "en")      Mt
scale.text(2_600_000)                               '2.60 Mt'
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from redmud_opt.i18n import Message, text

_MASS = {"en": ((1e6, "mt"), (1e3, "kt"), (1.0, "t")), "zh": ((1e4, "wt"), (1.0, "t"))}
_MONEY = {
    "en": ((1e6, "mcny"), (1e3, "kcny"), (1.0, "cny")),
    "zh": ((1e8, "ycny"), (1e4, "wcny"), (1.0, "cny")),
}
_MONEY_FROM = {"mcny": 1e5, "kcny": 1e3, "ycny": 1e9, "wcny": 1e4}
"""Millions are used from a tenth of a million on, so that one plan is not read in two units."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A unit to show amounts in: what to divide by, and what it is called."""

    divisor: float
    unit: str
    language: str

    def of(self, amount: float) -> float:
        """The amount in this unit."""
        return amount / self.divisor

    def figure(self, amount: float) -> str:
        """The amount in this unit, without the unit."""
        return figure(self.of(amount))

    def text(self, amount: float) -> str:
        """The amount with its unit; nothing needs none."""
        if amount == 0:
            return "0"
        values = {"figure": self.figure(amount), "unit": self.unit}
        return text(Message("report.with_unit", values), self.language)


def apart(amounts: Sequence[float], scale: Scale) -> list[str]:
    """Amounts with as many figures as it takes to tell them from each other."""
    values = [scale.of(amount) for amount in amounts]
    least = max(values) - min(values) if values else 0.0
    if least <= 1e-6 * max(map(abs, values), default=0.0):
        return [scale.text(amount) for amount in amounts]
    decimals = max(0, 1 - math.floor(math.log10(least)))
    return [_with_unit(value, scale, max(decimals, _decimals(abs(value)))) for value in values]


def _with_unit(value: float, scale: Scale, decimals: int) -> str:
    words = f"{'−' if value < 0 else ''}{abs(value):,.{decimals}f}"
    return text(Message("report.with_unit", {"figure": words, "unit": scale.unit}), scale.language)


def figure(value: float) -> str:
    """Three significant figures, at most three decimals, thousands apart; what is there is never shown as nothing."""
    if not math.isfinite(value):
        return "–"
    size = abs(value)
    if 0 < size < 0.0005:
        return "<0.001" if value > 0 else ">−0.001"
    return f"{'−' if value < 0 else ''}{size:,.{_decimals(size)}f}"


def _decimals(size: float) -> int:
    return 0 if size == 0 or size >= 99.95 else 1 if size >= 9.995 else 2 if size >= 0.9995 else 3


def percent(share: float, language: str, decimals: int | None = 1) -> str:
    """A share as a percentage; `decimals` None: as many as it needs. A dash where there is nothing to divide by."""
    if not math.isfinite(share):
        return "–"
    words = f"{100 * share:.6g}" if decimals is None else f"{100 * share:.{decimals}f}"
    return text(Message("report.percent", {"figure": words.replace("-", "−")}), language)


def share_of(percentage: float) -> float:
    """A percentage as a share."""
    return percentage / 100.0


def gap_percent(gap: float, language: str) -> str:
    """A gap as a percentage: two figures of it where it is small and not proved to be nothing."""
    if 1e-6 < gap < 0.00095:
        return text(Message("report.percent", {"figure": f"{100 * gap:.2g}"}), language)
    return percent(gap, language)


UNITS = ("auto", "1", "10k")
"""What a reader may choose: whichever unit reads best; t and CNY; 10⁴ t and 10⁴ CNY (万吨, 万元)."""

_CHOSEN = {"1": (1.0, "t", "cny"), "10k": (1e4, "wt", "wcny")}


def mass_scale(amounts: Iterable[float], language: str, units: str = "auto") -> Scale:
    """The unit that was chosen, else the largest unit of mass in which the greatest amount is at least 1."""
    if units in _CHOSEN:
        divisor, name, _ = _CHOSEN[units]
        return Scale(divisor, text(Message(f"report.unit.{name}"), language), language)
    largest = max((abs(a) for a in amounts if math.isfinite(a)), default=0.0)
    divisor, name = next(step for step in _MASS[language] if largest >= step[0] or step[1] == "t")
    return Scale(divisor, text(Message(f"report.unit.{name}"), language), language)


def money_scale(amounts: Iterable[float], language: str, units: str = "auto") -> Scale:
    """The unit that was chosen, else the unit of money for a set of amounts in CNY."""
    if units in _CHOSEN:
        divisor, _, name = _CHOSEN[units]
        return Scale(divisor, text(Message(f"report.unit.{name}"), language), language)
    largest = max((abs(a) for a in amounts if math.isfinite(a)), default=0.0)
    divisor, name = next(step for step in _MONEY[language] if largest >= _MONEY_FROM.get(step[1], 0.0))
    return Scale(divisor, text(Message(f"report.unit.{name}"), language), language)


def small(value: float) -> str:
    """A tiny number with two figures and a short exponent: 7e-16, 5.3e-5."""
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}" if value else "0"
