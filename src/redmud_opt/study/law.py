"""The law that applies to a case: what its rule pack says of it over the horizon, with clause and dates.

    law_of(case).frame("zh")        subject, item, says, clause, valid_from, valid_to, bites, touches, evidence

`bites` says whether the case has what the rule speaks of: a material with the code, a method that is used, a cell
that takes the limit. Who needs a permit for what, what is in hand, and whom a clock binds are asked of the network's
own rules (`network.licensing`, `network.clocks`), residues as processes make them included. No solve.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd

from redmud_opt.case import Case
from redmud_opt.case.draft import key_of
from redmud_opt.case.licences import exempt_codes
from redmud_opt.case.rules import Permit
from redmud_opt.i18n import LANGUAGES, Message, text
from redmud_opt.network.clocks import Clocks
from redmud_opt.network.licensing import Licensing
from redmud_opt.network.lineage import Lineage, Lineages
from redmud_opt.network.lookup import Lookup
from redmud_opt.network.time import Time

SUBJECTS = ("status", "method", "requirement", "permit", "exemption", "clock", "limit", "vat")
"""In the order in which they are told."""

COLUMNS = (
    "subject",
    "item",
    "says",
    "clause",
    "valid_from",
    "valid_to",
    "bites",
    "touches",
    "evidence",
)

WITHIN_THE_PROVINCE = ("code", "permit", "assessment")
"""Requirements that bind waste that stays in its province too."""

SHOWN = 4
"""How many of the touched things a line of words names."""


@dataclass(frozen=True)
class Said:
    """One thing that the law says. `of` is what it speaks of, whatever number it has; `words` by language."""

    subject: str
    of: str
    item: str
    message: Message
    clause: str
    valid_from: date | None = None
    valid_to: date | None = None
    touches: tuple[str, ...] = ()
    evidence: str = ""
    words: tuple[tuple[str, str], ...] = ()

    @property
    def bites(self) -> bool:
        """Whether the case has what it speaks of."""
        return bool(self.touches)

    def text(self, language: str) -> str:
        """What it says."""
        words = dict(self.words).get(language, "")
        return text(Message(self.message.key, {**self.message.values, "words": words}), language)


@dataclass(frozen=True)
class LawOf:
    """The law of a case, in the order of `SUBJECTS`."""

    case_name: str
    pack: str
    day: date | None
    said: tuple[Said, ...] = field(repr=False)

    def frame(self, language: str = "en", *, biting: bool = False) -> pd.DataFrame:
        """One row per rule; `biting`: only what the case has something of."""
        rows = [
            (
                one.subject,
                one.item,
                one.text(language),
                one.clause,
                one.valid_from,
                one.valid_to,
                one.bites,
                "; ".join(one.touches),
                one.evidence,
            )
            for one in self.said
            if one.bites or not biting
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS))


def law_of(case: Case) -> LawOf:
    """What the rule pack of a case, as of its day, says over the horizon."""
    reader = _Law(case)
    parts = (
        reader.statuses(),
        reader.methods(),
        reader.requirements(),
        reader.permits(),
        reader.exemptions(),
        reader.clocks(),
        reader.limits(),
        reader.vat(),
    )
    found = tuple(one for part in parts for one in part)
    return LawOf(case.settings.name, case.settings.rule_pack, case.settings.rule_date, found)


class _Law:
    """The tables of one case, asked subject by subject."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.start, self.end = case.periods[0].start, case.periods[-1].end
        self.lookup, self.time = Lookup(case), Time(case)
        self.lineages = Lineages(self.lookup)

    def in_horizon(self, rows: Iterable[Any]) -> Iterator[Any]:
        """Rows that hold on some day of the horizon, the older first."""
        held = [
            row
            for row in rows
            if (row.valid_from is None or row.valid_from < self.end)
            and (row.valid_to is None or row.valid_to > self.start)
        ]
        yield from sorted(held, key=lambda row: (row.valid_from or date.min, row.place.row))

    @cached_property
    def hazardous(self) -> dict[str, tuple[str, ...]]:
        """Code → hazardous materials of the case that have it; blank: those without one."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for row in self.case.materials:
            if row.legal_status == "hazardous_waste":
                found[row.code].append(row.name)
        return {code: tuple(names) for code, names in found.items()}

    @cached_property
    def all_hazardous(self) -> tuple[str, ...]:
        """All hazardous materials."""
        return tuple(name for names in self.hazardous.values() for name in names)

    def general(self) -> tuple[str, ...]:
        """General wastes."""
        return tuple(row.name for row in self.case.materials if row.legal_status == "general_waste")

    @cached_property
    def users(self) -> dict[str, tuple[str, ...]]:
        """Method code → processes, outlets and storages that have it."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        rows: tuple[Any, ...] = (*self.case.processes, *self.case.outlets, *self.case.storages)
        for row in rows:
            if row.method:
                found[row.method].append(row.name)
        return {method: tuple(names) for method, names in found.items()}

    @staticmethod
    def said(row: Any, subject: str, of: str, item: str, message: Message, **more: Any) -> Said:
        """A row of the pack as something said."""
        ends = {name: getattr(row, name) for name in ("valid_from", "valid_to")}
        return Said(subject, of, item, message, row.clause, evidence=row.evidence, **ends, **more)

    def statuses(self) -> Iterator[Said]:
        """Hazardous wastes by code; materials without a code of the pack last."""
        listed = set()
        for row in self.in_horizon(self.case.codes):
            listed.add(row.code)
            message = Message("packs.listed", {"hazard": row.hazard})
            words = _words(row.label_en, row.label_zh)
            touches = self.hazardous.get(row.code, ())
            yield self.said(row, "status", row.code, row.code, message, touches=touches, words=words)
        for code, names in self.hazardous.items():
            if code not in listed:
                message = Message("packs.not_listed" if code else "packs.no_code")
                yield Said("status", code or "-", code or "-", message, "", touches=names)

    def methods(self) -> Iterator[Said]:
        """What method codes count as."""
        for row in self.in_horizon(self.case.methods):
            message = Message(f"packs.counts_as_{row.meaning}")
            words = _words(row.label_en, row.label_zh)
            touches = self.users.get(row.code, ())
            yield self.said(row, "method", row.code, row.code, message, touches=touches, words=words)

    def requirements(self) -> Iterator[Said]:
        """What is asked for before waste is received, moved or placed."""
        for row in self.in_horizon(self.case.requirements):
            item = f"{row.rule} {row.method}".strip()
            message = Message(f"packs.asks_{row.rule}", {"method": row.method or "–"})
            if row.limit_months is not None:
                message = Message("packs.at_most_months", {"asks": message, "months": row.limit_months})
            yield self.said(row, "requirement", item, item, message, touches=self._asked_of(row))

    def _asked_of(self, row: Any) -> tuple[str, ...]:
        if row.rule == "assessment":
            return self.users.get(row.method, ()) if row.method else ()
        provinces = {site.province for site in self.case.sites if site.province}
        if row.rule not in WITHIN_THE_PROVINCE and len(provinces) < 2:
            return ()
        return self.general() if row.rule in ("general_approval", "filing") else self.all_hazardous

    def permits(self) -> Iterator[Said]:
        """Who may be given hazardous waste by others, and the permits, schemes and exemptions in hand for it."""
        licensing = Licensing(self.lookup, self.time)
        asking = list(self.in_horizon(licensing.asked_by))
        for taker, materials in _received(self.lineages, licensing).items() if asking else ():
            item = f"{taker.receiver} {taker.code or '-'} {taker.method or ''}".strip()
            held = tuple(_in_hand(licensing, taker)) or Message("packs.none")
            message = Message("packs.holds", {"held": held})
            yield Said("permit", item, item, message, asking[-1].clause, touches=tuple(sorted(materials)))

    def exemptions(self) -> Iterator[Said]:
        """Items of the list of exempt management, known by what they exempt and not by their number."""
        for row in self.in_horizon(self.case.exemption_list):
            message = Message(
                "packs.exempt_item", {"item": row.item, "link": Message(f"packs.link_{row.link}")}
            )
            touches = self.all_hazardous if row.code == "any" else self.hazardous.get(row.code, ())
            if row.code not in self.hazardous and row.code != "any":
                touches = tuple(m.name for m in self.case.materials if row.code in (m.code, m.waste_class))
            of = f"{row.code} {row.link}: {row.condition}"
            words = _words(row.condition, row.condition_zh)
            item = f"{row.code} {row.link}"
            yield self.said(row, "exemption", of, item, message, touches=touches, words=words)

    def clocks(self) -> Iterator[Said]:
        """How long waste may be stored, and the storages that it binds; hard and soft are two rules of one role."""
        clocks = Clocks(self.lookup, self.time, self.lineages, ())
        for row in self.in_horizon(self.case.clocks):
            values = {"months": row.limit_months, "extension": row.extension_months}
            message = Message("packs.clock_hard" if row.hard else "packs.clock_soft", values)
            touches = tuple(
                storage.name
                for storage in self.case.storages
                if storage.retrievable
                and any(
                    clocks.bound(storage, lineage) == row.role
                    for lineage in self.lineages.by_id.values()
                    if lineage.name in self.lookup.members(storage.material)
                )
            )
            of = f"{row.role} {'hard' if row.hard else 'soft'}"
            yield self.said(row, "clock", of, row.role, message, touches=touches)

    def limits(self) -> Iterator[Said]:
        """Clauses: the limit that number cells take, or words alone."""
        takers: defaultdict[str, list[str]] = defaultdict(list)
        for (table, key, _), name in self.case.quotes.items():
            takers[name].append(f"{table} {key}")
        for row in self.in_horizon(self.case.clauses):
            message = Message("packs.words_alone", {"standard": row.standard})
            if row.value is not None:
                sense = Message(f"packs.sense_{row.sense or 'equal'}")
                values = {"standard": row.standard, "sense": sense, "value": row.value, "unit": row.unit}
                message = Message("packs.limit", values)
            words = _words(row.subject, row.subject_zh)
            touches = tuple(takers[row.name])
            yield self.said(row, "limit", row.name, row.name, message, touches=touches, words=words)

    def vat(self) -> Iterator[Said]:
        """Products whose value-added tax is refunded; a refund of the case names the item in its clause."""
        for row in self.in_horizon(self.case.vat_list):
            values = {"threshold": row.threshold, "rate": row.rate}
            message = Message("packs.vat", {name: "–" if v is None else v for name, v in values.items()})
            touches = tuple(key_of(r) for r in self.case.vat_refunds if row.item in r.clause.split())
            of = f"{row.item} {row.product}"
            words = _words(row.product, row.product_zh)
            yield self.said(row, "vat", of, row.item, message, touches=touches, words=words)


