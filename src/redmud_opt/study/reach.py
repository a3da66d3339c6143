"""What a case can reach, by an LP per target: the sure proof beside the counting of `network.findings`.

Every hard target is asked alone for its least shortfall, all physics, law and other policy in force. A positive
shortfall proves it impossible and tells by how much; targets that can be met one by one but not together are said
to be so. If there is no plan even without targets, the policy families are lifted one at a time to find those that
stand in the way. Hard law and physics are never lifted.

With decisions in whole numbers the relaxation is asked first: what it cannot reach, no plan can. Only if it finds
nothing are the whole numbers asked, each question for a minute at most; of a question left open the bound is proof.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pyomo.environ import Var

from redmud_opt.i18n import Message
from redmud_opt.model import RELAXATION, build_model
from redmud_opt.model.arrays import Objective
from redmud_opt.model.freezing import frozen_mask
from redmud_opt.model.targets import base_and_utilised_t, target_years
from redmud_opt.network import Network
from redmud_opt.solve import Options, Outcome, Session

LIFTABLE = (
    *("limit", "count_limit", "change_limit", "logic", "budget", "measure_once", "demand", "supply"),
    *("end_stuck", "end_stock", "product_stock"),
)
"""Policy families beside the targets, in the order in which they are tried."""

CAPPED = ("demand", "supply")
"""Of these only the least amounts are policy; what a market takes or gives at most is a fact."""

TIGHT = {
    "line_capacity": "line",
    "run_most": "line",
    "run_hours": "line",
    "budget": "budget",
    "lane_capacity": "lane",
    "storage_tonnes": "storage",
    "storage_airspace": "storage",
    "put_rate": "storage",
    "reclaim_rate": "storage",
    "demand": "outlet",
    "supply": "supply",
    "blend_share": "process",
    "process_gate": "gate",
    "receiver_gate": "gate",
    "limit": "limit",
    "product_stock": "product",
}
"""Families whose duals tell what holds a target back, and the part of the key that names the thing."""

BOUNDED = ("flow_t", "feed_t", "stock_t", "put_t", "reclaim_t", "placed_t", "sold_t", "bought_t")
"""Columns whose bounds only repeat what rows say: without them the duals stand where the words are. A bound of 0 is
kept: it says that nothing may be there (a storage clock that has run out)."""

LIMIT_S = 120.0
"""Time for one question of the relaxation: now and then a simplex does not end."""

WHOLE_LIMIT_S = 60.0
"""Time for one question with whole numbers."""

NEGLIGIBLE_T = 1e-3
NEGLIGIBLE_DUAL = 1e-7


def explain(
    network: Network, options: Options | None = None, reach: Reach | None = None
) -> tuple[Message, ...]:
    """Why a case has no plan, in words with numbers; empty if every target can be met together.

    Findings by counting come first, marked so; those by a solve follow. reach: the questions, if they are at hand.
    """
    try:
        return (reach or Reach(network, options or Options())).all_findings()
    except Undecided:
        return (*network.findings, Message("study.undecided"))


class Undecided(Exception):
    """A solve was cut short: nothing may be said of what it would have shown."""


class Reach:
    """One model whose targets may fall short, asked several times."""

    def __init__(self, network: Network, options: Options) -> None:
        self.network = network
        self.model = build_model(network, RELAXATION)
        for name in BOUNDED:
            columns = self.model.component(name)
            free = (columns.upper_bound > 0) & ~frozen_mask(self.model, columns)
            columns.upper_bound[free] = np.inf
        self._whole = [(c, c.integer_mask) for c in self.model.component_objects(Var) if c.integer_mask.any()]
        self.session = Session(options)
        self.limit_s: float | None = None
        self.outcome: Outcome
        self.targets = target_years(network)
        self.hard = [k for k, row in enumerate(self.targets) if row.target.hard]

    def relax(self) -> None:
        """Decisions need not be whole numbers from now on."""
        self.limit_s = None
        for columns, _ in self._whole:
            columns.set_integer(False)

    def all_findings(self) -> tuple[Message, ...]:
        """Those of the relaxation, else those of the model in whole numbers; those by counting first."""
        self.relax()
        found = self.findings()
        if len(found) > len(self.network.findings) or not self._whole:
            return found
        for columns, mask in self._whole:
            columns.set_integer(mask)
        self.limit_s = WHOLE_LIMIT_S
        try:
            return self.findings()
        finally:
            self.relax()

    def findings(self) -> tuple[Message, ...]:
        """All findings of the model as it is, those by counting first."""
        counted = self.network.findings
        together = self.least_short(self.hard)
        if together is None:
            return counted + self._without_targets()
        if together <= NEGLIGIBLE_T:
            return counted
        alone = [found for k in self.hard if (found := self._alone(k)) is not None]
        return counted + tuple(alone or [self._together(together)])

    def least_short(self, chosen: Sequence[int]) -> float | None:
        """Least total shortfall of some target rows while the others may fall short freely; None: no plan."""
        model = self.model
        if self.session.options.should_stop is not None and self.session.options.should_stop():
            raise Undecided("cancelled")
        model.short_t.upper_bound = np.inf
        model.del_component("objective")
        model.objective = Objective("minimise")
        model.objective.add(model.short_t, col=np.array(chosen, dtype=np.int64), coef=1.0)
        self.outcome = self.session.solve(model, self.limit_s or LIMIT_S)
        if self.outcome.stopped == "infeasible":
            return None
        if self.outcome.values is None:
            raise Undecided(self.outcome.stopped)
        if self.outcome.holds == "proved":
            return float(model.short_t.values_array[list(chosen)].sum()) if chosen else 0.0
        if chosen and (self.outcome.bound or 0.0) <= NEGLIGIBLE_T < (self.outcome.objective or 0.0):
            raise Undecided(self.outcome.stopped)
        return max(0.0, self.outcome.bound or 0.0)

    def _alone(self, k: int) -> Message | None:
        short = self.least_short([k])
        if short is None or short <= NEGLIGIBLE_T:
            return None
        row = self.targets[k]
        base, _ = base_and_utilised_t(self.model, self.network, row)
        asked = row.target.at_least * base
        return Message(
            "study.target_out_of_reach",
            {
                "target": row.target.name,
                "year": row.year,
                "asked_percent": 100.0 * row.target.at_least,
                "asked_t": asked,
                "reached_percent": 100.0 * (asked - short) / base if base > 0 else 0.0,
                "reached_t": asked - short,
                "short_t": short,
                "tight": self.tight() or (Message("study.tight_nothing"),),
            },
        )

    def base_t(self, k: int) -> float:
        """What the rate of a target row refers to, in the last answer."""
        return base_and_utilised_t(self.model, self.network, self.targets[k])[0]

    def tight(self, *, every: bool = False) -> tuple[Message, ...]:
        """What holds the last answer back: entities of capacity rows with a dual, the weightiest first."""
        form, duals = self.session.form, self.outcome.row_duals
        if form is None or duals is None:
            return ()
        whole = () if self.limit_s is None else (Message("study.tight_whole"),)
        weight: dict[tuple[str, str], float] = {}
        for name, start, stop in form.row_blocks:
            if name in TIGHT:
                labels = self.model.component(name).index.labels(TIGHT[name])
                for label, dual in zip(labels, duals[start:stop], strict=True):
                    weight[name, label] = weight.get((name, label), 0.0) + abs(float(dual))
        heaviest = sorted((w, key) for key, w in weight.items() if w > NEGLIGIBLE_DUAL)[::-1]
        named = (
            Message(f"study.tight_{name}", {"name": label})
            for _, (name, label) in (heaviest if every else heaviest[:8])
        )
        return (*whole, *named)

    def binds(self, names: Sequence[str]) -> bool:
        """Whether rows of some families have a dual in the last answer; where there was none, whether they exist."""
        form, duals = self.session.form, self.outcome.row_duals
        if form is None or duals is None:
            return any(len(self.model.component(name)) for name in names)
        spans = [duals[start:stop] for name, start, stop in form.row_blocks if name in names]
        return any(bool((np.abs(span) > NEGLIGIBLE_DUAL).any()) for span in spans)

    def _together(self, short: float) -> Message:
        names = ", ".join(f"{self.targets[k].target.name} {self.targets[k].year}" for k in self.hard)
        return Message("study.targets_together", {"targets": names, "short_t": short})

    def _without_targets(self) -> tuple[Message, ...]:
        """No plan even without targets: which policy family stands in the way, if one does alone."""
        found = []
        for name in LIFTABLE:
            rows = self.model.component(name)
            if len(rows) and self._possible_without([name]):
                found.append(Message("study.family_in_the_way", {"family": Message(f"study.family_{name}")}))
        if not found and self._possible_without(LIFTABLE):
            found.append(Message("study.families_in_the_way"))
        return tuple(found or [Message("study.nothing_helps")])

    def _possible_without(self, names: Sequence[str]) -> bool:
        families = [self.model.component(name) for name in names if len(self.model.component(name))]
        before = [(rows.lower_bound.copy(), rows.upper_bound.copy()) for rows in families]
        for rows in families:
            rows.lower_bound[:] = -np.inf
            if rows.name not in CAPPED:
                rows.upper_bound[:] = np.inf
        possible = self.least_short([]) is not None
        for rows, (lower, upper) in zip(families, before, strict=True):
            rows.lower_bound[:], rows.upper_bound[:] = lower, upper
        return possible
