"""What the audit reckons by itself, against arithmetic on paper: yields, composition, dates, lanes, status."""

from __future__ import annotations

import dataclasses
import math
from datetime import date

import pytest

from redmud_opt.case.case import Case, Period, Settings
from redmud_opt.case.rules import Delisting, Method
from redmud_opt.case.things import Assay, CalendarMonth, GroupMember, Material, Owner, Property, Site
from redmud_opt.case.works import (
    Distance,
    Feed,
    FixedInput,
    Haul,
    Lane,
    OperatingPoint,
    Output,
    Partition,
    Process,
)
from redmud_opt.plan.audit.conversion import Conversions
from redmud_opt.plan.audit.dates import Dates
from redmud_opt.plan.audit.facts import Facts
from redmud_opt.plan.audit.lanes import Lanes
from redmud_opt.plan.audit.status import Status
from redmud_opt.plan.audit.streams import Reader, UnreadableStream, derived_id

Q1 = Period("q1", date(2026, 1, 1), date(2026, 4, 1))
Q2 = Period("q2", date(2026, 4, 1), date(2026, 7, 1))


def make(**tables: object) -> Case:
    base: dict[str, object] = {
        "settings": Settings(name="rules", base_year=2026, discount_rate=0.1),
        "periods": (Q1, Q2),
        "owners": (Owner(name="group"),),
        "sites": (
            Site(name="works", owner="group", longitude_deg=107.0, latitude_deg=23.0),
            Site(name="port", longitude_deg=108.0, latitude_deg=23.0),
        ),
        "groups": (GroupMember(group="muds", member="mud"), GroupMember(group="muds", member="tailings")),
        "materials": (
            Material(name="mud", legal_status="general_waste", waste_class="red_mud", moisture=0.25),
            Material(name="lining", legal_status="hazardous_waste", waste_class="spent_pot_lining"),
            Material(name="tailings", legal_status="general_waste"),
            Material(name="slag", legal_status="general_waste"),
            Material(name="iron", legal_status="product"),
            Material(name="steam", legal_status="commodity", unit="GJ"),
            Material(name="lime", legal_status="commodity"),
        ),
        "properties": (Property(name="fe", unit="%"), Property(name="soda", unit="%")),
        "composition": (Assay(material="mud", property="fe", value=21.0, sigma=2.0),),
        "methods": (Method(code="R4", meaning="use"), Method(code="D1", meaning="disposal")),
    }
    return Case(**{**base, **tables})  # type: ignore[arg-type]


def chemistry(case: Case) -> tuple[Conversions, Reader]:
    facts = Facts(case)
    return Conversions(facts, Dates(facts)), Reader(facts)


SEPARATION = {
    "processes": (
        Process(name="sep", method="R4", gas_t_per_t=0.04, loss_t_per_t=0.01, iron_separation=True),
    ),
    "feeds": (Feed(process="sep", material="muds"),),
    "outputs": (
        Output(process="sep", material="iron", recovery=0.5, property="fe", grade=50.0),
        Output(process="sep", material="tailings", complement=True),
    ),
    "partitions": (Partition(process="sep", output="tailings", property="fe", share=0.4),),
}


# ---------------------------------------------------------------- conversions


def test_yields_from_recovery_and_complement() -> None:
    """iron 0.5 · 21 ÷ 50 = 0.21;  tailings 1 − 0.21 − 0.04 − 0.01 = 0.74."""
    conversions, reader = chemistry(make(**SEPARATION))
    made = conversions.conversion("sep", "", reader.lineage("mud"))
    assert made.yield_of("iron") == pytest.approx(0.21, rel=1e-15)
    assert made.yield_of("tailings") == pytest.approx(0.74, rel=1e-15)


def test_composition_of_residues_follows_partitions_through_the_chain() -> None:
    """Tailings: 21 · 0.4 ÷ 0.74;  run once more: iron 0.5 · that ÷ 50, and so on. Sigma goes the same way."""
    conversions, reader = chemistry(make(**SEPARATION))
    first = 21.0 * 0.4 / 0.74
    assert conversions.assay(reader.lineage("tailings<sep<mud"), "fe") == pytest.approx(
        (first, 2.0 * 0.4 / 0.74)
    )
    left = 1.0 - 0.5 * first / 50.0 - 0.05
    second = reader.lineage("tailings<sep<tailings<sep<mud")
    assert conversions.assay(second, "fe") == pytest.approx(
        (first * 0.4 / left, 2.0 * 0.4 / 0.74 * 0.4 / left)
    )
    assert second.depth == 2
    assert second.root == "mud"


