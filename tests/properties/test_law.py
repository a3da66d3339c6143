"""Facts about the law on random cases: plans pass their audit, and what is granted never lowers value.

Three provinces A (R), B (M), C (N); lining may be detoxified under a permit, approvals let it over borders, a clock
limits how long it is stored. Value is compared to 1e-6 of the greatest term of value.

Two grants may cost value, and are kept out: a permit where the receiver has such waste of its own, for own waste
counts against it from then on; and an approval for use that begins to hold, for it ends disposal at that site.
docs/decisions.md, 'Status, codes and permits' and 'Movements over borders'.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from tests.builders import solve
from tests.examples import examples
from tests.model.permitting import listed_code, permit
from tests.properties.cases import SITES, random_cases
from tests.properties.test_decisions import best
from tests.properties.test_decisions import few as settings_of_decisions
from tests.properties.test_plans import SIZES, every

from redmud_opt.case import Case
from redmud_opt.case.months import months_after
from redmud_opt.case.rules import Agreement, Approval, Requirement, StorageClock
from redmud_opt.case.things import Owner, Province

few = settings(settings_of_decisions, max_examples=examples(8))
pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")  # of long reprs
Draw = Any
CODE = "48-23"
PROVINCE = dict(zip(SITES, "ABC", strict=True))
tonnes = st.sampled_from([4.0, 15.0, 60.0])


@st.composite
def lawful_cases(draw: Draw) -> Case:
    """A case under law; always with a plan, for every site may place its own waste in its own landfill."""
    case = draw(random_cases())
    start, end = case.periods[0].start, case.periods[-1].end
    lining = next(row.site for row in case.arisings if row.material == "lining")
    works = next(row.site for row in case.facilities if row.name == "detox_works")
    rules = ["permit", "approval", "adjacency"]
    known = {"valid_from": date(2020, 9, 1), "clause": "§"}
    ends = st.sampled_from([end, date(start.year, 8, 15), months_after(start, 4)])
    dates = {"valid_from": start, "valid_to": draw(ends)}
    permits = (permit("detox_works", draw(tonnes), CODE, **dates),) if works != lining else ()
    return replace(
        case,
        materials=tuple(_material(row) for row in case.materials),
        sites=tuple(replace(row, province=PROVINCE[row.name], owner="firm") for row in case.sites),
        owners=(Owner(name="firm", role=draw(st.sampled_from(["producer", "licensed_operator"]))),),
        provinces=tuple(Province(name=name, adjacent_to=draw(st.sampled_from(["", "B"]))) for name in "ABC"),
        requirements=tuple(Requirement(rule=rule, **known) for rule in rules if draw(st.booleans())),
        codes=(listed_code(CODE, "T"),),
        permits=(
            *permits,
            permit("slag_outlet", draw(tonnes), CODE, **dates),
            permit("cell", draw(tonnes), CODE, valid_from=start, valid_to=end),
        ),
        approvals=_approvals(draw, case, lining, works),
        clocks=_clocks(draw),
    )


def _material(row: Any) -> Any:
    return replace(row, code=CODE, clock="producer") if row.name == "lining" else row


def _approvals(draw: Draw, case: Case, lining: str, works: str) -> tuple[Approval, ...]:
    """From where lining arises: to the works for what it does, to a landfill elsewhere for disposal."""
    method = next(row.method for row in case.processes if row.name == "detox")
    start = case.periods[0].start
    away = draw(st.sampled_from([at for at in SITES if at not in (lining, works)]))
    found = [Approval(name="away", receiver=f"dump_{away}", to_province=PROVINCE[away], purpose="disposal",
                      **_approved(draw, lining, start))]  # fmt: skip
    if works != lining:
        purpose = "use" if method == "U" else "disposal"
        found.append(Approval(name="works", receiver="detox_works", to_province=PROVINCE[works], purpose=purpose,
                              **_approved(draw, lining, start)))  # fmt: skip
    return tuple(found)


def _approved(draw: Draw, lining: str, start: date) -> dict[str, Any]:
    months = draw(st.sampled_from([2, 6, 12]))
    dates = {"valid_from": start, "valid_to": months_after(start, months)}
    return {"from_province": PROVINCE[lining], "code": CODE, "amount_t": draw(tonnes), **dates}


def _clocks(draw: Draw) -> tuple[StorageClock, ...]:
    """Producers and operators, each hard or soft."""
    found = []
    for role in ("producer", "licensed_operator"):
        hard = draw(st.booleans())
        months = draw(st.sampled_from([2, 6, 13]))
        price = 0.0 if hard else draw(st.sampled_from([5.0, 400.0]))
        found.append(
            StorageClock(role=role, limit_months=months, hard=hard, price_cny_per_t_a=price, clause="§")
        )
    return tuple(found)


def each(table: str, **new: Callable[[Any], Any]) -> Callable[[Case], Case]:
    """The case with columns of every row of a table changed."""

    def of(case: Case) -> Case:
        rows = tuple(
            replace(row, **{name: to(row) for name, to in new.items()}) for row in getattr(case, table)
        )
        return replace(case, **{table: rows})

    return of


def agreed(case: Case) -> Case:
    """One more agreement, for the first approval."""
    row = case.approvals[0]
    more = Agreement(from_province=row.from_province, to_province=row.to_province)
    return replace(case, agreements=(*case.agreements, more))


GRANTED: dict[str, Callable[[Case], Case]] = {
    "tonnes of permits": each("permits", amount_t_per_a=lambda row: row.amount_t_per_a * 2),
    "days of permits": each("permits", valid_to=lambda row: months_after(row.valid_to, 7)),
    "tonnes of approvals": each("approvals", amount_t=lambda row: row.amount_t * 2),
    "days of approvals": each("approvals", valid_to=lambda row: months_after(row.valid_to, 5)),
    "an agreement": agreed,
    "months of clocks": each("clocks", limit_months=lambda row: row.limit_months + 5),
    "no requirements": lambda case: replace(case, requirements=()),
}


@few
@given(lawful_cases())
def test_every_plan_under_law_passes_its_audit(case: Case) -> None:
    """`solve` audits; and lining moves, waits, or is used in some of the cases."""
    plan = solve(case)
    for name in ("movements", "permits", "ages"):
        if len(plan.frame(name)):
            event(f"something in {name}")


@few
@given(lawful_cases(), st.sampled_from(sorted(GRANTED)))
def test_what_is_granted_never_lowers_value(case: Case, what: str) -> None:
    before, money = best(case)
    after, _ = best(GRANTED[what](case))
    event(f"{what}: {'worth something' if after > before + 1e-6 * money else 'worth nothing'}")
    assert after >= before - 1e-6 * money


LAWFUL_SIZES = {**SIZES, "permits": ("amount_t_per_a",), "approvals": ("amount_t",)}


@few
@given(lawful_cases(), st.sampled_from([0.01, 3.0, 1000.0]))
def test_scaling_all_tonnes_scales_value_under_law(case: Case, factor: float) -> None:
    tables: dict[str, Any] = {}
    for table, columns in LAWFUL_SIZES.items():
        tables |= every(case, table, *columns, by=factor)
    before, money = best(case)
    assert best(replace(case, **tables))[0] == pytest.approx(factor * before, abs=factor * money * 1e-6)
