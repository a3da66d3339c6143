"""The sites of a case on a map with what the plan moves between them: coast and land, no borders, plain axes.

A lane is a bow from one site to another, its breadth by the tonnes of all years, its colour by what it carries. Sites
and lanes without a position are not drawn, and said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import atan2, cos, degrees, hypot, radians, sqrt
from typing import Protocol

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from redmud_opt.case import Case
from redmud_opt.case.things import Site
from redmud_opt.plan import Plan
from redmud_opt.report.boxes import drawable
from redmud_opt.report.charts.base import SERIES, Chart, say, twin_of
from redmud_opt.report.charts.coast import Ring, Window, inland_sea, land
from redmud_opt.report.charts.names import place_names
from redmud_opt.report.figures import FONT, INK
from redmud_opt.report.labels import Labels
from redmud_opt.report.numbers import Scale, mass_scale

WIDTH_PX, MOST_PX, LEAST_PX, LEGEND_PX = 1000, 820, 420, 64
"""Pixels: across; up and down at the most and at the least; of the legend beneath."""

HALO = "rgba(248,246,240,0.6)"
SEA, LAND, COAST = "#e9f0f5", "#f8f6f0", "#9fa8ae"
SYMBOLS = {
    "refinery": "square",
    "smelter": "triangle-up",
    "works": "circle",
    "hub": "hexagon",
    "yard": "pentagon",
    "transfer_station": "cross",
    "market": "diamond",
    "other": "circle-open",
}
COLOURS = {
    "red_mud": SERIES[5],
    "spent_pot_lining": SERIES[3],
    "carbon_dross": SERIES[6],
    "aluminium_ash": SERIES[1],
    "": SERIES[2],
}
OTHER = SERIES[0]
BREADTHS = (1.2, 2.2, 3.6, 5.4, 8.0)
"""Pixels of a lane's breadth; the widest carries the most."""

LEAST_MARK, MORE_MARK = 9.0, 15.0
MARGIN, LEAST_DEG, BOW = 0.10, 1.0, 0.10


@dataclass(frozen=True, slots=True)
class _Lane:
    start: str
    end: str
    waste_class: str
    amount_t: float


class _Frame:
    """Degrees ↔ pixels of a map whose middle is true to shape."""

    def __init__(self, sites: Sequence[tuple[float, float]]) -> None:
        x, y = ([place[axis] for place in sites] for axis in (0, 1))
        self.flat = cos(radians((min(y) + max(y)) / 2))
        across = max((max(x) - min(x)) * self.flat, LEAST_DEG) * (1 + 2 * MARGIN)
        up = max(max(y) - min(y), LEAST_DEG) * (1 + 2 * MARGIN)
        self.height = min(max(WIDTH_PX * up / across, LEAST_PX), MOST_PX)
        self.per_deg = min(WIDTH_PX / across, self.height / up)
        middle = (min(x) + max(x)) / 2, (min(y) + max(y)) / 2
        half = WIDTH_PX / self.per_deg / self.flat / 2, self.height / self.per_deg / 2
        self.window = Window(
            middle[0] - half[0], middle[0] + half[0], middle[1] - half[1], middle[1] + half[1]
        )

    def pixel(self, place: tuple[float, float]) -> tuple[float, float]:
        """From the upper left corner."""
        x = (place[0] - self.window.west) * self.flat * self.per_deg
        return x, (self.window.north - place[1]) * self.per_deg

    def degree(self, pixel: tuple[float, float]) -> tuple[float, float]:
        """What lies at a pixel."""
        x = self.window.west + pixel[0] / self.per_deg / self.flat
        return x, self.window.north - pixel[1] / self.per_deg

    @property
    def beyond(self) -> Window:
        """A little more than the window, so that cuts of the land lie outside it."""
        west, east, south, north = self.window
        return Window(west - 1.0, east + 1.0, south - 1.0, north + 1.0)


