"""Figures: every box labelled, nothing on top of another, names drawn as they stand."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import plotly.graph_objects as go
import pytest
from tests.report.paper import LABELS, SETTING, plan

from redmud_opt.report.boxes import box_name, wrapped
from redmud_opt.report.figures import SMALL, drawn, least_width, sankey, value_bars
from redmud_opt.report.labels import Labels
from redmud_opt.report.layout import GAP, columns, layout, throughput
from redmud_opt.report.sankey import Link, Node, trace

LINKS = trace(plan(), SETTING, "red_mud")


def words_of(figure: go.Figure) -> str:
    return " ".join(note.text for note in figure.layout.annotations)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_box_has_a_label_with_its_amount(language: str) -> None:
    labels = Labels(plan(), language)
    figure = sankey(LINKS, labels)
    boxes = throughput(drawn(LINKS))
    assert len(figure.layout.annotations) == len(boxes)
    assert all(
        any(box_name(node, labels).split("\n")[0].split()[0] in n.text for n in figure.layout.annotations)
        for node in boxes
    )
    assert all("<b>" in note.text for note in figure.layout.annotations)


def test_label_has_place_and_tonnes() -> None:
    words = words_of(sankey(LINKS, Labels(plan(), "en")))
    assert "Mill<br>Refinery<br><b>200 t</b>" in words
    assert "From stock: Yard<br><b>40.0 t</b>" in words
    assert "磨选<br>氧化铝厂<br><b>200 吨</b>" in words_of(sankey(LINKS, Labels(plan(), "zh")))


def test_a_trace_per_ribbon_and_box() -> None:
    shown = drawn(LINKS)
    figure = sankey(LINKS, Labels(plan(), "en"))
    assert len(figure.data) == len(shown) + len(throughput(shown))
    assert all(trace_.hoveron == "fills" and trace_.text for trace_ in figure.data)


def test_small_links_are_left_to_the_table() -> None:
    a, b, c = Node("generated", "mud", "R"), Node("put", "yard"), Node("outlet", "road")
    links = [Link(a, b, "mud", 1000.0), Link(a, c, "mud", 1000 * SMALL / 2)]
    assert drawn(links) == links[:1]


def test_names_are_drawn_as_they_stand() -> None:
    labels = {"en": LABELS["en"] | {"mill": "<a href='x'>Mill</a> & Co"}}
    words = words_of(sankey(LINKS, Labels(replace(plan(), labels=labels), "en")))
    assert "<a" not in words
    assert "&lt;a" in words
    assert "&amp; Co" in words


def test_nothing_to_draw_is_an_empty_figure() -> None:
    assert len(sankey([], Labels(plan(), "en")).data) == 0


def test_wide_enough_for_its_columns() -> None:
    count = 1 + max(columns(drawn(LINKS)).values())
    assert least_width(LINKS) >= 156 * count


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("Tailings of magnetic separation", ["Tailings of", "magnetic", "separation"]),
        ("平果电解铝厂（40万吨）的残渣", ["平果电解铝厂", "（40万吨）的", "残渣"]),
        ("first\nsecond", ["first", "second"]),
        ("45 % iron", ["45\u00a0% iron"]),
    ],
)
def test_labels_break_where_one_may_break(words: str, lines: list[str]) -> None:
    assert wrapped(words, 12) == lines


# ---------------------------------------------------------------- where things stand


def test_boxes_and_labels_of_a_column_keep_clear_of_each_other() -> None:
    place = layout(LINKS, dict.fromkeys(throughput(LINKS), 3))
    for column in range(place.columns):
        stack = sorted((box for box in place.boxes if box.column == column), key=lambda box: box.top)
        for upper, lower in pairwise(stack):
            assert lower.top - lower.label >= upper.top + upper.height + GAP - 1e-6
    assert min(box.top - box.label for box in place.boxes) >= -1e-6
    assert max(box.top + box.height for box in place.boxes) <= place.height


def test_ribbons_fill_their_boxes() -> None:
    place = layout(LINKS, dict.fromkeys(throughput(LINKS), 1))
    for box in place.boxes:
        for side, end in (("start", "start"), ("end", "end")):
            mine = [r for r in place.ribbons if getattr(r.link, side) == box.node]
            if mine:
                assert sum(r.thickness for r in mine) <= box.height + 1e-6
                assert min(getattr(r, end) for r in mine) == pytest.approx(box.top)


def test_links_run_to_the_right() -> None:
    place = layout(LINKS, dict.fromkeys(throughput(LINKS), 1))
    assert all(ribbon.columns[0] < ribbon.columns[1] for ribbon in place.ribbons)


def test_what_ends_a_way_stands_in_the_last_column() -> None:
    found = columns(LINKS)
    ends = {link.end for link in LINKS} - {link.start for link in LINKS}
    assert {found[node] for node in ends} == {max(found.values())}


def test_a_ring_is_drawn_too() -> None:
    a, b, c = (Node("waste", "mud", site) for site in "ABC")
    ring = [Link(a, b, "mud", 5.0), Link(b, a, "mud", 2.0), Link(b, c, "mud", 3.0)]
    place = layout(ring, dict.fromkeys((a, b, c), 1))
    assert len(place.boxes) == 3


# ---------------------------------------------------------------- value


def test_value_bars_are_the_terms() -> None:
    bars = value_bars(plan(), "en").data[0]
    assert list(bars.y) == ["Sales  <b>9.00</b>", "Processing  <b>−2.00</b>"]
    assert list(bars.x) == pytest.approx([9.0, -2.0])


def test_value_bars_speak_chinese() -> None:
    bars = value_bars(plan(), "zh").data[0]
    assert list(bars.x) == pytest.approx([900.0, -200.0])
    assert bars.y[0] == "销售收入  <b>900</b>"
