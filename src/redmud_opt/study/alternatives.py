"""Plans that are nearly as good and as different as they can be, one after another.

    value − penalties ≥ plan − tolerance · scale                                                       [CNY]
    maximise d,   d ≤ distance to every earlier plan
    distance = ½ · mean over classes Σ_destination |share − its share|
             + Σ_investment max(0, its units − units) ÷ units of the first plan                        [1]

A destination is a fate, what takes the waste and the province; its share is of all that there may be of the class.
x − x₀ = up − down, |x − x₀| = up + down, up ≤ (most − x₀)·z, down ≤ x₀·(1 − z), z binary: only where x₀ lies between
its bounds, for elsewhere the modulus is linear. Of investments only what is done without counts: else something would
be built to stand idle. The scale is |value|, or where that is below a hundredth
of what is turned over (the larger of all income and all cost) the turnover. When the farthest plan
is found its distance is held and the most value sought, so that no money is thrown away for nothing.

Steps: what of the plan's investments can be done without; an LP at the whole numbers that are left; whole numbers
free on the way that it leads (each modulus on one side only, so linear); where that is proved, the exact distance.
After modelling to generate alternatives (Brill, Chang, Hopkins 1982), which leaves what earlier plans use.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.model.arrays import Columns, Index, Objective, Rows, StandardForm
from redmud_opt.model.value import GOALS, penalty_cny_per_t, set_goal
from redmud_opt.network.network import Array, Mask
from redmud_opt.plan import Plan, audit, make_plan
from redmud_opt.solve import Outcome, Session
from redmud_opt.study.asking import Base, as_it_was, columns_of, fix_whole, value_of
from redmud_opt.study.choices import NEGLIGIBLE, Choice, bar, investments, units
from redmud_opt.study.destinations import Destinations, destinations

TOLERANCE = 0.01
"""Part of the scale that an alternative may give up."""

LOW = 0.01
"""A value below this part of what is turned over is no measure."""

LEAST = 0.01
"""A plan nearer than this to another is no alternative: less than a hundredth of the waste elsewhere, and no step."""

SAME = 1e-6
"""What a step has to gain."""

ROUNDS = 3
"""Most steps at the whole numbers of the plan."""

NEAR, FAR = 0.1, 0.8
"""Parts of the time left for an LP without an investment, and for a search with whole numbers free."""

HELD = 1e-6
"""Part of its distance that an alternative may give up for value."""


@dataclass(frozen=True)
class Alternative:
    """A plan: the first is the one asked about. distance: to the nearest earlier one; `proved` the farthest."""

    number: int
    plan: Plan | None = field(repr=False)
    value_cny: float
    distance: float
    proved: bool
    amounts_t: Array = field(repr=False)
    units: dict[Choice, int] = field(repr=False)
    seconds: float = 0.0

    @property
    def audited(self) -> bool:
        """Whether its audit passed."""
        return self.plan is None or (self.plan.audit is not None and self.plan.audit.passed)


@dataclass(frozen=True)
class Alternatives:
    """The plan asked about and its alternatives. gave_up: why there are fewer than asked for, if there are."""

    plans: tuple[Alternative, ...]
    destinations: Destinations
    allowed_cny: float
    by_turnover: bool
    gave_up: str = ""


def scale_cny(base: Base) -> tuple[float, bool]:
    """What the tolerance is a part of, and whether that is the turnover."""
    value = abs(base.answer.value_cny or 0.0)
    terms = base.model.value_cny.values_array
    turnover = max(float(terms[terms > 0].sum()), float(-terms[terms < 0].sum()))
    return (turnover, True) if value < LOW * turnover else (value, False)


def alternatives(
    base: Base, count: int = 3, tolerance: float = TOLERANCE, limit_s: float | None = None
) -> Alternatives:
    """Up to so many alternatives, each as far from all before it as it can be. limit_s: most seconds of each."""
    scale, by_turnover = scale_cny(base)
    places = destinations(base.network)
    value = base.answer.value_cny or 0.0
    found = [Alternative(0, None, value, 0.0, True, places.amounts_t(base.model), units(base.model))]
    gave_up = ""
    search = _Search(base, places, tolerance * scale)
    for _ in range(count):
        another, gave_up = search.another(found, limit_s)
        if another is None:
            break
        found.append(another)
    return Alternatives(tuple(found), places, tolerance * scale, by_turnover, gave_up)


@dataclass(frozen=True)
class _Point:
    """A plan on the way: its distance, the solver's form and values, and what the columns held."""

    distance: float
    amounts_t: Array
    units: dict[Choice, int]
    form: StandardForm
    values: Array
    held: list[tuple[Columns, Array]]


