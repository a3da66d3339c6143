"""First plans and better ones: what is rounded, fixed and freed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from pyomo.environ import ConcreteModel
from tests.solve import problems

from redmud_opt.model.arrays import ColumnGroup, Columns, Index, Objective, Rows, compile
from redmud_opt.solve import Options, Session, mip
from redmud_opt.solve.bench import Bench, minimising
from redmud_opt.solve.curve import Curve, Watch
from redmud_opt.solve.groups import Decisions, decisions
from redmud_opt.solve.neighbourhood import Neighbourhood
from redmud_opt.solve.starts import LEANS, Dive, Rounding, largest, starts

OPTIONS = Options()


class Room:
    """What the heuristics need of a solve under way."""

    def __init__(self, model: ConcreteModel, limit: float | None = 20.0) -> None:
        self.form = minimising(compile(model))
        self.chosen = decisions(self.form, getattr(model, "column_groups", ()))
        self.watch = Watch(limit, None)
        self.curve = Curve(1, self.watch, None)
        self.bench = Bench(self.form, OPTIONS, self.watch, self.curve)
        relaxed = self.bench.lp(self.form.col_lower, self.form.col_upper, math.inf).values
        assert relaxed is not None
        self.relaxed = relaxed

    def rounding(self) -> Rounding:
        return Rounding(self.form, self.chosen, OPTIONS, self.watch, self.curve)

    def starts(self, budget: float = 10.0) -> list[Any]:
        tools = (OPTIONS, self.watch, self.curve)
        return list(starts(self.bench, self.chosen, self.relaxed, *tools, budget))


def sites(seed: int, budget: float = 90.0) -> ConcreteModel:
    return problems.facility(np.random.default_rng(seed), 12, 30, 3, unit=1e3, budget=budget)


# ---------------------------------------------------------------- groups


def test_groups_are_places_and_clusters_in_order_of_weight() -> None:
    m = sites(0)
    m.extra = Columns(Index.flat("period", ["t1", "t0"]), upper=1.0, integer=np.array([True, False]))
    groups = (*m.column_groups, ColumnGroup(m.extra, ("period",)))
    form = compile(m)
    found = decisions(form, groups)
    by_name = [form.column_name(int(k)) for k in found.places]
    assert by_name == [f"build[s{j},t{t}]" for j in range(12) for t in range(3)] + ["extra[t1]"]
    assert found.weight.tolist() == [1.0] * 36 + [0.5]
    assert found.clusters["site"].tolist() == [j for j in range(12) for _ in range(3)] + [-1]
    assert found.clusters["period"].tolist() == [0, 1, 2] * 12 + [1]


def test_without_groups_every_integer_column_is_one() -> None:
    m = sites(0)
    found = decisions(compile(m), ())
    assert len(found.places) == 36
    assert not found.clusters


def test_a_group_by_a_name_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="line"):
        ColumnGroup(sites(0).build, ("line",))


def test_fixed_and_continuous_members_are_left_out() -> None:
    m = sites(0)
    m.build.fixed_mask[:5] = True
    m.build.values_array[:] = 0.0
    assert len(decisions(compile(m), m.column_groups).places) == 31


# ---------------------------------------------------------------- rounding


def test_only_rows_of_decisions_alone_hold_the_rounding() -> None:
    m = sites(1)
    room = Room(m)
    named = {room.form.row_name(int(k)).partition("[")[0] for k in room.rounding().rows}
    assert named == {"once", "budget"}


@pytest.mark.parametrize("lean", [0.5, 0.1, 1e-6])
@pytest.mark.parametrize("seed", range(5))
def test_rounded_decisions_keep_their_own_rows(seed: int, lean: float) -> None:
    room = Room(sites(seed))
    rounding = room.rounding()
    found = rounding.nearest(room.relaxed[room.chosen.places], lean, 5.0)
    assert found is not None
    values = np.zeros(len(room.form.cost))
    values[room.chosen.places] = found
    activity = (room.form.matrix @ values)[rounding.rows]
    assert (activity <= room.form.row_upper[rounding.rows] + 1e-6).all()
    assert found.any(), "rounding leans upward"


def test_rounding_is_the_nearest_point() -> None:
    """0.9, 0.2 and 0 under a budget of one build: the first; with room for two, the second as well."""
    m = ConcreteModel()
    m.n = Columns(Index.flat("n", ["a", "b", "c"]), upper=1.0, integer=True)
    m.budget = Rows(Index.scalar(), upper=1.0)
    m.budget.add(m.n, row=0)
    m.worth = Objective("maximise")
    m.worth.add(m.n)
    relaxed = np.array([0.9, 0.2, 0.0])
    for room, expected in ((1.0, [1, 0, 0]), (2.0, [1, 1, 0]), (3.0, [1, 1, 0])):
        m.budget.upper_bound[:] = room
        found = Room(m).rounding().nearest(relaxed, 0.1, 5.0)
        assert found is not None
        assert found.tolist() == expected


def test_fixed_columns_count_as_constants_in_the_rows_of_decisions() -> None:
    """One build is given and takes the whole budget: nothing else may be rounded up."""
    m = ConcreteModel()
    m.n = Columns(Index.flat("n", ["a", "b", "c"]), upper=1.0, integer=True)
    m.budget = Rows(Index.scalar(), upper=1.0)
    m.budget.add(m.n, row=0)
    m.worth = Objective("maximise")
    m.worth.add(m.n)
    m.n.fixed_mask[0], m.n.values_array[0] = True, 1.0
    found = Room(m).rounding().nearest(np.array([0.9, 0.8]), 0.1, 5.0)
    assert found is not None
    assert found.tolist() == [0, 0]


def test_no_whole_point_in_the_rows_is_none() -> None:
    m = ConcreteModel()
    m.n = Columns(Index.flat("n", ["a", "b"]), upper=3.0, integer=True)
    m.odd = Rows(Index.scalar(), equal_to=3.0)
    m.odd.add(m.n, row=0, col=np.arange(2), coef=2.0)
    assert Room(m).rounding().nearest(np.array([0.7, 0.8]), 0.1, 5.0) is None


# ---------------------------------------------------------------- diving


def dived(room: Room, limit_s: float = 10.0) -> Any:
    return Dive(room.bench, room.chosen, room.watch).run(room.relaxed, limit_s)


def at(room: Room, decided: Any) -> Any:
    values = np.zeros(len(room.form.cost))
    values[room.chosen.places] = decided
    return room.bench.plan(values)


@pytest.mark.parametrize("seed", range(5))
def test_a_dive_ends_whole_and_within_the_budget(seed: int) -> None:
    m = sites(seed)
    m.unmet.upper_bound[:] = 7e3  # building is needed, not only cheaper
    room = Room(m)
    found = dived(room)
    assert found is not None
    assert found.tolist() == np.rint(found).tolist()
    plan = at(room, found)
    assert plan is not None
    assert ((room.form.matrix @ plan.values)[-3:] <= 90 * (1 + 1e-9)).all()


def test_a_dive_is_no_worse_than_rounding() -> None:
    """Not always so, within tight budgets: which is why `starts` goes on to rounding."""
    room = Room(sites(0))
    relaxed = room.relaxed[room.chosen.places]
    plans = [at(room, room.rounding().nearest(relaxed, lean, 5.0)) for lean in LEANS]
    plan = at(room, dived(room))
    assert plan is not None
    assert plan.objective <= min(one.objective for one in plans if one is not None) + 1e-6


def test_a_step_takes_a_share_of_what_is_used_much() -> None:
    """Of 9 above the mark 2; without any of them a share of all; at least one."""
    assert largest(np.r_[np.linspace(0.4, 0.8, 9), np.full(50, 0.1)]).tolist() == [8, 7]
    assert len(largest(np.full(50, 0.1))) == 10
    assert largest(np.array([0.0, 1e-3])).tolist() == [1]


def test_what_cannot_go_up_goes_down() -> None:
    """2 n + 2 k ≤ 3: the LP takes n = 1 and k = 0.5, and then 1.5 of n is k's no more: k goes down, x fills up."""
    m = ConcreteModel()
    m.n = Columns(Index.flat("n", ["n", "k"]), upper=1.0, integer=True)
    m.x = Columns(Index.scalar(), upper=5.0)
    m.most = Rows(Index.scalar(), upper=3.0)
    m.most.add(m.n, row=0, coef=2.0)
    m.most.add(m.x)
    m.worth = Objective("maximise")
    m.worth.add(m.n, coef=np.array([9.0, 5.0]))
    m.worth.add(m.x)
    assert dived(Room(m)).tolist() == [1.0, 0.0]