def site_map(
    case: Case, plan: Plan, language: str, year: int | None = None, units: str = "auto"
) -> Chart | None:
    """The map, of a year or of the whole horizon; None where no site has a position."""
    places = {
        row.name: (row.longitude_deg, row.latitude_deg)
        for row in case.sites
        if row.active and row.longitude_deg is not None and row.latitude_deg is not None
    }
    lanes = _lanes(case, plan, year)
    busy = _busy(plan, lanes)
    sites = [row for row in case.sites if row.name in places and (row.name in busy or not busy)]
    if not sites:
        return None
    drawn = [lane for lane in lanes if lane.start in places and lane.end in places]
    labels, frame = Labels(plan, language), _Frame([places[row.name] for row in sites])
    scale = mass_scale([lane.amount_t for lane in drawn], language, units)
    figure = go.Figure()
    _add_land(figure, land(frame.beyond), LAND)
    _add_land(figure, inland_sea(frame.beyond), SEA)
    _add_lanes(
        figure, drawn, {row.name: frame.pixel(places[row.name]) for row in sites}, frame, labels, scale
    )
    _add_sites(figure, sites, places, _sizes(sites, busy), labels)
    _add_names(figure, sites, places, busy, frame, labels)
    _finish(figure, frame)
    amount = say("amount_in", language, unit=scale.unit)
    heads = [say(f"column.{name}", language) for name in ("from", "to", "carries")]
    rows = [
        (labels.name(lane.start), labels.name(lane.end), _carries(lane, labels), scale.of(lane.amount_t))
        for lane in drawn
    ]
    when = say("whole_horizon", language) if year is None else str(year)
    title = say("map.title", language, when=when)
    listed = pd.DataFrame(rows, columns=[*heads, amount])
    twin = twin_of("map", title, listed, [amount], 3 if scale.divisor >= 1e4 else 1)
    hidden = len(lanes) - len(drawn)
    note = say("map.note", language) + (say("map.hidden", language, count=hidden) if hidden else "")
    return Chart("map", title, note, figure, twin, (amount,), WIDTH_PX)


def case_map(case: Case, language: str, ways: Iterable[tuple[str, str]] = ()) -> Chart | None:
    """The sites of a case before anything is planned; `ways`: pairs of sites between which something may move."""
    sites = [
        row
        for row in case.sites
        if row.active and row.longitude_deg is not None and row.latitude_deg is not None
    ]
    places = {row.name: (row.longitude_deg or 0.0, row.latitude_deg or 0.0) for row in sites}
    if not sites:
        return None
    labels, frame = _CaseNames(language, case.labels(language)), _Frame(list(places.values()))
    figure = go.Figure()
    _add_land(figure, land(frame.beyond), LAND)
    _add_land(figure, inland_sea(frame.beyond), SEA)
    known = sorted({tuple(sorted(pair)) for pair in ways if set(pair) <= set(places) and pair[0] != pair[1]})
    _add_ways(figure, [(places[one], places[other]) for one, other in known], say("map.ways", language))
    _add_sites(figure, sites, places, _sizes(sites, {}), labels)
    _add_names(figure, sites, places, {}, frame, labels)
    _finish(figure, frame)
    heads = [say(f"column.{name}", language) for name in ("site", "site_kind", "east", "north")]
    rows = [(labels.name(row.name), say(f"site.{row.kind}", language), *places[row.name]) for row in sites]
    title = say("map.case_title", language)
    hidden = len(case.sites) - len(sites)
    note = say("map.without_position", language, count=hidden) if hidden else ""
    twin = twin_of("sites", title, pd.DataFrame(rows, columns=heads), heads[2:], 3)
    return Chart("sites", title, note, figure, twin, tuple(heads[2:]), WIDTH_PX)


class Names(Protocol):
    """What names are called on a map."""

    @property
    def language(self) -> str:
        """Of the labels."""
        ...

    def name(self, name: str) -> str:
        """The label of a site."""
        ...


@dataclass(frozen=True)
class _CaseNames:
    """Labels of a case that has no plan yet."""

    language: str
    words: Mapping[str, str]

    def name(self, name: str) -> str:
        """Its label, else its name."""
        return self.words.get(name, name)


def _add_ways(
    figure: go.Figure, ways: Sequence[tuple[tuple[float, float], tuple[float, float]]], name: str
) -> None:
    """Thin straight lines: nothing has been moved yet."""
    if ways:
        x, y = ([v for one, other in ways for v in (one[axis], other[axis], None)] for axis in (0, 1))
        look = {"mode": "lines", "hoverinfo": "skip", "line": {"color": COAST, "width": 0.9}}
        figure.add_trace(go.Scatter(x=x, y=y, name=name, **look))


