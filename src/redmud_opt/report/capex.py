"""Capex by the year in which it is due, a colour per line, with the budgets of the years."""

from __future__ import annotations

import plotly.graph_objects as go

from redmud_opt.i18n import Message, text
from redmud_opt.plan import Plan
from redmud_opt.report.boxes import drawable, wrapped
from redmud_opt.report.figures import AXIS, INK, styled
from redmud_opt.report.labels import Labels
from redmud_opt.report.numbers import Scale, money_scale

LINES = ("#34648f", "#c79230", "#2f8a68", "#75589e", "#a4513a", "#5aa0b8", "#8a8f3c", "#b06a8f", "#6c7680")
"""Colours of lines that are built, one after the other; the tenth begins anew."""
BELOW = {"orientation": "h", "x": 0, "xanchor": "left", "y": -0.12, "yanchor": "top", "traceorder": "normal"}
LEGEND_FIT = 44
"""Letters of a line of a legend, so that a narrow screen holds it."""


def capex_scale(plan: Plan, language: str, units: str = "auto") -> Scale:
    """The unit of money for capex by year, and the budgets beside it."""
    spending, budgets = plan.frames["spending"], plan.frames["budgets"]
    sums = spending.groupby("year")["capex_cny"].sum()
    return money_scale([*map(float, sums), *map(float, budgets["amount_cny"])], language, units)


def capex_bars(plan: Plan, language: str, units: str = "auto") -> go.Figure:
    """Capex by the year in which it is due, a colour per line; what the budget of a year allows as a mark."""
    spending, labels = plan.frames["spending"], Labels(plan, language)
    scale = capex_scale(plan, language, units)
    names = list(dict.fromkeys(spending["line"]))
    figure = go.Figure()
    for k, line in enumerate(names):
        own = spending[spending["line"] == line]
        hover = f"%{{x}} · {drawable(labels.name(line))}<br>%{{customdata}}<extra></extra>"
        figure.add_trace(
            go.Bar(
                x=[str(year) for year in own["year"]],
                y=[scale.of(amount) for amount in own["capex_cny"]],
                customdata=[scale.text(amount) for amount in own["capex_cny"]],
                name=_legend(labels.name(line)),
                marker_color=LINES[k % len(LINES)],
                hovertemplate=hover,
            )
        )
    shown = {str(year) for year in spending["year"]}
    for row in plan.frames["budgets"].to_dict("records"):
        if row["window"] in shown:
            figure.add_trace(
                _budget_mark(str(row["budget"]), str(row["window"]), row["amount_cny"], scale, language)
            )
    years = range(int(spending["year"].min()), int(spending["year"].max()) + 1)
    order = {"type": "category", "categoryorder": "array", "categoryarray": [str(year) for year in years]}
    figure.update_xaxes(fixedrange=True, range=[-0.5, len(years) - 0.5], **order)
    figure.update_yaxes(tickformat=",~r", fixedrange=True, rangemode="tozero", **AXIS)
    figure.update_layout(barmode="stack", showlegend=True, legend=BELOW, bargap=0.45)
    return styled(figure, height=300 + 26 * len(figure.data))


def _budget_mark(budget: str, year: str, amount: float, scale: Scale, language: str) -> go.Scatter:
    words = text(Message("report.budget_of", {"budget": budget, "amount": scale.text(amount)}), language)
    return go.Scatter(
        x=[year],
        y=[scale.of(amount)],
        mode="markers",
        name=_legend(words),
        marker={"symbol": "line-ew", "size": 46, "line": {"width": 3, "color": INK}},
        hovertemplate=f"{drawable(words)}<extra></extra>",
    )


def _legend(words: str) -> str:
    return "<br>".join(wrapped(drawable(words), LEGEND_FIT))
