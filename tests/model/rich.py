"""One small case in which every family has rows and every enforced number of the schema stands.

From July 2026: two quarters and the year 2027. R is the refinery, M the works, N a market, S a smelter, P a bin of
two clays; roads for all, a lorry for dangerous goods, a belt and a listed road. Bricks may get two more presses,
detoxification a line of any size, and a second kiln is under construction. Iron is sold under a contract, a partner
presses bricks for a fee, the works at M belong to two companies, and prices follow paths. It has a plan.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import pandas as pd
from tests.builders import (
    Tables,
    arises,
    buys,
    commodity,
    group,
    in_stock,
    landfill,
    lining,
    mud,
    parts,
    product,
    prop,
    rows,
    sells,
    site_row,
    target,
    tiny,
    waste,
    works,
    yard,
    years,
)

from redmud_opt.case import Case, Period
from redmud_opt.case.baseline import Baseline
from redmud_opt.case.burdens import Avoided, Factor, Mode
from redmud_opt.case.rules import (
    Approval,
    Budget,
    ChangeLimit,
    Contract,
    Incompatibility,
    Limit,
    ListedExemption,
    Logic,
    Permit,
    Requirement,
    StorageClock,
    VatRefund,
    WasteCode,
    YardMeasure,
)
from redmud_opt.case.things import (
    Arising,
    Assay,
    CalendarMonth,
    Owner,
    Ownership,
    PriceByYear,
    Province,
    ReductionOption,
    Relining,
    Supply,
    Tier,
    YearToDate,
)
from redmud_opt.case.works import (
    Distance,
    Emission,
    Facility,
    FixedInput,
    Gate,
    Haul,
    Lane,
    Line,
    LineProcess,
    OperatingPoint,
    Partition,
    Raise,
    YardPoint,
)

PLACES = tuple(
    site_row(name, longitude_deg=107.0 + 0.2 * k, latitude_deg=23.0 + 0.1 * k, **columns)
    for k, (name, columns) in enumerate(
        (
            ("R", {"province": "west"}),
            ("M", {"province": "west"}),
            ("N", {"kind": "transfer_station", "handling_cny_per_t": 2.5, "province": "east"}),
            ("S", {"province": "west", "liability_insured_to": date(2027, 1, 1)}),
            ("P", {}),
        )
    )
)


def _law() -> tuple[Tables, ...]:
    """The pit has a permit to July 2027 and one of its method alone; detoxification takes lining of M by a scheme."""
    since, clause = date(2021, 1, 1), "HW48"
    known: dict[str, Any] = {"receiver": "pit", "code": "48-23", "amount_t_per_a": 60, "valid_from": since}
    return (
        arises("lining", 6, "M"),
        rows(
            requirements=(
                Requirement(rule="code", valid_from=since, clause="art. 75"),
                Requirement(rule="permit", valid_from=since, clause="art. 80"),
            ),
            codes=WasteCode(code="48-23", hazard="T", valid_from=since, clause=clause),
            exemption_list=ListedExemption(item="31", code="any", valid_from=since, clause="item 31"),
            permits=(
                Permit(name="first", valid_to=date(2027, 7, 1), **known),
                Permit(name="second", method="D", valid_to=date(2029, 1, 1), **known),
                Permit(
                    name="scheme",
                    point_to_point_from="M",
                    valid_to=date(2029, 1, 1),
                    **known | {"receiver": "detox_works"},
                ),
                Permit(name="third", valid_to=date(2029, 1, 1), **(known | {"receiver": "works_of_others"})),
            ),
        ),
    )


def _materials() -> tuple[Tables, ...]:
    values = {
        ("mud", "Fe"): 21.0,
        ("lime", "Fe"): 0.3,
        ("tails", "Fe"): 14.0,
        ("mud", "Na"): 6.0,
        ("ash", "Na"): 1.0,
    }
    known = tuple(Assay(material=m, property=p, value=v, sigma=v / 50) for (m, p), v in values.items())
    certificates = (
        Assay(material="ash", property="Fe", value=3.8, sigma=0.1, certificate_date=date(2025, 3, 4), samples=4),
        Assay(material="ash", property="Fe", value=4.2, sigma=0.02, sigma_of="mean", samples=4,
              certificate_date=date(2026, 2, 1), laboratory="own", method="XRF"),
    )  # fmt: skip
    made = Arising(name="ash_of_alumina", site="S", material="ash", production_t=1000, factor_t_per_t=0.2)
    return (
        mud(400, moisture=0.3, density_t_per_m3=1.3),
        waste("ash", "other", moisture=0.1, density_t_per_m3=1.1),
        lining(20, "S", clock="licensed_operator", code="48-23", hazard="T"),
        waste("tails", "red_mud", moisture=0.25, density_t_per_m3=1.4),
        waste("relic", "other"),
        waste("slag", density_t_per_m3=1.5),
        product("iron"),
        product("brick"),
        product("scrap"),
        commodity("lime"),
        commodity("stone"),
        commodity("power", unit="MWh"),
        rows(composition=(*known, *certificates), arisings=made),
        prop("Fe", element=True),
        prop("Na", basis="wet"),
        group("wastes", "mud", "tails", "ash"),
        group("dangerous", "lining", "slag"),
    )


def _works() -> tuple[Tables, ...]:
    split = {
        "iron": {"recovery": 0.5, "property": "Fe", "grade": 55.0},
        "tails": {"complement": True},
    }
    separate = works("separate", "mud", split, cost=12, capacity=500, gas_t_per_t=0.01, loss_t_per_t=0.02,
                     iron_separation=True, stands={"availability": 0.9, "calendar": "season", "closing_cost_cny": 70,
                                                   "fixed_om_cny_per_a": 900})  # fmt: skip
    feeds = {
        "mud": {"max_share": 0.7, "cost_cny_per_t": 1.5},
        "tails": {"min_share": 0.1, "gas_t_per_t": 0.04, "loss_t_per_t": 0.01, "uptake_t_per_t": 0.05},
        "ash": {},
    }
    press = works("press", feeds, {"brick": 1.1}, at="M", cost=30, capacity=400,
                  inputs={"lime": 0.1, "power": {"amount_per_t": 0.05, "solid": False}})  # fmt: skip
    slag = {"slag": {"yield_t_per_t": 1.1, "of_feed_t_per_t": 0.9}, "scrap": {"complement": True}}
    detox = works("detox", {"lining": {"gas_t_per_t": 0.02, "loss_t_per_t": 0.01}}, slag, at="S", method="U",
                  cost=90, inputs={"lime": 0.15}, uptake_t_per_t=0.05)  # fmt: skip
    burn = works("burn", None, {"lime": 0.55}, at="M", cost=20, capacity=100, inputs={"stone": 1.0},
                 stands={"min_run_periods": 2, "fixed_cost_cny_per_period": 60})  # fmt: skip
    return (
        separate,
        press,
        detox,
        burn,
        rows(
            points=(
                OperatingPoint(process="separate", point="coarse", cost_cny_per_t=1),
                OperatingPoint(process="separate", point="fine", cost_cny_per_t=4),
                OperatingPoint(process="burn", point="hot", cost_cny_per_t=1, one_per_period=True),
                OperatingPoint(process="burn", point="mild", cost_cny_per_t=2, one_per_period=True),
            ),
            line_processes=LineProcess(line="separate_line", process="separate", point="fine", use_per_t=1.5),
            partitions=(
                Partition(process="separate", output="tails", property="Na", share=0.95),
                Partition(process="separate", output="tails", property="Fe", share=0.5),
            ),
            inputs=FixedInput(process="press", feed="ash", material="lime", amount_per_t=0.1),
            emissions=(
                Emission(process="press", account="co2e_t", amount_per_t=0.1),
                Emission(process="separate", account="water_m3", amount_per_t=2),
                Emission(process="detox", account="energy_kgce", amount_per_t=30),
            ),
            factors=(
                Factor(material="power", account="co2e_t", amount_per_unit=0.6),
                Factor(material="power", account="energy_kgce", amount_per_unit=120),
            ),
            avoided=(
                Avoided(
                    item="brick", account="co2e_t", amount_per_t=0.2, boundary="fired brick, gate to gate"
                ),
                Avoided(
                    item="base", account="water_m3", amount_per_t=0.1, boundary="crushed stone at the quarry"
                ),
                Avoided(item="separate", account="energy_kgce", amount_per_t=9, boundary="mining of the ore"),
            ),
            gates=(
                Gate(name="soda", at="press", property="Fe", limit=18, k_sigma=1),
                Gate(name="iron_in", at="separate", property="Fe", sense="min", limit=15, k_sigma=0.5),
                Gate(name="out", at="separate", output="tails", property="Fe", limit=25, retained=0.9),
                Gate(name="soda_of_base", at="base", property="Na", limit=5.5),
            ),
        ),
    )


def _arisings() -> tuple[Tables, ...]:
    """A campaign of relining across New Year; less lining, a switch of mud, all or nothing, and more alumina."""
    campaign = Relining(
        name="potline", site="S", material="lining", pots=8, lining_t_per_pot=1.5, starts=date(2026, 11, 15),
        ends=date(2027, 2, 15),
    )  # fmt: skip
    options = (
        ReductionOption(name="longer_life", arising="potline", share=0.25, cost_cny_per_t=90,
                        earliest=date(2026, 8, 15)),
        ReductionOption(name="patching", arising="potline", share=0.9, cost_cny_per_t=95),
        ReductionOption(name="other_bauxite", arising="mud_R_", becomes="tails", share=0.05, factor_t_per_t=0.9,
                        cost_cny_per_t=-240, capex_cny=120, lead_time_months=1, whole=True),
        ReductionOption(name="more_alumina", arising="ash_of_alumina", kind="expansion", share=0.1,
                        margin_cny_per_t=25),
    )  # fmt: skip
    return (rows(relinings=campaign, reductions=options),)


def _decisions() -> tuple[Tables, ...]:
    """Two presses that may be built, a detoxification of any size, a kiln under construction; rules on them."""
    press = Line(
        name="press_new", facility="press_works", capacity=180, candidate=True, times=2, lead_time_months=1,
        earliest=date(2026, 8, 15), life_a=9, ramp_up="0.5;0.8", spend_profile="0.6;0.4", capex_cny=3000,
        fixed_om_cny_per_a=150, closing_cost_cny=90, min_rate=0.4, min_run_share=0.15, run_cost_cny_per_h=0.2,
    )  # fmt: skip
    detox = Line(
        name="detox_new",
        facility="detox_works",
        capacity=300,
        candidate=True,
        capex_cny=250,
        life_a=6,
        min_run_periods=2,
    )
    kiln = Line(
        name="kiln", facility="burn_works", capacity=60, opens=date(2026, 11, 1), lead_time_months=9,
        capex_cny=800, spend_profile="0.7;0.3", life_a=15, ramp_up="0.6", fixed_om_cny_per_a=40,
    )  # fmt: skip
    runs = {"press_new": "press", "detox_new": "detox", "kiln": "burn"}
    return (
        rows(
            lines=(press, detox, kiln),
            line_processes=tuple(LineProcess(line=line, process=process) for line, process in runs.items()),
            logic=(
                Logic(name="belt_needs_road", kind="requires", first="belt", second="by_road"),
                Logic(name="belt_or_tip", kind="excludes", first="belt", second="tip", per="horizon"),
                Logic(name="one_dump", kind="excludes", first="dumps"),
                Logic(name="one_new", kind="at_most", first="new_lines", count=1),
                Logic(name="some_line", kind="at_least", first="red_lines", count=1, per="horizon"),
                Logic(name="press_needs_kiln", kind="requires", first="press_new", second="kilns", per="horizon"),
            ),
            budgets=(
                Budget(name="first_year", year=2026, amount_cny=4000),
                Budget(name="of_works", scope="M", amount_cny=3900),
            ),
            vat_refunds=VatRefund(
                facility="press_works", product="brick", waste="mud", threshold=0.1, rate=0.7, vat_rate=0.13,
                price_cny_per_t=140, input_vat_cny_per_t=6,
            ),
            limits=(
                Limit(name="few_built", measure="built", at="M", sense="max", value=1, per="horizon"),
                Limit(name="few_lanes", measure="count_used", at="R", sense="max", value=3, per="period"),
                Limit(name="presses", measure="count_used", at="press_works", sense="max", value=2),
            ),
        ),
        group("dumps", "tip", "works_of_others"),
        group("new_lines", "press_new", "detox_new"),
        group("red_lines", "separate_line", "press_new"),
        group("kilns", "burn_line", "kiln"),
    )  # fmt: skip


def _places() -> tuple[Tables, ...]:
    half = tuple(CalendarMonth(calendar="season", month=month, share=0.5) for month in (2, 8))
    return (
        yard(
            "wastes",
            final=True,
            method="D",
            capacity_t=2000,
            airspace_m3=1800,
            max_put_t=900,
            max_reclaim_t=300,
            per="year",
            calendar="season",
            put_cost_cny_per_t=4,
            reclaim_cost_cny_per_t=3,
            place_cost_cny_per_t=30,
            holding_cost_cny_per_t_a=1.5,
            compliant=False,
            tax_cny_per_t=2,
        ),
        yard("wastes", "M", name="heap", put_cost_cny_per_t=1),
        yard("ash", "S", name="pile", retrievable=True, end_stock="at_most_opening"),
        yard("brick", "M", name="shed", holding_cost_cny_per_t_a=5),
        yard(
            "dangerous",
            "S",
            name="cell",
            accepts_hazardous=True,
            capacity_t=300,
            clock_extension_months=1,
            clock_extension_clause="letter 7 of the provincial authority",
        ),
        landfill("dangerous", 400, "N", name="pit", accepts_hazardous=True),
        in_stock("yard", "mud", 300, arose_on=date(2026, 2, 1)),
        in_stock("yard", "tails", 80),
        yard("relic", "N", name="vault"),
        in_stock("vault", "relic", 12),
        in_stock("cell", "lining", 4, arose_on=date(2026, 1, 20)),
        *_law(),
        rows(
            clocks=(
                StorageClock(role="licensed_operator", limit_months=12, extension_months=3, clause="art. 81"),
                StorageClock(
                    role="licensed_operator",
                    limit_months=2,
                    hard=False,
                    price_cny_per_t_a=30,
                    extension_months=1,
                    valid_from=date(2026, 8, 1),
                    clause="own plan",
                ),
            )
        ),
        rows(
            calendars=half,
            haul=(
                Haul(
                    name="road",
                    cost_cny_per_t_km=0.4,
                    handling_cny_per_t=6,
                    max_km=90,
                    co2e_kg_per_t_km=0.06,
                    lane_capacity_t=2500,
                ),
                Haul(
                    name="lorry",
                    material="dangerous",
                    cost_cny_per_t_km=0.9,
                    dg_allowed=True,
                    min_lot_t=3,
                    lane_capacity_t=60,
                    per="period",
                ),
            ),
            modes=(Mode(mode="road", load_t=30.0), Mode(mode="belt", clean=True)),
            lanes=(
                Lane(
                    name="belt",
                    from_site="R",
                    to_site="M",
                    mode="belt",
                    cost_cny_per_t=7,
                    capacity_t=900,
                    fixed_cost_cny=400,
                ),
                Lane(
                    name="by_road",
                    from_site="R",
                    to_site="N",
                    distance_km=31,
                    capacity_t=500,
                    basis="dry",
                    fixed_cost_cny_per_period=80,
                    min_lot_t=12,
                ),
            ),
            distances=Distance(from_site="M", to_site="N", distance_km=25),
        ),
    )


def _yards() -> tuple[Tables, ...]:
    """A terrace that may be raised, a hall that may be closed, a bin that closes, a yard to be built, measures."""
    wet = {month: 1.0 if 6 <= month <= 9 else 0.3 for month in range(1, 13)}
    heights = ((0.0, 0.0), (6.0, 40.0), (10.0, 120.0))
    return (
        yard("mud", name="terrace", height_m=5.0, freeboard_m=1.0, rainy_calendar="rains", fixed_om_cny_per_a=30),
        yard("ash", "S", name="hall", area_m2=20.0, height_m=3.0, freeboard_share=0.1, may_close=True,
             closure_cost_cny=45, fixed_om_cny_per_a=25),
        yard("ash", "S", name="bin", closes=date(2026, 12, 1), closure_cost_cny=35),
        yard("mud", "M", name="next", final=True, method="D", candidate=True, capacity_t=150, capex_cny=60,
             lead_time_months=2, earliest=date(2026, 9, 10), allowed="as licensed", max_put_t=200, per="year",
             fixed_om_cny_per_a=15),
        rows(
            calendars=tuple(CalendarMonth(calendar="rains", month=m, share=share) for m, share in wet.items()),
            yard_curves=tuple(YardPoint(storage="terrace", height_m=h, volume_m3=v) for h, v in heights),
            raises=(
                Raise(name="terrace_8", storage="terrace", to_height_m=8.0, capex_cny=40, fixed_om_cny_per_a=6,
                      lead_time_months=1, allowed="as licensed"),
                Raise(name="terrace_9", storage="terrace", to_height_m=9.0, capex_cny=20,
                      earliest=date(2026, 8, 20), allowed="as licensed"),
            ),
            yard_measures=(
                YardMeasure(name="vault_cap", storage="vault", kind="cap", cost_cny=70, risk_before=60,
                            risk_after=25),
                YardMeasure(name="vault_wells", storage="vault", kind="monitoring", cost_cny=15,
                            annual_cost_cny_per_a=8, risk_before=60, risk_after=50, deadline=date(2026, 12, 15)),
                YardMeasure(name="pile_cap", storage="pile", kind="cap", cost_cny=5),
            ),
            limits=Limit(name="safe", measure="risk", at="vault", sense="max", value=50, per="horizon"),
        ),
    )  # fmt: skip


def _pool() -> tuple[Tables, ...]:
    """Two clays share a bin before they are sold for tiles; the buyer limits their iron."""
    tile = {"property": "Fe", "kind": "blend", "limit": 5}
    return (
        commodity("white_clay"),
        commodity("red_clay"),
        group("clays", "white_clay", "red_clay"),
        buys("white_clay", 40, "P", max_t=80),
        buys("red_clay", 15, "P", max_t=60),
        yard("clays", "P", name="clay_bin", mixed=True, capacity_t=50, holding_cost_cny_per_t_a=2),
        sells("clays", 55, "P", name="tiles", max_t=70),
        rows(
            composition=tuple(
                Assay(material=m, property="Fe", value=v, sigma=0.1)
                for m, v in (("white_clay", 2), ("red_clay", 9))
            ),
            gates=Gate(name="iron_of_tiles", at="tiles", k_sigma=1, **tile),
        ),
    )


def _markets() -> tuple[Tables, ...]:
    steps = (
        Tier(item="brick_outlet", step=1, width_t=200, price_cny_per_t=160),
        Tier(item="brick_outlet", step=2, price_cny_per_t=110),
        Tier(item="lime_supply", step=1, width_t=40, price_cny_per_t=240),
        Tier(item="lime_supply", step=2, price_cny_per_t=300),
        Tier(item="works_of_others", step=1, width_t=12, price_cny_per_t=-520),
        Tier(item="works_of_others", step=2, price_cny_per_t=-410),
        Tier(item="detox_new", step=1, width_t=15, price_cny_per_t=70),
        Tier(item="detox_new", step=2, price_cny_per_t=40),
    )
    stone = Supply(name="stone_supply", site="M", material="stone", price_cny_per_t=35, max_t=120, min_t=2)
    return (
        sells("iron", 420, "N", min_t=5, max_t=90, contract="iron_deal", buyer="steelworks"),
        sells("brick", 150, "N"),
        sells(
            "mud",
            -18,
            "N",
            method="U",
            name="base",
            basis="as_received",
            max_t=200,
            haul_radius_km=30,
            assessment_lead_months=0,
        ),
        sells("mud", -30, "N", method="D", name="tip"),
        sells("slag", -500, "N", method="D", name="works_of_others", max_t=90),
        sells("scrap", 3000, "S", max_t=6),
        buys("lime", 250, "M"),
        buys("lime", 280, "S", name="lime_at_smelter"),
        buys("power", 500, "M"),
        rows(tiers=steps, supplies=stone),
    )


def _contracts(periods: tuple[Period, ...]) -> tuple[Tables, ...]:
    """Terms of sale, a partner's press, shares of the works at M, prices from year to year."""
    factors = {"brick_outlet": 0.9, "base": 1.2, "lime_supply": 1.1, "press": 1.05, "belt": 1.3, "road": 1.15}
    paths = (
        PriceByYear(item=item, year=year, factor=1.0 if year == 2026 else factor)
        for item, factor in factors.items()
        for year in sorted({period.year for period in periods})
    )
    deal = Contract(
        name="iron_deal", partner="steelworks", take_or_pay_t_per_a=150, penalty_cny_per_t=35, make_up=True,
        make_up_share=0.8, valid_from=date(2026, 8, 1), valid_to=date(2028, 3, 1),
    )  # fmt: skip
    toll = Contract(
        name="pressing", partner="presser", tolling=True, toll_fee_cny_per_t=55, take_or_pay_t_per_a=40,
        penalty_cny_per_t=12, valid_to=date(2027, 7, 1),
    )  # fmt: skip
    return (
        rows(
            owners=tuple(Owner(name=name) for name in ("steelworks", "presser", "miner", "smelter_co")),
            facilities=Facility(name="presser_works", site="M"),
            lines=Line(name="presser_line", facility="presser_works", capacity=70, contract="pressing"),
            line_processes=LineProcess(line="presser_line", process="press"),
            contracts=(deal, toll),
            price_paths=tuple(paths),
            ownership=(
                Ownership(facility="press_works", owner="miner", share=0.7, service_price_cny_per_t=8),
                Ownership(facility="press_works", owner="smelter_co", share=0.3, service_price_cny_per_t=8),
            ),
            limits=(
                Limit(name="iron_sold", measure="sold", material="iron", sense="measure"),
                Limit(name="to_steelworks", measure="sold", material="iron", at="steelworks", sense="max", value=1.0,
                      share_of="iron_sold"),
            ),
        ),
    )  # fmt: skip


