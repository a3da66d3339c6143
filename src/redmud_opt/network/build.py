"""Case → Network, stage by stage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from redmud_opt.case import Case, CaseFaults
from redmud_opt.case.baseline import Baseline, baseline_faults
from redmud_opt.network.ages import apart_by_age
from redmud_opt.network.available import available_t, bounded
from redmud_opt.network.before import Before
from redmud_opt.network.changes import changes_of
from redmud_opt.network.clocknotes import clock_notes
from redmud_opt.network.clocks import Clocks
from redmud_opt.network.doors import Doors
from redmud_opt.network.entities import Entities
from redmud_opt.network.findings import find_impossible
from redmud_opt.network.frozenacts import FrozenActs
from redmud_opt.network.given import Given
from redmud_opt.network.haulage import Haulage
from redmud_opt.network.law import Law
from redmud_opt.network.lineage import Lineages
from redmud_opt.network.lookup import Lookup
from redmud_opt.network.network import Array, Network
from redmud_opt.network.numbering import Numbering, floats
from redmud_opt.network.origins import Origins
from redmud_opt.network.plant import Plant
from redmud_opt.network.poolfaults import pool_faults
from redmud_opt.network.pools import pools_of
from redmud_opt.network.prices import Prices
from redmud_opt.network.reach import Explorer, Reach
from redmud_opt.network.refusals import faults_of, notes_of, unlimited_faults
from redmud_opt.network.time import Time
from redmud_opt.network.yards import Yards


def build_network(case: Case, baseline: Baseline | None = None) -> Network:
    """The network of a case, planned against a baseline if there is one, with what counting shows to be impossible.

    Raises CaseFaults for what only the network shows (missing values, dead ends), and for a baseline of another time.
    """
    return find_impossible(derive_network(case, baseline))


def derive_network(case: Case, baseline: Baseline | None = None, available: Array | None = None) -> Network:
    """The same without findings: for who solves it in any case, and asks often.

    available: bounds of what can have been there of each stream, [S, T], instead of those that the case implies:
    for who lays models of many cases side by side, where they would only be in the way. ValueError where the streams
    are others.
    """
    wrong = () if baseline is None else baseline_faults(case, baseline)
    if wrong:
        raise CaseFaults(wrong)
    lookup, time = Lookup(case), Time(case)
    lineages = Lineages(lookup)
    law, doors, haulage = Law(lookup, lineages), Doors(lookup, time), Haulage(lookup)
    given = Given(case, time, lineages, Origins(lookup))
    reach = Explorer(lookup, time, lineages, law, doors, haulage).explore(given.places(), given.bought)
    before = None if baseline is None else Before.of(case, baseline, lookup, time)
    faults = [*faults_of(given, law, doors, haulage, reach), *doors.ground.faults]
    if before is not None and before.frozen.any():
        faults += FrozenActs(before, time, lineages, doors, haulage).faults()
    if faults:
        raise CaseFaults(tuple(faults))
    clocks = Clocks(lookup, time, lineages, reach.runs)
    reach, opening = apart_by_age(reach, given, clocks)
    numbers = Numbering.of(reach, opening, len(time))
    plant = plant_of(lookup, reach, time)
    prices = Prices(lookup, time)
    entities = Entities(given, opening, clocks, law, doors, haulage, prices, reach, numbers, plant)
    holdings, runs, purchases = entities.holdings(), entities.runs(), entities.purchases()
    arising_t = _on_places(given, numbers, clocks)
    changes = changes_of(given.options, numbers, time, clocks)
    most_t = arising_t + changes.most_more_t(len(numbers.places))
    least_t = np.maximum(arising_t - changes.most_less_t(len(numbers.places)), 0.0)
    placements, deliveries = entities.placements(), entities.deliveries()
    if available is None:
        families = (holdings, runs, purchases, deliveries, placements)
        available = available_t(numbers, time, most_t, *families, passes=case.settings.max_depth + 3)
    else:
        available = np.broadcast_to(available, (len(numbers.streams), len(time)))
    at_nodes = (numbers.nodes.entity, numbers.nodes.period)
    owned = [lineages.by_id[stream.lineage] if stream.origin else None for stream in numbers.streams]
    network = Network(
        case=case,
        time=time,
        lookup=lookup,
        plant=plant,
        yards=Yards(case, time),
        lineages=lineages,
        clocks=clocks,
        law=law,
        doors=doors,
        haulage=haulage,
        prices=prices,
        streams=numbers.streams,
        places=numbers.places,
        nodes=numbers.nodes,
        place_stream=numbers.place_stream,
        w=floats(lineage.w if lineage else 0.0 for lineage in owned),
        w_gross=floats(lineage.w_gross if lineage else 0.0 for lineage in owned),
        available_t=available,
        arising_t=arising_t[at_nodes],
        arising_least_t=least_t[at_nodes],
        arising_most_t=most_t[at_nodes],
        changes=changes,
        generated_t=given.generated_t(),
        routes=bounded(entities.routes(), available),
        runs=bounded(runs, available),
        holdings=bounded(holdings, available),
        placements=bounded(placements, available),
        deliveries=bounded(deliveries, available),
        purchases=purchases,
        notes=tuple(notes_of(given, reach, doors)),
        before=before,
    )
    network = replace(network, pools=pools_of(network))
    unlimited = [*unlimited_faults(network), *pool_faults(network)]
    if unlimited:
        raise CaseFaults(tuple(unlimited))
    return replace(network, notes=(*network.notes, *clock_notes(network)))


def plant_of(lookup: Lookup, reach: Reach, time: Time) -> Plant:
    """Lines that run something in the order of the runs, then the others."""
    names = dict.fromkeys((*(run.line for run in reach.runs), *lookup.lines))
    return Plant.of([lookup.under_contract(lookup.lines[name]) for name in names], time)


def _on_places(given: Given, numbers: Numbering, clocks: Clocks) -> Array:
    """What arises at each place, [P, T]; clocked waste at the place of its age."""
    found = np.zeros((len(numbers.places), len(given.time)))
    for plain, amount in given.arisings.items():
        for t in np.flatnonzero(amount).tolist():
            place = numbers.place.get(clocks.arisen(plain, t))
            if place is not None:
                found[place, t] += amount[t]
    return found
