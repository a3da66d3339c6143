"""One refinery, two bauxites: circuits are chosen by mud, mineralogy and scale; cake is washed, dried, hauled wet."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest
from tests.builders import Solved, solve

from redmud_opt.case import assumptions, load_case
from redmud_opt.case.bundle import bundled


@cache
def solved(name: str) -> Solved:
    """The proved and audited plan of a case."""
    return solve(load_case(bundled(name)))


def feeds(name: str) -> pd.DataFrame:
    """Feeds with the mud that they come from."""
    frame = solved(name).plan.frames["feeds"]
    return frame.assign(mud=frame["stream"].str.extract(r"(mud_[a-z_]+)@")[0])


def built(name: str) -> set[str]:
    frame = solved(name).plan.frames["builds"]
    return set(frame["line"])


def test_every_number_has_evidence() -> None:
    assert assumptions(load_case(bundled("circuits"))).unstated == 0


def test_gibbsitic_mud_is_roasted_and_diasporic_mud_goes_to_the_magnets() -> None:
    """Goethite of low-temperature digestion does not respond to magnets; haematite of the diasporic mud does."""
    fed = feeds("circuits").groupby(["process", "mud"])["feed_t"].sum()
    assert fed["magnetic_separation", "mud_high_iron"] > 0
    assert fed["suspension_roast", "mud_gibbsitic"] > 0
    assert ("magnetic_separation", "mud_gibbsitic") not in fed.index


def test_scale_decides_on_the_roast() -> None:
    """A fifth of the mud does not fill a roast; the small magnetic line still pays."""
    assert "roast_1000" in built("circuits")
    assert built("circuits_small") & {"roast_300", "roast_1000", "magnetic_1000"} == set()
    assert "magnetic_300" in built("circuits_small")


def test_a_line_keeps_to_one_point_per_period() -> None:
    frame = feeds("circuits")
    points = frame[frame["process"] == "magnetic_separation"].groupby(["line", "period"])["point"].nunique()
    assert points.max() == 1


def test_cake_is_washed_before_it_is_dried_for_the_buyer_of_low_soda() -> None:
    """The buyer's gate on soluble soda is kept by washed cake alone; its caustic goes back to the refinery."""
    frames = solved("circuits").plan.frames
    dried = feeds("circuits").query("process == 'mud_drying'")
    assert dried["stream"].str.contains("press_filtration.washed", regex=False).all()
    caustic = frames["sales"].query("outlet == 'caustic_back'")
    assert caustic["sold"].sum() > 0


def test_freight_is_paid_on_what_is_wet() -> None:
    """Dried mud at 4 % moisture: 1 / 0.96 wet tonnes per dry tonne, 60 km by road."""
    flows = solved("circuits").plan.frames["flows"]
    to_cement = flows[flows["to_site"] == "cement_works"]
    assert (to_cement["wet_t"] / to_cement["flow_t"]).tolist() == pytest.approx([1 / 0.96] * len(to_cement))


def test_a_partner_bridges_the_time_and_the_yard_is_closed_in_time() -> None:
    """Tolling until one's own lines stand; nothing is placed in the yard once it is closed, and its upkeep ends."""
    plan = solved("circuits_partner")
    assert assumptions(load_case(bundled("circuits_partner"))).unstated == 0
    fed = feeds("circuits_partner").query("line == 'neighbour_magnets'")
    assert set(fed["period"]) <= {"2026Q1", "2026Q2", "2026Q3", "2026Q4", "2027", "2028"}
    terms = plan.plan.value_by_term()
    assert terms["tolling"] < 0 > terms["closure"]
    closed = plan.frame("yard_events").query("kind == 'closure'")["period"].tolist()
    placed = plan.frame("placements").query("storage == 'yard'")["period"]
    assert closed == ["2028"]
    assert not set(placed) & {str(year) for year in range(2028, 2036)}
