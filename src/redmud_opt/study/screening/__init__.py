"""The screening matrix: every waste where it arises against every route that is for its kind, item by item.

    found = screen(case)                                the routes of the case
    found = screen(case, library=load_library())        and those of the library that the case does not use
    found.frame();  found.matrix("zh");  found.table("en")

No plan is solved: acceptance, gates, the greatest share in a blend, the law's meaning, equipment, money per tonne fed
and readiness are worked out cell by cell. How to read it: docs/screening.md.
"""

from __future__ import annotations

from redmud_opt.case import Case
from redmud_opt.i18n import LANGUAGES
from redmud_opt.study.screening.cells import VERDICTS, Cell, Screener
from redmud_opt.study.screening.equipment import Match
from redmud_opt.study.screening.joining import joined
from redmud_opt.study.screening.prices import Prices
from redmud_opt.study.screening.reasons import reason
from redmud_opt.study.screening.result import Screening
from redmud_opt.study.screening.world import World

__all__ = ["VERDICTS", "Cell", "Match", "Screening", "screen"]


def screen(case: Case, library: Case | None = None) -> Screening:
    """Every arising of a case against every route: those of the case, and with `library` those it does not use.

    Raises CaseFaults where the library states a property or a material of the case in a unit that does not convert.
    """
    own = {row.name for row in case.figures}
    others = [] if library is None else [row for row in library.figures if row.name not in own]
    figures = [*case.figures, *others]
    worlds = [World(case)] if library is None else [World(case), World(joined(case, library))]
    cells: list[Cell] = []
    reasons = []
    for k, world in enumerate(worlds):
        found = list(Screener(world, Prices(world, figures), from_library=k > 0).cells())
        cells += found
        reasons += [reason(cell, world.case) for cell in found]
    return Screening(case.settings.name, tuple(cells), tuple(reasons), _labels(case, library))


def _labels(case: Case, library: Case | None) -> dict[str, dict[str, str]]:
    """Language → name → label; the other language stands in, but not for properties, whose names are English."""
    sides = [case] if library is None else [library, case]
    bare = {row.name for side in sides for row in side.properties}
    found: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        found[language] = {}
        for other in (*(known for known in LANGUAGES if known != language), language):
            for side in sides:
                labels = side.labels(other)
                found[language] |= {n: w for n, w in labels.items() if other == language or n not in bare}
    return found
