"""Law and acceptance: nothing goes where no row of the case admits it.

    amount = 0 wherever
        no feed row, outlet, storage, lane or haul rule takes the material;
        hazardous waste (see `status`) moves without `dg_allowed`, or enters what is not `accepts_hazardous`;
        a waste goes to an outlet whose method the rule pack does not know;
        a product made from waste is discarded;   a delivery comes from beyond the haul radius.

MODEL.md rules 1 and 6. Permits: see `permits`; approvals: see `movements`; storage clocks: see `ages`.
"""

from __future__ import annotations

from collections import defaultdict

from redmud_opt.case.works import Storage
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Check, Findings, Tally
from redmud_opt.plan.audit.rows import Flow
from redmud_opt.plan.audit.streams import Stream


def law(book: Book) -> tuple[Check, ...]:
    """Every feed, delivery, purchase, movement, put and placement is admitted by a row of the case."""
    findings = Findings("law")
    _feeds(findings, book)
    _purchases(findings, book)
    _outlets(findings, book)
    _storages(findings, book)
    for flow in book.flows:
        _flow(findings, book, flow)
    _radii(findings, book)
    return findings.checks()


def _feeds(findings: Findings, book: Book) -> None:
    facts, conversions = book.facts, book.conversions
    for fed in book.feeds:
        where = book.where(fed.t, fed.line, fed.process, fed.point, fed.stream.name if fed.stream else "")
        material = fed.stream.material if fed.stream else ""
        if facts.feeds.get(fed.process):
            admitted = (
                fed.stream is not None and conversions.feed_row(fed.process, fed.point, material) is not None
            )
        else:
            admitted = fed.stream is None
        if not admitted:
            findings.nothing("feed_not_taken", where, fed.amount, process=fed.process, material=material)
        elif not conversions.runs_at(fed.process, fed.point):
            findings.nothing("no_point", where, fed.amount, process=fed.process, point=fed.point)
        elif conversions.use_per_t(fed.line, fed.process, fed.point, material) is None:
            findings.nothing("not_on_line", where, fed.amount, process=fed.process, line=fed.line)
        else:
            findings.rows += 1


def _purchases(findings: Findings, book: Book) -> None:
    for row in book.purchases:
        lineage = row.stream.lineage
        if lineage.parent is not None or lineage.material != book.facts.supplies[row.supply].material:
            findings.nothing(
                "not_supplied", book.where(row.t, row.supply, row.stream.name), row.amount, supply=row.supply
            )


def _outlets(findings: Findings, book: Book) -> None:
    facts = book.facts
    discarded = facts.made_from_waste()
    for row in book.sales:
        where = book.where(row.t, row.outlet, row.stream.name)
        outlet = facts.outlets[row.outlet]
        meaning = book.dates.meaning(outlet.method, row.t)
        if not facts.rank(outlet.material, row.stream.material):
            findings.nothing("outlet_takes_not", where, row.amount, outlet=row.outlet)
        if row.stream.has_origin and not meaning:
            findings.nothing("no_method", where, row.amount, outlet=row.outlet, method=outlet.method or "–")
        if row.stream.material in discarded and meaning == "disposal":
            findings.nothing("product_discarded", where, row.amount, material=row.stream.material)
        findings.rows += 1


def _storages(findings: Findings, book: Book) -> None:
    facts = book.facts
    for row in book.stocks:
        storage = facts.storages[row.storage]
        where = book.where(row.t, row.storage, row.stream.name)
        _enters(findings, book, storage, row.stream, row.t, row.put)
        if not storage.retrievable:
            findings.nothing("not_retrievable", where, row.put + row.reclaimed, storage=row.storage)
    for placed in book.placements:
        storage = facts.storages[placed.storage]
        where = book.where(placed.t, placed.storage, placed.stream.name)
        _enters(findings, book, storage, placed.stream, placed.t, placed.amount)
        if not storage.final:
            findings.nothing("not_final", where, placed.amount, storage=placed.storage)
        if placed.stream.material in facts.made_from_waste():
            findings.nothing("product_discarded", where, placed.amount, material=placed.stream.material)


def _enters(findings: Findings, book: Book, storage: Storage, stream: Stream, t: int, amount: float) -> None:
    where = book.where(t, storage.name, stream.name)
    if not book.facts.rank(storage.material, stream.material):
        findings.nothing("storage_takes_not", where, amount, storage=storage.name)
    elif book.status.hazardous(stream, t) and not storage.accepts_hazardous:
        findings.nothing("hazardous_in_storage", where, amount, storage=storage.name)
    else:
        findings.rows += 1