def test_no_whole_point_is_none_for_a_dive() -> None:
    m = ConcreteModel()
    m.n = Columns(Index.flat("n", ["a", "b"]), upper=3.0, integer=True)
    m.odd = Rows(Index.scalar(), equal_to=3.0)
    m.odd.add(m.n, row=0, coef=2.0)
    assert dived(Room(m)) is None


def test_a_dive_stops_on_cancel_and_without_time() -> None:
    room = Room(sites(0))
    assert dived(room, limit_s=0.0) is None
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 2

    room.watch = Watch(20.0, stop)
    assert dived(room) is None
    assert len(asked) == 3, "heard once, for good"


# ---------------------------------------------------------------- first plans


@pytest.mark.parametrize("grouped", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_starts_are_plans_within_the_budget(seed: int, grouped: bool) -> None:
    m = sites(seed)
    m.unmet.upper_bound[:] = 7e3  # building is needed, not only cheaper
    if not grouped:
        m.column_groups = ()
    room = Room(m)
    plans = [room.bench.plan(candidate) for candidate in room.starts()]
    found = [plan for plan in plans if plan is not None]
    assert found
    for plan in found:
        spent = (room.form.matrix @ plan.values)[-3:]
        assert (spent <= 90 * (1 + 1e-9)).all()


def test_the_first_plan_is_the_dive_and_rounding_follows() -> None:
    """Seed 2 is one where rounding is the better one."""
    room = Room(sites(2))
    plans = [room.bench.plan(candidate) for candidate in room.starts()]
    objectives = [plan.objective for plan in plans if plan is not None]
    assert objectives[0] == pytest.approx(at(room, dived(room)).objective)
    assert min(objectives) < objectives[0]


def test_starts_stop_on_cancel() -> None:
    room = Room(sites(0))
    room.watch = Watch(20.0, lambda: True)
    assert room.starts() == []


def test_the_rest_is_solved_with_its_own_integers() -> None:
    """Decisions fixed, other integers remain: they come out whole too."""
    m = sites(1)
    m.unmet.set_integer(True)
    room = Room(m)
    whole = room.form.integrality.astype(bool)
    candidates = room.starts()
    assert candidates
    np.testing.assert_allclose(candidates[0][whole], np.rint(candidates[0][whole]), atol=1e-6)


def test_decisions_rounded_too_low_are_freed_upward() -> None:
    """n1 + n2 + x ≥ 2.5 with x ≤ 0.5, relaxed to 1 each at most lean: a plan is found though rounding has none."""
    m = ConcreteModel()
    m.n = Columns(Index.flat("n", ["a", "b", "c"]), upper=2.0, integer=True)
    m.x = Columns(Index.scalar(), upper=0.3)
    m.least = Rows(Index.scalar(), lower=3.2)
    m.least.add(m.n, row=0)
    m.least.add(m.x)
    m.cost = Objective("minimise")
    m.cost.add(m.n, coef=np.array([1.0, 2.0, 3.0]))
    room = Room(m)
    room.relaxed = np.zeros(4)  # as if the relaxation had led astray
    (candidate,) = room.starts()
    plan = room.bench.plan(candidate)
    assert plan is not None
    assert plan.objective == pytest.approx(2 + 2)


def test_starts_stop_at_their_budget() -> None:
    assert Room(sites(0)).starts(budget=0.0) == []


# ---------------------------------------------------------------- better plans


def nothing_built(room: Room) -> Any:
    plan = room.bench.plan(np.zeros(len(room.form.cost)))
    assert plan is not None
    return plan


def searched(room: Room, seconds: float = 4.0, seed: int = 0) -> list[float]:
    """Objectives of the best plan, from nothing built on."""
    plan = nothing_built(room)
    held = [plan]

    def take(values: Any) -> tuple[Any, float]:
        found = room.bench.plan(values)
        if found is not None and found.objective < held[-1].objective:
            held.append(found)
        return held[-1].values, held[-1].objective

    search = Neighbourhood(room.bench, room.chosen, room.relaxed, room.watch, seed)
    search.search(plan.values, plan.objective, take, lambda: False, seconds, seconds)
    return [one.objective for one in held]


def test_neighbourhoods_improve_a_poor_plan_to_the_best() -> None:
    """On a small model the search ends at the optimum that branch and bound proves."""
    m = problems.facility(np.random.default_rng(7), 5, 12, 2, unit=1e3, budget=90)
    found = searched(Room(m))
    assert len(found) > 1
    assert found == sorted(found, reverse=True)
    assert found[-1] == pytest.approx(Session().solve(m).objective, rel=1e-6)


def test_from_the_best_plan_it_stays() -> None:
    m = problems.facility(np.random.default_rng(7), 4, 10, 2, budget=90)
    best = Session().solve(m)
    room = Room(m)
    taken: list[Any] = []

    def take(values: Any) -> tuple[Any, float]:
        taken.append(values)
        return values, 0.0

    assert best.values is not None
    assert best.objective is not None
    search = Neighbourhood(room.bench, room.chosen, room.relaxed, room.watch, 0)
    search.search(best.values, best.objective, take, lambda: False, 3.0, 3.0)
    assert not taken
    assert search.rounds > 0


def test_freed_are_about_the_share_and_whole_clusters() -> None:
    room = Room(sites(3))
    values = np.zeros(36)
    search = Neighbourhood(room.bench, room.chosen, room.relaxed, room.watch, 1)
    for kind in ("random", "disagree", "site", "period"):
        assert search.freed(values, kind).sum() == round(search.share * 36)
    search.share = 1 / 3
    assert len(set(room.chosen.clusters["period"][search.freed(values, "period")])) == 1
    assert len(set(room.chosen.clusters["site"][search.freed(values, "site")])) == 4
    apart = np.abs(room.relaxed[room.chosen.places]).reshape(12, 3).max(1)
    freed = search.freed(values, "disagree").reshape(12, 3)
    assert (freed.all(1) == freed.any(1)).all(), "a thing is freed whole"
    assert apart[freed.any(1)].min() >= apart[~freed.any(1)].max() - 1e-5


def test_what_belongs_to_another_thing_stays() -> None:
    """`runs` of a site goes with the site; what belongs to none, and all of it where no things are freed, is free."""
    m = sites(3)
    m.runs = Columns(m.build.index, upper=1.0, integer=True)
    m.other = Columns(Index.flat("period", ["t0", "t1"]), upper=1.0, integer=True)
    room = Room(m)
    search = Neighbourhood(room.bench, room.chosen, room.relaxed, room.watch, 1)
    search.share = 1 / 3
    freed = search.freed(np.zeros(36), "site")
    assert search.freed_companions(freed, "site").tolist() == [*freed.tolist(), True, True]
    assert search.freed_companions(freed, "period").all()


def test_the_same_seed_frees_the_same() -> None:
    room = Room(sites(3))
    values = np.zeros(36)

    def drawn(seed: int) -> list[list[bool]]:
        search = Neighbourhood(room.bench, room.chosen, room.relaxed, room.watch, seed)
        return [search.freed(values, "random").tolist() for _ in range(5)]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_no_decisions_no_search() -> None:
    room = Room(sites(3))
    none = Decisions(np.zeros(0, np.int64), np.zeros(0), {})
    Neighbourhood(room.bench, none, room.relaxed, room.watch, 1).search(
        room.relaxed, 0.0, lambda values: (values, 0.0), lambda: False, 1.0, 1.0
    )


# ---------------------------------------------------------------- switched on and off


def phases(model: ConcreteModel, **options: Any) -> set[str]:
    return {point.phase for point in Session(Options(time_limit_s=4, **options)).solve(model).progress}


def test_each_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain is branch and bound alone; what is off leaves no phase behind."""
    ran: list[str] = []
    real_starts, real_search = mip.starts, Neighbourhood.search

    def spied_starts(*args: Any) -> Any:
        ran.append("starts")
        return real_starts(*args)

    def spied_search(*args: Any) -> None:
        ran.append("neighbourhood")
        real_search(*args)

    monkeypatch.setattr(mip, "TRY_LEAST_S", 0.0)
    monkeypatch.setattr(mip, "TRY_SHARE", 0.0)
    monkeypatch.setattr(mip, "starts", spied_starts)
    monkeypatch.setattr(Neighbourhood, "search", spied_search)
    for options, expected in (
        ({}, ["starts", "neighbourhood"]),
        ({"neighbourhood": False}, ["starts"]),
        ({"starts": False}, []),  # there is no plan to improve yet
        ({"starts": False, "neighbourhood": False}, []),
    ):
        ran.clear()
        phases(sites(4), **options)
        assert ran == expected
    assert phases(sites(4), starts=False, neighbourhood=False) == {"branch", "plan"}


def test_what_is_easily_closed_sees_no_heuristic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mip, "starts", lambda *_: pytest.fail("not needed"))
    assert Session().solve(problems.facility(np.random.default_rng(1))).holds == "proved"


class Sign:
    """A sign of life from branch and bound."""

    def __init__(self, plan: float, bound: float) -> None:
        self.data_out, self.stopped = self, False
        self.mip_primal_bound, self.mip_dual_bound = plan, bound

    def interrupt(self, stop: bool) -> None:
        self.stopped = stop


@pytest.mark.parametrize(
    ("phase", "bound", "over", "stopped"),
    [
        ("try", 50.0, True, True),
        ("try", 99.0, True, False),
        ("try", 50.0, False, False),
        ("branch", 50.0, True, False),
    ],
)
def test_a_try_goes_on_only_while_close(phase: str, bound: float, over: bool, stopped: bool) -> None:
    room = Room(sites(0))
    solve = mip.Mip(None, room.form, room.chosen, OPTIONS, 20.0)
    solve._curve.phase = phase
    solve._try_until = -1.0 if over else math.inf
    sign = Sign(100.0, bound)
    solve.heard(sign)
    assert sign.stopped == stopped


def test_a_try_given_up_is_no_cancel(monkeypatch: pytest.MonkeyPatch) -> None:
    """It interrupts the solver as a cancel does, and the same object branches on after it."""
    monkeypatch.setattr(mip, "TRY_LEAST_S", 0.05)
    monkeypatch.setattr(mip, "TRY_MOST_S", 0.05)
    monkeypatch.setattr(mip, "TRY_ON", 1e3)
    monkeypatch.setattr(mip, "CLOSE", -1.0)
    model = problems.facility(np.random.default_rng(4), 25, 50, 4, unit=1e3, budget=90.0)
    outcome = Session(Options(time_limit_s=4, neighbourhood=False)).solve(model)
    assert outcome.values is not None
    assert outcome.stopped in ("optimal", "gap", "time")
    assert {"try", "start", "branch"} <= {point.phase for point in outcome.progress}
