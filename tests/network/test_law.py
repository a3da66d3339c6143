"""Codes of lineages, and the doors that the law shuts."""

from __future__ import annotations

from datetime import date

from tests.builders import Tables, rows, tiny, waste, works
from tests.model.permitting import listed_code

from redmud_opt.case.rules import Delisting
from redmud_opt.network.lineage import Lineages
from redmud_opt.network.lookup import Lookup

# ---------------------------------------------------------------- waste codes


def coded(*tables: Tables, cake: Tables | None = None) -> Lineages:
    """Lining (T, 48-23) and dross (R,T by the list, 48-24) fed together with mud; slag and cake are residues."""
    codes = (listed_code("48-23", "T"), listed_code("48-24", "R,T"))
    wastes = (
        waste("lining", "spent_pot_lining", hazardous=True, code="48-23", hazard="T"),
        waste("dross", "aluminium_ash", hazardous=True, code="48-24"),
        waste("mud", "red_mud", code="SW09"),
    )
    feeds = {"mud": {}, "lining": {}, "dross": {"separate_campaign": True}}
    kiln = works("kiln", feeds, {"slag": 1}, method="U")
    press = works("press", {"slag": {}}, {"cake": 1}, method="U")
    made = (waste("slag"), cake or waste("cake"))
    return Lineages(Lookup(tiny(*wastes, *made, kiln, press, rows(codes=codes), *tables)))


def told(lineages: Lineages, name: str) -> tuple[bool, str, str]:
    found = lineages.by_id[name]
    return found.hazardous, ";".join(sorted(found.codes)), ",".join(sorted(found.hazard))


def test_a_residue_has_the_codes_of_all_hazardous_feeds_that_it_may_come_from() -> None:
    """Mud and lining run together: slag of either is 48-23. Dross runs apart: its slag is 48-24, R,T of the list.

    Where cake is pressed any slag may be fed, so it has both. A code of general waste is not handed on.
    """
    found = coded()
    assert told(found, "mud") == (False, "", "")
    assert told(found, "slag<kiln<mud") == told(found, "slag<kiln<lining") == (True, "48-23", "T")
    assert told(found, "slag<kiln<dross") == (True, "48-24", "R,T")
    assert told(found, "cake<press<slag<kiln<mud") == (True, "48-23;48-24", "R,T")


def test_a_residue_that_is_declared_hazardous_keeps_its_own_code() -> None:
    own = waste("cake", hazardous=True, code="48-24", hazard="T")
    assert told(coded(cake=own), "cake<press<slag<kiln<mud") == (True, "48-24", "T")
    odd = waste("cake", hazardous=True, code="16 11 01*")  # no code of this pack: that of the feeds stays
    assert told(coded(cake=odd), "cake<press<slag<kiln<mud") == (True, "48-23;48-24", "R,T")


def test_a_delisted_residue_has_no_code() -> None:
    row = Delisting(process="kiln", material="slag", certificate="c", identified_on=date(2025, 1, 1))
    assert told(coded(rows(delistings=row)), "slag<kiln<lining") == (False, "", "")