def _lanes(case: Case, plan: Plan, year: int | None) -> list[_Lane]:
    """Tonnes per pair of sites and class, the most first; what carries no origin is goods."""
    periods = {period.name for period in case.periods if year in (None, period.year)}
    waste = dict(zip(plan.frames["streams"]["stream"], plan.frames["streams"]["waste_class"], strict=True))
    goods = {row.name for row in case.materials if row.unit != "t"}
    found: dict[tuple[str, str, str], float] = defaultdict(float)
    for row in plan.frames["flows"].to_dict("records"):
        if row["period"] in periods and row["stream"] not in goods:
            key = str(row["from_site"]), str(row["to_site"]), str(waste.get(row["stream"], ""))
            found[key] += float(row["flow_t"])
    lanes = [_Lane(*key, amount) for key, amount in found.items() if amount > 0.5]
    return sorted(lanes, key=lambda lane: -lane.amount_t)


def _busy(plan: Plan, lanes: Sequence[_Lane]) -> Mapping[str, float]:
    """Site → tonnes that arise there or pass it."""
    found: dict[str, float] = defaultdict(float)
    for site, amount in plan.frames["arisings"].groupby("site")["arising_t"].sum().items():
        found[str(site)] += float(amount)
    for lane in lanes:
        found[lane.start] += lane.amount_t
        found[lane.end] += lane.amount_t
    return found


def _add_land(figure: go.Figure, rings: Sequence[Ring], colour: str) -> None:
    if not rings:
        return
    x, y = (
        [value for ring in rings for value in (*(round(point[axis], 3) for point in ring), None)]
        for axis in (0, 1)
    )
    look = {"fill": "toself", "fillcolor": colour, "line": {"color": COAST, "width": 0.8}, "mode": "lines"}
    figure.add_trace(go.Scatter(x=x, y=y, hoverinfo="skip", showlegend=False, **look))


def _add_lanes(
    figure: go.Figure,
    lanes: Sequence[_Lane],
    pixels: Mapping[str, tuple[float, float]],
    frame: _Frame,
    labels: Labels,
    scale: Scale,
) -> None:
    """Bows by class and breadth, the broadest beneath; in the middle of each an arrow that can be pointed at."""
    most = max((lane.amount_t for lane in lanes), default=1.0)
    seen: set[str] = set()
    for breadth in reversed(range(len(BREADTHS))):
        for waste_class in dict.fromkeys(lane.waste_class for lane in lanes):
            own = [
                lane for lane in lanes if lane.waste_class == waste_class and _breadth(lane, most) == breadth
            ]
            if own:
                bows = [_bow(pixels[lane.start], pixels[lane.end]) for lane in own]
                name = _carries(own[0], labels)
                first = waste_class not in seen
                figure.add_trace(_curves(bows, frame, waste_class, BREADTHS[breadth], name, first=first))
                figure.add_trace(_arrows(own, bows, frame, labels, scale, name))
                seen.add(waste_class)


def _breadth(lane: _Lane, most: float) -> int:
    return min(int(sqrt(lane.amount_t / most) * len(BREADTHS)), len(BREADTHS) - 1)


def _bow(start: tuple[float, float], end: tuple[float, float]) -> np.ndarray:
    """Points of a curve that bends to the right of its way, pixels."""
    (x0, y0), (x1, y1) = start, end
    bend = (x0 + x1) / 2 - BOW * (y1 - y0) * 2, (y0 + y1) / 2 + BOW * (x1 - x0) * 2
    steps = np.linspace(0.0, 1.0, 15)[:, None]
    corners = np.array([start, bend, end])
    curve: np.ndarray = (
        (1 - steps) ** 2 * corners[0] + 2 * steps * (1 - steps) * corners[1] + steps**2 * corners[2]
    )
    return curve


def _curves(
    bows: Sequence[np.ndarray], frame: _Frame, waste_class: str, breadth: float, name: str, *, first: bool
) -> go.Scatter:
    x: list[float | None] = []
    y: list[float | None] = []
    for bow in bows:
        for pixel in bow:
            place = frame.degree((float(pixel[0]), float(pixel[1])))
            x.append(round(place[0], 4))
            y.append(round(place[1], 4))
        x.append(None)
        y.append(None)
    line = {"color": COLOURS.get(waste_class, OTHER), "width": breadth}
    look = {"mode": "lines", "line": line, "opacity": 0.75, "hoverinfo": "skip"}
    return go.Scatter(
        x=x, y=y, name=drawable(name), showlegend=first, legendgroup=waste_class or "goods", **look
    )