class _Clock:
    """Seconds that are left of a limit."""

    def __init__(self, limit_s: float | None) -> None:
        self.limit_s, self.started = limit_s, time.perf_counter()

    def seconds(self) -> float:
        """Since the start."""
        return time.perf_counter() - self.started

    def part(self, share: float) -> float | None:
        """Part of what is left; None without a limit."""
        return None if self.limit_s is None else share * max(0.0, self.limit_s - self.seconds())


class _Search:
    """One base, asked for what is far from what there is."""

    def __init__(self, base: Base, places: Destinations, allowed_cny: float) -> None:
        self.base, self.places = base, places
        self.floor_cny = (base.answer.value_cny or 0.0) - allowed_cny
        self.measures = _Measures.all(base, places)
        self.fixed, self.free = Session(base.options), Session(base.options)
        # far from the last basis, and with dense rows: the interior point method is many times faster there
        self.distant = Session(replace(base.options, algorithm="ipm"))
        assert base.outcome.values is not None
        self.start = (base.form, base.outcome.values)
        self.without: dict[Choice, float] = {}  # value without each investment of the plan

    def another(self, found: list[Alternative], limit_s: float | None) -> tuple[Alternative | None, str]:
        """The farthest plan, or why there is none."""
        clock = _Clock(limit_s)
        with self.base.changed() as model:
            best = self._near(model, found, clock)
            best, outcome = self._far(model, found, best, clock.part(FAR))
            proved = False
            if outcome.holds == "proved" and clock.part(FAR) != 0.0:
                best, outcome = self._farthest(model, found, best, clock.part(FAR))
                proved = outcome.holds == "proved" and not self.base.network.pools
            if best is None or best.distance < LEAST:
                return None, "none_left" if proved else "none_found"
            best = self._most_value(model, found, best, clock.part(1.0))
            for columns, held in best.held:
                columns.values_array = held
            return self._kept(model, best, len(found), proved, clock.seconds()), ""

    # ---- one step -------------------------------------------------------------------------------------------

    def _left_out(self, model: ConcreteModel, found: list[Alternative], clock: _Clock) -> list[Choice]:
        """Investments that can be done without, one after the other: first those that no alternative did without."""
        decided = list(found[0].units)
        if not self.without:
            self.without = {choice: self._value_without(model, [choice], clock) for choice in decided}
        already = {c: sum(c not in plan.units for plan in found) for c in decided}
        found_out: list[Choice] = []
        for choice in sorted(decided, key=lambda c: (already[c], -self.without[c])):
            if self.without[choice] >= self.floor_cny:
                some = [*found_out, choice]
                if len(some) == 1 or self._value_without(model, some, clock) >= self.floor_cny:
                    found_out = some
        return found_out

    def _value_without(self, model: ConcreteModel, choices: list[Choice], clock: _Clock) -> float:
        """Value without some investments, all else that is whole as in the plan; −∞ where there is none in time."""
        with as_it_was(model):
            for choice in choices:
                bar(model, choice.parts(model))
            fix_whole(model, self.base.whole)
            outcome = self.fixed.solve(model, clock.part(NEAR))
        return -np.inf if outcome.values is None or outcome.objective is None else outcome.objective

    def _near(self, model: ConcreteModel, found: list[Alternative], clock: _Clock) -> _Point | None:
        """At the whole numbers of the plan, less what can be done without: away from what is used, then as far on."""
        without = self._left_out(model, found, clock)
        best: _Point | None = None
        for _ in range(ROUNDS):
            with as_it_was(model), _distance(model, self, found, self._signs(found, best)):
                for choice in without:
                    bar(model, choice.parts(model))
                fix_whole(model, self.base.whole)
                point, _ = self._solved(model, found, self.distant, clock.part(0.5))
            if point is None or (best is not None and point.distance <= best.distance + SAME):
                return point if best is None else best
            best = point
        return best

    def _far(
        self, model: ConcreteModel, found: list[Alternative], best: _Point | None, limit_s: float | None
    ) -> tuple[_Point | None, Outcome]:
        """Whole numbers free, on the way of the best plan."""
        with _distance(model, self, found, self._signs(found, best)):
            return self._better(model, found, best, limit_s)

    def _farthest(
        self, model: ConcreteModel, found: list[Alternative], best: _Point | None, limit_s: float | None
    ) -> tuple[_Point | None, Outcome]:
        """Whole numbers free, whatever the way."""
        with _distance(model, self, found, None):
            return self._better(model, found, best, limit_s)

    def _better(
        self, model: ConcreteModel, found: list[Alternative], best: _Point | None, limit_s: float | None
    ) -> tuple[_Point | None, Outcome]:
        self.free.begin_with(*(self.start if best is None else (best.form, best.values)))
        point, outcome = self._solved(model, found, self.free, limit_s)
        better = point is not None and (best is None or point.distance > best.distance)
        return point if better else best, outcome

    def _solved(
        self, model: ConcreteModel, found: list[Alternative], session: Session, limit_s: float | None
    ) -> tuple[_Point | None, Outcome]:
        outcome = session.solve(model, limit_s)
        if outcome.values is None or session.form is None:
            return None, outcome
        amounts, decided = self.places.amounts_t(model), units(model)
        distance = min(self.measures.distance(amounts, decided, plan) for plan in found)
        held = [(columns, columns.values_array.copy()) for columns in columns_of(model)]
        return _Point(distance, amounts, decided, session.form, outcome.values, held), outcome

    def _signs(self, found: list[Alternative], best: _Point | None) -> list[Array]:
        """Which way to go from every plan: away from what it uses, or as the best one does."""
        found_at = [self.measures.of(plan.amounts_t, plan.units) for plan in found]
        if best is None:
            return [np.where(was > NEGLIGIBLE, -1.0, 1.0) for was in found_at]
        there = self.measures.of(best.amounts_t, best.units)
        return [np.where(there < was, -1.0, 1.0) for was in found_at]

    # ---- the plan -------------------------------------------------------------------------------------------

    def _most_value(
        self, model: ConcreteModel, found: list[Alternative], best: _Point, limit_s: float | None
    ) -> _Point:
        """The most value at this distance; without an answer the plan stays as it is."""
        with _distance(model, self, found, self._signs(found, best)) as nearest, as_it_was(model):
            nearest.lower_bound[:] = best.distance * (1.0 - HELD)
            set_goal(model, self.base.network, "value")
            self.free.begin_with(best.form, best.values)
            point, _ = self._solved(model, found, self.free, limit_s)
        return best if point is None else point

    def _kept(
        self, model: ConcreteModel, best: _Point, number: int, proved: bool, seconds: float
    ) -> Alternative:
        """The plan with its audit."""
        base, network = self.base, self.base.network
        value = value_of(model, network)
        told = replace(
            base.outcome, stopped="gap", holds="with_gap", objective=value, bound=base.answer.bound_cny
        )
        plan = make_plan(network, model, told)
        before = None if network.before is None else network.before.baseline
        plan = plan.with_audit(audit(base.case, plan.frames, plan.value_cny, before))
        amounts, decided = self.places.amounts_t(model), units(model)
        return Alternative(number, plan, value, best.distance, proved, amounts, decided, seconds)


