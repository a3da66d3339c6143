"""A plan worked out on paper, from tables alone: two sites, two wastes, one shared kiln.

Year 2026 is period `a`, 2027 is `b`. Dry tonnes. At R arise 100 mud in each period and 10 lining in `a`.

    a   mud      60 → mill at R (50 tailings, 8 ore, 2 lost);  30 → lane R→W → kiln at W;  10 → yard
        tailings 45 placed in the pit at R, 5 delivered as road base
        lining   10 → lane R→W → kiln at W
        kiln     30 mud + 10 lining + 160 meal → 120 clinker;  clinker 100 sold at W, 20 put into the silo
    b   mud      100 + 40 from the yard → mill (120 tailings, 16 ore, 4 lost), all tailings to the pit
        ore      a: 8, b: 16: moved R→M, sold at M;   in b the press at R takes 6 water and gives 6 more ore
        clinker  20 taken from the silo, sold

    built    decided in a: 2 units of a mill of 100 t/a at 3 M CNY each, half due in 2026 and half in 2027, and a
             kiln of any size, 50 t/a, at 1 M CNY; the old kiln is closed in b; 4 M CNY may be due in 2026, 9 in all

Of the 120 clinker 18 stand for mud (30 of 200 fed) and 6 for lining (10 of 200).
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from redmud_opt.plan import Plan
from redmud_opt.report.setting import Setting

MUD, TAILINGS, LINING = "mud@red_mud@new", "tailings<mill<mud@red_mud@new", "lining@spent_pot_lining@new"

COLUMNS = {
    "streams": "stream lineage material process point parent origin waste_class plant cohort",
    "arisings": "site stream period arising_t",
    "flows": "lane mode from_site to_site stream period flow_t wet_t",
    "feeds": "line process point stream period feed_t",
    "made": "site process stream period made_t",
    "purchases": "supply site stream period bought",
    "sales": "outlet site stream period sold",
    "stocks": "storage site stream period put_t reclaimed_t stock_t",
    "placements": "storage site stream period placed_t",
    "tiers": "item window step amount",
    "shortfalls": "target year short_t price_cny_per_t penalty_cny",
    "excess": "storage waste_class kind excess_t charge_cny_per_t",
    "value_terms": "term year value_cny",
    "targets": "target waste_class scope year rate iron hard at_least reached verdict asked_t reached_t short_t",
    "builds": "line period start units size unit capex_cny",
    "closings": "line decided period units",
    "running": "line period on run_h",
    "openings": "lane period",
    "used": "kind item period used",
    "refunds": "facility product year refund_cny",
    "spending": "line year capex_cny",
    "budgets": "budget window amount_cny spent_cny",
    "totals": "total origin cohort year amount",
    "accounts": "account scope site item carrier period year amount",
    "energy": "site process carrier unit period year amount energy_kgce",
    "transport": "mode year clean flow_t wet_t t_km co2e_t cost_cny clean_share",
    "fates": "origin cohort year fate at amount_t",
    "rates": "waste_class plant year generated_t utilised_new_t utilised_legacy_t gross_new_t gross_legacy_t "
    "rate_new rate_stat rate_gross",
    "identity": "origin year opening_t generated_t received_t utilised_t placed_t reduced_t handed_to_disposal_t "
    "handed_out_t closing_t residual_t",
}

STREAMS = (
    (MUD, "mud", "mud", "", "", "", "red_mud", "red_mud", "", "new"),
    (TAILINGS, "tailings<mill<mud", "tailings", "mill", "", "mud", "red_mud", "red_mud", "", "new"),
    (LINING, "lining", "lining", "", "", "", "spent_pot_lining", "spent_pot_lining", "", "new"),
    *((name, name, name, "", "", "", "", "", "", "") for name in ("ore", "clinker", "meal", "steam")),
)

ROWS: dict[str, Sequence[tuple[object, ...]]] = {
    "streams": STREAMS,
    "arisings": (("R", MUD, "a", 100.0), ("R", MUD, "b", 100.0), ("R", LINING, "a", 10.0)),
    "flows": (
        ("R_W", "road", "R", "W", MUD, "a", 30.0, 40.0),
        ("R_W", "road", "R", "W", LINING, "a", 10.0, 10.0),
        ("R_M", "rail", "R", "M", "ore", "a", 8.0, 8.0),
        ("R_M", "rail", "R", "M", "ore", "b", 16.0, 16.0),
    ),
    "feeds": (
        ("mill_line", "mill", "", MUD, "a", 60.0),
        ("mill_line", "mill", "", MUD, "b", 140.0),
        ("kiln_line", "kiln", "", MUD, "a", 30.0),
        ("kiln_line", "kiln", "", LINING, "a", 10.0),
        ("kiln_line", "kiln", "", "meal", "a", 160.0),
        ("boiler_line", "boiler", "", "", "a", 5.0),
    ),
    "made": (
        ("R", "mill", TAILINGS, "a", 50.0),
        ("R", "mill", TAILINGS, "b", 120.0),
        ("R", "mill", "ore", "a", 8.0),
        ("R", "mill", "ore", "b", 16.0),
        ("W", "kiln", "clinker", "a", 120.0),
        ("W", "kiln", "steam", "a", 999.0),
        ("W", "boiler", "steam", "a", 999.0),
    ),
    "purchases": (("meal_supply", "W", "meal", "a", 160.0),),
    "sales": (
        ("road_base", "R", TAILINGS, "a", 5.0),
        ("steel", "M", "ore", "a", 8.0),
        ("steel", "M", "ore", "b", 16.0),
        ("cement", "W", "clinker", "a", 100.0),
        ("cement", "W", "clinker", "b", 20.0),
    ),
    "stocks": (
        ("yard", "R", MUD, "a", 10.0, 0.0, 60.0),
        ("yard", "R", MUD, "b", 0.0, 40.0, 20.0),
        ("silo", "W", "clinker", "a", 20.0, 0.0, 20.0),
        ("silo", "W", "clinker", "b", 0.0, 20.0, 0.0),
    ),
    "placements": (("pit", "R", TAILINGS, "a", 45.0), ("pit", "R", TAILINGS, "b", 120.0)),
    "value_terms": (("sales", 2026, 9e6), ("processing", 2026, -2e6), ("levies", 2026, 0.0)),
    "builds": (
        ("mill_2", "a", "2027-01-01", 2, 200.0, "t/a", 6e6),
        ("kiln_2", "a", "2026-07-01", 1, 50.0, "t/a", 1e6),
    ),
    "closings": (("kiln_line", "", "b", 1),),
    "running": (("mill_2", "b", 2, float("nan")), ("kiln_2", "b", float("nan"), 1234.5)),
    "openings": (("R_W", "a"),),
    "used": (("lane", "R_W", "a", 1), ("lane", "R_X", "a", 1), ("outlet", "road_base", "a", 1)),
    "refunds": (("works", "clinker", 2026, 12_345.0),),
    "accounts": (
        ("co2e_t", "direct", "W", "kiln", "", "a", 2026, 170.0),
        ("co2e_t", "purchased", "W", "kiln", "meal", "a", 2026, 4.0),
        ("co2e_t", "transport", "R", "road", "", "a", 2026, 0.5),
        ("avoided_co2e_t", "avoided", "R", "road_base", "", "a", 2026, 1.0),
    ),
    "energy": (("W", "kiln", "meal", "t", "a", 2026, 160.0, float("nan")),),
    "transport": (
        ("rail", 2026, "yes", 8.0, 8.0, 3000.0, 0.0, 90.0, 0.75),
        ("road", 2026, "no", 40.0, 50.0, 1000.0, 0.5, 400.0, 0.75),
    ),
    "spending": (("kiln_2", 2026, 1e6), ("mill_2", 2026, 3e6), ("mill_2", 2027, 3e6)),
    "budgets": (("first", "2026", 4e6, 4e6), ("all", "horizon", 9e6, 7e6)),
    "rates": (
        ("red_mud", "", 2026, 100.0, 15.0, 0.0, 60.0, 0.0, 0.15, 0.15, 0.6),
        ("red_mud", "", 2027, 100.0, 20.0, 5.0, 60.0, 5.0, 0.20, 25 / 105, 0.65),
        ("spent_pot_lining", "", 2026, 10.0, 10.0, 0.0, 10.0, 0.0, 1.0, 1.0, 1.0),
        ("spent_pot_lining", "", 2027, 0.0, 0.0, 0.0, 0.0, 0.0, *[float("nan")] * 3),
    ),
    "identity": (
        ("red_mud", 2026, 50.0, 100.0, 0.0, 45.0, 45.0, 0.0, 0.0, 0.0, 60.0, 0.0),
        ("red_mud", 2027, 60.0, 100.0, 0.0, 20.0, 120.0, 0.0, 0.0, 0.0, 20.0, 0.0),
        ("spent_pot_lining", 2026, 0.0, 10.0, 0.0, 10.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    ),
}

LABELS = {
    "en": {
        "mud": "Fresh mud",
        "R": "Refinery",
        "W": "Works",
        "mill": "Mill",
        "mill_2": "Second mill",
        "kiln_2": "Second kiln",
        "tailings": "Tailings",
        "yard": "Yard",
    },
    "zh": {"mud": "新产赤泥", "R": "氧化铝厂", "mill": "磨选", "mill_2": "磨选二线", "tailings": "尾泥"},
}

SETTING = Setting(
    year_of={"a": 2026, "b": 2027},
    site_of_line={"mill_line": "R", "kiln_line": "W", "boiler_line": "W"},
    not_tonnes=frozenset({"steam"}),
)


def plan(**tables: Sequence[tuple[object, ...]]) -> Plan:
    """The plan; keywords replace whole tables."""
    rows = ROWS | tables
    frames = {
        name: pd.DataFrame(rows.get(name, ()), columns=columns.split()) for name, columns in COLUMNS.items()
    }
    solve = {"status": "optimal", "stopped": "optimal", "holds": "proved", "gap": 0.0}
    return Plan("paper", {"en": "On paper", "zh": "纸上"}, frames, solve, 7e6, labels=LABELS)


def target_row(
    name: str = "t", *, at_least: float, reached: float, verdict: str, **values: object
) -> tuple[object, ...]:
    """A row of the targets: red mud, new rate, 2026, hard, unless said."""
    row = {
        "target": name,
        "waste_class": "red_mud",
        "scope": "",
        "year": 2026,
        "rate": "rate_new",
        "iron": "net_product",
        "hard": True,
        "at_least": at_least,
        "reached": reached,
        "verdict": verdict,
        "asked_t": 100.0 * at_least,
        "reached_t": 100.0 * reached,
        "short_t": 0.0,
    }
    return tuple((row | values).values())
