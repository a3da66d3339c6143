"""Waste codes that a hazardous waste was brought under: those of what it was made from by anything but use.

By `use` the code stays behind: what use leaves is another waste, unless it has a code of its own.
"""

from __future__ import annotations

from redmud_opt.network.lineage import Lineage
from redmud_opt.network.lookup import Lookup


def codes_without_use(lookup: Lookup, lineage: Lineage) -> frozenset[str]:
    """The codes of a hazardous lineage, none where it is what a use left and has no code of its own since."""
    made = lineage.id.split("<")
    for material, step in zip(made[::2], [*made[1::2], ""], strict=True):
        if not step or lookup.materials[material].code:
            break
        process = step if step in lookup.processes else step.partition(".")[0]
        if lookup.meaning(lookup.processes[process].method) == "use":
            return frozenset()
    return lineage.codes
