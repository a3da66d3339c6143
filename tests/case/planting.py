"""Planted faults: how a case is spoilt, and what must be found. Filled by the modules that plant."""

from __future__ import annotations

from collections.abc import Callable

from tests.case.conftest import Folder

Spoil = Callable[[Folder], object]
Found = tuple[str, str, int, str]

PLANTED: dict[str, tuple[Spoil, list[Found]]] = {}
WORDS: dict[str, str] = {}
"""Planted fault → what its words must hold in English."""


def planted(*found: Found, says: str = "") -> Callable[[Spoil], Spoil]:
    """A planted fault and what must be found: (key, file, row, column); `says` stands in the words of the first."""

    def keep(spoil: Spoil) -> Spoil:
        assert spoil.__name__ not in PLANTED
        PLANTED[spoil.__name__] = (spoil, list(found))
        if says:
            WORDS[spoil.__name__] = says
        return spoil

    return keep
