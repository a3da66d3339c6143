"""Gates, hazard and method codes on paper. MODEL.md rules 4 and 6: dilution opens no landfill."""

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
    landfill,
    lane,
    lining,
    mud,
    product,
    prop,
    rows,
    sells,
    site,
    solve,
    stopped,
    tiny,
    waste,
    works,
    yard,
)

from redmud_opt.case import Case, CaseFaults
from redmud_opt.case.rules import Delisting, Method
from redmud_opt.case.things import Assay
from redmud_opt.case.works import Distance, FixedInput, Gate, Haul, Partition
from redmud_opt.network import build_network


def gate(at: str, limit: float, *, prop: str = "F", **values: Any) -> Tables:
    return rows(gates=Gate(name=f"gate_{at}", at=at, property=prop, limit=limit, **values))


# ---------------------------------------------------------------- dilution


def two_wastes(kind: str, *, mixing: str = "blend", limit: float = 5.0) -> Case:
    """100 t mud with 10 % F, 100 t ash with 1 % F, a landfill with a limit on F; mud may go elsewhere at −50."""
    names = (waste("ash", "other"), arises("ash", 100), group("wastes", "mud", "ash"))
    values = (prop("F", mixing=mixing), assay("mud", F=10), assay("ash", F=1))
    way_out = sells("mud", -50, method="D")
    return tiny(mud(), *names, *values, landfill("wastes", 1), way_out, gate("landfill", limit, kind=kind))


def test_dilution_opens_no_landfill() -> None:
    """`each`: the mud alone has 10 > 5, whatever lies beside it. 100 ash at 1, 100 mud at 50: −5100."""
    plan = solve(two_wastes("each"))
    assert plan.value == pytest.approx(-5100)
    assert plan.sum("placements", "placed_t") == pytest.approx(100)


def test_a_blend_gate_may_be_met_by_blending() -> None:
    """`blend`: 10 m + 1 a ≤ 5 (m + a) lets m = 4 ÷ 5 · 100 = 80 t of mud in: −180 − 20 · 50 = −1180."""
    plan = solve(two_wastes("blend"))
    assert plan.sum("placements", "placed_t") == pytest.approx(180)
    assert plan.value == pytest.approx(-1180)


def test_a_gate_mixes_as_its_property_does_unless_it_says() -> None:
    """Without a kind, the gate of an `each` property is an `each` gate, that of a `blend` property a blend gate."""
    assert solve(two_wastes("", mixing="each")).value == pytest.approx(-5100)
    assert solve(two_wastes("", mixing="blend")).value == pytest.approx(-1180)


def test_milling_with_sand_opens_no_landfill() -> None:
    """Mud (10 %) milled with three parts of sand under a pretreatment code: the assay of the mixture, 10, counts."""
    mill = works("mill", "mud", {"slag": 4.0}, method="P", inputs={"sand": 3.0})
    names = (waste("slag"), commodity("sand"), buys("sand", 0), sells("mud", -50, method="D"))
    values = (prop("F", mixing="each"), assay("mud", F=10), assay("slag", F=10))
    plan = solve(tiny(mud(), *names, *values, mill, landfill("slag"), gate("landfill", 5)))
    assert plan.value == pytest.approx(-5000)


def test_margins_of_k_sigma_are_kept() -> None:
    """4 % ± 0.6 with k = 2 is 5.2 > 5, refused; with k = 1.5 it is 4.9, let in. A minimum: 6 − 1.2 and 6 − 0.9."""

    def case(k: float, sense: str, value: float, limit: float) -> Case:
        row = Assay(material="mud", property="F", value=value, sigma=0.6)
        one = gate("landfill", limit, kind="each", k_sigma=k, sense=sense)
        base = (mud(), prop("F"), rows(composition=row), landfill("mud"), sells("mud", -50, method="D"))
        return tiny(*base, one)

    assert solve(case(2.0, "max", 4, 5)).value == pytest.approx(-5000)
    assert solve(case(1.5, "max", 4, 5)).value == pytest.approx(0)
    assert solve(case(2.0, "min", 6, 5)).value == pytest.approx(-5000)
    assert solve(case(1.5, "min", 6, 5)).value == pytest.approx(0)


def test_what_lands_exactly_on_the_limit_is_let_in() -> None:
    assert solve(two_wastes("each", limit=10)).value == pytest.approx(-200)


