"""An unbounded case is a case fault: the way in which value grows without end, in words.

A ray comes from the solver as names of columns, `sold_t[builders,brick,2026Q1]`, the steepest first. Totals and goals
only follow; what is left is told once per thing, whatever the period.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from redmud_opt.case import Case, Fault
from redmud_opt.i18n import Message

ACTS = {
    "bought_t": ("jobs.ray_buy", ("supply", "site")),
    "sold_t": ("jobs.ray_sell", ("outlet", "stream")),
    "flow_t": ("jobs.ray_move", ("lane", "stream")),
    "feed_t": ("jobs.ray_feed", ("line", "process", "point", "stream")),
    "placed_t": ("jobs.ray_place", ("storage", "stream")),
    "put_t": ("jobs.ray_put", ("storage", "stream")),
    "reclaim_t": ("jobs.ray_reclaim", ("storage", "stream")),
    "stock_t": ("jobs.ray_stock", ("storage", "stream")),
}
"""Family of columns → words for it and the names of its leading keys."""

ORDER = ("sold_t", "bought_t", "feed_t", "placed_t", "flow_t", "put_t", "reclaim_t", "stock_t")
MOST_ACTS = 8

_COLUMN = re.compile(r"(?P<family>\w+)\[(?P<keys>.*)\]")
_KEY = re.compile(r"(?:^|,)(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"|([^,]*))")


def keys_of(words: str) -> tuple[str, ...]:
    """`'a,b',c,2026Q1` → a,b · c · 2026Q1."""
    return tuple(
        next((part for part in found.groups() if part is not None), "") for found in _KEY.finditer(words)
    )


def acts(ray: Iterable[str]) -> Iterator[Message]:
    """What is done without end, each thing once."""
    found: dict[tuple[str, tuple[str, ...]], None] = {}
    for column in ray:
        match = _COLUMN.fullmatch(column)
        if match and match["family"] in ACTS:
            names = ACTS[match["family"]][1]
            found[match["family"], keys_of(match["keys"])[: len(names)]] = None
    for family, values in sorted(found, key=lambda act: ORDER.index(act[0])):
        key, names = ACTS[family]
        yield Message(key, dict(zip(names, values, strict=False)))


def unbounded_fault(ray: Iterable[str], case: Case) -> Fault:
    """The fault of an unbounded case. It names the row of an outlet or supply in the ray that has no limit."""
    ray = tuple(ray)
    told = tuple(acts(ray))[:MOST_ACTS] or tuple(Message("jobs.ray_column", {"column": name}) for name in ray)
    remedy = Message("jobs.bound_it")
    message = Message("jobs.unbounded", {"acts": told or (Message("jobs.ray_unknown"),)})
    for act in told:
        for table, column in (("outlets", "outlet"), ("supplies", "supply")):
            for row in getattr(case, table):
                if row.name == act.values.get(column) and row.max_t is None and row.place.file:
                    return Fault(row.place.file, row.place.row, "max_t", message, remedy)
    return Fault("", 0, "", message, remedy)
