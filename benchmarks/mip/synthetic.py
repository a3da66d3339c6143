"""MipSpec → Case: made-up refineries that may build separators, and works that may build block and road lines.

Plausible, not real: no number here is evidence of anything. What makes it hard is what makes such cases hard: a line
takes more than one plant sends it and makes more than one market buys, so that a relaxation builds a part of a line
everywhere. Decisions: steps of two sizes that exclude each other, units built more than once, steps of any size
(dearer at the beginning), block lines for tailings that need a separator, rail lanes with a cost once and a least
lot, least rates of running, and budgets per owner and year. Yards take whatever is left, and the target is soft, so
that every instance has a plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np

from redmud_opt.case import Case, Period, Settings
from redmud_opt.case.rules import Budget, Logic, Method, Target
from redmud_opt.case.things import (
    Arising,
    Assay,
    GroupMember,
    Material,
    OpeningStock,
    Owner,
    Property,
    Site,
    Supply,
    Tier,
)
from redmud_opt.case.works import (
    Facility,
    Feed,
    FixedInput,
    Haul,
    Lane,
    Line,
    LineProcess,
    Outlet,
    Output,
    Partition,
    Process,
    Storage,
)

Cells = dict[str, Any]

FIRST_YEAR = 2026
EARTH_KM_PER_DEG = 111.2
SCALE = 0.65
"""Capex grows with size to this power."""

BASIN_DEG = 3.0
"""From one basin to the next, in degrees of longitude."""

BASIN = 5
"""Refineries in a basin, at most."""


@dataclass(frozen=True, slots=True)
class MipSpec:
    """A synthetic case with so many plants, works, markets and years, drawn with a seed."""

    name: str
    refineries: int
    works: int
    markets: int
    years: int
    seed: int


@dataclass(frozen=True)
class Technology:
    """A step: reference size [t/a of feed], capex [CNY], months to build, fixed cost a year as a share of capex."""

    process: str
    capacity: float
    capex: float
    lead: int
    fixed: float = 0.03
    ramp_up: str = ""


TECHNOLOGIES = {
    "separator": Technology("separate", 1.5e6, 1.1e8, 24, ramp_up="0.7; 1"),
    "block": Technology("block", 6e5, 7.5e7, 12, ramp_up="0.8; 1"),
    "tailings_block": Technology("tailings_block", 6e5, 6.5e7, 12, ramp_up="0.8; 1"),
    "road": Technology("road", 8e5, 4.5e7, 12),
}


@dataclass
class Draft:
    """What is drawn before the tables are written."""

    spec: MipSpec
    rng: np.random.Generator
    refineries: list[str]
    works: list[str]
    markets: list[str]
    at: dict[str, tuple[float, float]] = field(default_factory=dict)
    capex: dict[str, float] = field(default_factory=dict)
    tables: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def muds(self) -> dict[str, str]:
        """Refinery → its mud: no two ores are alike."""
        return {site: f"mud_{k:02}" for k, site in enumerate(self.refineries)}

    def add(self, table: str, *rows: object) -> None:
        """Appends rows to a table."""
        self.tables.setdefault(table, []).extend(rows)

    def about(self, amount: float, spread: float = 0.33) -> float:
        """The amount, give or take a third, to three digits."""
        return float(f"{amount * self.rng.uniform(1 - spread, 1 + spread):.3g}")

    def around(self, point: tuple[float, float], degrees: float) -> tuple[float, float]:
        """A place near another one."""
        east, north = (float(self.rng.uniform(-degrees, degrees)) for _ in range(2))
        return point[0] + east, point[1] + north

    def km(self, one: str, other: str) -> float:
        """Distance as the crow flies, near enough."""
        east, north = (a - b for a, b in zip(self.at[one], self.at[other], strict=True))
        return EARTH_KM_PER_DEG * float(np.hypot(east * np.cos(np.radians(24.0)), north))

    @property
    def basins(self) -> int:
        """How many basins there are."""
        return -(-self.spec.refineries // BASIN)

    def owner(self, site: str) -> str:
        """Whose site it is: each basin has a company of its own."""
        return f"company_{round((self.at[site][0] - 106.4) / BASIN_DEG)}"

    def site_of(self, line: str) -> str:
        """The site that the name of a line ends with."""
        return "_".join(line.rsplit("_", 2)[1:])

    def nearest(self, site: str, others: list[str]) -> list[str]:
        """The others, the nearest first."""
        return sorted(others, key=lambda other: self.km(site, other))


def make_case(spec: MipSpec) -> Case:
    """The case of an instance; the same for the same instance."""
    d = Draft(
        spec,
        np.random.default_rng(spec.seed),
        [f"refinery_{k:02}" for k in range(spec.refineries)],
        [f"works_{k:02}" for k in range(spec.works)],
        [f"market_{k:02}" for k in range(spec.markets)],
    )
    for write in (_sites, _materials, _processes, _yards, _markets, _standing, _steps, _lanes, _rules):
        write(d)
    settings = Settings(name=spec.name, base_year=FIRST_YEAR, rule_pack="own", discount_rate=0.08)
    tables: Cells = {name: tuple(rows) for name, rows in d.tables.items()}
    return Case(settings=settings, periods=years(spec.years), **tables)


def years(count: int) -> tuple[Period, ...]:
    """So many calendar years."""
    starts = [date(FIRST_YEAR + k, 1, 1) for k in range(count + 1)]
    return tuple(Period(str(start.year), start, end) for start, end in pairwise(starts))


def _sites(d: Draft) -> None:
    """Basins of some five refineries, 75 km from each other; works around refineries, markets around works.

    Mud stays in its basin; what the basins share is the money and the buyers of concentrate.
    """
    for k, name in enumerate(d.refineries):
        place, basin = divmod(k, d.basins)
        row, column = divmod(place, 2)
        d.at[name] = d.around((106.0 + BASIN_DEG * basin + 0.75 * column, 23.0 + 0.7 * row), 0.18)
    for k, name in enumerate(d.works):
        d.at[name] = d.around(d.at[d.refineries[k % len(d.refineries)]], 0.4)
    for k, name in enumerate(d.markets):
        d.at[name] = d.around(d.at[d.works[(1 + 5 * k) % len(d.works)]], 0.3)
    d.add("owners", *(Owner(name=f"company_{k}") for k in range(d.basins)))
    for kind, names in (("refinery", d.refineries), ("works", d.works), ("market", d.markets)):
        for name in names:
            longitude, latitude = (round(degrees, 4) for degrees in d.at[name])
            at: Cells = {"longitude_deg": longitude, "latitude_deg": latitude, "owner": d.owner(name)}
            d.add("sites", Site(name=name, kind=kind, **at))


def _materials(d: Draft) -> None:
    waste: Cells = {"legal_status": "general_waste", "density_t_per_m3": 1.3}
    d.add("properties", Property(name="Fe", unit="wt%"))
    for mud in d.muds.values():
        d.add("materials", Material(name=mud, waste_class="red_mud", moisture=0.3, **waste))
        d.add("composition", Assay(material=mud, property="Fe", value=d.about(20.0, 0.2)))
    d.add("materials", Material(name="tails", moisture=0.2, **waste))
    good: Cells = {"legal_status": "product", "product_standard": "made up", "pollutant_limit": "made up"}
    d.add("materials", *(Material(name=name, **good) for name in ("concentrate", "brick", "base")))
    d.add("materials", Material(name="aggregate", legal_status="commodity"))
    muds = list(d.muds.values())
    groups = {"muds": muds, "stackable": [*muds, "tails"], "works_sites": d.works}
    d.add("groups", *(GroupMember(group=g, member=m) for g, members in groups.items() for m in members))


def _processes(d: Draft) -> None:
    d.add(
        "processes",
        Process(name="separate", method="R4", cost_cny_per_t=30, iron_separation=True),
        Process(name="block", method="R5", cost_cny_per_t=52),
        Process(name="tailings_block", method="R5", cost_cny_per_t=46),
        Process(name="road", method="R5", cost_cny_per_t=24),
    )
    d.add("feeds", Feed(process="separate", material="muds"))
    iron: Cells = {"property": "Fe", "recovery": 0.42, "grade": 54.0}
    d.add("outputs", Output(process="separate", material="concentrate", **iron))
    d.add("outputs", Output(process="separate", material="tails", complement=True))
    d.add("partitions", Partition(process="separate", output="tails", property="Fe", share=0.58))
    d.add("feeds", Feed(process="block", material="muds"), Feed(process="tailings_block", material="tails"))
    d.add(
        "feeds", *(Feed(process="road", material=m, max_share=s) for m, s in (("muds", 0.7), ("tails", 1.0)))
    )
    made = {"block": ("brick", 0.6), "tailings_block": ("brick", 0.5), "road": ("base", 0.4)}
    for process, (product, aggregate) in made.items():
        d.add("inputs", FixedInput(process=process, material="aggregate", amount_per_t=aggregate))
        d.add("outputs", Output(process=process, material=product, yield_t_per_t=1.0 + aggregate))
    d.add("supplies", Supply(name="quarry", site="works_sites", material="aggregate", price_cny_per_t=38))


def _yards(d: Draft) -> None:
    """Mud arises at refineries; a yard beside each takes what is left over, and a pond holds old mud to reclaim."""
    for k, site in enumerate(d.refineries):
        mud = d.muds[site]
        d.add("arisings", Arising(name=f"mud_{site}", site=site, material=mud, amount_t=d.about(4.5e5, 0.5)))
        kind: Cells = {"material": "stackable", "retrievable": False, "final": True, "method": "D1"}
        cost: Cells = {"place_cost_cny_per_t": d.about(30), "compliant": k % 2 == 0, "tax_cny_per_t": 15.0}
        d.add("storages", Storage(name=f"yard_{site}", site=site, **kind, **cost))
        terms: Cells = {"max_put_t": 0.0, "max_reclaim_t": d.about(6e4), "reclaim_cost_cny_per_t": 10}
        d.add("storages", Storage(name=f"pond_{site}", site=site, material=mud, **terms))
        d.add("opening_stock", OpeningStock(storage=f"pond_{site}", material=mud, amount_t=d.about(3e5)))


def _markets(d: Draft) -> None:
    """Markets buy less of a product than a line makes; one in three buys concentrate, one in four fills land."""
    for k, site in enumerate(d.markets):
        for product, price, most in (("brick", 140.0, 2.2e5), ("base", 88.0, 2.6e5)):
            terms: Cells = {"price_cny_per_t": d.about(price, 0.15), "max_t": d.about(most, 0.5)}
            d.add("outlets", Outlet(name=f"{product}_{site}", site=site, material=product, **terms))
        if k % 3 == 0:
            terms = {"price_cny_per_t": d.about(520.0, 0.1), "max_t": d.about(4e5, 0.5)}
            d.add("outlets", Outlet(name=f"concentrate_{site}", site=site, material="concentrate", **terms))
        if k % 4 == 0:
            terms = {"price_cny_per_t": -d.about(12.0), "max_t": d.about(8e4), "method": "R5"}
            d.add("outlets", Outlet(name=f"fill_{site}", site=site, material="stackable", **terms))


def _standing(d: Draft) -> None:
    """Facilities, and what stands already: one separator in five, one small block line in six."""
    for site in (*d.refineries, *d.works):
        d.add("facilities", Facility(name=f"at_{site}", site=site))
    for site in d.refineries[::5]:
        _line(d, f"separator_0_{site}", site, "separate", capacity=d.about(4e5), fixed_om_cny_per_a=2e6)
    for site in d.works[::6]:
        _line(d, f"block_0_{site}", site, "block", capacity=d.about(1.2e5), fixed_om_cny_per_a=6e5)


def _steps(d: Draft) -> None:
    """Separators in two sizes; at works, in turn: blocks large or small, road and tailings, any size, units."""
    for site in d.refineries:
        large, small = (_step(d, "separator", site, size) for size in (1.0, 0.4))
        d.add("logic", Logic(name=f"one_{site}", kind="excludes", first=large, second=small, per="horizon"))
    for k, site in enumerate(d.works):
        if k % 4 == 0:
            large = _step(d, "block", site, 1.0, min_rate=0.5)
            small = _step(d, "block", site, 0.35)
            d.add(
                "logic", Logic(name=f"one_{site}", kind="excludes", first=large, second=small, per="horizon")
            )
        elif k % 4 == 1:
            _step(d, "road", site, 1.0)
            _tailings(d, _step(d, "tailings_block", site, 0.8), site)
        elif k % 4 == 2:
            _any_size(d, site)
        else:
            _step(d, "road", site, 0.5, times=2)


def _step(d: Draft, technology: str, site: str, size: float, **columns: Any) -> str:
    """A candidate line of a share of the reference size; its name."""
    t = TECHNOLOGIES[technology]
    name = f"{technology}_{round(100 * size):03}_{site}"
    capex = d.about(t.capex * size**SCALE, 0.15)
    d.capex[name] = capex
    money: Cells = {"capex_cny": capex, "fixed_om_cny_per_a": float(f"{t.fixed * capex:.3g}")}
    when: Cells = {"lead_time_months": t.lead, "life_a": 15.0, "ramp_up": t.ramp_up}
    spend: Cells = {"spend_profile": "0.6; 0.4"} if t.lead > 12 else {}
    capacity = float(f"{t.capacity * size:.3g}")
    _line(d, name, site, t.process, capacity=capacity, candidate=True, **money, **when, **spend, **columns)
    return name


def _any_size(d: Draft, site: str) -> None:
    """A block line of any size: a quarter of the capex is for the site, and the first third of the size is dearer."""
    name = _step(d, "block", site, 1.1)
    row = d.tables["lines"].pop()
    d.add("lines", replace(row, capex_cny=float(f"{0.25 * row.capex_cny:.3g}")))
    each = 0.75 * row.capex_cny / row.capacity
    d.add(
        "tiers",
        Tier(item=name, step=1, width_t=round(row.capacity / 3), price_cny_per_t=float(f"{1.4 * each:.3g}")),
        Tier(item=name, step=2, price_cny_per_t=float(f"{0.8 * each:.3g}")),
    )


def _tailings(d: Draft, line: str, site: str) -> None:
    """A block line for tailings needs a separator at one of the two nearest refineries, old or new."""
    near = set(d.nearest(site, d.refineries)[:2])
    group = f"separators_near_{site}"
    names = [row.name for row in d.tables["lines"]]
    members = [name for name in names if name.startswith("separator") and d.site_of(name) in near]
    d.add("groups", *(GroupMember(group=group, member=name) for name in members))
    d.add("logic", Logic(name=f"tailings_{site}", kind="requires", first=line, second=group))


def _line(d: Draft, name: str, site: str, process: str, **columns: Any) -> None:
    d.add("lines", Line(name=name, facility=f"at_{site}", **columns))
    d.add("line_processes", LineProcess(line=name, process=process))


def _lanes(d: Draft) -> None:
    truck: Cells = {"cost_cny_per_t_km": 0.35, "handling_cny_per_t": 5}
    reach = {"muds": 75, "tails": 35, "brick": 140, "base": 110, "concentrate": 300}
    d.add(
        "haul", *(Haul(name=f"{what}_truck", material=what, max_km=km, **truck) for what, km in reach.items())
    )
    for site in d.refineries:
        for end in d.nearest(site, d.works)[1:3]:
            cost: Cells = {
                "cost_cny_per_t": d.about(11.0),
                "fixed_cost_cny": d.about(5e6),
                "min_lot_t": d.about(4e4),
            }
            route: Cells = {"from_site": site, "to_site": end, "mode": "rail", "material": "stackable"}
            d.add("lanes", Lane(name=f"rail_{site}_{end}", capacity_t=d.about(6e5), **route, **cost))


def _rules(d: Draft) -> None:
    """Budgets of all together by the year, of each company over the horizon; a soft target of a third."""
    meanings = {"R4": "use", "R5": "use", "D1": "disposal"}
    d.add("methods", *(Method(code=code, meaning=meaning) for code, meaning in meanings.items()))
    total = sum(d.capex.values())
    for year in range(FIRST_YEAR, FIRST_YEAR + d.spec.years):
        amount = float(f"{max(1.3e8, 0.09 * total):.3g}")
        d.add("budgets", Budget(name=f"budget_{year}", year=year, amount_cny=amount))
    for owner in (row.name for row in d.tables["owners"]):
        own = sum(capex for name, capex in d.capex.items() if d.owner(d.site_of(name)) == owner)
        d.add("budgets", Budget(name=f"budget_{owner}", scope=owner, amount_cny=float(f"{0.4 * own:.3g}")))
    soft: Cells = {"hard": False, "price_cny_per_t": 30.0}
    d.add("targets", Target(name="wish", waste_class="red_mud", at_least=0.33, **soft))
