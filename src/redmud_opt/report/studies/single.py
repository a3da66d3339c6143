"""Figures of designs that move parameters in order: tornado, curve, map, shares of variance, stress."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from redmud_opt.report.figures import AXIS, COLOURS, INK, styled
from redmud_opt.report.numbers import Scale, figure
from redmud_opt.report.studies.telling import HIGH, LEGEND, LOW, Picture, Teller, axis_of, legible
from redmud_opt.study.sweeps import analysis
from redmud_opt.study.sweeps.designs import SCREENED
from redmud_opt.study.sweeps.results import HELD

STILL = 1e-9
"""A swing so small beside what stands is none."""


def tornado(teller: Teller, output: str) -> Picture:
    """A bar from the low to the high end of every parameter, the widest on top."""
    frame = analysis.tornado(teller.results, output)
    scale = teller.scale(output, frame[["at_low", "base", "at_high"]])
    base = scale.of(float(frame["base"].iloc[0])) if len(frame) else 0.0
    labels = [teller.parameters[name] for name in frame["parameter"]]
    shown = go.Figure()
    for side, colour, pattern in (("low", LOW, "/"), ("high", HIGH, "")):
        at = [scale.of(value) - base for value in frame[f"at_{side}"]]
        ends = [teller.value(p, v) for p, v in zip(frame["parameter"], frame[side], strict=True)]
        shown.add_trace(
            go.Bar(
                x=at,
                y=labels,
                base=base,
                orientation="h",
                name=teller.head(side),
                marker={"color": colour, "pattern": {"shape": pattern}},
                customdata=[[e, figure(base + a)] for e, a in zip(ends, at, strict=True)],
                hovertemplate="%{y}: %{customdata[0]} → %{customdata[1]}<extra></extra>",
            )
        )
    shown.update_layout(barmode="overlay", legend=LEGEND)
    shown.update_xaxes(title=axis_of(teller, output, scale), tickformat=",~r", fixedrange=True, **AXIS)
    shown.update_yaxes(autorange="reversed", automargin=True, fixedrange=True)
    table = pd.DataFrame(
        {
            teller.head("parameter"): labels,
            **{
                teller.head(side): [
                    teller.value(p, v) for p, v in zip(frame["parameter"], frame[side], strict=True)
                ]
                for side in ("low", "high")
            },
            **{
                teller.head(name, scale): [figure(scale.of(v)) for v in frame[name]]
                for name in ("at_low", "base", "at_high", "swing")
            },
        }
    )
    notes = [teller.say("note_without_plan")] if frame["without_plan"].any() else []
    still = int((frame["swing"].fillna(0.0).abs() <= STILL * max(1.0, abs(frame["base"].iloc[0]))).sum())
    if still:
        notes.append(teller.say("note_still", count=still, of=len(frame)))
    title = teller.say("title_tornado", output=teller.output(output))
    return Picture(title, legible(shown, height=110 + 34 * max(3, len(frame))), table, " ".join(notes))


def grid(teller: Teller, output: str) -> Picture:
    """A curve over one parameter, or a map over two with the line on which the output is nothing."""
    axes = teller.results.study["axes"]
    return _curve(teller, output) if len(axes) == 1 else _map(teller, output)


def _curve(teller: Teller, output: str) -> Picture:
    (axis,) = teller.results.study["axes"]
    frame = analysis.response(teller.results, output)
    scale = teller.scale(output, frame[output])
    shown = go.Figure(
        go.Scatter(
            x=frame[axis],
            y=[scale.of(value) for value in frame[output]],
            mode="lines+markers",
            line={"color": HIGH, "width": 2},
            marker={"size": 8},
            hovertemplate="%{x:,.4~r}: %{y:,.4~r}<extra></extra>",
        )
    )
    shown.update_xaxes(title=teller.parameters[axis], tickformat=",~r", fixedrange=True, **AXIS)
    shown.update_yaxes(title=axis_of(teller, output, scale), tickformat=",~r", fixedrange=True, **AXIS)
    table = pd.DataFrame(
        {
            teller.parameters[axis]: [teller.value(axis, v) for v in frame[axis]],
            axis_of(teller, output, scale): [figure(scale.of(v)) for v in frame[output]],
        }
    )
    points = analysis.break_even(teller.results, output)[axis].tolist()
    note = (
        teller.say("note_break_even", at=", ".join(teller.value(axis, at) for at in points)) if points else ""
    )
    return Picture(teller.say("title_curve", output=teller.output(output)), styled(shown, 380), table, note)


def _map(teller: Teller, output: str) -> Picture:
    down, across = teller.results.study["axes"]
    frame = analysis.surface(teller.results, output)
    scale = teller.scale(output, frame.to_numpy())
    z = scale.of(1.0) * frame.to_numpy()
    shown = go.Figure(
        go.Heatmap(
            x=frame.columns,
            y=frame.index,
            z=z,
            colorscale="RdBu",
            zmid=0.0 if np.nanmin(z) < 0 < np.nanmax(z) else None,
            colorbar={"title": scale.unit},
            hovertemplate="%{x:,.4~r}, %{y:,.4~r}: %{z:,.4~r}<extra></extra>",
        )
    )
    line = analysis.break_even(teller.results, output).sort_values([across, down])
    if len(line):
        shown.add_trace(
            go.Scatter(
                x=line[across],
                y=line[down],
                mode="lines+markers",
                name=teller.say("break_even"),
                line={"color": INK, "width": 2},
                marker={"size": 5},
                showlegend=True,
            )
        )
    shown.update_layout(legend=LEGEND)
    shown.update_xaxes(title=teller.parameters[across], tickformat=",~r", fixedrange=True, automargin=True)
    shown.update_yaxes(title=teller.parameters[down], tickformat=",~r", fixedrange=True, automargin=True)
    table = pd.DataFrame(
        [[figure(value) for value in row] for row in z],
        columns=[figure(float(x)) for x in frame.columns.to_numpy()],
    )
    corner = f"{teller.parameters[down]} ↓ {teller.parameters[across]} →"
    table.insert(0, corner, [figure(y) for y in frame.index])
    title = teller.say("title_map", output=axis_of(teller, output, scale))
    return Picture(title, legible(shown, 460), table, teller.say("note_map_break_even") if len(line) else "")


def shares(teller: Teller, output: str) -> Picture:
    """Sobol's shares of variance or Morris' effects, with their intervals."""
    frame = analysis.sensitivity(teller.results, output)
    sobol = teller.results.kind == "sobol"
    labels = [teller.parameters[name] for name in frame["parameter"]]
    scale = Scale(1.0, "", teller.language) if sobol else teller.scale(output, frame[["mu_star", "sigma"]])
    bars = (
        (("ST", "ST_conf", HIGH, ""), ("S1", "S1_conf", LOW, "/"))
        if sobol
        else (("mu_star", "mu_star_conf", HIGH, ""),)
    )
    shown = go.Figure()
    for name, interval, colour, pattern in bars:
        shown.add_trace(
            go.Bar(
                x=[scale.of(v) for v in frame[name]],
                y=labels,
                orientation="h",
                name=teller.head(name),
                marker={"color": colour, "pattern": {"shape": pattern}},
                error_x={"type": "data", "array": [scale.of(v) for v in frame[interval]], "color": INK},
            )
        )
    shown.update_layout(barmode="group", legend=LEGEND)
    shown.update_xaxes(
        title=teller.head("share_of_variance" if sobol else "mu_star", scale),
        tickformat=",~r",
        fixedrange=True,
        **AXIS,
    )
    shown.update_yaxes(autorange="reversed", automargin=True, fixedrange=True)
    table = pd.DataFrame({teller.head("parameter"): labels})
    for name in frame.columns[1:]:
        table[teller.head(name, scale)] = [figure(scale.of(v)) for v in frame[name]]
    left = int(frame.attrs["left_out"])
    note = teller.say(f"note_{teller.results.kind}")
    if left:
        note += " " + teller.say("note_left_out", left=left, samples=frame.attrs["samples"])
    title = teller.say(f"title_{teller.results.kind}", output=teller.output(output))
    return Picture(title, legible(shown, height=120 + 44 * max(3, len(frame))), table, note)


def stress(teller: Teller, output: str) -> Picture:
    """The output as one adverse end after another is added, the worst first."""
    frame = analysis.breaking(teller.results, output)
    scale = teller.scale(output, frame[output])
    labels = [
        teller.say("as_it_stands") if name == "base" else f"+ {teller.parameters[name]}"
        for name in frame["added"]
    ]
    values = [scale.of(v) for v in frame[output]]
    shown = go.Figure(
        go.Bar(
            x=values,
            y=labels,
            orientation="h",
            marker_color=[COLOURS["product"] if v >= 0 else COLOURS["waste"] for v in values],
            hovertemplate="%{y}: %{x:,.4~r}<extra></extra>",
        )
    )
    shown.update_xaxes(title=axis_of(teller, output, scale), tickformat=",~r", fixedrange=True, **AXIS)
    shown.update_yaxes(autorange="reversed", automargin=True, fixedrange=True)
    table = pd.DataFrame(
        {
            teller.head("added"): labels,
            axis_of(teller, output, scale): [figure(v) for v in values],
            teller.head("status"): [teller.status(status) for status in frame["status"]],
        }
    )
    title = teller.say("title_stress", output=teller.output(output))
    return Picture(
        title, styled(shown, 110 + 34 * max(3, len(frame))), table, _where_it_breaks(teller, frame)
    )


def _where_it_breaks(teller: Teller, frame: pd.DataFrame) -> str:
    """With how many of the adverse ends together there is still a plan."""
    held = frame["status"].isin(HELD).tolist()
    last = held.index(False) - 1 if False in held else len(held) - 1
    if last == len(held) - 1:
        return teller.say("note_never_breaks", count=last)
    next_one = teller.parameters[frame["added"].iloc[last + 1]]
    ended = teller.status(frame["status"].iloc[last + 1])
    return teller.say("note_breaks", count=last, what=next_one, status=ended)


BY_DESIGN: dict[str, tuple[Callable[[Teller, str], Picture], ...]] = {
    "tornado": (tornado,),
    "grid": (grid,),
    "stress": (stress, tornado),
    **dict.fromkeys(SCREENED, (shares,)),
}
