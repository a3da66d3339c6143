"""An assay as a laboratory reports it: one certificate, many properties. It becomes rows of `composition`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from redmud_opt.case.editing.edits import Edit
from redmud_opt.case.editing.gestures import add_row

TABLE = "composition"
CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class Assay:
    """What stands on a certificate, as text. `values` and `sigmas`: property → text; blank: not measured."""

    material: str
    certificate_date: str = ""
    laboratory: str = ""
    method: str = ""
    samples: str = ""
    sigma_of: str = ""
    source: str = ""
    comment: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    sigmas: Mapping[str, str] = field(default_factory=dict)


def rows_of_assay(assay: Assay, first_new: int) -> list[Edit]:
    """A row per property that was measured, and one of `sources` for the certificate unless it names a source.

    A certificate is a measurement, so that is their evidence.
    """
    rows: list[Edit] = []
    source = assay.source or _source_of(assay)
    common = {
        "certificate_date": assay.certificate_date,
        "laboratory": assay.laboratory,
        "method": assay.method,
        "samples": assay.samples,
        "source": source,
        "evidence": "measured",
        "comment": assay.comment,
    }
    for name, value in assay.values.items():
        if not value.strip():
            continue
        sigma = assay.sigmas.get(name, "")
        cells = {"material": assay.material, "property": name, "value": value, "sigma": sigma}
        cells |= {"sigma_of": assay.sigma_of} if sigma else {}
        rows += add_row(TABLE, first_new - len(rows), cells | common)
    if rows and not assay.source:
        told = ", ".join(filter(None, (assay.laboratory, assay.method, assay.certificate_date)))
        cells = {"name": source, "title": f"{told or source}: {assay.material}", "link": CERTIFICATE}
        year = assay.certificate_date[:4]
        rows += add_row("sources", first_new - len(rows), cells | {"year": year})
    return rows


def _source_of(assay: Assay) -> str:
    """What the certificate is called where its values come from."""
    return "_".join(filter(None, ("assay", assay.material, assay.certificate_date)))
