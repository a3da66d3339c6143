"""The zero-waste scorecard: indicators per plant, owner and as a whole, by year, with all that they are made of.

    value = Σ numerator ÷ Σ denominator     (a count or an amount has no denominator; NaN where there is nothing)
    gap   = value − asked                   trend = value − value of the year before
    both are 0 where the numbers agree but for rounding; what is counted by period has a trend only between
    years of equally many periods

scorecard         indicator, waste_class, at, year, value, unit, numerator, denominator, asked, gap, trend, and the
                  keys of its definition, formula and authority; `own`: the definition is this project's
scorecard_rows    which rows of the plan make up either side: they sum to it

`at`: a plant (where waste arises), an owner, or blank for all. A target stands beside the rate that it names, at the
plant or owner that it names; the greatest where there are several. What indicators are made of: `plan.score_entries`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import nan
from typing import NamedTuple

import pandas as pd

from redmud_opt.case.indicators import ALL, OWNER, PLANT, SCORECARD
from redmud_opt.plan.framing import framed, last_of, summed
from redmud_opt.plan.known import Known
from redmud_opt.plan.score_entries import DENOMINATOR, NUMERATOR, Label, entries

KEYS = ("indicator", "waste_class", "at", "year")
ROW_COLUMNS = (*KEYS, "part", "table", "item", "amount")
SCORE_COLUMNS = (
    *(*KEYS, "value", "unit", "numerator", "denominator", "asked", "gap", "trend"),
    *("definition", "formula", "authority", "own"),
)
SCORE_NUMBERS = ("value", "numerator", "denominator", "asked", "gap", "trend")
AMOUNTS = ("manifests", "co2e", "storage_age_greatest")
"""Indicators that are an amount, not a ratio."""
GREATEST = ("storage_age_greatest",)
"""Indicators that are the greatest of their entries, not the sum."""
BY_PERIOD = ("manifests",)
"""Indicators that count what happens in a period once, so that finer periods count more."""
NOTHING = 1e-9
RANK = {row.key: k for k, row in enumerate(SCORECARD)}
"""Indicators as they stand in `SCORECARD`."""
LEVELS = {row.key: row.levels for row in SCORECARD}


class Key(NamedTuple):
    """An indicator at a level: `KEYS`."""

    indicator: str
    waste_class: str
    at: str
    year: int

    @property
    def order(self) -> tuple[int, str, str, int]:
        """As they are shown."""
        return RANK[self.indicator], *self[1:]


Part = tuple[Key, str, str, str]
"""Key, part, table, item."""


def score_tables(known: Known) -> dict[str, pd.DataFrame]:
    """Both frames."""
    parts = _at_levels(known, entries(known))
    periods = Counter(known.net.time.year.tolist())
    rows = [(*key, *rest, amount) for (key, *rest), amount in parts.items()]
    return {
        "scorecard": scores(parts, _targets(known.frames["targets"]), periods),
        "scorecard_rows": framed(rows, ROW_COLUMNS, ("amount",), whole=("year",)),
    }


def _at_levels(known: Known, found: Mapping[Label, float]) -> dict[Part, float]:
    """Entries counted at their plant, at its owner and in the whole, as far as the indicator is shown there."""
    rows = [
        (
            (Key(label.indicator, label.waste_class, at, label.year), label.part, label.table, label.item),
            amount,
        )
        for level in (PLANT, OWNER, ALL)
        for label, amount in found.items()
        if (at := _at(known, level, label.whose)) is not None and level in LEVELS[label.indicator]
    ]
    greatest = sorted((row for row in rows if row[0][0].indicator in GREATEST), key=lambda row: row[1])
    rows = [row for row in rows if row[0][0].indicator not in GREATEST]
    sums = summed([*rows, *last_of(greatest, lambda row: row[0][0])])
    kept = [(part, amount) for part, amount in sums.items() if abs(amount) > NOTHING]
    return dict(sorted(kept, key=lambda row: (row[0][0].order, row[0][1])))


def _at(known: Known, level: str, whose: str) -> str | None:
    """Where an entry counts at a level, if it does: blank is the whole."""
    if level == ALL:
        return ""
    if level == PLANT:
        return whose if whose in known.plants and whose else None
    return known.owner.get(whose, whose) or None


def scores(
    parts: Mapping[Part, float], asked: Mapping[Key, float], periods: Mapping[int, int]
) -> pd.DataFrame:
    """The frame `scorecard`. `periods`: how many a year has."""
    sides = _sides(parts)
    value = {key: _value(key, *both) for key, both in sides.items()}
    rows = []
    for key in sorted(sides, key=lambda key: key.order):
        above, below = sides[key]
        own, aim = value[key], asked.get(key, nan)
        before = value.get(key._replace(year=key.year - 1), nan)
        if key.indicator in BY_PERIOD and periods[key.year] != periods.get(key.year - 1):
            before = nan
        below = nan if key.indicator in AMOUNTS else below
        row = SCORECARD[RANK[key.indicator]]
        words = (f"plan.{name}_{key.indicator}" for name in ("definition", "formula", "authority"))
        numbers = (above, below, aim, _apart(own, aim), _apart(own, before))
        rows.append((*key, own, row.unit, *numbers, *words, "yes" if row.own else "no"))
    return framed(rows, SCORE_COLUMNS, SCORE_NUMBERS, whole=("year",))


def _apart(one: float, other: float) -> float:
    """How far two numbers differ, and nothing where only rounding tells them apart."""
    return 0.0 if abs(one - other) <= NOTHING * max(abs(one), 1.0) else one - other


def _sides(parts: Mapping[Part, float]) -> dict[Key, tuple[float, float]]:
    """Numerator and denominator.

    Where nobody states the insurance of what is hazardous, it is not known: nothing of nothing.
    """
    sums = summed(((key, part), amount) for (key, part, *_), amount in parts.items())
    keys = dict.fromkeys(key for key, _ in sums)
    unknown = (key._replace(indicator="insured") for key in keys if key.indicator == "insurance_stated")
    return {
        key: (sums.get((key, NUMERATOR), 0.0), sums.get((key, DENOMINATOR), 0.0)) for key in (*keys, *unknown)
    }


def _value(key: Key, above: float, below: float) -> float:
    """An amount, or a ratio where there is something to refer to."""
    if key.indicator in AMOUNTS:
        return above
    return above / below if below > 0.0 else nan


def _targets(targets: pd.DataFrame) -> dict[Key, float]:
    """What a target of the case asks of a rate; iron counted gross is another rate than those shown."""
    asked: dict[Key, float] = {}
    for row in targets.to_dict("records"):
        if row["iron"] == "gross_feed" and row["rate"] != "rate_gross":
            continue
        key = Key(f"use_{row['rate']}", str(row["waste_class"]), str(row["scope"]), int(row["year"]))
        asked[key] = max(asked.get(key, 0.0), float(row["at_least"]))
    return asked
