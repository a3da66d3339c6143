"""Errands: long answers about finished runs, made in processes of their own, found again by what they ask."""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from redmud_opt.case import init_case
from redmud_opt.jobs import Exit, cancel, run, runs, status, wait
from redmud_opt.jobs.errands import ANSWER, answered, errand_folder, errand_status, read_answer, send
from redmud_opt.jobs.queue import SLOTS
from redmud_opt.jobs.slots import slot

PATIENCE_S = 90.0


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs of the starter case."""
    home = tmp_path_factory.mktemp("errands")
    init_case(home / "starter")
    for name in ("one", "two"):
        assert run(home / "starter", out=home / "runs" / name).exit is Exit.PLAN
    return home / "runs"


@pytest.fixture
def full(root: Path) -> Iterator[None]:
    """The only slot is taken for a while."""
    with slot(root / SLOTS, 1, "somebody", lambda: False) as free:
        assert free
        yield


def asked(question: str, *arguments: str) -> dict[str, object]:
    return {"run": "one", "question": question, "arguments": list(arguments) or None}


def test_an_errand_comes_back_in_both_languages_and_is_found_again(root: Path) -> None:
    path = send(root, "explain", asked("bottlenecks"), slots=2)
    assert wait(path, PATIENCE_S).state == "done"
    english, chinese = read_answer(path, "en"), read_answer(path, "zh")
    assert english is not None
    assert chinese is not None
    assert english.exit is Exit.PLAN
    assert english.record["answers"][0]["question"] == "bottlenecks"
    assert english.words != chinese.words
    stamp = (path / ANSWER).stat().st_mtime_ns
    assert send(root, "explain", asked("bottlenecks")) == path
    assert (path / ANSWER).stat().st_mtime_ns == stamp
    assert [found for found, _ in answered(root, "explain", "one")] == [path]
    assert answered(root, "explain", "two") == []


def test_two_runs_are_compared(root: Path) -> None:
    path = send(root, "compare", {"runs": ["one", "two"]}, slots=2)
    assert wait(path, PATIENCE_S).state == "done"
    found = read_answer(path, "en")
    assert found is not None
    assert set(found.record["sides"]) == {"one", "two"}
    assert [request["runs"] for _, request in answered(root, "compare", "two")] == [["one", "two"]]


@pytest.mark.parametrize("run", ["one", "gone"])
def test_faults_are_an_answer(root: Path, run: str) -> None:
    """Of a thing that the case does not have, and of a run that was deleted."""
    path = send(root, "explain", asked("worth", "no_such_thing") | {"run": run}, slots=2)
    assert wait(path, PATIENCE_S).exit == int(Exit.FAULTS)
    found = read_answer(path, "zh")
    assert found is not None
    assert found.record["faults"]


def test_what_ended_in_faults_is_asked_anew_once_they_are_mended(root: Path) -> None:
    request = {"runs": ["one", "late"]}
    path = send(root, "compare", request, slots=2)
    assert wait(path, PATIENCE_S).exit == int(Exit.FAULTS)
    shutil.copytree(root / "two", root / "late")
    try:
        assert send(root, "compare", request, slots=2) == path
        assert wait(path, PATIENCE_S).exit == int(Exit.PLAN)
        answer = read_answer(path)
    finally:
        shutil.rmtree(root / "late")
    assert answer is not None
    assert answer.exit is Exit.PLAN


@pytest.mark.usefixtures("full")
def test_an_errand_waits_for_its_slot_and_can_be_cancelled(root: Path) -> None:
    path = send(root, "explain", asked("next_point"), slots=1)
    end = time.monotonic() + PATIENCE_S
    while not list((root / SLOTS).glob(f"*-{path.name}.ticket")) and time.monotonic() < end:
        time.sleep(0.05)
    assert status(path).state == "queued"
    cancel(path)
    assert wait(path, PATIENCE_S).state == "cancelled"
    assert read_answer(path) is None


@pytest.mark.usefixtures("full")
def test_a_killed_errand_has_failed_and_can_be_sent_again(root: Path) -> None:
    path = send(root, "explain", asked("decisions"), slots=1)
    end = time.monotonic() + PATIENCE_S
    while not (holders := _at(path)) and time.monotonic() < end:
        time.sleep(0.05)
    os.kill(holders[0], signal.SIGKILL)
    assert wait(path, PATIENCE_S).state == "failed"
    again = send(root, "explain", asked("decisions"), slots=2)
    assert again == path
    assert wait(path, PATIENCE_S).state == "done"


def _at(folder: Path) -> list[int]:
    """Processes whose command line names a folder; one that is just being born has none yet."""
    found = []
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            if (
                process.name.isdigit()
                and str(folder.resolve()).encode() in (process / "cmdline").read_bytes()
            ):
                found.append(int(process.name))
    return found


def test_a_crash_is_told_with_its_log(root: Path) -> None:
    path = send(root, "explain", {"run": "one", "question": "no such question"}, slots=2)
    assert wait(path, PATIENCE_S).exit == int(Exit.CRASHED)
    assert read_answer(path) is None
    assert "KeyError: 'no such question'" in (path / "log.txt").read_text(encoding="utf-8")


def test_errands_are_no_runs_and_what_was_never_sent_has_no_status(root: Path) -> None:
    assert {path.name for path in runs(root)} == {"one", "two"}
    assert errand_status(errand_folder(root, "explain", asked("pin", "press=never"))) is None
    with pytest.raises(KeyError):
        send(root, "sing", {})


def test_the_same_words_in_another_order_are_the_same_errand(root: Path) -> None:
    one = errand_folder(root, "explain", {"run": "one", "question": "worth"})
    assert one == errand_folder(root, "explain", {"question": "worth", "run": "one"})
    assert one != errand_folder(root, "compare", {"run": "one", "question": "worth"})
