"""Planted faults of what is decided: steps, running, closing, sizes, lanes, counts, logic, budgets, refunds.

The starter case has four quarters of 2026 and two lines, `separator` (row 2) and `press` (row 3).
"""

from __future__ import annotations

from tests.case.conftest import Folder
from tests.case.planting import planted


def step(f: Folder, name: str = "press_2", **cells: object) -> None:
    """A second press that may be built."""
    known = {"facility": "brick_works", "capacity": 40000, "candidate": "yes", "capex_cny": 9000000}
    f.add("lines", **{"name": name} | known | cells)
    f.add("line_processes", line=name, process="brick_making")


def building(f: Folder, name: str = "press_2", **cells: object) -> None:
    """A second press under construction: 9 million, half at the decision on 1 October 2025, half a year later."""
    known = {"opens": "2026-10-01", "lead_time_months": 12, "spend_profile": "0.5;0.5"}
    step(f, name, **{"candidate": "no"} | known | cells)


def group(f: Folder, name: str, *members: str) -> None:
    for member in members:
        f.add("groups", group=name, member=member)


def lane(f: Folder, **cells: object) -> None:
    known = {"name": "belt", "from_site": "refinery", "to_site": "city", "cost_cny_per_t": 5}
    f.add("lanes", **known | cells)


def sizes(f: Folder, item: str, *steps: tuple[object, float]) -> None:
    for number, (width, price) in enumerate(steps, start=1):
        f.add("tiers", item=item, step=number, width_t=width, price_cny_per_t=price)


def rule(f: Folder, kind: str, first: str, second: str = "", **cells: object) -> None:
    f.add("logic", **{"name": "rule", "kind": kind, "first": first, "second": second} | cells)


def count(f: Folder, measure: str, **cells: object) -> None:
    f.add("limits", **{"name": "count", "measure": measure, "sense": "max", "value": 1} | cells)


# ---- steps


@planted(
    ("step_without_capacity", "lines.csv", 4, "capacity"),
    says="candidate 'press_2' states no capacity above 0",
)
def a_step_without_capacity(f: Folder) -> None:
    step(f, capacity="", min_rate=0.4)


@planted(("step_without_capacity", "lines.csv", 4, "capacity"))
def a_step_of_no_size(f: Folder) -> None:
    step(f, capacity=0)


@planted(
    ("capacity_needed", "lines.csv", 3, "capacity"),
    says="'press' has no capacity, but `min_rate`, `closing_cost_cny` count units or hours of running",
)
def a_least_rate_of_a_line_without_capacity(f: Folder) -> None:
    f.set("lines", 3, capacity="", min_rate=0.4, closing_cost_cny=0)


@planted(("capacity_needed", "lines.csv", 3, "capacity"))
def a_cost_per_period_of_a_line_without_capacity(f: Folder) -> None:
    f.set("lines", 3, capacity="", fixed_cost_cny_per_period=5)


@planted(("step_with_dates", "lines.csv", 4, "opens"), says="leave it blank; `earliest` says from when on")
def a_step_that_opens(f: Folder) -> None:
    step(f, opens="2026-07-01")


@planted(
    ("step_with_dates", "lines.csv", 4, "closes"), says="leave it blank; `life_a` says how long it stands"
)
def a_step_that_closes(f: Folder) -> None:
    step(f, closes="2026-07-01")


@planted(
    ("no_candidate", "lines.csv", 3, "earliest"),
    says="'press' stands whatever is decided, so this says nothing of it",
)
def a_line_that_stands_with_an_earliest_start(f: Folder) -> None:
    f.set("lines", 3, earliest="2026-07-01")


@planted(("no_candidate", "lines.csv", 3, "times"), says="write candidate = yes, or leave it blank")
def a_line_that_stands_three_times(f: Folder) -> None:
    f.set("lines", 3, times=3)


@planted(
    ("earlier_than_lead", "lines.csv", 4, "earliest"),
    says="shall stand on 2026-06-30, earlier than its lead of 6 months from 2026-01-01 on allows\n"
    "     write 2026-07-01 or later",
)
def a_step_earlier_than_its_lead_allows(f: Folder) -> None:
    step(f, lead_time_months=6, earliest="2026-06-30")


