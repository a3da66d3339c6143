"""Rows of contracts and price paths."""

from __future__ import annotations

from typing import Any

from tests.builders import Tables, rows

from redmud_opt.case.rules import Contract
from redmud_opt.case.things import Owner, PriceByYear


def contract(take: float | None, penalty: float | None, **values: Any) -> Tables:
    """A contract `deal` over so many units a year; its partner is a company."""
    values = {"name": "deal"} | values
    found = rows(contracts=Contract(take_or_pay_t_per_a=take, penalty_cny_per_t=penalty, **values))
    if values.get("partner"):
        found["owners"] = (Owner(name=values["partner"]),)
    return found


def path(item: str, *factors: float, first: int = 2026) -> Tables:
    """Factors on the prices of an item from 2026 on."""
    return {
        "price_paths": tuple(
            PriceByYear(item=item, year=first + k, factor=factor) for k, factor in enumerate(factors)
        )
    }
