"""BenchSpec → Case: a made-up group of refineries, smelters, works and markets, routed over quarters.

Plausible, not real: no number here is evidence of anything. Every linear family of the model that is not a mere
list of exceptions has members: balances with cohorts, stocks, lines, lanes, airspace, rates, demand, shares, gates
at processes and at receivers, totals, a hard and a soft target, the end of the horizon, every term of value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import numpy as np

from benchmarks.registry import BenchSpec
from redmud_opt.case import Case, Period, Settings
from redmud_opt.case.rules import Delisting, Method, Target
from redmud_opt.case.things import (
    Arising,
    Assay,
    CalendarMonth,
    GroupMember,
    Material,
    OpeningStock,
    Property,
    Site,
    Supply,
)
from redmud_opt.case.works import (
    Emission,
    Facility,
    Feed,
    FixedInput,
    Gate,
    Haul,
    Lane,
    Line,
    LineProcess,
    OperatingPoint,
    Outlet,
    Output,
    Partition,
    Process,
    Storage,
)

FIRST_YEAR = 2026
LINES = {"separate": 1.5e6, "brick": 5e5, "road": 8e5, "kiln": 2.5e6, "detox": 8e4}
"""Tonnes a year of one line, by process."""

PRODUCT = {
    "separate": "concentrate",
    "brick": "brick",
    "road": "road_base",
    "kiln": "clinker",
    "detox": "treated",
}
"""What a process makes, beside tailings."""


@dataclass
class Draft:
    """What is drawn before the tables are written."""

    spec: BenchSpec
    rng: np.random.Generator
    refineries: list[str]
    smelters: list[str]
    works: list[str]
    markets: list[str]
    muds: list[str]
    ashes: list[str]
    tables: dict[str, list] = field(default_factory=dict)

    def add(self, table: str, *rows: object) -> None:
        """Appends rows to a table."""
        self.tables.setdefault(table, []).extend(rows)

    def about(self, amount: float) -> float:
        """The amount, give or take a third."""
        return float(round(amount * self.rng.uniform(0.67, 1.33), 3))


def make_case(spec: BenchSpec) -> Case:
    """The case of an instance; the same for the same instance."""
    draft = _draw(spec)
    for write in (_sites, _materials, _processes, _lines, _storages, _markets, _lanes, _rules):
        write(draft)
    settings = Settings(name=spec.name, base_year=FIRST_YEAR, rule_pack="own", discount_rate=0.08)
    tables = {name: tuple(rows) for name, rows in draft.tables.items()}
    return Case(settings=settings, periods=quarters(spec.periods), **tables)


def quarters(count: int) -> tuple[Period, ...]:
    """So many calendar quarters."""
    starts = [date(FIRST_YEAR + k // 4, k % 4 * 3 + 1, 1) for k in range(count + 1)]
    return tuple(
        Period(f"{start.year}Q{(start.month + 2) // 3}", start, end) for start, end in pairwise(starts)
    )


def _draw(spec: BenchSpec) -> Draft:
    """Shares out sites and wastes: a fifth refineries, a tenth smelters, half works, the rest markets."""
    sites = [f"s{k:03}" for k in range(spec.sites)]
    ends = np.cumsum([max(1, round(spec.sites * share)) for share in (0.2, 0.1, 0.45)])
    parts = [list(part) for part in np.split(np.array(sites), ends)]
    names = [[str(site) for site in part] for part in parts]
    muds = max(1, round(spec.materials * 0.7))
    return Draft(
        spec,
        np.random.default_rng(spec.seed),
        *names,
        muds=[f"mud{k}" for k in range(muds)],
        ashes=[f"ash{k}" for k in range(max(1, spec.materials - muds))],
    )


def _sites(d: Draft) -> None:
    """Refineries and works anywhere; smelters and markets within some 40 km of a works."""
    # Degrees: as many neighbours within haul in a small group as in a large one.
    reach = 1.5 * (d.spec.sites / 24) ** 0.5
    at: dict[str, tuple[float, float]] = {}
    for name in (*d.refineries, *d.works):
        at[name] = (107.5 + float(d.rng.uniform(-reach, reach)), 24.0 + float(d.rng.uniform(-reach, reach)))
    for names in (d.smelters, d.markets):
        for k, name in enumerate(names):
            longitude, latitude = at[d.works[k % len(d.works)]]
            east, north = (float(d.rng.uniform(-0.25, 0.25)) for _ in range(2))
            at[name] = (longitude + east, latitude + north)
    kinds = {"refinery": d.refineries, "smelter": d.smelters, "works": d.works, "market": d.markets}
    for kind, names in kinds.items():
        rows = [Site(name=n, kind=kind, longitude_deg=at[n][0], latitude_deg=at[n][1]) for n in names]
        d.add("sites", *rows)
    d.add("calendars", *(CalendarMonth(calendar="dry", month=m, share=0.3) for m in (5, 6, 7, 8)))


def _materials(d: Draft) -> None:
    waste = {"legal_status": "general_waste", "density_t_per_m3": 1.3}
    for mud in d.muds:
        moisture = float(d.rng.uniform(0.25, 0.35))
        d.add("materials", Material(name=mud, waste_class="red_mud", moisture=moisture, **waste))
    for ash in d.ashes:
        d.add("materials", Material(name=ash, waste_class="other", moisture=0.1, **waste))
    d.add("materials", Material(name="spl", waste_class="spent_pot_lining", legal_status="hazardous_waste"))
    d.add("materials", *(Material(name=name, moisture=0.2, **waste) for name in ("tails", "treated")))
    for name in ("concentrate", "brick", "road_base", "clinker"):
        d.add("materials", Material(name=name, legal_status="product"))
    d.add("materials", *(Material(name=name, legal_status="commodity") for name in ("lime", "limestone")))
    _composition(d)
    groups = {"muds": d.muds, "ashes": d.ashes, "stackable": [*d.muds, "tails"]}
    groups |= {"works_sites": d.works, "fillable": [*d.muds, *d.ashes, "tails", "treated"]}
    d.add("groups", *(GroupMember(group=g, member=m) for g, members in groups.items() for m in members))


def _composition(d: Draft) -> None:
    d.add("properties", Property(name="Fe", unit="wt%"), Property(name="Na2O", unit="wt%"))
    soda = dict.fromkeys((*d.ashes, "treated"), 0.4) | {"tails": 4.0, "lime": 0.1, "limestone": 0.1}
    for mud in d.muds:
        soda[mud] = float(d.rng.uniform(3.0, 7.0))
        d.add("composition", Assay(material=mud, property="Fe", value=float(d.rng.uniform(15.0, 28.0))))
    d.add("composition", *(Assay(material=m, property="Na2O", value=v) for m, v in soda.items()))


def _processes(d: Draft) -> None:
    d.add(
        "processes",
        Process(name="separate", method="R4", cost_cny_per_t=32, iron_separation=True),
        Process(name="brick", method="R5", cost_cny_per_t=75),
        Process(name="road", method="R5", cost_cny_per_t=38),
        Process(name="kiln", method="R5", cost_cny_per_t=55, gas_t_per_t=0.35),
        Process(name="detox", method="C1", cost_cny_per_t=900),
    )
    d.add("points", OperatingPoint(process="separate", point="coarse"))
    d.add("points", OperatingPoint(process="separate", point="fine", cost_cny_per_t=9))
    _feeds(d)
    _outputs(d)
    gates = (("brick", "", 3.6), ("road", "", 4.2), ("kiln", "clinker", 0.9))
    for at, output, limit in gates:
        d.add("gates", Gate(name=f"soda_{at}", at=at, output=output, property="Na2O", limit=limit))
    accounts = (("brick", "co2e_t", 0.02), ("kiln", "co2e_t", 0.6), ("kiln", "energy_kgce", 110.0))
    accounts += (("separate", "water_m3", 1.4), ("separate", "co2e_t", 0.03))
    rows = [Emission(process=p, account=a, amount_per_t=v) for p, a, v in accounts]
    d.add("emissions", *rows)


def _feeds(d: Draft) -> None:
    d.add("feeds", Feed(process="separate", material="muds"), Feed(process="detox", material="spl"))
    shares = {"muds": (0.0, 0.55), "tails": (0.0, 0.8), "ashes": (0.1, 1.0)}
    for process in ("brick", "road"):
        for material, (least, most) in shares.items():
            d.add("feeds", Feed(process=process, material=material, min_share=least, max_share=most))
    for material, most in (("muds", 0.12), ("tails", 0.1), ("treated", 0.05)):
        d.add("feeds", Feed(process="kiln", material=material, max_share=most))
    d.add("feeds", Feed(process="kiln", material="limestone", min_share=0.8))


def _outputs(d: Draft) -> None:
    for point, recovery, grade in (("coarse", 0.35, 50.0), ("fine", 0.5, 54.0)):
        iron = {"property": "Fe", "recovery": recovery, "grade": grade}
        d.add("outputs", Output(process="separate", point=point, material="concentrate", **iron))
        d.add("outputs", Output(process="separate", point=point, material="tails", complement=True))
    d.add("partitions", Partition(process="separate", output="tails", property="Na2O", share=0.95))
    yields = {"brick": 1.08, "road": 1.05, "kiln": 0.65, "detox": 1.25}
    for process, amount in yields.items():
        d.add("outputs", Output(process=process, material=PRODUCT[process], yield_t_per_t=amount))
    for process, amount in (("brick", 0.08), ("road", 0.05), ("detox", 0.25)):
        d.add("inputs", FixedInput(process=process, material="lime", amount_per_t=amount))


def _lines(d: Draft) -> None:
    sited = [(site, "separate") for site in d.refineries] + [(site, "detox") for site in d.smelters]
    sited += [(site, process) for k, site in enumerate(d.works) for process in _of_works(k)]
    for site in dict.fromkeys(site for site, _ in sited):
        d.add("facilities", Facility(name=f"f_{site}", site=site))
    for site, process in sited:
        name = f"{process}_{site}"
        season = "dry" if process == "road" else ""
        d.add(
            "lines",
            Line(name=name, facility=f"f_{site}", capacity=d.about(LINES[process]), calendar=season),
        )
        d.add("line_processes", LineProcess(line=name, process=process, use_per_t=d.about(1.0)))
    lime = {"material": "lime", "price_cny_per_t": 310}
    d.add("supplies", Supply(name="lime_works", site="works_sites", **lime))
    d.add("supplies", *(Supply(name=f"lime_{site}", site=site, max_t=2e5, **lime) for site in d.smelters))
    d.add("supplies", Supply(name="quarry", site="works_sites", material="limestone", price_cny_per_t=28))


def _of_works(k: int) -> tuple[str, ...]:
    return (("brick", "road"), ("road",), ("kiln",), ("brick", "separate"))[k % 4]


def _storages(d: Draft) -> None:
    for k, site in enumerate(d.refineries):
        yard = f"yard_{site}"
        cost = {"put_cost_cny_per_t": 18, "reclaim_cost_cny_per_t": 9, "place_cost_cny_per_t": 33}
        room = {"airspace_m3": d.about(6e7), "max_reclaim_t": d.about(9e5), "calendar": "dry"}
        tax = {"compliant": k % 2 == 0, "tax_cny_per_t": 15.0}
        kind = {"material": "stackable", "final": True, "method": "D1"}
        d.add("storages", Storage(name=yard, site=site, **kind, **cost, **room, **tax))
        mud = d.muds[k % len(d.muds)]
        d.add("opening_stock", OpeningStock(storage=yard, material=mud, amount_t=d.about(4e6)))
        d.add("arisings", Arising(name=f"a_{site}", site=site, material=mud, amount_t=d.about(2.4e6)))
    _sheds(d)


def _sheds(d: Draft) -> None:
    """Sheds for hazardous waste and piles of ash at smelters; small stocks at every other works."""
    for k, site in enumerate(d.smelters):
        shed = {"accepts_hazardous": True, "capacity_t": 6e4, "holding_cost_cny_per_t_a": 40}
        d.add("storages", Storage(name=f"shed_{site}", site=site, material="spl", **shed))
        d.add("storages", Storage(name=f"pile_{site}", site=site, material="ashes", put_cost_cny_per_t=10))
        d.add("arisings", Arising(name=f"spl_{site}", site=site, material="spl", amount_t=d.about(1e4)))
        ash = d.ashes[k % len(d.ashes)]
        d.add("arisings", Arising(name=f"ash_{site}", site=site, material=ash, amount_t=d.about(6e5)))
    for site in d.works[::2]:
        limits = {"capacity_t": d.about(1e5), "max_put_t": d.about(4e5), "put_cost_cny_per_t": 6}
        d.add("storages", Storage(name=f"stock_{site}", site=site, material="stackable", **limits))


def _markets(d: Draft) -> None:
    """Market k lies by works k and buys what is made there; all buy concentrate and fill land for a fee."""
    prices = {"concentrate": 430.0, "brick": 190.0, "road_base": 82.0, "clinker": 240.0}
    for k, site in enumerate(d.markets):
        for product in dict.fromkeys(["concentrate", *(PRODUCT[p] for p in _of_works(k % len(d.works)))]):
            most = None if product == "clinker" else d.about(9e5)
            terms = {"material": product, "price_cny_per_t": d.about(prices[product]), "max_t": most}
            d.add("outlets", Outlet(name=f"{product}_{site}", site=site, **terms))
        fill = {"material": "fillable", "method": "D1", "basis": "as_received"}
        terms = {"price_cny_per_t": -d.about(60.0), "max_t": d.about(5e5)}
        d.add("outlets", Outlet(name=f"fill_{site}", site=site, **fill, **terms))
        if k % 2 == 0:
            d.add("gates", Gate(name=f"soda_{site}", at=f"fill_{site}", property="Na2O", limit=4.5))


def _lanes(d: Draft) -> None:
    truck = {"cost_cny_per_t_km": 0.42, "handling_cny_per_t": 8, "co2e_kg_per_t_km": 0.07}
    train = {"cost_cny_per_t_km": 0.16, "handling_cny_per_t": 25, "co2e_kg_per_t_km": 0.02}
    special = {"cost_cny_per_t_km": 1.1, "handling_cny_per_t": 60, "co2e_kg_per_t_km": 0.08}
    d.add("haul", Haul(name="truck", max_km=130, **truck))
    d.add("haul", Haul(name="train", material="concentrate", mode="rail", **train))
    d.add("haul", Haul(name="special", material="spl", dg_allowed=True, **special))
    for k, start in enumerate(d.refineries):
        end = d.works[k % len(d.works)]
        cost = {"cost_cny_per_t": d.about(24.0), "capacity_t": d.about(1.2e6)}
        d.add("lanes", Lane(name=f"rail_{start}_{end}", from_site=start, to_site=end, mode="rail", **cost))


def _rules(d: Draft) -> None:
    meanings = {"R4": "use", "R5": "use", "C1": "pretreatment", "D1": "disposal"}
    d.add("methods", *(Method(code=code, meaning=meaning) for code, meaning in meanings.items()))
    certificate = {"certificate": "made up", "identified_on": date(2025, 1, 1)}
    d.add("delistings", Delisting(process="detox", material="treated", **certificate))
    d.add("targets", Target(name="floor", waste_class="red_mud", at_least=0.03))
    soft = {"hard": False, "price_cny_per_t": 50.0}
    d.add("targets", Target(name="wish", waste_class="red_mud", rate="rate_stat", at_least=0.9, **soft))