@dataclass(frozen=True)
class _Measures:
    """What distances are measured in: shares by destination, then units by investment. weight, most: [N]."""

    places: Destinations
    choices: list[Choice]
    weight: Array
    most: Array

    @classmethod
    def all(cls, base: Base, places: Destinations) -> _Measures:
        """All of a model."""
        choices = investments(base.model)
        per_unit = 1.0 / max(1, sum(units(base.model).values()))
        of_class = 0.5 / max(1, len(places.classes))
        most = [
            max(float(columns.upper_bound[at].max()) for columns, at in choice.parts(base.model))
            for choice in choices
        ]
        weight = [of_class] * len(places.keys) + [per_unit] * len(choices)
        return cls(places, choices, np.array(weight), np.array([1.0] * len(places.keys) + most))

    def of(self, amounts_t: Array, decided: dict[Choice, int]) -> Array:
        """What a plan measures, [N]."""
        shares = amounts_t / self.places.most_t
        return np.array([*shares, *(decided.get(choice, 0) for choice in self.choices)], dtype=float)

    def distance(self, amounts_t: Array, decided: dict[Choice, int], other: Alternative) -> float:
        """From a plan to another."""
        more = self.of(amounts_t, decided) - self.of(other.amounts_t, other.units)
        return float((self.weight * np.where(self.counted, np.maximum(0.0, -more), np.abs(more))).sum())

    @property
    def counted(self) -> Mask:
        """Which are units of investments, [N]."""
        return np.arange(len(self.weight)) >= len(self.places.keys)

    def define(self, model: ConcreteModel, measured: Columns, rows: Rows) -> None:
        """Every measure as a sum over the columns of a model."""
        count = len(self.places.keys)
        rows.add(measured, coef=np.array([*self.places.most_t, *np.ones(len(self.choices))]))
        for term in self.places.terms:
            rows.add(model.component(term.family), row=term.number, col=term.col, coef=-term.coef)
        for k, choice in enumerate(self.choices):
            for columns, at in choice.parts(model):
                rows.add(columns, row=np.full(len(at), count + k), col=at, coef=-1.0)


