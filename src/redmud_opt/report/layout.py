"""Where the boxes and ribbons of a Sankey figure stand: columns by steps, heights by tonnes, room for every label.

    layout(links, labels_of)  →  boxes with their place, ribbons with both ends

Labels stand above their box, so no box is placed where the label of another needs the room: amounts that differ by
a factor of a thousand stay readable. x counts columns, y counts pixels from the top.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from redmud_opt.report.sankey import Link, Node

BARS = 330.0
"""Pixels that the boxes of the fullest column take together."""
LINE = 15.0
GAP = 12.0
THINNEST = 2.0
SWEEPS = 8


@dataclass(frozen=True, slots=True)
class Box:
    """A box: its column, its top and its height; the label takes `label` pixels above it."""

    node: Node
    column: int
    top: float
    height: float
    label: float
    amount_t: float


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A link from the right side of a box to the left side of another: top at both ends, and thickness."""

    link: Link
    columns: tuple[int, int]
    start: float
    end: float
    thickness: float


@dataclass(frozen=True, slots=True)
class Layout:
    """A drawing without colours."""

    boxes: tuple[Box, ...]
    ribbons: tuple[Ribbon, ...]
    columns: int
    height: float


def layout(links: Sequence[Link], label_lines: Mapping[Node, int]) -> Layout:
    """Places what `links` join; `label_lines` is how many lines the label of each box takes."""
    column = columns(links)
    amount = throughput(links)
    if not column:
        return Layout((), (), 0, 0.0)
    fullest = max(sum(amount[node] for node in column if column[node] == k) for k in set(column.values()))
    height = {node: max(THINNEST, BARS * amount[node] / fullest) for node in column}
    label = {node: LINE * label_lines[node] + 3 for node in column}
    top = _tops(links, column, height, label)
    boxes = tuple(
        Box(node, column[node], top[node], height[node], label[node], amount[node]) for node in sorted(column)
    )
    ribbons = tuple(_ribbons(links, column, top, BARS / fullest))
    return Layout(boxes, ribbons, max(column.values()) + 1, max(top[n] + height[n] for n in column) + 4)


def throughput(links: Sequence[Link]) -> dict[Node, float]:
    """What passes each box: the greater of what comes in and what leaves."""
    come: dict[Node, float] = defaultdict(float)
    leave: dict[Node, float] = defaultdict(float)
    for link in links:
        leave[link.start] += link.amount_t
        come[link.end] += link.amount_t
    return {node: max(come[node], leave[node]) for node in {*come, *leave}}


def columns(links: Sequence[Link]) -> dict[Node, int]:
    """Longest way from a source; what ends a way stands in the last column, what is taken up next to its process."""
    found = {node: 0 for link in links for node in (link.start, link.end)}
    for _ in range(len(found)):  # a ring would push for ever
        later = [link for link in links if found[link.end] <= found[link.start]]
        if not later:
            break
        for link in later:
            found[link.end] = found[link.start] + 1
    ends = set(found) - {link.start for link in links}
    last = max(found.values(), default=0)
    found |= dict.fromkeys(ends, last)
    for node in found:
        if node.kind in ("added", "taken"):
            found[node] = min(found[link.end] for link in links if link.start == node) - 1
    used = {old: new for new, old in enumerate(sorted(set(found.values())))}
    return {node: used[k] for node, k in found.items()}


def _tops(
    links: Sequence[Link],
    column: Mapping[Node, int],
    height: Mapping[Node, float],
    label: Mapping[Node, float],
) -> dict[Node, float]:
    """Tops of the boxes: near what they are joined to, in an order with few crossings, nothing on top of another."""
    joined: dict[Node, list[tuple[Node, float]]] = defaultdict(list)
    for link in links:
        joined[link.start].append((link.end, link.amount_t))
        joined[link.end].append((link.start, link.amount_t))
    stacks = [[node for node in sorted(column) if column[node] == k] for k in range(max(column.values()) + 1)]
    top: dict[Node, float] = {}
    for stack in stacks:
        stack.sort(key=lambda node: -height[node])
        _settle(stack, dict.fromkeys(stack, 0.0), height, label, top)
    for sweep in range(SWEEPS):
        for stack in stacks if sweep % 2 == 0 else stacks[::-1]:
            wish = {node: _pull(node, joined[node], top, height) for node in stack}
            stack.sort(key=lambda node: wish[node] + height[node] / 2)
            _settle(stack, wish, height, label, top)
    highest = min(top[node] - label[node] for node in top)
    return {node: y - highest for node, y in top.items()}


def _pull(
    node: Node,
    neighbours: Sequence[tuple[Node, float]],
    top: Mapping[Node, float],
    height: Mapping[Node, float],
) -> float:
    """Where the box would stand level with what it is joined to."""
    weight = sum(amount for _, amount in neighbours)
    middle = sum((top[other] + height[other] / 2) * amount for other, amount in neighbours) / weight
    return middle - height[node] / 2


def _settle(
    stack: Sequence[Node],
    wish: Mapping[Node, float],
    height: Mapping[Node, float],
    label: Mapping[Node, float],
    top: dict[Node, float],
) -> None:
    """Keeps the order, moves boxes down where they collide, and the whole back up by what that cost on average."""
    floor = float("-inf")
    moved = 0.0
    for node in stack:
        top[node] = max(wish[node], floor + label[node])
        moved += top[node] - wish[node]
        floor = top[node] + height[node] + GAP
    for node in stack:
        top[node] -= moved / len(stack)


def _ribbons(
    links: Sequence[Link], column: Mapping[Node, int], top: Mapping[Node, float], per_tonne: float
) -> list[Ribbon]:
    """Ribbons leave and arrive in the order of their other ends, so that they do not cross at a box."""
    leaving, arriving = dict(top), dict(top)
    starts: dict[int, float] = {}
    ends: dict[int, float] = {}
    for k in sorted(range(len(links)), key=lambda k: top[links[k].end]):
        starts[k] = leaving[links[k].start]
        leaving[links[k].start] += links[k].amount_t * per_tonne
    for k in sorted(range(len(links)), key=lambda k: top[links[k].start]):
        ends[k] = arriving[links[k].end]
        arriving[links[k].end] += links[k].amount_t * per_tonne
    return [
        Ribbon(link, (column[link.start], column[link.end]), starts[k], ends[k], link.amount_t * per_tonne)
        for k, link in enumerate(links)
    ]
