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

import numpy as np
import pandas as pd

from redmud_opt.case.indicators import ALL, OWNER, PLANT, SCORECARD
from redmud_opt.network import Network
from redmud_opt.plan.known import Known
from redmud_opt.plan.score_entries import DENOMINATOR, NUMERATOR, entries

KEYS = ("indicator", "waste_class", "at", "year")
ROW_COLUMNS = (*KEYS, "part", "table", "item", "amount")
SCORE_COLUMNS = (
    *(*KEYS, "value", "unit", "numerator", "denominator", "asked", "gap", "trend"),
    *("definition", "formula", "authority", "own"),
)
AMOUNTS = ("manifests", "co2e", "storage_age_greatest")
"""Indicators that are an amount, not a ratio."""
GREATEST = ("storage_age_greatest",)
"""Indicators that are the greatest of their entries, not the sum."""
BY_PERIOD = ("manifests",)
"""Indicators that count what happens in a period once, so that finer periods count more."""
NOTHING = 1e-9


def score_tables(frames: Mapping[str, pd.DataFrame], net: Network) -> dict[str, pd.DataFrame]:
    """Both frames."""
    known = Known(frames, net)
    rows = _at_levels(known, entries(known))
    periods = Counter(net.time.year.tolist())
    return {"scorecard": _scores(rows, frames["targets"], periods), "scorecard_rows": rows}


def _at_levels(known: Known, found: pd.DataFrame) -> pd.DataFrame:
    """Entries counted at their plant, at its owner and in the whole, as far as the indicator is shown there."""
    whose = found["whose"]
    owner = whose.map(lambda name: known.owner.get(name, name))
    levels = {
        PLANT: whose.where(whose.isin(known.plants), ""),
        OWNER: owner,
        ALL: pd.Series("", index=found.index, dtype="str"),
    }
    parts = []
    for level, at in levels.items():
        shown = found["indicator"].isin([row.key for row in SCORECARD if level in row.levels])
        kept = shown & ((at != "") | (level == ALL))
        parts.append(found[kept].assign(at=at[kept]))
    rows = pd.concat(parts, ignore_index=True)
    greatest = rows["indicator"].isin(GREATEST)
    top = rows[greatest].sort_values("amount", kind="stable").drop_duplicates(list(KEYS), keep="last")
    rows = pd.concat([rows[~greatest], top], ignore_index=True)
    totals = rows.groupby(list(ROW_COLUMNS[:-1]), as_index=False, sort=False)["amount"].sum()
    summed = pd.DataFrame(totals)
    summed = summed[summed["amount"].abs() > NOTHING]
    ordered = _in_order(summed, "part")[list(ROW_COLUMNS)]
    return ordered.astype({"year": int, "amount": float})


def _in_order(rows: pd.DataFrame, *more: str) -> pd.DataFrame:
    """As the indicators stand in `SCORECARD`."""
    rank = rows["indicator"].map({row.key: k for k, row in enumerate(SCORECARD)})
    by = ["rank", *KEYS[1:], *more]
    ordered: pd.DataFrame = rows.assign(rank=rank).sort_values(by, kind="stable").reset_index(drop=True)
    return ordered


def _scores(rows: pd.DataFrame, targets: pd.DataFrame, periods: Mapping[int, int]) -> pd.DataFrame:
    sums = rows.pivot_table(index=list(KEYS), columns="part", values="amount", aggfunc="sum", sort=False)
    sums = sums.reindex(columns=[NUMERATOR, DENOMINATOR]).rename_axis(columns=None)
    sums = _with_unknown(sums.reset_index())
    amount = sums["indicator"].isin(AMOUNTS)
    above = sums[NUMERATOR].fillna(0.0).astype(float)
    below = sums[DENOMINATOR].fillna(0.0).astype(float).where(~amount)
    ratio = above / below.where(below > 0.0)
    found = sums[list(KEYS)].assign(numerator=above, denominator=below, value=above.where(amount, ratio))
    found["unit"] = found["indicator"].map({row.key: row.unit for row in SCORECARD})
    found["asked"] = _targets(found, targets)
    found["gap"] = _apart(found["value"], found["asked"])
    before = found[list(KEYS)].assign(year=found["year"] + 1, before=found["value"])
    trend = _apart(found["value"], found.merge(before, on=list(KEYS), how="left")["before"])
    uneven = pd.Series([periods[int(y)] != periods.get(int(y) - 1) for y in found["year"]], index=found.index)
    found["trend"] = trend.mask(found["indicator"].isin(BY_PERIOD) & uneven)
    for name in ("definition", "formula", "authority"):
        found[name] = f"plan.{name}_" + found["indicator"]
    found["own"] = found["indicator"].map({row.key: "yes" if row.own else "no" for row in SCORECARD})
    return pd.DataFrame(found[list(SCORE_COLUMNS)]).astype({"year": int})


def _apart(one: pd.Series, other: pd.Series) -> pd.Series:
    """How far two columns differ, and nothing where only rounding tells them apart."""
    difference = one - other
    return difference.mask(difference.abs() <= NOTHING * np.maximum(one.abs(), 1.0), 0.0)


def _with_unknown(sums: pd.DataFrame) -> pd.DataFrame:
    """Where nobody states the insurance of what is hazardous, it is not known: a row without value."""
    asked = sums[sums["indicator"] == "insurance_stated"].assign(indicator="insured")
    told = sums[sums["indicator"] == "insured"]
    keys = list(KEYS)
    missing = asked[~asked.set_index(keys).index.isin(told.set_index(keys).index)]
    missing = missing.assign(**{NUMERATOR: 0.0, DENOMINATOR: 0.0})
    found = pd.concat([sums, missing], ignore_index=True)
    return _in_order(found)


def _targets(found: pd.DataFrame, targets: pd.DataFrame) -> pd.Series:
    """What a target of the case asks of a rate; iron counted gross is another rate than those shown."""
    asked: dict[tuple[str, str, str, int], float] = {}
    for row in targets.to_dict("records"):
        if row["iron"] == "gross_feed" and row["rate"] != "rate_gross":
            continue
        key = f"use_{row['rate']}", str(row["waste_class"]), str(row["scope"]), int(row["year"])
        asked[key] = max(asked.get(key, 0.0), float(row["at_least"]))
    keys = zip(*(found[name] for name in KEYS), strict=True)
    return pd.Series([asked.get(key, np.nan) for key in keys], index=found.index, dtype=float)
