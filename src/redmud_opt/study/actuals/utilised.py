"""What was generated and utilised so far in the year of the cut-off: rows of `year_to_date`, in origin tonnes.

    utilised = Σ fed · w · u over uses + Σ delivered to outlets of use · w            MODEL.md 'Utilisation'

Factors and cohorts are those of the plan's own ways (`yields`), so they are exact where the mix was as planned.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from redmud_opt.case.case import Period
from redmud_opt.network import Network
from redmud_opt.network.lineage import WASTE
from redmud_opt.plan import Plan
from redmud_opt.plan.framing import picked
from redmud_opt.study.actuals.books import Book, Places
from redmud_opt.study.actuals.yields import Yields

Origin = tuple[str, str]
"""Waste class and plant."""


@dataclass
class ToDate:
    """Sums of one origin. new, legacy: (net, gross)."""

    generated: float = 0.0
    new: list[float] = field(default_factory=lambda: [0.0, 0.0])
    legacy: list[float] = field(default_factory=lambda: [0.0, 0.0])


def year_to_date(
    plan: Plan, net: Network, book: Book, places: Places, yields: Yields, periods: list[Period]
) -> list[dict[str, str]]:
    """Rows for the year in which the last of some periods lies; those that the case began with added."""
    year = periods[-1].year
    names = [period.name for period in periods if period.year == year]
    home = _homes(places)
    found: dict[Origin, ToDate] = defaultdict(ToDate)
    materials = {row.name: row for row in places.case.materials}
    for site, material in book.amounts["arising"]:
        tonnes = sum(book.of("arising", (site, material), name) for name in names)
        found[materials[material].waste_class, site].generated += tonnes
    for origin, cohort, amounts in (*_fed(book, yields, names), *_delivered(plan, net, book, names)):
        waste_class, _, plant = origin.partition(":")
        site = plant if plant in home.values() else home.get(waste_class, "")
        own = found[waste_class, site]
        side = own.legacy if cohort == "legacy" else own.new
        for k, amount in enumerate(amounts):
            side[k] += amount
    for row in places.case.year_to_date if places.case.periods[0].year == year else ():
        own = found[row.waste_class, row.site]
        own.generated += row.generated_t
        for side, net_t, gross_t in (
            (own.new, row.utilised_new_t, row.gross_new_t),
            (own.legacy, row.utilised_legacy_t, row.gross_legacy_t),
        ):
            side[0] += net_t
            side[1] += net_t if gross_t is None else gross_t
    return [_row(origin, sums) for origin, sums in found.items() if origin[1]]


def _row(origin: Origin, sums: ToDate) -> dict[str, str]:
    numbers = {
        "generated_t": sums.generated,
        "utilised_new_t": sums.new[0],
        "utilised_legacy_t": sums.legacy[0],
        "gross_new_t": sums.new[1],
        "gross_legacy_t": sums.legacy[1],
    }
    cells = {name: f"{number:.12g}" for name, number in numbers.items()}
    return {"waste_class": origin[0], "site": origin[1], "evidence": "derived"} | cells


def untold_uses(net: Network, plan: Plan, book: Book, names: list[str]) -> Iterator[tuple[str, str, float]]:
    """(outlet, material, tonnes) of waste delivered for use that the plan never delivers there: nobody knows of what
    origin it is, so it is in no row."""
    waste = {row.name for row in net.case.materials if row.legal_status in WASTE}
    planned, uses = _planned_sales(plan), _uses(net)
    for key in book.amounts["sold"]:
        tonnes = sum(book.of("sold", key, name) for name in names)
        outlet, material = key
        if (outlet, material) not in planned and material in waste and outlet in uses and tonnes > 0.0:
            yield outlet, material, tonnes


def _uses(net: Network) -> set[str]:
    """Outlets that use what they take."""
    meaning = {row.code: row.meaning for row in net.case.methods}
    return {row.name for row in net.case.outlets if meaning.get(row.method) == "use"}


def _planned_sales(plan: Plan) -> dict[tuple[str, str], list[tuple[str, float]]]:
    """(outlet, material) → streams that the plan delivers, with their tonnes."""
    material = dict(picked(plan.frames, "streams", "stream", "material"))
    sold = defaultdict(list)
    for outlet, stream, tonnes in picked(plan.frames, "sales", "outlet", "stream", "sold"):
        sold[outlet, material[stream]].append((stream, float(tonnes)))
    return dict(sold)


def _homes(places: Places) -> dict[str, str]:
    """Waste class → a plant where it arises, for origins that are not kept apart by plant."""
    materials = {row.name: row for row in places.case.materials}
    found: dict[str, str] = {}
    for row in places.case.all_arisings:
        found.setdefault(materials[row.material].waste_class, row.site)
    return found


def _fed(book: Book, yields: Yields, names: list[str]) -> Iterator[tuple[str, str, tuple[float, float]]]:
    """(origin, cohort, (net, gross)) of what was fed to uses."""
    for line, material in book.amounts["fed"]:
        for name in names:
            tonnes = book.of("fed", (line, material), name)
            for way in yields.ways((line, material), name) if tonnes else ():
                one = way.conversion
                if one.feed is not None and way.origin and one.meaning == "use":
                    net = tonnes * way.share * one.feed.w * one.u
                    yield way.origin, way.cohort, (net, tonnes * way.share * one.feed.w_gross * one.u_gross)


def _delivered(
    plan: Plan, net: Network, book: Book, names: list[str]
) -> Iterator[tuple[str, str, tuple[float, float]]]:
    """(origin, cohort, (net, gross)) of waste delivered to outlets that use it."""
    streams = {
        name: rest for name, *rest in picked(plan.frames, "streams", "stream", "lineage", "origin", "cohort")
    }
    sold, uses = _planned_sales(plan), _uses(net)
    for key in book.amounts["sold"]:
        outlet, material = key
        if outlet not in uses:
            continue
        tonnes, rows = sum(book.of("sold", key, name) for name in names), sold.get((outlet, material), [])
        whole = sum(amount for _, amount in rows)
        for stream, amount in rows:
            lineage, origin, cohort = streams[stream]
            known = net.lineages.by_id.get(lineage)
            if origin and known is not None and known.carries_origin and known.is_waste:
                part = tonnes * amount / whole
                yield origin, cohort, (part * known.w, part * known.w_gross)
