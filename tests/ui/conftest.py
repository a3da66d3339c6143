"""What the tests of the page share: cases to choose from, a folder of runs, and finished runs made once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from redmud_opt.case import bundled
from redmud_opt.jobs import start, wait

APP = Path(__file__).resolve().parents[2] / "app.py"

TOO_MUCH = """\
base: guangxi
settings: {title_en: "Sixty percent", title_zh: "百分之六十"}
overrides:
  - {table: targets, where: {name: red_mud_2027}, set: {at_least: 0.6}}
"""


@pytest.fixture(scope="session")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a faulty case and a scenario that asks for too much."""
    folder = tmp_path_factory.mktemp("cases")
    shutil.copytree(bundled("guangxi"), folder / "faulty")
    lines = folder / "faulty" / "lines.csv"
    lines.write_text(
        lines.read_text(encoding="utf-8").replace("\nhgms_line,", "\n<b>hgms</b>,"), encoding="utf-8"
    )
    (folder / "too_much.yaml").write_text(TOO_MUCH, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of runs."""
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="session")
def solved_run(runs: Path) -> Path:
    """A run of the big case, from a worker."""
    folder = start(bundled("guangxi"), runs)
    assert wait(folder, 120).exit == 0
    return folder


@pytest.fixture(scope="session")
def impossible_run(runs: Path, cases: Path) -> Path:
    """A run of the scenario that asks for too much."""
    folder = start(cases / "too_much.yaml", runs)
    assert wait(folder, 120).exit == 2
    return folder


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, cases: Path, runs: Path) -> Callable[..., AppTest]:
    """Opens the page at an address: `page(lang="zh", case="guangxi")`."""
    monkeypatch.setenv("REDMUD_OPT_CASES", str(cases))
    monkeypatch.setenv("REDMUD_OPT_RUNS", str(runs))

    def opened(**address: str) -> AppTest:
        test = AppTest.from_file(str(APP), default_timeout=60)
        for name, value in address.items():
            test.query_params[name] = value
        return test.run()

    return opened
