"""What is kept of a member: numbers with names.

    value, objective, goal:GOAL            CNY, CNY, tonnes        term:TERM, value:YEAR            CNY
    rate_new|rate_stat|rate_gross:CLASS:YEAR                1      target:NAME:YEAR, met:NAME:YEAR  1, 0 or 1
    sold:OUTLET, fed:PROCESS, placed:STORAGE   t over the horizon  build:LINE                       units

`value` is the value of the plan; `objective` less the penalties of soft targets. All are kept for every member;
`outputs` of the study file say which ones are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.case import Case
from redmud_opt.model.money import TERMS
from redmud_opt.model.value import GOALS
from redmud_opt.network import Network
from redmud_opt.plan.accounts import rate_table, total_table
from redmud_opt.plan.tables import target_table
from redmud_opt.plan.whole import Whole

RATES = ("rate_new", "rate_stat", "rate_gross")


def names_of_outputs(case: Case) -> list[str]:
    """What may be looked at in the plans of a case."""
    years = sorted({period.year for period in case.periods})
    classes = sorted({m.waste_class for m in case.materials if m.waste_class not in ("none", "")})
    found = ["value", "objective", *(f"goal:{goal}" for goal in GOALS), *(f"term:{term}" for term in TERMS)]
    found += [f"value:{year}" for year in years]
    found += [f"{rate}:{each}:{year}" for rate in RATES for each in classes for year in years]
    found += [
        f"{kind}:{target.name}:{year}"
        for kind in ("target", "met")
        for target in case.targets
        for year in ([target.year] if target.year else years)
    ]
    found += [f"sold:{row.name}" for row in case.outlets] + [f"fed:{row.name}" for row in case.processes]
    found += [f"placed:{row.name}" for row in case.storages]
    return found + [f"build:{row.name}" for row in case.lines if row.candidate]


def outputs_of(model: ConcreteModel, net: Network, whole: Sequence[Whole]) -> Iterator[tuple[str, float]]:
    """Names and numbers of the plan that a model holds; amounts of nothing are left out."""
    yield from _money(model)
    yield from zip((f"goal:{goal}" for goal in GOALS), model.goal.values_array.tolist(), strict=True)
    rates = rate_table(net, total_table(model, net), {})
    rates = rates[rates["plant"] == ""]
    labels = [f"{each}:{year}" for each, year in zip(rates["waste_class"], rates["year"], strict=True)]
    for rate in RATES:
        yield from zip((f"{rate}:{label}" for label in labels), rates[rate].tolist(), strict=True)
    asked = target_table(model, net, {})
    labels = [f"{name}:{year}" for name, year in zip(asked["target"], asked["year"], strict=True)]
    met = asked["reached"] >= asked["at_least"] - MET
    yield from zip((f"target:{label}" for label in labels), asked["reached"].tolist(), strict=True)
    yield from zip((f"met:{label}" for label in labels), met.astype(float).tolist(), strict=True)
    yield from _tonnes(model)
    for line, units in built(whole).items():
        yield f"build:{line}", float(units)


MET = 1e-7
"""A rate so far below its target has reached it."""


def _money(model: ConcreteModel) -> Iterator[tuple[str, float]]:
    terms, years = (model.value_cny.index.labels(name) for name in ("term", "year"))
    amounts = model.value_cny.values_array
    yield "value", float(amounts.sum())
    for term in TERMS:
        total = float(amounts[terms == term].sum())
        if total:
            yield f"term:{term}", total
    for year in dict.fromkeys(years.tolist()):
        yield f"value:{year}", float(amounts[years == year].sum())


def _tonnes(model: ConcreteModel) -> Iterator[tuple[str, float]]:
    for word, family, label in (
        ("sold", "sold_t", "outlet"),
        ("fed", "feed_t", "process"),
        ("placed", "placed_t", "storage"),
    ):
        columns = model.component(family)
        if len(columns):
            k = columns.index.names.index(label)
            sums = np.bincount(columns.index.codes[k], weights=columns.values_array)
            for name, tonnes in zip(columns.index.levels[k], sums.tolist(), strict=False):
                if abs(tonnes) > NOTHING_T:
                    yield f"{word}:{name}", tonnes


NOTHING_T = 1e-6


def built(whole: Sequence[Whole]) -> dict[str, int]:
    """Line → units that are built."""
    found: dict[str, int] = {}
    for family, labels, value in whole:
        if family == "build":
            found[labels[0]] = found.get(labels[0], 0) + value
    return found
