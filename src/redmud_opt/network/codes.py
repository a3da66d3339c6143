"""Waste codes of what is hazardous: its own, else those of the hazardous wastes that it comes from.

A residue without a code of its own is made of its feed, and of what the process takes together with it (mixing
spreads hazard). By `use` the code stays behind: what use leaves is another waste.
"""

from __future__ import annotations

from collections.abc import Iterator

from redmud_opt.network.lineage import Lineage
from redmud_opt.network.lookup import Lookup


def codes_of(lookup: Lookup, lineage: Lineage, *, through_use: bool = True) -> frozenset[str]:
    """The codes of a hazardous lineage, none of one that is not. Without `through_use` those it was brought under."""
    if not lineage.hazardous:
        return frozenset()
    made = lineage.id.split("<")
    found: set[str] = set()
    for material, step in zip(made[::2], [*made[1::2], ""], strict=True):
        if own := lookup.materials[material].code:
            return frozenset(found | {own})
        process = step.partition(".")[0] if step.partition(".")[0] in lookup.processes else step
        if process not in lookup.processes:
            break
        if not through_use and lookup.meaning(lookup.processes[process].method) == "use":
            break
        found |= set(_fed_together(lookup, process))
    return frozenset(found)


def _fed_together(lookup: Lookup, process: str) -> Iterator[str]:
    """Codes of hazardous materials that a process takes together with others."""
    for row in lookup.case.feeds:
        if row.process != process or row.separate_campaign:
            continue
        for name in sorted(lookup.members(row.material)):
            material = lookup.materials.get(name)
            if material is not None and material.legal_status == "hazardous_waste" and material.code:
                yield material.code
