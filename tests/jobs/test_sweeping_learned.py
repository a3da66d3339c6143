"""Studies whose members are solved on learned numbers: the same rows from every engine, and after an interruption."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.jobs.test_sweeping import STUDY, rows, same, study_file

from redmud_opt.i18n import Message, text
from redmud_opt.jobs import Exit, Listener, sweeping
from redmud_opt.jobs.sweeping import Engine, SweepReport, sweep
from redmud_opt.study.sweeps.said import lines

RUNS = 12


@pytest.fixture(scope="module", autouse=True)
def worth() -> Iterator[None]:
    """Learning is worth it from every other point on, so that few members are enough."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweeping, "WORTH", 0.5)
        yield


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the case and a study of which every fourth member is audited."""
    return study_file(tmp_path_factory.mktemp("learned"), RUNS).parent


@pytest.fixture(scope="module")
def whole(home: Path) -> SweepReport:
    """All members, one after the other."""
    return sweep(home / "study.yaml", out=home / "serial")


def test_members_are_learned_and_audited_ones_derived(whole: SweepReport) -> None:
    """Every member; those audited come to the same value when they are solved again in full."""
    found = rows(whole)
    assert found["learned"].tolist() == [1.0] * (RUNS + 1)
    assert set(found["status"]) == {"optimal"}
    assert found["learned_apart"].dropna().size == found["audit_passed"].sum() == 4
    assert found["learned_apart"].max() < 1e-9


def test_it_is_told_in_both_languages(whole: SweepReport) -> None:
    """How many, from how many models, and by how much they differed."""
    assert whole.results is not None
    for language, word in (
        ("en", "13 of 13 members were solved on numbers learned"),
        ("zh", "13 个成员中有 13 个"),
    ):
        assert any(word in text(line, language) for line in lines(whole.results))


def test_they_are_worth_what_derived_ones_are(home: Path, whole: SweepReport) -> None:
    """The same study with every member audited is not learned."""
    other = home / "derived.yaml"
    other.write_text(
        (home / "study.yaml").read_text(encoding="utf-8").replace("every: 4", "every: 1"), encoding="utf-8"
    )
    derived = rows(sweep(other, out=home / "derived"))
    assert "learned" not in derived
    assert derived["objective"].tolist() == pytest.approx(rows(whole)["objective"].tolist(), rel=1e-9)


def test_threads_give_the_same_rows(home: Path, whole: SweepReport) -> None:
    """Two at a time."""
    same(rows(whole), rows(sweep(home / "study.yaml", out=home / "threads", engine=Engine("threads", 2))))


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["processes", "dask"])
def test_processes_and_dask_give_the_same_rows(home: Path, whole: SweepReport, engine: str) -> None:
    """What was learned travels with what every worker is given."""
    same(rows(whole), rows(sweep(home / "study.yaml", out=home / engine, engine=Engine(engine, 2))))


def test_an_interrupted_study_goes_on(
    home: Path, whole: SweepReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With few members left it is learned all the same: rows do not depend on what was there."""
    monkeypatch.setattr(sweeping, "WRITE_S", 0.0)
    members = tmp_path / "cut" / "members"

    def enough() -> bool:
        return len(list(members.glob("*.parquet"))) >= 3

    cut = sweep(home / "study.yaml", out=tmp_path / "cut", listener=Listener(should_stop=enough))
    assert cut.exit is Exit.CANCELLED, cut.words()
    monkeypatch.setattr(sweeping, "WORTH", (RUNS + 1) / 26)
    same(rows(whole), rows(sweep(None, out=tmp_path / "cut", resume=True)))


def test_a_study_that_is_whole_is_not_learned_again(
    whole: SweepReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And still says what was learned."""
    monkeypatch.setattr(sweeping, "learn", None)
    assert whole.results is not None
    again = sweep(None, out=whole.folder, resume=True)
    assert again.results is not None, again.words()
    assert again.results.head["learned"] == whole.results.head["learned"]


def test_it_stops_while_it_learns(home: Path, tmp_path: Path) -> None:
    """Nothing is solved then, and it can be gone on with."""
    learning: list[Message] = []
    listener = Listener(on_point=learning.append, should_stop=lambda: bool(learning))
    cut = sweep(home / "study.yaml", out=tmp_path / "cut", listener=listener)
    assert cut.exit is Exit.CANCELLED, cut.words()
    head = json.loads((tmp_path / "cut" / "study.json").read_text(encoding="utf-8"))
    assert head["state"] == "interrupted"
    assert head["learned"] is None


def test_what_cannot_be_learned_is_named(tmp_path: Path) -> None:
    """An outlet that takes nothing at one end comes and goes: every member is derived, and it is said why."""
    home = study_file(
        tmp_path, RUNS, STUDY.replace("audit_every: 4", "audit_every: 0").replace("low: 0.7", "low: 0")
    )
    found = sweep(home, out=tmp_path / "out")
    assert found.results is not None, found.words()
    assert "learned" not in rows(found)
    for language, words in (("en", "come and go"), ("zh", "各成员均完整推导：模型的行或列时有时无。")):
        assert any(words in text(line, language) for line in lines(found.results))
