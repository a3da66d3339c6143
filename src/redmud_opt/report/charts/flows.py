"""Where a waste goes, and the front of two goals: figures that stand elsewhere, with their tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pandas as pd

from redmud_opt.case import Case
from redmud_opt.plan import Plan
from redmud_opt.report.boxes import box_name
from redmud_opt.report.charts.base import Chart, say, twin_of
from redmud_opt.report.figures import drawn, least_width, sankey
from redmud_opt.report.fronts import UNIT, front_figure, goal_axis
from redmud_opt.report.labels import Labels
from redmud_opt.report.overview import methods_of
from redmud_opt.report.sankey import Link, Node, merged, trace
from redmud_opt.report.setting import Setting
from redmud_opt.report.tables import View, link_table
from redmud_opt.study.front import Front

PAGE_PX = 1150
"""Pixels up and down that fit on a page; where every box is drawn by itself a figure may need more."""


def flow_sankey(
    case: Case, plan: Plan, waste_class: str, language: str, year: int | None = None
) -> Chart | None:
    """From where a class arises, through processes, to where it ends; links too small to see are in the table only.

    Where that does not fit on a page, what is alike at several sites is one box, and outlets are one box per method.
    """
    links = trace(plan, Setting.of(case), waste_class, year)
    if not links:
        return None
    labels = Labels(plan, language)
    figure, note = sankey(links, labels), say("sankey.note", language)
    if figure.layout.height > PAGE_PX:
        links = _by_kind(links, case, waste_class, labels)
        figure, note = sankey(links, labels), note + say("sankey.merged", language)
    hidden = len(links) - len(drawn(links))
    note += say("sankey.hidden", language, count=hidden) if hidden else ""
    twin = links_view(links, labels)
    when = say("whole_horizon", language) if year is None else str(year)
    title = say("sankey.title", language, what=labels.word("class", waste_class), when=when)
    return Chart(f"sankey_{waste_class}", title, note, figure, twin, tuple(twin.numbers), least_width(links))


def _by_kind(links: list[Link], case: Case, waste_class: str, labels: Labels) -> list[Link]:
    """The same links without sites: waste by its class, what is made of it by its material, outlets by method."""
    methods, whole = methods_of(case, labels.language), labels.word("class", waste_class)
    first = {link.start.name for link in links if link.start.kind == "generated"}
    first |= {n.name for link in links for n in (link.start, link.end) if n.kind == "waste"}
    storages = say("all_storages", labels.language)

    def goods(link: Link) -> str:
        return whole if link.material in first else link.material

    def box(node: Node, link: Link) -> Node:
        name = node.name
        if node.kind in ("generated", "waste"):
            name = whole
        elif node.kind in ("placed", "put", "taken"):
            name = storages
        elif node.kind in ("bought", "market"):
            name = goods(link)
        elif node.kind == "outlet":
            name = methods.get(node.name, node.name)
        return replace(node, name=name, site="")

    return merged(links, box, goods)


def links_view(links: list[Link], labels: Labels, *, wet: bool = False) -> View:
    """The table of links, boxes on one line each."""

    def flat(words: str) -> str:
        return words.replace("\n", " · ")

    names = [
        (flat(box_name(link.start, labels)), flat(box_name(link.end, labels)), labels.name(link.material))
        for link in links
    ]
    return link_table(links, names, labels.language, wet=wet)


def front_chart(
    front: Front, language: str, labels: Mapping[str, str] = MappingProxyType({})
) -> Chart | None:
    """Points of a front of two goals, with what each builds; `labels`: what lines are called."""
    points = [point for point in front.found if point.dominated_by is None]
    if len(front.goals) != 2 or not points:
        return None
    goals = (front.main, front.held)
    heads = [goal_axis(goal, language) for goal in goals]
    columns: dict[str, list[object]] = {
        say("column.point", language): [str(point.number) for point in points]
    }
    for head, goal in zip(heads, goals, strict=True):
        columns[head] = [point.goals[goal] / UNIT.get(goal, 1.0) for point in points]
    columns[say("column.built", language)] = [
        say("between", language).join(labels.get(name, name) for name in point.builds) or "–"
        for point in points
    ]
    title = say("front.title", language)
    twin = twin_of("front", title, pd.DataFrame(columns), heads)
    return Chart(
        "front", title, say("front.note", language), front_figure(front, language), twin, (heads[0],)
    )
