"""What bears a charge: the steps that it is charged on, with the share of each.

    flow, sale, purchase, put, reclaimed, held, placed   what moves or lies there
    run                                                  its feed
    tier                                                 what was sold or bought in its window
    lane                                                 what moves on it, by wet tonnes
    line                                                 what it is fed over the horizon, by capacity used
    outlet, supply, storage, arising                     all that is delivered, bought, put in and placed, that arises
    contract                                             all that is delivered, bought and fed under it
    facility, process                                    all that is fed
    movement under an approval                           what moves there over the border, or is disposed of
    refund                                               the runs that make the product, by tonnes made
    end charge                                           what lies in the storage at the end, of that class and kind

Nothing bears a charge on what is not used: it stays by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from redmud_opt.case.rules import Contract
from redmud_opt.case.things import Arising, Relining, Supply
from redmud_opt.case.works import Facility, Lane, Line, Outlet, Process, Storage
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.audit.movements import disposed
from redmud_opt.plan.audit.refunds import runs_of
from redmud_opt.plan.audit.rows import Bought, Fed, Flow, Moved, Over, Placed, Refund, Sold, Step
from redmud_opt.plan.priced import Held, Of
from redmud_opt.plan.steps import Part, Steps

ROWS: dict[type, str] = {
    Line: "line",
    Lane: "lane",
    Facility: "facility",
    Outlet: "outlet",
    Supply: "supply",
    Storage: "storage",
    Process: "process",
    Arising: "arising",
    Relining: "arising",
    Contract: "contract",
}


class Bearers:
    """Finds the parts of a plan that a charge is borne by."""

    def __init__(self, book: Book, steps: Steps) -> None:
        self.book, self.steps = book, steps
        self.readers: dict[type, Callable[[Any], list[Part]]] = {
            Flow: self._flow,
            Fed: self._fed,
            Sold: self._sold,
            Bought: self._bought,
            Placed: self._placed,
            Held: self._held,
            Step: self._step,
            Of: self._of_row,
            Over: self._over,
            Refund: self._refund,
            Moved: self._under_approval,
        }

    def of(self, on: Any) -> list[Part]:
        """(state before, state after, share), shares adding up to 1; none where nothing bears it."""
        parts = self.readers[type(on)](on)
        whole = sum(weight for _, _, weight in parts)
        return [(i, j, weight / whole) for i, j, weight in parts if weight] if whole > 0.0 else []

    def year(self, on: Any) -> int:
        """The calendar year that a charge falls into."""
        if isinstance(on, Of | Refund):
            return on.year
        if isinstance(on, Step):
            return self.book.dates.year_of_window(on.window)
        if isinstance(on, Over):
            return self.book.dates.years[-1]
        return self.book.dates.year_of(on.row.t if isinstance(on, Held) else on.t)

    @staticmethod
    def name(on: Any) -> str:
        """The name of the thing of the case that is charged; blank for a row of the plan."""
        return str(getattr(on.row, "name", "")) if isinstance(on, Of) else ""

    def _flow(self, row: Flow) -> list[Part]:
        start, end = (self.steps.stream(site, row.stream, row.t) for site in (row.from_site, row.to_site))
        return [(start, end, 1.0)]

    def _fed(self, row: Fed) -> list[Part]:
        state = self.steps.run(row)
        return [(state, state, 1.0)]

    def _sold(self, row: Sold) -> list[Part]:
        return [(self.steps.stream(row.site, row.stream, row.t), self.steps.sold(row), 1.0)]

    def _bought(self, row: Bought) -> list[Part]:
        return [(self.steps.bought(row), self.steps.stream(row.site, row.stream, row.t), 1.0)]

    def _placed(self, row: Placed) -> list[Part]:
        end = self.steps.fate("placed", row.storage, row.stream, row.site)
        return [(self.steps.stream(row.site, row.stream, row.t), end, 1.0)]

    def _held(self, held: Held) -> list[Part]:
        row = held.row
        here, pile = (
            self.steps.stream(row.site, row.stream, row.t),
            self.steps.pile(row.storage, row.stream, row.t),
        )
        if held.part == "put":
            return [(here, pile, 1.0)]
        return [(pile, here if held.part == "reclaim" else self.steps.later(row), 1.0)]

    def _step(self, row: Step) -> list[Part]:
        kind = "outlet" if row.item in self.book.facts.outlets else "supply"
        window = [self.book.dates.number[period.name] for period in self.book.dates.window(row.window)]
        return [part for t in window for part in self.steps.about.get((kind, row.item, t), ())]

    def _of_row(self, on: Of) -> list[Part]:
        key = (ROWS.get(type(on.row)), self.name(on))
        return self.steps.about.get(key if on.t is None else (*key, on.t), [])

    def _over(self, row: Over) -> list[Part]:
        last = len(self.book.dates.periods) - 1
        hazardous = row.kind == "hazardous"
        return [
            (self.steps.pile(kept.storage, kept.stream, last), self.steps.later(kept), kept.stock)
            for kept in self.book.stocks
            if kept.t == last
            and kept.storage == row.storage
            and (kept.stream.waste_class or "none") == row.waste_class
            and self.book.status.hazardous(kept.stream, 0) == hazardous
        ]

    def _under_approval(self, row: Moved) -> list[Part]:
        found: list[Part] = []
        for flow in self.book.flows if row.of != "placed" else ():
            if (flow.to_site, flow.stream.lineage.name, flow.t) != (row.site, row.lineage, row.t):
                continue
            need = self.book.borders.move(flow.from_site, flow.to_site, flow.stream.lineage, flow.t)
            if need is not None and need.of == row.of and need.came_from in ("", row.from_province):
                found += [(start, end, flow.amount) for start, end, _ in self._flow(flow)]
        for site, stream, t, amount, _ in disposed(self.book) if row.of == "placed" else ():
            if (site, stream.lineage.name, t) == (row.site, row.lineage, row.t):
                state = self.steps.stream(site, stream, t)
                found.append((state, state, amount))
        return found

    def _refund(self, row: Refund) -> list[Part]:
        found = []
        for run in runs_of(self.book, row.facility, row.product, row.year):
            state = self.steps.run(run.fed)
            found.append((state, state, run.fed.amount * run.becomes.yield_of(row.product)))
        return found
