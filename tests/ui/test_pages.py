"""Every page in both languages, with a plan and without; what pages share: the address and the units."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from tests.jobs.cases import starter
from tests.ui.conftest import run_of

from redmud_opt.i18n import LANGUAGES, Message, template
from redmud_opt.jobs import RunFolder, RunOptions, RunStatus
from redmud_opt.jobs.history import describe, entries, trashed
from redmud_opt.jobs.slots import try_lock
from redmud_opt.ui import results
from redmud_opt.ui.pages import PAGES
from redmud_opt.ui.words import Words

Open = Callable[..., AppTest]
both = pytest.mark.parametrize("lang", LANGUAGES)


def text_of(test: AppTest) -> str:
    kinds = ("markdown", "caption", "error", "warning", "info", "success", "metric")
    return "\n".join(str(element.value) for kind in kinds for element in getattr(test, kind))


@both
@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_every_page_with_a_plan_and_without(page: Open, grown_run: Path, name: str, lang: str) -> None:
    for address in ({}, {"run": grown_run.name}, {"run": "gone"}):
        test = page(name, lang=lang, case="growing", **address)
        assert not test.exception, address
        title = template(f"ui.page_{name}", lang)
        assert f"## {title}" in [element.value for element in test.markdown], address
        if lang == "en":
            assert not re.search("[\u4e00-\u9fff]", text_of(test)), address


def test_the_address_is_taken_along_to_every_page(page: Open, grown_run: Path) -> None:
    kept = {"lang": "zh", "units": "10k", "case": "growing", "run": grown_run.name}
    test = page(**kept)
    links = [link.proto for link in test.get("page_link")]
    menu = {page.name: page.icon for page in PAGES[1:]}
    asked = [
        link for link in links if menu.get(link.page) == link.icon
    ]  # alarms lead to the last run of the case
    assert len(asked) == len(PAGES) - 1
    for link in asked:
        assert all(f"{name}={value}" in link.query_string for name, value in kept.items()), link


def test_what_the_frame_drops_comes_back(page: Open, grown_run: Path) -> None:
    test = page(lang="zh", units="10k", case="growing", run=grown_run.name)
    test.query_params.clear()
    test.run()
    kept = {name: value if isinstance(value, str) else value[0] for name, value in test.query_params.items()}
    assert kept == {"lang": "zh", "units": "10k", "case": "growing", "run": grown_run.name}


@pytest.mark.parametrize(
    ("lang", "units", "value"),
    [
        ("zh", "10k", "万元"),
        ("zh", "1", "元"),
        ("en", "10k", "10⁴ CNY"),
        ("en", "1", "CNY"),
        ("en", "auto", "M CNY"),
    ],
)
def test_units_are_those_that_were_chosen(
    page: Open, grown_run: Path, lang: str, units: str, value: str
) -> None:
    test = page("plan", lang=lang, units=units, case="growing", run=grown_run.name)
    figure, _, unit = test.metric[0].value.partition(" ")
    assert unit == value
    assert abs(float(figure.replace(",", "").replace("−", "-"))) == pytest.approx(
        {"10k": 1386, "1": 13.86e6, "auto": 13.9}[units], rel=0.01
    )


@pytest.mark.parametrize(("units", "unit"), [("auto", "M CNY"), ("10k", "10⁴ CNY"), ("1", "CNY")])
def test_charts_are_in_the_units_that_were_chosen(page: Open, grown_run: Path, units: str, unit: str) -> None:
    test = page("plan", lang="en", units=units, case="growing", run=grown_run.name, view="money")
    specs = [json.loads(chart.proto.spec) for chart in test.get("plotly_chart")]
    titles = {spec["layout"]["xaxis"].get("title", {}).get("text") for spec in specs}
    assert unit in titles


@both
def test_flows_are_dry_or_wet_as_they_were_asked_for(page: Open, grown_run: Path, lang: str) -> None:
    test = page("plan", lang=lang, case="growing", run=grown_run.name, view="ways")
    whole = {}
    for basis in ("dry", "wet"):
        test.segmented_control(key="flow_basis").set_value(basis).run()
        assert not test.exception
        assert any(str(template(f"ui.flows_{basis}", lang)).strip() in box.value for box in test.caption)
        named = template(f"report.column.links.{'wet_t' if basis == 'wet' else 'amount_t'}", lang)
        (table,) = [frame.value for frame in test.dataframe if named in frame.value.columns]
        whole[basis] = table[named].sum()
    assert whole["wet"] > 1.05 * whole["dry"]


def test_the_switch_of_units_stands_in_the_address(page: Open) -> None:
    test = page("about", lang="en")
    test.segmented_control(key="units").set_value("10k").run()
    assert test.query_params["units"] in ("10k", ["10k"])


# ---------------------------------------------------------------- run


@both
def test_what_is_asked_reaches_the_run(page: Open, runs: Path, grown_run: Path, lang: str) -> None:
    test = page("run", lang=lang, case="growing")
    test.selectbox(key="objective").set_value("utilisation")
    test.selectbox(key="baseline").set_value(grown_run.name).run()
    test.number_input(key="freeze").set_value(1)
    test.button(key="run_button").click().run()
    assert not test.exception
    name = test.query_params["run"]
    _, options = RunFolder(runs / (name if isinstance(name, str) else name[0])).read_request()
    assert options.objective == "utilisation,value"
    assert options.baseline == str(grown_run.resolve())
    assert options.freeze == 1


@both
def test_a_waiting_run_tells_its_place(page: Open, runs: Path, lang: str) -> None:
    folder = RunFolder(runs / f"waiting-{lang}")
    folder.path.mkdir()
    folder.write_request("guangxi", RunOptions())
    folder.write_status(RunStatus("queued", "", 0.0, None, None, time.time()))
    slots = runs / ".slots"
    slots.mkdir(exist_ok=True)
    tickets = [slots / f"{0:020d}-other.ticket", slots / f"{1:020d}-{folder.path.name}.ticket"]
    held = [try_lock(ticket) for ticket in tickets]
    try:
        test = page("run", lang=lang, case="guangxi", run=folder.path.name)
    finally:
        for ticket, file in zip(tickets, held, strict=True):
            ticket.unlink()
            assert file is not None
            file.close()
    folder.write_status(RunStatus("cancelled", "", 0.0, None, 130, time.time()))
    assert {"en": "before this run: 1", "zh": "前面还有 1 个"}[lang] in text_of(test)


# ---------------------------------------------------------------- history


def kept_run(runs: Path, name: str, state: str = "cancelled") -> Path:
    folder = RunFolder(runs / name)
    folder.path.mkdir()
    folder.write_request("guangxi", RunOptions())
    folder.write_status(RunStatus(state, "solve", 1.0, None, 130, time.time()))
    return folder.path


def names_in(test: AppTest) -> list[str]:
    return list(test.selectbox(key="one_run_0").options)


@both
def test_a_run_gets_a_title_and_a_note(page: Open, runs: Path, lang: str) -> None:
    folder = kept_run(runs, f"titled-{lang}")
    test = page("history", lang=lang, run=folder.name)
    assert test.selectbox(key="one_run_0").value == folder.name
    test.text_input[1].set_value("<b>Base</b> *case*")
    test.text_area[0].set_value("agreed")
    save = template("ui.save", lang)
    next(button for button in test.button if button.label == save).click().run()
    assert not test.exception
    (found,) = [entry for entry in entries(runs) if entry.name == folder.name]
    assert (found.title, found.note) == ("<b>Base</b> *case*", "agreed")
    assert "<b>Base</b> *case*" in test.dataframe[0].value.iloc[:, 0].tolist()


def test_runs_are_found_by_words_and_state(page: Open, runs: Path, grown_run: Path) -> None:
    folder = kept_run(runs, "searched")
    describe(folder, title="Wet Year", note="high stand of water")
    test = page("history", lang="en")
    test.text_input(key="filter").set_value("year WATER").run()
    assert names_in(test) == ["Wet Year · searched"]
    test.text_input(key="filter").set_value("").run()
    test.pills(key="states").set_value(["optimal"]).run()
    assert grown_run.name in names_in(test)
    assert "Wet Year · searched" not in names_in(test)
    test.text_input(key="filter").set_value("no such run").run()
    assert "No run is like this." in text_of(test)


def test_the_run_that_a_link_asks_for_is_the_one_shown(page: Open, runs: Path) -> None:
    """Once chosen, a run stayed whatever the address said."""
    one, chosen, other = (kept_run(runs, f"asked_{name}") for name in ("one", "chosen", "other"))
    test = page("history", lang="en", run=one.name)
    test.selectbox(key="one_run_0").set_value(chosen.name).run()
    assert test.selectbox(key="one_run_0").value == chosen.name
    test.query_params["run"] = other.name
    test.run()
    assert not test.exception
    assert [box.value for box in test.selectbox if str(box.key).startswith("one_run_")] == [other.name]
    test.run()
    assert [box.value for box in test.selectbox if str(box.key).startswith("one_run_")] == [other.name]


def test_the_trash_and_back_and_for_good(page: Open, runs: Path) -> None:
    folder = kept_run(runs, "thrown")
    test = page("history", lang="en", run="thrown")
    test.button(key="to_trash").click().run()
    assert not folder.exists()
    assert "run" not in test.query_params
    test.button(key="restore").click().run()
    assert folder.exists()
    test = page("history", lang="en", run="thrown")
    test.button(key="to_trash").click().run()
    assert test.button(key="delete").disabled is True
    test.checkbox(key="sure_thrown").check().run()
    test.button(key="delete").click().run()
    assert not test.exception
    assert not [entry for entry in (*entries(runs), *trashed(runs)) if entry.name == "thrown"]


def test_a_run_that_goes_on_cannot_be_thrown_away(page: Open, runs: Path) -> None:
    kept_run(runs, "on_its_way", "running")
    test = page("history", lang="en", run="on_its_way")
    assert test.button(key="to_trash").disabled is True


# ---------------------------------------------------------------- exports


@both
def test_what_can_be_taken_is_made_when_asked_for(page: Open, grown_run: Path, lang: str) -> None:
    test = page("exports", lang=lang, run=grown_run.name)
    test.button(key="make_plan.xlsx").click().run()
    assert not test.exception
    files = [button.label for button in test.get("download_button")]
    assert any(f"{grown_run.name}-plan.xlsx" in label for label in files)


def test_exports_without_a_plan_offer_the_folder_alone(page: Open, runs: Path) -> None:
    test = page("exports", lang="en", run=kept_run(runs, "bare").name)
    assert not [button for button in test.button if str(button.key).startswith("make_")]
    assert len(test.get("download_button")) == 1


def test_the_run_as_a_zip_carries_the_classification_of_its_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page of exports once made it without."""
    home = starter(tmp_path / "case")
    settings = home / "case.yaml"
    settings.write_text(
        settings.read_text(encoding="utf-8") + 'classification: "Internal"\n', encoding="utf-8"
    )
    folder = run_of(home, tmp_path / "runs")
    made: list[bytes] = []
    monkeypatch.setattr(
        results.st, "download_button", lambda words, content, *_, **__: made.append(content())
    )
    results.zip_button(folder, "zip")
    with zipfile.ZipFile(io.BytesIO(made[0])) as archive:
        manifest = json.loads(archive.read(f"{folder.name}/manifest.json"))
    assert manifest["classification"] == "Internal"


def test_where_a_base_lies_on_the_server_is_not_told() -> None:
    where = Message(
        "ui.cannot_start", {"why": "（../../../../srv/app/scenarios/guangxi/lines.csv、第 6 行）a/b.csv"}
    )
    assert Words("zh").tell(where).endswith("（guangxi/lines.csv、第 6 行）a/b.csv")


def test_the_docs_name_every_page() -> None:
    docs = (Path(__file__).resolve().parents[2] / "docs" / "app.md").read_text(encoding="utf-8")
    named = "".join(line for line in docs.splitlines() if line.startswith("| "))
    assert [page.name for page in PAGES if str(template(f"ui.page_{page.name}", "en")) not in named] == []