@planted(
    ("lead_parts_exceed", "lines.csv", 4, "permit_months"),
    says="`permit_months`, `construction_months` are 7 months together, more than the lead time of 6 months",
)
def parts_longer_than_their_lead(f: Folder) -> None:
    step(f, lead_time_months=6, permit_months=3, construction_months=4)


@planted(("lead_parts_short", "lines.csv", 4, "construction_months"), says="or lead_time_months = 5")
def all_parts_but_less_than_their_lead(f: Folder) -> None:
    step(f, lead_time_months=6, eia_months=2, permit_months=0, construction_months=3)


@planted(("lead_parts_of_nothing", "lines.csv", 4, "eia_months"))
def parts_of_no_lead(f: Folder) -> None:
    step(f, eia_months=2)


@planted(("earlier_than_lead", "lines.csv", 4, "earliest"))
def a_step_before_the_horizon(f: Folder) -> None:
    step(f, earliest="2025-12-31")


@planted(
    ("never_stands", "lines.csv", 4, "lead_time_months"),
    says="'press_2' can start on 2027-01-01 at the earliest, but the horizon ends on 2027-01-01",
)
def a_lead_beyond_the_horizon(f: Folder) -> None:
    step(f, lead_time_months=12)


@planted(("never_stands", "lines.csv", 4, "earliest"), says="lengthen the horizon, or switch the row off")
def an_earliest_start_beyond_the_horizon(f: Folder) -> None:
    step(f, lead_time_months=3, earliest="2027-04-01")


@planted(("not_above", "lines.csv", 4, "life_a"), says="0 a must be greater than 0")
def a_life_of_nothing(f: Folder) -> None:
    step(f, life_a=0)


@planted(("beyond", "lines.csv", 4, "lead_time_months"), says="601 is more than 600")
def a_lead_of_half_a_century(f: Folder) -> None:
    step(f, lead_time_months=601)


@planted(
    ("life_no_months", "lines.csv", 4, "life_a"),
    says="a life of 2.7 a is 32.4 months, no whole number of them\n     write 2.6667",
)
def a_life_that_ends_within_a_month(f: Folder) -> None:
    step(f, life_a=2.7)


@planted(("life_no_months", "lines.csv", 4, "life_a"), says="write 0.0833")
def a_life_of_an_hour(f: Folder) -> None:
    step(f, life_a=0.0001)


# ---- operating points


def two_points(f: Folder, *, second: str) -> None:
    for point, alone in (("wet", "yes"), ("dry", second)):
        f.add("points", process="brick_making", point=point, one_per_period=alone)


@planted(("point_not_exclusive", "points.csv", 3, "one_per_period"), says="for all of them, or for none")
def one_of_two_points_that_excludes_the_other(f: Folder) -> None:
    two_points(f, second="no")


@planted(
    ("points_need_capacity", "lines.csv", 3, "capacity"), says="'press' runs 'brick_making', whose points"
)
def points_that_exclude_each_other_on_a_line_without_capacity(f: Folder) -> None:
    two_points(f, second="yes")
    f.set("lines", 3, capacity="")


# ---- profiles


@planted(
    ("no_shares", "lines.csv", 4, "spend_profile"),
    says="'half;half' is no list of shares\n     write plain numbers separated by ; such as 0.4;0.6",
)
def a_spend_profile_in_words(f: Folder) -> None:
    step(f, spend_profile="half;half")


@planted(("no_shares", "lines.csv", 4, "spend_profile"))
def a_spend_profile_in_per_cent(f: Folder) -> None:
    step(f, spend_profile="40%;60%")


@planted(("no_shares", "lines.csv", 4, "spend_profile"))
def a_spend_profile_with_a_gap(f: Folder) -> None:
    step(f, spend_profile="0.4;;0.6")


@planted(("no_shares", "lines.csv", 4, "ramp_up"))
def a_ramp_up_of_nan(f: Folder) -> None:
    step(f, ramp_up="0.5;nan")


@planted(("too_many_shares", "lines.csv", 4, "ramp_up"), says="101 shares are more than 100, one a year")
def a_ramp_up_over_a_century(f: Folder) -> None:
    step(f, ramp_up=";".join(["1"] * 101))


