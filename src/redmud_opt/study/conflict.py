"""The irreducible conflict: rules of a case that cannot all hold, none of which can be left out of it.

A proof that the relaxation has no plan puts a weight on every row of the model. Rules without weight are left out,
for the proof does not need them; of the others each is left out in turn, and stays out where there still is no plan.
What remains cannot hold together, whatever else the case says. A rule is all rows of one thing (the capacity of a
line in all periods); balances and definitions stay in force throughout.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from redmud_opt.i18n import Message, Tonnes
from redmud_opt.model.arrays import Objective, Rows
from redmud_opt.network import Network
from redmud_opt.network.network import Array
from redmud_opt.solve import Options, Session
from redmud_opt.study.gaps import relaxed
from redmud_opt.study.reach import LIMIT_S, TIGHT, Reach, Undecided

OTHERS = {
    "target": "target",
    "built": "line",
    "permit_limit": "permit",
    "own_waste": "place",
    "scheme_waste": "place",
    "approval_limit": "approval",
    "approval_needed": "of",
    "count_limit": "limit",
    "change_limit": "limit",
    "logic": "rule",
    "measure_once": "item",
    "end_stuck": "storage",
    "end_stock": "storage",
}
"""Families that are rules beside those of `reach.TIGHT`, and the part of the key that names the thing."""

RULES = TIGHT | OTHERS

WEIGHTLESS = 1e-9
"""Share of the greatest weight that is none."""

SECONDS = 30.0
"""Time after which rules are no longer left out one by one."""

ARISINGS = 4
"""How many arisings are named."""


@dataclass(frozen=True)
class Rule:
    """All rows of one thing in one family, with the periods or years that matter."""

    family: str
    name: str
    when: tuple[str, ...] = ()

    @property
    def message(self) -> Message:
        """The rule in words."""
        key = f"study.tight_{self.family}" if self.family in TIGHT else f"impossible.rule_{self.family}"
        rule = Message(key, {"name": self.name})
        return Message("impossible.rule_when", {"rule": rule, "when": self.when}) if self.when else rule


@dataclass(frozen=True)
class Conflict:
    """Rules that cannot all hold with what arises. irreducible: each was seen to be needed."""

    rules: tuple[Rule, ...]
    arisings: tuple[Message, ...] = ()
    irreducible: bool = True

    @property
    def message(self) -> Message:
        """All of it in one sentence."""
        named = tuple(rule.message for rule in self.rules)
        key = "conflict" if self.irreducible else "conflict_unreduced"
        return Message(f"impossible.{key}", {"rules": (*named, *self.arisings)})


def conflict_of(network: Network, options: Options, reach: Reach | None = None) -> Conflict | None:
    """The conflict; None where the relaxation has a plan, or no proof is found.

    reach: the questions of the relaxation, if they are at hand; they cannot be asked any more.
    """
    return _Filter(network, options, reach or relaxed(network, options)).conflict()


class _Filter:
    """The relaxation of a case, with rules left out."""

    def __init__(self, network: Network, options: Options, reach: Reach) -> None:
        self.reach = reach
        reach.model.short_t.upper_bound[reach.hard] = 0.0
        self.network, self.options, self.model = network, options, reach.model
        self.model.del_component("objective")
        self.model.objective = Objective("minimise")
        self.rows: dict[Rule, np.ndarray] = {}
        for family, label in RULES.items():
            rows = self.model.component(family)
            for name in dict.fromkeys(rows.index.labels(label).tolist() if len(rows) else ()):
                self.rows[Rule(family, str(name))] = np.flatnonzero(rows.index.labels(label) == name)

    def conflict(self) -> Conflict | None:
        """Leaves out what is not needed."""
        if not self._impossible():
            return None
        kept = self._without_weightless(list(self.rows))
        until, irreducible = time.monotonic() + SECONDS, True
        needed: list[Rule] = []
        while kept and irreducible:
            rule = kept.pop(0)
            bounds = self._leave_out(rule)
            if self._impossible():
                kept = [other for other in self._without_weightless([*needed, *kept]) if other not in needed]
            else:
                self._put_back(rule, bounds)
                needed.append(rule)
            irreducible = not kept or time.monotonic() < until
        return self._told([*needed, *kept], irreducible)

    def _without_weightless(self, rules: list[Rule]) -> list[Rule]:
        """The rules that the proof rests on, the lightest first; the others are left out, for good."""
        weights = self._proof()
        if weights is None:
            return rules
        weight = {rule: self._weight(weights, rule) for rule in rules}
        for rule in rules:
            if not weight[rule]:
                self._leave_out(rule)
        return sorted((rule for rule in rules if weight[rule]), key=lambda rule: weight[rule])

    def _told(self, kept: list[Rule], irreducible: bool) -> Conflict:
        weights = self._proof() if self._impossible() else None
        if weights is None:
            return Conflict(tuple(kept), (), irreducible)
        told = tuple(Rule(rule.family, rule.name, self._when(weights, rule)) for rule in kept)
        order = list(RULES)
        return Conflict(
            tuple(
                sorted(told, key=lambda rule: (rule.family != "target", order.index(rule.family), rule.name))
            ),
            tuple(self._arisings(weights)),
            irreducible,
        )

    # ---- the model -----------------------------------------------------------------------------------------

    def _impossible(self) -> bool:
        if self.options.should_stop is not None and self.options.should_stop():
            raise Undecided("cancelled")
        outcome = self.reach.session.solve(self.model, LIMIT_S)
        if outcome.stopped == "crashed":  # now and then a warm start leads nowhere
            self.reach.session = Session(self.options)
            outcome = self.reach.session.solve(self.model, LIMIT_S)
        if outcome.stopped not in ("infeasible", "optimal"):
            raise Undecided(outcome.stopped)
        return outcome.stopped == "infeasible"

    def _proof(self) -> dict[str, Array] | None:
        """Family → weight of its rows, as a share of the greatest."""
        found, form = self.reach.session.proof(), self.reach.session.form
        if not len(found) or form is None or not found.max() > 0:
            return None
        share = np.where(found > WEIGHTLESS * found.max(), found, 0.0)
        return {name: share[start:stop] for name, start, stop in form.row_blocks}

    def _weight(self, weights: dict[str, Array], rule: Rule) -> float:
        return float(weights[rule.family][self.rows[rule]].sum()) if rule.family in weights else 0.0

    def _leave_out(self, rule: Rule) -> tuple[Array, Array]:
        rows: Rows = self.model.component(rule.family)
        at = self.rows[rule]
        bounds = rows.lower_bound[at].copy(), rows.upper_bound[at].copy()
        rows.lower_bound[at], rows.upper_bound[at] = -np.inf, np.inf
        return bounds

    def _put_back(self, rule: Rule, bounds: tuple[Array, Array]) -> None:
        rows: Rows = self.model.component(rule.family)
        rows.lower_bound[self.rows[rule]], rows.upper_bound[self.rows[rule]] = bounds

    # ---- words ---------------------------------------------------------------------------------------------

    def _when(self, weights: dict[str, Array], rule: Rule) -> tuple[str, ...]:
        """Periods, years or windows of the rows that carry weight; nothing where all of them do."""
        rows: Rows = self.model.component(rule.family)
        at = self.rows[rule]
        for part in ("period", "year", "window"):
            if part in rows.index.names and rule.family in weights:
                labels = rows.index.labels(part)[at]
                heavy = labels[weights[rule.family][at] > 0]
                return tuple(dict.fromkeys(str(one) for one in heavy))
        return ()

    def _arisings(self, weights: dict[str, Array]) -> Iterator[Message]:
        """What arises where a balance carries weight: it must go somewhere or stay."""
        rows: Rows = self.model.balance
        heavy = np.flatnonzero((weights["balance"] > 0) & (rows.lower_bound > 0))
        found: dict[tuple[str, str], list[int]] = {}
        for k in heavy.tolist():
            place = int(self.network.nodes.entity[k])
            site, stream = self.network.places[place]
            found.setdefault((stream.lineage, site), []).append(k)
        ordered = sorted(found.items(), key=lambda item: -rows.lower_bound[item[1]].sum())
        for (material, site), at in ordered[:ARISINGS]:
            periods = dict.fromkeys(self.network.time.names[int(self.network.nodes.period[k])] for k in at)
            amount = Tonnes(float(rows.lower_bound[at].sum()))
            values = {"material": material, "site": site, "periods": tuple(periods), "amount": amount}
            yield Message("impossible.arising", values)
