"""A real server and a real browser for the journeys. Needs chromium and a Chinese font on the machine."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from benchmarks.app.measures import CHROMIUM
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)
from tests.jobs.cases import growing

from redmud_opt.jobs import cancel, runs

REPOSITORY = Path(__file__).resolve().parents[2]
UP_WITHIN_S = 60
expect.set_options(timeout=60_000)  # a busy machine is no failure


@dataclass(frozen=True)
class Served:
    """A running app, and the folders that it keeps things in."""

    address: str
    runs: Path
    cases: Path
    work: Path


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[Served]:
    """The app, started as `make app` does; started again on the same folder it finds what was there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = Served(f"http://127.0.0.1:{port}", folder / "runs", folder / "cases", folder / "work")
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), *options]
    where = {"RUNS": place.runs, "CASES": place.cases, "WORK": place.work}
    log = folder / f"log-{port}.txt"
    with log.open("wb") as file:
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env={**os.environ, **{f"REDMUD_OPT_{name}": str(path) for name, path in where.items()}},
            stdout=file,
            stderr=file,
        )
    try:
        _until_up(f"{place.address}/_stcore/health", process, log)
        yield place
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:  # it waits for open tabs; runs outlive a killed server too
            process.kill()
            process.wait(20)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app with folders of its own, and in them a small case in which lines are built."""
    folder = tmp_path_factory.mktemp("server")
    growing(folder / "cases" / "growing")
    with serving(folder) as found:
        yield found
        for run in runs(found.runs):  # what a journey that failed has left behind
            cancel(run)


@pytest.fixture(scope="session")
def server(place: Served) -> str:
    """Address of the app."""
    return place.address


@pytest.fixture(scope="session")
def guangxi_run(place: Served) -> str:
    """A run of the big case by the command line, as good as journeys need it, not proved best."""
    return _by_command_line(place, "guangxi", "--gap", "0.05")


@pytest.fixture(scope="session")
def growing_run(place: Served) -> str:
    """A run of the small case by the command line."""
    return _by_command_line(place, str(place.cases / "growing"))


def _by_command_line(place: Served, case: str, *options: str) -> str:
    name = f"{Path(case).name}-by-command-line"
    command = [
        sys.executable,
        "-m",
        "redmud_opt",
        "solve",
        case,
        "--out",
        str(place.runs / name),
        "--json",
        *options,
    ]
    subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True)
    return name


def _until_up(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(UP_WITHIN_S * 4):
        assert process.poll() is None, log.read_text(encoding="utf-8", errors="replace")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.25)
    pytest.fail(f"the app did not come up within {UP_WITHIN_S} s\n{log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of the machine."""
    chromium = shutil.which("chromium")
    if chromium is None:
        words = "journeys need chromium: apt-get install --no-install-recommends chromium fonts-wqy-zenhei"
        pytest.fail(words) if os.environ.get("CI") else pytest.skip(words)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        yield opened
        opened.close()


@pytest.fixture
def tabs(browser: Browser) -> Iterator[Callable[[], Page]]:
    """Fresh tabs that note requests to other hosts and errors on the console; there must be none of either."""
    strays: list[str] = []
    contexts: list[BrowserContext] = []

    def noted(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")):
            strays.append(request.url)

    def heard(message: ConsoleMessage) -> None:
        # the frame asks below the page of a deep link first, then at the root
        probe = re.search(r"/[a-z]+/_stcore/(health|host-config)$", message.location["url"])
        if message.type == "error" and not probe:
            strays.append(message.text)

    def opened() -> Page:
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(90_000)  # a busy machine is no failure
        page.on("request", noted)
        page.on("console", heard)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert strays == []


@pytest.fixture
def tab(tabs: Callable[[], Page]) -> Page:
    """One such tab."""
    return tabs()
