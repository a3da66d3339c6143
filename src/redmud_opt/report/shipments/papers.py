"""The papers of a consignment, or the word that it needs none and by which clause.

    code       of hazardous waste
    permit     of who takes hazardous waste in where it arrives
               held | exempt | own (waste of the site itself) | passes (nobody takes it in) | not_asked | missing
    document   approval or filing at the border of a province
               held | within (no border is crossed) | no_province (the case does not say) | not_asked
               missing (asked for, and not in the case)

Waste that is not hazardous needs no permit, what is no waste needs nothing: `none`. What is missing is a placeholder
and counted; the plan that moves it stands on something that is still to be had.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from redmud_opt.case.listing import overlaps
from redmud_opt.case.rules import Approval, Permit
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.borders import Need
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.audit.licences import Licences
from redmud_opt.plan.papers import AND
from redmud_opt.plan.papers import Papers as LedgerPapers
from redmud_opt.report.shipments.consignments import Consignment, Taker
from redmud_opt.report.shipments.months import Validities

MISSING = "MISSING"
"""Stands where a paper is asked for and the case has none."""

NONE, HELD, EXEMPT, OWN, PASSES = "none", "held", "exempt", "own", "passes"
WITHIN, NO_PROVINCE, NOT_ASKED, ABSENT = "within", "no_province", "not_asked", "missing"


class Paper(NamedTuple):
    """Names of a paper in a cell, why that is so, and by which clause."""

    names: str
    why: str
    clause: str = ""


class Held(NamedTuple):
    """The papers of a consignment, and when those at the border and those of the receiver are valid."""

    code: str
    hazard: str
    permit: Paper
    kind: str
    document: Paper
    of_border: Validities
    of_receiver: Validities


class Papers:
    """Finds the papers of consignments."""

    def __init__(self, book: Book) -> None:
        self.book, self._ledger = book, LedgerPapers(book)
        self._licences = Licences(book.facts, book.dates)
        case = book.facts.case
        self._approvals: dict[str, Approval] = {row.name: row for row in live(case.approvals)}
        self._permits: dict[str, Permit] = {row.name: row for row in live(case.permits)}
        self._documents: dict[tuple[str, str, str, int], list[str]] = {}
        for moved in book.movements:
            if moved.document and moved.of in ("border", "inside"):
                came = moved.from_province if moved.of == "border" else ""
                self._documents.setdefault((came, moved.site, moved.lineage, moved.t), []).append(
                    moved.document
                )
        self._unfiled = {
            (moved.from_province if moved.of == "border" else "", moved.site, moved.lineage, moved.t)
            for moved in book.movements
            if not moved.document
        }

    def of(self, own: Consignment) -> Held:
        """All papers of a consignment."""
        kind, document, at_border = self._document(own)
        permit, at_receiver = self._permit(own) if own.hazardous else (Paper("", NONE), ())
        code = (own.code or MISSING) if own.hazardous else ""
        letters = (self._ledger.hazard(one).split(",") for one in own.lineages.values() if own.hazardous)
        hazard = ",".join(sorted({letter for some in letters for letter in some if letter}))
        return Held(code, hazard, permit, kind, document, at_border, at_receiver)

    def _clause(self, rule: str, t: int) -> str:
        """Clauses of the requirement that is in force in a period; blank where the law does not ask."""
        period = self.book.dates.periods[t]
        return AND.join(
            dict.fromkeys(
                row.clause
                for row in live(self.book.facts.case.requirements)
                if row.rule == rule
                and (row.valid_from or date.min) < period.end
                and (row.valid_to or date.max) > period.start
            )
        )

    # ---------------------------------------------------------------- borders

    def _document(self, own: Consignment) -> tuple[str, Paper, Validities]:
        """(approval or filing, the paper, when it is valid)."""
        borders = self.book.borders
        needs = [borders.move(own.from_site, own.to_site, one, own.t) for one in own.lineages.values()]
        asked = [need for need in needs if need is not None]
        if not asked:
            return "", self._no_document(own), ()
        need = asked[0]
        found = [name for one in asked for name in self._names(one)]
        names = sorted(dict.fromkeys(found), key=lambda name: (self._ends(name), name))
        lacks = not names or any(self._place(one) in self._unfiled for one in asked)
        rule = need.kind if need.kind == "filing" or own.hazardous else "general_approval"
        clause = self._clause(rule, own.t)
        if lacks:
            return need.kind, Paper(AND.join([*names, MISSING]), ABSENT, clause), ()
        rows = [self._approvals[name] for name in names if name in self._approvals]
        return (
            need.kind,
            Paper(AND.join(names), HELD, clause),
            tuple((r.valid_from, r.valid_to) for r in rows),
        )

    @staticmethod
    def _place(need: Need) -> tuple[str, str, str, int]:
        return need.came_from, need.site, need.lineage, need.t

    def _names(self, need: Need) -> list[str]:
        return self._documents.get(self._place(need), [])

    def _ends(self, name: str) -> date:
        row = self._approvals.get(name)
        return (row.valid_to if row is not None else None) or date.max

    def _no_document(self, own: Consignment) -> Paper:
        if not self.book.facts.is_waste(own.material):
            return Paper("", NONE)
        rule = "approval" if own.hazardous else "general_approval"
        clause = self._clause(rule, own.t)
        borders = self.book.borders
        start, end = borders.province(own.from_site), borders.province(own.to_site)
        if not clause or (start and end and start != end):
            return Paper("", NOT_ASKED, clause)
        return Paper("", WITHIN if start and end else NO_PROVINCE, clause)

    # ---------------------------------------------------------------- receivers

    def _permit(self, own: Consignment) -> tuple[Paper, Validities]:
        """The permit of those who take it in; one that lacks it outweighs the others."""
        clause = self._clause("permit", own.t)
        if not clause:
            return Paper("", NOT_ASKED), ()
        codes = tuple(code for code in own.code.split(AND) if code)
        if not own.takers:
            return Paper("", PASSES, clause), ()
        scheme = self._ledger.scheme(own.from_site, own.to_site, codes, own.t)
        found = [self._of_taker(taker, own, codes, scheme) for taker in own.takers]
        for why in (ABSENT, HELD, EXEMPT, OWN):
            same = [paper for paper in found if paper.why == why]
            if same:
                break
        names = list(dict.fromkeys(n for paper in found for n in paper.names.split(AND) if n))
        if why == ABSENT:
            return Paper(AND.join([*(n for n in names if n != MISSING), MISSING]), ABSENT, clause), ()
        rows = [self._permits[name] for name in names if name in self._permits]
        clauses = AND.join(dict.fromkeys(paper.clause for paper in same if paper.clause)) or clause
        return Paper(AND.join(names), why, clauses), tuple((row.valid_from, row.valid_to) for row in rows)

    def _of_taker(self, taker: Taker, own: Consignment, codes: tuple[str, ...], scheme: str) -> Paper:
        permit, items = self._ledger.receipt(taker.receiver, codes, taker.method or "", own.t)
        use = self.book.dates.meaning(taker.method, own.t) == "use" if taker.method else False
        bare = [
            code
            for code in codes
            if not (use and self._licences.exempt(taker.receiver, code, own.t))
            and not self._licences.covers(taker.receiver, code, taker.method, own.t)
        ]
        if codes and not bare:
            return (
                Paper(permit, HELD) if permit else Paper(items, EXEMPT, self._exempting(items, codes, own.t))
            )
        if scheme and use:
            return Paper(scheme, HELD)
        at_site = all(self._licences.own(own.to_site, lineage) for lineage in own.lineages.values())
        return Paper("", OWN) if taker.kind != "outlet" and at_site else Paper(MISSING, ABSENT)

    def _exempting(self, items: str, codes: tuple[str, ...], t: int) -> str:
        """Clauses of the items of the list of exemptions, as it stands in a period."""
        named = set(items.split(AND))
        rows = live(self.book.facts.case.exemption_list)
        period = self.book.dates.periods[t]
        return AND.join(
            dict.fromkeys(
                row.clause
                for row in rows
                if row.item in named and row.code in (*codes, "any") and overlaps(row, period)
            )
        )
