"""Element balances: what goes into a conversion of a property that is conserved, and what becomes of it.

    in          = feed + Σ inputs·p                      inputs in tonnes, solid or not, like those of a gate
    out         = Σ yield·p[output]                      outputs in tonnes
    gas, loss   = share·p[feed]                          where a partition says so; they are never the remainder
    unaccounted = in − out − gas − loss                  negative: conjured, more comes out than goes in

per tonne fed or of activity, in t of the element. What has no value counts in no sum but as tonnes unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import hypot

from redmud_opt.case.things import Property
from redmud_opt.case.units import factor
from redmud_opt.i18n import Message
from redmud_opt.network.lineage import Conversion, Lineage, Lineages

ROUNDED = 0.005
"""Share of what goes in by which two rounded analyses may differ."""

SURE_SIGMAS = 3.0
"""Standard deviations beyond which assays contradict each other."""


@dataclass(frozen=True, slots=True)
class Split:
    """One element in one conversion, t/t; `sigma` is the standard deviation of what is unaccounted for."""

    comes: float
    goes: float
    gas: float
    loss: float
    unknown_in: float
    unknown_out: float
    sigma: float

    @property
    def unaccounted(self) -> float:
        """What goes in and is not said to come out."""
        return self.comes - self.goes - self.gas - self.loss

    @property
    def conjured(self) -> bool:
        """Whether the assays say that more comes out than goes in, all being known that goes in."""
        slack = SURE_SIGMAS * self.sigma + ROUNDED * self.comes
        return self.unknown_in == 0.0 and -self.unaccounted > slack + 1e-12


def elements_of(lineages: Lineages) -> list[Property]:
    """The properties that are conserved."""
    return [row for row in lineages.lookup.case.properties if row.element]


def share_of_mass(element: Property) -> float:
    """Tonnes per tonne of one unit of an element."""
    by = factor(element.unit, "t/t")
    assert by is not None, "an element is a share of mass"
    return by


def split(lineages: Lineages, conversion: Conversion, element: Property) -> Split:
    """The balance of an element per tonne fed or of activity."""
    feed, name, by = conversion.feed, element.name, share_of_mass(element)
    taken = [(lineages.by_id[row.material], row.amount_per_t) for row in conversion.inputs]
    fed = [(feed, 1.0)] if feed is not None else []
    comes, unknown_in = _content([*fed, *taken], name)
    goes, unknown_out = _content([(made.output, made.yield_t_per_t) for made in conversion.made], name)
    held = feed.composition.get(name) if feed is not None and _in_tonnes(feed) else None
    process, point = conversion.process.name, conversion.point
    gas, loss = (
        (held[0] if held else 0.0) * (lineages.share(process, point, "", name, way) or 0.0)
        for way in ("gas", "loss")
    )
    sigma = _sigma(lineages, conversion, name, gas + loss, taken)
    return Split(by * comes, by * goes, by * gas, by * loss, unknown_in, unknown_out, by * sigma)


def _in_tonnes(lineage: Lineage) -> bool:
    return lineage.material.unit == "t"


def _content(parts: Iterable[tuple[Lineage, float]], name: str) -> tuple[float, float]:
    """(content, tonnes without a value)."""
    known, unknown = 0.0, 0.0
    for lineage, amount in parts:
        if not _in_tonnes(lineage):
            continue
        if name in lineage.composition:
            known += amount * lineage.composition[name][0]
        else:
            unknown += amount
    return known, unknown


def _sigma(
    lineages: Lineages, conversion: Conversion, name: str, lost: float, taken: list[tuple[Lineage, float]]
) -> float:
    """Assays err independently; what a partition takes from the feed errs with it."""
    feed, process, point = conversion.feed, conversion.process.name, conversion.point
    held = feed.composition.get(name) if feed is not None and _in_tonnes(feed) else None
    left = 1.0 - lost / held[0] if held and held[0] else 1.0
    apart = list(taken)
    for made in conversion.made:
        share = lineages.share(process, point, made.output.name, name)
        if share is not None and held and made.output.parent:
            left -= share
        else:
            apart.append((made.output, made.yield_t_per_t))
    known = [(one, amount) for one, amount in apart if _in_tonnes(one) and name in one.composition]
    return hypot(left * held[1] if held else 0.0, *(n * one.composition[name][1] for one, n in known))


def conjured(lineages: Lineages, conversions: Iterable[Conversion]) -> Iterator[Message]:
    """Conversions whose assays say that more of an element comes out than goes in: one note per process and point.

    A note, no fault: certificates are measured, and may disagree; what is declared to sum to more is a fault.
    """
    for element in elements_of(lineages):
        worst: dict[tuple[str, str], tuple[float, Conversion, Split]] = {}
        for conversion in dict.fromkeys(conversions):
            found = split(lineages, conversion, element)
            key = (conversion.process.name, conversion.point)
            if found.conjured and -found.unaccounted > worst.get(key, (0.0,))[0]:
                worst[key] = (-found.unaccounted, conversion, found)
        for (process, point), (_, conversion, found) in worst.items():
            yield Message(
                "network.conjured",
                {
                    "process": f"{process}.{point}" if point else process,
                    "material": conversion.feed.id if conversion.feed else "",
                    "property": element.name,
                    "come": found.comes,
                    "gone": found.goes + found.gas + found.loss,
                },
            )
