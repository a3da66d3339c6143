"""`python -m benchmarks.app`: measures the app on its real server, prints the page and writes
`benchmarks/results/app.md`. Needs chromium. A part of it, without touching the page on disk:

    python -m benchmarks.app --only cancels memory
    python -m benchmarks.app --runs runs/guangxi-20261128-090000 runs/group-20261128-090100     solved runs to show
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.app.measures import (
    CASE,
    cancel_runs,
    chromium,
    click_run,
    crowd,
    load_pages,
    memory,
    rerun_sides,
    solving,
)
from benchmarks.app.page import Found, page
from benchmarks.app.serving import served
from redmud_opt.jobs import RunFolder, RunOptions, start, wait

RESULTS = Path(__file__).parents[1] / "results" / "app.md"
PARTS = ("pages", "clicks", "cancels", "memory", "crowd")
SOLVES = 2
SHOWN = {CASE: 0.05, "group": 0.02}
"""Cases whose plans are shown → gap at which they are good enough for that."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures what is asked for, all of it by default."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.app", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--runs", nargs="+", type=Path, help="folders of solved runs, that of guangxi first")
    parser.add_argument("--out", type=Path, help="where the page goes, instead of the one that is kept")
    asked = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # servers and solves end too
    found = Found(load=os.getloadavg()[0], solves=SOLVES)
    with _solved(asked.runs) as runs:
        for part in asked.only:
            print(f"{part} ...", file=sys.stderr, flush=True)
            MEASURED[part](found, runs)
    text = page(found)
    print(text)
    target = asked.out or (RESULTS if asked.only == list(PARTS) else None)
    if target is not None:
        target.write_text(text, encoding="utf-8")
    return 0


@contextmanager
def _solved(given: Sequence[Path] | None) -> Iterator[dict[Path, str]]:
    """Folder of a solved run → its case; those that were given, else runs made here."""
    if given:
        yield {path.resolve(): Path(RunFolder(path).read_request()[0]).stem for path in given}
        return
    with tempfile.TemporaryDirectory(prefix="redmud-opt-solved-") as scratch:
        made = {start(case, scratch, RunOptions(gap=gap)): case for case, gap in SHOWN.items()}
        for path in made:
            wait(path)
        yield made


def _pages(found: Found, runs: dict[Path, str]) -> None:
    names = {path.name: case for path, case in runs.items()}
    with chromium() as browser:
        with served(list(runs)) as server:
            found.up_s = server.up_s
            found.quiet = load_pages(server, browser, names)
            found.sides = rerun_sides(server, names)
        with served(list(runs)) as server, solving(CASE, SOLVES):
            found.loaded = load_pages(server, browser, names)


def _clicks(found: Found, runs: dict[Path, str]) -> None:
    with chromium() as browser, served(list(runs)) as server:
        found.clicks = click_run(server, browser)


def _cancels(found: Found, runs: dict[Path, str]) -> None:
    with chromium() as browser, served(list(runs)) as server:
        found.cancels = cancel_runs(server, browser)


def _memory(found: Found, runs: dict[Path, str]) -> None:
    with served(list(runs)) as server:
        found.memory = memory(server, next(iter(runs)).name)


def _crowd(found: Found, runs: dict[Path, str]) -> None:
    with served(list(runs)) as server:
        found.crowd = crowd(server, next(iter(runs)).name)


MEASURED = {"pages": _pages, "clicks": _clicks, "cancels": _cancels, "memory": _memory, "crowd": _crowd}

if __name__ == "__main__":
    sys.exit(main())
