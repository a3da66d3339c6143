"""What stands in the way where something cannot be had with the rest of what a case asks. In words.

    in_the_way(base, change)        change: what is asked of a model (a thing forced in, an outlet closed)
    left_over(base, change)         tonnes that have nowhere to go or stay then, by site and material

Asked of the relaxation, where what is impossible is impossible for any plan: which policy rows give way, the least in
sum; else which hard targets cannot be met with it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from redmud_opt.i18n import Message
from redmud_opt.i18n.amounts import Tonnes
from redmud_opt.model import RELAXATION, build_model
from redmud_opt.model.arrays import Columns, Index, Objective
from redmud_opt.network.network import Ints
from redmud_opt.solve import Session
from redmud_opt.study.asking import Base
from redmud_opt.study.gaps import NO_PLAN, Change, giving_way, relaxed
from redmud_opt.study.reach import NEGLIGIBLE_T, Undecided

ONLY_LAW = Message("why.only_law_and_physics")
LAW_OR_PAST = Message("why.only_law_physics_and_past")


def in_the_way(base: Base, change: Change) -> tuple[Message, ...]:
    """Policy rows and targets that a change cannot be had with; that only law and physics are left, if none."""
    try:
        return _in_the_way(base, change)
    except Undecided:
        return (Message("study.undecided"),)


def _in_the_way(base: Base, change: Change) -> tuple[Message, ...]:
    reach = relaxed(base.network, base.options, change)
    short = reach.least_short(reach.hard)
    if short is None:
        gaps = giving_way(relaxed(base.network, base.options, change))
        if NO_PLAN in gaps:
            return (LAW_OR_PAST if base.is_frozen else ONLY_LAW,)
        return tuple(Message("why.gives_way", {"row": gap.what}) for gap in gaps.values())
    if short > NEGLIGIBLE_T:
        missed = reach.model.short_t.values_array
        names = tuple(
            f"{reach.targets[k].target.name} {reach.targets[k].year}"
            for k in reach.hard
            if missed[k] > NEGLIGIBLE_T
        )
        return (Message("why.targets_missed", {"targets": names, "short": Tonnes(short)}),)
    if base.levels:
        return (Message("why.only_levels", {"levels": base.levels}),)
    return (Message("why.only_whole_numbers"),)


def left_over(base: Base, change: Change) -> pd.DataFrame:
    """The least waste that is left over, by site and material [t over the horizon]; empty if none need be."""
    net = base.network
    model = build_model(net, RELAXATION)
    for columns in model.component_objects():
        if isinstance(columns, Columns):
            columns.set_integer(False)
    change(model)
    model.short_t.upper_bound = np.inf
    wastes = np.array([net.lineages.by_id[p.stream.lineage].is_waste for p in net.places], dtype=bool)
    at: Ints = np.flatnonzero(wastes[net.nodes.entity])
    model.left_over_t = Columns(Index.flat("node", at.tolist()))
    model.balance.add(model.left_over_t, row=at, coef=1.0)
    model.del_component("objective")
    model.objective = Objective("minimise")
    model.objective.add(model.left_over_t)
    outcome = Session(base.options).solve(model)
    columns = ["site", "material", "left_over_t"]
    if outcome.values is None:
        return pd.DataFrame(columns=columns)
    places = [net.places[int(p)] for p in net.nodes.entity[at]]
    rows = pd.DataFrame(
        [
            (p.site, net.lineages.by_id[p.stream.lineage].name, float(t))
            for p, t in zip(places, model.left_over_t.values_array, strict=True)
            if t > NEGLIGIBLE_T
        ],
        columns=columns,
    )
    found = rows.groupby(["site", "material"])["left_over_t"].sum().reset_index()
    return found.sort_values("left_over_t", ascending=False, ignore_index=True)