def _borders() -> tuple[Tables, ...]:
    """N lies in another province: slag goes there for disposal, mud for use too; lining and slag are kept apart."""
    asked, months = ("approval", "adjacency", "general_approval", "filing"), {"approval": 12.0}
    law = tuple(
        Requirement(rule=rule, valid_from=date(2022, 1, 1), limit_months=months.get(rule), clause="law")
        for rule in asked
    )
    road = Requirement(rule="assessment", method="U", valid_from=date(2022, 1, 1), clause="road")
    way: dict[str, Any] = {"from_province": "west", "to_province": "east"}
    first = {"valid_from": date(2026, 7, 1), "valid_to": date(2027, 7, 1)}
    second = {"valid_from": date(2027, 3, 1), "valid_to": date(2028, 3, 1)}
    fed = {"receiver": "works_of_others", "code": "48-23", **way}
    return (
        rows(
            provinces=(Province(name="west", adjacent_to="east"), Province(name="east", adjacent_to="west")),
            requirements=(*law, road),
            approvals=(
                Approval(name="slag_1", amount_t=60, cost_cny_per_t=3, **fed, **first),
                Approval(name="slag_2", amount_t=55, cost_cny_per_t=4, basis="dry", **fed, **second),
                Approval(
                    name="back",
                    from_province="east",
                    to_province="west",
                    receiver="detox_works",
                    code="48-23",
                    amount_t=5,
                    **first,
                ),
                Approval(
                    name="to_tip",
                    receiver="tip",
                    code="general",
                    amount_t=900,
                    cost_cny_per_t=1,
                    **way,
                    **first,
                ),
                Approval(
                    name="based", receiver="base", code="general", kind="filing", amount_t=150, **way, **first
                ),
            ),
            incompatibilities=Incompatibility(first="lining", second="slag", clause="law"),
        ),
    )