def test_gates_at_an_outlet_and_at_a_yard() -> None:
    """The blend gate of 5 at an outlet, and at a yard for what is put in: 80 t of mud beside 100 t of ash."""
    names = (waste("ash", "other"), arises("ash", 100), group("wastes", "mud", "ash"))
    values = (prop("F"), assay("mud", F=10), assay("ash", F=1))
    base = (mud(), *names, *values, sells("mud", -50, method="D"))
    buyer = sells("wastes", 1, method="U", name="buyer")
    plan = solve(tiny(*base, buyer, gate("buyer", 5)))
    assert plan.sum("sales", "sold", outlet="buyer") == pytest.approx(180)
    plan = solve(tiny(*base, yard("wastes"), gate("yard", 5)))
    assert plan.sum("stocks", "put_t") == pytest.approx(180)
    assert plan.value == pytest.approx(-1000)


# ---------------------------------------------------------------- gates of processes


def kiln(*more: Tables, limit: float, **values: Any) -> Case:
    """Raw meal (0.1 % Na) with mud (2 % Na) in a kiln; a tonne of mud burnt brings 10 CNY, meal costs nothing."""
    burn = works("burn", {"mud": {"cost_cny_per_t": -10}, "meal": {}}, {"clinker": 1.0})
    names = (product("clinker"), commodity("meal"), buys("meal", 0, max_t=900), sells("clinker", 0))
    assays = (prop("Na"), assay("mud", Na=2), assay("meal", Na=0.1))
    base = (mud(), yard("mud"), burn, *names, *assays)
    return tiny(*base, gate("burn", limit, prop="Na", **values), *more)


COAL = (
    rows(inputs=FixedInput(process="burn", material="coal", amount_per_t=0.1, solid=False)),
    commodity("coal"),
    buys("coal", 0),
)


def test_a_gate_on_the_input_caps_the_mud_in_the_raw_meal() -> None:
    """2 m + 0.1 · 900 ≤ 0.195 (m + 900): m = 900 · 0.095 ÷ 1.805 = 47.368; value 473.68."""
    assert solve(kiln(limit=0.195)).value == pytest.approx(10 * 900 * 0.095 / 1.805)


def test_a_gate_on_an_output_counts_yield_and_what_is_retained() -> None:
    """Half the Na stays in 1.0 clinker: 0.5 · (2 m + 90) ≤ 0.195 (m + 900): m = 130.5 ÷ 0.805 = 162, so all 100.

    At a limit of 0.1: (1 − 0.1) m ≤ 90 − 45.
    """
    assert solve(kiln(limit=0.195, output="clinker", retained=0.5)).value == pytest.approx(1000)
    tight = kiln(limit=0.1, output="clinker", retained=0.5)
    assert solve(tight).value == pytest.approx(10 * (90 - 45) / 0.9)


def test_fixed_inputs_count_in_a_gate() -> None:
    """0.1 t of fuel with 1 % Na per tonne of either feed: (2 + 0.1) m + (0.1 + 0.1) · 900 ≤ 0.3 · 1.1 (m + 900).

    m = 900 · (0.33 − 0.2) ÷ (2.1 − 0.33) = 66.10.
    """
    assert solve(kiln(*COAL, assay("coal", Na=1), limit=0.3)).value == pytest.approx(10 * 900 * 0.13 / 1.77)


def test_a_gate_binds_a_recipe_too() -> None:
    """A recipe of 1 stone (0.5 % Na) and 0.5 lime (0.2 %) averages 0.4: within 0.4 it earns 5 · 10, within 0.39 0."""
    burn = works("burn", None, {"clinker": 1.5}, inputs={"lime": 0.5, "stone": 1.0}, capacity=10)
    names = (commodity("lime"), commodity("stone"), commodity("clinker"), buys("lime", 0), buys("stone", 0))
    known = (prop("Na"), assay("lime", Na=0.2), assay("stone", Na=0.5), sells("clinker", 5 / 1.5))
    base = (mud(), landfill("mud"), burn, *names, *known)
    for limit, value in ((0.4, 50), (0.39, 0)):
        assert solve(tiny(*base, gate("burn", limit, prop="Na"))).value == pytest.approx(value)


