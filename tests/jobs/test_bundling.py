"""A run as one file and back: what the manifest says, and what is refused of a zip that somebody else made."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from tests.jobs import cases

import redmud_opt
from redmud_opt import CaseFaults, Plan
from redmud_opt.cli import main
from redmud_opt.jobs import Exit, RunFolder, bundling, reaudit, run
from redmud_opt.jobs.bundling import unpack
from redmud_opt.jobs.exporting import export
from redmud_opt.jobs.replaying import replay_run
from redmud_opt.plan.storing import csv_of, digests, plan_hash, read_csv


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the starter case, `run`, and its bundle."""
    home = tmp_path_factory.mktemp("bundle")
    cases.starter(home / "case")
    with (home / "case" / "case.yaml").open("a", encoding="utf-8") as file:
        file.write('classification: "=内部资料"\n')
    assert run(home / "case", out=home / "run").exit is Exit.PLAN
    (home / "run" / "plan.part").mkdir()
    (home / "run" / "plan.part" / "flows.csv").write_text("half", encoding="utf-8")
    export(home / "run", home / "run.zip", what="bundle")
    return home


def entries(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as box:
        return {name: box.read(name) for name in box.namelist()}


def rezipped(file: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as box:
        for name, content in files.items():
            box.writestr(name, content)
    return file


# ---- what is in it --------------------------------------------------------------------------------------------


def test_the_manifest_has_every_file_and_the_classification(home: Path) -> None:
    files = entries(home / "run.zip")
    manifest = json.loads(files.pop("run/manifest.json"))
    assert {f"run/{name}" for name in manifest["files"]} == set(files)
    for name, entry in manifest["files"].items():
        content = files[f"run/{name}"]
        assert entry == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    plan = RunFolder(home / "run").read_plan()
    assert (manifest["classification"], manifest["plan_hash"]) == ("=内部资料", plan.hash)
    assert files["run/README.txt"].decode("utf-8").count("=内部资料") == 2
    inside = {name.removeprefix("run/") for name in files}
    assert inside >= {"options.json", "versions.json", "log.txt", "inputs/case.yaml", "plan/audit.csv"}
    assert inside >= {f"plan/{name}.{kind}" for name in plan.frames for kind in ("csv", "parquet")}
    assert not [name for name in inside if ".part" in name or name == "worker.lock"]


def test_a_bundle_opens_as_a_run_again(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = tmp_path / "again"
    assert main(["export", str(home / "run.zip"), str(again)]) == 0
    assert reaudit(again).exit is Exit.PLAN
    assert main(["explain", str(again), "--next-point"]) == 0
    export(again, tmp_path / "plan.xlsx", "zh")
    assert replay_run(again).same  # with an answer kept beside
    capsys.readouterr()


def test_nothing_is_overwritten(home: Path, tmp_path: Path) -> None:
    (tmp_path / "there.zip").write_bytes(b"mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").touch()
    with pytest.raises(CaseFaults, match="already"):
        export(home / "run", tmp_path / "there.zip", what="bundle")
    with pytest.raises(CaseFaults, match="already"):
        export(home / "run.zip", tmp_path / "full")
    with pytest.raises(CaseFaults, match="zip"):
        export(home / "run", tmp_path / "run.tar", what="bundle")
    assert (tmp_path / "there.zip").read_bytes() == b"mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full", "there.zip"]


# ---- what is refused ------------------------------------------------------------------------------------------


def without_manifest(name: str, content: bytes = b"x") -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    return lambda files: {k: v for k, v in files.items() if "manifest" not in k} | {name: content}


REFUSED: dict[str, tuple[Callable[[dict[str, bytes]], dict[str, bytes]], str]] = {
    "parent": (without_manifest("run/../../evil.txt"), "bundle.outside"),
    "absolute": (without_manifest("/etc/evil"), "bundle.outside"),
    "drive": (without_manifest("C:/evil"), "bundle.outside"),
    "backslash": (without_manifest("run\\..\\evil"), "bundle.outside"),
    "top": (without_manifest("evil.txt"), "bundle.outside"),
    "two tops": (without_manifest("other/evil.txt"), "bundle.no_run"),
    "twice": (without_manifest("run/OPTIONS.json"), "bundle.twice"),
    "no run": (lambda files: {"run/a.txt": b"x"}, "bundle.no_run"),
    "altered": (lambda files: files | {"run/log.txt": b"nothing happened"}, "bundle.altered"),
    "added": (lambda files: files | {"run/rejected/plan.json": b"{}"}, "bundle.altered"),
    "taken": (lambda files: {k: v for k, v in files.items() if k != "run/plan/flows.csv"}, "bundle.altered"),
    "manifest": (lambda files: files | {"run/manifest.json": b"[]"}, "bundle.unreadable"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_bundle_is_refused_with_nothing_written(home: Path, tmp_path: Path, name: str) -> None:
    change, key = REFUSED[name]
    file = rezipped(tmp_path / "x.zip", change(entries(home / "run.zip")))
    with pytest.raises(CaseFaults) as caught:
        unpack(file, tmp_path / "out")
    assert [fault.message.key for fault in caught.value.faults] == [key]
    assert [path.name for path in tmp_path.iterdir()] == ["x.zip"]


def test_bombs_links_and_broken_files(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = (home / "run.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    link = zipfile.ZipInfo("run/inputs/link")
    link.external_attr = 0o120777 << 16
    (tmp_path / "link.zip").write_bytes(whole)
    with zipfile.ZipFile(tmp_path / "link.zip", "a") as box:
        box.writestr(link, "/etc/passwd")
    bent = bytearray(whole)
    bent[200] ^= 0xFF
    (tmp_path / "bent.zip").write_bytes(bent)
    for name, key in (
        ("cut", "unreadable"),
        ("link", "outside"),
        ("bent", "unreadable"),
        ("none", "unreadable"),
    ):
        with pytest.raises(CaseFaults) as caught:
            unpack(tmp_path / f"{name}.zip", tmp_path / "out")
        assert [fault.message.key for fault in caught.value.faults] == [f"bundle.{key}"], name
    monkeypatch.setattr(bundling, "MOST_BYTES", 10_000)
    with pytest.raises(CaseFaults, match="unpacks to more"):
        unpack(home / "run.zip", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_sizes_that_lie_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The directory says 10 bytes; 100,000 come out, or the checksum is wrong: refused either way."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("run/options.json", b"0" * 100_000)
    data = bytearray(sink.getvalue())
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    (tmp_path / "lie.zip").write_bytes(data)
    monkeypatch.setattr(bundling, "MOST_BYTES", 50_000)
    with pytest.raises(CaseFaults):
        unpack(tmp_path / "lie.zip", tmp_path / "out")
    assert not (tmp_path / "out").exists()


# ---- replay ---------------------------------------------------------------------------------------------------


def test_the_same_versions_come_to_the_same_plan_to_the_last_digit(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(home / "run.zip"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["same"], told["identical"], told["difference"]) == (True, True, 0.0)
    assert told["tables_that_differ"] == []
    found = redmud_opt.replay(home / "run")
    assert found.hash == RunFolder(home / "run").read_plan().hash
    assert "逐位相同" in found.words("zh")


def test_other_versions_are_named_and_excuse_other_digits(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home / "run", tmp_path / "run")
    folder = RunFolder(tmp_path / "run")
    found = json.loads((folder.path / "versions.json").read_text(encoding="utf-8"))
    folder.write_json("versions.json", found | {"highspy": "1.0"})
    report = replay_run(tmp_path / "run")
    assert report.same
    assert report.versions == {"highspy": ("1.0", found["highspy"])}
    assert not report.must_be_identical
    assert "highspy: the run was made with 1.0" in report.words()


def test_another_objective_than_recorded_is_no_replay(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home / "run", tmp_path / "run")
    folder = RunFolder(tmp_path / "run")
    head = json.loads((folder.path / "plan" / "plan.json").read_text(encoding="utf-8"))
    head["solve"]["objective"] *= 1 + 1e-5
    folder.write_json("plan/plan.json", head)
    report = replay_run(tmp_path / "run")
    assert (report.same, report.exit) == (False, Exit.AUDIT_FAILED)
    assert "NOT met again" in report.words()


@pytest.mark.slow
def test_whole_numbers_that_were_changed_are_no_replay(tmp_path: Path) -> None:
    """A plan that builds something else is worth something else."""
    assert run("circuits_small", out=tmp_path / "run").exit is Exit.PLAN
    folder = RunFolder(tmp_path / "run")
    assert replay_run(folder.path).same
    head = json.loads((folder.path / "plan" / "plan.json").read_text(encoding="utf-8"))
    assert head["whole"]
    folder.write_json("plan/plan.json", head | {"whole": []})
    assert replay_run(folder.path).exit is Exit.AUDIT_FAILED


def test_altered_tables_and_inputs_are_faults(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home / "run", tmp_path / "run")
    cases.alter(tmp_path / "run" / "plan", "flows", cases.added("flow_t", 0, 1.0))
    found = replay_run(tmp_path / "run")
    assert found.exit is Exit.FAULTS
    assert "plan/flows" in found.words("zh")
    unpack(home / "run.zip", tmp_path / "other")
    (tmp_path / "other" / "plan" / "sales.parquet").unlink()
    assert "plan/sales.parquet" in replay_run(tmp_path / "other").words()
    shutil.copytree(home / "run", tmp_path / "third")
    (tmp_path / "third" / "inputs" / "outlets.csv").write_text("outlet\n", encoding="utf-8")
    assert "outlets.csv" in replay_run(tmp_path / "third").words()


def test_runs_without_a_plan_say_so(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(home / "run", tmp_path / "run")
    (tmp_path / "run" / "plan").rename(tmp_path / "run" / "rejected")
    for path, key in ((tmp_path / "run", "replay.rejected"), (tmp_path, "jobs.not_a_run")):
        assert main(["replay", str(path), "--json"]) == Exit.FAULTS
        assert [fault["key"] for fault in json.loads(capsys.readouterr().out)["faults"]] == [key]
    shutil.rmtree(tmp_path / "run" / "rejected")
    assert replay_run(tmp_path / "run").faults is not None


def test_a_run_against_a_baseline_is_replayed_against_it(home: Path, tmp_path: Path) -> None:
    options = redmud_opt.jobs.RunOptions(baseline=str(home / "run"), freeze=1)
    assert run(home / "case", options=options, out=tmp_path / "next").exit is Exit.PLAN
    found = replay_run(tmp_path / "next")
    assert (found.same, found.tables) == (True, ())


# ---- tables ---------------------------------------------------------------------------------------------------


def test_texts_that_look_like_formulas_come_back_exactly(tmp_path: Path) -> None:
    texts = [
        "=1+1",
        "+1",
        "-1",
        "@x",
        "\tx",
        "\rx",
        "'=1",
        "a\r\nb",
        'a "b", c',
        "",
        "NA",
        "007",
        "'",
        "矿泥",
    ]
    count = range(len(texts))
    frame = pd.DataFrame(
        {"item": texts, "flow_t": [0.1 * k for k in count], "on": [k % 2 == 0 for k in count]}
    )
    frame["step"], frame.loc[2, "flow_t"] = list(count), float("nan")
    (tmp_path / "x.csv").write_bytes(csv_of(frame).encode("utf-8"))
    pd.testing.assert_frame_equal(read_csv(tmp_path / "x.csv", frame), frame, check_exact=True)
    first = [line.split(",")[0].strip('"') for line in csv_of(frame.iloc[:5]).splitlines()[1:]]
    assert all(cell.startswith("'") for cell in first)


def test_parquet_and_csv_hold_the_plan_exactly(home: Path) -> None:
    loaded = Plan.load(home / "run" / "plan")
    head = json.loads((home / "run" / "plan" / "plan.json").read_text(encoding="utf-8"))
    assert digests(loaded.frames) == head["tables"]
    assert plan_hash(head["tables"]) == head["hash"] == loaded.hash
    for name, frame in loaded.frames.items():
        copy = read_csv(home / "run" / "plan" / f"{name}.csv", frame)
        pd.testing.assert_frame_equal(copy, frame, check_exact=True)


def test_plans_of_format_1_are_still_read(home: Path, tmp_path: Path) -> None:
    """They had the CSV alone, without apostrophes."""
    shutil.copytree(home / "run", tmp_path / "run")
    plan = tmp_path / "run" / "plan"
    head = json.loads((plan / "plan.json").read_text(encoding="utf-8"))
    head |= {"format": 1, "tables": sorted(head["tables"])}
    for gone in ("hash", "basis"):
        del head[gone]
    (plan / "plan.json").write_text(json.dumps(head), encoding="utf-8")
    for file in plan.glob("*.parquet"):
        file.unlink()
    assert reaudit(tmp_path / "run").exit is Exit.PLAN
    found = replay_run(tmp_path / "run")
    assert (found.same, found.recorded_hash) == (True, None)
    head["format"] = 3
    (plan / "plan.json").write_text(json.dumps(head), encoding="utf-8")
    assert replay_run(tmp_path / "run").exit is Exit.FAULTS
