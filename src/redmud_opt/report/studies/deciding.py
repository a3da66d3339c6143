"""Decisions side by side, and what knowing a parameter is worth."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import plotly.graph_objects as go

from redmud_opt.report.figures import AXIS, COLOURS, styled
from redmud_opt.report.numbers import figure, money_scale, percent
from redmud_opt.report.studies.telling import HIGH, Picture, Teller
from redmud_opt.study.sweeps import choosing


def of_decisions(teller: Teller) -> Iterator[Picture]:
    """What there is to show of decisions under uncertainty."""
    yield _side_by_side(teller)
    yield _information(teller)


def _side_by_side(teller: Teller) -> Picture:
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
    return Picture(teller.say("title_decisions"), None, table, note)


def _information(teller: Teller) -> Picture:
    known = choosing.information(teller.results)
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
    return Picture(
        teller.say("title_information"), styled(shown, height), table, teller.say("note_information")
    )
