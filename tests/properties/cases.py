"""Random small cases that always have a plan: a dear landfill without limits takes whatever has nowhere else to go.

    random_cases()    a red mud plant, a smelter and a market; separation, bricks, detoxification, a lime recipe

Numbers are few and round, so that a shrunk example can be worked out by hand.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st
from tests.builders import (
    Tables,
    arises,
    assay,
    buys,
    commodity,
    group,
    in_stock,
    landfill,
    mud,
    parts,
    product,
    prop,
    rows,
    sells,
    site,
    stretches,
    tiny,
    waste,
    works,
    yard,
    years,
)

from redmud_opt.case import Case
from redmud_opt.case.rules import Limit, Target
from redmud_opt.case.things import CalendarMonth, Tier
from redmud_opt.case.works import Distance, Emission, Gate, Haul, Lane, LineProcess, OperatingPoint, Partition

HORIZONS = (
    years(2026),
    years(2026, 2),
    parts(2026, 6) + years(2027),
    stretches(2026, 1, 2, 3, 6) + years(2027),
    parts(2026, 4) + parts(2027, 6),
)
SITES = ("R", "M", "N")

amount = st.sampled_from([5.0, 20.0, 60.0, 150.0])
price = st.sampled_from([0.0, 2.0, 7.0, 25.0])
room = st.sampled_from([None, 10.0, 50.0, 200.0])
place = st.sampled_from(SITES)
Draw = Any


def world(draw: Draw) -> tuple[Tables, ...]:
    """Sites with distances, a road for all, a listed lane or two, and the landfill that makes a plan possible."""
    km = st.sampled_from([1.0, 10.0, 40.0])
    table = tuple(
        Distance(from_site=a, to_site=b, distance_km=draw(km))
        for a, b in (("R", "M"), ("M", "N"), ("R", "N"))
    )
    road = Haul(
        name="road",
        cost_cny_per_t_km=0.1,
        handling_cny_per_t=draw(price),
        max_km=draw(st.sampled_from([None, 15.0])),
    )
    lorry = Haul(
        name="lorry", material="dangerous", cost_cny_per_t_km=0.3, dg_allowed=True, co2e_kg_per_t_km=0.1
    )
    belt = Lane(
        name="belt", from_site="R", to_site="M", mode="belt", cost_cny_per_t=draw(price), capacity_t=draw(room),
        basis=draw(st.sampled_from(["dry", "as_received"])), per="period",
    )  # fmt: skip
    dumps = tuple(
        landfill("wastes", 60, at, name=f"dump_{at}", accepts_hazardous=True)["storages"][0] for at in SITES
    )
    return (
        site("M", kind=draw(st.sampled_from(["works", "transfer_station"]))),
        site("N"),
        rows(distances=table, haul=(road, lorry), lanes=belt, storages=dumps),
        group("wastes", "mud", "tails", "ash", "lining", "slag"),
        group("general", "mud", "tails", "ash"),
        group("dangerous", "lining", "slag"),
    )


def materials(draw: Draw) -> tuple[Tables, ...]:
    wet = st.sampled_from([0.0, 0.2])
    return (
        mud(draw(amount), moisture=draw(wet), density_t_per_m3=1.25),
        waste("ash", "other", density_t_per_m3=1.25),
        arises("ash", draw(amount), draw(place)),
        waste("lining", "spent_pot_lining", hazardous=True, density_t_per_m3=1.25),
        arises("lining", draw(amount), draw(place), during=draw(st.sampled_from(["", "2026"]))),
        waste("tails", density_t_per_m3=1.25, moisture=draw(wet)),
        waste("slag", density_t_per_m3=1.25),
        *(product(name) for name in ("iron", "brick")),
        *(commodity(name) for name in ("lime", "stone")),
        prop("Fe"),
        assay("mud", Fe=20),
        assay("ash", Fe=5),
        assay("lime", Fe=1),
    )


def plants(draw: Draw) -> tuple[Tables, ...]:
    """Separation with one or two points, bricks with lime, detoxification, lime from stone."""
    at = draw(place)
    made = {"recovery": 0.5, "property": "Fe", "grade": 50}
    separate = works("separate", "mud", {"iron": made, "tails": {"complement": True}}, at=at, capacity=draw(room),
                     cost=draw(price), iron_separation=True)  # fmt: skip
    if draw(st.booleans()):
        separate["points"] = (
            OperatingPoint(process="separate", point="a"),
            OperatingPoint(process="separate", point="b", cost_cny_per_t=3),
        )
        separate["line_processes"] += (
            LineProcess(line="separate_line", process="separate", point="b", use_per_t=2.0),
        )
    share = draw(st.sampled_from([0.0, 0.25]))
    feeds = {
        "mud": {},
        "tails": {"min_share": share},
        "ash": {"max_share": draw(st.sampled_from([0.5, 1.0]))},
    }
    inputs = {"lime": 0.25}
    press = works(
        "press", feeds, {"brick": 1.25}, at=draw(place), capacity=draw(room), cost=draw(price), inputs=inputs
    )
    detox = works("detox", "lining", {"slag": 1.25}, at=draw(place), capacity=draw(room), inputs=inputs,
                  method=draw(st.sampled_from(["U", "D", "P"])))  # fmt: skip
    burn = works(
        "burn", None, {"lime": 0.5}, at=draw(place), capacity=draw(room), cost=1, inputs={"stone": 1.0}
    )
    partition = Partition(process="separate", output="tails", property="Fe", share=0.5)
    emission = Emission(process="press", account="co2e_t", amount_per_t=0.2)
    return separate, press, detox, burn, rows(partitions=partition, emissions=emission)


def markets(draw: Draw) -> tuple[Tables, ...]:
    far = st.sampled_from([None, 5.0, 20.0])
    basis = st.sampled_from(["dry", "as_received"])
    found = [
        sells("iron", draw(price), draw(place), max_t=draw(room)),
        sells("brick", draw(price), draw(place), max_t=draw(room), calendar="season"),
        sells(
            "mud",
            -draw(price),
            draw(place),
            method="U",
            max_t=draw(room),
            basis=draw(basis),
            haul_radius_km=draw(far),
        ),
        sells(
            "slag", -draw(price), draw(place), method=draw(st.sampled_from(["U", "D", "P"])), max_t=draw(room)
        ),
        buys("lime", draw(price), draw(place), max_t=draw(room)),
        buys("stone", 1, "R"),
        rows(calendars=CalendarMonth(calendar="season", month=2, share=draw(st.sampled_from([0.0, 0.5])))),
    ]
    if draw(st.booleans()):
        steps = [Tier(item="brick_outlet", step=1, width_t=draw(amount), price_cny_per_t=30),
                 Tier(item="brick_outlet", step=2, price_cny_per_t=draw(price))]  # fmt: skip
        found.append(rows(tiers=tuple(steps)))
    return tuple(found)


def yards(draw: Draw) -> tuple[Tables, ...]:
    early = st.sampled_from([None, date(2025, 5, 1), date(2026, 1, 1)])
    at = draw(place)
    general = yard(
        "general", at, capacity_t=draw(st.sampled_from([None, 300.0])),
        airspace_m3=draw(st.sampled_from([None, 240.0])),
        max_put_t=draw(room), max_reclaim_t=draw(room), calendar="season", put_cost_cny_per_t=1,
        holding_cost_cny_per_t_a=draw(price), reclaim_cost_cny_per_t=1, final=draw(st.booleans()), method="D",
        place_cost_cny_per_t=20, compliant=draw(st.booleans()), tax_cny_per_t=2,
    )  # fmt: skip
    shed = yard("brick", draw(place), name="shed")
    cell = yard("dangerous", draw(place), name="cell", accepts_hazardous=True, capacity_t=100)
    stock = [
        in_stock("yard", m, draw(amount), arose_on=draw(early)) for m in ("mud", "ash") if draw(st.booleans())
    ]
    return general, shed, cell, *stock


def policy(draw: Draw) -> tuple[Tables, ...]:
    found: list[Tables] = []
    if draw(st.booleans()):
        row = Target(name="soft", waste_class="red_mud", at_least=0.5, hard=False, price_cny_per_t=draw(price),
                     rate=draw(st.sampled_from(["rate_new", "rate_stat", "rate_gross"])),
                     scope=draw(st.sampled_from(["", "R"])))  # fmt: skip
        found.append(rows(targets=row))
    if draw(st.booleans()):
        measure = draw(st.sampled_from(["feed", "made", "sold", "stock", "flow"]))
        per = draw(st.sampled_from(["period", "year", "horizon"]))
        found.append(
            rows(
                limits=Limit(
                    name="cap",
                    measure=measure,
                    sense="max",
                    value=400 if measure == "stock" else 80,
                    per=per,
                    material="mud",
                )
            )
        )
    if draw(st.booleans()):
        found.append(
            rows(gates=Gate(name="gate", at="press", property="Fe", limit=draw(st.sampled_from([9.0, 14.0]))))
        )
    return tuple(found)


@st.composite
def random_cases(draw: Draw) -> Case:
    """A case with a plan."""
    tables = (*world(draw), *materials(draw), *plants(draw), *markets(draw), *yards(draw), *policy(draw))
    return tiny(
        *tables,
        periods=draw(st.sampled_from(HORIZONS)),
        discounting=draw(st.sampled_from(["none", "mid_period"])),
        discount_rate=0.08,
        end_of_horizon=draw(st.sampled_from(["charge", "free"])),
        objective=draw(st.sampled_from(["value", "value", "utilisation"])),
    )
