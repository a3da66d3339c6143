"""Killed (−9) at random moments while everything that is taken away or kept is written: what is there can be read.

A child writes a run's files, plan, answers, workbooks and bundles one after the other, without end; it is killed
somewhere in between. What bears its final name must then be whole; what is half-written ends in `.part` or
stands in a hidden folder.
"""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import random
import shutil
import signal
import time
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
import python_calamine
import yaml
from tests.jobs import cases

from redmud_opt.case.whole import write_whole
from redmud_opt.case.workbook import write_folder, write_workbook
from redmud_opt.jobs import Exit, RunFolder, run
from redmud_opt.jobs.bundling import unpack, write_bundle
from redmud_opt.jobs.exporting import TAKEN
from redmud_opt.jobs.folder import RunStatus
from redmud_opt.jobs.inputs import gather
from redmud_opt.jobs.taking import Held, take

KILLS = 6
LONGEST_S = 0.6


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Held:
    home = tmp_path_factory.mktemp("kills")
    assert run(cases.starter(home / "case"), out=home / "run").exit is Exit.PLAN
    write_workbook(home / "case", home / "case.xlsx")
    write_bundle(home / "run", home / "run.zip")
    return take(home / "run")


def writes_without_end(held: Held, home: Path, seed: int) -> None:
    """The child: it never returns."""
    source, order = held.folder.path.parent, random.Random(seed)
    for number in itertools.count():
        folder = RunFolder(home / f"run-{number}")
        (folder.path / "explained").mkdir(parents=True)
        steps = [
            lambda f=folder: gather(held.case).write(f.path),
            lambda f=folder: f.write_plan(held.plan),
            lambda f=folder: f.write_json("explained/worth.json", {"en": ["x" * 5000] * 50}),
            lambda f=folder: [f.write_status(RunStatus("running", str(k))) for k in range(20)],
            lambda n=number: TAKEN["plan"](held, home / f"plan-{n}.xlsx"),
            lambda n=number: write_workbook(source / "case", home / f"case-{n}.xlsx"),
            lambda n=number: write_folder(source / "case.xlsx", home / f"case-{n}"),
            lambda n=number: TAKEN["bundle"](held, home / f"run-{n}.zip"),
            lambda n=number: unpack(source / "run.zip", home / f"unpacked-{n}"),
            lambda n=number: write_whole(home / f"report-{n}.html", "<p>" + "赤泥" * 500_000 + "</p>"),
        ]
        order.shuffle(steps)
        for step in steps:
            step()


def half_written(path: Path, home: Path) -> bool:
    parts = path.relative_to(home).parts
    return any(part.endswith(".part") or part.startswith(".") for part in parts)


def read(path: Path) -> None:
    """Raises where a file is not whole."""
    if path.suffix == ".xlsx":
        assert python_calamine.CalamineWorkbook.from_path(str(path)).sheet_names
    elif path.suffix == ".zip":
        unpack(path, path.with_suffix(".checked"))
        shutil.rmtree(path.with_suffix(".checked"))
    elif path.suffix == ".parquet":
        pq.read_table(path)
    elif path.suffix == ".json":
        json.loads(path.read_text(encoding="utf-8"))
    elif path.suffix == ".yaml":
        yaml.safe_load(path.read_text(encoding="utf-8"))
    elif path.suffix == ".csv":
        assert path.read_bytes().endswith(b"\n")
        pd.read_csv(path)
    elif path.suffix == ".html":
        assert path.read_text(encoding="utf-8").endswith("</p>")


def killed(held: Held, home: Path, seed: int) -> tuple[int, int]:
    """Starts a child, kills it, reads what it left; returns how many files were whole and how many unfinished."""
    home.mkdir()
    child = multiprocessing.get_context("fork").Process(
        target=writes_without_end, args=(held, home, seed), daemon=True
    )
    child.start()
    until = time.monotonic() + 60.0
    while not any(home.iterdir()) and time.monotonic() < until:  # a busy machine is slow to begin
        time.sleep(0.005)
    time.sleep(random.Random(seed).uniform(0.0, LONGEST_S))
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    assert child.exitcode == -signal.SIGKILL  # it did not end by itself: no error of its own
    files = [path for path in home.rglob("*") if path.is_file()]
    whole = [path for path in files if not half_written(path, home)]
    for path in whole:
        read(path)
    for folder in home.glob("run-*"):
        if folder.is_dir() and RunFolder(folder).holds("plan"):
            assert RunFolder(folder).read_plan().hash == held.plan.hash
    shutil.rmtree(home)
    return len(whole), len(files) - len(whole)


def all_killed(held: Held, home: Path, kills: int) -> tuple[int, int]:
    """How many files were whole, and how many children were killed in the middle of one."""
    found = [killed(held, home / str(seed), seed) for seed in range(kills)]
    return sum(whole for whole, _ in found), sum(half > 0 for _, half in found)


def test_a_few_kills_leave_nothing_unreadable(held: Held, tmp_path: Path) -> None:
    assert all_killed(held, tmp_path, KILLS)[0] > 0  # the children did write


@pytest.mark.slow
def test_a_hundred_kills_leave_nothing_unreadable(held: Held, tmp_path: Path) -> None:
    whole, halves = all_killed(held, tmp_path, 100)
    assert whole > 100
    assert halves >= 5
