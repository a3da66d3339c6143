"""The hazardous ledger: every tonne of hazardous waste from where it arises to what becomes of it.

    ledger        one entry per lot and movement, by period and kind of event                  [t dry, t as received]
    ledger_lots   one row per lot:  arisen = used + disposed + pretreated + delivered + placed + delisted + stock

Lots and movements: `lots`; how a movement is shared among the lots that stand where it starts: `tracing`, in
proportion. Within a period the model knows no order: there, the order of the entries is one of reading only.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.lots import Lots, Move
from redmud_opt.plan.papers import AND, Papers
from redmud_opt.plan.tracing import Array, Ints, Origins

EVENTS = (
    *("opening", "arises", "bought", "delisted", "taken_out", "moves", "made", "put"),
    *("fed", "delivered", "placed", "closing"),
)
"""Kinds of entries, in the order in which they are read within a period."""

FATES = ("used_t", "disposed_t", "pretreated_t", "delivered_t", "placed_t", "delisted_t", "stock_t")
"""What becomes of a lot."""

ARISEN = "arisen_t"
COMES = ("opening", "arises", "bought", "made")
"""Events that bring a lot."""
MEANS = {"use": "used_t", "disposal": "disposed_t", "pretreatment": "pretreated_t"}
ENDS = {"delivered": "delivered_t", "placed": "placed_t", "delisted": "delisted_t", "closing": "stock_t"}
RECEIPTS = ("fed", "delivered", "placed", "put")
"""Events by which somebody takes hazardous waste in, under a permit or an exemption."""

WORDS = (
    *(
        "material",
        "stream",
        "code",
        "hazard",
        "event",
        "period",
        "first_day",
        "last_day",
        "from_site",
        "to_site",
    ),
    *("lane", "mode", "at", "process", "method", "meaning", "permit", "approval", "exemption", "certificate"),
    "residues",
)
"""What an entry says of its movement, whichever lot it is about."""

LEDGER_COLUMNS = ("number", "lot", *WORDS[:-1], "dry_t", "as_received_t", "parents", "residues")
LOT_WORDS = ("lot", "material", "code", "hazard", "given", "site", "since")
LOT_COLUMNS = (
    *(*LOT_WORDS, ARISEN, "arisen_as_received_t", *FATES),
    *("remainder_t", "residue_t", "parents", "residues"),
)

NEGLIGIBLE = 1e-9
"""Tonnes below this are nothing."""


def ledger_tables(book: Book) -> dict[str, pd.DataFrame]:
    """The frames `ledger` and `ledger_lots`."""
    ledger = _Ledger(book)
    return {"ledger": ledger.entries(), "ledger_lots": ledger.lots()}


class _Ledger:
    """The share of every lot in every movement: `amount` of `lot` on `move`, by the numbers of both."""

    def __init__(self, book: Book) -> None:
        self.book, self.graph, self.papers = book, Lots(book), Papers(book)
        self.moves, self.names = self.graph.moves, list(self.graph.lots)
        self.move, self.lot, self.amount = _shared(self.graph)
        wet = np.array([book.wet(move.stream, 1.0) for move in self.moves], dtype=float)
        self.as_received = self.amount * wet[self.move]

    # ---------------------------------------------------------------- descent

    @cached_property
    def parents(self) -> list[str]:
        """Of every lot, the lots that it was made of."""
        found: dict[str, list[str]] = {}
        for fed in self.graph.fed:
            for residue in fed.becomes:
                found.setdefault(residue, []).extend(self.names[k] for k in self.lot[self._of(fed.move)])
        return [_cell(found.get(name, ())) for name in self.names]

    @cached_property
    def residues(self) -> list[str]:
        """Of every lot, the residue lots that it went into."""
        found: list[list[str]] = [[] for _ in self.names]
        for fed in self.graph.fed:
            for k in self.lot[self._of(fed.move)]:
                found[k] += fed.becomes
        return [_cell(names) for names in found]

    def residue_t(self) -> Array:
        """Of every lot, tonnes of residue made of it."""
        found = np.zeros(len(self.names))
        for fed in self.graph.fed:
            mine = self._of(fed.move)
            np.add.at(found, self.lot[mine], self.amount[mine] * sum(fed.becomes.values()))
        return found

    def _of(self, move: int) -> slice:
        return slice(*np.searchsorted(self.move, (move, move + 1)))

    # ---------------------------------------------------------------- entries

    def entries(self) -> pd.DataFrame:
        """One row per lot and movement that is an event."""
        rank = np.array([EVENTS.index(m.event) if m.event else -1 for m in self.moves], dtype=np.int64)
        t = np.array([m.t for m in self.moves], dtype=np.int64)
        told = np.flatnonzero(rank[self.move] >= 0)
        move, lot = self.move[told], self.lot[told]
        told = told[np.lexsort((move, lot, rank[move], t[move]))]
        move, lot = self.move[told], self.lot[told]
        said = pd.DataFrame(list(self._words()), columns=list(WORDS), dtype="str")
        frame = said.take(move).reset_index(drop=True)
        made = rank[move] == EVENTS.index("made")
        parents = [self.parents[k] if new else "" for k, new in zip(lot, made, strict=True)]
        frame = frame.assign(
            number=np.arange(1, len(frame) + 1),
            lot=_texts(self.names[k] for k in lot),
            dry_t=self.amount[told],
            as_received_t=self.as_received[told],
            parents=_texts(parents),
        )
        return frame[list(LEDGER_COLUMNS)]

    def _words(self) -> Iterator[tuple[str, ...]]:
        residues = {fed.move: _cell(fed.becomes) for fed in self.graph.fed}
        for k, move in enumerate(self.moves):
            period = self.book.dates.periods[move.t]
            meaning = self.book.dates.meaning(move.method, move.t) if move.method else ""
            yield (
                *(move.stream.material, move.stream.name, *self._code(move), move.event, period.name),
                *(period.start.isoformat(), (period.end - timedelta(days=1)).isoformat()),
                *(move.from_site, move.to_site, move.lane, move.mode, move.at, move.process),
                *(move.method, meaning, *self._held(move), move.certificate, residues.get(k, "")),
            )

    def _code(self, move: Move) -> tuple[str, str]:
        """Code and hazard letters."""
        lineage = move.stream.lineage
        return _cell(self.papers.codes(lineage)), self.papers.hazard(lineage)

    def _held(self, move: Move) -> tuple[str, str, str]:
        """Permit, approval, exemption."""
        codes = self.papers.codes(move.stream.lineage)
        if move.event == "moves":
            ends = move.from_site, move.to_site
            return (
                self.papers.scheme(*ends, codes, move.t),
                self.papers.approval(*ends, move.stream.lineage.name, move.t),
                "",
            )
        if move.event not in RECEIPTS:
            return "", "", ""
        receiver = self.book.facts.lines[move.at].facility if move.event == "fed" else move.at
        permit, exemption = self.papers.receipt(receiver, codes, move.method, move.t)
        return permit, "", exemption

    # ---------------------------------------------------------------- lots

    def lots(self) -> pd.DataFrame:
        """One row per lot, with what became of it."""
        counts = np.array([self._counts(move) for move in self.moves], dtype=object)[self.move]
        sums = {name: self._sum(self.amount, counts == name) for name in (ARISEN, *FATES)}
        comes = counts == ARISEN
        code = {
            self.names[k]: self._code(self.moves[m])
            for k, m in zip(self.lot[comes], self.move[comes], strict=True)
        }
        words = [
            (lot.name, lot.material, *code.get(lot.name, ("", "")), lot.given, lot.site, lot.since)
            for lot in self.graph.lots.values()
        ]
        frame = pd.DataFrame(words, columns=list(LOT_WORDS), dtype="str").assign(
            arisen_as_received_t=self._sum(self.as_received, comes),
            **sums,
            remainder_t=sums[ARISEN] - sum(sums[name] for name in FATES),
            residue_t=self.residue_t(),
            parents=_texts(self.parents),
            residues=_texts(self.residues),
        )
        return frame[list(LOT_COLUMNS)]

    def _sum(self, amount: Array, mine: npt.NDArray[np.bool_]) -> Array:
        return np.bincount(self.lot[mine], amount[mine], minlength=len(self.names)).astype(float)

    def _counts(self, move: Move) -> str:
        """The column of `ledger_lots` that a movement counts in; blank where the lot goes on."""
        if move.event in COMES:
            return ARISEN
        if move.event == "fed":
            return MEANS[self.book.dates.meaning(move.method, move.t)]
        return ENDS.get(move.event, "")


def _shared(graph: Lots) -> tuple[Ints, Ints, Array]:
    """(movement, lot, tonnes) where a lot has a share, by movement, then by lot."""
    if not graph.moves:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
    start = np.array([move.start for move in graph.moves], dtype=np.int64)
    amount = np.array([move.amount for move in graph.moves], dtype=float)
    shares: Any = Origins(graph).origins[start].tocoo()
    move, lot = shares.coords
    found = shares.data * amount[move]
    kept = np.flatnonzero(found > NEGLIGIBLE)
    kept = kept[np.lexsort((lot[kept], move[kept]))]
    return move[kept].astype(np.int64), lot[kept].astype(np.int64), found[kept]


def _cell(names: Any) -> str:
    """Names, each once."""
    return AND.join(dict.fromkeys(names))


def _texts(names: Any) -> Any:
    return pd.array(list(names), dtype="str")
