"""An assay as a laboratory reports it: one certificate, many properties. It becomes rows of `composition`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from redmud_opt.case.editing.edits import Edit
from redmud_opt.case.editing.gestures import add_row

TABLE = "composition"


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
    """A row per property that was measured; a certificate is a measurement, so that is their evidence."""
    common = {
        "certificate_date": assay.certificate_date,
        "laboratory": assay.laboratory,
        "method": assay.method,
        "samples": assay.samples,
        "source": assay.source,
        "evidence": "measured",
        "comment": assay.comment,
    }
    found: list[Edit] = []
    for name, value in assay.values.items():
        if not value.strip():
            continue
        sigma = assay.sigmas.get(name, "")
        cells = {"material": assay.material, "property": name, "value": value, "sigma": sigma}
        cells |= {"sigma_of": assay.sigma_of} if sigma else {}
        found += add_row(TABLE, first_new - len(found), cells | common)
    return found
