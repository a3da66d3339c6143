"""The page in both languages, in every state a case or a run can be in."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from tests.jobs.cases import alter

from redmud_opt.case import TABLES, CaseFaults, Fault
from redmud_opt.case.case import Settings
from redmud_opt.case.columns import columns
from redmud_opt.i18n import LANGUAGES, Message, keys, template
from redmud_opt.jobs import Exit, RunFolder, RunOptions, RunResult, RunStatus, wait
from redmud_opt.jobs.results import write_result
from redmud_opt.solve import Progress
from redmud_opt.ui.inputs import idle
from redmud_opt.ui.plan_view import VIEWS
from redmud_opt.ui.words import Words, plain

Open = Callable[..., AppTest]
both = pytest.mark.parametrize("lang", LANGUAGES)


def said(page: AppTest) -> str:
    """All words of the page that AppTest knows of."""
    found: list[str] = []
    for kind in ("title", "markdown", "caption", "error", "warning", "info", "success", "metric", "button"):
        for element in getattr(page, kind):
            found += [
                str(getattr(element, name)) for name in ("label", "value") if getattr(element, name, None)
            ]
    return "\n".join(found)


def words(key: str, lang: str) -> str:
    """The fixed beginning of a template of the page."""
    return re.split(r"[{(（]", template(f"ui.{key}", lang) or "")[0].strip()


# ---------------------------------------------------------------- inputs


@both
def test_case_without_run(page: Open, lang: str) -> None:
    test = page(lang=lang, case="guangxi")
    assert not test.exception
    assert words("assumptions", lang).split("**")[0] in said(test)
    assert test.button(key="run_button").disabled is False
    assert not test.metric
    assert "NOT ENFORCED" in said(test) if lang == "en" else "尚未执行" in said(test)


@both
def test_faults_are_a_table_and_block_the_run(page: Open, lang: str) -> None:
    test = page(lang=lang, case="faulty")
    assert not test.exception
    table = test.dataframe[0].value
    assert list(table.columns) == [
        template(f"ui.fault_{c}", lang) for c in ("file", "row", "column", "message", "remedy")
    ]
    assert {"line_processes.csv"} <= set(table.iloc[:, 0])
    assert set(table.iloc[:, 1]) >= {"2", "3"}
    assert test.button(key="run_button").disabled is True


def test_an_unknown_case_is_said_and_another_shown(page: Open) -> None:
    test = page(lang="en", case="no*such*case")
    assert any("no\\*such\\*case" in warning.value for warning in test.warning)
    assert test.selectbox(key="case").value == "guangxi"


def test_scenario_files_can_be_chosen(page: Open) -> None:
    test = page(lang="en")
    names = {option.split(" · ")[0] for option in test.selectbox(key="case").options}
    assert {"guangxi", "faulty", "too_much"} <= names
    test.selectbox(key="case").set_value("too_much").run()
    assert test.query_params["case"] in ("too_much", ["too_much"])
    assert any("Sixty percent" in option for option in test.selectbox(key="case").options)


@both
def test_impossible_by_counting_is_said_before_any_run(page: Open, cases: Path, lang: str) -> None:
    text = "base: guangxi\noverrides:\n  - {table: arisings, where: {material: red_mud}, scale: {production_t: 50}}\n"
    (cases / "full.yaml").write_text(text, encoding="utf-8")
    try:
        test = page(lang=lang, case="full")
    finally:
        (cases / "full.yaml").unlink()
    assert not test.exception
    assert words("impossible", lang).strip("*") in test.error[0].value


# ---------------------------------------------------------------- language and address


def test_language_of_the_address_wins(page: Open) -> None:
    assert "首页" in said(page(lang="zh"))
    assert "Home" in said(page(lang="en"))


def test_an_unknown_language_is_english(page: Open) -> None:
    assert "Home" in said(page(lang="xx"))


@both
def test_no_words_of_the_other_language(page: Open, solved_run: Path, lang: str) -> None:
    test = page("plan", lang=lang, case="guangxi", run=solved_run.name)
    if lang == "en":
        assert not re.search("[\u4e00-\u9fff]", said(test))
        return
    shown = re.sub(r"`[^`]*`|guangxi[\w-]*|:material/\w+:|NOT ENFORCED|csv|yaml", "", said(test))
    shown = re.sub(r"[\w]*\\?_[\w\\]*|\b[a-z]+\b(?=[)）、/])", "", shown)
    strays = [
        line
        for line in shown.splitlines()
        if re.search("[A-Za-z]{4}", line) and not re.search("[\u4e00-\u9fff]", line)
    ]
    assert not strays


@pytest.mark.parametrize("run", ["../../etc", "nothing-here", "..", "a/b", ".", "x\n"])
def test_a_run_that_is_not_there_is_said(page: Open, run: str) -> None:
    test = page("run", lang="en", run=run)
    assert not test.exception
    assert any("not there" in warning.value for warning in test.warning)


# ---------------------------------------------------------------- a run


def started(test: AppTest, runs: Path) -> Path:
    """The folder of the run that the address names."""
    name = test.query_params["run"]
    return runs / (name if isinstance(name, str) else name[0])


@both
def test_from_click_to_plan(page: Open, runs: Path, lang: str) -> None:
    test = page("run", lang=lang, case="growing")
    test.button(key="run_button").click().run()
    folder = started(test, runs)
    assert wait(folder, 120).exit == 0
    test.run()
    assert not test.exception
    assert test.metric[0].value
    assert len(test.success) == 1
    reloaded = page("plan", lang=lang, case="growing", run=folder.name)
    assert [metric.value for metric in reloaded.metric] == [metric.value for metric in test.metric]


@both
def test_plan_is_shown_with_status_audit_and_numbers(page: Open, solved_run: Path, lang: str) -> None:
    test = page("plan", lang=lang, case="guangxi", run=solved_run.name)
    assert not test.exception
    shown = said(test)
    assert words("audit_passed", lang) in shown
    assert words("same_case", lang) in shown
    assert len(test.metric) == 5
    rates = test.dataframe[0].value
    reached = [float(cell.rstrip(" %")) for cell in rates.iloc[:, 3] if "%" in cell]
    assert max(reached) >= 15.0
    assert any("15" in cell for cell in rates.iloc[:, -1])


@both
def test_a_proved_plan_says_so(page: Open, grown_run: Path, lang: str) -> None:
    test = page("plan", lang=lang, case="growing", run=grown_run.name)
    assert not test.exception
    assert (template("plan.proved", lang) or "")[:6] in test.success[0].value
    assert not test.info


@both
def test_a_plan_within_a_gap_is_not_called_best(page: Open, solved_run: Path, lang: str) -> None:
    test = page("plan", lang=lang, case="guangxi", run=solved_run.name)
    assert not test.success
    said_ = test.info[0].value.replace("\\", "")
    assert (template("plan.stopped_gap", lang) or "")[:8] in said_
    assert (template("plan.with_gap", lang) or "")[:6] in said_


# ---------------------------------------------------------------- what is built


@both
def test_what_is_built_is_shown(page: Open, grown_run: Path, lang: str) -> None:
    test = page("plan", lang=lang, case="growing", run=grown_run.name, view="steps")
    tables = [frame.value for frame in test.dataframe]
    label = {"en": "Second separator", "zh": "磁选二线"}[lang]
    unit = {"en": "t/a", "zh": "吨/年"}[lang]
    (builds,) = [t for t in tables if list(t.iloc[:, 0]) == [label, label, builds_third(lang)]][:1]
    assert list(builds.iloc[0]) == [label, "2026", "2027-01-01", 2, 600000, unit, 24e6]
    closed = {"en": "Old press", "zh": "旧砖机"}[lang]
    assert any(list(t.iloc[0])[::2] == [closed, "2026"] for t in tables)
    assert any(list(t.iloc[0]) == ["first", "2026", 30e6, 30e6] for t in tables)
    assert words("capex_by_year", lang).rstrip(",，") in said(test)


def builds_third(lang: str) -> str:
    return {"en": "Second press, any size", "zh": "砖机二线（规模可选）"}[lang]


@both
def test_how_the_solver_came_to_it_is_shown(page: Open, grown_run: Path, lang: str) -> None:
    test = page("run", lang=lang, case="growing", run=grown_run.name)
    assert any(expander.label.startswith(words("how", lang).rstrip("，,")) for expander in test.expander)
    shown = said(test).replace("\\", "")
    assert {"en": "no plan is worth more than −13.9 M CNY", "zh": "价值不可能高于 −1,386 万元"}[lang] in shown


@both
def test_a_plan_without_decisions_has_no_such_part(page: Open, plain_run: Path, lang: str) -> None:
    test = page("plan", lang=lang, case="starter", run=plain_run.name)
    assert not test.exception
    assert words("built", lang) not in said(test)
    assert not any(expander.label.startswith(words("how", lang).rstrip("，,")) for expander in test.expander)


def test_nothing_built_is_said(page: Open, runs: Path, grown_run: Path) -> None:
    bare = runs / "end-bare"
    shutil.copytree(grown_run, bare)
    for name in ("builds", "closings", "spending"):
        alter(bare / "plan", name, lambda frame: frame.iloc[:0])
    test = page("plan", lang="en", case="growing", run="end-bare", view="steps")
    assert not test.exception
    assert "Nothing is built and nothing is closed." in said(test)


# ---------------------------------------------------------------- when to stop


def test_gap_and_time_limit_reach_the_run(page: Open, runs: Path) -> None:
    test = page("run", lang="en", case="growing")
    test.number_input(key="gap").set_value(90.0)
    test.number_input(key="time_limit").set_value(30.0)
    test.button(key="run_button").click().run()
    folder = started(test, runs)
    _, options = RunFolder(folder).read_request()
    assert (options.gap, options.time_limit_s) == (0.9, 30.0)
    assert wait(folder, 120).exit == 0
    test.run()
    assert "stopped at the gap" in test.info[0].value


def test_without_a_choice_the_best_plan_is_proved(page: Open, grown_run: Path) -> None:
    test = page("run", lang="en", case="growing")
    assert (test.number_input(key="gap").value, test.number_input(key="time_limit").value) == (0.0, None)


LINE = Progress(3.0, 7, 246.5e6, 247e6, 0.002, "neighbourhood")


@both
@pytest.mark.parametrize(
    ("stage", "progress", "shown"),
    [
        ("solve", LINE, True),
        ("solve", replace(LINE, phase="lp"), False),
        ("plan", LINE, False),
        ("solve", None, False),
    ],
)
def test_live_readout(
    page: Open, runs: Path, lang: str, stage: str, progress: Progress | None, shown: bool
) -> None:
    folder = RunFolder(runs / f"live-{lang}-{stage}-{progress and progress.phase}")
    folder.path.mkdir(exist_ok=True)
    folder.write_request("guangxi", RunOptions())
    folder.write_status(RunStatus("running", stage, 1.0, None, None, time.time()))
    if progress is not None:
        folder.report(progress)
    test = page("run", lang=lang, case="guangxi", run=folder.path.name)
    assert not test.exception
    found = said(test).replace("\\", "")
    amounts = {"en": ("246.50 M CNY", "247.00 M CNY", "0.2 %"), "zh": ("24,650 万元", "24,700 万元", "0.2%")}
    assert all((f"**{amount}**" in found) is shown for amount in amounts[lang])
    assert (words("phase_neighbourhood", lang) in found) is shown


@both
def test_every_waste_and_year_can_be_chosen(page: Open, solved_run: Path, lang: str) -> None:
    test = page("plan", lang=lang, case="guangxi", run=solved_run.name, view="ways")
    for waste, year, cohort in (
        ("aluminium_ash", "2027", "new"),
        ("spent_pot_lining", "2028", "legacy"),
        ("carbon_dross", "2029", "both"),
    ):
        test.segmented_control(key="waste").set_value(waste)
        test.segmented_control(key="flow_cohort").set_value(cohort)
        test.segmented_control(key="flow_year").set_value(year).run()
        assert not test.exception, waste
        assert test.segmented_control(key="waste").value == waste
    test.segmented_control(key="view").set_value("where").run()
    test.segmented_control(key="fate_year").set_value("2028").run()
    assert not test.exception


@both
def test_every_side_of_a_plan_is_shown(page: Open, solved_run: Path, lang: str) -> None:
    test = page("plan", lang=lang, run=solved_run.name)
    for name in VIEWS:
        test.segmented_control(key="view").set_value(name).run()
        assert not test.exception, name
        assert not re.search(r"(ui|charts|answers|planbook)\.[a-z]", said(test)), name


def test_a_side_of_a_plan_stands_in_the_address(page: Open, grown_run: Path) -> None:
    assert (
        page("plan", lang="en", run=grown_run.name, view="money").segmented_control(key="view").value
        == "money"
    )
    assert (
        page("plan", lang="en", run=grown_run.name, view="x").segmented_control(key="view").value
        == "overview"
    )


@both
def test_every_table_can_be_chosen(page: Open, solved_run: Path, lang: str) -> None:
    test = page("plan", lang=lang, case="guangxi", run=solved_run.name, view="tables")
    for name in ("feeds", "stocks", "builds", "running", "used", "budgets", "targets", "shortfalls"):
        test.pills(key="table").set_value(name).run()
        assert not test.exception, name


def test_result_of_another_case_is_said(page: Open, solved_run: Path) -> None:
    test = page("run", lang="en", case="too_much", run=solved_run.name)
    assert any("belongs to the case guangxi" in warning.value for warning in test.warning)


def test_result_of_changed_files_is_said(page: Open, cases: Path, impossible_run: Path) -> None:
    scenario = cases / "too_much.yaml"
    before = scenario.read_text(encoding="utf-8")
    scenario.write_text(before.replace("0.6", "0.7"), encoding="utf-8")
    try:
        test = page("run", lang="en", case="too_much", run=impossible_run.name)
    finally:
        scenario.write_text(before, encoding="utf-8")
    assert any("have changed since" in warning.value for warning in test.warning)


@both
def test_impossible_is_explained_and_shows_no_plan(page: Open, impossible_run: Path, lang: str) -> None:
    test = page("run", lang=lang, case="too_much", run=impossible_run.name)
    assert not test.exception
    assert not test.metric
    assert not test.success
    assert "2026" in test.error[0].value
    label = {"en": "Second press, any size", "zh": "砖机二线"}[lang]
    assert label in test.error[0].value  # things are named as people know them
    assert words("end_infeasible", lang) in test.error[0].value


# ---------------------------------------------------------------- runs that ended otherwise


def ended(runs: Path, name: str, result: RunResult, state: str) -> Path:
    """The folder of a run that ended like this."""
    folder = RunFolder(runs / name)
    folder.path.mkdir(exist_ok=True)
    folder.write_request("guangxi", RunOptions())
    write_result(folder, result)
    folder.write_status(RunStatus(state, "solve", 3.0, None, int(result.exit), time.time()))
    folder.note("the last line of the log")
    return folder.path


ENDS = {
    "limit": (Exit.LIMIT, "time", "done", (Message("jobs.limit_without_plan", {"seconds": 5.0}),)),
    "crashed": (
        Exit.CRASHED,
        "crashed",
        "failed",
        (Message("jobs.crashed", {"kind": "X", "folder": "log"}),),
    ),
    "audit_failed": (Exit.AUDIT_FAILED, "optimal", "done", (Message("jobs.audit_failed", {"count": 2}),)),
    "cancelled": (Exit.CANCELLED, "cancelled", "cancelled", (Message("jobs.cancelled"),)),
}


@both
@pytest.mark.parametrize("name", ENDS)
def test_no_plan_is_never_a_plan(page: Open, runs: Path, lang: str, name: str) -> None:
    code, stopped, state, messages = ENDS[name]
    audit = {"passed": False, "worst_residual": 0.25} if name == "audit_failed" else None
    ended(runs, f"end-{name}", RunResult(code, stopped=stopped, messages=messages, audit=audit), state)
    test = page("run", lang=lang, case="guangxi", run=f"end-{name}")
    assert not test.exception
    assert not test.metric
    assert not test.success
    box = test.info if name == "cancelled" else test.error
    assert words(f"end_{name}", lang) in box[0].value
    assert test.button(key="run_button").disabled is False
    if name == "crashed":
        assert "last line of the log" in test.code[0].value
    if name == "audit_failed":
        assert "0.25" in said(test) or "2.5e-1" in said(test)


@both
def test_faults_found_by_a_run_are_listed(page: Open, runs: Path, lang: str) -> None:
    fault = Fault("outlets.csv", 3, "max_t", Message("case.negative", {"text": "-5"}))
    ended(runs, "end-faults", RunResult(Exit.FAULTS, stopped="unbounded", faults=CaseFaults([fault])), "done")
    test = page("run", lang=lang, case="guangxi", run="end-faults")
    assert not test.exception
    assert list(test.dataframe[0].value.iloc[0, :3]) == ["outlets.csv", "3", "max_t"]


def test_a_broken_run_folder_is_said(page: Open, runs: Path) -> None:
    folder = ended(runs, "end-broken", RunResult(Exit.CANCELLED, stopped="cancelled"), "cancelled")
    (folder / "result.json").write_text("{", encoding="utf-8")
    test = page("run", lang="en", case="guangxi", run="end-broken")
    assert not test.exception
    assert any("cannot be read" in error.value for error in test.error)


def test_a_plan_without_its_inputs_is_not_shown(page: Open, runs: Path, solved_run: Path) -> None:
    broken = runs / "end-altered"
    shutil.copytree(solved_run, broken)
    next((broken / "inputs").rglob("sites.csv")).write_text("name\n", encoding="utf-8")
    test = page("run", lang="en", case="guangxi", run="end-altered")
    assert not test.exception
    assert not test.metric
    assert any("inputs is missing or was changed" in warning.value for warning in test.warning)


def test_going_run_shows_stage_and_cancels(page: Open, runs: Path) -> None:
    folder = RunFolder(runs / "going")
    folder.path.mkdir(exist_ok=True)
    folder.write_request("guangxi", RunOptions())
    folder.write_status(RunStatus("running", "solve", 1.0, None, None, time.time() - 7))
    test = page("run", lang="en", case="guangxi", run="going")
    assert not test.exception
    assert "Step 4 of 6: solving" in said(test)
    assert test.button(key="run_button").disabled is True
    test.button(key="cancel_button").click().run()
    assert (folder.path / "cancel").exists()
    assert "Stopping: what the solver holds by then is kept" in said(test)
    assert test.button(key="cancel_button").disabled is True
    assert not folder.is_dropped()
    test.button(key="drop_button").click().run()
    assert folder.is_dropped()
    assert "Stopping: nothing is kept" in said(test)
    assert test.button(key="drop_button").disabled is True


# ---------------------------------------------------------------- words


def test_everything_without_effect_has_a_name() -> None:
    idle = {table for table, row in TABLES.items() if not vars(row)["ENFORCED"]}
    paths = set(idle) | {"limits"}
    paths |= {name for name, column in columns(Settings).items() if not column.enforced}
    for table, row in TABLES.items():
        if table not in idle:
            without = [name for name, column in columns(row).items() if not column.enforced]
            paths |= {f"{table}.{name}" for name in without} | ({table} if without else set())
    for lang in LANGUAGES:
        assert {f"ui.idle.{path}" for path in paths} <= keys(lang)


def test_names_of_what_has_no_effect() -> None:
    messages = (
        Message("case.unenforced_table", {"table": "permits", "count": 1, "rows": ""}),
        Message("case.unenforced_column", {"table": "lines", "column": "capex_cny", "count": 1, "rows": ""}),
        Message("case.unenforced_column", {"table": "lines", "column": "life_a", "count": 1, "rows": ""}),
        Message("case.unenforced_setting", {"key": "co2_price_cny_per_t", "value": 50}),
        Message("case.unenforced_table", {"table": "limits", "count": 1, "rows": ""}),
        Message("case.unenforced_table", {"table": "new_table", "count": 1, "rows": ""}),
    )
    assert idle(messages, Words("en")) == {
        "count": 5,
        "names": "permits; lines (investment, life); CO2 price; limits on what is built or in use; new\\_table",
    }


def test_markdown_of_a_case_is_shown_as_it_stands() -> None:
    assert (
        plain("**x** [a](b) :red[y] $z$ <i>") == "\\*\\*x\\*\\* \\[a\\]\\(b\\) \\:red\\[y\\] \\$z\\$ \\<i\\>"
    )


def test_run_deleted_while_watched_is_said(page: Open, runs: Path) -> None:
    folder = RunFolder(runs / "doomed")
    folder.path.mkdir()
    folder.write_request("guangxi", RunOptions())
    folder.write_status(RunStatus("running", "solve", 1.0, None, None, time.time()))
    test = page("run", lang="en", case="guangxi", run="doomed")
    shutil.rmtree(folder.path)
    test.button(key="cancel_button").click().run()
    assert not test.exception
    assert any("not there" in warning.value for warning in test.warning)