@planted(
    ("share_outside", "lines.csv", 4, "spend_profile"),
    says="-0.2 in '-0.2;1.2' does not lie between 0 and 1",
)
def a_negative_share_of_capex(f: Folder) -> None:
    step(f, spend_profile="-0.2;1.2")


@planted(("share_outside", "lines.csv", 4, "ramp_up"), says="60 in '60;100'")
def a_ramp_up_in_per_cent(f: Folder) -> None:
    step(f, ramp_up="60;100")


@planted(
    ("spend_not_whole", "lines.csv", 4, "spend_profile"),
    says="the shares '0.4;0.5' sum to 0.9, not to 1",
)
def a_spend_profile_that_leaves_some_out(f: Folder) -> None:
    step(f, spend_profile="0.4;0.5")


@planted(("spend_not_whole", "lines.csv", 4, "spend_profile"))
def a_spend_profile_a_little_off(f: Folder) -> None:
    step(f, spend_profile="0.33;0.33;0.33001")


@planted(
    ("spend_of_nothing", "lines.csv", 4, "spend_profile"),
    says="'press_2' states no capex that a spend profile could share out",
)
def a_spend_profile_of_nothing(f: Folder) -> None:
    step(f, capex_cny="", spend_profile="0.4;0.6")


# ---- running


@planted(
    ("run_beyond_horizon", "lines.csv", 3, "min_run_periods"),
    says="5 periods in a row are more than the 4 of the horizon",
)
def a_run_longer_than_the_horizon(f: Folder) -> None:
    f.set("lines", 3, min_run_periods=5)


@planted(
    ("run_of_many", "lines.csv", 4, "min_run_periods"),
    says="periods in a row belong to one unit, but the step may be built 2 times",
)
def a_run_of_two_units(f: Folder) -> None:
    step(f, min_run_periods=2, times=2)


@planted(("beyond", "lines.csv", 3, "min_rate"))
def a_least_rate_above_the_full_rate(f: Folder) -> None:
    f.set("lines", 3, min_rate=1.2)


# ---- sizes


@planted(
    ("size_of_no_candidate", "tiers.csv", 2, "item"),
    says="steps of size are for candidates, and 'press' is none",
)
def sizes_of_a_line_that_stands(f: Folder) -> None:
    sizes(f, "press", (1000, 50), ("", 40))


@planted(("size_built_often", "tiers.csv", 2, "item"), says="it is built once, not up to 3 times")
def sizes_of_a_step_built_often(f: Folder) -> None:
    step(f, times=3)
    sizes(f, "press_2", (1000, 50), ("", 40))


@planted(
    ("size_with", "tiers.csv", 2, "item"),
    says="'press_2' has steps of size, which cannot go with `min_rate`, `closing_cost_cny`",
)
def sizes_with_a_least_rate(f: Folder) -> None:
    step(f, min_rate=0.3, closing_cost_cny=5)
    sizes(f, "press_2", (1000, 50))


@planted(("size_price_negative", "tiers.csv", 3, "price_cny_per_t"), says="a larger size cannot earn capex")
def a_size_that_earns(f: Folder) -> None:
    step(f)
    sizes(f, "press_2", (1000, 50), ("", -1))


# ---- lanes


@planted(
    ("lot_above_capacity", "lanes.csv", 2, "min_lot_t"),
    says="a least lot of 260 t is above the capacity of every period, 252.055 t at most",
)
def a_lot_above_a_quarter_of_a_year(f: Folder) -> None:
    lane(f, capacity_t=1000, min_lot_t=260)


@planted(
    ("lot_above_capacity", "lanes.csv", 2, "min_lot_t"),
    says="min_lot_t is per period; capacity_t is per year",
)
def a_lot_above_what_the_season_leaves(f: Folder) -> None:
    for month in range(1, 13):
        f.add("calendars", calendar="half", month=month, share=0.5)
    lane(f, capacity_t=200, per="period", calendar="half", min_lot_t=101)


# ---- counts


@planted(("count_only_measured", "limits.csv", 2, "sense"), says="it is not measured for other rows")
def a_count_for_others(f: Folder) -> None:
    step(f)
    count(f, "built", sense="measure", value="")


