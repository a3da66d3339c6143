"""The real server with folders of its own, what it takes of the machine, and sessions without a browser.

A bare session speaks to the server as the page in a browser does (one WebSocket, protobuf messages) and draws
nothing: what it waits for is the server alone.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from redmud_opt.ui.pages import PAGES

REPOSITORY = Path(__file__).resolve().parents[2]
UP_WITHIN_S = 120
PATIENCE_S = 300.0
"""Nothing that is measured takes so long: a benchmark that hangs ends."""


def path_of(page: str) -> str:
    """Of a page in an address; the first one stands at the root."""
    return "" if page == PAGES[0].name else page


@dataclass(frozen=True)
class Server:
    """A running app. runs: its folder of runs; up_s: seconds until it answered."""

    port: int
    pid: int
    runs: Path
    up_s: float

    def address(self, page: str, **kept: str) -> str:
        """Of a page."""
        return f"http://127.0.0.1:{self.port}/{path_of(page)}?{urlencode(kept)}"

    def memory_mb(self) -> float:
        """Resident memory of the server process alone."""
        lines = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8").splitlines()
        (line,) = (line for line in lines if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024

    def cpu_s(self) -> float:
        """CPU seconds that the server process alone has taken."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(solved: Sequence[Path]) -> Iterator[Server]:
    """A fresh server, set as `make app` sets it; its folder of runs holds copies of these runs."""
    with tempfile.TemporaryDirectory(prefix="redmud-opt-app-") as scratch, socket.socket() as free:
        home = Path(scratch)
        for run in solved:
            shutil.copytree(run, home / "runs" / run.name)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        with (home / "log.txt").open("wb") as log:
            began = time.perf_counter()
            process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
                cwd=REPOSITORY,
                env={
                    **os.environ,
                    "REDMUD_OPT_RUNS": str(home / "runs"),
                    "REDMUD_OPT_WORK": str(home / "work"),
                },
                stdout=log,
                stderr=log,
            )
        try:
            _until_up(port, process)
            yield Server(port, process.pid, home / "runs", time.perf_counter() - began)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:  # it waits for open tabs
                process.kill()
                process.wait(10)


def _until_up(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + UP_WITHIN_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"the server did not come up within {UP_WITHIN_S} s")


class Session:
    """A session without a browser, open until `close`."""

    def __init__(self, server: Server, page: str, **kept: str) -> None:
        self._page, self._query = path_of(page), urlencode(kept)
        self._socket = connect(
            f"ws://127.0.0.1:{server.port}/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            origin=f"http://127.0.0.1:{server.port}",  # type: ignore[arg-type]
            open_timeout=PATIENCE_S,
            max_size=None,
        )

    def run(self) -> float:
        """Runs the page, first or again; seconds until the last of it has come. Raises where the page fails."""
        message = BackMsg()
        message.rerun_script.query_string = self._query
        message.rerun_script.page_name = self._page
        began = time.perf_counter()
        self._socket.send(message.SerializeToString())
        while True:
            found = ForwardMsg()
            found.ParseFromString(self._socket.recv(timeout=PATIENCE_S))
            kind = found.WhichOneof("type")
            if kind == "page_not_found":
                raise RuntimeError(f"{self._page}: there is no such page")
            if kind == "delta" and found.delta.new_element.WhichOneof("type") == "exception":
                raise RuntimeError(f"{self._page}: {found.delta.new_element.exception.type}")
            if kind == "script_finished" and found.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                return time.perf_counter() - began

    def close(self) -> None:
        """Leaves."""
        self._socket.close()
