"""What the law changes between two readings of one case: another rule pack, or another day.

    found = law_changes(before, after)
    found.frame("zh")       what changed: subject, item, before, after, clauses, and what of the case it bites
    found.doors("zh")       what may go where under one law and not under the other

A rule is known by what it speaks of, not by its number: an item that gets a new number is one rule with a new number.
A rule that says the same in a new edition is no change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from redmud_opt.case import Case
from redmud_opt.i18n import Message, text
from redmud_opt.network import Network, build_network
from redmud_opt.study.law import Said, law_of

CHANGES = ("added", "removed", "content", "number", "clause")
"""A rule is new, is gone, says something else, has another number, or rests on another clause alone."""

COLUMNS = (
    *("subject", "item", "change", "before", "after", "clause_before", "clause_after", "valid_from"),
    *("bites", "touches"),
)
DOOR_COLUMNS = ("door", "at", "material", "open_before", "open_after", "periods", "clause", "why")

Versions = list[Said]


@dataclass(frozen=True)
class Change:
    """One rule before and after; the versions that hold over the horizon, the older first."""

    before: tuple[Said, ...]
    after: tuple[Said, ...]

    @property
    def one(self) -> Said:
        """The rule as it is after, or as it was."""
        return (self.after or self.before)[-1]

    @property
    def kind(self) -> str:
        """Which of `CHANGES`."""
        if not self.before or not self.after:
            return "added" if self.after else "removed"
        if _content(self.before) != _content(self.after):
            return "content"
        return "number" if _numbers(self.before) != _numbers(self.after) else "clause"

    @property
    def touches(self) -> tuple[str, ...]:
        """What of the case it speaks of, before or after."""
        return tuple(dict.fromkeys(name for said in (*self.before, *self.after) for name in said.touches))


def _content(versions: tuple[Said, ...]) -> list[str]:
    """What a rule says, its number aside."""
    return [
        f"{said.message.key} {_without_number(said)} {dict(said.words).get('en', '')}" for said in versions
    ]


def _without_number(said: Said) -> str:
    return text(Message(said.message.key, {**said.message.values, "item": "", "words": ""}))


def _numbers(versions: tuple[Said, ...]) -> list[object]:
    return [said.message.values.get("item", said.item) for said in versions]


def _as_told(versions: tuple[Said, ...], language: str) -> str:
    """What a rule says; of a later version inside the horizon, from when."""
    if not versions:
        return ""
    later = [
        text(Message("packs.from_day", {"day": said.valid_from, "says": said.text(language)}), language)
        for said in versions[1:]
    ]
    return "; ".join([versions[0].text(language), *later])


@dataclass(frozen=True)
class LawChanges:
    """The rules that changed, and the two cases that were read."""

    before: Case = field(repr=False)
    after: Case = field(repr=False)
    changes: tuple[Change, ...]
    unchanged: int

    def frame(self, language: str = "en", *, biting: bool = False) -> pd.DataFrame:
        """One row per rule that changed; `biting`: only what the case has something of."""
        rows = [
            (
                change.one.subject,
                change.one.item,
                change.kind,
                _as_told(change.before, language),
                _as_told(change.after, language),
                "; ".join(dict.fromkeys(said.clause for said in change.before)),
                "; ".join(dict.fromkeys(said.clause for said in change.after)),
                change.one.valid_from,
                bool(change.touches),
                "; ".join(change.touches),
            )
            for change in self.changes
            if change.touches or not biting
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    @cached_property
    def networks(self) -> tuple[Network, Network]:
        """The network of the case under each law."""
        return build_network(self.before), build_network(self.after)

    def doors(self, language: str = "en") -> pd.DataFrame:
        """Doors that are open under one law and shut under the other, with the clause that shuts them."""
        before, after = self.networks
        rows = list(_door_rows(before, after, language))
        return pd.DataFrame(rows, columns=list(DOOR_COLUMNS))


def law_changes(before: Case, after: Case) -> LawChanges:
    """What changed of the law from one reading of a case to another."""
    versions: defaultdict[tuple[str, str], tuple[Versions, Versions]] = defaultdict(lambda: ([], []))
    for place, case in enumerate((before, after)):
        for said in law_of(case).said:
            if said.subject != "permit":  # what a receiver holds is the case's, not the pack's
                versions[said.subject, said.of][place].append(said)
    changed = [Change(tuple(old), tuple(new)) for old, new in versions.values() if _signs(old) != _signs(new)]
    return LawChanges(before, after, tuple(changed), len(versions) - len(changed))


def _signs(versions: Versions) -> list[tuple[object, ...]]:
    """What must be the same for a rule to be unchanged; that it begins on another day alone is no change."""
    inside = [said.valid_from for said in versions[1:]]
    content = zip(_content(tuple(versions)), _numbers(tuple(versions)), strict=True)
    return [*((*pair, said.clause) for pair, said in zip(content, versions, strict=True)), tuple(inside)]


def _door_rows(before: Network, after: Network, language: str) -> Iterator[tuple[object, ...]]:
    for door in dict.fromkeys((*before.doors.shut, *after.doors.shut)):
        old, new = before.doors.when_open(door), after.doors.when_open(door)
        if old is None or new is None or np.array_equal(old, new):
            continue
        reasons = [*before.doors.shut.get(door, ()), *after.doors.shut.get(door, ())]
        periods = [name for name, differs in zip(after.time.names, old != new, strict=True) if differs]
        clauses = dict.fromkeys(reason.clause for reason in reasons)
        why = dict.fromkeys(text(reason.why, language) for reason in reasons)
        kind, at, material = door
        yield (
            kind,
            at,
            material,
            int(old.sum()),
            int(new.sum()),
            "; ".join(periods),
            "; ".join(clauses),
            "; ".join(why),
        )
