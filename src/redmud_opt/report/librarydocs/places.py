"""Plants, markets and works by province, with the figures that speak of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from redmud_opt.case.things import Figure, Site
from redmud_opt.report.librarydocs.shelf import Shelf, page_of


def figures_of(shelf: Shelf) -> dict[str, list[Figure]]:
    """Site → figures that bear its name, such as `alumina_capacity_<site>_t_per_a`; the longest name wins."""
    names = sorted((site.name for site in shelf.library.sites), key=len, reverse=True)
    found: dict[str, list[Figure]] = defaultdict(list)
    for row in shelf.library.figures:
        site = next((name for name in names if f"_{name}_" in f"_{row.name}_"), None)
        if site is not None:
            found[site].append(row)
    return found


def _short(shelf: Shelf, row: Figure, site: Site) -> str:
    """A figure beside its site: what it is, without the name of the site."""
    label = shelf.label(row.name)
    for sign in (", ", "："):
        label = label.removesuffix(f"{sign}{shelf.label(site.name)}")
    year = "" if row.as_of is None else f" [{row.as_of}]"
    return f"{label} {shelf.number('figures', row, 'value', row.unit)}{year}"


def _rows(shelf: Shelf, sites: list[Site], figures: dict[str, list[Figure]]) -> Iterator[list[str]]:
    for site in sites:
        ends = (site.longitude_deg, site.latitude_deg)
        where = "" if None in ends else ", ".join(f"{end:.15g}" for end in ends if end is not None)
        yield [
            shelf.named(site.name),
            shelf.word("kind", site.kind),
            shelf.label(site.owner),
            where,
            shelf.word("evidence", site.evidence),
            shelf.label(site.within),
            shelf.say("semicolon").join(_short(shelf, row, site) for row in figures.get(site.name, ())),
        ]


def places_page(shelf: Shelf) -> str:
    """The page."""
    by_province: dict[str, list[Site]] = defaultdict(list)
    for site in shelf.library.sites:
        by_province[site.province].append(site)
    figures = figures_of(shelf)
    lines = shelf.head("places")
    for province in [*(row.name for row in shelf.library.provinces), ""]:
        sites = by_province.get(province, [])
        if sites:
            title = shelf.label(province) if province else shelf.say("places.nowhere")
            title = title.replace("_", " ").title() if title.isascii() else title
            lines += [f"## {title} ({len(sites)})", ""]
            lines += shelf.table("places.head", _rows(shelf, sites, figures))
    return page_of(lines)
