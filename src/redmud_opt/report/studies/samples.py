"""Figures of samples: spreads, fans, what goes along with what, targets, what is built."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import plotly.graph_objects as go

from redmud_opt.report.figures import AXIS, COLOURS, INK, styled
from redmud_opt.report.numbers import figure, percent
from redmud_opt.report.studies.telling import HIGH, LEGEND, Picture, Teller, legible
from redmud_opt.study.sweeps import analysis

BAND = "rgba(52,100,143,0.18)"


def of_sample(teller: Teller) -> Iterator[Picture]:
    """What there is to show of random members."""
    results = teller.results
    yield _spread(teller)
    families = dict.fromkeys(
        output.rsplit(":", 1)[0]
        for output in ("value:0", *results.outputs)
        if output.rsplit(":", 1)[-1].isdigit()
    )
    for family in families:
        if family.startswith(("value", "rate_")):
            yield fan(teller, family)
    for output in results.outputs[:1]:
        yield _drivers(teller, output)
        yield _differently(teller, output)
    if (found := _targets(teller)) is not None:
        yield found
    if results.study["free"]:
        yield _stability(teller)


def _spread(teller: Teller) -> Picture:
    """Quantiles of every output."""
    rows = []
    for row in teller.results.summary().to_dict("records"):
        output = str(row["output"])
        amounts = [float(row[name]) for name in ("base", "q05", "q50", "q95", "mean")]
        scale = teller.scale(output, amounts)
        cells = dict(
            zip(
                (teller.head(name) for name in ("base", "q05", "q50", "q95", "mean")),
                (scale.text(amount) for amount in amounts),
                strict=True,
            )
        )
        rows.append({teller.head("output"): teller.output(output)} | cells)
    return Picture(teller.say("title_spread"), None, pd.DataFrame(rows))


def fan(teller: Teller, family: str) -> Picture:
    """Half and nine tenths of the members, year by year, and the base."""
    frame = analysis.fan(teller.results, family)
    output = f"{family}:{frame['year'].iloc[0]}" if len(frame) else family
    scale = teller.scale(output, frame.drop(columns="year"))
    shown = go.Figure()
    years = frame["year"].tolist()
    for low, high, key in (("q05", "q95", "nine_tenths"), ("q25", "q75", "half")):
        shown.add_trace(
            go.Scatter(
                x=[*years, *years[::-1]],
                y=[scale.of(v) for v in (*frame[high], *frame[low][::-1])],
                mode="lines",
                fill="toself",
                fillcolor=BAND,
                line={"width": 0},
                name=teller.say(key),
                hoverinfo="skip",
            )
        )
    for name, dash, colour in (("q50", "solid", HIGH), ("base", "dash", INK)):
        shown.add_trace(
            go.Scatter(
                x=years,
                y=[scale.of(v) for v in frame[name]],
                name=teller.head(name),
                mode="lines+markers",
                line={"dash": dash, "color": colour},
            )
        )
    shown.update_layout(legend=LEGEND)
    shown.update_xaxes(dtick=1, fixedrange=True, tickformat="d")
    words = (
        teller.say("family_value") if family == "value" else teller.output(output).replace(f" {years[0]}", "")
    )
    shown.update_yaxes(title=f"{words} [{scale.unit}]", tickformat=",~r", fixedrange=True, **AXIS)
    table = pd.DataFrame({teller.head("year"): [str(year) for year in years]})
    for name in frame.columns[1:]:
        table[teller.head(name, scale)] = [figure(scale.of(v)) for v in frame[name]]
    return Picture(teller.say("title_fan", output=words), legible(shown, 400), table)


def _drivers(teller: Teller, output: str) -> Picture:
    frame = analysis.drivers(teller.results, output)
    labels = [teller.parameters[name] for name in frame["parameter"]]
    shown = go.Figure(
        go.Bar(
            x=frame["rank_correlation"],
            y=labels,
            orientation="h",
            marker_color=[
                COLOURS["product"] if v >= 0 else COLOURS["waste"] for v in frame["rank_correlation"]
            ],
            hovertemplate="%{y}: %{x:.2f}<extra></extra>",
        )
    )
    shown.update_xaxes(range=[-1, 1], title=teller.head("rank_correlation"), fixedrange=True, **AXIS)
    shown.update_yaxes(autorange="reversed", automargin=True, fixedrange=True)
    table = pd.DataFrame(
        {
            teller.head("parameter"): labels,
            teller.head("rank_correlation"): [figure(v) for v in frame["rank_correlation"]],
        }
    )
    title = teller.say("title_drivers", output=teller.output(output))
    return Picture(title, styled(shown, 90 + 30 * max(3, len(frame))), table)


def _differently(teller: Teller, output: str) -> Picture:
    frame = analysis.differently(teller.results, output)
    rows = []
    for act, worst, best, difference in frame.to_numpy().tolist():
        scale = teller.scale(act, [worst, best, difference])
        cells = {teller.head(n): scale.text(v) for n, v in (("in_worst", worst), ("in_best", best))}
        rows.append(
            {teller.head("act"): teller.output(act)}
            | cells
            | {teller.head("difference"): scale.text(difference)}
        )
    title = teller.say("title_differently", output=teller.output(output))
    return Picture(title, None, pd.DataFrame(rows), teller.say("note_differently"))


def _targets(teller: Teller) -> Picture | None:
    frame = analysis.targets(teller.results)
    if not len(frame):
        return None
    labels = [f"{teller.name(t)} {year}" for t, year in zip(frame["target"], frame["year"], strict=True)]
    return _probabilities(teller, "title_targets", labels, frame, "probability", teller.say("note_targets"))


def _stability(teller: Teller) -> Picture:
    frame = analysis.stability(teller.results)
    stands = [teller.say("in_base") if stands else "" for stands in frame["in_base"]]
    labels = [
        f"{teller.name(line)} {words}".strip() for line, words in zip(frame["line"], stands, strict=True)
    ]
    return _probabilities(teller, "title_stability", labels, frame, "share", "")


def _probabilities(
    teller: Teller, title: str, labels: list[str], frame: pd.DataFrame, column: str, note: str
) -> Picture:
    values = 100.0 * frame[column]
    shown = go.Figure(
        go.Bar(
            x=values,
            y=labels,
            orientation="h",
            marker_color=HIGH,
            error_x={
                "type": "data",
                "symmetric": False,
                "array": 100.0 * frame["most"] - values,
                "arrayminus": values - 100.0 * frame["least"],
                "color": INK,
            },
            hovertemplate="%{y}: %{x:.1f} %<extra></extra>",
        )
    )
    shown.update_xaxes(range=[0, 102], title=f"{teller.head(column)} [%]", fixedrange=True, **AXIS)
    shown.update_yaxes(autorange="reversed", automargin=True, fixedrange=True)
    table = pd.DataFrame({teller.head("what"): labels})
    for name in (column, "least", "most"):
        table[teller.head(name)] = [percent(float(v), teller.language) for v in frame[name]]
    return Picture(teller.say(title), styled(shown, 90 + 30 * max(3, len(frame))), table, note)