def _policy() -> tuple[Tables, ...]:
    whole = Limit(name="fed", measure="feed", sense="measure", at="press", per="year")
    ash = Limit(
        name="ash_fed", measure="feed", material="ash", at="press", sense="max", value=0.6, share_of="fed"
    )
    done: dict[str, Any] = {
        "generated_t": 700,
        "utilised_new_t": 120,
        "utilised_legacy_t": 30,
        "gross_new_t": 200,
        "gross_legacy_t": 40,
    }
    soft: dict[str, Any] = {"hard": False, "price_cny_per_t": 40}
    return (
        rows(
            year_to_date=(
                YearToDate(waste_class="red_mud", site="R", **done),
                YearToDate(waste_class="spent_pot_lining", site="S", generated_t=30, utilised_new_t=3),
                YearToDate(waste_class="spent_pot_lining", site="M", generated_t=0, utilised_new_t=0),
            ),
            limits=(
                whole,
                ash,
                Limit(name="most_placed", measure="placed", sense="max", value=2500, per="horizon"),
                Limit(name="least_made", measure="made", material="brick", sense="min", value=10),
                Limit(name="all_haulage", measure="haulage", sense="measure"),
                Limit(
                    name="clean_share", measure="haulage", mode="clean", sense="min", value=0.01,
                    share_of="all_haulage",
                ),
                Limit(name="on_roads", measure="flow", mode="road", sense="max", value=9000),
                Limit(name="co2e", measure="account", account="co2e_t", sense="max", value=5000, per="horizon"),
                Limit(name="tipped", measure="account", account="landfilled_t", at="N", sense="max", value=4000),
                Limit(name="arose", measure="generated", waste_class="red_mud", at="R", sense="measure"),
                Limit(
                    name="disposed", measure="disposed", waste_class="red_mud", at="R", sense="max", value=1.2,
                    share_of="arose",
                ),
                Limit(name="used", measure="utilised", waste_class="spent_pot_lining", sense="max", value=9000),
            ),
        ),
        rows(
            change_limits=(
                ChangeLimit(name="steady", measure="feed", at="press_works", max_change_t=700),
                ChangeLimit(name="regular", measure="sold", at="iron_outlet", max_change_share=0.9),
            )
        ),
        target(0.15, scope="R", name="new_mud"),
        target(0.2, rate="rate_stat", name="statistical", **soft),
        target(0.3, rate="rate_gross", name="gross", **soft),
        target(0.1, iron="gross_feed", name="gross_feed"),
        target(0.5, waste_class="spent_pot_lining", name="of_lining", **soft),
    )  # fmt: skip


