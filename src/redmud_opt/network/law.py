"""What the law and the case let in where: acceptance by name, hazard, method, and `each` gates.

Dilution never opens a door: an `each` gate is tested on every material alone and filters the network.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from redmud_opt.case.works import Gate, Outlet, Storage
from redmud_opt.network.lineage import Conversion, Lineage, Lineages, inside
from redmud_opt.network.lookup import Lookup


class Law:
    """Tests of admission; refusals are remembered with the gate or reason, for explanation."""

    def __init__(self, lookup: Lookup, lineages: Lineages) -> None:
        self.lookup, self.lineages = lookup, lineages
        self.refused: dict[tuple[str, str], str] = {}
        self.each: dict[str, list[Gate]] = defaultdict(list)
        self.blend: dict[str, list[Gate]] = defaultdict(list)
        for gate in lookup.case.gates:
            kept = self.each if self.kind(gate) == "each" else self.blend
            for name in lookup.members(gate.at):
                kept[name].append(gate)
        self._known: dict[tuple[str, str], bool] = {}

    def kind(self, gate: Gate) -> str:
        """blend or each: as the gate says, else as its property mixes."""
        return gate.kind or self.lookup.properties[gate.property].mixing

    def weight(self, gate: Gate, lineage: Lineage) -> float:
        """Tonnes that count for a gate per dry tonne: wet ones for a property on wet basis."""
        return lineage.wet_per_dry if self.lookup.properties[gate.property].basis == "wet" else 1.0

    def _passes(self, at: str, lineage: Lineage) -> bool:
        return all(self._passes_one(at, gate, lineage) for gate in self.each[at] if not gate.output)

    def _passes_one(self, at: str, gate: Gate, lineage: Lineage) -> bool:
        value = self._value(gate, lineage)
        return value is not None and self._judge(at, gate, lineage, value, gate.limit)

    def _value(self, gate: Gate, lineage: Lineage) -> float | None:
        """p + kσ, p − kσ for a minimum; None, and a fault, where there is no value."""
        if gate.property not in lineage.composition:
            self.lineages.missing_for_gate(gate, lineage)
            return None
        return lineage.with_margin(gate)

    def _judge(self, at: str, gate: Gate, lineage: Lineage, value: float, limit: float) -> bool:
        kept = inside(gate, value, limit)
        if not kept:
            self.refused[at, lineage.id] = gate.name
        return kept

    def _accepts(self, at: str, selector: str, lineage: Lineage) -> bool:
        return lineage.name in self.lookup.members(selector) and self._passes(at, lineage)

    def outlet_takes(self, outlet: Outlet, lineage: Lineage) -> bool:
        """Whether an outlet may take a material; waste needs a method code."""
        return self._remember(outlet.name, lineage, lambda: self._outlet_takes(outlet, lineage))

    def storage_takes(self, storage: Storage, lineage: Lineage) -> bool:
        """Whether a storage may take a material; hazardous waste only where it is built for it."""
        return self._remember(storage.name, lineage, lambda: self._storage_takes(storage, lineage))

    def _remember(self, at: str, lineage: Lineage, test: Callable[[], bool]) -> bool:
        key = (at, lineage.id)
        if key not in self._known:
            self._known[key] = test()
        return self._known[key]

    def _outlet_takes(self, outlet: Outlet, lineage: Lineage) -> bool:
        if lineage.is_waste and not outlet.method:
            return False
        return self._accepts(outlet.name, outlet.material, lineage)

    def _storage_takes(self, storage: Storage, lineage: Lineage) -> bool:
        if lineage.hazardous and not storage.accepts_hazardous:
            if lineage.name in self.lookup.members(storage.material):
                self.refused[storage.name, lineage.id] = "hazardous"
            return False
        return self._accepts(storage.name, storage.material, lineage)

    def process_takes(self, conversion: Conversion, lineage: Lineage) -> bool:
        """Whether a process may be fed with a material; an `each` gate on an output judges every feed alone."""
        at = conversion.process.name
        on_outputs = [gate for gate in self.each[at] if gate.output]
        return self._passes(at, lineage) and all(
            self._passes_made(at, gate, conversion, lineage) for gate in on_outputs
        )

    def _passes_made(self, at: str, gate: Gate, conversion: Conversion, lineage: Lineage) -> bool:
        """retained · (p ± kσ) against limit · yield, as a blend of this feed and nothing else."""
        made = [made for made in conversion.made if made.output.name == gate.output]
        if not made:
            return True
        value = self._value(gate, lineage)
        if value is None:
            return False
        brought = gate.retained * value * self.weight(gate, lineage)
        room = gate.limit * sum(m.yield_t_per_t * self.weight(gate, m.output) for m in made)
        return self._judge(at, gate, lineage, brought, room)
