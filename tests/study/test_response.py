"""Members solved on numbers that were learned: the same objective as derived, or derived after all."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tests.builders import landfill, mud, product, rows, sells, tiny, works, yard
from tests.model.deciding import press, world

from redmud_opt.case import Case, CaseFaults, Fault
from redmud_opt.case.things import Tier
from redmud_opt.i18n import Message, text
from redmud_opt.jobs.sweeping import find_study
from redmud_opt.plan.whole import Whole
from redmud_opt.solve import Options, Session
from redmud_opt.study.asking import Base
from redmud_opt.study.sweeps import executors, member, response
from redmud_opt.study.sweeps.decided import Decided
from redmud_opt.study.sweeps.designs import Member
from redmud_opt.study.sweeps.member import MemberSolver, Row, Setup, Task, case_of_study
from redmud_opt.study.sweeps.parameters import Cell, Parameter, moved
from redmud_opt.study.sweeps.reading import read_study
from redmud_opt.study.sweeps.response import Known, Response, Stopped, Unlearnable, learn


def brick() -> Case:
    """100 t of mud; 60 t can be pressed to brick, at 10 − 4 CNY each; the rest is placed for 1."""
    return tiny(
        mud(100),
        works("press", "mud", {"brick": 1}, cost=4, capacity=60),
        product("brick"),
        sells("brick", 10),
        landfill("mud", cost=1),
    )


def moves(case: Case, table: str, column: str, low: float, high: float, **more: Any) -> Parameter:
    """A parameter that is the number of the first row of a table."""
    row = getattr(case, table)[0]
    cell = Cell(table, 0, row.name, column, getattr(row, column))
    given = {"by": "value", "distribution": "uniform"} | more
    return Parameter(
        name=f"{table}_{column}", low=low, base=float(cell.value), high=high, cells=(cell,), **given
    )


def three(case: Case) -> tuple[Parameter, ...]:
    """Price, cost and capacity."""
    return (
        moves(case, "outlets", "price_cny_per_t", 5, 15),
        moves(case, "processes", "cost_cny_per_t", 2, 8),
        moves(case, "lines", "capacity", 10, 90),
    )


def solver(case: Case, parameters: tuple[Parameter, ...], known: Known | None, **more: Any) -> MemberSolver:
    """What solves members, with what was learned or without."""
    return MemberSolver(Setup(case, parameters, (), "key", known=known, **more))


def row(found: MemberSolver, *values: float, number: int = 1) -> Row:
    """The row of one member."""
    return found.solve(Task(Member(number, "", values)))


def test_a_member_on_paper() -> None:
    """Price 12, cost 3, capacity 80: 80 · (12 − 3) − 20 · 1 = 700 CNY, solved without deriving it."""
    case = brick()
    parameters = three(case)
    found = row(solver(case, parameters, learn(case, parameters)), 12, 3, 80, number=2)
    assert found["learned"] == 1.0
    assert found["objective"] == pytest.approx(700.0)
    assert found["fed:press"] == pytest.approx(80.0)


def test_members_learned_and_derived_have_the_same_worth() -> None:
    """Five points at random, audited and solved again: never a part in 10⁹ apart."""
    case = brick()
    parameters = three(case)
    quick, slow = solver(case, parameters, learn(case, parameters)), solver(case, parameters, None)
    for point in np.random.default_rng(5).random((5, 3)):
        values = [p.low + x * (p.high - p.low) for p, x in zip(parameters, point, strict=True)]
        one, other = row(quick, *values), row(slow, *values)
        assert one["learned"] == 1.0
        assert one["audit_passed"] == 1.0
        assert one["learned_apart"] < 1e-9
        assert one["objective"] == pytest.approx(other["objective"], rel=1e-9, abs=1e-6)


def test_beyond_what_was_looked_at_a_member_is_derived() -> None:
    """A price of 40 lies beyond 15: 60 · 36 − 40 = 2,120 CNY all the same."""
    case = brick()
    parameters = three(case)
    found = row(solver(case, parameters, learn(case, parameters)), 40, 4, 60)
    assert "learned" not in found
    assert found["objective"] == pytest.approx(2120.0)


def test_a_plan_at_an_ample_bound_is_derived() -> None:
    """With bounds of what can be there below what there is, no plan is taken from what was learned."""
    case = brick()
    parameters = three(case)
    known = learn(case, parameters)
    tight = Response(case, parameters, known.available_t / response.AMPLE)
    tight.take(response.learned(tight.look, [(p.low, p.base, p.high) for p in parameters], tight.charges))
    found = row(solver(case, parameters, Known(tight.available_t, tight.surface)), 12, 3, 80)
    assert "learned" not in found
    assert found["objective"] == pytest.approx(700.0)


def test_a_member_without_a_plan_is_looked_at_in_full() -> None:
    """A hard least sale of 50 t cannot be met by 10 t of capacity; learned or not, it is told as infeasible."""
    case = brick()
    case = replace(case, outlets=(replace(case.outlets[0], min_t=50.0), *case.outlets[1:]))
    parameters = (moves(case, "lines", "capacity", 55, 90),)
    found = row(solver(case, parameters, learn(case, parameters)), 10)
    assert found["status"] == "infeasible"
    assert "learned" not in found


def test_what_moves_by_steps_is_not_learned() -> None:
    """Dates make periods of building come and go."""
    case = brick()
    cell = Cell("lines", 0, "press", "opens", date(2026, 1, 1))
    parameter = Parameter("opens", "days", 0, 0, 100, "uniform", (cell,))
    with pytest.raises(Unlearnable, match="steps"):
        learn(case, (parameter,))


def test_rows_that_come_and_go_are_not_learned() -> None:
    """An outlet that takes nothing at one end has no column there."""
    case = brick()
    case = replace(case, outlets=(replace(case.outlets[0], max_t=50.0), *case.outlets[1:]))
    with pytest.raises(Unlearnable, match="structure"):
        learn(case, (moves(case, "outlets", "max_t", 0, 90),))


def test_what_was_learned_wrongly_is_found_by_the_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A price put in one tenth too high: the member solved again in full differs, and is rejected."""
    case = brick()
    parameters = three(case)
    found = solver(case, parameters, learn(case, parameters))
    assert found.quick is not None
    honest = found.quick.response.form

    def wrong(values: Any, of: Case) -> Any:
        return honest((values[0] * 1.1, *values[1:]), of)

    monkeypatch.setattr(found.quick.response, "form", wrong)
    told = row(found, 12, 3, 80)
    assert told["status"] == "rejected"
    assert "of the value" in told["reason"]


