"""Planted faults of storage clocks: what a row of the pack says, extensions, and wastes that nothing dates.

The starter case has one storage, the yard of row 2; the pack `cn` allows no extension.
"""

from __future__ import annotations

from tests.case.conftest import Folder
from tests.case.planting import planted


def clock(f: Folder, **cells: object) -> None:
    """A pack of one's own with a clock."""
    f.yaml("rule_pack: cn", "rule_pack: own")
    for code, meaning in (("R4", "use"), ("R5", "use"), ("D1", "disposal")):
        f.add("methods", code=code, meaning=meaning)
    if cells:
        f.add("clocks", **{"role": "producer", "limit_months": 12, "clause": "art. 81"} | cells)


@planted(("clock_hard_aggregate", "clocks.csv", 2, "aggregate"), says="the clock of producer is hard")
def a_hard_clock_without_ages(f: Folder) -> None:
    clock(f, aggregate="yes")


@planted(
    ("clock_hard_priced", "clocks.csv", 2, "price_cny_per_t_a"), says="nothing may lie longer at any price"
)
def a_hard_clock_with_a_price(f: Folder) -> None:
    clock(f, price_cny_per_t_a=40)


@planted(("missing_value", "clocks.csv", 2, "clause"))
def a_clock_without_a_clause(f: Folder) -> None:
    clock(f, clause="")


@planted(("clock_extension_unsaid", "storages.csv", 2, "clock_extension_months"))
def an_extension_of_no_length(f: Folder) -> None:
    f.set("storages", 2, clock_extension_clause="letter 7")


@planted(("clock_extension_by_nobody", "storages.csv", 2, "clock_extension_clause"))
def an_extension_by_nobody(f: Folder) -> None:
    clock(f, extension_months=6)
    f.set("storages", 2, clock_extension_months=6)


@planted(
    ("clock_extension_beyond", "storages.csv", 2, "clock_extension_months"),
    says="an extension of 3 months, where at most 0 may be granted (Solid waste law art. 81)",
)
def an_extension_that_the_pack_does_not_allow(f: Folder) -> None:
    f.set("storages", 2, clock_extension_months=3, clock_extension_clause="letter 7")


@planted(("clock_extension_of_nothing", "storages.csv", 2, "clock_extension_months"))
def an_extension_without_a_clock(f: Folder) -> None:
    clock(f)
    f.set("storages", 2, clock_extension_months=3, clock_extension_clause="letter 7")


@planted(("clock_of_recipe", "outputs.csv", 5, "material"), says="soot has a storage clock")
def a_recipe_that_makes_clocked_waste(f: Folder) -> None:
    f.add("materials", name="soot", legal_status="hazardous_waste", waste_class="other", clock="producer")
    f.add("processes", name="stove", method="R5")
    f.add("outputs", process="stove", material="soot", yield_t_per_t=0.1)
    f.add("line_processes", line="press", process="stove")


@planted(("clock_of_others", "clocks.csv", 2, "role"), says="only the clock that producers filed")
def a_case_that_states_the_clock_of_licensed_operators(f: Folder) -> None:
    f.add("clocks", role="licensed_operator", limit_months=24, hard="no", clause="our plan")


@planted(("row_twice", "rule_packs/eu/clocks.csv", 2, "role"))
def a_filed_clock_beside_a_hard_one_of_the_law(f: Folder) -> None:
    f.yaml("rule_pack: cn", "rule_pack: eu")
    f.add("clocks", role="producer", limit_months=36, clause="our plan")
