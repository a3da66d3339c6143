"""The papers that hazardous waste moves under: codes, permits, approvals, exemptions, certificates.

    code          of the material, else of the hazardous wastes that it may come from; of what is certified, those
                  that it had
    permit        of the receiver for a code, of the method or of any, valid on some day of the period; that of a
                  point-to-point scheme also on the way from its sender
    exemption     items of the list under which the receiver uses a code without a permit
    approval      documents that the plan lays tonnes on at this border, see `movements`

Where several rows fit, all are named, the earliest to expire first: the order in which they had best be used up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from redmud_opt.case.licences import covered, covering, exempt_codes, site_of, valid_days
from redmud_opt.case.listing import letters, listed_letters, overlaps
from redmud_opt.case.rules import Permit
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.audit.streams import Lineage, Stream

AND = ";"
"""Stands between names in a cell."""

Codes = tuple[str, ...]


class Papers:
    """Finds the papers of movements; every answer is a cell, or two."""

    def __init__(self, book: Book) -> None:
        self.book, self.case = book, book.facts.case
        self._permits: dict[tuple[str, str], list[Permit]] = defaultdict(list)
        self._schemes: dict[tuple[str, str], list[Permit]] = defaultdict(list)
        sites = site_of(self.case)
        for row in live(self.case.permits):
            self._permits[row.receiver, row.code].append(row)
            if row.point_to_point_from:
                self._schemes[row.point_to_point_from, sites[row.receiver]].append(row)
        self._exempt = exempt_codes(self.case)
        self._documents: dict[tuple[str, str, str, int], list[str]] = defaultdict(list)
        ends = {row.name: row.valid_to or date.max for row in live(self.case.approvals)}
        for moved in sorted(book.movements, key=lambda row: (ends.get(row.document, date.max), row.document)):
            if moved.of == "border" and moved.document:
                self._documents[moved.from_province, moved.site, moved.lineage, moved.t].append(
                    moved.document
                )
        self.codes = lru_cache(maxsize=None)(self._codes)
        self.hazard = lru_cache(maxsize=None)(self._hazard)
        self.receipt = lru_cache(maxsize=None)(self._receipt)

    # ---------------------------------------------------------------- codes

    def _codes(self, lineage: Lineage) -> Codes:
        """Codes of what is or was hazardous."""
        found = (self.book.status.codes_of(own) for own in lineage.chain())
        return tuple(sorted(next((codes for codes in found if codes), ())))

    def _hazard(self, lineage: Lineage) -> str:
        """Letters of the material; else those of its codes, by the list or by the wastes that have them."""
        stated = letters(self.book.facts.materials[lineage.material].hazard)
        for code in () if stated else self._codes(lineage):
            stated |= listed_letters(self.case, code)
            for row in self.book.facts.materials.values():
                stated |= letters(row.hazard) if row.code == code else frozenset()
        return ",".join(sorted(stated))

    # ---------------------------------------------------------------- permits and exemptions

    def _receipt(self, receiver: str, codes: Codes, method: str, t: int) -> tuple[str, str]:
        """Permits and items of the list of exemptions; without a method (a put) the permits of any."""
        use = self.book.dates.meaning(method, t) == "use"
        permits: list[Permit] = []
        items: list[str] = []
        for code in codes:
            exempt = self._items(receiver, code, t) if use else []
            items += exempt
            for row in self._permits.get((receiver, code), ()) if not exempt else ():
                fits = not method or row.method in ("", method)
                if fits and self._valid(row, t) and (use or not row.point_to_point_from):
                    permits.append(row)
        return _names(permits), AND.join(dict.fromkeys(items))

    def scheme(self, sender: str, site: str, codes: Codes, t: int) -> str:
        """Point-to-point permits that join a sender to a site."""
        rows = self._schemes.get((sender, site), ())
        return _names(row for row in rows if row.code in codes and self._valid(row, t))

    def _valid(self, permit: Permit, t: int) -> bool:
        period = self.book.dates.periods[t]
        scheme = bool(permit.point_to_point_from)
        return valid_days(permit, period) > 0 and (
            not scheme or covered(covering(self.case, permit.code, scheme=True), period)
        )

    def _items(self, receiver: str, code: str, t: int) -> list[str]:
        """Items that exempt the use of a code at a receiver: those of the code before those of any."""
        period, rows = self.book.dates.periods[t], covering(self.case, code)
        if (receiver, code) not in self._exempt or not covered(rows, period):
            return []
        held = [row for row in rows if overlaps(row, period)]
        return [row.item for row in held if row.code == code] or [row.item for row in held]

    # ---------------------------------------------------------------- borders

    def approval(self, from_site: str, to_site: str, lineage: str, t: int) -> str:
        """Documents under which a waste crosses the border of a province."""
        province = self.book.facts.sites[from_site].province
        inside = province == self.book.facts.sites[to_site].province
        found = [] if inside else self._documents.get((province, to_site, lineage, t), [])
        return AND.join(dict.fromkeys(found))


def certificate(book: Book, stream: Stream, t: int) -> str:
    """The certificate by which a residue of hazardous waste is none."""
    start = book.dates.periods[t].start
    for own in stream.lineage.chain():
        for row in book.facts.delistings.get(own.process, ()):
            day = row.identified_on
            if row.material == own.material and day is not None and day <= start:
                return row.certificate
    return ""


def _names(permits: Iterable[Permit]) -> str:
    """Names, the earliest to expire first."""
    rows = sorted(permits, key=lambda row: (row.valid_to or date.max, row.name))
    return AND.join(dict.fromkeys(row.name for row in rows))