def test_composition_falls_back_to_the_declared_one_and_then_is_missing() -> None:
    declared = Assay(material="tailings", property="soda", value=3.0)
    case = make(**SEPARATION)
    conversions, reader = chemistry(dataclasses.replace(case, composition=(*case.composition, declared)))
    assert conversions.assay(reader.lineage("tailings<sep<mud"), "soda") == (3.0, 0.0)
    assert conversions.assay(reader.lineage("mud"), "soda") is None


def test_a_yield_that_nobody_can_know_is_no_number() -> None:
    conversions, reader = chemistry(dataclasses.replace(make(**SEPARATION), composition=()))
    assert math.isnan(conversions.conversion("sep", "", reader.lineage("mud")).yield_of("iron"))


def test_lime_in_the_residue_carries_no_origin() -> None:
    """1 t lining + 0.15 t lime → 1.15 t slag: u = 0 and w = 1 ÷ 1.15, neither 0.85 nor 1.15."""
    case = make(
        processes=(Process(name="detox", method="R4"),),
        feeds=(Feed(process="detox", material="lining"),),
        outputs=(Output(process="detox", material="slag", yield_t_per_t=1.15, of_feed_t_per_t=1.0),),
        inputs=(FixedInput(process="detox", material="lime", amount_per_t=0.15),),
    )
    conversions, reader = chemistry(case)
    assert conversions.credit("detox", "", reader.lineage("lining"), 0, False) == 0.0
    assert conversions.origin_t(reader.lineage("slag<detox<lining"), 0, False) == pytest.approx(1 / 1.15)


def test_utilised_and_carried_share_the_feed() -> None:
    """Feed solids 0.3 to iron and 0.6 to slag: u = 1 − 0.6/0.9; w = (0.6/0.9) ÷ 0.8; steam is no solid."""
    case = make(
        processes=(Process(name="melt", method="R4", gas_t_per_t=0.1),),
        feeds=(Feed(process="melt", material="mud"),),
        outputs=(
            Output(process="melt", material="iron", yield_t_per_t=0.3),
            Output(process="melt", material="slag", yield_t_per_t=0.8, of_feed_t_per_t=0.6),
            Output(process="melt", material="steam", yield_t_per_t=5.0),
        ),
        inputs=(FixedInput(process="melt", material="lime", amount_per_t=0.2),),
    )
    conversions, reader = chemistry(case)
    mud, slag = reader.lineage("mud"), reader.lineage("slag<melt<mud")
    assert conversions.credit("melt", "", mud, 0, False) == pytest.approx(1 / 3)
    assert conversions.origin_t(slag, 0, False) == pytest.approx(2 / 3 / 0.8)


@pytest.mark.parametrize("method", ["D1", "", "R9"])
def test_only_use_is_credited(method: str) -> None:
    """Disposal, a blank and an unknown method: the residue carries all of its feed's origin tonnes."""
    process = dataclasses.replace(SEPARATION["processes"][0], method=method, iron_separation=False)
    conversions, reader = chemistry(make(**{**SEPARATION, "processes": (process,)}))
    mud = reader.lineage("mud")
    for gross in (False, True):
        assert conversions.credit("sep", "", mud, 0, gross) == 0.0
        assert conversions.origin_t(reader.lineage("tailings<sep<mud"), 0, gross) == pytest.approx(1 / 0.74)


def test_iron_separation_counted_gross() -> None:
    conversions, reader = chemistry(make(**SEPARATION))
    mud, tailings = reader.lineage("mud"), reader.lineage("tailings<sep<mud")
    assert conversions.credit("sep", "", mud, 0, True) == 1.0
    assert conversions.origin_t(tailings, 0, True) == 0.0
    assert conversions.credit("sep", "", mud, 0, False) == pytest.approx(0.21 / 0.95)
    assert conversions.origin_t(tailings, 0, False) == pytest.approx(1 / 0.95)


def test_a_feed_that_leaves_no_output_is_reduced_not_utilised() -> None:
    case = make(
        processes=(Process(name="burn", method="R4", gas_t_per_t=1.0),),
        feeds=(Feed(process="burn", material="mud"),),
    )
    conversions, reader = chemistry(case)
    assert conversions.credit("burn", "", reader.lineage("mud"), 0, False) == 0.0
    assert not conversions.carries("burn", "", reader.lineage("mud"))