def _flow(findings: Findings, book: Book, flow: Flow) -> None:
    where = book.where(flow.t, flow.lane, flow.stream.name)
    listed = book.lanes.listed(flow.lane)
    hazardous = book.status.hazardous(flow.stream, flow.t)
    own = (flow.from_site, flow.to_site, flow.mode)
    if listed is None:
        _hauled(findings, book, flow, where, hazardous)
    elif (listed.from_site, listed.to_site, listed.mode) != own:
        findings.fault("lane_elsewhere", where, lane=flow.lane)
    elif book.facts.rank(listed.material, flow.stream.material) is None:
        findings.nothing("lane_takes_not", where, flow.amount, lane=flow.lane)
    elif hazardous and not listed.dg_allowed:
        findings.nothing("hazardous_on_lane", where, flow.amount, lane=flow.lane)
    elif (
        listed.cost_cny_per_t is None and book.lanes.rule(flow.mode, flow.stream.material, hazardous) is None
    ):
        findings.nothing("no_haul_rule", where, flow.amount, mode=flow.mode)
    else:
        findings.rows += 1


def _hauled(findings: Findings, book: Book, flow: Flow, where: str, hazardous: bool) -> None:
    if flow.lane != f"{flow.from_site}>{flow.to_site}:{flow.mode}" or flow.from_site == flow.to_site:
        findings.fault("unknown_lane", where, lane=flow.lane)
        return
    rule = book.lanes.rule(flow.mode, flow.stream.material, hazardous)
    distance = book.lanes.distance_km(flow.lane, flow.from_site, flow.to_site, flow.mode)
    if rule is None:
        findings.nothing("no_haul_rule", where, flow.amount, mode=flow.mode)
    elif distance is None:
        findings.fault("no_distance", where, lane=flow.lane)
    elif rule.max_km is not None and distance > rule.max_km * (1.0 + 1e-9):
        findings.nothing("too_far", where, flow.amount, distance=distance, limit=rule.max_km)
    else:
        findings.rows += 1


def _radii(findings: Findings, book: Book) -> None:
    """Σ sold at outlets of a radius ≤ r is at most what the site has otherwise than over lanes longer than r.

    Per site, stream and period, for every radius r: a delivery from within can be told apart no further,
    since the tonnes of one stream at one site are alike.
    """
    sold: defaultdict[tuple[str, str, int], list[tuple[float, float]]] = defaultdict(list)
    for row in book.sales:
        radius = book.facts.outlets[row.outlet].haul_radius_km
        if radius is not None:
            sold[row.site, row.stream.name, row.t].append((radius, row.amount))
    arriving: defaultdict[tuple[str, str, int], list[tuple[float, float]]] = defaultdict(list)
    for flow in book.flows:
        if (flow.to_site, flow.stream.name, flow.t) in sold:
            distance = book.lanes.distance_km(flow.lane, flow.from_site, flow.to_site, flow.mode)
            pair = (float("inf") if distance is None else distance, flow.amount)
            arriving[flow.to_site, flow.stream.name, flow.t].append(pair)
    here = _found_here(book)
    for (site, stream, t), rows in sold.items():
        for radius in sorted({radius for radius, _ in rows}):
            bound = sum(amount for own, amount in rows if own <= radius)
            near = sum(amount for km, amount in arriving[site, stream, t] if km <= radius * (1.0 + 1e-9))
            findings.at_most(
                "beyond_radius",
                book.where(t, site, stream),
                bound,
                near + here[site, stream, t],
                radius=radius,
            )


def _found_here(book: Book) -> Tally[tuple[str, str, int]]:
    """(site, stream, period) → what a site has without any lane."""
    tally: Tally[tuple[str, str, int]] = Tally()
    for arose in book.arisings:
        tally.add((arose.site, arose.stream.name, arose.t), arose.amount)
    for bought in book.purchases:
        tally.add((bought.site, bought.stream.name, bought.t), bought.amount)
    for kept in book.stocks:
        tally.add((kept.site, kept.stream.name, kept.t), kept.reclaimed)
    for site, process, stream, t in book.making:
        tally.add((site, stream, t), book.making[site, process, stream, t])
    return tally