@planted(("count_with", "limits.csv", 2, "material"), says="'built' counts things: it has no material")
def a_count_of_a_material(f: Folder) -> None:
    step(f)
    count(f, "built", material="brick")


@planted(("count_with", "limits.csv", 3, "share_of"))
def a_count_as_a_share(f: Folder) -> None:
    step(f)
    f.add("limits", name="all", measure="made", sense="measure")
    count(f, "built", value=0.5, share_of="all")


@planted(
    ("count_not_whole", "limits.csv", 2, "value"),
    says="1.5 is no number of things\n     write a whole number",
)
def half_a_step(f: Folder) -> None:
    step(f)
    count(f, "built", value=1.5)


@planted(("count_of_nothing", "limits.csv", 2, "at"), says="limit 'count' must say in `at` what it counts")
def a_count_of_whatever_is_used(f: Folder) -> None:
    count(f, "count_used")


@planted(("count_of_two_kinds", "limits.csv", 2, "at"))
def a_count_of_lines_and_outlets(f: Folder) -> None:
    group(f, "both", "press", "builders")
    count(f, "count_used", at="both")


@planted(("limit_place", "limits.csv", 2, "at"))
def steps_built_at_an_outlet(f: Folder) -> None:
    count(f, "built", at="builders", sense="min")


@planted(("limit_place", "limits.csv", 2, "at"))
def storages_counted(f: Folder) -> None:
    count(f, "count_used", at="yard", sense="min")


@planted(("limit_place", "limits.csv", 2, "at"))
def a_flow_over_lanes_and_lines(f: Folder) -> None:
    lane(f)
    group(f, "both", "belt", "press")
    count(f, "flow", at="both")


@planted(("limit_to", "limits.csv", 2, "to"), says="`to` belongs to flow, haulage and counts of lanes")
def outlets_counted_on_the_way(f: Folder) -> None:
    count(f, "count_used", at="builders", to="city")


@planted(
    ("count_without_least", "limits.csv", 2, "sense"),
    says="there is no least amount of belt\n     name lanes with min_lot_t above 0",
)
def a_least_number_of_lanes_without_lots(f: Folder) -> None:
    lane(f)
    lane(f, name="pipe", min_lot_t=5)
    group(f, "ways", "belt", "pipe")
    count(f, "count_used", at="ways", sense="min")


@planted(("count_without_least", "limits.csv", 2, "sense"), says="no least amount of trucks")
def a_least_number_of_lanes_made_by_a_rule(f: Folder) -> None:
    lane(f, min_lot_t=5)
    count(f, "count_used", at="refinery", sense="min")


@planted(
    ("count_without_least", "limits.csv", 2, "sense"),
    says="no least amount of press\n     state min_rate and min_run_share above 0 of each line",
)
def an_exact_number_of_lines_that_may_idle(f: Folder) -> None:
    f.set("lines", 3, min_rate=0.4)
    count(f, "count_used", at="brick_works", sense="equal")


@planted(("count_without_least", "limits.csv", 2, "sense"), says="outlets have no least amount while used")
def a_least_number_of_outlets(f: Folder) -> None:
    count(f, "count_used", at="builders", sense="min")


@planted(
    ("counted_without_capacity", "lines.csv", 3, "capacity"),
    says="limit 'count' counts the running of 'press', which needs a capacity",
)
def a_count_of_a_line_without_capacity(f: Folder) -> None:
    f.set("lines", 3, capacity="")
    count(f, "count_used", at="press")


@planted(
    ("more_than_can_be_built", "limits.csv", 2, "value"),
    says="3 shall be built, but no more than 2 can be: press_2",
)
def more_steps_than_there_are(f: Folder) -> None:
    step(f, times=2)
    count(f, "built", sense="min", value=3)


@planted(
    ("no_steps_there", "limits.csv", 2, "value"), says="1 shall be built, but there is no candidate there"
)
def a_step_where_there_is_none(f: Folder) -> None:
    step(f)
    count(f, "built", sense="equal", at="separation_plant")


# ---- logic


@planted(
    ("requires_nothing", "logic.csv", 2, "second"), says="rule 'rule' must say in `second` what is required"
)
def a_requirement_of_nothing(f: Folder) -> None:
    step(f)
    rule(f, "requires", "press_2")