def test_a_minimum_turns_the_signs() -> None:
    """At least 0.2 % Na on average: 100 mud can carry m · 1.8 ÷ 0.1 = 1800 > 900 of meal; at 1 % only 100 · 1 ÷ 0.9.

    Clinker brings 1 CNY/t here: 100 · 10 + (100 + 111.1) at 1 %.
    """
    paid = sells("clinker", 1, name="market")
    for limit, meal in ((0.2, 900.0), (1.0, 100 / 0.9)):
        plan = solve(kiln(paid, limit=limit, sense="min"))
        assert plan.value == pytest.approx(1000 + 100 + meal)


def test_wet_properties_average_over_wet_tonnes() -> None:
    """A wet-basis limit of 5, mud (10, half water) and ash (1, dry): 10 · 2 m + a ≤ 5 (2 m + a): m = 0.4 · 100."""
    names = (waste("ash", "other"), arises("ash", 100), group("wastes", "mud", "ash"))
    values = (prop("F", basis="wet"), assay("mud", F=10), assay("ash", F=1))
    way_out = (landfill("wastes", 1), sells("mud", -50, method="D"))
    plan = solve(tiny(mud(moisture=0.5), *names, *values, *way_out, gate("landfill", 5, kind="blend")))
    assert plan.sum("placements", "placed_t") == pytest.approx(140)


def test_residues_carry_composition_through_partitions() -> None:
    """90 % of the F of 10 % reports to 0.5 t of slag: 18 %. A gate at 17 refuses it, one at 18 lets it in."""
    furnace = works("furnace", "mud", {"iron": 0.5, "slag": 0.5})
    share = rows(partitions=Partition(process="furnace", output="slag", property="F", share=0.9))
    names = (
        product("iron"),
        waste("slag"),
        sells("iron", 1),
        landfill("slag"),
        sells("mud", -50, method="D"),
    )
    base = (mud(), prop("F"), assay("mud", F=10), furnace, share, *names)
    assert solve(tiny(*base, gate("landfill", 18, kind="each"))).value == pytest.approx(50)
    assert solve(tiny(*base, gate("landfill", 17, kind="each"))).value == pytest.approx(-5000)


def test_a_gate_that_finds_no_value_is_a_fault_never_a_pass() -> None:
    """Mud without an assay of F at a gate on F, each and blend, at the entrance, in a fixed input, in a residue."""
    base = (mud(), prop("F"), landfill("mud"))
    for kind in ("each", "blend"):
        with pytest.raises(CaseFaults):
            build_network(tiny(*base, gate("landfill", 5, kind=kind)))
    with pytest.raises(CaseFaults):
        build_network(kiln(*COAL, limit=1))
    furnace = works("furnace", "mud", {"slag": 1.0})
    slag = (waste("slag"), landfill("slag"), gate("landfill", 5, kind="blend"), assay("mud", F=1))
    with pytest.raises(CaseFaults):
        build_network(tiny(mud(), prop("F"), furnace, *slag))


# ---------------------------------------------------------------- hazard


def test_hazardous_waste_never_goes_to_a_general_yard_or_landfill() -> None:
    """10 t of lining at a free general yard and a free landfill, or at −30 to an outlet: −300."""
    free = (yard("lining"), landfill("lining"))
    assert solve(tiny(lining(), *free, sells("lining", -30, method="D"))).value == pytest.approx(-300)
    built = yard("lining", accepts_hazardous=True)
    assert solve(tiny(lining(), built, sells("lining", -30, method="D"))).value == pytest.approx(0)


@pytest.mark.parametrize(("allowed", "value"), [(False, -300.0), (True, -10.0)])
def test_hazardous_waste_moves_only_where_dangerous_goods_may(allowed: bool, value: float) -> None:
    """A lane and a haul rule to a landfill at M for 1 CNY/t; without `dg_allowed` the outlet at R at −30 is left."""
    base = (
        lining(),
        site("M"),
        landfill("lining", 0, "M", accepts_hazardous=True),
        sells("lining", -30, method="D"),
    )
    assert solve(tiny(*base, lane("R", "M", 1, dg_allowed=allowed))).value == pytest.approx(value)
    rule = Haul(name="road", material="lining", cost_cny_per_t_km=0.1, dg_allowed=allowed)
    ten = Distance(from_site="R", to_site="M", distance_km=10)
    assert solve(tiny(*base, rows(haul=rule, distances=ten))).value == pytest.approx(value)


