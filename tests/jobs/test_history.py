"""The list of runs, their titles, and the trash."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from tests.jobs.cases import starter

from redmud_opt.jobs import Exit, RunFolder, RunOptions, RunResult, RunStatus, run
from redmud_opt.jobs.history import delete, describe, entries, restore, trash, trashed
from redmud_opt.jobs.results import write_result


def ended(root: Path, name: str, state: str = "cancelled") -> Path:
    folder = RunFolder(root / name)
    folder.path.mkdir(parents=True)
    folder.write_request("guangxi", RunOptions(objective="utilisation,value"))
    write_result(folder, RunResult(Exit.CANCELLED, stopped="cancelled"))
    folder.write_status(RunStatus(state, "solve", 3.0, None, int(Exit.CANCELLED), time.time()))
    return folder.path


def test_a_run_of_the_command_line_stands_in_the_list(tmp_path: Path) -> None:
    done = run(starter(tmp_path / "starter"), runs_root=tmp_path / "runs")
    ended(tmp_path / "runs", "older")
    assert done.folder is not None
    assert done.plan is not None
    found = {entry.name: entry for entry in entries(tmp_path / "runs")}
    held = found[done.folder.name]
    assert (held.case, held.state, held.value_cny) == ("starter", "optimal", done.plan.value_cny)
    assert (found["older"].state, found["older"].value_cny) == ("cancelled", None)
    assert found["older"].objective == "utilisation,value"


def test_folders_that_are_no_runs_are_passed_over(tmp_path: Path) -> None:
    ended(tmp_path, "whole")
    (tmp_path / "empty").mkdir()
    for name, content in (("broken", "{"), ("other", "[]"), ("strange", '{"state": 1, "x": 2}')):
        (ended(tmp_path, name) / "status.json").write_text(content, encoding="utf-8")
    (ended(tmp_path, "no_options") / "options.json").write_text("[]", encoding="utf-8")
    assert [entry.name for entry in entries(tmp_path)] == ["whole"]
    assert entries(tmp_path / "nowhere") == []


def test_title_and_note_leave_the_name_of_the_folder(tmp_path: Path) -> None:
    folder = ended(tmp_path, "one")
    describe(folder, title="  Base\ncase ", note=" agreed\non 3 March ")
    (found,) = entries(tmp_path)
    assert (found.name, found.title, found.note) == ("one", "Base case", "agreed\non 3 March")
    describe(folder, title=" ", note="")
    assert not (folder / "about.json").exists()


def test_the_trash_and_back(tmp_path: Path) -> None:
    folder = ended(tmp_path, "one")
    trash(folder)
    assert (entries(tmp_path), [entry.name for entry in trashed(tmp_path)]) == ([], ["one"])
    ended(tmp_path, "one")
    assert restore(tmp_path, "one").name == "one-2"
    assert {entry.name for entry in entries(tmp_path)} == {"one", "one-2"}
    trash(tmp_path / "one-2")
    delete(tmp_path, "one-2")
    assert (trashed(tmp_path), len(entries(tmp_path))) == ([], 1)


def test_a_run_that_goes_on_is_not_thrown_away(tmp_path: Path) -> None:
    folder = ended(tmp_path, "one")
    RunFolder(folder).write_status(RunStatus("running", "solve", 1.0, None, None, time.time()))
    with pytest.raises(ValueError, match="goes on"):
        trash(folder)


@pytest.mark.parametrize("name", ["", ".", "..", "../one", "/one", "nothing"])
def test_only_what_lies_in_the_trash_is_deleted(tmp_path: Path, name: str) -> None:
    ended(tmp_path, "one")
    trash(ended(tmp_path, "two"))
    for act in (delete, restore):
        with pytest.raises(FileNotFoundError):
            act(tmp_path, name)
    assert len(entries(tmp_path)) == len(trashed(tmp_path)) == 1
    shutil.rmtree(tmp_path / ".trash")
