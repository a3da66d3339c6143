"""What the tests of the page share: cases to choose from, a folder of runs, and finished runs made once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash
from tests.jobs.cases import GOOD_ENOUGH, growing, starter

from redmud_opt.case import bundled
from redmud_opt.jobs import RunOptions, start, wait
from redmud_opt.ui.pages import PAGES

APP = Path(__file__).resolve().parents[2] / "app.py"

TOO_MUCH = """\
base: growing
settings: {title_en: "Sixty percent", title_zh: "百分之六十"}
overrides:
  - {table: targets, where: {name: use_target}, set: {at_least: 0.6, hard: "yes", price_cny_per_t: null}}
"""


@pytest.fixture(scope="session")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a faulty case, a scenario that asks for too much, and a small case in which lines are built."""
    folder = tmp_path_factory.mktemp("cases")
    shutil.copytree(bundled("guangxi"), folder / "faulty")
    lines = folder / "faulty" / "lines.csv"
    lines.write_text(
        lines.read_text(encoding="utf-8").replace("\nhgms_line,", "\n<b>hgms</b>,"), encoding="utf-8"
    )
    growing(folder / "growing")
    starter(folder / "starter")
    (folder / "too_much.yaml").write_text(TOO_MUCH, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of runs."""
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="session")
def solved_run(runs: Path) -> Path:
    """A run of the big case, from a worker; as good as tests need it, not proved best."""
    return run_of(bundled("guangxi"), runs, RunOptions(gap=GOOD_ENOUGH))


@pytest.fixture(scope="session")
def grown_run(runs: Path, cases: Path) -> Path:
    """A run of the small case in which lines are built, proved best."""
    return run_of(cases / "growing", runs)


@pytest.fixture(scope="session")
def plain_run(runs: Path, cases: Path) -> Path:
    """A run of the starter case: nothing is decided once and for all."""
    return run_of(cases / "starter", runs)


def run_of(case: Path, runs: Path, options: RunOptions | None = None) -> Path:
    """The folder of a run that held a plan."""
    folder = start(case, runs, options)
    assert wait(folder, 120).exit == 0
    return folder


@pytest.fixture(scope="session")
def impossible_run(runs: Path, cases: Path) -> Path:
    """A run of the scenario that asks for too much."""
    folder = start(cases / "too_much.yaml", runs)
    assert wait(folder, 120).exit == 2
    return folder


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cases: Path, runs: Path) -> Callable[..., AppTest]:
    """Opens a page at an address: `page("plan", lang="zh", run="…")`."""
    monkeypatch.setenv("REDMUD_OPT_CASES", str(cases))
    monkeypatch.setenv("REDMUD_OPT_RUNS", str(runs))
    monkeypatch.setenv("REDMUD_OPT_WORK", str(tmp_path / "work"))

    def opened(at: str = PAGES[0].name, **address: str) -> AppTest:
        test = AppTest.from_file(str(APP), default_timeout=60)
        test._page_hash = calc_hash(at)  # AppTest itself opens pages that are files only
        for name, value in address.items():
            test.query_params[name] = value
        return test.run()

    return opened
