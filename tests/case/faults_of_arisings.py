"""Planted faults of options on what arises and of campaigns of relining.

The starter case: red mud arises as `mud` (row 2) at the refinery; the year 2026 in quarters. `red_2` is another mud.
"""

from __future__ import annotations

from tests.case.conftest import Folder
from tests.case.planting import planted


def option(f: Folder, **cells: object) -> None:
    f.add("reductions", **{"name": "less", "arising": "mud", "share": 0.2} | cells)


def another_mud(f: Folder, name: str = "red_2", *, taken: bool = True, **cells: object) -> None:
    """A second mud, which the yard takes too."""
    known = {"legal_status": "general_waste", "waste_class": "red_mud", "density_t_per_m3": 1.5}
    f.add("materials", **{"name": name} | known | cells)
    if taken:
        f.add("groups", group="muds", member=name)


def relining(f: Folder, **cells: object) -> None:
    known = {"material": "red_mud", "site": "city", "pots": 10, "lining_t_per_pot": 30}
    dates = {"starts": "2026-02-01", "ends": "2026-04-01"}
    f.add("relinings", **{"name": "potline"} | known | dates | cells)


@planted(
    ("switch_to_nothing", "reductions.csv", 2, "becomes"), says="'less' is a switch, but does not say which"
)
def a_switch_to_nothing(f: Folder) -> None:
    option(f, kind="switch")


@planted(
    ("option_says_nothing", "reductions.csv", 2, "becomes"),
    says="'less' is a reduction: what stands here says nothing of it",
)
def a_reduction_that_becomes_something(f: Folder) -> None:
    another_mud(f)
    option(f, kind="reduction", becomes="red_2")


@planted(("option_says_nothing", "reductions.csv", 2, "factor_t_per_t"))
def a_factor_of_a_reduction(f: Folder) -> None:
    option(f, factor_t_per_t=1.2)


@planted(("option_says_nothing", "reductions.csv", 2, "margin_cny_per_t"))
def a_margin_of_a_reduction(f: Folder) -> None:
    option(f, margin_cny_per_t=0)


@planted(
    ("option_says_nothing", "reductions.csv", 2, "cost_cny_per_t"),
    says="state the margin less this cost",
)
def a_cost_of_an_expansion(f: Folder) -> None:
    option(f, kind="expansion", margin_cny_per_t=100, cost_cny_per_t=3)


@planted(
    ("expansion_without_margin", "reductions.csv", 2, "margin_cny_per_t"), says="states no margin per tonne"
)
def an_expansion_that_earns_nothing(f: Folder) -> None:
    option(f, kind="expansion")


@planted(("switch_to_itself", "reductions.csv", 2, "becomes"), says="'red_mud' arises already")
def a_switch_to_the_same_mud(f: Folder) -> None:
    option(f, becomes="red_mud")


@planted(
    ("switch_of_class", "reductions.csv", 2, "becomes"),
    says="'ash' cannot arise instead of 'red_mud' at 'mud': it must be a waste of the same class",
)
def a_switch_to_another_class(f: Folder) -> None:
    another_mud(f, "ash", waste_class="other")
    option(f, becomes="ash")


@planted(("switch_of_class", "reductions.csv", 2, "becomes"))
def a_switch_to_a_product(f: Folder) -> None:
    option(f, becomes="brick")


@planted(("nobody_takes", "reductions.csv", 2, "becomes"), says="'red_2' arises, but no storage")
def a_switch_to_a_mud_that_nobody_takes(f: Folder) -> None:
    another_mud(f, taken=False)
    option(f, becomes="red_2")


@planted(
    ("option_before_lead", "reductions.csv", 2, "earliest"),
    says="in force on 2026-03-01, earlier than its lead of 6 months from 2026-01-01",
)
def an_option_earlier_than_its_lead(f: Folder) -> None:
    option(f, earliest="2026-03-01", lead_time_months=6)


@planted(
    ("never_in_force", "reductions.csv", 2, "lead_time_months"),
    says="'less' can be in force from 2027-01-01 on at the earliest, but the horizon ends on 2027-01-01",
)
def an_option_with_a_lead_beyond_the_horizon(f: Folder) -> None:
    option(f, lead_time_months=12)


@planted(("never_in_force", "reductions.csv", 2, "earliest"))
def an_option_after_the_horizon(f: Folder) -> None:
    option(f, earliest="2027-01-01")


@planted(("beyond", "reductions.csv", 2, "share"))
def more_avoided_than_arises(f: Folder) -> None:
    option(f, share=1.1)


@planted(("unknown_name", "reductions.csv", 2, "arising"))
def an_option_on_what_does_not_arise(f: Folder) -> None:
    option(f, arising="mud_of_nobody")


@planted(("relining_outside", "relinings.csv", 2, "ends"), says="no day of 'potline' lies in the horizon")
def a_campaign_before_the_horizon(f: Folder) -> None:
    relining(f, starts="2025-06-01", ends="2026-01-01")


@planted(("relining_outside", "relinings.csv", 2, "starts"))
def a_campaign_after_the_horizon(f: Folder) -> None:
    relining(f, starts="2027-01-01", ends="2027-02-01")


@planted(("closes_before_opening", "relinings.csv", 2, "ends"))
def a_campaign_that_ends_before_it_starts(f: Folder) -> None:
    relining(f, starts="2026-05-01", ends="2026-05-01")


@planted(("arising_no_waste", "relinings.csv", 2, "material"))
def a_campaign_that_digs_out_bricks(f: Folder) -> None:
    relining(f, material="brick")


@planted(("nobody_takes", "relinings.csv", 2, "material"))
def a_lining_that_nobody_takes(f: Folder) -> None:
    f.add(
        "materials",
        name="lining",
        legal_status="hazardous_waste",
        waste_class="spent_pot_lining",
        code="321-023-48",
    )
    relining(f, material="lining")


@planted(("below", "relinings.csv", 2, "pots"))
def a_campaign_without_pots(f: Folder) -> None:
    relining(f, pots=0)
