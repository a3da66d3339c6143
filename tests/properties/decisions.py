"""Random small cases with decisions: the world of `cases`, with lines to build, switch and close, lanes and rules.

decided_cases()     always with a plan: whatever is decided may also be left alone
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import strategies as st
from tests.builders import years
from tests.properties.cases import random_cases

from redmud_opt.case import Case
from redmud_opt.case.rules import Budget, Limit, Logic, VatRefund
from redmud_opt.case.things import GroupMember, Tier
from redmud_opt.case.works import Lane, Line, LineProcess

Draw = Any
LINES = ("separate_line", "press_line", "detox_line", "burn_line")
size = st.sampled_from([10.0, 50.0, 200.0])
KINDS = ("stands", "switched", "candidate", "candidate", "many", "sized")


def maybe(*values: Any) -> Any:
    return st.sampled_from([None, *values])


def running(draw: Draw) -> dict[str, Any]:
    """What a line costs while it runs, and how little it may run."""
    return {
        "min_rate": draw(maybe(0.5)),
        "min_run_share": draw(maybe(0.3)),
        "run_cost_cny_per_h": draw(maybe(0.01)),
        "fixed_cost_cny_per_period": draw(maybe(40)),
        "min_run_periods": draw(maybe(2)),
    }


def building(draw: Draw, case: Case) -> dict[str, Any]:
    """When a step starts, what it costs, how long it lives."""
    months = 12 * (case.periods[-1].end.year - case.periods[0].start.year)
    return {
        "candidate": True,
        "capex_cny": draw(st.sampled_from([0, 300, 3000])),
        "lead_time_months": draw(st.sampled_from([None, 3, months - 6])),
        "life_a": draw(maybe(1, 7.5)),
        "ramp_up": draw(st.sampled_from(["", "0.5", "0.3;0.8"])),
        "spend_profile": draw(st.sampled_from(["", "0.6;0.4"])),
        "fixed_om_cny_per_a": draw(maybe(90)),
    }


def decided(draw: Draw, case: Case, line: Line) -> Line:
    """A line of some kind; its capacity is stated."""
    kind = draw(st.sampled_from(KINDS))
    sized: dict[str, Any] = {"capacity": line.capacity or draw(size), "per": "year"}
    closing = {"closing_cost_cny": draw(maybe(0, 60))}
    if kind == "stands":
        opens = {
            "opens": draw(maybe(date(2025, 7, 1), date(2026, 5, 1))),
            "ramp_up": draw(st.sampled_from(["", "0.5"])),
        }
        own: dict[str, Any] = {
            "capex_cny": draw(maybe(500)),
            "life_a": draw(maybe(9)),
            "fixed_om_cny_per_a": draw(maybe(70)),
        }
        return replace(line, **sized, **closing, **opens, **own)
    if kind == "switched":
        return replace(line, **sized, **closing, **running(draw))
    found = sized | building(draw, case)
    if kind == "candidate":
        return replace(line, **found, **closing, **running(draw))
    if kind == "many":
        return replace(line, **found, **closing, **running(draw) | {"min_run_periods": None, "times": 2})
    return replace(line, **found)


def tiers(draw: Draw, lines: tuple[Line, ...]) -> tuple[Tier, ...]:
    """Prices of size of candidates that could have any; a gate fee that falls."""
    found = []
    for line in lines:
        plain = line.closing_cost_cny is None and not (
            line.min_rate or line.min_run_share or line.run_cost_cny_per_h
        )
        if line.candidate and line.times is None and plain and draw(st.booleans()):
            first, second = draw(st.permutations([2.0, 9.0]))
            found += [Tier(item=line.name, step=1, width_t=draw(size), price_cny_per_t=first),
                      Tier(item=line.name, step=2, price_cny_per_t=second)]  # fmt: skip
    if draw(st.booleans()):
        found += [Tier(item="mud_outlet", step=1, width_t=30, price_cny_per_t=-20),
                  Tier(item="mud_outlet", step=2, price_cny_per_t=-draw(st.sampled_from([2.0, 40.0])))]  # fmt: skip
    return tuple(found)


def lanes(draw: Draw, case: Case) -> tuple[Lane, ...]:
    costs = [
        {
            "fixed_cost_cny": draw(maybe(100)),
            "fixed_cost_cny_per_period": draw(maybe(40)),
            "min_lot_t": draw(maybe(4, 15)),
        }
        for _ in range(2)
    ]
    belt = tuple(replace(lane, capacity_t=lane.capacity_t or 200.0, **costs[0]) for lane in case.lanes)
    ferry = Lane(name="ferry", from_site="M", to_site="N", mode="ferry", cost_cny_per_t=2, capacity_t=60,
                 per="period", basis="dry", **costs[1])  # fmt: skip
    return (*belt, ferry)


def rules(draw: Draw) -> tuple[Logic, ...]:
    """Rules that hold of nothing at all, so that there is a plan."""
    found = []
    for k in range(draw(st.integers(0, 2))):
        kind = draw(st.sampled_from(["requires", "excludes", "at_most"]))
        first, second = draw(st.permutations([*LINES, "belt", "ferry"]))[:2]
        if kind == "requires" and second in ("belt", "ferry"):
            second = next(name for name in LINES if name != first)
        count = {"count": 1} if kind == "at_most" else {"second": second}
        first = "steps" if kind == "at_most" else first
        per = draw(st.sampled_from(["period", "horizon"]))
        found.append(Logic(name=f"rule_{k}", kind=kind, first=first, per=per, **count))
    return tuple(found)


def limits(draw: Draw) -> tuple[Limit, ...]:
    found = [
        Limit(name="few_built", measure="built", sense="max", value=draw(st.sampled_from([1, 2])), per="horizon"),
        Limit(name="few_lanes", measure="count_used", at="roads", sense="max", value=1,
              per=draw(st.sampled_from(["period", "year", "horizon"]))),
        Limit(name="few_lines", measure="count_used", at="steps", sense="max", value=1,
              per=draw(st.sampled_from(["period", "horizon"]))),
    ]  # fmt: skip
    return tuple(limit for limit in found if draw(st.booleans()))


@st.composite
def decided_cases(draw: Draw) -> Case:
    """A case with decisions; lines that stand for sure break no rule only because they may be closed or are steps."""
    case = draw(random_cases())
    if len(case.periods) > 4:
        case = replace(case, periods=years(2026, 3))
    lines = tuple(decided(draw, case, line) for line in case.lines)
    known = {line.name for line in lines if line.candidate or line.closing_cost_cny is not None}
    logic = tuple(rule for rule in rules(draw) if _can_hold(rule, known))
    twin = replace(lines[1], name="press_twin", candidate=False, times=None, lead_time_months=None, opens=None,
                   capacity=20.0)  # fmt: skip
    stands = draw(st.booleans())
    budget = Budget(
        name="budget", year=draw(maybe(2026)), amount_cny=draw(st.sampled_from([100, 2000, 5000]))
    )
    refund = VatRefund(facility="press_works", product="brick", waste="mud", rate=0.7, price_cny_per_t=400,
                       threshold=draw(st.sampled_from([0.1, 0.6])))  # fmt: skip
    groups = {"steps": LINES, "roads": ("belt", "ferry")}
    sized = tiers(draw, lines)
    outlets = tuple(
        replace(row, max_t=row.max_t or 500.0) if any(tier.item == row.name for tier in sized) else row
        for row in case.outlets
    )
    return replace(
        case,
        lines=(*lines, twin) if stands else lines,
        line_processes=(*case.line_processes, LineProcess(line="press_twin", process="press"))
        if stands
        else case.line_processes,
        lanes=lanes(draw, case),
        logic=logic,
        limits=(*case.limits, *limits(draw)),
        budgets=(budget,) if draw(st.booleans()) and not any(_owes(line) for line in lines) else (),
        vat_refunds=(refund,) if draw(st.booleans()) else (),
        tiers=(*case.tiers, *sized),
        outlets=outlets,
        groups=(
            *case.groups,
            *(GroupMember(group=g, member=m) for g, members in groups.items() for m in members),
        ),
    )


def _can_hold(rule: Logic, known: set[str]) -> bool:
    """Whether every line that a rule names may be absent."""
    named = set(LINES) if rule.first == "steps" else {rule.first, rule.second}
    return (named & set(LINES)) <= known


def _owes(line: Line) -> bool:
    return not line.candidate and line.opens is not None
