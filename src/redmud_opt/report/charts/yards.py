"""How full storages and yards are, year by year."""

from __future__ import annotations

from math import ceil

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from redmud_opt.case import Case
from redmud_opt.plan import Plan
from redmud_opt.report.charts.base import BELOW, GRID, NAMED_PX, SERIES, Chart, label, say, twin_of
from redmud_opt.report.figures import INK, styled
from redmud_opt.report.labels import Labels
from redmud_opt.report.numbers import mass_scale
from redmud_opt.report.yearly import year_ends

COLUMNS, MOST_YARDS = 3, 24
FULL_PX, PANEL_PX, BETWEEN_PX, YEARS_PX = 27, 200, 66, 32
LEAST_PERCENT = 0.5
"""Fuller than this at some time, or left out."""

FILL = [[0.0, "#ffffff"], [0.5, "#9ecae1"], [0.85, "#3182bd"], [1.0, "#08306b"]]


def storage_fill(case: Case, plan: Plan, language: str) -> Chart | None:
    """A cell per storage and year: how full it is at the end of the year, in percent of its room."""
    ends = year_ends(case, plan)
    wide = ends.pivot(index="storage", columns="year", values="filled_share")
    wide = wide.reindex(list(dict.fromkeys(ends["storage"])))
    wide = 100.0 * wide
    wide = wide[wide.max(axis=1) > LEAST_PERCENT]
    if wide.empty:
        return None
    wide = wide.loc[wide.max(axis=1).sort_values(ascending=False, kind="stable").index]
    labels, years = Labels(plan, language), [str(year) for year in wide.columns]
    names = [labels.name(str(name)) for name in wide.index]
    cells = wide.to_numpy()
    words = [["" if cell != cell else f"{cell:.0f}" for cell in row] for row in cells.tolist()]
    figure = go.Figure(
        go.Heatmap(
            z=[[None if cell != cell else cell for cell in row] for row in cells.tolist()],
            x=years,
            y=[label(name, 44) for name in names],
            zmin=0.0,
            zmax=100.0,
            colorscale=FILL,
            showscale=False,
            xgap=2,
            ygap=2,
            text=words,
            texttemplate="%{text}",
            hovertemplate="%{y}<br>%{x}: %{z:.1f} %<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", automargin=True, fixedrange=True, type="category")
    figure.update_xaxes(fixedrange=True, type="category", side="top")
    title = say("fill.title", language)
    columns = dict(zip(years, wide.to_numpy().T.tolist(), strict=True))
    frame = pd.DataFrame({say("storage", language): names} | columns)
    twin = twin_of("fill", title, frame, years, 1)
    styled(figure, 60 + FULL_PX * len(names)).update_layout(margin={"t": YEARS_PX})
    return Chart("fill", title, say("fill.note", language), figure, twin, tuple(years), NAMED_PX)


def yard_life(case: Case, plan: Plan, language: str, units: str = "auto") -> Chart | None:
    """A small panel per yard that waste is placed in: what lies in it at the end of a year, and its room."""
    ends = year_ends(case, plan)
    ends = ends.assign(inside=ends["held_t"] + ends["filled_t"])
    ends = ends.assign(room=ends["inside"] + ends["free_t"])
    placed = ends.groupby("storage", sort=False)["filled_t"].max()
    names = [str(name) for name in placed[placed > 0.5].index][:MOST_YARDS]
    own = ends[ends["storage"].isin(names)]
    if own.empty:
        return None
    labels, years = Labels(plan, language), [str(year) for year in sorted(set(own["year"]))]
    scale = mass_scale([*own["inside"], *own["room"].dropna()], language, units)
    rows = ceil(len(names) / COLUMNS)
    figure = make_subplots(
        rows=rows,
        cols=min(COLUMNS, len(names)),
        subplot_titles=[label(labels.name(name), 30) for name in names],
        vertical_spacing=BETWEEN_PX / (PANEL_PX * rows),
        horizontal_spacing=0.07,
    )
    inside, room = say("yards.inside", language), say("yards.room", language)
    for k, name in enumerate(names):
        of = own[own["storage"] == name]
        x, place = [str(year) for year in of["year"]], {"row": k // COLUMNS + 1, "col": k % COLUMNS + 1}
        values = [scale.of(float(v)) for v in of["inside"]]
        figure.add_trace(_filled(x, values, inside, first=k == 0), **place)
        figure.add_trace(_limit(x, [scale.of(float(v)) for v in of["room"]], room, first=k == 0), **place)
    figure.update_yaxes(
        rangemode="tozero", fixedrange=True, gridcolor=GRID, tickformat=",~r", automargin=True
    )
    figure.update_xaxes(type="category", fixedrange=True, categoryarray=years, categoryorder="array")
    figure.update_annotations(font={"size": 12, "color": INK})
    height = 60 + PANEL_PX * rows
    styled(figure, height)
    figure.update_layout(
        showlegend=True, legend=BELOW | {"y": -44 / (height - 90)}, bargap=0.35, margin={"t": 40}
    )
    title = say("yards.title", language)
    heads = [say(f"yards.{name}_in", language, unit=scale.unit) for name in ("inside", "room")]
    frame = pd.DataFrame(
        {
            say("storage", language): [labels.name(str(name)) for name in own["storage"]],
            say("column.year", language): [str(year) for year in own["year"]],
            heads[0]: [scale.of(float(v)) for v in own["inside"]],
            heads[1]: [scale.of(float(v)) for v in own["room"]],
            say("yards.share", language): [100.0 * float(v) for v in own["filled_share"]],
        }
    )
    twin = twin_of("yards", title, frame, heads)
    twin.numbers[say("yards.share", language)] = 1
    note = say("yards.note", language, unit=scale.unit)
    return Chart("yards", title, note, figure, twin, (heads[0],), NAMED_PX)


def _filled(years: list[str], values: list[float], name: str, *, first: bool) -> go.Bar:
    return go.Bar(
        x=years, y=values, name=name, marker_color=SERIES[4], legendgroup="inside", showlegend=first
    )


def _limit(years: list[str], values: list[float], name: str, *, first: bool) -> go.Scatter:
    shown = [None if value != value else value for value in values]
    line = {"color": SERIES[5], "width": 2.5, "shape": "hvh"}
    return go.Scatter(
        x=years,
        y=shown,
        name=name,
        mode="lines+markers",
        marker={"size": 4},
        line=line,
        legendgroup="room",
        showlegend=first,
    )
