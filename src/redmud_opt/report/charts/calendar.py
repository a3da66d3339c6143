"""What is to be decided and ready by when, and how long permits and approvals last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from redmud_opt.case import Case
from redmud_opt.case.months import months_after
from redmud_opt.plan import Plan
from redmud_opt.plan.permits import SEPARATOR
from redmud_opt.report.charts.base import GRID, NAMED_PX, SERIES, Chart, label, legend_below, say, twin_of
from redmud_opt.report.figures import INK, styled
from redmud_opt.report.labels import Labels
from redmud_opt.report.numbers import money_scale
from redmud_opt.report.standins import stand_ins
from redmud_opt.report.todo import PARTS, Step, steps

DAY_MS = 86_400_000
ROW_PX = 26
STEP_COLOURS = {
    "builds": SERIES[0],
    "yard_events": SERIES[6],
    "reductions": SERIES[2],
    "closings": SERIES[5],
    "openings": SERIES[4],
}
PART_COLOURS = dict(zip(PARTS, ("#a9cfe8", "#f2d16b", "#3b4652"), strict=True))
"""Light to dark on the bar of any step."""
USE_COLOURS = {"binding": SERIES[5], "over_half": SERIES[0], "under_half": SERIES[4]}
BINDING, HALF = 0.995, 0.5
"""Share of what a permit allows from which on it is called used up, and well used."""
BEFORE_MONTHS, AFTER_MONTHS = 6, 3


@dataclass(frozen=True, slots=True)
class _Bar:
    """A bar of a calendar: its row, its colour, first and last day, what it says when pointed at."""

    row: str
    group: str
    first: date
    last: date
    hover: str


def build_calendar(case: Case, plan: Plan, language: str, units: str = "auto") -> Chart | None:
    """A bar per step from the day it is decided to the day it is ready; a diamond where it is ready."""
    found = steps(case, plan)
    if not found:
        return None
    labels = Labels(plan, language)
    money = money_scale([step.capex_cny for step in found], language, units)
    rows: list[tuple[object, ...]] = []
    bars: list[_Bar] = []
    for step in found:
        name = labels.lane(step.item) if step.what == "openings" else labels.name(step.item)
        cost = money.of(step.capex_cny)
        hover = f"{label(name)}<br>{step.decide_by} → {step.ready_by}<br>{money.text(step.capex_cny)}"
        bars.append(_Bar(_once(name, bars), step.what, step.decide_by, step.ready_by, hover))
        days = (step.ready_by - step.decide_by).days
        dates = (str(step.decide_by), *step.parts_begin, str(step.ready_by))
        what = labels.word("kind", step.kind) if step.kind else say(f"step.{step.what}", language)
        rows.append((what, name, *dates, days, cost))
    figure = _calendar(bars, STEP_COLOURS, {key: say(f"step.{key}", language) for key in STEP_COLOURS})
    words = {key: say(f"part.{key}", language) for key in PARTS}
    parts = [part for step, bar in zip(found, bars, strict=True) for part in _parts(step, bar, words)]
    figure.add_traces(_calendar(parts, PART_COLOURS, words, width=0.3).data)
    figure.add_trace(
        go.Scatter(
            x=[bar.last.isoformat() for bar in bars],
            y=[bar.row for bar in bars],
            mode="markers",
            name=say("ready", language),
            marker={"symbol": "diamond", "size": 11, "color": INK, "line": {"width": 1, "color": "white"}},
            text=[bar.hover for bar in bars],
            hoverinfo="text",
        )
    )
    first = min(min(bar.first for bar in bars), case.periods[0].start)
    last = max(max(bar.last for bar in bars), case.periods[-1].end)
    heads = _heads(language, "what", "item", "decide_by", *PARTS, "ready_by", "days")
    cost_head = say("money_in", language, unit=money.unit)
    shown = [say(f"step.{key}", language) for key in dict.fromkeys(bar.group for bar in bars)]
    shown += [words[key] for key in PARTS if any(part.group == key for part in parts)]
    title = say("calendar.title", language)
    frame = pd.DataFrame(rows, columns=[*heads, cost_head])
    twin = twin_of("calendar", title, frame, [heads[-1]], 0)
    twin.numbers[cost_head] = 2
    _finish(figure, bars, [*shown, say("ready", language)], months_after(first, -1), months_after(last, 2))
    return Chart("calendar", title, say("calendar.note", language), figure, twin, (heads[-1],), NAMED_PX)


def _parts(step: Step, bar: _Bar, words: dict[str, str]) -> Iterator[_Bar]:
    """The parts of the lead time of a step, each until the next begins."""
    last = step.ready_by
    for key, first in zip(reversed(PARTS), reversed(step.parts), strict=True):
        if first is not None:
            yield _Bar(bar.row, key, first, last, f"{bar.row}<br>{words[key]}: {first} → {last}")
            last = first


def permit_calendar(case: Case, plan: Plan, language: str) -> Chart | None:
    """A bar per permit that the plan's receivers have, its colour by the most that the plan uses of it in a year."""
    labels, used, assumed = Labels(plan, language), _most_used(plan), stand_ins(case)
    alive = {(row.receiver, row.code) for row in case.permits if used.get(row.name, 0.0) > 0.0}
    rows, bars = [], []
    for row in sorted(case.permits, key=lambda row: (labels.name(row.receiver), row.code, row.method)):
        if (row.receiver, row.code) not in alive or row.valid_from is None or row.valid_to is None:
            continue
        share, who = used.get(row.name, 0.0), labels.name(row.receiver)
        if not share > 0.0:
            continue
        name = say("permit_row", language, receiver=who, code=row.code, method=row.method or "–")
        paper = say("stand_in", language, name=row.name) if row.name in assumed else row.name
        hover = f"{label(paper)}<br>{row.valid_from} → {row.valid_to}<br>{100 * share:.0f} %"
        bars.append(_Bar(name, _use(share), row.valid_from, row.valid_to, hover))
        days = (row.valid_to - row.valid_from).days
        dates = str(row.valid_from), str(row.valid_to)
        rows.append((paper, who, row.code, *dates, days, row.amount_t_per_a, 100.0 * share))
    heads = _heads(
        language, "permit", "receiver", "code", "valid_from", "valid_to", "days", "allowed_t", "used"
    )
    return _validities(case, "permits", bars, pd.DataFrame(rows, columns=heads), heads, language)


