"""Figures of a plan. Pure functions: tables in, plotly figure out; nothing is fetched and nothing is stored.

    sankey(links, labels)          where a waste goes, from `trace`
    value_bars(plan, language)     value by term
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import plotly.graph_objects as go

from redmud_opt.i18n import Message, text
from redmud_opt.plan import Plan
from redmud_opt.report.labels import Labels
from redmud_opt.report.numbers import Scale, mass_scale, money_scale
from redmud_opt.report.sankey import Link, Node

FONT = '"Source Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Zen Hei", sans-serif'
INK = "#26323d"
COLOURS = {
    "waste": "#a4513a",
    "residue": "#c79230",
    "product": "#2f8a68",
    "process": "#34648f",
    "outlet": "#75589e",
    "kept": "#6c7680",
    "other": "#aab2ba",
}
"""Kinds of boxes. Told apart by place and label too, not by colour alone."""

_PAINT = {
    "generated": "waste",
    "bought": "waste",
    "waste": "waste",
    "taken": "kept",
    "put": "kept",
    "placed": "kept",
    "process": "process",
    "residue": "residue",
    "product": "product",
    "market": "product",
    "outlet": "outlet",
}
SMALL = 0.002
"""Links below this share of all that enters are left to the table, so that labels do not cover each other."""


def drawn(links: Sequence[Link]) -> list[Link]:
    """The links that a figure draws; the rest stand in its table only."""
    entering = sum(link.amount_t for link in links if link.start.kind in ("generated", "bought", "taken"))
    return [link for link in links if link.amount_t >= SMALL * entering]


def sankey(links: Sequence[Link], labels: Labels) -> go.Figure:
    """Where a waste goes: boxes from left to right, widths in dry tonnes."""
    shown = drawn(links)
    nodes = sorted({link.start for link in shown} | {link.end for link in shown})
    place = {node: k for k, node in enumerate(nodes)}
    scale = mass_scale([link.amount_t for link in shown], labels.language)
    through = _throughput(shown)
    names = [box_name(node, labels) for node in nodes]
    figure = go.Figure(
        go.Sankey(
            arrangement="snap",
            valueformat=",.3s",
            node={
                "label": [f"{name}  {scale.text(through[node])}" for name, node in zip(names, nodes, strict=True)],
                "color": [COLOURS[_PAINT.get(node.kind, "other")] for node in nodes],
                "customdata": [f"{name}<br>{scale.text(through[node])}" for name, node in zip(names, nodes, strict=True)],
                "hovertemplate": "%{customdata}<extra></extra>",
                "pad": 22,
                "thickness": 14,
                "line": {"width": 0},
            },
            link={
                "source": [place[link.start] for link in shown],
                "target": [place[link.end] for link in shown],
                "value": [scale.of(link.amount_t) for link in shown],
                "color": [_faded(COLOURS[_flowing(link)]) for link in shown],
                "customdata": [_hover(link, labels, scale) for link in shown],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
        )
    )
    rows = max(3, *_columns_of(shown).values()) if shown else 3
    return _styled(figure, height=int(min(900, 120 + 58 * rows)))


def box_name(node: Node, labels: Labels) -> str:
    """A box in words."""
    values = {"name": labels.name(node.name), "site": labels.name(node.site)}
    return text(Message(f"report.box.{node.kind}", values), labels.language)


def _throughput(links: Sequence[Link]) -> dict[Node, float]:
    come: dict[Node, float] = defaultdict(float)
    leave: dict[Node, float] = defaultdict(float)
    for link in links:
        leave[link.start] += link.amount_t
        come[link.end] += link.amount_t
    return {node: max(come[node], leave[node]) for node in {*come, *leave}}


def _columns_of(links: Sequence[Link]) -> dict[int, int]:
    """How many boxes stand above each other, roughly: by the number of links before them; sinks stand last."""
    column: dict[Node, int] = defaultdict(int)
    for _ in range(12):
        for link in links:
            column[link.end] = max(column[link.end], min(12, column[link.start] + 1))
    ends = {link.end for link in links} - {link.start for link in links}
    last = max(column.values(), default=0)
    count: dict[int, int] = defaultdict(int)
    for node in {link.start for link in links} | {link.end for link in links}:
        count[last if node in ends else column[node]] += 1
    return count


def _flowing(link: Link) -> str:
    """What flows in a link: waste, residue, product, or what a process takes up and loses."""
    kinds = {link.start.kind, link.end.kind}
    if kinds & {"lost", "added"}:
        return "other"
    if "product" in kinds:
        return "product"
    return "residue" if link.start.depth or link.end.depth else "waste"


def _faded(colour: str) -> str:
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.38)"


def _hover(link: Link, labels: Labels, scale: Scale) -> str:
    ends = f"{box_name(link.start, labels)} → {box_name(link.end, labels)}"
    what = f"{labels.name(link.material)}: " if link.material else ""
    return f"{ends}<br>{what}{scale.text(link.amount_t)}"


def value_bars(plan: Plan, language: str) -> go.Figure:
    """Discounted value by term: what comes in to the right, what it costs to the left."""
    terms = plan.value_by_term()
    labels = Labels(plan, language)
    scale = money_scale(terms, language)
    amounts = [float(amount) for amount in terms]
    figure = go.Figure(
        go.Bar(
            x=[scale.of(amount) for amount in amounts],
            y=[labels.word("term", str(term)) for term in terms.index],
            orientation="h",
            text=[scale.figure(amount) for amount in amounts],
            textposition="auto",
            cliponaxis=False,
            marker_color=[COLOURS["product"] if amount >= 0 else COLOURS["waste"] for amount in amounts],
            hovertemplate="%{y}: %{text} " + scale.unit + "<extra></extra>",
        )
    )
    figure.update_xaxes(title=scale.unit, zeroline=True, zerolinecolor=INK, gridcolor="#e3e7eb", fixedrange=True)
    figure.update_yaxes(autorange="reversed", automargin=True, fixedrange=True)
    return _styled(figure, height=80 + 34 * max(3, len(amounts)))


def _styled(figure: go.Figure, height: int) -> go.Figure:
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 12, "b": 12},
        font={"family": FONT, "size": 13, "color": INK},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
    )
    return figure
