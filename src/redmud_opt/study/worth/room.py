"""Room in yards: tonnes and airspace are one thing, for a tonne more takes of both.

A step is in dry tonnes; of airspace it takes what they need at the density of the lightest material the yard takes,
at every height of its curve.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from redmud_opt.case import Case
from redmud_opt.case.works import Storage
from redmud_opt.case.yards import airspace_m3, curves
from redmud_opt.network import Network
from redmud_opt.network.network import Array


@dataclass(frozen=True)
class Room:
    """A yard that something limits. *_per_t: how its rows move per tonne of room in each period, [T]; None: no row.

    density_t_per_m3: that of the lightest material it takes; None where no airspace is limited.
    """

    storage: Storage
    amount_t: float
    density_t_per_m3: float | None
    tonnes_per_t: Array | None
    m3_per_t: Array | None

    def changed(self, case: Case, more_t: float) -> Case:
        """The case with a yard that holds so much more."""
        return enlarged(case, self.storage, more_t, self.density_t_per_m3)


def rooms(network: Network) -> Iterator[Room]:
    """Every yard that tonnes or airspace limit."""
    case, yards = network.case, network.yards
    points = curves(case)
    for k, storage in enumerate(yards.storages):
        volume = airspace_m3(storage, points.get(storage.name))
        density = None if volume is None else lightest(case, storage)
        amounts = [] if storage.capacity_t is None else [storage.capacity_t]
        amounts += [] if volume is None or density is None else [volume * density]
        if not amounts or min(amounts) <= 0:
            continue
        tonnes = yards.full_t[k] / storage.capacity_t if storage.capacity_t else None
        per_m3 = yards.full_m3[k] / volume / density if volume and density else None
        yield Room(storage, min(amounts), density, tonnes, per_m3)


def lightest(case: Case, storage: Storage) -> float:
    """Density of the lightest material that a yard takes; where airspace is limited, all have one."""
    densities = {row.name: row.density_t_per_m3 for row in case.materials}
    return min(d for name in case.members(storage.material) if (d := densities[name]) is not None)


def enlarged(case: Case, storage: Storage, more_t: float, density_t_per_m3: float | None) -> Case:
    """The case with a yard that holds so much more, at every height of its curve."""
    larger, points = storage, case.yard_curves
    if storage.capacity_t is not None:
        larger = replace(larger, capacity_t=storage.capacity_t + more_t)
    if density_t_per_m3 is not None:
        more_m3 = more_t / density_t_per_m3
        if any(point.storage == storage.name for point in points):
            points = tuple(
                replace(point, volume_m3=point.volume_m3 + more_m3)
                if point.storage == storage.name
                else point
                for point in points
            )
        elif storage.airspace_m3 is not None:
            larger = replace(larger, airspace_m3=storage.airspace_m3 + more_m3)
        elif storage.area_m2 is not None and storage.height_m is not None:
            larger = replace(larger, height_m=storage.height_m + more_m3 / storage.area_m2)
    rows = tuple(larger if row.name == storage.name else row for row in case.storages)
    return replace(case, storages=rows, yard_curves=points)
