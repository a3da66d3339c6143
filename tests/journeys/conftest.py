"""A real server and a real browser for the journeys. Needs chromium and a Chinese font on the machine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright
from tests.jobs.cases import growing

REPOSITORY = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
UP_WITHIN_S = 60
expect.set_options(timeout=30_000)  # a busy machine is no failure


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the app, started as `make app` does, with a folder of runs of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("server")
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env={
                **os.environ,
                "REDMUD_OPT_RUNS": str(folder / "runs"),
                "REDMUD_OPT_CASES": str(growing(folder / "cases" / "growing").parent),
            },
            stdout=log,
            stderr=log,
        )
    try:
        _until_up(f"http://127.0.0.1:{port}/_stcore/health", process, folder / "log.txt")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


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
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """A fresh tab that notes requests to other hosts and errors on the console; there must be none of either."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    strays: list[str] = []

    def noted(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")):
            strays.append(request.url)

    page.on("request", noted)
    page.on("console", lambda message: strays.append(message.text) if message.type == "error" else None)
    yield page
    page.close()
    assert strays == []
