"""Cost to serve by source: a row per waste and where it comes from, all fates and years together.

cny[source, term] = Σ value over fates and years;   per tonne: ÷ the origin tonnes of the source
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

WHOSE = ("site", "material", "given")


def per_source(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """site, material, given, origin_t, a column of CNY per term, net; the sources with the most money first.

    Terms too stand with the most money first. Goods that meet no waste and what is not attributed are left out.
    """
    tonnes = frames["traced"].groupby(list(WHOSE))["origin_t"].sum()
    costs = frames["cost_to_serve"]
    own = costs[costs["given"].isin(frames["traced"]["given"].unique())]
    money = own.groupby([*WHOSE, "term"])["value_cny"].sum().unstack().fillna(0.0)
    money = money.reindex(tonnes.index, fill_value=0.0)
    terms = money.abs().sum().sort_values(ascending=False, kind="stable").index
    rows = money.abs().sum(axis=1).sort_values(ascending=False, kind="stable").index
    found = money.loc[rows, terms]
    found.insert(0, "origin_t", tonnes.loc[rows])
    return found.assign(net=found[list(terms)].sum(axis=1)).reset_index().rename_axis(columns=None)


def not_attributed_cny(frames: Mapping[str, pd.DataFrame]) -> float:
    """Money that no waste and no goods bear."""
    costs = frames["cost_to_serve"]
    return float(costs.loc[costs["given"] == "not_attributed", "value_cny"].sum())
