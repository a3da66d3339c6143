"""Wastes, residues, products and bought materials, with what they consist of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from redmud_opt.case.things import Assay, Material
from redmud_opt.i18n import number_text
from redmud_opt.report.librarydocs.shelf import Shelf, page_of, ranged


def _sections(shelf: Shelf) -> dict[str, list[Material]]:
    """Wastes that arise by their class; the rest by legal status."""
    found: dict[str, list[Material]] = defaultdict(list)
    for row in shelf.library.materials:
        found[row.waste_class if row.waste_class != "none" else row.legal_status].append(row)
    return found


def _assay(shelf: Shelf, row: Assay) -> str:
    unit = row.unit or next((p.unit for p in shelf.library.properties if p.name == row.property), "")
    label = shelf.label(row.property)
    words = f"{label} {number_text(row.value)}{ranged(row.low, row.high)} {unit}"
    if row.certificate_date is not None:
        words += f", {row.certificate_date.isoformat()}"
    letter = shelf.letter(row.evidence)
    return f"{words} {letter}" if letter else words


def _rows(shelf: Shelf, materials: list[Material], assays: dict[str, list[Assay]]) -> Iterator[list[str]]:
    for row in materials:
        held = assays.get(row.name, [])
        yield [
            shelf.named(row.name),
            shelf.word("status", row.legal_status) if row.waste_class != "none" else "",
            row.code,
            row.hazard,
            shelf.word("mineralogy", row.mineralogy),
            shelf.number("materials", row, "moisture") if row.moisture else "",
            shelf.number("materials", row, "density_t_per_m3"),
            row.unit if row.unit != "t" else "",
            row.product_standard,
            row.pollutant_limit,
            str(len(held)) if held else "",
        ]


def materials_page(shelf: Shelf) -> str:
    """The page."""
    assays: dict[str, list[Assay]] = defaultdict(list)
    for assay in shelf.library.composition:
        assays[assay.material].append(assay)
    lines = shelf.head("materials")
    for section, materials in _sections(shelf).items():
        lines += [f"## {shelf.word('section', section)} ({len(materials)})", ""]
        lines += shelf.table("materials.head", _rows(shelf, materials, assays))
        for row in materials:
            if assays.get(row.name):
                held = shelf.say("semicolon").join(_assay(shelf, one) for one in assays[row.name])
                lines += [f"- **{shelf.label(row.name)}** `{row.name}`: {held}"]
        lines.append("")
    return page_of(lines)
