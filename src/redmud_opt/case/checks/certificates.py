"""Certificates: what can be pooled has dates, and the mean of samples says of how many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from redmud_opt.case.checks.facts import Facts
from redmud_opt.case.faults import Fault
from redmud_opt.case.things import Assay
from redmud_opt.i18n import Message


def certificates_dated(facts: Facts) -> Iterator[Fault]:
    """Where several certificates speak of one property of a material, each has its date (two without: one key)."""
    held: dict[tuple[str, str], list[Assay]] = defaultdict(list)
    for row in facts.case.composition:
        held[row.material, row.property].append(row)
    for (material, name), rows in held.items():
        undated = [row for row in rows if row.certificate_date is None]
        if len(rows) > len(undated) == 1:
            values = {"material": material, "property": name, "count": len(rows)}
            remedy = Message("case.date_or_delete")
            yield facts.fault(undated[0], "certificate_date", "certificate_undated", remedy, **values)


def means_have_samples(facts: Facts) -> Iterator[Fault]:
    """The standard deviation of a mean says nothing of a single sample without the number of samples."""
    for row in facts.case.composition:
        if row.sigma_of == "mean" and row.samples is None:
            yield facts.fault(row, "samples", "mean_without_samples", Message("case.samples_or_sample"))
