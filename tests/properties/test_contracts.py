"""Facts about contracts and price paths: plans pass the audit, and terms that are milder never cost anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders import buys, commodity, landfill, mud, product, rows, sells, solve, tiny, works, years
from tests.examples import examples
from tests.model.contracting import contract, path

from redmud_opt.case import Case
from redmud_opt.case.works import Facility, Line, LineProcess

few = settings(
    max_examples=examples(10),
    suppress_health_check=[HealthCheck.too_slow],
)


@st.composite
def contracted(draw: st.DrawFn) -> Case:
    """Three years; bricks of an own and a partner's press, sold under a contract; prices follow paths."""

    def some(low: int, high: int) -> float:
        return float(draw(st.integers(low, high)))

    def factors() -> list[float]:
        return [1.0, some(2, 30) / 10, some(2, 30) / 10]

    press = works(
        "press", "mud", {"brick": 1.1}, cost=some(1, 30), capacity=some(1, 60), inputs={"lime": 0.1}
    )
    toll = contract(
        some(0, 60), some(1, 20), name="toll", tolling=True, partner="other", toll_fee_cny_per_t=some(1, 40)
    )
    deal = contract(some(0, 120), some(1, 20), make_up=draw(st.booleans()), make_up_share=some(0, 10) / 10)
    if not deal["contracts"][0].make_up:
        deal = {"contracts": (replace(deal["contracts"][0], make_up_share=1.0),)}
    partner = rows(
        facilities=Facility(name="other_works", site="R"),
        lines=Line(
            name="partner", facility="other_works", capacity=some(1, 60), per="period", contract="toll"
        ),
        line_processes=LineProcess(line="partner", process="press"),
    )
    names = (
        product("brick"),
        commodity("lime"),
        buys("lime", 10),
        sells("brick", some(5, 40), contract="deal"),
    )
    paths = (path(item, *factors()) for item in ("brick_outlet", "lime_supply", "press"))
    return tiny(mud(), landfill("mud", 1), press, toll, deal, partner, *names, *paths, periods=years(2026, 3))


def _terms(case: Case, **values: Any) -> Case:
    return replace(case, contracts=tuple(replace(row, **values) for row in case.contracts))


def _scaled(case: Case, item: str, scale: float) -> Case:
    found = tuple(replace(r, factor=r.factor * scale) if r.item == item else r for r in case.price_paths)
    return replace(case, price_paths=found)


MILDER: dict[str, Callable[[Case], Case]] = {
    "no penalty": lambda c: _terms(c, penalty_cny_per_t=0.0),
    "nothing to take": lambda c: _terms(c, take_or_pay_t_per_a=0.0),
    "all is made up": lambda c: _terms(c, make_up=True, make_up_share=1.0),
    "no fee": lambda c: _terms(c, toll_fee_cny_per_t=0.0),
    "dearer bricks": lambda c: _scaled(c, "brick_outlet", 1.5),
    "cheaper lime": lambda c: _scaled(c, "lime_supply", 0.5),
    "cheaper pressing": lambda c: _scaled(c, "press", 0.5),
}


@few
@given(contracted())
def test_milder_terms_never_cost_anything(case: Case) -> None:
    """`solve` audits every plan; the one with the terms as they stand is made once for all that are milder."""
    before = solve(case).value
    for name, milder in MILDER.items():
        after = solve(milder(case)).value
        assert after >= before - 1e-6 * max(1.0, abs(before), abs(after)), name