def _words(en: str, zh: str) -> tuple[tuple[str, str], ...]:
    return tuple(zip(LANGUAGES, (en, zh or en), strict=True))


class _Taker(NamedTuple):
    """A receiver of a code by a method (None: it stores), and whether that is use."""

    receiver: str
    code: str
    method: str | None
    use: bool


def _takers(lookup: Lookup) -> Iterator[tuple[str, str, str | None, str, bool]]:
    """(receiver, its site or blank for somebody else's, method, materials, use) of all that takes a material."""
    case = lookup.case
    for outlet in case.outlets:
        yield outlet.name, "", outlet.method, outlet.material, lookup.meaning(outlet.method) == "use"
    for storage in case.storages:
        if storage.final:
            yield storage.name, storage.site, storage.method, storage.material, False
        if storage.retrievable:
            yield storage.name, storage.site, None, storage.material, False
    for feed in case.feeds:
        method = lookup.processes[feed.process].method
        names = (lookup.lines[row.line].facility for row in lookup.lines_of_process.get(feed.process, ()))
        for name in dict.fromkeys(names):
            site, use = lookup.facilities[name].site, lookup.meaning(method) == "use"
            yield name, site, method, feed.material, use


def _received(lineages: Lineages, licensing: Licensing) -> dict[_Taker, set[str]]:
    """Receivers of hazardous waste that is not their site's own alone → the materials."""
    hazardous: defaultdict[str, list[Lineage]] = defaultdict(list)
    for lineage in lineages.by_id.values():
        if lineage.hazardous and licensing.own_sites(lineage):
            hazardous[lineage.name].append(lineage)
    found: defaultdict[_Taker, set[str]] = defaultdict(set)
    for receiver, site, method, selector, use in _takers(lineages.lookup):
        for lineage in (one for name in lineages.lookup.members(selector) for one in hazardous[name]):
            if licensing.own_sites(lineage) - {site}:
                for code in sorted(lineage.codes) or ("",):
                    found[_Taker(receiver, code, method, use)].add(lineage.name)
    return dict(found)


def _in_hand(licensing: Licensing, taker: _Taker) -> Iterator[Message]:
    """Permits and schemes valid on some day of the horizon; exemptions that the list covers in some period."""
    receiver, code, method, use = taker
    for row in licensing.permits(receiver, code, method):
        if licensing.valid(row).any():
            yield _permit("packs.permit", row)
    for row in licensing.schemes(receiver, code, method) if use else ():
        if licensing.valid(row).any():
            yield _permit("packs.scheme", row)
    if use and licensing.exempt(receiver, code).any():
        clauses = (row.clause for row in exempt_codes(licensing.lookup.case)[receiver, code])
        for clause in dict.fromkeys(clauses):
            yield Message("packs.exempt_by", {"clause": clause})


def _permit(key: str, row: Permit) -> Message:
    values = {"name": row.name, "amount_t": row.amount_t_per_a, "sender": row.point_to_point_from}
    return Message(key, {**values, "first": row.valid_from, "last": row.valid_to})
