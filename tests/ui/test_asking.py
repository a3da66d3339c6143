"""The pages that ask: questions about a plan, runs side by side, goals against each other."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from tests.jobs.cases import GOOD_ENOUGH, impossible_by_a_solve
from tests.ui.conftest import run_of
from tests.ui.test_page import said

from redmud_opt.case import CaseFaults, Fault
from redmud_opt.i18n import LANGUAGES, Message, template, text
from redmud_opt.jobs import RunOptions, RunStatus, start, wait
from redmud_opt.jobs.errands import ANSWER, REQUEST, errand_folder, open_point, send, study_folder
from redmud_opt.jobs.explaining import DEFAULT_LIMIT_S, QUESTIONS, ExplainReport
from redmud_opt.jobs.folder import LOCK, RunFolder
from redmud_opt.jobs.slots import is_locked
from redmud_opt.ui import sensitivity
from redmud_opt.ui.questions import ASKED
from redmud_opt.ui.words import plain

Open = Callable[..., AppTest]
both = pytest.mark.parametrize("lang", LANGUAGES)
everywhere = pytest.mark.parametrize(
    ("at", "lang"), [("run", "en"), ("plan", "zh"), ("explain", "en"), ("compare", "zh"), ("exports", "en")]
)
PATIENCE_S = 120.0


def test_a_question_is_asked_and_answered_in_either_language(page: Open, grown_run: Path, runs: Path) -> None:
    test = page("explain", lang="en", run=grown_run.name)
    assert not test.exception
    test.button(key="ask").click().run()
    assert not test.exception
    request = {
        "run": grown_run.name,
        "question": "bottlenecks",
        "arguments": None,
        "limit_s": DEFAULT_LIMIT_S,
    }
    path = errand_folder(runs, "explain", request)
    assert wait(path, PATIENCE_S).state == "done"
    english = said(page("explain", lang="en", run=grown_run.name))
    chinese = said(page("explain", lang="zh", run=grown_run.name))
    assert "What holds the plan of" in english
    assert "制约" in chinese
    assert "ui." not in english + chinese
    assert "answers." not in english + chinese


def test_a_question_about_things_waits_until_one_is_named(page: Open, grown_run: Path) -> None:
    test = page("explain", lang="en", run=grown_run.name)
    test.selectbox(key="question").select("why_not").run()
    assert test.button(key="ask").disabled
    test.multiselect(key="things_why_not").select("press_2").run()
    assert not test.button(key="ask").disabled


@everywhere
def test_a_run_that_is_gone_is_said_once(page: Open, at: str, lang: str) -> None:
    test = page(at, lang=lang, run="gone")
    gone = template("ui.run_gone", lang)
    assert [box.value for box in [*test.warning, *test.info] if at != "run" or box.value == gone] == [gone]


@everywhere
def test_a_run_of_another_version_is_said(
    page: Open, plain_run: Path, runs: Path, at: str, lang: str
) -> None:
    other = runs / "of-another-version"
    if not other.exists():
        shutil.copytree(plain_run, other)
        file = other / "plan" / "plan.json"
        file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | {"format": 99}))
    test = page(at, lang=lang, run=other.name)
    assert not test.exception
    assert template("ui.unreadable_run", lang) in [box.value for box in test.error]


def test_another_case_is_chosen_from_a_list_not_typed(page: Open, grown_run: Path, runs: Path) -> None:
    test = page("explain", lang="en", run=grown_run.name)
    test.selectbox(key="question").select("regret").run()
    assert test.button(key="ask").disabled
    other = test.selectbox(key="other_case")
    assert not other.proto.accept_new_options
    assert {"growing", "starter", "guangxi"} <= set(other.options)


@both
def test_a_question_with_faults_is_refused_in_words(
    page: Open, plain_run: Path, runs: Path, lang: str
) -> None:
    """The page once broke on a name that the case does not have."""
    request = {"run": plain_run.name, "question": "worth", "arguments": ["nothing"], "limit_s": 1.0}
    folder = RunFolder(errand_folder(runs, "explain", request))
    folder.path.mkdir(parents=True, exist_ok=True)
    fault = Fault("", 0, "", Message("importing.nothing"), Message("importing.keep_one_year"))
    told = ExplainReport(faults=CaseFaults([fault]))
    words = {name: {"record": told.as_record(name), "words": told.words(name)} for name in LANGUAGES}
    folder.write_json(REQUEST, {"errand": "explain", "request": request, "root": str(runs)})
    folder.write_json(ANSWER, {"exit": int(told.exit)} | words)
    folder.write_status(RunStatus("done", "", 0.0, None, int(told.exit), 1.0))
    test = page("explain", lang=lang, run=plain_run.name)
    assert not test.exception
    (box,) = test.error
    assert template("importing.nothing", lang) in box.value
    assert template("importing.keep_one_year", lang) in box.value


@both
def test_what_was_asked_about_is_called_by_its_label(
    page: Open, grown_run: Path, runs: Path, lang: str
) -> None:
    for question, arguments in (("why_not", ["press_2", "plant>no_such_place"]), ("plan_b", ["all"])):
        request = {"run": grown_run.name, "question": question, "arguments": arguments, "limit_s": 2.0}
        folder = RunFolder(errand_folder(runs, "explain", request))
        folder.path.mkdir(parents=True, exist_ok=True)
        folder.write_json(REQUEST, {"errand": "explain", "request": request, "root": str(runs)})
        folder.write_status(RunStatus("cancelled", "", 0.0, None, 130, 1.0))
    asked = [box.value.replace("\\", "") for box in page("explain", lang=lang, run=grown_run.name).caption]
    label = {"en": "Second press, any size", "zh": "砖机二线（规模可选）"}[lang]
    why_not, plan_b = (template(f"ui.question_{name}", lang) for name in ("why_not", "plan_b"))
    assert f"{why_not} · {label} · plant>no_such_place" in asked
    assert f"{plan_b} · {template('ui.all_outlets', lang)}" in asked


@both
def test_every_question_has_words_and_a_form(page: Open, grown_run: Path, lang: str) -> None:
    assert set(ASKED) == set(QUESTIONS) - {"impossible"}
    test = page("explain", lang=lang, run=grown_run.name)
    for name in ASKED:
        assert template(f"ui.question_{name}", lang)
        assert template(f"ui.question_help_{name}", lang)
        test.selectbox(key="question").select(name).run()
        assert not test.exception, name


@pytest.fixture(scope="module")
def hopeless_run(tmp_path_factory: pytest.TempPathFactory, runs: Path) -> Path:
    """A run of a small case that asks for more than can be had."""
    folder = start(impossible_by_a_solve(tmp_path_factory.mktemp("hopeless") / "case"), runs)
    assert wait(folder, PATIENCE_S).exit == 2
    return folder


@pytest.fixture(scope="module")
def other_run(cases: Path, runs: Path) -> Path:
    """Another run of the case in which lines are built."""
    return run_of(cases / "growing", runs, RunOptions(gap=GOOD_ENOUGH))


@both
def test_where_there_is_no_plan_a_suggestion_is_a_button(page: Open, hopeless_run: Path, lang: str) -> None:
    test = page("explain", lang=lang, run=hopeless_run.name)
    assert not test.exception
    assert text(Message("ui.impossible_here"), lang) in said(test)
    assert len([one for one in test.button if str(one.key).startswith("apply_")]) == len(
        list(hopeless_run.glob("suggestion-*.yaml"))
    )


@both
def test_runs_side_by_side(page: Open, grown_run: Path, other_run: Path, runs: Path, lang: str) -> None:
    path = send(runs, "compare", {"runs": [grown_run.name, other_run.name]}, slots=2)
    assert wait(path, PATIENCE_S).state == "done"
    test = page("compare", lang=lang, run=grown_run.name)
    assert not test.exception
    assert test.button(key="compare").disabled
    test.multiselect(key="with_runs").select(other_run.name).run()
    assert not test.exception
    assert not test.button(key="compare").disabled
    assert plain(other_run.name) in said(test)
    assert "answers." not in said(test)


def test_a_point_of_a_front_opens_as_a_plan(page: Open, grown_run: Path, runs: Path) -> None:
    request = {
        "run": grown_run.name,
        "goals": ["value", "utilisation"],
        "points": 2,
        "limit_s": DEFAULT_LIMIT_S,
    }
    path = send(runs, "front", request, slots=2)
    assert wait(path, PATIENCE_S).state == "done"
    test = page("compare", lang="en", run=grown_run.name)
    assert not test.exception
    assert test.button(key=f"{path.name}_open")
    opened = open_point(path / "front", 0, runs)
    assert open_point(path / "front", 0, runs) == opened
    assert RunFolder(opened).read_plan().value_cny == pytest.approx(
        RunFolder(grown_run).read_plan().value_cny
    )
    there = page("plan", lang="en", run=opened.name)
    assert not there.exception
    assert there.metric
    with pytest.raises(FileNotFoundError):
        open_point(path / "front", 99, runs)


@both
@pytest.mark.parametrize("at", ["explain", "compare"])
def test_without_a_run_the_page_says_where_to_go(page: Open, at: str, lang: str) -> None:
    test = page(at, lang=lang)
    assert not test.exception
    assert text(Message("ui.no_run"), lang) in said(test)


@pytest.mark.slow
def test_a_shipped_study_is_run_and_shown_in_either_language(
    page: Open, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The smallest of them; its figures stand beside their tables, and are made once, not with every rerun."""
    made: list[str] = []
    make = sensitivity.pictures
    monkeypatch.setattr(sensitivity, "pictures", lambda r, lang: made.append(lang) or make(r, lang))
    test = page("sensitivity", lang="en")
    assert not test.exception
    assert any("circuits_tornado" in option for option in test.selectbox(key="study").options)
    path = send(runs, "sweep", {"study": "circuits_tornado"}, slots=2)
    assert wait(path, PATIENCE_S).state == "done"
    until = time.monotonic() + PATIENCE_S
    while is_locked(study_folder(path) / LOCK) and time.monotonic() < until:  # its process is about to end
        time.sleep(0.05)
    for lang in LANGUAGES:
        shown = page("sensitivity", lang=lang)
        shown.selectbox(key="study").select("circuits_tornado").run()
        assert not shown.exception
        before = list(made)
        assert lang in before
        shown.run()
        assert made == before
        assert shown.button(key="run_study").disabled
        assert not re.search(r"(sweep|ui)\.[a-z]", said(shown))