def _arrows(
    lanes: Sequence[_Lane],
    bows: Sequence[np.ndarray],
    frame: _Frame,
    labels: Labels,
    scale: Scale,
    name: str,
) -> go.Scatter:
    middle = [frame.degree((float(bow[8][0]), float(bow[8][1]))) for bow in bows]
    turned = [degrees(atan2(float(bow[9][0] - bow[7][0]), -float(bow[9][1] - bow[7][1]))) for bow in bows]
    long = [hypot(*(bow[-1] - bow[0])) > 24 for bow in bows]
    hover = [
        f"{drawable(labels.name(lane.start))} → {drawable(labels.name(lane.end))}<br>"
        f"{drawable(name)}: {scale.text(lane.amount_t)}"
        for lane in lanes
    ]
    colour = COLOURS.get(lanes[0].waste_class, OTHER)
    line = {"width": 0.8, "color": "white"}
    return go.Scatter(
        x=[place[0] for place in middle],
        y=[place[1] for place in middle],
        customdata=[scale.of(lane.amount_t) for lane in lanes],
        text=hover,
        hoverinfo="text",
        mode="markers",
        legendgroup=lanes[0].waste_class or "goods",
        showlegend=False,
        marker={
            "symbol": "arrow",
            "angle": turned,
            "size": [13 if far else 7 for far in long],
            "color": colour,
        }
        | {"line": line},
    )


def _sizes(sites: Sequence[Site], busy: Mapping[str, float]) -> dict[str, float]:
    """Pixels across the mark of a site: its area by the tonnes that arise there or pass it."""
    most = max((busy.get(row.name, 0.0) for row in sites), default=0.0) or 1.0
    return {row.name: LEAST_MARK + MORE_MARK * sqrt(busy.get(row.name, 0.0) / most) for row in sites}


def _add_sites(
    figure: go.Figure,
    sites: Sequence[Site],
    places: Mapping[str, tuple[float, float]],
    sizes: Mapping[str, float],
    labels: Names,
) -> None:
    for kind, symbol in SYMBOLS.items():
        own = [row for row in sites if row.kind == kind]
        if own:
            figure.add_trace(
                go.Scatter(
                    x=[places[row.name][0] for row in own],
                    y=[places[row.name][1] for row in own],
                    mode="markers",
                    name=say(f"site.{kind}", labels.language),
                    text=[drawable(labels.name(row.name)) for row in own],
                    hoverinfo="text",
                    marker={
                        "symbol": symbol,
                        "size": [sizes[row.name] for row in own],
                        "color": INK,
                        "opacity": 0.85,
                        "line": {"width": 1.2, "color": "white"},
                    },
                )
            )


def _add_names(
    figure: go.Figure,
    sites: Sequence[Site],
    places: Mapping[str, tuple[float, float]],
    busy: Mapping[str, float],
    frame: _Frame,
    labels: Names,
) -> None:
    """Names where there is room, the plants with the most waste first."""
    order = sorted(range(len(sites)), key=lambda k: -busy.get(sites[k].name, 0.0))
    pixels = [frame.pixel(places[row.name]) for row in sites]
    names = [labels.name(row.name) for row in sites]
    sizes = _sizes(sites, busy)
    half = [sizes[row.name] / 2 for row in sites]
    look = {"showarrow": False, "font": {"size": 11, "color": INK}, "bgcolor": HALO, "borderpad": 0}
    notes = []
    for placed in place_names(pixels, half, names, order, (WIDTH_PX, frame.height)):
        x, y = frame.degree((placed.x, placed.y))
        notes.append({"x": x, "y": y, "text": "<br>".join(drawable(line) for line in placed.lines)} | look)
    figure.update_layout(annotations=notes)


def _finish(figure: go.Figure, frame: _Frame) -> None:
    west, east, south, north = frame.window
    figure.update_xaxes(visible=False, fixedrange=True, range=[west, east])
    figure.update_yaxes(visible=False, fixedrange=True, range=[south, north])
    figure.update_layout(
        width=WIDTH_PX,
        height=int(frame.height) + LEGEND_PX,
        margin={"l": 0, "r": 0, "t": 0, "b": LEGEND_PX},
        font={"family": FONT, "size": 13, "color": INK},
        paper_bgcolor="white",
        plot_bgcolor=SEA,
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": -0.01, "yanchor": "top"}
        | {"itemclick": False, "itemsizing": "constant"},
        hovermode="closest",
    )


def _carries(lane: _Lane, labels: Labels) -> str:
    return labels.word("class", lane.waste_class) if lane.waste_class else say("goods", labels.language)
