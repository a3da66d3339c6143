"""A card per process: what it takes and makes, what it needs and costs, its limits, sizes and evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from redmud_opt.case.backing import Backed
from redmud_opt.case.checks.facts import in_force
from redmud_opt.case.library import PARTS_OF_PROCESS
from redmud_opt.case.works import Gate, Process, Unit
from redmud_opt.i18n import number_text
from redmud_opt.report.librarydocs.balances import Balance, balances_of, conversions_of
from redmud_opt.report.librarydocs.shelf import Shelf, folder_of, page_of

FEW = 4
"""So many feeds are named one by one in a row of balances."""

MILLION = 1e-6


class Cards:
    """The cards of a library."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf, self.library = shelf, shelf.library
        self.balances = balances_of(self.library, conversions_of(self.library))
        self.rows: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for table in PARTS_OF_PROCESS:
            for row in getattr(self.library, table):
                self.rows[table, row.process].append(row)
        for gate in self.library.gates:
            for name in self.library.members(gate.at):
                self.rows["gates", name].append(gate)

    @cached_property
    def meanings(self) -> dict[str, str]:
        """Method code → what it counts as at the start of the library's period."""
        start = self.library.periods[0].start
        return {row.code: row.meaning for row in self.library.methods if in_force(row, start)}

    def card(self, process: Process) -> Iterator[str]:
        """The card of one process."""
        shelf = self.shelf
        yield f"### {shelf.label(process.name)}"
        yield ""
        yield from self._facts(process)
        yield ""
        yield from self._feeds(process)
        yield from shelf.table("card.balance", map(self._balance, self.balances.get(process.name, ())))
        yield from self._needs(process)
        yield from shelf.table("card.gates", (self._gate(gate) for gate in self.rows["gates", process.name]))
        yield from shelf.table("card.units", (self._unit(unit) for unit in self.rows["units", process.name]))
        yield shelf.evidence_counts(self.numbers(process))
        yield ""

    def numbers(self, process: Process) -> Iterator[Backed]:
        """Every number that a process and its parts state."""
        yield from self.shelf.stated("processes", process)
        for table in (*PARTS_OF_PROCESS, "gates"):
            for row in self.rows[table, process.name]:
                yield from self.shelf.stated(table, row)

    def _facts(self, process: Process) -> Iterator[str]:
        shelf = self.shelf
        yield f"- `{process.name}`"
        meaning = shelf.word("meaning", self.meanings.get(process.method, ""))
        yield f"- {shelf.say('card.method', method=process.method, meaning=meaning)}"
        if process.readiness is not None:
            yield f"- {shelf.say('card.readiness', level=process.readiness)}"
        if process.iron_separation:
            yield f"- {shelf.say('card.gross')}"
        yield f"- {shelf.say('card.cost', cost=shelf.number('processes', process, 'cost_cny_per_t'))}"
        if process.comment and shelf.language == "en":
            yield f"- {shelf.say('card.note', note=process.comment)}"

    def _feeds(self, process: Process) -> Iterator[str]:
        rows = self.rows["feeds", process.name]
        if not rows:
            yield from (self.shelf.say("card.recipe"), "")
            return
        yield from self.shelf.table("card.feeds", (self._feed(row) for row in rows))

    def _feed(self, row: Any) -> list[str]:
        shelf = self.shelf
        members = self.library.members(row.material)
        materials = {one.name: one for one in self.library.materials}
        found = dict.fromkeys(materials[name].mineralogy for name in members if name in materials)
        words = shelf.named(row.material)
        group = members != (row.material,)
        share = "" if (row.min_share, row.max_share) == (0, 1) else f"{row.min_share:g}–{row.max_share:g}"
        return [
            row.point,
            f"{words} ({len(members)})" if group else words,
            shelf.listed(shelf.label(name) for name in members) if group else "",
            shelf.listed(shelf.word("mineralogy", name) for name in found if name),
            share,
            shelf.number("feeds", row, "cost_cny_per_t") if row.cost_cny_per_t else "",
        ]

    def _balance(self, row: Balance) -> list[str]:
        shelf = self.shelf
        feeds = [shelf.label(name) for name in row.feeds if name]
        named = (
            feeds if len(feeds) <= FEW else [*feeds[: FEW - 1], shelf.say("more", count=len(feeds) - FEW + 1)]
        )
        made = shelf.say("plus").join(f"{shelf.label(name)} {amount}" for name, amount in row.outputs)
        return [
            row.point,
            shelf.listed(named),
            row.solids,
            row.uptake,
            made,
            row.gas,
            row.loss,
            row.used,
            row.cost,
        ]

    def _needs(self, process: Process) -> list[str]:
        """Reagents, fuels and power; then energy, water and emissions on the accounts."""
        shelf, rows = self.shelf, []
        units = {row.name: row.unit for row in self.library.materials}
        for row in self.rows["inputs", process.name]:
            unit = f"{units.get(row.material, 't')}/t"
            amount = shelf.number("inputs", row, "amount_per_t")
            rows.append([row.point, shelf.label(row.feed), shelf.named(row.material), amount, unit])
        for row in self.rows["emissions", process.name]:
            amount = shelf.number("emissions", row, "amount_per_t")
            what, unit = shelf.say(f"account.{row.account}").split("¦")
            rows.append([row.point, "", what, amount, unit])
        merged: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for point, feed, *rest in rows:
            merged[(point, *rest)].append(feed)
        return shelf.table(
            "card.needs",
            ([key[0], shelf.listed(filter(None, feeds)), *key[1:]] for key, feeds in merged.items()),
        )

    def _gate(self, gate: Gate) -> list[str]:
        shelf = self.shelf
        unit = next((row.unit for row in self.library.properties if row.name == gate.property), "")
        quoted = self.library.quotes.get(("gates", gate.name, "limit"), "")
        standard = next((row.standard for row in self.library.clauses if row.name == quoted), "")
        sign = "≤" if gate.sense == "max" else "≥"
        margin = f" − {gate.k_sigma:g} σ" if gate.k_sigma else ""
        return [
            shelf.label(gate.output) if gate.output else shelf.say("card.entrance"),
            shelf.label(gate.property),
            f"{sign} {shelf.number('gates', gate, 'limit', unit)}{margin}",
            f"{gate.retained:g}" if gate.retained != 1 else "",
            standard,
            gate.clause if gate.clause != standard else "",
        ]

    def _unit(self, unit: Unit) -> list[str]:
        shelf = self.shelf
        capex = shelf.backing.of("units", unit, "capex_cny")
        per = "/a" if unit.per == "year" else ""
        months = "" if unit.lead_time_months is None else str(unit.lead_time_months)
        return [
            shelf.named(unit.name),
            shelf.number("units", unit, "capacity", unit.capacity_unit + per),
            "" if unit.capex_cny is None else shelf.backed(capex, factor=MILLION),
            "" if not unit.fixed_om_cny_per_a else number_text(unit.fixed_om_cny_per_a * MILLION),
            f"{unit.availability:g}",
            months,
            "" if unit.life_a is None else f"{unit.life_a:g}",
        ]


def processes_page(shelf: Shelf) -> str:
    """The page."""
    cards = Cards(shelf)
    by_folder: dict[str, list[Process]] = defaultdict(list)
    for process in shelf.library.processes:
        by_folder[folder_of(process)].append(process)
    lines = shelf.head("processes")
    lines += [f"- {name}: {len(held)}" for name, held in by_folder.items()] + [""]
    for name, held in by_folder.items():
        lines += [f"## {name}", ""]
        for process in held:
            lines += cards.card(process)
    return page_of(lines)
