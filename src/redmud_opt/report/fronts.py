"""The figure of a front of two goals: points with their bounds. Pure, as those in `figures`."""

from __future__ import annotations

import plotly.graph_objects as go

from redmud_opt.i18n import Message, text
from redmud_opt.report.figures import AXIS, COLOURS, styled
from redmud_opt.study.front import Front, Point

UNIT = {"value": 1e6}
"""Goal → what its axis counts in; tonnes otherwise."""


def front_figure(front: Front, language: str) -> go.Figure:
    """The goal that is held to the right, the other one upwards; the bar says how much better a point might be."""
    main, other = front.main, front.held
    unit = UNIT.get(main, 1.0)
    points = [point for point in front.found if point.dominated_by is None]
    figure = go.Figure(
        go.Scatter(
            x=[point.goals[other] for point in points],
            y=[point.goals[main] / unit for point in points],
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [_above(point, main, unit) for point in points],
                "arrayminus": [_below(point, main, unit) for point in points],
                "color": COLOURS["kept"],
            },
            text=[", ".join(point.builds) or "–" for point in points],
            customdata=[point.number for point in points],
            mode="lines+markers",
            marker={"size": 9, "color": COLOURS["product"]},
            line={"color": COLOURS["product"], "width": 1},
            hovertemplate="%{customdata}: %{x:,.4~r}, %{y:,.4~r}<br>%{text}<extra></extra>",
        )
    )
    figure.update_xaxes(title=goal_axis(other, language), tickformat=",~r", fixedrange=True, **AXIS)
    figure.update_yaxes(title=goal_axis(main, language), tickformat=",~r", fixedrange=True, **AXIS)
    return styled(figure, height=420)


def goal_axis(goal: str, language: str) -> str:
    """A goal and its unit, as an axis is titled."""
    return text(Message("front.axis_money" if goal == "value" else f"plan.goal_{goal}"), language)


def _above(point: Point, main: str, unit: float) -> float:
    return 0.0 if point.bound is None else max(0.0, point.bound - point.goals[main]) / unit


def _below(point: Point, main: str, unit: float) -> float:
    return 0.0 if point.bound is None else max(0.0, point.goals[main] - point.bound) / unit
