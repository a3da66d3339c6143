"""Golden rows of yards: raises and new yards, freeboard, closing, measures, and their money.

The files stand in `goldens/`; `golden.py` says how they are written anew. Densities are 1 t/m³ unless said.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.builders import Tables, in_stock, landfill, mud, parts, rows, sells, stretches, tiny, yard, years

from redmud_opt.case import Case
from redmud_opt.case.rules import Budget, Limit, YardMeasure
from redmud_opt.case.things import CalendarMonth
from redmud_opt.case.works import Raise, YardPoint


def rains(wet: float = 1.0, dry: float = 0.2) -> Tables:
    """June to September, and the rest of the year."""
    shares = {month: wet if 6 <= month <= 9 else dry for month in range(1, 13)}
    return rows(calendars=tuple(CalendarMonth(calendar="rains", month=m, share=s) for m, s in shares.items()))


def curve(*points: tuple[float, float], storage: str = "yard") -> Tables:
    """(height, volume) of a yard."""
    return rows(yard_curves=tuple(YardPoint(storage=storage, height_m=h, volume_m3=v) for h, v in points))


def raised(name: str, to: float, cost: float = 0.0, storage: str = "yard", **columns: Any) -> Tables:
    return rows(
        raises=Raise(
            name=name, storage=storage, to_height_m=to, capex_cny=cost, allowed="as licensed", **columns
        )
    )


def growing(**columns: Any) -> Case:
    """January to March 2026, the rest of it, 2027. A yard 10 m high, raises to 20 m at once and to 30 m after a year.

    V(10) = 100, V(20) = 300, V(30) = 500 m³.
    """
    base = (mud(density_t_per_m3=1.0), sells("mud", -9, method="D"))
    own = yard("mud", final=True, method="D", **{"height_m": 10.0, "rainy_calendar": "rains"} | columns)
    steps = (raised("second", 30.0, 70.0, lead_time_months=12), raised("first", 20.0, 50.0))
    heights = curve((30.0, 500.0), (10.0, 100.0), (0.0, 0.0))
    return tiny(*base, own, heights, *steps, rains(), periods=stretches(2026, 3, 9) + years(2027))


def test_raises(golden: Any) -> None:
    """5 m are kept free, of which 0.2 count until March: V(10) − V(5) = 50, V(20) − V(15) = V(30) − V(25) = 100.

    Room 100 − 0.2 · 50 = 90, then 50. First raise: 200 − 0.2 · (100 − 50) = 190, then 150; second: 200, no more free.
    The second, decided in January, stands from January 2027; decided in April, from April 2027; later never. Wherever
    it stands the first must.
    """
    golden(growing(freeboard_m=5.0), "storage_airspace", "yard_step_once", "yard_step_order")


def test_freeboard_share(golden: Any) -> None:
    """A tenth of airspace and tonnes: 100 · 0.98 = 98 and 90; 400 t: 392 and 360. Raises 196 and 180 each."""
    golden(growing(freeboard_share=0.1, capacity_t=400.0), "storage_airspace", "storage_tonnes")


def test_new_yard(golden: Any) -> None:
    """10 m² × 5 m = 50 m³, 80 t, 73 t a year; six months from the decision: from July 2026 or January 2027 on.

    Of both halves of 2026 and 2027: decided in January it takes 73 · 184/365 = 36.8 t in the second half.
    """
    new = yard("mud", name="next", final=True, method="D", candidate=True, lead_time_months=6, allowed="as licensed",
               area_m2=10.0, height_m=5.0, capacity_t=80.0, max_put_t=73.0, per="year", capex_cny=5.0)  # fmt: skip
    ends = (mud(density_t_per_m3=1.0), sells("mud", -9, method="D"))
    case = tiny(*ends, new, periods=parts(2026, 6) + years(2027))
    golden(case, "storage_airspace", "storage_tonnes", "yard_enter", "yard_step_once")


def test_yard_closing(golden: Any) -> None:
    """`old` closes on 1 October 2026: nothing is held at the end of 26b and of 27a.

    `yard` may be closed: 100 t new and 50 old can have been there by June, 200 and 50 by December, 300 new and
    50 + 200 legacy in 2027; each put in, placed, reclaimed, in stock: 4 · 150 = 600, 4 · 250, 4 · 550.
    """
    old = yard("mud", name="old", closes=date(2026, 10, 1))
    own = yard("mud", final=True, method="D", may_close=True)
    ends = (mud(), landfill("mud"), in_stock("yard", "mud", 50, arose_on=date(2025, 7, 1)))
    case = tiny(*ends, old, own, periods=parts(2026, 6) + years(2027))
    golden(case, "yard_emptied", "yard_shut", "yard_closed_once")


def measures() -> tuple[YardMeasure, ...]:
    known: dict[str, Any] = {"storage": "yard", "risk_before": 60.0}
    return (
        YardMeasure(
            name="cap", kind="cap", cost_cny=500, annual_cost_cny_per_a=20, risk_after=25.0,
            deadline=date(2026, 9, 30), **known,
        ),
        YardMeasure(
            name="wells", kind="monitoring", cost_cny=30, annual_cost_cny_per_a=5, risk_after=50.0, **known
        ),
        YardMeasure(name="wall", storage="yard", kind="cut_off", cost_cny=80, blocks_reclaim="yes"),
    )  # fmt: skip


def test_yard_measures(golden: Any) -> None:
    """60 − 35 · cap − 10 · wells; the cap by 30 September 2026: decided in January or July, once for sure.

    M of what is reclaimed: 70 t of old mud and 100 t new by June = 170, 70 + 200 by December, 300 + 270 in 2027.
    At most a score of 55 in 2027.
    """
    limit = Limit(name="safe", measure="risk", at="yard", sense="max", value=55, during="2027")
    base = (mud(), landfill("mud"), yard("mud", max_put_t=0.0), in_stock("yard", "mud", 70))
    case = tiny(*base, rows(yard_measures=measures(), limits=limit), periods=parts(2026, 6) + years(2027))
    golden(case, "measure_once", "reclaim_blocked", "define_risk", "limit")


def test_value_of_yards(golden: Any) -> None:
    """2026 and 2027 at 10 %: factors 0.953494 and 0.866869.

    capex 50 · first, 70 · second, each at its decision; holding 12 a year of the yard until closed, 3 of the first
    raise from its start; closure of `old` on 1 July 2027: 40 · 0.866869, its 8 a year for 181/365 of 2027; of `shed`
    15 · close; measures once and per year. The budget of 2026 pays for what is decided in 2026.
    """
    base = (mud(density_t_per_m3=1.0), landfill("mud"), in_stock("yard", "mud", 70))
    own = yard("mud", height_m=10.0, fixed_om_cny_per_a=12.0)
    old = yard(
        "mud", name="old", closes=date(2027, 7, 1), closure_cost_cny=40.0, fixed_om_cny_per_a=8.0, max_put_t=0
    )
    shed = yard("mud", name="shed", may_close=True, closure_cost_cny=15.0, fixed_om_cny_per_a=6.0)
    heights = curve((30.0, 500.0), (10.0, 100.0), (0.0, 0.0))
    steps = (raised("second", 30.0, 70.0), raised("first", 20.0, 50.0, fixed_om_cny_per_a=3.0))
    money = rows(yard_measures=measures()[1:], budgets=Budget(name="of_2026", year=2026, amount_cny=60))
    case = tiny(*base, own, old, shed, heights, *steps, money, periods=years(2026, 2),
                discounting="mid_period", discount_rate=0.1)  # fmt: skip
    golden(case, "define_value_cny", "budget")
