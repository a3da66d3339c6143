"""What a study says, as figures with their twin tables. Pure, as those in `figures`.

    for picture in pictures(results, "zh"):  picture.title; picture.figure; picture.table; picture.note
    page(results, "zh")                      all of them as one HTML page that needs nothing else

Every number of a figure stands in its table, so that nobody has to read it off an axis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from redmud_opt.i18n import Message, template, text
from redmud_opt.report.figures import AXIS, COLOURS, FONT, INK, styled
from redmud_opt.report.labels import word
from redmud_opt.report.numbers import Scale, figure, mass_scale, money_scale, percent
from redmud_opt.study.sweeps import analysis, choosing
from redmud_opt.study.sweeps.designs import SAMPLED, SCREENED
from redmud_opt.study.sweeps.results import Results, is_money

BAND = "rgba(52,100,143,0.18)"
LOW, HIGH = COLOURS["residue"], COLOURS["process"]
"""Colours of the ends of a parameter; told apart by hatching too."""

LEGEND = {"orientation": "h", "yanchor": "bottom", "y": 1.0, "xanchor": "left", "x": 0.0}
"""Above the figure."""


@dataclass(frozen=True)
class Picture:
    """A figure with what it shows, in words and as a table."""

    title: str
    figure: go.Figure | None
    table: pd.DataFrame
    note: str = ""


class Teller:
    """Names and numbers of one study in one language."""

    def __init__(self, results: Results, language: str) -> None:
        self.results, self.language = results, language
        self.names: Mapping[str, str] = results.labels(language)
        self.parameters = {m.name: m.label(language) for m in results.parameters}

    def say(self, key: str, **values: object) -> str:
        """Words of the catalogue."""
        return text(Message(f"sweep.{key}", values), self.language)

    def name(self, name: str) -> str:
        """A name of the case by its label."""
        return self.names.get(name, name)

    def output(self, output: str) -> str:
        """What an output is called."""
        kind, _, rest = output.partition(":")
        if kind == "term":
            return word("term", rest, self.language)
        if kind == "goal":
            return text(Message(f"plan.goal_{rest}"), self.language)
        parts = rest.split(":")
        if kind.startswith("rate_"):
            waste = word("class", parts[0], self.language)
            rate = text(Message(f"report.column.{kind}"), self.language)
            return self.say("output_rate", what=waste, rate=rate, year=parts[1])
        if kind in ("target", "met"):
            return self.say(f"output_{kind}", what=self.name(parts[0]), year=parts[1])
        if kind == "value" and rest:
            return self.say("output_value_of", year=rest)
        known = f"sweep.output_{kind}"
        return (
            output
            if template(known, self.language) is None
            else self.say(f"output_{kind}", what=self.name(rest))
        )

    def decided(self, words: str) -> str:
        """Decisions with their labels."""
        found = []
        for one in words.split("; ") if words else []:
            name, _, rest = one.partition("@")
            found.append(f"{self.name(name)} {rest}")
        return "; ".join(found) or self.say("nothing_decided")

    def scale(self, output: str, amounts: Any) -> Scale:
        """The unit in which an output is shown."""
        values = [float(a) for a in np.ravel(amounts) if a == a]
        if is_money(output):
            return money_scale(values, self.language)
        if output.startswith(("rate_", "target:", "met:")):
            return Scale(0.01, "%", self.language)
        if output.startswith("build:"):
            return Scale(1.0, "", self.language)
        return mass_scale(values, self.language)

    def head(self, name: str, scale: Scale | None = None) -> str:
        """A heading with its unit."""
        words = self.say(f"head_{name}")
        return words if scale is None or not scale.unit else f"{words} [{scale.unit}]"

    def value(self, parameter: str, at: float) -> str:
        """A value of a parameter with its unit."""
        moving = next(m for m in self.results.parameters if m.name == parameter)
        if moving.by == "range":
            return self.say("end_of_evidence", share=figure(at))
        if moving.by in ("factor", "add", "days"):
            return self.say(f"moved_{moving.by}", at=figure(at), unit=moving.unit)
        return f"{figure(at)} {moving.unit}".strip()


def pictures(results: Results, language: str) -> list[Picture]:
    """What there is to show of a study, by its design."""
    teller = Teller(results, language)
    found: list[Picture] = []
    for output in results.outputs:
        found += [make(teller, output) for make in _BY_DESIGN.get(results.kind, ())]
    if results.kind in SAMPLED and results.kind != "decisions":
        found += _of_sample(teller)
    if results.kind == "decisions":
        found += _of_decisions(teller)
    failures = results.failures()
    if len(failures):
        table = failures.groupby(["status", "reason"]).size().rename("count").reset_index()
        table.columns = pd.Index([teller.head(name) for name in ("status", "reason", "count")])
        found.append(Picture(teller.say("title_failures"), None, table))
    return found


# ---- one at a time -----------------------------------------------------------------------------------------------


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
    shown.update_xaxes(title=_axis(teller, output, scale), tickformat=",~r", fixedrange=True, **AXIS)
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
    note = teller.say("note_without_plan") if frame["without_plan"].any() else ""
    title = teller.say("title_tornado", output=teller.output(output))
    return Picture(title, legible(shown, height=110 + 34 * max(3, len(frame))), table, note)


def legible(shown: go.Figure, height: int) -> go.Figure:
    """The looks of all figures, with room for a legend above."""
    return styled(shown, height).update_layout(margin={"t": 44})


def _axis(teller: Teller, output: str, scale: Scale) -> str:
    words = teller.output(output)
    return f"{words} [{scale.unit}]" if scale.unit else words


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
    shown.update_yaxes(title=_axis(teller, output, scale), tickformat=",~r", fixedrange=True, **AXIS)
    table = pd.DataFrame(
        {
            teller.parameters[axis]: [teller.value(axis, v) for v in frame[axis]],
            _axis(teller, output, scale): [figure(scale.of(v)) for v in frame[output]],
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
    title = teller.say("title_map", output=_axis(teller, output, scale))
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
    shown.update_xaxes(title=teller.head(bars[0][0], scale), tickformat=",~r", fixedrange=True, **AXIS)
    shown.update_yaxes(autorange="reversed", automargin=True, fixedrange=True)
    table = pd.DataFrame({teller.head("parameter"): labels})
    for name in frame.columns[1:]:
        table[teller.head(name, scale)] = [figure(scale.of(v)) for v in frame[name]]
    left = int(frame.attrs["left_out"])
    note = teller.say("note_left_out", left=left, samples=frame.attrs["samples"]) if left else ""
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
    shown.update_xaxes(title=_axis(teller, output, scale), tickformat=",~r", fixedrange=True, **AXIS)
    shown.update_yaxes(autorange="reversed", automargin=True, fixedrange=True)
    status = [
        teller.say(f"status_{one}") if one in ("infeasible", "optimal") else one for one in frame["status"]
    ]
    table = pd.DataFrame(
        {
            teller.head("added"): labels,
            _axis(teller, output, scale): [figure(v) for v in values],
            teller.head("status"): status,
        }
    )
    title = teller.say("title_stress", output=teller.output(output))
    return Picture(title, styled(shown, 110 + 34 * max(3, len(frame))), table)


_BY_DESIGN: dict[str, tuple[Callable[[Teller, str], Picture], ...]] = {
    "tornado": (tornado,),
    "grid": (grid,),
    "stress": (stress, tornado),
    **dict.fromkeys(SCREENED, (shares,)),
}


# ---- samples -----------------------------------------------------------------------------------------------------


def _of_sample(teller: Teller) -> Iterator[Picture]:
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


# ---- decisions ---------------------------------------------------------------------------------------------------


def _of_decisions(teller: Teller) -> Iterator[Picture]:
    results = teller.results
    frame, found = choosing.choices(results), choosing.values(results)
    scale = money_scale(
        frame[["expected", "worst", "cvar", "regret"]].to_numpy().ravel().tolist(), teller.language
    )
    table = pd.DataFrame(
        {
            teller.head("decision"): frame["decision"],
            teller.head("decided"): [teller.decided(w) for w in frame["decided"]],
        }
    )
    for name in ("expected", "cvar", "worst", "regret"):
        table[teller.head(name, scale)] = [figure(scale.of(v)) for v in frame[name]]
    for name in ("best_in", "without_plan"):
        table[teller.head(name)] = [percent(float(v), teller.language) for v in frame[name]]
    note = ""
    if found:
        numbers = {
            name: int(found[name])
            for name in ("by_expectation", "by_regret", "by_cvar", "as_it_stands", "members")
        }
        note = teller.say(
            "note_decisions", evpi=scale.text(found["evpi"]), vss=scale.text(found["vss"]), **numbers
        )
    yield Picture(teller.say("title_decisions"), None, table, note)
    known = choosing.information(results)
    scale = money_scale(known["worth_cny"].tolist(), teller.language)
    labels = [teller.parameters[name] for name in known["parameter"]]
    shown = go.Figure(
        go.Bar(
            x=[scale.of(v) for v in known["worth_cny"]],
            y=labels,
            orientation="h",
            marker={"color": [HIGH if r else COLOURS["other"] for r in known["resolved"]]},
            hovertemplate="%{y}: %{x:,.4~r}<extra></extra>",
        )
    )
    shown.update_xaxes(title=teller.head("worth_cny", scale), tickformat=",~r", fixedrange=True, **AXIS)
    shown.update_yaxes(autorange="reversed", automargin=True, fixedrange=True)
    table = pd.DataFrame(
        {
            teller.head("parameter"): labels,
            teller.head("worth_cny", scale): [figure(scale.of(v)) for v in known["worth_cny"]],
            teller.head("resolved"): [teller.say("yes" if r else "no") for r in known["resolved"]],
        }
    )
    height = 90 + 30 * max(3, len(known))
    yield Picture(
        teller.say("title_information"), styled(shown, height), table, teller.say("note_information")
    )


# ---- a page ------------------------------------------------------------------------------------------------------

STYLE = f"""
body {{ font-family: {FONT}; color: {INK}; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.45; }}
h1 {{ font-size: 1.5rem; }} h2 {{ font-size: 1.15rem; margin-top: 2.2rem; }}
table {{ border-collapse: collapse; font-size: 0.85rem; margin: 0.6rem 0; display: block; overflow-x: auto; }}
th, td {{ border-bottom: 1px solid #d5dbe1; padding: 0.25rem 0.7rem; text-align: right; vertical-align: top; }}
th:first-child, td:first-child {{ text-align: left; }} th {{ background: #f3f5f7; }}
p.note {{ color: #46525d; }} li {{ margin: 0.2rem 0; }}
"""


def page(results: Results, language: str) -> str:
    """One HTML page: what is said, and every figure with its table."""
    heading, *lines = results.lines()
    title = escape(results.title(language) or text(heading, language))
    parts = [f"<h1>{title}</h1>", f"<p>{escape(text(heading, language))}</p>", "<ul>"]
    parts += [f"<li>{escape(text(line, language))}</li>" for line in lines[:3]]
    parts.append("</ul>")
    script: bool | str = True
    for picture in pictures(results, language):
        parts.append(f"<h2>{escape(picture.title)}</h2>")
        if picture.figure is not None:
            settings: dict[str, Any] = {"displayModeBar": False, "responsive": True}
            parts.append(picture.figure.to_html(full_html=False, include_plotlyjs=script, config=settings))
            script = False
        if picture.note:
            parts.append(f'<p class="note">{escape(picture.note)}</p>')
        parts.append(picture.table.to_html(index=False, border=0))
    body = "\n".join(parts)
    tag = "zh-CN" if language == "zh" else "en"
    return (
        f'<!doctype html>\n<html lang="{tag}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body>\n{body}\n</body></html>\n"
    )
