"""What may go where, since when, and what is said about the rest."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.builders import (
    Tables,
    arises,
    assay,
    buys,
    commodity,
    group,
    in_stock,
    landfill,
    lane,
    lining,
    mud,
    parts,
    product,
    prop,
    rows,
    sells,
    site,
    site_row,
    tiny,
    waste,
    works,
    yard,
    years,
)

from redmud_opt.case import Case, CaseFaults
from redmud_opt.case.things import Site
from redmud_opt.case.works import Distance, Gate, Haul, Lane, Line, Partition
from redmud_opt.i18n import text
from redmud_opt.network import Network, build_network


def flows(network: Network) -> set[tuple[str, str]]:
    """(lane, stream) of every lane that may be used."""
    routes = network.routes
    return {(r.lane, network.streams[s].id) for r, s in zip(routes.route, routes.stream, strict=True)}


def lanes(case: Case) -> set[str]:
    return {name for name, _ in flows(build_network(case))}


def deliveries(network: Network) -> set[tuple[str, str]]:
    sold = network.deliveries
    return {
        (sold.outlets[o].name, network.streams[s].lineage)
        for o, s in zip(sold.outlet, sold.stream, strict=True)
    }


def first_periods(network: Network) -> dict[tuple[str, str], str]:
    """(site, stream) → name of the first period in which the stream can be there."""
    found: dict[tuple[str, str], str] = {}
    for entity, period in zip(network.nodes.entity, network.nodes.period, strict=True):
        place = network.places[entity]
        found.setdefault((place.site, place.stream.id), network.time.names[period])
    return found


def faults(case: Case) -> list[tuple[str, str]]:
    """(message key, remedy key) of what only the network finds wrong."""
    with pytest.raises(CaseFaults) as caught:
        build_network(case)
    return [(f.message.key, f.remedy.key if f.remedy else "") for f in caught.value.faults]


def notes(case: Case) -> list[tuple[str, dict[str, Any]]]:
    return [(note.key, dict(note.values)) for note in build_network(case).notes]


ROAD = rows(haul=Haul(name="road", cost_cny_per_t_km=1))


def km(*pairs: tuple[str, str, float]) -> Tables:
    return rows(distances=tuple(Distance(from_site=a, to_site=b, distance_km=d) for a, b, d in pairs))


# ---------------------------------------------------------------- acceptance


def test_outlets_storages_and_processes_take_what_they_name() -> None:
    """By name or by group, and nothing else; the ash has no taker but the landfill."""
    base = (waste("ash", "other"), arises("ash", 1), landfill("all"), group("all", "mud", "ash"))
    network = build_network(tiny(mud(), *base, sells("mud", 1, method="U"), yard("mud")))
    assert deliveries(network) == {("mud_outlet", "mud")}
    held = {network.streams[s].lineage for s in network.holdings.stream}
    placed = {network.streams[s].lineage for s in network.placements.stream}
    assert (held, placed) == ({"mud"}, {"mud", "ash"})


def test_a_waste_goes_to_no_outlet_without_a_method() -> None:
    assert deliveries(build_network(tiny(mud(), landfill("mud"), sells("mud", 1)))) == set()


def test_hazardous_waste_needs_a_place_built_for_it() -> None:
    network = build_network(tiny(lining(), yard("lining"), sells("lining", 1, method="D")))
    assert len(network.holdings.stream) == 0


def test_a_candidate_line_runs_from_the_first_period_in_which_it_can_stand() -> None:
    """Decided on 1 January 2026 at the earliest, it starts a year later."""
    press = works(
        "press", "mud", {"brick": 1.0}, capacity=10, stands={"candidate": True, "lead_time_months": 12}
    )
    case = tiny(mud(), landfill("mud"), product("brick"), press, sells("brick", 1), periods=years(2026, 3))
    assert {int(t) for t in build_network(case).runs.grid.period} == {1, 2}


def test_each_gates_are_doors() -> None:
    """Mud with 10 passes a gate at 10 and none at 9, at an outlet, a landfill and a process."""
    press = works("press", "mud", {"brick": 1.0})
    base = (mud(), prop("F", mixing="each"), assay("mud", F=10), product("brick"), press, sells("brick", 1))
    ends = (yard("mud"), landfill("mud"), sells("mud", 1, method="U"))
    for limit, count in ((9, 0), (10, 1)):
        gates = tuple(
            Gate(name=f"g_{at}", at=at, property="F", limit=limit)
            for at in ("press", "landfill", "mud_outlet")
        )
        network = build_network(tiny(*base, *ends, rows(gates=gates)))
        found = [
            len(network.runs.run),
            len(network.placements.stream),
            len(network.deliveries.stream) - count,
        ]
        assert found == [count] * 3


def test_opening_stock_may_lie_where_nothing_of_it_is_taken() -> None:
    """Lining from before lies in a general yard: it may leave by the outlet, and nothing is put there."""
    old = (waste("lining", "spent_pot_lining", hazardous=True), in_stock("yard", "lining", 5))
    network = build_network(tiny(mud(), yard("mud"), *old, sells("lining", -1, method="D")))
    held = network.holdings
    lining_rows = [k for k, s in enumerate(held.stream) if network.streams[s].lineage == "lining"]
    assert held.opening_t[lining_rows].sum() == 5
    assert not set(held.put.entity) & set(lining_rows)
    assert set(held.reclaim.entity) & set(lining_rows)


# ---------------------------------------------------------------- lanes


def test_haul_rules_make_lanes_to_where_something_takes_the_material() -> None:
    """Mud goes to the landfill at M; N takes nothing, so no lane leads there, and nothing comes back to R."""
    case = tiny(
        mud(),
        site("M"),
        site("N"),
        landfill("mud", 0, "M"),
        ROAD,
        km(("R", "M", 1), ("R", "N", 1), ("M", "N", 1)),
    )
    assert lanes(case) == {"R>M:road"}


def test_haul_rules_end_at_their_greatest_distance() -> None:
    rule = rows(haul=Haul(name="road", cost_cny_per_t_km=1, max_km=10))
    base = (mud(), yard("mud"), site("M"), landfill("mud", 0, "M"), rule)
    assert lanes(tiny(*base, km(("M", "R", 10)))) == {"R>M:road", "M>R:road"}
    assert lanes(tiny(*base, km(("M", "R", 10.01)))) == set()


@pytest.mark.parametrize(("radius", "found"), [(9.99, set()), (10.0, {"R>M:road"})])
def test_a_haul_radius_reaches_no_further(radius: float, found: set[str]) -> None:
    out = sells("mud", 1, "M", method="U", haul_radius_km=radius)
    assert (
        lanes(tiny(mud(), landfill("mud"), site("M"), out, ROAD, km(("R", "M", 10)))) - {"M>R:road"} == found
    )


def test_a_lane_of_unknown_length_is_within_no_radius() -> None:
    """It costs 3 a tonne whatever its length; an outlet with a radius is not served over it."""
    base = (mud(), landfill("mud"), site("M"), lane("R", "M", 3))
    network = build_network(tiny(*base, sells("mud", 1, "M", method="U", haul_radius_km=1e6)))
    assert flows(network) == set()
    network = build_network(tiny(*base, sells("mud", 1, "M", method="U"), ROAD))
    assert flows(network) == {("R_M", "mud@red_mud@new")}


def test_dangerous_goods_need_a_lane_or_rule_that_says_so() -> None:
    """A rule for everything, blank, moves no hazardous waste even where it is marked for dangerous goods."""
    far = (
        site("M"),
        landfill("lining", 0, "M", accepts_hazardous=True),
        yard("lining", accepts_hazardous=True),
    )
    for rule, found in (
        (Haul(name="road", cost_cny_per_t_km=1), set()),
        (Haul(name="road", cost_cny_per_t_km=1, dg_allowed=True), set()),
        (Haul(name="road", material="lining", cost_cny_per_t_km=1), set()),
        (
            Haul(name="road", material="lining", cost_cny_per_t_km=1, dg_allowed=True),
            {"R>M:road", "M>R:road"},
        ),
    ):
        assert lanes(tiny(lining(), *far, rows(haul=rule), km(("R", "M", 1)))) == found


def test_the_most_specific_rule_of_a_mode_counts() -> None:
    """Mud by its own rule at 2, others by the general one at 1; rail is a mode of its own."""
    both = (
        waste("ash", "other"),
        arises("ash", 1),
        group("all", "mud", "ash"),
        landfill("all", 0, "M"),
        site("M"),
    )
    rules = (
        Haul(name="road", cost_cny_per_t_km=1),
        Haul(name="mud_road", material="mud", cost_cny_per_t_km=2),
        Haul(name="group_road", material="all", cost_cny_per_t_km=3),
        Haul(name="rail", mode="rail", cost_cny_per_t_km=0.5),
    )
    network = build_network(tiny(mud(), *both, rows(haul=rules), km(("R", "M", 1))))
    routes = network.routes
    cost = {
        (r.mode, network.streams[s].lineage): c
        for r, s, c in zip(routes.route, routes.stream, routes.cost, strict=True)
    }
    assert cost == {("road", "mud"): 2, ("road", "ash"): 3, ("rail", "mud"): 0.5, ("rail", "ash"): 0.5}


def test_a_listed_lane_replaces_the_made_one_of_its_mode() -> None:
    """For what it carries: mud by the listed road at 7, ash by the haul rule."""
    both = (
        waste("ash", "other"),
        arises("ash", 1),
        group("all", "mud", "ash"),
        landfill("all", 0, "M"),
        site("M"),
    )
    case = tiny(mud(), *both, ROAD, km(("R", "M", 5)), lane("R", "M", 7, material="mud"))
    found = {pair for pair in flows(build_network(case)) if not pair[0].startswith("M>")}
    assert found == {("R_M", "mud@red_mud@new"), ("R>M:road", "ash@other@new")}


def test_a_listed_lane_without_cost_takes_the_haul_rule_and_its_own_distance() -> None:
    row = Lane(name="own", from_site="R", to_site="M", distance_km=4)
    base = (mud(), site("M"), landfill("mud", 0, "M"), rows(lanes=row))
    network = build_network(tiny(*base, ROAD))
    assert network.routes.cost.tolist() == [[4]]
    assert faults(
        tiny(
            *base[:3],
            rows(lanes=Lane(name="own", from_site="R", to_site="M")),
            ROAD,
            landfill("mud", name="x"),
        )
    ) == [("network.no_distance", "network.give_distance")]


def test_distances_come_from_the_table_first_mode_before_any_either_way() -> None:
    """rail 8 one way; any mode 5; great circle of one degree × 1.3 elsewhere."""
    sites = (site_row("R", longitude_deg=0, latitude_deg=0), site_row("M", longitude_deg=1, latitude_deg=0))
    table = (
        Distance(from_site="M", to_site="R", mode="rail", distance_km=8),
        Distance(from_site="M", to_site="R", distance_km=5),
    )
    haul = tuple(Haul(name=mode, mode=mode, cost_cny_per_t_km=1) for mode in ("road", "rail"))
    base = (mud(), landfill("mud", 0, "M"), rows(haul=haul))
    network = build_network(tiny(*base, sites=sites, distances=table))
    assert sorted(network.routes.cost) == [5, 8]
    network = build_network(tiny(*base, sites=sites, circuity=2.0))
    assert network.routes.cost == pytest.approx([2 * 111.19508, 2 * 111.19508], rel=1e-6)


def test_sites_without_coordinates_or_distance_are_not_joined() -> None:
    assert lanes(tiny(mud(), landfill("mud"), site("M"), landfill("mud", 0, "M", name="far"), ROAD)) == set()


def test_a_transfer_station_leads_on() -> None:
    hub = Site(name="T", kind="transfer_station")
    table = km(("R", "T", 5), ("T", "M", 5), ("R", "M", 11))
    rule = rows(haul=Haul(name="road", cost_cny_per_t_km=1, max_km=10))
    case = tiny(mud(), rows(sites=hub), site("M"), landfill("mud", 0, "M"), table, rule)
    assert lanes(case) - {"M>T:road"} == {"R>T:road", "T>M:road"}


def test_fixed_inputs_are_brought_to_the_line_that_needs_them() -> None:
    press = works("press", "mud", {"brick": 1.1}, at="M", inputs={"lime": 0.1})
    names = (product("brick"), commodity("lime"), sells("brick", 1, "M"), site("M"), buys("lime", 1))
    network = build_network(tiny(mud(), landfill("mud"), *names, press, ROAD, km(("R", "M", 1))))
    assert ("R>M:road", "lime") in flows(network)


# ---------------------------------------------------------------- since when


def test_a_place_exists_from_the_first_period_in_which_its_stream_can_be_there() -> None:
    """Mud arises from the second quarter on; its tailings at M from then too; legacy from the next year."""
    separate = works("separate", "mud", {"iron": 0.2, "tails": 0.8}, at="M")
    names = (waste("tails"), product("iron"), sells("iron", 1, "M"), landfill("tails", 0, "M"), site("M"))
    late = (waste("mud", "red_mud"), arises("mud", 5, during="26b"), arises("mud", 5, during="26d"))
    case = tiny(*late, separate, *names, yard("mud"), lane("R", "M", 0), periods=parts(2026, 3) + years(2027))
    found = first_periods(build_network(case))
    assert found["R", "mud@red_mud@new"] == found["M", "tails<separate<mud@red_mud@new"] == "26b"
    assert found["R", "mud@red_mud@legacy"] == found["M", "tails<separate<mud@red_mud@legacy"] == "27a"
    assert found["M", "iron"] == "26b"


def test_without_any_stock_nothing_becomes_legacy() -> None:
    network = build_network(tiny(mud(), landfill("mud"), periods=years(2026, 2)))
    held = [network.streams[s].cohort for s in network.holdings.stream]
    assert held == []


def test_new_opening_stock_is_legacy_from_the_next_year() -> None:
    stock = in_stock("yard", "mud", 5, arose_on=date(2026, 1, 1))
    base = (waste("mud", "red_mud"), yard("mud"), stock, sells("mud", 1, method="U"))
    found = first_periods(build_network(tiny(*base, periods=parts(2026, 6)[1:] + years(2027))))
    assert found == {("R", "mud@red_mud@new"): "26b", ("R", "mud@red_mud@legacy"): "27a"}


# ---------------------------------------------------------------- what goes nowhere


def test_a_waste_without_any_way_is_a_fault_with_its_reasons() -> None:
    """Nobody takes it; or a gate refuses it, and the gate is named."""
    assert faults(tiny(mud(), site("M"), landfill("mud", 0, "M"))) == [
        ("network.no_way", "network.open_a_way")
    ]
    gated = tiny(
        mud(),
        prop("F", mixing="each"),
        assay("mud", F=10),
        landfill("mud"),
        rows(gates=Gate(name="entry", at="landfill", property="F", limit=5, clause="GB 18598")),
    )
    with pytest.raises(CaseFaults) as caught:
        build_network(gated)
    (fault,) = caught.value.faults
    assert "landfill refuses mud by gate entry (GB 18598)" in text(fault.message)


def test_a_process_whose_residue_is_stuck_never_runs() -> None:
    separate = works("separate", "mud", {"iron": 0.2, "tails": 0.8})
    case = tiny(mud(), landfill("mud"), product("iron"), waste("tails"), sells("iron", 1), separate)
    values = {"process": "separate", "line": "separate_line", "material": "tails<separate<mud"}
    assert notes(case) == [("network.residue_stuck", values)]
    assert build_network(case).runs.run == []


def test_a_waste_that_only_a_stuck_process_takes_is_a_fault() -> None:
    separate = works("separate", "mud", {"iron": 0.2, "tails": 0.8})
    assert (
        faults(tiny(mud(), product("iron"), waste("tails"), sells("iron", 1), separate))[0][0]
        == "network.no_way"
    )


def test_a_process_whose_input_cannot_be_had_never_runs() -> None:
    """No lime; and what only that process makes, starves the next in turn."""
    press = works("press", "mud", {"brick": 1.1}, inputs={"lime": 0.1})
    wall = works("wall", "mud", {"house": 2.0}, inputs={"brick": 1.0})
    names = (product("brick"), product("house"), commodity("lime"), sells("brick", 1), sells("house", 1))
    case = tiny(mud(), landfill("mud"), *names, press, wall)
    assert [(key, v["process"], v["material"]) for key, v in notes(case)] == [
        ("network.input_missing", "press", "lime"),
        ("network.input_missing", "wall", "brick"),
    ]
    assert build_network(case).runs.run == []


def test_chains_stop_at_the_declared_depth() -> None:
    """Milling mud into ash and ash into slag and slag into ash again …: at most two residues in a row."""
    mills = (
        works("a", {"mud": {}, "slag": {}}, {"ash": 1.0}, method="P"),
        works("b", "ash", {"slag": 1.0}, method="P"),
    )
    base = (mud(), waste("ash"), waste("slag"), *mills, landfill("all"), group("all", "mud", "ash", "slag"))
    case = tiny(*base, max_depth=2)
    network = build_network(case)
    assert {s.lineage for s in network.streams} == {"mud", "ash<a<mud", "slag<b<ash<a<mud"}
    assert ("network.too_deep", {"process": "a", "material": "slag<b<ash<a<mud", "depth": 2}) in notes(case)


def test_the_last_process_of_a_chain_may_still_make_a_product() -> None:
    """Depth counts residues: with a depth of 1, tailings may be pressed, though not milled once more."""
    steps = (works("a", "mud", {"ash": 1.0}, method="P"), works("press", "ash", {"brick": 1.0}))
    names = (waste("ash"), product("brick"), sells("brick", 1))
    network = build_network(tiny(mud(), *names, *steps, max_depth=1))
    assert [run.conversion.process.name for run in network.runs.run] == ["a", "press"]


# ---------------------------------------------------------------- residues


def test_a_material_that_is_only_made_needs_no_assay_of_its_own() -> None:
    """Tailings carry Fe by a partition: 0.5 · 20 ÷ 0.8 = 12.5; nobody asks for an assay of tailings as such."""
    first = works("first", "mud", {"iron": 0.2, "tails": 0.8})
    again = {"iron": {"recovery": 0.4, "property": "Fe", "grade": 50}, "slag": {"complement": True}}
    second = works("second", "tails", again)
    share = rows(partitions=Partition(process="first", output="tails", property="Fe", share=0.5))
    names = (waste("tails"), waste("slag"), product("iron"), sells("iron", 1), landfill("slag"))
    case = tiny(mud(), prop("Fe"), assay("mud", Fe=20), first, second, share, *names)
    network = build_network(case)
    made = dict(
        zip(
            (network.places[p].stream.lineage for p in network.runs.made_place),
            network.runs.made_yield,
            strict=False,
        )
    )
    assert made["slag<second<tails<first<mud"] == pytest.approx(1 - 0.4 * 12.5 / 50)
    bare = tiny(mud(), prop("Fe"), assay("mud", Fe=20), first, second, *names)
    assert faults(bare) == [("network.no_value", "network.add_assay")]


def test_a_residue_that_would_make_more_than_there_is_of_it_is_a_fault() -> None:
    """All Fe of 40 reports to half the mass: 80 %; a recovery of 0.9 at grade 60 takes 1.2 t of a tonne."""
    first = works("first", "mud", {"sand": 0.5, "tails": 0.5})
    again = {"iron": {"recovery": 0.9, "property": "Fe", "grade": 60}, "slag": {"complement": True}}
    share = rows(partitions=Partition(process="first", output="tails", property="Fe", share=1.0))
    names = (
        waste("tails"),
        waste("slag"),
        product("iron"),
        product("sand"),
        sells("iron", 1),
        sells("sand", 1),
    )
    ends = (landfill("slag"), assay("mud", Fe=40), prop("Fe"))
    assert (
        faults(tiny(mud(), first, works("second", "tails", again), share, *names, *ends))[0][0]
        == "network.output_negative"
    )


def test_a_residue_whose_mass_does_not_close_is_a_fault() -> None:
    """0.4 · 12.5 ÷ 50 = 0.1 iron of the tailings and a fixed 0.8 slag: 0.1 t are missing."""
    first = works("first", "mud", {"iron": 0.2, "tails": 0.8})
    again = {"iron": {"recovery": 0.4, "property": "Fe", "grade": 50}, "slag": 0.8}
    share = rows(partitions=Partition(process="first", output="tails", property="Fe", share=0.5))
    names = (waste("tails"), waste("slag"), product("iron"), sells("iron", 1), landfill("slag"))
    case = tiny(mud(), prop("Fe"), assay("mud", Fe=20), first, works("second", "tails", again), share, *names)
    assert faults(case) == [("network.does_not_close", "network.close_it")]


def test_lines_of_one_facility_run_apart() -> None:
    """Two lines of one process at one site are two runs; a line may run another's process."""
    press = works("press", "mud", {"brick": 1.0}, capacity=10)
    second = rows(lines=Line(name="second", facility="press_works", capacity=5, per="period"))
    more = {
        "line_processes": (
            *press["line_processes"],
            press["line_processes"][0].__class__(line="second", process="press"),
        )
    }
    case = tiny(mud(), landfill("mud"), product("brick"), press, second, sells("brick", 1), **more)
    assert [run.line for run in build_network(case).runs.run] == ["press_line", "second"]
