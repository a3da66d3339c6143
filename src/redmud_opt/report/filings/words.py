"""Names and words of the forms, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

from redmud_opt.i18n import Message, text
from redmud_opt.plan import Plan
from redmud_opt.plan.audit.facts import live
from redmud_opt.report.filings.account import Account, Entry
from redmud_opt.report.labels import Labels
from redmud_opt.report.standins import stand_ins

LISTED_CODE = re.compile(r"\d{3}-\d{3}-(\d{2})")
"""A code of the national catalogue of hazardous wastes: its last two digits are those of the category."""

MOST_NAMES = 4
"""Names in a cell, at most; the rest are counted."""

NOTHING = "—"
"""Stands where nothing is to be filled in."""


class Words:
    """What a filing calls things."""

    def __init__(self, account: Account, plan: Plan, language: str) -> None:
        self.account, self.facts, self.language = account, account.facts, language
        self.labels = Labels(plan, language)
        self.periods = account.dates.periods
        self.stand_ins = stand_ins(self.facts.case)

    def say(self, key: str, **values: object) -> str:
        """Words of the catalogue `filings`."""
        return text(Message(f"filings.{key}", values), self.language)

    def name(self, name: str) -> str:
        """A declared name."""
        return self.labels.name(name) if name else ""

    def unit(self, site: str) -> str:
        """A place with its company before it."""
        owner = self.facts.sites[site].owner
        return f"{self.name(owner)} · {self.name(site)}" if owner else self.name(site)

    def province(self, site: str) -> str:
        """The province of a place."""
        return self.name(self.facts.sites[site].province)

    def flow_type(self, from_site: str, to_site: str) -> str:
        """Within the province or over its border; blank where a province is not known."""
        ends = [self.facts.sites[site].province for site in (from_site, to_site)]
        if not all(ends):
            return ""
        return self.say("within_province" if ends[0] == ends[1] else "over_border")

    def method(self, codes: Iterable[str], t: int) -> str:
        """Method codes with what they are called."""
        return self.listed(dict.fromkeys(self._method(code, t) for code in codes if code))

    def _method(self, code: str, t: int) -> str:
        start = self.periods[t].start
        for row in self.facts.methods.get(code, ()):
            label = row.label_zh if self.language == "zh" else row.label_en
            if label and (row.valid_to is None or row.valid_to > start):
                return f"{code} {label}"
        return f"{code} {self.labels.word('meaning', self.account.meaning(code, t))}".strip()

    def catalogue(self, codes: str, t: int) -> str:
        """What the national catalogue in force calls codes; blank where it does not list them."""
        start = self.periods[t].start
        found = []
        for code in codes.split("; "):
            for row in live(self.facts.case.codes):
                begins, ends = row.valid_from, row.valid_to
                in_force = (begins is None or begins <= start) and (ends is None or ends > start)
                if row.code == code and in_force:
                    found.append(row.label_zh if self.language == "zh" else row.label_en)
        return self.listed(dict.fromkeys(name for name in found if name))

    def category(self, codes: str) -> str:
        """Categories of codes of the national catalogue: HW48."""
        matches = (LISTED_CODE.fullmatch(code) for code in codes.split("; "))
        return "; ".join(dict.fromkeys(f"HW{found[1]}" for found in matches if found))

    def days(self, numbers: Iterable[int]) -> tuple[str, str]:
        """First and last day of periods."""
        own = sorted(numbers)
        end = self.periods[own[-1]].end - timedelta(days=1)
        return self.periods[own[0]].start.isoformat(), end.isoformat()

    def period(self, *numbers: int) -> str:
        """Periods as days."""
        first, last = self.days(numbers)
        return self.say("days", first=first, last=last)

    def listed(self, names: Iterable[str]) -> str:
        """Names in a cell; what is too many is counted."""
        own = [name for name in names if name]
        shown = self.say("semicolon").join(own[:MOST_NAMES])
        return (
            shown
            if len(own) <= MOST_NAMES
            else self.say("and_more", names=shown, count=len(own) - MOST_NAMES)
        )

    def papers(self, names: Iterable[str]) -> str:
        """Names of permits, approvals or contracts in a cell; those that the case only assumes say so."""
        return self.listed(
            self.say("stand_in", name=name) if name in self.stand_ins else name
            for name in dict.fromkeys(names)
        )

    def hazardous(self, yes: bool) -> str:
        """Whether it is hazardous waste."""
        return self.say("yes" if yes else "no")

    def named(self, entries: list[Entry]) -> dict[str, object]:
        """What every form says of a waste: name, codes, category, properties."""
        first = entries[0]
        codes = self.account.codes(entries)
        hazard = self.account.papers.hazard(first.stream.lineage) if first.waste.hazardous else ""
        return {
            "unit": self.unit(first.waste.site),
            "year": self.account.year(first),
            "waste_name": self.name(first.waste.material),
            "catalogue_name": self.catalogue(codes, first.t),
            "category": self.category(codes),
            "code": codes,
            "hazard": hazard,
            "ton": self.say("ton"),
        }