@planted(("excludes_nothing", "logic.csv", 2, "second"), says="'press_2' alone excludes nothing")
def one_that_excludes_nothing(f: Folder) -> None:
    step(f)
    rule(f, "excludes", "press_2")


@planted(("rule_counts_nothing", "logic.csv", 2, "count"), says="`count` belongs to at_most and at_least")
def a_requirement_with_a_count(f: Folder) -> None:
    step(f)
    rule(f, "requires", "press_2", "press", count=1)


@planted(("rule_without_count", "logic.csv", 2, "count"), says="'at_most' needs a count")
def at_most_how_many(f: Folder) -> None:
    step(f)
    rule(f, "at_most", "press_2")


@planted(("rule_without_second", "logic.csv", 2, "second"), says="`second` must be blank")
def at_most_of_what(f: Folder) -> None:
    step(f)
    rule(f, "at_most", "press_2", "press", count=1)


@planted(("count_above_members", "logic.csv", 2, "count"), says="at least 3 of 'presses', which has 2")
def more_than_the_group_has(f: Folder) -> None:
    step(f)
    group(f, "presses", "press", "press_2")
    rule(f, "at_least", "presses", count=3)


@planted(("rule_on_itself", "logic.csv", 2, "second"), says="'press_2' requires itself")
def one_that_requires_itself(f: Folder) -> None:
    step(f)
    rule(f, "requires", "press_2", "press_2")


@planted(("rule_on_itself", "logic.csv", 2, "second"))
def one_that_excludes_its_group_of_one(f: Folder) -> None:
    step(f)
    group(f, "only", "press_2")
    rule(f, "excludes", "press_2", "only")


@planted(("excludes_itself", "logic.csv", 2, "second"), says="both sides would exclude itself: press_2")
def a_group_that_excludes_one_of_its_own(f: Folder) -> None:
    step(f)
    step(f, "press_3")
    group(f, "new", "press_2", "press_3")
    rule(f, "excludes", "new", "press_2")


@planted(
    ("requires_loop", "logic.csv", 2, "second"),
    says="in a circle: press_2 → press_3 → press_2\n     drop one of the rules rule, back",
)
def two_that_require_each_other(f: Folder) -> None:
    step(f)
    step(f, "press_3")
    rule(f, "requires", "press_2", "press_3")
    rule(f, "requires", "press_3", "press_2", name="back")


@planted(("requires_loop", "logic.csv", 2, "second"), says="press_2 → belt → press_3 → press_4 → press_2")
def a_long_loop_through_groups_of_one(f: Folder) -> None:
    for name in ("press_2", "press_3", "press_4"):
        step(f, name)
        group(f, f"only_{name}", name)
    lane(f, min_lot_t=5)
    rule(f, "requires", "press_2", "belt")
    rule(f, "requires", "belt", "only_press_3", name="second")
    rule(f, "requires", "only_press_3", "press_4", name="third", per="horizon")
    rule(f, "requires", "press_4", "only_press_2", name="fourth")


@planted(
    ("already_violated", "logic.csv", 2, "first"),
    says="rule 'rule' is violated already in 2026Q1 by what stands then and cannot be closed: separator, press\n"
    "     state `closes` or `closing_cost_cny` of a line",
)
def an_exclusive_group_that_is_already_violated(f: Folder) -> None:
    group(f, "old", "separator", "press")
    rule(f, "excludes", "old")


@planted(
    ("already_violated", "logic.csv", 2, "first"),
    says="in 2026Q3 by what stands then and cannot be closed: separator, press",
)
def an_exclusion_violated_when_the_second_opens(f: Folder) -> None:
    f.set("lines", 3, opens="2026-09-30")
    rule(f, "excludes", "separator", "press")


@planted(
    ("already_violated", "logic.csv", 2, "first"),
    says="over the horizon by what stands then and cannot be closed: separator, press",
)
def an_exclusion_violated_one_after_the_other(f: Folder) -> None:
    f.set("lines", 2, closes="2026-04-01").set("lines", 3, opens="2026-04-01")
    rule(f, "excludes", "separator", "press", per="horizon")


@planted(("already_violated", "logic.csv", 2, "first"))
def more_that_stand_than_are_allowed(f: Folder) -> None:
    step(f)
    group(f, "presses", "press", "press_2")
    rule(f, "at_most", "presses", count=0)


