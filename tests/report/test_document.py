"""The report as a file: one page, no request, every figure with its table, whatever the case calls its things."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import pytest
from plotly.offline import get_plotlyjs
from tests.jobs import cases
from tests.report.test_charts import sums

import redmud_opt
from redmud_opt.case import CaseFaults
from redmud_opt.case.rules import Permit
from redmud_opt.cli import main
from redmud_opt.jobs import Exit, RunFolder, reporting, run
from redmud_opt.jobs.exporting import export
from redmud_opt.jobs.reporting import report_run
from redmud_opt.jobs.taking import Held, take
from redmud_opt.report.charts import charts_of
from redmud_opt.report.document import browser, html, printing, studies
from redmud_opt.report.document.binding import binding
from redmud_opt.report.document.blocks import Figure, figure_of, table_of
from redmud_opt.report.document.html import css_text
from redmud_opt.report.document.plants import validity
from redmud_opt.report.loading import book_of, loading
from redmud_opt.report.overview import destination_kinds
from redmud_opt.report.studies.telling import Picture
from redmud_opt.report.tables import View
from redmud_opt.study.front import Front, Point

HOSTILE = '</script><script>alert("x")</script>'
SECRET = 'Internal "only" </style><img src=x onerror=alert(1)>'
VOID = {"meta", "br", "img", "link", "input", "hr"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the starter case whose names and classification try to be markup."""
    found = tmp_path_factory.mktemp("document")
    cases.starter(found / "case")
    cases.edit(found / "case", "sites", lambda row: row.update(label_en=f"{row['label_en']} {HOSTILE}"))
    with (found / "case" / "case.yaml").open("a", encoding="utf-8") as file:
        file.write(f"classification: {json.dumps(SECRET)}\n")
    assert run(found / "case", out=found / "run").exit is Exit.PLAN
    told = {
        lang: {"heading": {"text": f"H {HOSTILE}"}, "lines": [{"text": "first"}]} for lang in ("en", "zh")
    }
    (found / "run" / "explained").mkdir()
    RunFolder(found / "run").write_json("explained/worth.json", told)
    return found


