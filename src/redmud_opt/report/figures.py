"""Figures of a plan. Pure functions: tables in, plotly figure out; nothing is fetched and nothing is stored.

sankey(links, labels)          where a waste goes, from `trace`
value_bars(plan, language)     value by term

Those of what is built stand in `capex`, that of the solve in `progress`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from redmud_opt.plan import Plan
from redmud_opt.report.boxes import box_name, broken, drawable, named_once, wrapped
from redmud_opt.report.labels import Labels
from redmud_opt.report.layout import Box, Ribbon, columns, layout, throughput
from redmud_opt.report.numbers import Scale, mass_scale, money_scale
from redmud_opt.report.sankey import Link

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
AXIS = {"zeroline": True, "zerolinecolor": INK, "gridcolor": "#e3e7eb", "automargin": True}
SMALL = 0.002
"""Links below this share of all that enters are left to the table: they would be hairlines with labels."""
NARROW, WIDEST, PAGE = 156, 250, 960
"""Pixels of a column of boxes: at the least, at the most, and of all columns together where that is enough."""
LETTER = 6.6
"""Pixels of a Latin letter of a label; a Chinese one takes two."""
WIDE = 0.055
"""Width of a box, in columns."""


def drawn(links: Sequence[Link]) -> list[Link]:
    """The links that a figure draws; the rest stand in its table only."""
    entering = sum(link.amount_t for link in links if link.start.kind in ("generated", "bought", "taken"))
    return [link for link in links if link.amount_t >= SMALL * entering]


def least_width(links: Sequence[Link]) -> int:
    """Pixels below which the labels of a figure would run into each other."""
    count = 1 + max(columns(drawn(links)).values(), default=0)
    return _column(count) * count + 40


def _column(count: int) -> int:
    return min(WIDEST, max(NARROW, PAGE // count))


def sankey(links: Sequence[Link], labels: Labels, units: str = "auto") -> go.Figure:
    """Where a waste goes: boxes from left to right, heights in the tonnes of the links."""
    shown = drawn(links)
    amounts = throughput(shown)
    scale = mass_scale(amounts.values(), labels.language, units)
    alone = named_once(amounts)
    fit = int(_column(1 + max(columns(shown).values(), default=0)) / LETTER)
    words = {node: wrapped(drawable(box_name(node, labels, short=node in alone)), fit) for node in amounts}
    place = layout(shown, {node: len(lines) + 1 for node, lines in words.items()})
    bands = [_band(ribbon, _hover(ribbon.link, labels, scale)) for ribbon in place.ribbons]
    bars = [
        _bar(box, f"{broken(drawable(box_name(box.node, labels)))}<br>{scale.text(box.amount_t)}")
        for box in place.boxes
    ]
    figure = go.Figure([*bands, *bars])
    # all at once: each one added by itself makes plotly look at all before it again
    figure.update_layout(
        annotations=[
            _label(box, [*words[box.node], f"<b>{scale.text(box.amount_t)}</b>"]) for box in place.boxes
        ]
    )
    figure.update_xaxes(visible=False, fixedrange=True, range=[-WIDE / 2, place.columns - 0.1])
    figure.update_yaxes(visible=False, fixedrange=True, range=[place.height, 0])
    figure.update_layout(showlegend=False, hovermode="closest")
    return styled(figure, height=int(place.height) + 24)


def _band(ribbon: Ribbon, hover: str) -> go.Scatter:
    left, right = ribbon.columns[0] + WIDE, float(ribbon.columns[1])
    steps = np.linspace(0.0, 1.0, 25)
    rise = steps * steps * (3 - 2 * steps)
    x = left + (right - left) * steps
    top = ribbon.start + (ribbon.end - ribbon.start) * rise
    thick = max(ribbon.thickness, 0.8)
    return _area([*x, *x[::-1]], [*top, *(top + thick)[::-1]], _faded(COLOURS[_flowing(ribbon.link)]), hover)


def _bar(box: Box, hover: str) -> go.Scatter:
    x, y = (box.column, box.column + WIDE), (box.top, box.top + box.height)
    return _area(
        [x[0], x[1], x[1], x[0]], [y[0], y[0], y[1], y[1]], COLOURS[_PAINT.get(box.node.kind, "other")], hover
    )


def _area(x: Sequence[float], y: Sequence[float], colour: str, hover: str) -> go.Scatter:
    look = {"mode": "lines", "line": {"width": 0}, "fill": "toself", "fillcolor": colour}
    return go.Scatter(x=list(x), y=list(y), text=hover, hoverinfo="text", hoveron="fills", **look)


def _label(box: Box, lines: Sequence[str]) -> dict[str, object]:
    """Above its box, in the room of its column."""
    return {
        "x": box.column,
        "y": box.top - 1,
        "xanchor": "left",
        "yanchor": "bottom",
        "align": "left",
        "text": "<br>".join(lines),
        "showarrow": False,
        "font": {"size": 12},
    }


def _flowing(link: Link) -> str:
    """What flows in a link: waste, residue, product, or what a process takes up and loses."""
    kinds = {link.start.kind, link.end.kind}
    if kinds & {"lost", "added"}:
        return "other"
    if "product" in kinds:
        return "product"
    return "residue" if "residue" in kinds else "waste"


def _faded(colour: str) -> str:
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.38)"


def _hover(link: Link, labels: Labels, scale: Scale) -> str:
    ends = " → ".join(
        drawable(box_name(node, labels)).replace("\n", " · ") for node in (link.start, link.end)
    )
    what = f"{drawable(labels.name(link.material))}: " if link.material else ""
    return f"{ends}<br>{what}{scale.text(link.amount_t)}"


def value_scale(plan: Plan, language: str, units: str = "auto") -> Scale:
    """The unit of money for a plan's value and its terms."""
    return money_scale([plan.value_cny, *plan.value_by_term()], language, units)


def value_bars(plan: Plan, language: str, units: str = "auto") -> go.Figure:
    """Discounted value by term: what comes in to the right, what it costs to the left."""
    terms = plan.value_by_term()
    labels = Labels(plan, language)
    scale = value_scale(plan, language, units)
    amounts = [float(amount) for amount in terms]
    figure = go.Figure(
        go.Bar(
            x=[scale.of(amount) for amount in amounts],
            y=[f"{labels.word('term', str(t))}  <b>{scale.figure(a)}</b>" for t, a in terms.items()],
            orientation="h",
            marker_color=[COLOURS["product"] if amount >= 0 else COLOURS["waste"] for amount in amounts],
            hovertemplate="%{y} " + scale.unit + "<extra></extra>",
        )
    )
    figure.update_xaxes(tickformat=",~r", fixedrange=True, **AXIS)
    figure.update_yaxes(autorange="reversed", automargin=True, fixedrange=True)
    return styled(figure, height=80 + 34 * max(3, len(amounts)))


def styled(figure: go.Figure, height: int) -> go.Figure:
    """The looks that all figures share."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 12, "b": 12},
        font={"family": FONT, "size": 13, "color": INK},
        paper_bgcolor="white",
        plot_bgcolor="white",
    )
    return figure
