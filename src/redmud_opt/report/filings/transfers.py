"""Papers at the border of a province, and the receivers that waste is entrusted to.

hazardous    an application per consignor, receiver, waste and year        Measures on transfer, articles 21 to 27
general      a filing of what is used there, an approval of what is stored or disposed of     Law, article 22
receivers    what has to be verified before waste is entrusted, and what the case lacks       Law, article 37
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from redmud_opt.case.columns import Row
from redmud_opt.case.rules import Permit
from redmud_opt.plan.audit.facts import live
from redmud_opt.report.filings.account import Entry
from redmud_opt.report.filings.filing import Filing, Rows
from redmud_opt.report.filings.general import components, kind
from redmud_opt.report.filings.words import NOTHING

NEGLIGIBLE_T = 1e-6
TREATED = ("used", "disposed")


def hazardous_applications(filing: Filing) -> Rows:
    """Hazardous waste to other provinces, whoever sends it."""
    return [
        filing.words.named(own)
        | filing.told(own)
        | _ends(filing, own)
        | {
            "amount_t": filing.tonnes(own),
            "period": filing.words.period(*(entry.t for entry in own)),
            "mode": filing.modes(own),
            "approval": filing.words.papers(filing.approvals(own)),
        }
        for own in filing.grouped(_crossing(filing, True), "year", filing.where)
    ]


def general_filings(filing: Filing) -> Rows:
    """General waste to other provinces: a row for use, one for storage and disposal."""
    rows = []
    for own in filing.grouped(_crossing(filing, False), "year", filing.where):
        used = sum(filing.account.share_used(entry) * filing.account.wet(entry) for entry in own)
        first, last = filing.words.days(entry.t for entry in own)
        base = filing.words.named(own) | filing.told(own) | _ends(filing, own)
        base |= {
            "kind": kind(filing, own[0]),
            "components": components(filing, own[0].waste.material),
            "mode": filing.modes(own),
            "first_day": first,
            "last_day": last,
            "approval": filing.words.papers(filing.approvals(own)),
        }
        for procedure, amount in (("filing", used), ("approval", filing.tonnes(own) - used)):
            if amount > NEGLIGIBLE_T:
                rows.append(base | {"procedure": filing.words.say(procedure), "amount_t": amount})
    return rows


def _crossing(filing: Filing, hazardous: bool) -> list[Entry]:
    return [e for e in filing.account.entries if e.waste.hazardous == hazardous and filing.crosses(e)]


def _ends(filing: Filing, own: list[Entry]) -> dict[str, object]:
    return {
        "from_province": filing.words.province(own[0].waste.site),
        "to_province": filing.words.province(own[0].other),
    }


# ---------------------------------------------------------------- receivers


def receivers(filing: Filing) -> Rows:
    """Receivers of other companies, what they get, what the case knows of them, and what it lacks."""
    found: dict[tuple[str, str, str, bool], list[tuple[Entry, Entry]]] = defaultdict(list)
    for entry in filing.account.entries:
        takers = filing.account.taken_by(entry) if entry.event == "sent" else []
        own = filing.account.is_own(entry)
        if own and (
            entry.event == "delivered" or (entry.event in TREATED and filing.account.by_others(entry))
        ):
            takers = [entry]
        for taker in takers:
            if _entrusted(filing, entry, taker):
                who = filing.who(taker)
                found[who, taker.waste.site, taker.waste.material, taker.waste.hazardous].append(
                    (entry, taker)
                )
    return [
        _receiver(filing, key[0], pairs) for key, pairs in sorted(found.items(), key=lambda item: item[0])
    ]


def _entrusted(filing: Filing, sent: Entry, taker: Entry) -> bool:
    """Whether another company takes it; where an owner is not known, it may be another."""
    ends = filing.facts.sites[sent.waste.site].owner, owner(filing, taker)
    return not all(ends) or ends[0] != ends[1]


def owner(filing: Filing, taker: Entry) -> str:
    """The company that takes a waste in: the buyer of an outlet, the owner of a facility, else that of the place."""
    outlet, line = filing.facts.outlets.get(taker.at), filing.facts.lines.get(taker.at)
    own = ""
    if outlet is not None:
        return outlet.buyer
    if line is not None:
        own = filing.facts.facilities[line.facility].owner
    return own or filing.facts.sites[taker.waste.site].owner


def _receiver(filing: Filing, who: str, pairs: list[tuple[Entry, Entry]]) -> dict[str, object]:
    words, account = filing.words, filing.account
    senders = list(dict.fromkeys(sent for sent, _ in pairs))
    takers = list(dict.fromkeys(taker for _, taker in pairs))
    by_year: dict[int, float] = defaultdict(float)
    for taker in takers:
        by_year[account.year(taker)] += account.wet(taker)
    permits, exemptions = (dict.fromkeys(n for cell in own for n in cell.split(";") if n) for own in
                           zip(*(filing.papers_of(taker) for taker in takers), strict=True))  # fmt: skip
    rows = [row for row in live(filing.case.permits) if row.name in permits]
    contracts, border = [filing.contract(taker) for taker in takers], filing.approvals(senders)
    assessed = _row(filing, takers[0].at)
    known = {
        "permit": words.papers(permits),
        "permitted_t": _permitted(filing, rows, takers[0].waste.material, by_year) if rows else None,
        "valid_to": max((str(row.valid_to) for row in rows if row.valid_to), default=""),
        "exemption": words.listed(exemptions) or NOTHING,
        "contract": words.papers(contracts),
        "assessed_on": str(getattr(assessed, "assessed_on", None) or ""),
        "border": words.papers(border),
    }
    hazardous = takers[0].waste.hazardous
    crosses = any(filing.crosses(entry) for entry in senders)
    lacking = list(_lacking(filing, known, takers, crosses, max(by_year.values())))
    if not words.stand_ins.isdisjoint((*permits, *contracts, *border)):
        lacking.append(words.say("lacks_real"))
    if not hazardous or (exemptions and not permits):  # nothing of the kind is asked for
        known |= dict.fromkeys(("permit", "permitted_t", "valid_to"), NOTHING)
    if not crosses:
        known["border"] = words.say("not_needed")
    return words.named(takers) | known | {
        "receiver": words.name(who),
        "place": words.name(takers[0].waste.site),
        "to_province": words.province(takers[0].waste.site),
        "unit": words.listed(dict.fromkeys(words.unit(entry.waste.site) for entry in senders)),
        "hazardous": words.hazardous(hazardous),
        "first_day": words.days(entry.t for entry in takers)[0],
        "most_t": max(by_year.values()),
        "amount_t": sum(by_year.values()),
        "method": words.method(dict.fromkeys(taker.method for taker in takers), takers[0].t),
        "capacity_t": _capacity(filing, takers),
        "missing": words.listed(lacking) or words.say("nothing_known"),
    }  # fmt: skip


def _permitted(filing: Filing, rows: list[Permit], material: str, years: Iterable[int]) -> float:
    """Tonnes a year, as received, that permits allow in the least of some years, by what holds in mid-year."""
    held = []
    for year in years:
        day = date(year, 7, 1)
        own = [row for row in rows if (row.valid_from or day) <= day < (row.valid_to or date.max)]
        wet = filing.facts.wet_per_dry(material)
        held.append(sum(row.amount_t_per_a * (wet if row.basis == "dry" else 1.0) for row in own))
    return min(held)


def _row(filing: Filing, name: str) -> Row | None:
    """The outlet or storage of that name."""
    return filing.facts.outlets.get(name) or filing.facts.storages.get(name)


def _capacity(filing: Filing, takers: Iterable[Entry]) -> float | None:
    """Tonnes of the waste a year, as received, that outlets and lines take at most, beside the amounts that they are
    to take; None where the case does not say so for all."""
    own = list(takers)
    total, wet = 0.0, filing.facts.wet_per_dry(own[0].waste.material)
    for name in dict.fromkeys(taker.at for taker in own):
        outlet, line = filing.facts.outlets.get(name), filing.facts.lines.get(name)
        if outlet is not None and outlet.per == "year" and outlet.max_t is not None:
            total += outlet.max_t * (wet if outlet.basis == "dry" else 1.0)
        elif (
            line is not None
            and line.per == "year"
            and line.capacity_unit == "t"
            and line.capacity is not None
        ):
            total += line.capacity * wet  # of its feed, dry
        else:
            return None
    return total


def _lacking(
    filing: Filing, known: Mapping[str, object], takers: list[Entry], crosses: bool, most_t: float
) -> Iterable[str]:
    """What the case lacks of the papers that it can hold."""
    words, hazardous = filing.words, takers[0].waste.hazardous
    if hazardous and not known["permit"] and known["exemption"] == NOTHING:
        yield words.say("lacks_permit")
    permitted = known["permitted_t"]
    if isinstance(permitted, float) and permitted < most_t:
        yield words.say("lacks_permitted")
    if not known["contract"]:
        yield words.say("lacks_contract")
    if not known["assessed_on"] and any(_assessed(filing, taker) for taker in takers):
        yield words.say("lacks_assessment")
    if crosses and not known["border"]:
        yield words.say("lacks_approval" if hazardous else "lacks_filing")


def _assessed(filing: Filing, taker: Entry) -> bool:
    """Whether the law asks for a risk assessment of the way in which it is taken."""
    start = filing.account.dates.periods[taker.t].start
    return any(
        row.rule == "assessment" and row.method == taker.method and (row.valid_from or start) <= start
        for row in live(filing.case.requirements)
    )
