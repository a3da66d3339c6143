"""Decisions side by side, what knowing a parameter is worth, and one decision for all scenarios."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from redmud_opt.report.figures import AXIS, COLOURS, styled
from redmud_opt.report.numbers import figure, money_scale, percent
from redmud_opt.report.studies.telling import HIGH, LEGEND, Picture, Teller, legible
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
    common, own = apart([words.split("; ") if words else [] for words in frame["decided"]])
    table = pd.DataFrame(
        {
            teller.head("decision"): frame["decision"],
            teller.head("decided"): [teller.decided("; ".join(w)) for w in own],
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
    if common:
        note = f"{note} {teller.say('note_common', decided=teller.decided('; '.join(common)))}".strip()
    return Picture(teller.say("title_decisions"), None, table, note)


def apart(decided: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """(what all decisions have in common, what each has beside it); of one decision alone all is its own."""
    common = [one for one in decided[0] if all(one in each for each in decided)] if len(decided) > 1 else []
    return common, [[one for one in each if one not in common] for each in decided]


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
    turns = [
        _turns(teller, *row)
        for row in known[["parameter", "resolved", "at", "below", "above"]].to_numpy().tolist()
    ]
    table = pd.DataFrame(
        {
            teller.head("parameter"): labels,
            teller.head("worth_cny", scale): [figure(scale.of(v)) for v in known["worth_cny"]],
            teller.head("resolved"): [teller.say("yes" if r else "no") for r in known["resolved"]],
            teller.head("turns"): turns,
        }
    )
    height = 90 + 30 * max(3, len(known))
    notes = [teller.say("note_information")]
    if known["resolved"].iloc[0]:
        worth = scale.text(float(known["worth_cny"].iloc[0]))
        notes.insert(0, teller.say("note_first", what=labels[0], worth=worth, turns=turns[0] or "–"))
    else:
        notes.insert(0, teller.say("knowing_nothing", count=len(known)))
    return Picture(teller.say("title_information"), styled(shown, height), table, " ".join(notes))


def _turns(teller: Teller, parameter: str, resolved: bool, at: float, below: int, above: int) -> str:
    """At which value the decision turns, and from which to which; nothing where that is not resolved."""
    if not resolved or below == above:
        return ""
    return teller.say("turns", at=teller.value(parameter, at), below=below, above=above)


# ---- one decision for all scenarios ------------------------------------------------------------------------------


def of_two_stage(teller: Teller) -> Iterator[Picture]:
    """What there is to show of one decision for all scenarios."""
    told = teller.results.together
    if told is None or "decided" not in told:
        return
    yield _scenarios(teller, told)
    if told["chances"]:
        yield _chances(teller, told)


def _scenarios(teller: Teller, told: Mapping[str, Any]) -> Picture:
    """Every scenario with the decision, and as it would be if it had been known."""
    rows = told["scenarios"]
    names = [row["name"] for row in rows]
    scale = money_scale([row[name] for row in rows for name in ("value_cny", "alone_cny")], teller.language)
    shown = go.Figure()
    for name, key, colour in (("value_cny", "with_decision", HIGH), ("alone_cny", "alone", COLOURS["other"])):
        values = [scale.of(row[name]) for row in rows]
        shown.add_trace(
            go.Bar(
                x=values,
                y=names,
                orientation="h",
                name=teller.head(key),
                marker_color=colour,
                hovertemplate="%{y}: %{x:,.4~r}<extra></extra>",
            )
        )
    shown.update_layout(barmode="group", legend=LEGEND)
    shown.update_xaxes(title=f"{teller.say('family_value')} [{scale.unit}]", tickformat=",~r", **AXIS)
    shown.update_yaxes(autorange="reversed", automargin=True, fixedrange=True, type="category")
    table = pd.DataFrame({teller.head("scenario"): names})
    table[teller.head("probability")] = [percent(row["probability"], teller.language) for row in rows]
    table[teller.head("with_decision", scale)] = [figure(scale.of(row["value_cny"])) for row in rows]
    table[teller.head("alone", scale)] = [figure(scale.of(row["alone_cny"])) for row in rows]
    table[teller.head("regret_of", scale)] = [
        figure(scale.of(row["alone_cny"] - row["value_cny"])) for row in rows
    ]
    for chance in told["chances"]:
        heading = teller.say("output_met", what=teller.name(chance["target"]), year=chance["year"])
        table[heading] = [teller.say("yes" if met else "no") for met in chance["met"]]
    amounts = {name: scale.text(told[f"{name}_cny"]) for name in ("worth", "evpi", "regret")}
    missing = teller.say("no_plan_as_it_stands")
    note = teller.say(
        "note_two_stage",
        aim=teller.say(f"aim_{told['aim']}"),
        decided=teller.decided(told["decided"]),
        vss=missing if told["vss_cny"] is None else scale.text(told["vss_cny"]),
        **amounts,
    )
    height = 130 + 46 * max(2, len(rows))
    return Picture(teller.say("title_two_stage"), legible(shown, height), table, note)


def _chances(teller: Teller, told: Mapping[str, Any]) -> Picture:
    """What becomes of the chances that are wished for, and what they cost."""
    rows = told["chances"]
    scale = money_scale([row["price_cny"] for row in rows], teller.language)
    point = money_scale([row["price_cny_per_point"] for row in rows], teller.language)
    table = pd.DataFrame(
        {teller.head("what"): [f"{teller.name(row['target'])} {row['year']}" for row in rows]}
    )
    for name, key in (("at_least", "wished"), ("probability", "probability")):
        table[teller.head(key)] = [percent(row[name], teller.language) for row in rows]
    table[teller.head("lack")] = [figure(row["lack_points"]) for row in rows]
    table[teller.head("point_price", point)] = [figure(point.of(row["price_cny_per_point"])) for row in rows]
    table[teller.head("price", scale)] = [figure(scale.of(row["price_cny"])) for row in rows]
    return Picture(teller.say("title_chances"), None, table, teller.say("note_chances"))