def mixed(*more: Tables, **feed: Any) -> Case:
    """Mud and lining in one kiln → slag; a free general landfill at R, a dear one for hazardous slag at 7 CNY/t."""
    feeds = {"mud": feed, "lining": {}}
    furnace = works("furnace", feeds, {"slag": 1.0}, method="U")
    hazardous = landfill("slag", 7, name="cell", accepts_hazardous=True)
    return tiny(mud(), lining(), waste("slag"), furnace, landfill("slag"), hazardous, *more)


def test_mixing_spreads_hazard_to_every_residue() -> None:
    """All 110 t of slag are hazardous: −770."""
    assert solve(mixed()).value == pytest.approx(-770)


def test_a_separate_campaign_keeps_its_residue_clean() -> None:
    """Mud run apart: its 100 t are general waste, the lining's 10 t are not: −70."""
    assert solve(mixed(separate_campaign=True)).value == pytest.approx(-70)


def test_delisted_residue_is_general_waste_from_the_date_of_the_certificate() -> None:
    """Identified before the horizon: all 110 t go to the free landfill; identified later: all to the cell."""
    row = Delisting(process="furnace", material="slag", certificate="c", identified_on=date(2025, 1, 1))
    assert solve(mixed(rows(delistings=row))).value == pytest.approx(0)
    late = Delisting(process="furnace", material="slag", certificate="c", identified_on=date(2026, 6, 1))
    assert solve(mixed(rows(delistings=late))).value == pytest.approx(-770)


def test_hazard_spreads_through_residues_of_residues() -> None:
    """Slag of the lining (general by name, hazardous by descent) is milled together with mud: all ash is hazardous.

    10 t of slag and 100 t of mud become 110 t of ash in the cell at 7: −770; none in the free general landfill.
    """
    furnace = works("furnace", "lining", {"slag": 1.0})
    mill = works("mill", {"slag": {}, "mud": {}}, {"ash": 1.0}, method="P")
    cell = landfill("ash", 7, name="cell", accepts_hazardous=True)
    names = (waste("slag"), waste("ash"))
    assert solve(tiny(mud(), lining(), *names, furnace, mill, landfill("ash"), cell)).value == pytest.approx(
        -770
    )


def test_a_method_that_changes_its_meaning_inside_the_horizon_is_refused() -> None:
    """`X` is use until July and disposal from then on: w would not be constant."""
    methods = (
        Method(code="X", meaning="use", valid_to=date(2026, 7, 1)),
        Method(code="X", meaning="disposal", valid_from=date(2026, 7, 1)),
    )
    case = tiny(mud(), sells("mud", 0, method="X"), methods=methods)
    with pytest.raises(CaseFaults):
        build_network(case)
    assert stopped(tiny(mud(), sells("mud", 0, method="X"), methods=methods[:1])) == "optimal"


# ---------------------------------------------------------------- products made of products


@pytest.mark.parametrize("fixed", [False, True])
def test_what_is_made_of_a_product_of_waste_cannot_be_hoarded_either(fixed: bool) -> None:
    """60 t of mud could become bricks, then tiles: 20 t of tiles sell and no stock may stay, so 20 t count."""
    press = works("press", "mud", {"brick": 1.0}, cost=10, capacity=60)
    cut = {"inputs": {"brick": 1.0}} if fixed else {}
    saw = works("saw", None if fixed else "brick", {"tile": 1.0}, **cut)
    names = (product("brick"), product("tile"), yard("mud"), yard("tile", name="shed"))
    base = (mud(), *names, press, saw, sells("tile", 30, max_t=20))
    assert solve(tiny(*base, objective="utilisation")).utilised() == pytest.approx(20, rel=1e-6)


def test_what_waste_heat_drives_may_pile_up() -> None:
    """Lime burnt with the heat of the press is not made of waste: its purchase of 40 t by contract may lie."""
    press = works("press", "mud", {"brick": 1.0, "heat": 1.0}, capacity=60)
    burn = works("burn", None, {"lime": 1.0}, inputs={"heat": {"amount_per_t": 1.0, "solid": False}})
    names = (product("brick"), commodity("heat", unit="MWh"), commodity("lime"), yard("mud"))
    base = (
        mud(),
        *names,
        press,
        burn,
        sells("brick", 30),
        buys("lime", 2, min_t=40),
        yard("lime", name="bin"),
    )
    plan = solve(tiny(*base))
    assert plan.sum("stocks", "stock_t", storage="bin") >= 40