def border_calendar(case: Case, plan: Plan, language: str) -> Chart | None:
    """A bar per approval or filing for waste over a border that the plan uses."""
    labels = Labels(plan, language)
    frame = plan.frames["border_documents"]
    rows, bars = [], []
    for row in frame[frame["used_t"] > 0.0].to_dict("records"):
        allowed, share = float(row["allowed_t"]), 1.0
        if allowed > 0.0:
            share = float(row["used_t"]) / allowed
        start, end, who = (labels.name(str(row[key])) for key in ("from_province", "to_province", "receiver"))
        name = say("border_row", language, start=start, end=end, code=row["code"], receiver=who)
        first, last = (date.fromisoformat(str(row[key])) for key in ("valid_from", "valid_to"))
        hover = f"{label(str(row['document']))}<br>{first} → {last}<br>{100 * share:.0f} %"
        bars.append(_Bar(name, _use(share), first, last, hover))
        kind = say(f"document.{row['kind']}", language)
        cells = (kind, start, end, row["code"], who, str(first), str(last), (last - first).days)
        rows.append((*cells, allowed, 100.0 * share))
    order = sorted(range(len(bars)), key=lambda k: (bars[k].row, bars[k].first))
    bars, rows = [bars[k] for k in order], [rows[k] for k in order]
    heads = _heads(
        language, "kind", "from", "to", "code", "receiver", "valid_from", "valid_to", "days", "over_t", "used"
    )
    return _validities(case, "borders", bars, pd.DataFrame(rows, columns=heads), heads, language)


