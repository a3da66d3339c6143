"""Books of money: every term of value is a named total by calendar year, discounted."""

from __future__ import annotations

from datetime import date

import numpy as np

from redmud_opt.model.arrays import Columns, Rows
from redmud_opt.network import Network
from redmud_opt.network.network import Array, Grid, Ints

TERMS = (
    *(
        "sales",
        "gate_fees",
        "purchases",
        "transport",
        "processing",
        "tolling",
        "holding",
        "levies",
        "co2_cost",
    ),
    *("running", "line_fixed", "lane_fixed", "capex", "closing", "closure", "measures"),
    *("soft_clock", "shortfall", "make_up_credit", "approval_cost", "source_reduction", "expansion"),
    *("vat_refund", "residual_value", "end_charge"),
)
"""Terms of value in the order in which they are shown."""


class Money:
    """Books discounted money on the definition rows of the value terms."""

    def __init__(self, rows: Rows, net: Network) -> None:
        self.rows, self.net = rows, net
        self.year = np.searchsorted(net.time.years, net.time.year)
        self.years = len(net.time.years)

    def book(self, term: str, columns: Columns, grid: Grid, unit: Array) -> None:
        """`unit`: CNY per tonne of each entity, or of each (entity, period); discounted here."""
        amount = grid.pick((unit if unit.ndim == 2 else unit[:, None]) * self.net.time.factor)
        row = TERMS.index(term) * self.years + self.year
        col = np.flatnonzero(amount)
        self.rows.add(columns, row=row[grid.period[col]], col=col, coef=-amount[col])

    def book_at(self, term: str, columns: Columns, col: Ints, year: Ints, amount: Array) -> None:
        """Already discounted money of single columns, `year` as position."""
        row = TERMS.index(term) * self.years + year
        kept = np.flatnonzero(amount)
        self.rows.add(columns, row=row[kept], col=col[kept], coef=-amount[kept])

    def book_in(self, term: str, columns: Columns, period: Ints, unit: Array) -> None:
        """CNY per unit of every column of a family, each in its period; discounted here."""
        amount = unit * self.net.time.factor[period]
        self.book_at(term, columns, np.arange(len(columns)), self.year[period], amount)

    def owe(self, term: str, year: Ints, amount: Array) -> None:
        """Already discounted money that no decision changes."""
        shift = np.zeros(len(self.rows))
        np.add.at(shift, TERMS.index(term) * self.years + year, amount)
        self.rows.lower_bound = self.rows.lower_bound + shift
        self.rows.upper_bound = self.rows.upper_bound + shift

    def due(self, day: date) -> tuple[int, float]:
        """(position of the year, discount factor) of a payment: that of the mid-date of its period.

        What is due after the horizon is booked in the last period, with its factor: a residual value that counts all
        of the capex must not be worth more than the capex left to pay.
        """
        for t, period in enumerate(self.net.time.periods):
            if period.start <= day < period.end:
                return int(self.year[t]), float(self.net.time.factor[t])
        return self.years - 1, float(self.net.time.factor[self.net.time.last])
