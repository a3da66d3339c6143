"""The law that applies to a case: what its rule pack says of it over the horizon, with clause and dates.

    law_of(case).frame("zh")        subject, item, says, clause, valid_from, valid_to, bites, touches, evidence

`bites` says whether the case has what the rule speaks of: a material with the code, a method that is used, a cell
that takes the limit. What a receiver needs a permit for, and what it holds, is read from the case. No solve.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from redmud_opt.case import Case
from redmud_opt.case.draft import key_of
from redmud_opt.i18n import LANGUAGES, Message, text

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
        """Who receives hazardous waste of others, and the permit or exemption that it holds."""
        asking = [row for row in self.in_horizon(self.case.requirements) if row.rule == "permit"]
        for (receiver, code, method), materials in _received(self.case).items() if asking else ():
            item = f"{receiver} {code or '-'} {method}".strip()
            message = Message(
                "packs.holds", {"held": self._held(receiver, code, method) or Message("packs.none")}
            )
            yield Said("permit", item, item, message, asking[-1].clause, touches=tuple(sorted(materials)))

    def _held(self, receiver: str, code: str, method: str) -> tuple[Message, ...]:
        held = [
            Message(
                "packs.permit",
                {"name": r.name, "amount_t": r.amount_t_per_a, "first": r.valid_from, "last": r.valid_to},
            )
            for r in self.case.permits
            if r.receiver == receiver and r.code == code and r.method in ("", method)
        ]
        exempt = [
            Message("packs.exempt_by", {"clause": r.clause})
            for r in self.case.exemptions
            if r.code == code and receiver in self.case.members(r.receiver) and r.link == "use"
        ]
        return (*held, *exempt)

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
        """How long waste may be stored."""
        for row in self.in_horizon(self.case.clocks):
            values = {"months": row.limit_months, "extension": row.extension_months}
            message = Message("packs.clock_hard" if row.hard else "packs.clock_soft", values)
            touches = tuple(m.name for m in self.case.materials if m.clock == row.role)
            yield self.said(row, "clock", row.role, row.role, message, touches=touches)

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


def _received(case: Case) -> dict[tuple[str, str, str], set[str]]:
    """(receiver, code, method) → hazardous materials of others that it may be given."""
    owner_of_site = {row.name: row.owner or row.name for row in case.sites}
    owner = {row.name: row.owner or owner_of_site[row.site] for row in case.facilities}
    codes = {row.name: row.code for row in case.materials if row.legal_status == "hazardous_waste"}
    methods = {row.name: row.method for row in case.processes}
    runs = _facilities_of(case)
    whose: defaultdict[str, set[str]] = defaultdict(set)
    for arising in case.all_arisings:
        whose[arising.material].add(owner_of_site[arising.site])
    for made in case.outputs:
        whose[made.material] |= {owner[name] for name in runs[made.process]}
    ends: tuple[Any, ...] = (*case.outlets, *case.storages)
    takers = [(r.name, owner_of_site[r.site], r.method, r.material) for r in ends]
    takers += [
        (name, owner[name], methods[r.process], r.material) for r in case.feeds for name in runs[r.process]
    ]
    found: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for receiver, by, method, selector in takers:
        for material in case.members(selector):
            if material in codes and whose[material] - {by}:
                found[receiver, codes[material], method].add(material)
    return dict(found)


def _facilities_of(case: Case) -> defaultdict[str, tuple[str, ...]]:
    """Process → facilities that run it."""
    facility_of = {row.name: row.facility for row in case.lines}
    found: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for run in case.line_processes:
        facility = facility_of.get(run.line, "")
        if facility and facility not in found[run.process]:
            found[run.process] += (facility,)
    return found
