"""Charts: each draws what its table holds, in words of the language, in colours that anybody tells apart."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import replace

import pandas as pd
import plotly.graph_objects as go
import pytest
from tests.jobs import cases
from tests.report.paper import SETTING, plan

from redmud_opt.case import Case, load_case
from redmud_opt.case.bundle import bundled
from redmud_opt.jobs import Exit, RunFolder, run
from redmud_opt.plan import Plan
from redmud_opt.report.charts import Chart, charts_of, front_chart, site_map
from redmud_opt.report.charts.base import SERIES
from redmud_opt.report.charts.calendar import DAY_MS, permit_calendar
from redmud_opt.report.charts.coast import Window, clipped, land
from redmud_opt.report.charts.names import LINE_PX, place_names, width_px
from redmud_opt.report.figures import value_scale
from redmud_opt.report.layout import throughput
from redmud_opt.report.sankey import merged, trace
from redmud_opt.study.front import Front, Point

LANGUAGES = ("en", "zh")


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, Plan]:
    """The starter case with positions, a hostile name and a permit for what leaves it."""
    home = tmp_path_factory.mktemp("charts")
    cases.starter(home / "case")
    assert run(home / "case", out=home / "run").exit is Exit.PLAN
    return load_case(home / "case"), RunFolder(home / "run").read_plan()


@pytest.fixture(scope="module", params=LANGUAGES)
def charts(request: pytest.FixtureRequest, held: tuple[Case, Plan]) -> dict[str, Chart]:
    return {chart.name: chart for chart in charts_of(*held, request.param)}


def sums(chart: Chart) -> float:
    """What the figure draws, from its traces alone."""
    total = 0.0
    for trace_ in chart.figure.data:
        match trace_:
            case go.Bar() if trace_.base is not None:
                total += sum(trace_.x) / DAY_MS
            case go.Bar():
                total += sum(trace_.x if trace_.orientation == "h" else trace_.y)
            case go.Waterfall():
                total += sum(
                    x for x, measure in zip(trace_.x, trace_.measure, strict=True) if measure == "relative"
                )
            case go.Heatmap():
                total += sum(cell for row in trace_.z for cell in row if cell is not None)
            case go.Scatter() if chart.name.startswith("rates"):
                total += sum(trace_.y)
            case go.Scatter() if chart.name == "map" and trace_.customdata is not None:
                total += sum(trace_.customdata)
    return total


def words(chart: Chart) -> str:
    figure = chart.figure.layout
    names = [str(trace_.name) for trace_ in chart.figure.data]
    notes = [note.text for note in figure.annotations]
    return " ".join([chart.title, chart.note, *map(str, chart.twin.frame.columns), *names, *notes])


def test_the_charts_of_the_starter(charts: dict[str, Chart]) -> None:
    assert {
        "map",
        "bridge",
        "destinations_red_mud",
        "rates_red_mud",
        "sankey_red_mud",
        "served_red_mud",
    } <= set(charts)
    for chart in charts.values():
        assert chart.figure.data
        assert len(chart.twin.frame)


def test_every_figure_draws_what_its_table_holds(charts: dict[str, Chart]) -> None:
    for name, chart in charts.items():
        if not name.startswith("sankey"):
            table = float(chart.twin.frame[list(chart.amounts)].sum().sum())
            assert sums(chart) == pytest.approx(table, rel=1e-9), name
            assert table != 0.0, name


def test_no_untranslated_key(charts: dict[str, Chart]) -> None:
    for chart in charts.values():
        assert not re.search(r"charts\.|report\.|\{\w*\}", words(chart)), chart.name


def test_the_bridge_ends_at_the_value(held: tuple[Case, Plan], charts: dict[str, Chart]) -> None:
    scale = value_scale(held[1], "zh" if "价值" in charts["bridge"].title else "en")
    assert sums(charts["bridge"]) * scale.divisor == pytest.approx(held[1].value_cny, rel=1e-6)


def test_names_are_drawn_as_they_stand(held: tuple[Case, Plan]) -> None:
    case, found = held
    hostile = {"en": dict(found.labels["en"]) | {row.name: "<script>x</script>" for row in case.sites}}
    chart = site_map(case, replace(found, labels=hostile), "en")
    assert chart is not None
    assert "&lt;script&gt;" in words(chart)
    assert "<script" not in chart.figure.to_json()


def test_a_case_without_positions_has_no_map(held: tuple[Case, Plan]) -> None:
    case, found = held
    nowhere = tuple(replace(row, longitude_deg=None) for row in case.sites)
    assert site_map(replace(case, sites=nowhere), found, "en") is None


# ---------------------------------------------------------------- the parts


def test_boxes_put_together_stay_in_balance() -> None:
    links = trace(plan(), SETTING, "red_mud")
    found = merged(links, lambda node, _: replace(node, site=""), lambda link: link.material)
    for node in throughput(found):
        come = sum(link.amount_t for link in found if link.end == node)
        gone = sum(link.amount_t for link in found if link.start == node)
        if come and gone:
            assert come == pytest.approx(gone)
    ends = {"placed", "put", "outlet", "market", "lost", "inside"}
    before, after = (sum(x.amount_t for x in some if x.end.kind in ends) for some in (links, found))
    assert after == pytest.approx(before)


def test_a_front_has_its_points_in_the_table() -> None:
    points = tuple(
        Point(
            k,
            goals={"value": 1e6 * (5 - k), "utilisation": 100.0 * k, "emissions": 1.0},
            main=1e6 * (5 - k),
            bound=1e6 * (5.5 - k),
            audit_passed=True,
        )
        for k in (1, 2, 3)
    )
    chart = front_chart(Front("c", ("value", "utilisation"), points, 3), "zh")
    assert chart is not None
    assert list(chart.figure.data[0].y) == [4.0, 3.0, 2.0]
    assert list(chart.twin.frame[chart.amounts[0]]) == [4.0, 3.0, 2.0]
    assert front_chart(Front("c", ("value", "utilisation", "emissions"), points, 3), "zh") is None


def test_a_window_cuts_a_square() -> None:
    """Square (0,0)-(2,2) cut to 1 ≤ x ≤ 3, −1 ≤ y ≤ 1: the square (1,0)-(2,1), area 1."""
    found = clipped(((0, 0), (2, 0), (2, 2), (0, 2)), Window(1, 3, -1, 1))
    area = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in itertools.pairwise([*found, found[0]])) / 2
    assert abs(area) == pytest.approx(1.0)
    assert {(x, y) for x, y in found} == {(1, 0), (2, 0), (2, 1), (1, 1)}


def test_the_land_has_a_source_and_is_small() -> None:
    file = bundled("map/land.json")
    assert file.stat().st_size < 300_000
    head = file.read_text(encoding="utf-8")[:1500]
    assert "Natural Earth" in head
    assert "licence" in head
    assert len(land(Window(106, 110, 20.5, 25))) >= 1  # Guangxi and its coast
    assert land(Window(-150, -140, -40, -30)) == []  # the open Pacific


def test_names_beside_points_do_not_meet() -> None:
    points = [(50.0 + 9 * k, 60.0 + 5 * (k % 3)) for k in range(12)]
    placed = place_names(points, [5.0] * 12, ["A name of a plant"] * 12, range(12), (400.0, 200.0))
    assert 2 <= len(placed) < 12
    boxes = [(p.x, p.y, max(map(width_px, p.lines)), LINE_PX * len(p.lines)) for p in placed]
    for (x0, y0, w0, h0), (x1, y1, w1, h1) in itertools.combinations(boxes, 2):
        assert abs(x0 - x1) >= (w0 + w1) / 2 - 1e-9 or abs(y0 - y1) >= (h0 + h1) / 2 - 1e-9


DEUTAN = ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))
PROTAN = ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998))

TO_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))


@pytest.mark.parametrize("eye", [DEUTAN, PROTAN, ((1, 0, 0), (0, 1, 0), (0, 0, 1))])
def test_colours_are_told_apart_with_any_colour_vision(eye: tuple[tuple[float, ...], ...]) -> None:
    """At least 15 apart in CIELAB, as seen after Machado, Oliveira and Fernandes (2009), severity 1."""

    def mixed(matrix: tuple[tuple[float, ...], ...], values: list[float]) -> list[float]:
        return [sum(a * b for a, b in zip(row, values, strict=True)) for row in matrix]

    def lab(colour: str) -> tuple[float, float, float]:
        raw = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in raw]
        seen = [max(0.0, v) for v in mixed(eye, linear)]
        ratios = [v / white for v, white in zip(mixed(TO_XYZ, seen), (0.9505, 1.0, 1.089), strict=True)]
        x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in ratios)
        return 116 * y - 16, 500 * (x - y), 200 * (y - z)

    for one, other in itertools.combinations(SERIES, 2):
        assert math.dist(lab(one), lab(other)) > 15, (one, other)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_permit_that_the_case_only_assumes_is_marked(language: str) -> None:
    """Two permits are used by half; one has evidence `assumed`, the other states none: the planner's own."""
    case = load_case(bundled("guangxi"))
    first, second = case.permits[0], replace(case.permits[1], evidence="")
    assert first.evidence == "assumed"
    used = pd.DataFrame({"permit": [first.name, second.name], "used_t": 1.0, "allowed_t": 2.0})
    on_paper = plan()
    made = replace(on_paper, frames={**on_paper.frames, "permits": used})
    chart = permit_calendar(replace(case, permits=(first, second)), made, language)
    assert chart is not None
    mark = {"en": " (assumed)", "zh": "（假设）"}[language]
    assert set(chart.twin.frame.iloc[:, 0]) == {first.name + mark, second.name}
