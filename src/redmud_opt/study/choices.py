"""What a plan decides, thing by thing, and how it is asked to decide otherwise.

    investments(model)              steps built and closed, lanes opened, yards, measures, options, one Choice each
    ways(model, network)            what outlets, landfills and contracts take, one Choice each
    with demanded(model, choice.parts(model), least=1):        Σ of its columns ≥ 1, as long as the block lasts
    bar(model, choice.parts(model))                            its columns are 0, but for what is done already

A choice is known by its labels, so that it can be asked of another model of the same case, or of another case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.i18n import Message, Money
from redmud_opt.model.arrays import Columns, Index, Rows
from redmud_opt.model.freezing import frozen_mask
from redmud_opt.network import Network
from redmud_opt.network.network import Array, Ints
from redmud_opt.study.asking import NOTHING_CNY, Answer, Interval

INVESTMENTS = ("build", "close", "opening", "yard_step", "yard_close", "measure", "adopt")
"""Families of columns of decisions that last. The first label of each names the thing."""

AMOUNTS = {
    "feed_t": "line",
    "flow_t": "lane",
    "sold_t": "outlet",
    "placed_t": "storage",
    "put_t": "storage",
    "bought_t": "supply",
}
"""Families of columns of what moves, and the label that names the thing that takes it."""

NEGLIGIBLE = 1e-6

Part = tuple[Columns, Ints]
"""Some columns of a family."""


@dataclass(frozen=True)
class Choice:
    """A thing to be decided. kind: family of columns, or `contract` over several; things: labels in the families."""

    kind: str
    thing: str
    families: tuple[tuple[str, str], ...]

    @property
    def invests(self) -> bool:
        """Whether it is decided in whole numbers."""
        return self.kind in INVESTMENTS

    def parts(self, model: ConcreteModel) -> list[Part]:
        """Its columns; none where a model does not have it."""
        found = []
        for family, thing in self.families:
            columns: Columns = model.component(family)
            at = np.flatnonzero(first_labels(columns) == thing)
            if len(at):
                found.append((columns, at))
        return found

    def amount(self, model: ConcreteModel) -> float:
        """Units decided, or tonnes over the horizon, in the plan that a model holds."""
        return total(self.parts(model))

    def open_amount(self, model: ConcreteModel) -> float:
        """The part of it that is not frozen: what is done is no decision any more."""
        return total([(columns, at[~frozen_mask(model, columns)[at]]) for columns, at in self.parts(model)])

    def said(self, how: str) -> Message:
        """In words: `in`, `out`, or `name`."""
        return Message(f"choices.{how}_{self.kind}", {"thing": self.thing})


def first_labels(columns: Columns) -> np.ndarray:
    """The first label of every column as text: the thing that it is about."""
    index = columns.index
    levels = np.array([str(level) for level in index.levels[0]], dtype=object)
    return levels[index.codes[0]] if len(levels) else np.zeros(0, dtype=object)


def total(parts: Sequence[Part]) -> float:
    """Σ values."""
    return float(sum(columns.values_array[at].sum() for columns, at in parts))


def investments(model: ConcreteModel) -> list[Choice]:
    """Every decision that lasts which the model may take."""
    found = []
    for family in INVESTMENTS:
        columns = model.component(family)
        free = columns.upper_bound > NEGLIGIBLE
        things = dict.fromkeys(first_labels(columns)[free].tolist())
        found += [Choice(family, thing, ((family, thing),)) for thing in things]
    return found


def ways(model: ConcreteModel, network: Network) -> list[Choice]:
    """What may take something: outlets, landfills, and contracts with all that moves under them."""
    found = []
    for family, kind in (("sold_t", "outlet"), ("placed_t", "landfill")):
        columns = model.component(family)
        found += [
            Choice(kind, thing, ((family, thing),)) for thing in dict.fromkeys(first_labels(columns).tolist())
        ]
    return found + [contract(network, row.name) for row in network.case.contracts]


def contract(network: Network, name: str) -> Choice:
    """All that moves under a contract."""
    case = network.case
    found = [("sold_t", row.name) for row in case.outlets if row.contract == name]
    found += [("bought_t", row.name) for row in case.supplies if row.contract == name]
    found += [("feed_t", row.name) for row in case.lines if row.contract == name]
    return Choice("contract", name, tuple(found))


# ---- asking otherwise -------------------------------------------------------------------------------------------


def bar(model: ConcreteModel, parts: Sequence[Part]) -> None:
    """Nothing of it, but for what is done: frozen periods stay."""
    for columns, at in parts:
        free = at[~frozen_mask(model, columns)[at]]
        columns.lower_bound[free] = 0.0
        columns.upper_bound[free] = 0.0


@contextmanager
def demanded(
    model: ConcreteModel, parts: Sequence[Part], least: float = -np.inf, most: float = np.inf
) -> Iterator[Rows]:
    """least ≤ Σ columns ≤ most, as a row that is gone at the end."""
    number = 0
    while model.component(f"demanded_{number}") is not None:
        number += 1
    rows = Rows(Index.flat("demanded", [number]), lower=least, upper=most, kind="wish")
    model.add_component(f"demanded_{number}", rows)
    for columns, at in parts:
        rows.add(columns, row=np.zeros(len(at), dtype=np.int64), col=at)
    try:
        yield rows
    finally:
        model.del_component(rows)


# ---- what changed -----------------------------------------------------------------------------------------------


def units(model: ConcreteModel) -> dict[Choice, int]:
    """Units decided of every investment, those of which there are any."""
    found = {choice: round(choice.amount(model)) for choice in investments(model)}
    return {choice: count for choice, count in found.items() if count}


def changed(before: dict[Choice, int], after: dict[Choice, int]) -> tuple[Message, ...]:
    """What is decided more, and what less."""
    more = [choice.said("in") for choice, n in after.items() if n > before.get(choice, 0)]
    less = [choice.said("out") for choice, n in before.items() if n > after.get(choice, 0)]
    return (*more, *less)


# ---- what it costs ----------------------------------------------------------------------------------------------


def cost_words(cost: Interval, after: Answer) -> Message:
    """Exact, between, at least, not resolved, impossible, or not known."""
    if after.proved_impossible:
        return Message("choices.impossible")
    if not after.possible and not cost.resolved:
        return Message("choices.undecided", {"stopped": Message(f"choices.stopped_{after.stopped}")})
    if not np.isfinite(cost.most):
        return Message("choices.at_least", {"least": Money(cost.least)})
    if cost.exact:
        if cost.most <= NOTHING_CNY:
            return Message("choices.nothing")
        return Message("choices.exactly", {"amount": Money(cost.middle)})
    if not cost.resolved:
        return Message("choices.not_resolved", {"most": Money(cost.most)})
    return Message("choices.between", {"least": Money(cost.least), "most": Money(cost.most)})


def put_in(columns: Columns, at: Ints, values: Array) -> int:
    """Fixes columns at values, as near as their bounds allow; how many had to give way."""
    near = np.clip(values, columns.lower_bound[at], columns.upper_bound[at])
    columns.lower_bound[at] = columns.upper_bound[at] = near
    return int((np.abs(near - values) > NEGLIGIBLE * np.maximum(1.0, np.abs(values))).sum())
