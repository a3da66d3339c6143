"""Numbers of streams and places, and the grid of nodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from redmud_opt.network.given import Opening
from redmud_opt.network.network import Array, Grid, Ints, Mask
from redmud_opt.network.reach import Place, Reach, Stream


@dataclass(frozen=True)
class Numbering:
    """Streams and places in a fixed order. A stock that can only stay has a stream but no place."""

    streams: list[Stream]
    places: list[Place]
    stream: dict[Stream, int]
    place: dict[Place, int]
    place_stream: Ints
    nodes: Grid

    @classmethod
    def of(cls, reach: Reach, opening: Opening, periods: int) -> Numbering:
        """Numbers everything that a reach and the opening stock hold."""
        places = sorted(reach.since)
        streams = {place.stream for place in places} | {stream for _, stream in opening}
        streams |= {stream._replace(cohort="legacy") for stream in streams if stream.cohort == "new"}
        ordered = sorted(streams)
        number = {stream: k for k, stream in enumerate(ordered)}
        since = ints(reach.since[place] for place in places)
        there = since[:, None] <= np.arange(periods)[None, :]
        for k, place in enumerate(places):
            if place in reach.present:
                there[k] = reach.present[place]
        return cls(
            streams=ordered,
            places=places,
            stream=number,
            place={place: k for k, place in enumerate(places)},
            place_stream=ints(number[place.stream] for place in places),
            nodes=Grid.of(there),
        )

    def mask(self, places: Sequence[int]) -> Mask:
        """Periods in which places exist, [entity, period]; all periods for −1."""
        found = np.ones((len(places), self.nodes.position.shape[1]), dtype=bool)
        known = np.array([place >= 0 for place in places], dtype=bool)
        chosen = np.array([place for place in places if place >= 0], dtype=np.int64)
        found[known] = self.nodes.position[chosen] >= 0
        return found


def ints(values: Iterable[int]) -> Ints:
    """An array of positions."""
    return np.fromiter(values, dtype=np.int64)


def floats(values: Iterable[float]) -> Array:
    """An array of amounts."""
    return np.fromiter(values, dtype=float)