def test_the_most_specific_row_holds() -> None:
    """(point, feed) > feed > (point, group) > group > point > blank."""

    def row(point: str, feed: str, amount: float) -> FixedInput:
        return FixedInput(process="p", point=point, feed=feed, material="lime", amount_per_t=amount)

    rows = [
        row("", "", 1.0),
        row("hot", "", 2.0),
        row("", "muds", 3.0),
        row("hot", "muds", 4.0),
        row("", "mud", 5.0),
        row("hot", "mud", 6.0),
    ]
    while rows:
        case = make(
            processes=(Process(name="p", method="R4"),),
            points=(OperatingPoint(process="p", point="hot"), OperatingPoint(process="p", point="cold")),
            feeds=(Feed(process="p", material="muds"), Feed(process="p", material="lime")),
            inputs=tuple(rows),
        )
        conversions, reader = chemistry(case)
        taken = conversions.conversion("p", "hot", reader.lineage("mud")).inputs
        assert [t.amount for t in taken] == [rows.pop().amount_per_t]


# ---------------------------------------------------------------- streams


def test_ids_are_read_and_made() -> None:
    case = make(**SEPARATION)
    facts = Facts(case)
    reader = Reader(facts)
    mud = reader.stream("mud@red_mud:works@new")
    name = derived_id(facts, "tailings", "sep", "", mud)
    assert name == "tailings<sep<mud@red_mud:works@new"
    assert reader.stream(name).origin == "red_mud:works"
    assert derived_id(facts, "iron", "sep", "", mud) == "iron"
    assert reader.stream("mud@red_mud@legacy").plant == ""


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("gold", "unknown_material"),
        ("mud@red_mud", "bad_cohort"),
        ("mud@red_mud@old", "bad_cohort"),
        ("mud@spent_pot_lining@new", "bad_class"),
        ("iron@red_mud@new", "bad_class"),
        ("mud@red_mud:moon@new", "unknown_plant"),
        ("tailings<melt<mud@red_mud@new", "unknown_process"),
        ("tailings<sep.hot<mud@red_mud@new", "unknown_process"),
        ("tailings<sep@red_mud@new", "bad_lineage"),
        ("tailings<sep<@red_mud@new", "bad_lineage"),
    ],
)
def test_ids_that_name_nothing(name: str, key: str) -> None:
    with pytest.raises(UnreadableStream) as fault:
        Reader(Facts(make(**SEPARATION))).stream(name)
    assert fault.value.key == key


# ---------------------------------------------------------------- dates


def test_shares_of_a_period() -> None:
    """Q1 2026: 31 + 28 + 31 days of 365; February at 0.5, March at 0; open from 16 March, 16 days."""
    months = (
        CalendarMonth(calendar="dry", month=2, share=0.5),
        CalendarMonth(calendar="dry", month=3, share=0.0),
    )
    dates = Dates(Facts(make(calendars=months)))
    assert dates.fraction("year", 0) == 90 / 365
    assert dates.fraction("period", 0) == 1.0
    assert dates.calendar_share("dry", 0) == (31 + 14) / 90
    assert dates.calendar_share("", 0) == 1.0
    assert dates.open_share(date(2026, 3, 16), None, 0) == 16 / 90
    assert dates.open_share(None, date(2026, 1, 11), 0) == 10 / 90
    assert dates.open_share(date(2027, 1, 1), None, 0) == 0.0


def test_discounting_to_the_mid_date() -> None:
    """Q1 is 90 days: its mid lies 45 days after 1 January. The horizon is 181 days, its mid at 90.5."""
    dates = Dates(Facts(make()))
    assert dates.discount_of(0) == pytest.approx(1.1 ** (-45 / 365.25), rel=1e-15)
    assert dates.discount(dates.window("horizon")) == pytest.approx(1.1 ** (-90.5 / 365.25), rel=1e-15)
    assert dates.discount(dates.window("2026")) == dates.discount(dates.window("horizon"))
    assert dates.share_of_year(2026) == pytest.approx(181 / 365)
    settings = Settings(name="rules", base_year=2026, discount_rate=0.1, discounting="none")
    assert Dates(Facts(make(settings=settings))).discount_of(1) == 1.0


def test_what_a_method_counts_as_when_it_changes() -> None:
    """A change inside a period holds from its start if stricter, else from the next period on."""
    change = date(2026, 2, 1)
    stricter = (
        Method(code="X", meaning="use", valid_to=change),
        Method(code="X", meaning="disposal", valid_from=change),
    )
    milder = (
        Method(code="X", meaning="disposal", valid_to=change),
        Method(code="X", meaning="use", valid_from=change),
    )
    late = (Method(code="X", meaning="use", valid_from=change),)
    said = {
        name: [Dates(Facts(make(methods=rows))).meaning("X", t) for t in (0, 1)]
        for name, rows in (("stricter", stricter), ("milder", milder), ("late", late))
    }
    assert said == {"stricter": ["disposal"] * 2, "milder": ["disposal", "use"], "late": ["", "use"]}