@planted(
    ("never_fulfilled", "logic.csv", 2, "first"),
    says="in 2026Q1 by what stands then and cannot be closed: press; nothing of 'press_2' can stand",
)
def a_requirement_that_comes_too_late(f: Folder) -> None:
    step(f, lead_time_months=3)
    rule(f, "requires", "press", "press_2")


@planted(
    ("never_enough", "logic.csv", 2, "first"),
    says="can never be met in 2026Q1: at least 1 of press_2, press_3, of which 0 can stand or be used then\n"
    "     per = horizon asks for them over the horizon as a whole",
)
def a_least_number_before_any_can_stand(f: Folder) -> None:
    step(f, lead_time_months=6)
    step(f, "press_3", earliest="2026-04-01")
    group(f, "new", "press_2", "press_3")
    rule(f, "at_least", "new", count=1)


# ---- budgets


@planted(
    ("budget_outside", "budgets.csv", 2, "year"),
    says="the budget is for 2027, the years planned are 2026 to 2026",
)
def a_budget_of_another_year(f: Folder) -> None:
    step(f)
    f.add("budgets", name="later", year=2027, amount_cny=5)


@planted(
    ("budget_twice", "budgets.csv", 3, "year"), says="budget 'one' (row 2) is for the same scope and year"
)
def a_budget_twice(f: Folder) -> None:
    step(f)
    f.add("budgets", name="one", year=2026, amount_cny=9e6)
    f.add("budgets", name="two", year=2026, amount_cny=8e6)


@planted(
    ("budget_below_committed", "budgets.csv", 2, "amount_cny"),
    says="the budget of 4,499,999 CNY is less than the 4,500,000 CNY already committed to lines under "
    "construction: press_2",
)
def a_budget_below_what_is_committed(f: Folder) -> None:
    building(f)
    f.add("budgets", name="tight", year=2026, amount_cny=4499999)


@planted(("budget_below_committed", "budgets.csv", 2, "amount_cny"), says="less than the 9,000,000 CNY")
def a_budget_of_the_horizon_with_payments_after_it(f: Folder) -> None:
    building(f, lead_time_months=3)
    f.add("owners", name="group_co")
    f.set("sites", 2, owner="group_co")
    f.add("budgets", name="tight", scope="group_co", amount_cny=5e6)


# ---- refunds of VAT


def refund(f: Folder, **cells: object) -> None:
    known = {
        "facility": "brick_works",
        "product": "brick",
        "threshold": 0.5,
        "rate": 0.7,
        "price_cny_per_t": 230,
    }
    f.add("vat_refunds", **known | cells)


@planted(
    ("refund_not_made", "vat_refunds.csv", 2, "product"),
    says="no line of 'separation_plant' runs a process that makes 'brick'",
)
def a_refund_where_nothing_is_made(f: Folder) -> None:
    refund(f, facility="separation_plant")


@planted(("refund_of_waste", "vat_refunds.csv", 2, "product"), says="'iron_tailings' is general_waste")
def a_refund_on_a_waste(f: Folder) -> None:
    refund(f, facility="separation_plant", product="iron_tailings")


@planted(("refund_without_waste", "vat_refunds.csv", 2, "waste"), says="'cement' holds no waste")
def a_refund_for_using_cement(f: Folder) -> None:
    refund(f, waste="cement")


@planted(
    ("rule_without_least", "logic.csv", 2, "second"),
    says="requires: nothing would have to move, or be spent, for belt",
)
def a_required_lane_without_a_lot(f: Folder) -> None:
    step(f)
    lane(f)
    rule(f, "requires", "press_2", "belt")


@planted(
    ("rule_without_least", "logic.csv", 2, "first"), says="an outlet that must be served takes a `min_t`"
)
def at_least_so_many_outlets(f: Folder) -> None:
    rule(f, "at_least", "builders", count=1)


@planted(("use_of_nothing", "line_processes.csv", 3, "use_per_t"), says="uses nothing of line 'press'")
def a_line_that_may_be_closed_and_is_used_by_nothing(f: Folder) -> None:
    f.set("lines", 3, closing_cost_cny=10)
    f.set("line_processes", 3, use_per_t=0)