def test_learning_stops_when_asked() -> None:
    """Between two points."""
    case = brick()
    with pytest.raises(Stopped):
        learn(case, three(case), should_stop=lambda: True)


def test_where_the_base_is_not_met_every_member_is_derived(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was learned must first of all meet the plan of the base; else it is not used."""
    case = brick()
    parameters = three(case)
    known = learn(case, parameters)
    monkeypatch.setattr(member, "apart", lambda one, other: 1.0)
    told = row(solver(case, parameters, known), 12, 3, 80)
    assert "learned" not in told
    assert told["objective"] == pytest.approx(700.0)


def test_coefficients_of_nothing_are_stored_but_not_passed() -> None:
    """A price equal to the gate fee avoided has no coefficient: HiGHS holds as many as there are."""
    case = brick()
    parameters = (moves(case, "outlets", "price_cny_per_t", 0, 15),)
    known = learn(case, parameters)
    found = Response.of(case, parameters, known)
    at_nothing = found.form([0.0], moved(case, parameters, [0.0]))
    assert not at_nothing.matrix.data.all()
    session = Session()
    session.update(at_nothing)
    nothing = session.run()
    assert nothing.objective == pytest.approx(-100.0)  # all of it placed, at 1
    session.update(found.form([15.0], moved(case, parameters, [15.0])))
    assert session.run().objective == pytest.approx(60 * 11 - 40)


def test_what_the_solver_holds_does_not_depend_on_what_it_solved_before() -> None:
    """A coefficient that is nothing and something again does not come last in its column."""
    case = brick()
    form = Response(case, three(case), response.ample_t(case)).base
    column = int(np.argmax(np.diff(form.matrix.indptr) > 2))
    without = form.matrix.copy()
    without.data[form.matrix.indptr[column]] = 0.0
    once, thrice = Session(), Session()
    once.update(form)
    for each in (form, replace(form, matrix=without), form):
        thrice.update(each)
        thrice.run()
    one, other = (session._highs.getLp().a_matrix_ for session in (once, thrice))
    assert list(one.index_) == list(other.index_)
    assert list(one.value_) == list(other.value_)


@pytest.mark.slow
def test_members_of_a_shipped_study() -> None:
    """Six of guangxi_monte_carlo: 14 parameters, charges with kinks, gates divided by yields."""
    study = read_study(find_study("guangxi_monte_carlo"))
    case = case_of_study(study.case, study.soft_target_cny_per_t)
    plan = Base.solved(case, Options(gap=0.05))
    setup = Setup(case, study.parameters, plan.whole, "key", audit_every=3)
    quick = MemberSolver(replace(setup, known=learn(case, study.parameters)))
    slow = MemberSolver(setup)
    for k, point in enumerate(np.random.default_rng(7).random((6, 14))):
        values = [p.low + x * (p.high - p.low) for p, x in zip(study.parameters, point, strict=True)]
        one, other = row(quick, *values, number=k), row(slow, *values, number=k)
        assert one["learned"] == 1.0
        assert one["objective"] == pytest.approx(other["objective"], rel=1e-9)


def test_decisions_of_others_are_held() -> None:
    """The sizes and whole numbers of another plan, here none: the LP is that of the base."""
    case = brick()
    parameters = three(case)
    found = solver(case, parameters, learn(case, parameters))
    told = found.solve(Task(Member(3, "", (12.0, 3.0, 80.0), 1), Decided((), ())))
    assert told["learned"] == 1.0
    assert told["objective"] == pytest.approx(700.0)


def test_a_row_is_missed_relative_to_what_it_adds_up() -> None:
    """Nothing done where 100 t arise: 100 of 1 + 100 are missed, of 1 + 100 + 999,899 a ten-thousandth."""
    case = brick()
    form = Response(case, three(case), response.ample_t(case)).base
    nothing = np.zeros(len(form.cost))
    assert member.residual(form, nothing) == pytest.approx(100 / 101)
    assert member.residual(form, nothing, np.full(len(form.row_lower), 999_899.0)) == pytest.approx(1e-4)


def test_sizes_of_others_are_held_within_the_bounds_of_the_member() -> None:
    """A press of any size at 2 CNY a tonne, 100 t at most and 20 in the base; a plan of 60 t where a member has 80.

    60 · (8 − 2) = 360 CNY, less the 50 of building; held at the 20 of the base it would be 70.
    """
    tiers = (Tier(item="press_line", step=1, width_t=None, price_cny_per_t=2.0),)
    case = world(press(20, capex_cny=50.0), rows(tiers=tiers), sells("brick", 8))
    parameters = (moves(case, "lines", "capacity", 10, 100), moves(case, "outlets", "price_cny_per_t", 5, 15))
    build = Whole("build", ("press_line", "26a"), 1)
    decided = Decided((build,), ((("press_line", "26a"), 60.0),))
    task = Task(Member(3, "", (80.0, 8.0), 1), decided)
    slow = solver(case, parameters, None).solve(task)
    quick = solver(case, parameters, learn(case, parameters)).solve(task)
    assert slow["objective"] == pytest.approx(60 * 6 - 50)
    assert quick["learned"] == 1.0
    assert quick["objective"] == pytest.approx(slow["objective"])


def left_over() -> Case:
    """100 t of mud, 40 t of which the landfill takes at 20 CNY; the rest lies in a yard and is charged the same."""
    return tiny(
        mud(100),
        yard("mud"),
        landfill("mud", 20, capacity_t=40.0),
        end_of_horizon="charge",
        discounting="mid_period",
        discount_rate=0.1,
    )


def test_charges_follow_the_rate_of_discount() -> None:
    """It is no number of the case that a way out costs, and is learned all the same."""
    case = left_over()
    cell = Cell("settings", 0, "settings", "discount_rate", 0.1)
    parameters = (Parameter("rate", "value", 0.0, 0.1, 0.2, "uniform", (cell,)),)
    quick, slow = solver(case, parameters, learn(case, parameters)), solver(case, parameters, None)
    one, other = row(quick, 0.0, number=0), row(slow, 0.0)
    assert one["learned"] == 1.0
    assert one["status"] == "optimal"
    assert one["objective"] == pytest.approx(other["objective"]) == pytest.approx(-2000.0)


def test_where_ways_out_come_and_go_a_member_is_derived(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen between the points looked at: no reason for a row that says `crashed`."""
    case = brick()
    parameters = three(case)
    found = solver(case, parameters, learn(case, parameters))
    assert found.quick is not None

    def gone(*_: Any) -> None:
        raise Unlearnable("ways_out")

    monkeypatch.setattr(found.quick.response, "form", gone)
    told = row(found, 12, 3, 80)
    assert "learned" not in told
    assert told["objective"] == pytest.approx(700.0)


def test_whatever_a_point_looked_at_comes_to_the_study_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that ends in an error of any kind is nothing to learn from."""
    case = brick()
    honest = response.derive_network

    def fails(of: Case, **more: Any) -> Any:
        if of is not case:
            raise ZeroDivisionError("yield")
        return honest(of, **more)

    monkeypatch.setattr(response, "derive_network", fails)
    with pytest.raises(Unlearnable, match="failed ZeroDivisionError: yield"):
        learn(case, three(case))


@pytest.mark.parametrize(("stopped", "status"), [("cancelled", "none"), ("time", "optimal")])
def test_an_audit_that_is_cut_off_rejects_nothing(
    monkeypatch: pytest.MonkeyPatch, stopped: str, status: str
) -> None:
    """Asked to stop it is no row, and the limit of a member is none of the solve that checks it."""
    case = brick()
    parameters = three(case)
    found = solver(case, parameters, learn(case, parameters), time_limit_s=10.0)

    class Cut(Session):
        """Stopped where it has a limit, or at once where somebody asks."""

        def run(self, time_limit_s: float | None = None) -> Any:
            outcome = super().run(time_limit_s)
            cut = stopped == "cancelled" or self.options.time_limit_s is not None
            return replace(outcome, stopped=stopped, holds="nothing", objective=None) if cut else outcome

    monkeypatch.setattr(member, "Session", Cut)
    told = row(found, 12, 3, 80, number=0)
    assert told["status"] == status
    assert told["stopped"] == ("cancelled" if stopped == "cancelled" else "optimal")


def test_a_worker_that_solved_before_anything_was_learned_begins_anew() -> None:
    """One of a cluster that stays keeps its solver over both stages of a study."""
    case = brick()
    parameters = three(case)
    setup, task = Setup(case, parameters, (), "stays"), Task(Member(1, "", (12.0, 3.0, 80.0)))
    assert "learned" not in executors.solve_task(setup, task)
    assert executors.solve_task(replace(setup, known=learn(case, parameters)), task)["learned"] == 1.0


class Workers:
    """A cluster of one worker that has another version of the solver."""

    def __init__(self, address: str, timeout: float) -> None:
        self.closed = False

    def ncores(self) -> dict[str, int]:
        """Its one worker."""
        return {"there": 1}

    def run(self, asked: Any) -> dict[str, Any]:
        """What it says."""
        return {"there": asked() | {"highspy": "0.1"}}

    def close(self) -> None:
        """Nothing is held."""


def test_a_cluster_with_another_solver_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rows would be those of another solver under the hash of this one."""
    monkeypatch.setitem(sys.modules, "distributed", SimpleNamespace(Client=Workers))
    setup = Setup(brick(), (), (), "key")
    with pytest.raises(executors.ClusterSilent, match=r"highspy 0\.1"):
        executors.OnDask(setup, 1, "tcp://there")


def test_what_only_the_network_shows_makes_a_member_faulty(monkeypatch: pytest.MonkeyPatch) -> None:
    """It came to an end: nothing crashed."""
    case = brick()
    found = solver(case, three(case), None)

    def dead_end(*_: Any) -> None:
        raise CaseFaults([Fault("materials.csv", 2, "name", Message("sweep.no_study"))])

    monkeypatch.setattr(member, "met_again", dead_end)
    told = row(found, 12, 3, 80)
    assert (told["status"], told["holds"]) == ("faulty", "nothing")
    assert told["reason"] == text(Message("sweep.no_study"), "en")


def test_other_columns_than_those_learned_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A member whose model has other columns in full is rejected by the audit, and says why."""
    case = brick()
    parameters = three(case)
    found = solver(case, parameters, learn(case, parameters))
    monkeypatch.setattr(member, "same_columns", lambda *_: False)
    told = row(found, 12, 3, 80, number=0)
    assert (told["status"], told["reason"]) == ("rejected", "derived: other columns")


def test_a_fault_at_a_point_looked_at_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of them, as the row of a member would say it."""
    case = brick()
    found = Response(case, three(case), response.ample_t(case))

    def faulty(*_: Any, **__: Any) -> None:
        raise CaseFaults([Fault("materials.csv", 2, "name", Message("sweep.no_study"))] * 2)

    monkeypatch.setattr(found, "_derived", faulty)
    with pytest.raises(Unlearnable) as stopped:
        found.look([12, 3, 80])
    assert (stopped.value.why, stopped.value.what) == ("failed", text(Message("sweep.no_study"), "en"))
