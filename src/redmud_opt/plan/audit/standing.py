"""The table of status: every lineage of the plan with its status, codes and letters, and certificates that are there.

    status    hazardous waste where it is declared so or mixing makes it so (see `status`), else as declared
    code      of a hazardous waste its own, if the list knows it, else at least all that its feeds bring
    hazard    its own letters, else those of the list; of a residue at least those of its feeds
    delisted  a certificate of process and residue is on file, identified by the first day

MODEL.md rule 6, Derived material.
"""

from __future__ import annotations

import re

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.checks import Check, Findings
from redmud_opt.plan.audit.facts import live
from redmud_opt.plan.audit.rows import Standing
from redmud_opt.plan.audit.streams import Lineage


def standing(book: Book) -> tuple[Check, ...]:
    """What the plan says of the status of its streams."""
    findings = Findings("standing")
    if book.stated_status is not None:
        rows = {row.lineage: row for row in book.stated_status}
        lineages = {stream.lineage.name: stream.lineage for stream in book.streams.values()}
        for name, lineage in lineages.items():
            if name in rows:
                _judge(findings, book, rows[name], lineage)
            else:
                findings.fault("untold", name)
        for name in rows.keys() - lineages.keys():
            findings.fault("unknown", name)
    return findings.checks()


def _judge(findings: Findings, book: Book, row: Standing, lineage: Lineage) -> None:
    hazardous = book.status.of(lineage, 0)
    status = "hazardous_waste" if hazardous else book.facts.materials[lineage.material].legal_status
    if row.material != lineage.material or row.status != status:
        findings.fault("wrong_status", row.lineage, stated=row.status, right=status)
    stated = frozenset(row.code.split("; ")) - {""}
    codes = book.status.codes_of(lineage)
    if not codes <= stated or (not hazardous and stated):
        findings.fault(
            "wrong_code", row.lineage, stated=row.code or "–", right="; ".join(sorted(codes)) or "–"
        )
    marks = _letters(row.hazard)
    letters = _of_list(book, lineage) if hazardous else frozenset()
    if not letters <= marks or (not hazardous and marks):
        right = ",".join(sorted(letters)) or "–"
        findings.fault("wrong_letters", row.lineage, stated=row.hazard or "–", right=right)
    if row.why == "delisted" and not _on_file(book, lineage, row.because_of):
        findings.fault("no_certificate", row.lineage, certificate=row.because_of or "–")
    findings.rows += 1


def _letters(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.upper())) - {"NONE", "LISTED"}


def _of_list(book: Book, lineage: Lineage) -> frozenset[str]:
    """Letters of a hazardous material by itself: declared, else by the list; of others what its feed has."""
    row, case = book.facts.materials[lineage.material], book.facts.case
    if row.legal_status != "hazardous_waste":
        return frozenset() if lineage.parent is None else _of_list(book, lineage.parent)
    if row.hazard:
        return _letters(row.hazard)
    first, last = book.dates.periods[0].start, book.dates.periods[-1].end
    found = [
        _letters(own.hazard)
        for own in live(case.codes)
        if own.code == row.code
        and (own.valid_from is None or own.valid_from < last)
        and (own.valid_to is None or own.valid_to > first)
    ]
    return frozenset().union(*found)


def _on_file(book: Book, lineage: Lineage, certificate: str) -> bool:
    first = book.dates.periods[0].start
    return any(
        row.material == lineage.material
        and row.certificate == certificate
        and row.identified_on is not None
        and row.identified_on <= first
        for row in book.facts.delistings.get(lineage.process, ())
    )
