"""Names as people type them: the nearest one, look-alikes, hidden characters."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable

from redmud_opt.i18n import Message

# Letters of other scripts that look like Latin ones (Cyrillic, Greek), and dashes and quotes that look alike.
_TWINS = str.maketrans(
    "АВЕЅІЈКМНОРСТХУаеѕіјорсухһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧονικυ‐‑‒–—−’‘",
    "ABESIJKMHOPCTXYaesijopcyxhdqwABEZHIKMNOPTYXoviku------''",
)
_INVISIBLE = re.compile("[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
FORBIDDEN = frozenset("<>@/\\;,:\"'`|{}=*?")
"""Characters that ids, groups of columns and expressions give another meaning."""


def visible(text: str) -> str:
    """The text without invisible characters and outer or odd spaces: what its writer sees."""
    return " ".join(_INVISIBLE.sub("", text).split())


def skeleton(text: str) -> str:
    """What two look-alikes have in common: width, case, script, spaces, hyphens and underscores are forgotten."""
    plain = unicodedata.normalize("NFKC", visible(text)).translate(_TWINS)
    return re.sub(r"[\s_\-]+", "_", plain).casefold()


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `name` was most likely meant to be, if one is near."""
    by_skeleton: dict[str, str] = {}
    for candidate in candidates:
        by_skeleton.setdefault(skeleton(candidate), candidate)
    meant = skeleton(name)
    if meant in by_skeleton:
        return by_skeleton[meant]
    close = difflib.get_close_matches(meant, list(by_skeleton), n=1, cutoff=0.6)
    return by_skeleton[close[0]] if close else None


def did_you_mean(name: str, candidates: Iterable[str]) -> Message | None:
    """The remedy for an unknown name: the nearest one, else all of them if they are few."""
    known = list(dict.fromkeys(candidates))
    found = nearest(name, known)
    if found is not None:
        return Message("case.did_you_mean", {"name": found})
    return Message("case.known_names", {"names": tuple(known)}) if 0 < len(known) <= 12 else None
