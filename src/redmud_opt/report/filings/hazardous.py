"""Management plan and ledger of hazardous waste (HJ 1259-2022): a row per waste, place and year, or period.

Tonnes as received. The ledger is one of batches: the plan knows periods, so a row is a period's batch to be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from redmud_opt.report.filings.account import Entry
from redmud_opt.report.filings.filing import AWAY, Filing, Rows


def at(entry: Entry) -> str:
    """The line, outlet or storage of an entry."""
    return entry.at


OUT_OF_STORAGE = tuple(event for event in AWAY if event != "put")
"""Events by which waste goes on that is taken out of storage."""

# ---------------------------------------------------------------- management plan


def plan_generation(filing: Filing) -> Rows:
    """What is expected to be generated in the year, and where it goes."""
    return [
        filing.words.named(own) | {"generated_t": filing.tonnes(own), "destination": filing.destinations(own)}
        for own in filing.grouped(filing.of("generated", hazardous=True), "year")
    ]


def plan_storage(filing: Filing) -> Rows:
    """What is expected to lie in every storage when the year ends."""
    rows = []
    for own in filing.grouped(filing.of("put", "taken", "closing", hazardous=True), "year", at):
        last = filing.account.dates.periods_of(filing.account.year(own[0]))[-1]
        by_end: dict[int, float] = defaultdict(float)
        for entry in own:
            if entry.event == "closing":
                by_end[entry.t] += filing.account.wet(entry)
        rows.append(
            filing.words.named(own)
            | {
                "storage": filing.words.name(own[0].at),
                "closing_t": by_end.get(last, 0.0),
                "peak_t": max(by_end.values(), default=0.0),
            }
        )
    return rows


def plan_self(filing: Filing) -> Rows:
    """What the producer is expected to use or dispose of himself."""
    return [
        filing.words.named(own)
        | {
            "facility": filing.words.name(own[0].at),
            "method": filing.words.method((own[0].method,), own[0].t),
            "treated_t": filing.tonnes(own),
        }
        for own in filing.grouped(filing.own_treatment(True), "year", at)
    ]


def plan_reduction(filing: Filing) -> Rows:
    """What is generated, what the options of the plan avoid, and by which measure."""
    avoided: dict[tuple[str, str, int], float] = defaultdict(float)
    measures: dict[tuple[str, str, int], dict[str, None]] = defaultdict(dict)
    years = {period.name: period.year for period in filing.account.dates.periods}
    for row in filing.plan.frames["reductions"].to_dict("records"):
        material = filing.facts.arisings[row["arising"]].material
        key = str(row["site"]), material, years[row["period"]]
        avoided[key] += float(row["avoided_t"]) * filing.facts.wet_per_dry(material)
        if row["avoided_t"] > 0:
            measures[key][filing.words.name(row["option"])] = None
    rows = []
    for own in filing.grouped(filing.of("generated", hazardous=True), "year"):
        key = own[0].waste.site, own[0].waste.material, filing.account.year(own[0])
        rows.append(
            filing.words.named(own)
            | {
                "generated_t": filing.tonnes(own),
                "avoided_t": avoided.get(key, 0.0),
                "measures": filing.words.listed(measures.get(key, {})),
            }
        )
    return rows


def plan_transfer(filing: Filing) -> Rows:
    """What is expected to be handed over in the year, by receiver."""
    return [
        filing.words.named(own)
        | filing.told(own)
        | {"flow_type": filing.flow_type(own), "moved_t": filing.tonnes(own)}
        for own in filing.grouped(filing.handed_over(True), "year", filing.where)
    ]


# ---------------------------------------------------------------- ledger


def ledger_generation(filing: Filing) -> Rows:
    """A record per waste, place and period."""
    return _numbered(
        _record(filing, own) | {"destination": filing.destinations(own)}
        for own in filing.grouped(filing.of("generated", hazardous=True), "period")
    )


def ledger_in(filing: Filing) -> Rows:
    """What is put into storage."""
    return _numbered(
        _record(filing, own) | {"storage": filing.words.name(own[0].at)}
        for own in filing.grouped(filing.of("put", hazardous=True), "period", at)
    )


def ledger_out(filing: Filing) -> Rows:
    """What is taken out of storage, and where it goes."""
    return _numbered(
        _record(filing, own)
        | {
            "storage": filing.words.name(own[0].at),
            "destination": filing.destinations(own, *OUT_OF_STORAGE),
        }
        for own in filing.grouped(filing.of("taken", hazardous=True), "period", at)
    )


def ledger_self(filing: Filing) -> Rows:
    """What the producer uses or disposes of himself."""
    return _numbered(
        _record(filing, own)
        | {
            "facility": filing.words.name(own[0].at),
            "method": filing.words.method((own[0].method,), own[0].t),
        }
        for own in filing.grouped(filing.own_treatment(True), "period", at)
    )


def ledger_outsourced(filing: Filing) -> Rows:
    """What is handed over to others."""
    rows = []
    for own in filing.grouped(filing.handed_over(True), "period", filing.where):
        crosses = any(filing.crosses(entry) for entry in own)
        approval = filing.words.papers(filing.approvals(own)) if crosses else filing.words.say("not_needed")
        rows.append(_record(filing, own) | filing.told(own) | {"approval": approval})
    return _numbered(rows)


def _record(filing: Filing, own: list[Entry]) -> dict[str, object]:
    return filing.words.named(own) | {
        "period": filing.words.period(own[0].t),
        "amount_t": filing.tonnes(own),
    }


def _numbered(rows: Iterable[dict[str, object]]) -> Rows:
    return [row | {"number": number} for number, row in enumerate(rows, start=1)]
