"""Ledger of general industrial solid waste (Announcement 82 of 2021, tables 1 to 7).

Tonnes as received; where waste is handed over, use and disposal are told apart by what its receiver does with it in
the year, in proportion. The plan knows periods, the tables are filled by month or batch.
"""

from __future__ import annotations

from redmud_opt.case.things import Arising
from redmud_opt.plan.audit.facts import live
from redmud_opt.report.filings.account import Entry
from redmud_opt.report.filings.filing import Filing, Rows
from redmud_opt.report.filings.hazardous import OUT_OF_STORAGE, at

MOST_COMPONENTS = 6
"""Components named, the largest first."""


def waste_list(filing: Filing) -> Rows:
    """Table 1: what is generated in the year."""
    return [
        filing.words.named(own)
        | {
            "kind": kind(filing, own[0]),
            "arises_from": _source(filing, own),
            "components": components(filing, own[0].waste.material),
            "factor": _factor(filing, own),
            "amount_t": filing.tonnes(own),
        }
        for own in filing.grouped(filing.of("generated", hazardous=False), "year")
    ]


def kind(filing: Filing, entry: Entry) -> str:
    """The class of a waste; blank for one without."""
    waste_class = filing.facts.materials[entry.waste.material].waste_class
    return "" if waste_class in ("none", "other") else filing.words.labels.word("class", waste_class)


def _source(filing: Filing, own: list[Entry]) -> str:
    """Processes that make it; blank for what arises, whose process the case does not name."""
    names = dict.fromkeys(entry.at for entry in own if entry.at in filing.facts.processes)
    return filing.words.listed(filing.words.name(name) for name in names)


def _factor(filing: Filing, own: list[Entry]) -> float | None:
    """Tonnes as received, as all of the sheet, per tonne of production, where the case states one."""
    rows = (filing.facts.arisings.get(entry.at) for entry in own)
    found = {row.factor_t_per_t for row in rows if isinstance(row, Arising) and row.factor_t_per_t}
    wet = filing.facts.wet_per_dry(own[0].waste.material)
    return found.pop() * wet if len(found) == 1 else None


def components(filing: Filing, material: str) -> str:
    """The largest oxides of the case's assay, in percent of dry mass."""
    own = []
    for row in live(filing.case.properties):
        value = filing.facts.assays.get((material, row.name))
        if row.oxide and row.unit == "wt%" and value is not None and value[0] > 0:
            own.append((value[0], row.name))
    largest = sorted(own, reverse=True)[:MOST_COMPONENTS]
    return ", ".join(f"{filing.words.name(name)} {value:.3g} %" for value, name in largest)


def flow_summary(filing: Filing) -> Rows:
    """Table 2: generated, handed over, used and disposed of by the unit, stock left, by period."""
    events = ("generated", "used", "disposed", "delivered", "sent", "closing")
    rows = []
    for own in filing.grouped(filing.of(*events, hazardous=False), "period"):
        sums = dict.fromkeys(
            (
                *("generated_t", "entrusted_use_t", "entrusted_disposal_t"),
                *("own_use_t", "own_disposal_t", "closing_t"),
            ),
            0.0,
        )
        for entry in own:
            for column, share in _column(filing, entry):
                sums[column] += share * filing.account.wet(entry)
        rows.append(filing.words.named(own) | {"period": filing.words.period(own[0].t)} | sums)
    return rows


def _column(filing: Filing, entry: Entry) -> tuple[tuple[str, float], ...]:
    """Columns that an entry counts in, with its shares."""
    if entry.event in ("generated", "closing"):
        return ((f"{entry.event}_t", 1.0),)
    if entry.event in ("used", "disposed") and not filing.account.by_others(entry):
        return (("own_use_t" if entry.event == "used" else "own_disposal_t", 1.0),)
    used = filing.account.share_used(entry)
    return ("entrusted_use_t", used), ("entrusted_disposal_t", 1.0 - used)


def leaving(filing: Filing) -> Rows:
    """Table 3: what leaves the plant."""
    return [
        _record(filing, own)
        | filing.told(own)
        | {"mode": filing.modes(own), "flow_type": filing.flow_type(own)}
        for own in filing.grouped(filing.handed_over(False), "period", filing.where, lambda e: e.mode)
    ]


def generation(filing: Filing) -> Rows:
    """Table 4: what is generated, and where it goes."""
    return [
        _record(filing, own) | {"destination": filing.destinations(own)}
        for own in filing.grouped(filing.of("generated", hazardous=False), "period")
    ]


def storage(filing: Filing) -> Rows:
    """Table 5: into storage, out of it, and what is left."""
    rows = []
    for own in filing.grouped(filing.of("put", "taken", "closing", hazardous=False), "period", at):
        sums = {
            event: filing.tonnes(entry for entry in own if entry.event == event)
            for event in ("put", "taken", "closing")
        }
        when = filing.words.period(own[0].t)
        nothing = filing.words.say("nothing")
        rows.append(
            filing.words.named(own)
            | {
                "storage": filing.words.name(own[0].at),
                "period": when if sums["put"] else nothing,
                "in_t": sums["put"],
                "out_period": when if sums["taken"] else nothing,
                "out_t": sums["taken"],
                "destination": filing.destinations(own, *OUT_OF_STORAGE) if sums["taken"] else nothing,
                "closing_t": sums["closing"],
            }
        )
    return rows


def own_use(filing: Filing) -> Rows:
    """Table 6: what the unit uses, and what is made of it."""
    entries = [entry for entry in filing.own_treatment(False) if entry.event == "used"]
    return [
        _record(filing, own)
        | {
            "facility": filing.words.name(own[0].at),
            "products": filing.words.listed(filing.words.name(name) for name in own[0].products),
        }
        for own in filing.grouped(entries, "period", at)
    ]


def own_disposal(filing: Filing) -> Rows:
    """Table 7: what the unit disposes of."""
    entries = [entry for entry in filing.own_treatment(False) if entry.event == "disposed"]
    return [
        _record(filing, own)
        | {
            "facility": filing.words.name(own[0].at),
            "method": filing.words.method((own[0].method,), own[0].t),
        }
        for own in filing.grouped(entries, "period", at)
    ]


def _record(filing: Filing, own: list[Entry]) -> dict[str, object]:
    return filing.words.named(own) | {
        "period": filing.words.period(own[0].t),
        "amount_t": filing.tonnes(own),
    }