# ---------------------------------------------------------------- lanes


def test_distances() -> None:
    """One degree of longitude at 23° N: 2·6371.0088·asin(cos 23°·sin 0.5°) = 102.354 km, × 1.3."""
    half = math.radians(0.5)
    crow = 2 * 6371.0088 * math.asin(math.cos(math.radians(23.0)) * math.sin(half))
    lanes = Lanes(Facts(make()))
    assert lanes.distance_km("x", "works", "port", "road") == pytest.approx(1.3 * crow, rel=1e-12)
    table = (
        Distance(from_site="works", to_site="port", distance_km=150.0),
        Distance(from_site="port", to_site="works", mode="rail", distance_km=170.0),
    )
    lane = Lane(name="belt", from_site="works", to_site="port", distance_km=110.0)
    lanes = Lanes(Facts(make(distances=table, lanes=(lane,))))
    assert lanes.distance_km("x", "works", "port", "road") == 150.0
    assert lanes.distance_km("x", "port", "works", "road") == 150.0
    assert lanes.distance_km("x", "works", "port", "rail") == 170.0
    assert lanes.distance_km("belt", "works", "port", "road") == 110.0


def test_the_haul_rule_that_holds() -> None:
    rules = (
        Haul(name="any", cost_cny_per_t_km=1.0, dg_allowed=True),
        Haul(name="group", material="muds", cost_cny_per_t_km=2.0),
        Haul(name="own", material="mud", cost_cny_per_t_km=3.0, handling_cny_per_t=4.0),
        Haul(name="dg", material="lining", cost_cny_per_t_km=5.0, dg_allowed=True),
        Haul(name="train", material="lining", mode="rail", cost_cny_per_t_km=6.0),
    )
    lanes = Lanes(Facts(make(haul=rules)))

    def rule(mode: str, material: str, hazardous: bool) -> str:
        found = lanes.rule(mode, material, hazardous)
        return found.name if found else ""

    assert rule("road", "mud", False) == "own"
    assert rule("road", "tailings", False) == "group"
    assert rule("road", "slag", False) == "any"
    assert rule("road", "slag", True) == ""  # the rule for all is for what is not hazardous
    assert rule("road", "lining", True) == "dg"
    assert rule("rail", "lining", True) == ""
    assert lanes.cost_per_wet_t(rules[2], 10.0) == 34.0


# ---------------------------------------------------------------- status


def status_of(
    names: list[str], *, separate: bool = False, delistings: tuple[Delisting, ...] = ()
) -> list[bool]:
    """Whether the last of some streams is hazardous in the first period, where lining and mud are mixed."""
    case = make(
        processes=(Process(name="mix", method="R4"), Process(name="wash", method="R4")),
        feeds=(
            Feed(process="mix", material="lining", separate_campaign=separate),
            Feed(process="mix", material="mud", separate_campaign=separate),
            Feed(process="wash", material="slag"),
        ),
        outputs=(
            Output(process="mix", material="slag", yield_t_per_t=1.0),
            Output(process="wash", material="tailings", yield_t_per_t=1.0),
        ),
        delistings=delistings,
    )
    facts = Facts(case)
    dates = Dates(facts)
    reader = Reader(facts)
    streams = [reader.stream(name) for name in names]
    status = Status(facts, dates, Conversions(facts, dates), streams)
    return [status.hazardous(streams[-1], t) for t in range(2)]


def test_mixing_spreads() -> None:
    assert status_of(["slag<mix<mud@red_mud@new"]) == [True, True]
    assert status_of(["slag<mix<lining@spent_pot_lining@new"]) == [True, True]
    assert status_of(["mud@red_mud@new"]) == [False, False]


def test_what_is_made_from_a_mixture_is_hazardous_too() -> None:
    assert status_of(["tailings<wash<slag<mix<mud@red_mud@new"]) == [True, True]


def test_separate_campaigns_keep_their_own_status() -> None:
    assert status_of(["slag<mix<mud@red_mud@new"], separate=True) == [False, False]
    assert status_of(["slag<mix<lining@spent_pot_lining@new"], separate=True) == [True, True]


def test_delisting_is_from_a_date_on_and_of_one_process() -> None:
    row = Delisting(process="mix", material="slag", certificate="c", identified_on=date(2026, 4, 1))
    assert status_of(["slag<mix<lining@spent_pot_lining@new"], delistings=(row,)) == [True, False]
    other = dataclasses.replace(row, process="wash")
    assert status_of(["slag<mix<lining@spent_pot_lining@new"], delistings=(other,)) == [True, True]
