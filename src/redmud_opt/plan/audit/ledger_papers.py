"""The papers that entries of the ledger name are those that the case and the plan have for them, all of them.

code          the codes of the stream, of what is certified those that it had; where the law asks for codes, one
permit        of who receives (facility, outlet, storage), as `permits` judges it; a put: of any method;
              on the way: that of a point-to-point scheme of the sender
exemption     items of the list under which a use step is exempt, those of the code before those of any
approval      documents that `movements` lays tonnes on at this border
certificate   of the process and residue, of no later than the first day
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Findings
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.audit.licences import Licences
from redmud_opt.plan.audit.rows import Entry

RECEIPTS = ("fed", "delivered", "placed", "put")
"""Events by which somebody takes waste in."""


class Papers:
    """Judges the papers of entries."""

    def __init__(self, findings: Findings, book: Book) -> None:
        self.findings, self.book = findings, book
        self.licences = Licences(book.facts, book.dates)
        self.due: dict[str, Callable[[Entry], set[str]]] = {
            "code": self._codes,
            "permit": self._permits,
            "exemption": self._exemptions,
            "approval": self._approvals,
            "certificate": self._certificates,
        }
        self.known: dict[tuple[object, ...], dict[str, set[str]]] = {}
        self.documents: dict[tuple[str, str, str, int], set[str]] = {}
        for row in book.movements:
            if row.of == "border" and row.document:
                key = row.from_province, row.site, row.lineage, row.t
                self.documents.setdefault(key, set()).add(row.document)

    def of(self, row: Entry, where: str) -> None:
        """The papers of one entry."""
        if not row.code and self._asked(row.t):
            self.findings.fault("uncoded", where)
        act = row.event, row.at, row.from_site, row.to_site, row.stream.name, row.method, row.t
        if act not in self.known:
            self.known[act] = {column: due(row) for column, due in self.due.items()}
        for column, right in self.known[act].items():
            stated = {name for name in getattr(row, column).split(";") if name}
            if stated == right:
                self.findings.rows += 1
            else:
                words = {"stated": ";".join(sorted(stated)) or "–", "right": ";".join(sorted(right)) or "–"}
                self.findings.fault("wrong", where, column=column, **words)

    def _asked(self, t: int) -> bool:
        """Whether the law asks for codes in any part of a period."""
        period = self.book.dates.periods[t]
        return any(
            row.rule == "code"
            and (row.valid_from or date.min) < period.end
            and (row.valid_to or date.max) > period.start
            for row in live(self.book.facts.case.requirements)
        )

    def _codes(self, row: Entry) -> set[str]:
        chain = (self.book.status.codes_of(own) for own in row.stream.lineage.chain())
        return set(next((codes for codes in chain if codes), ()))

    def _receiver(self, row: Entry) -> str:
        line = self.book.facts.lines.get(row.at) if row.event == "fed" else None
        return row.at if line is None else line.facility

    def _used(self, row: Entry) -> bool:
        return self.book.dates.meaning(row.method, row.t) == "use"

    def _permits(self, row: Entry) -> set[str]:
        if row.event == "moves":
            return self._schemes(row)
        if row.event not in RECEIPTS:
            return set()
        receiver, use = self._receiver(row), self._used(row)
        senders = self.licences.senders | {""} if use else {""}
        return {
            permit.name
            for code in self._codes(row)
            if not (use and self.licences.exempt(receiver, code, row.t))
            for sender in senders
            for permit in self.licences.valid(code, row.t, receiver, sender=sender)
            if row.event == "put" or permit.method in ("", row.method)
        }

    def _schemes(self, row: Entry) -> set[str]:
        rows = (
            self.licences.valid(c, row.t, site=row.to_site, sender=row.from_site) for c in self._codes(row)
        )
        return {permit.name for found in rows for permit in found}

    def _exemptions(self, row: Entry) -> set[str]:
        if row.event not in RECEIPTS or not self._used(row):
            return set()
        found: set[str] = set()
        for code in self._codes(row):
            if self.licences.exempt(self._receiver(row), code, row.t):
                found |= self._items(code, row.t) or self._items("any", row.t)
        return found

    def _items(self, code: str, t: int) -> set[str]:
        """Items of the list that name a code in any part of a period."""
        return {
            item.item
            for item in live(self.book.facts.case.exemption_list)
            if item.code == code
            and item.link in ("use", "all")
            and self.book.dates.open_share(item.valid_from, item.valid_to, t) > 0.0
        }

    def _approvals(self, row: Entry) -> set[str]:
        sites = self.book.facts.sites
        if row.event != "moves" or not {row.from_site, row.to_site} <= sites.keys():
            return set()
        start, end = (sites[site].province for site in (row.from_site, row.to_site))
        lineage = row.stream.lineage.name
        return set() if start == end else self.documents.get((start, row.to_site, lineage, row.t), set())

    def _certificates(self, row: Entry) -> set[str]:
        """The certificate of the residue, or of the nearest that it was made from."""
        if row.event != "delisted":
            return set()
        start = self.book.dates.periods[row.t].start
        for own in row.stream.lineage.chain():
            for given in self.book.facts.delistings.get(own.process, ()):
                day = given.identified_on
                if given.material == own.material and day is not None and day <= start:
                    return {given.certificate}
        return set()
