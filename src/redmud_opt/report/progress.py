"""How a solve with integers came to its plan: best plan and best bound over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from redmud_opt.i18n import Message, text
from redmud_opt.plan import Plan
from redmud_opt.report.figures import COLOURS, styled
from redmud_opt.report.numbers import Scale, money_scale

ABOVE = {
    "orientation": "h",
    "x": 0,
    "xanchor": "left",
    "y": 1.02,
    "yanchor": "bottom",
    "traceorder": "reversed",
}

ROOM_FOR_A_LABEL_PX = 36
"""Right of the lines: a tick may stand at their end, and half of its label beyond."""


def progress_lines(plan: Plan, language: str, units: str = "auto") -> go.Figure:
    """Best plan and best bound over the time of a solve with integers; what both hold until the next change."""
    curve, scale = progress_curve(plan), progress_scale(plan, language, units)
    figure = go.Figure()
    for name, colour in (("bound", COLOURS["kept"]), ("objective", COLOURS["product"])):
        points = [(point["seconds"], amount) for point in curve if (amount := point[name]) is not None]
        words = text(Message(f"report.progress.{name}"), language)
        figure.add_trace(
            go.Scatter(
                x=[seconds for seconds, _ in points],
                y=[scale.of(amount) for _, amount in points],
                customdata=[scale.text(amount) for _, amount in points],
                name=words,
                mode="lines+markers" if len(points) < 3 else "lines",
                line={"shape": "hv", "color": colour, "width": 2.5},
                hovertemplate=f"{words}: %{{customdata}}<br>%{{x:.1f}} s<extra></extra>",
            )
        )
    title = text(Message("report.progress.seconds"), language)
    figure.update_xaxes(
        title_text=title,
        title_standoff=8,
        rangemode="tozero",
        fixedrange=True,
        automargin=True,
        gridcolor="#e3e7eb",
    )
    shown = {"range": _window(curve, scale), "tickformat": ",~r"}
    figure.update_yaxes(fixedrange=True, automargin=True, gridcolor="#e3e7eb", **shown)
    figure.update_layout(showlegend=True, legend=ABOVE, hovermode="closest")
    return styled(figure, height=320).update_layout(margin_r=ROOM_FOR_A_LABEL_PX)


def progress_curve(plan: Plan) -> list[dict[str, float | None]]:
    """The points of a solve with integers, in CNY; none where there was nothing to prove or the goal was another."""
    curve = list(plan.solve.get("curve") or ())
    if plan.solve.get("bound") is None:
        return []
    return curve if any(point["objective"] is not None for point in curve) else []


def progress_scale(plan: Plan, language: str, units: str = "auto") -> Scale:
    """The unit of money for a curve."""
    return money_scale([plan.solve["objective"], plan.solve["bound"]], language, units)


def _window(curve: Sequence[Mapping[str, float | None]], scale: Scale) -> list[float]:
    """What to show of the y axis: bounds since there was a plan, and plans as far below as twice those are above."""
    plans = [amount for point in curve if (amount := point["objective"]) is not None]
    bounds = [b for point in curve if point["objective"] is not None and (b := point["bound"]) is not None]
    last, high = plans[-1], max([plans[-1], *bounds])
    low = max(min(plans), last - 2.0 * (high - last)) if high > last else min(plans)
    room = 0.08 * (high - low) or 0.01 * max(1.0, abs(high))
    return [scale.of(low - room), scale.of(high + room)]