@cache
def rich(periods: tuple[Period, ...] = parts(2026, 3)[2:] + years(2027)) -> Case:
    """The case."""
    return tiny(
        *_materials(),
        *_works(),
        *_arisings(),
        *_decisions(),
        *_places(),
        *_yards(),
        *_markets(),
        *_contracts(periods),
        *_pool(),
        *_policy(),
        *_borders(),
        sites=PLACES,
        periods=periods,
        base_year=2026,
        discounting="mid_period",
        pool_grid=2,
        discount_rate=0.08,
        end_of_horizon="charge",
        co2_price_cny_per_t=60,
    )


def before(case: Case, freeze: int = 0) -> Baseline:
    """A plan before it, as far as change limits ask: the press took 150 t of mud, 20 t of iron were sold a period."""
    names = [period.name for period in case.periods]
    mud, iron = "mud@red_mud:R@new", "iron"
    frames = {
        "periods": pd.DataFrame(
            [(p.name, p.start.isoformat(), p.end.isoformat()) for p in case.periods],
            columns=["period", "start", "end"],
        ),
        "streams": pd.DataFrame({"stream": [mud, iron], "material": ["mud", "iron"]}),
        "feeds": pd.DataFrame(
            {
                "line": "press_line",
                "process": "press",
                "point": "",
                "stream": mud,
                "period": names,
                "feed_t": 150.0,
            }
        ),
        "sales": pd.DataFrame(
            {"outlet": "iron_outlet", "site": "N", "stream": iron, "period": names, "sold": 20.0}
        ),
    }
    return Baseline("before", frames, freeze, 0.0)


def small() -> Case:
    """The same for two quarters, with a New Year between them: every family still has rows."""
    return rich(parts(2026, 3)[3:] + parts(2027, 3)[:1])