def _validities(
    case: Case, name: str, bars: list[_Bar], frame: pd.DataFrame, heads: list[str], language: str
) -> Chart | None:
    if not bars:
        return None
    words = {key: say(f"use.{key}", language) for key in USE_COLOURS}
    figure = _calendar(bars, USE_COLOURS, words)
    title, days = say(f"{name}.title", language), say("column.days", language)
    twin = twin_of(name, title, frame, [days], 0)
    twin.numbers.update({heads[-2]: 0, heads[-1]: 0})
    first = months_after(case.periods[0].start, -BEFORE_MONTHS)
    last = months_after(case.periods[-1].end, AFTER_MONTHS)
    shown = [words[key] for key in USE_COLOURS if any(bar.group == key for bar in bars)]
    _finish(figure, bars, shown, first, last)
    for edge in (case.periods[0].start, case.periods[-1].end):
        figure.add_vline(x=edge.isoformat(), line={"color": INK, "width": 1, "dash": "dot"})
    return Chart(name, title, say(f"{name}.note", language), figure, twin, (days,), NAMED_PX)


def _most_used(plan: Plan) -> dict[str, float]:
    """Permit → the greatest share of it used in a year; those that add up share the figure."""
    found: dict[str, float] = {}
    for row in plan.frames["permits"].to_dict("records"):
        allowed = float(row["allowed_t"])
        share = float(row["used_t"]) / allowed if allowed > 0.0 else 0.0
        for name in str(row["permit"]).split(SEPARATOR):
            found[name] = max(share, found.get(name, 0.0))
    return found


def _use(share: float) -> str:
    return "binding" if share >= BINDING else "over_half" if share >= HALF else "under_half"


def _once(name: str, bars: Sequence[_Bar]) -> str:
    """Rows of steps are told apart: a second one of the same name gets a number."""
    known = sum(bar.row == label(name, 44) or bar.row.startswith(f"{label(name, 44)} (") for bar in bars)
    return label(name, 44) if not known else f"{label(name, 44)} ({known + 1})"


def _calendar(
    bars: Sequence[_Bar], colours: dict[str, str], words: dict[str, str], width: float | None = None
) -> go.Figure:
    """width: of the bars, as a share of a row; None: as wide as they may be."""
    figure = go.Figure()
    for group, colour in colours.items():
        own = [bar for bar in bars if bar.group == group]
        if own:
            figure.add_trace(
                go.Bar(
                    base=[bar.first.isoformat() for bar in own],
                    x=[(bar.last - bar.first).days * DAY_MS for bar in own],
                    y=[bar.row for bar in own],
                    orientation="h",
                    width=width,
                    name=words[group],
                    marker={"color": colour, "line": {"color": "white", "width": 1.5}},
                    text=[bar.hover for bar in own],
                    textposition="none",
                    hoverinfo="text",
                )
            )
    return figure


def _finish(figure: go.Figure, bars: Sequence[_Bar], names: Sequence[str], first: date, last: date) -> None:
    rows = list(dict.fromkeys(bar.row for bar in bars))
    lines = max(row.count("<br>") for row in rows) + 1
    height = legend_below(figure, names, 46 + max(ROW_PX, 17 * lines) * len(rows))
    order = {"categoryorder": "array", "categoryarray": rows}
    figure.update_yaxes(autorange="reversed", automargin=True, fixedrange=True, gridcolor=GRID, **order)
    figure.update_xaxes(
        type="date", range=[first.isoformat(), last.isoformat()], fixedrange=True, gridcolor=GRID, dtick="M12",
        tickformat="%Y", tick0="2000-01-01",
    )  # fmt: skip
    figure.update_layout(barmode="overlay", bargap=0.35)
    styled(figure, height)


def _heads(language: str, *names: str) -> list[str]:
    return [say(f"column.{name}", language) for name in names]
