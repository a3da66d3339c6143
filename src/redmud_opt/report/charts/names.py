"""Names beside points, so that none lies on another: the first that fits of the places around a point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from redmud_opt.report.boxes import wrapped

LATIN_PX, HAN_PX, LINE_PX = 6.3, 11.5, 14.0
LETTERS = 20
GAP_PX = 2.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A name in lines, the middle of its box in pixels."""

    number: int
    lines: tuple[str, ...]
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    right: float
    top: float
    bottom: float

    def meets(self, other: _Box) -> bool:
        apart = self.right < other.left or other.right < self.left or self.bottom < other.top
        return not (apart or other.bottom < self.top)


def place_names(
    points: Sequence[tuple[float, float]],
    half: Sequence[float],
    names: Sequence[str],
    order: Sequence[int],
    size: tuple[float, float],
) -> list[Placed]:
    """Where names go, the first of `order` served first; names for which no place is free are left out.

    In pixels: points, half of their breadths, and the size of the whole.
    """
    taken = [_Box(x - r, x + r, y - r, y + r) for (x, y), r in zip(points, half, strict=True)]
    found = []
    for number in order:
        lines = tuple(wrapped(names[number], LETTERS))
        wide, high = max(map(width_px, lines)), LINE_PX * len(lines)
        x, y = points[number]
        near, beside = GAP_PX + half[number] + high / 2, GAP_PX + half[number] + wide / 2
        for across, down in (
            *((beside, 0.0), (-beside, 0.0), (0.0, -near), (0.0, near)),
            *((beside, -near), (beside, near), (-beside, -near), (-beside, near)),
        ):
            box = _Box(x + across - wide / 2, x + across + wide / 2, y + down - high / 2, y + down + high / 2)
            inside = box.left >= 0 and box.right <= size[0] and box.top >= 0 and box.bottom <= size[1]
            if inside and not any(box.meets(other) for other in taken):
                taken.append(box)
                found.append(Placed(number, lines, x + across, y + down))
                break
    return found


def width_px(words: str) -> float:
    """About how wide a line of a name is drawn."""
    return sum(HAN_PX if ord(sign) >= 0x2E80 else LATIN_PX for sign in words)