class Reader(HTMLParser):
    """Tags with their attributes, text outside scripts and styles, scripts; fails on what is not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.scripts: list[tuple[dict[str, str], str]] = []
        self.styles: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        inside = self.open[-1] if self.open else ""
        if inside == "script":
            self.scripts.append((self.tags[-1][1], data))
        elif inside == "style":
            self.styles.append(data)
        else:
            self.words.append(data)


def read(words: str) -> Reader:
    reader = Reader()
    reader.feed(words)
    assert reader.open == []
    return reader


@pytest.fixture(scope="module", params=["en", "zh"])
def page(request: pytest.FixtureRequest, home: Path) -> tuple[Held, str, Reader]:
    held = take(home / "run", request.param)
    words = html(held.case, held.plan, request.param, held.answers)
    return held, words, read(words)


def test_nothing_is_fetched_and_no_name_is_markup(page: tuple[Held, str, Reader]) -> None:
    reader = page[2]
    assert {tag for tag, _ in reader.tags}.isdisjoint({"img", "link", "iframe", "object", "embed"})
    assert not [
        attrs for _, attrs in reader.tags if "src" in attrs or any(name.startswith("on") for name in attrs)
    ]
    links = [attrs["href"] for _, attrs in reader.tags if "href" in attrs]
    names = [attrs.get("id") for _, attrs in reader.tags]
    assert links
    assert all(link[1:] in names and link.startswith("#") for link in links)
    own = [data for attrs, data in reader.scripts if not data.startswith(get_plotlyjs()[:200])]
    assert len(own) == len(reader.scripts) - 1
    assert not [data for data in own if "http" in data or ("alert(" in data and "\\u003c" not in data)]
    assert not re.search(r"url\(|@import|http", "".join(reader.styles))
    policy = next(a["content"] for tag, a in reader.tags if tag == "meta" and "http-equiv" in a)
    assert policy.startswith("default-src 'none'")


def test_hostile_words_stand_as_they_are(page: tuple[Held, str, Reader]) -> None:
    held, _, reader = page
    text = " ".join(reader.words)
    assert text.count(SECRET) == 2  # above and below; on paper by the style sheet
    assert f"H {HOSTILE}" in text
    if held.language == "en":
        assert f"Alumina refinery {HOSTILE}" in text


def test_a_style_sheet_string_cannot_be_left() -> None:
    words = css_text('a"b\\</style>\n')
    assert words[0] == words[-1] == '"'
    assert not set(words[1:-1]) & set('"<>\n')
    assert words[1:-1] == "a\\22 b\\5c \\3c \\2f style\\3e \\a "


def test_no_untranslated_key(page: tuple[Held, str, Reader]) -> None:
    reader = page[2]
    words = " ".join([*reader.words, *(attrs.get("aria-label", "") for _, attrs in reader.tags)])
    assert not re.search(r"\b(document|charts|report|plan|planbook|evidence|fields)\.[a-z_]+|\{\w*\}", words)


def test_every_figure_has_data_and_a_table(page: tuple[Held, str, Reader]) -> None:
    held, words, reader = page
    charts = {chart.name: chart for chart in charts_of(held.case, held.plan, held.language)}
    drawn = re.findall(
        r'<figure data-chart="(\w+)">.*?<div id="(f\d+)".*?</figure>\s*<div class="figure-table', words, re.S
    )
    assert {name for name, _ in drawn} == set(charts)
    data = {attrs["data-for"]: json.loads(text) for attrs, text in reader.scripts if "data-for" in attrs}
    for name, number in drawn:
        figure = go.Figure(data[number])
        assert figure.data, name
        if not name.startswith("sankey"):
            assert sums(replace(charts[name], figure=figure)) == pytest.approx(sums(charts[name])), name


def test_tables_beside_figures_hold_their_sums(page: tuple[Held, str, Reader]) -> None:
    held = page[0]
    for chart in charts_of(held.case, held.plan, held.language):
        figure = figure_of(chart, held.language)
        assert isinstance(figure, Figure)
        shown, count = 0.0, 0
        for row in figure.table.rows:
            for head, cell in zip(figure.table.heads, row, strict=True):
                if head in chart.amounts and cell != "–":
                    shown, count = shown + float(cell.replace("−", "-").replace(",", "")), count + 1
        decimals = min(chart.twin.numbers[head] for head in chart.amounts)
        exact = float(chart.twin.frame[list(chart.amounts)].sum().sum())
        assert shown == pytest.approx(exact, abs=0.5 * 10.0**-decimals * count + 1e-9), chart.name


def test_rows_beyond_the_last_are_summed_up() -> None:
    frame = pd.DataFrame({"what": list("abcde"), "t": [5.0, 4.0, 3.0, 2.0, 1.0], "share": [1.0] * 5})
    table = table_of(View("x", "X", frame, {"t": 0, "share": 0}), "en", ("t",), most=3)
    assert table.rows[-1] == ("2 more", "3", "")
    assert len(table.rows) == 4


def test_a_front_and_a_study_stand_under_what_is_unsure(
    page: tuple[Held, str, Reader], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Asked:
        def title(self, language: str) -> str:
            return f"Study <{language}>"

    bars = Picture(
        "Tornado", go.Figure(go.Bar(x=[1.0], y=["a"])).update_layout(height=200), pd.DataFrame({"p": [1]})
    )
    alone = Picture("Failures", None, pd.DataFrame({"q": ["<b>"]}))
    monkeypatch.setattr(studies, "pictures", lambda results, language: [bars, alone])
    held = page[0]
    point = Point(
        1, goals={"value": 2e6, "utilisation": 3.0, "emissions": 1.0}, builds=("hgms",), audit_passed=True
    )
    front = Front("c", ("value", "utilisation"), (replace(point, main=2e6, bound=2e6),), 1)
    more = (*studies.of_front(front, held.case, "en"), *studies.of_study(Asked(), "en"))  # type: ignore[arg-type]
    words = html(held.case, held.plan, "en", (), more)
    text = " ".join(read(words).words)
    assert (
        words.index('id="unsure"') < words.index('data-chart="front"') < words.index('data-chart="study_1"')
    )
    assert words.index('data-chart="study_1"') < words.index('id="plants"')
    assert "Study <en>" in text
    assert "<b>" in text


# ---------------------------------------------------------------- writing it


def test_written_whole_and_never_over_another(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plan.html"
    assert main(["report", str(home / "run"), str(file), "--json", "--lang", "zh"]) == 0
    assert file.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    record = json.loads(capsys.readouterr().out)
    assert (record["file"], record["bytes"]) == (str(file), file.stat().st_size)
    with pytest.raises(CaseFaults):
        redmud_opt.write_report(home / "run", file)
    for target in (tmp_path / "plan.docx", tmp_path / "plan"):
        assert report_run(home / "run", target).exit is Exit.FAULTS
    assert report_run(home / "case", tmp_path / "b.html").exit is Exit.FAULTS
    assert report_run(home / "run", tmp_path / "nowhere" / "b.html").exit is Exit.FAULTS
    assert report_run(home / "run", tmp_path / "b.html", front=tmp_path).exit is Exit.FAULTS
    assert report_run(home / "run", tmp_path / "b.html", study=tmp_path).exit is Exit.FAULTS
    assert [path.name for path in tmp_path.iterdir()] == ["plan.html"]


def test_without_chromium_a_pdf_is_one_clear_fault(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert browser() is None
    assert main(["report", str(home / "run"), str(tmp_path / "plan.pdf")]) == Exit.FAULTS
    said = capsys.readouterr().err
    assert "Chromium" in said
    assert ".html" in said
    with pytest.raises(CaseFaults):
        export(home / "run", tmp_path / "plan.pdf", "zh", "report")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_extra_is_named_and_no_other_module() -> None:
    with pytest.raises(CaseFaults, match="jinja2"), reporting.extras():
        raise ModuleNotFoundError(name="jinja2")
    with pytest.raises(ModuleNotFoundError), reporting.extras():
        raise ModuleNotFoundError(name="redmud_opt.gone")


def test_a_browser_that_leaves_nothing_behind_is_a_fault(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "chromium"
    fake.write_text("#!/bin/sh\necho 'no display' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setattr(printing, "browser", lambda: str(fake))
    written = report_run(home / "run", tmp_path / "plan.pdf")
    assert written.faults is not None
    assert "no display" in written.words("en")
    assert [path.name for path in tmp_path.iterdir()] == ["chromium"]


@pytest.mark.slow
@pytest.mark.journey
def test_a_pdf_is_printed(home: Path, tmp_path: Path) -> None:
    file = redmud_opt.write_report(home / "run", tmp_path / "plan.pdf", "zh")
    found = file.read_bytes()
    assert found.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", found)) >= 6
    assert [path.name for path in tmp_path.iterdir()] == ["plan.pdf"]


def test_whatever_is_full_limits_the_plan(home: Path) -> None:
    """A line that runs all it can; an outlet whose limit is in tonnes as received: 10 % of concentrate is water."""
    held = take(home / "run", "en")
    loads = loading(book_of(held.case, held.plan))
    full = set(loads.loc[loads["share"] >= 0.995, "item"])
    assert "press" in full
    assert ["Line at full capacity", "press", "2026"] in binding(
        held.case, held.plan, "en"
    ).to_numpy().tolist()
    sold = held.plan.frames["sales"].groupby("outlet")["sold"].sum()["steelworks"]
    wet = tuple(
        replace(row, max_t=sold / 0.9, basis="as_received") if row.name == "steelworks" else row
        for row in held.case.outlets
    )
    found = binding(replace(held.case, outlets=wet), held.plan, "en").to_numpy().tolist()
    assert ["Outlet sold out", "Steelworks", "2026"] in found


def test_a_destination_without_a_method_is_called_by_its_label(home: Path) -> None:
    held = take(home / "run", "en")
    bare = replace(held.case, methods=())
    kinds = set(destination_kinds(bare, held.plan, "en")["kind"])
    assert "Unfired brick" in kinds
    assert not kinds & {row.name for row in (*bare.processes, *bare.outlets)}


def test_validity_ends_with_the_last_day() -> None:
    """A case states the day after the last; papers name the last."""
    permit = Permit(
        name="p",
        receiver="r",
        code="900-000-48",
        amount_t_per_a=1.0,
        valid_from=date(2026, 1, 1),
        valid_to=date(2027, 1, 1),
    )
    assert validity(permit) == "2026-01-01 – 2026-12-31"
    assert validity(replace(permit, valid_from=None, valid_to=None)) == "… – …"
