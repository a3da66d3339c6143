"""Where hazardous waste gets to: sites and storages, by stream and period, that something comes to from outside.

    reached   where it comes (opening stock, arising, bought, made), and all that moves, is put, taken out or kept
              from there on

What goes round in one period between places that nothing gets to (into a storage and out of it, there and back) is
the movement of no waste. It may stand in a plan where it costs nothing or where a limit asks for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.streams import Stream, with_cohort

Place = tuple[str, str, int]
"""Site or storage, stream, period; no storage has the name of a site."""


def stream_later(book: Book, stream: Stream, t: int) -> str:
    """The stream that a stock has become when period t begins."""
    if stream.cohort == "new" and book.dates.new_year_before(t):
        return with_cohort(stream.name, "legacy")
    return stream.name


def reached(book: Book, comes: Iterator[Place]) -> set[Place]:
    """Places that something gets to; `comes`: where it enters."""
    onward: dict[Place, list[Place]] = defaultdict(list)
    for start, end in _steps(book):
        onward[start].append(end)
    waiting, found = list(comes), set[Place]()
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            waiting += onward[place]
    return found


def _steps(book: Book) -> Iterator[tuple[Place, Place]]:
    for flow in book.flows:
        if flow.amount > 0.0:
            name, t = flow.stream.name, flow.t
            yield (flow.from_site, name, t), (flow.to_site, name, t)
    for row in book.stocks:
        here, pile = (row.site, row.stream.name, row.t), (row.storage, row.stream.name, row.t)
        if row.put > 0.0:
            yield here, pile
        if row.reclaimed > 0.0:
            yield pile, here
        if row.stock > 0.0 and row.t + 1 < len(book.dates.periods):
            yield pile, (row.storage, stream_later(book, row.stream, row.t + 1), row.t + 1)