@contextmanager
def _distance(
    model: ConcreteModel, search: _Search, found: list[Alternative], signs: list[Array] | None
) -> Iterator[Columns]:
    """The distance to the nearest plan as the objective, nearly as much value as a row; all gone at the end.

    With signs (one array per plan) moduli count on one side only, so that it is a lower bound, and linear.
    """
    names: list[str] = []

    def put(name: str, part: Columns | Rows) -> None:
        names.append(f"alternative_{name}")
        model.add_component(names[-1], part)

    network, measures = search.base.network, search.measures
    value = Rows(Index.flat("floor", ["value"]), lower=search.floor_cny, kind="wish")
    value.add(model.goal, row=np.array([0]), col=np.array([GOALS.index("value")]))
    short = np.arange(len(model.short_t))
    value.add(model.short_t, row=np.zeros_like(short), col=short, coef=-penalty_cny_per_t(network))
    index = Index.flat("measure", list(range(len(measures.weight))))
    measured, defined = Columns(index, upper=measures.most), Rows(index, equal_to=0.0, kind="wish")
    nearest = Columns(Index.flat("nearest", ["nearest"]))
    parts: dict[str, Columns | Rows] = {"value": value, "measured": measured, "defined": defined}
    for name, part in (parts | {"nearest": nearest}).items():
        put(name, part)
    measures.define(model, measured, defined)
    for k, plan in enumerate(found):
        sign = None if signs is None else signs[k]
        _from_plan(put, measures, measured, nearest, plan, sign)
    model.del_component("objective")
    model.objective = Objective("maximise")
    model.objective.add(nearest)
    try:
        yield nearest
    finally:
        for name in names:
            model.del_component(name)
        set_goal(model, network, "value")


def _from_plan(
    put: Callable[[str, Columns | Rows], None],
    measures: _Measures,
    measured: Columns,
    nearest: Columns,
    plan: Alternative,
    signs: Array | None,
) -> None:
    """nearest ≤ Σ weight · |measured − plan|, of investments max(0, plan − measured)."""
    was, most, weight = measures.of(plan.amounts_t, plan.units), measures.most, measures.weight
    low, high = was <= NEGLIGIBLE, was >= most - NEGLIGIBLE
    less = measures.counted  # of investments only fewer count
    sign = np.where(low, 1.0, np.where(high, -1.0, 0.0 if signs is None else np.where(less, -1.0, signs)))
    sign[low & less] = 0.0
    row = Rows(Index.flat("plan", [plan.number]), upper=-float((weight * sign * was).sum()), kind="wish")
    put(f"distance_{plan.number}", row)
    row.add(nearest)
    linear, between = np.flatnonzero(sign != 0.0), np.flatnonzero((sign == 0.0) & ~(low & less))
    row.add(measured, row=np.zeros_like(linear), col=linear, coef=-(sign * weight)[linear])
    if not len(between):
        return
    index = Index.flat("measure", between.tolist())
    up, down = Columns(index, upper=most[between] - was[between]), Columns(index, upper=was[between])
    side = Columns(index, upper=1.0, integer=True)
    apart = Rows(index, equal_to=was[between], kind="wish")
    if_up, if_down = Rows(index, upper=0.0, kind="wish"), Rows(index, upper=was[between], kind="wish")
    parts: dict[str, Columns | Rows] = {
        "up": up,
        "down": down,
        "side": side,
        "apart": apart,
        "if_up": if_up,
        "if_down": if_down,
    }
    for name, part in parts.items():
        put(f"{name}_{plan.number}", part)
    apart.add(measured, row=np.arange(len(between)), col=between)
    apart.add(up, coef=-1.0)
    apart.add(down)
    if_up.add(up)
    if_up.add(side, coef=-(most[between] - was[between]))
    if_down.add(down)
    if_down.add(side, coef=was[between])
    counts = weight[between] * ~less[between]
    for columns, coef in ((up, counts), (down, weight[between])):
        row.add(columns, row=np.zeros_like(between), col=np.arange(len(between)), coef=-coef)
