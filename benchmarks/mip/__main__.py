"""`python -m benchmarks.mip`: every instance in every variant, then the page `benchmarks/results/mip.md`.

It can be stopped and started again at any time: a finished run is kept as long as its model, its options and the
solver are the same. A part of it: `--instances builds_60 --variants weak links`. A limit of one's own, whose results
go to `runs/` and whose page is only printed: `--limit-s 20`. Without any run: `--page-only`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from benchmarks.mip.page import page, read_results
from benchmarks.mip.registry import INSTANCES, MIP_TINY, VARIANTS
from benchmarks.mip.run import LIMIT_S, RESULTS
from redmud_opt.plan.plan import write_whole

ROOT = Path(__file__).resolve().parents[2]
PAGE = RESULTS.with_suffix(".md")


def main(arguments: list[str] | None = None) -> int:
    """Runs what is asked for, all of it by default."""
    names = [variant.name for variant in VARIANTS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mip", description=__doc__)
    parser.add_argument("--instances", nargs="+", choices=(*INSTANCES, MIP_TINY.name), default=INSTANCES)
    parser.add_argument("--variants", nargs="+", choices=names, default=names)
    parser.add_argument("--limit-s", type=float, default=LIMIT_S)
    parser.add_argument("--page-only", action="store_true")
    parser.add_argument("--results", type=Path, help="folder of the results; their page is only printed")
    options = parser.parse_args(arguments)
    folder = options.results or results_of(options.limit_s)
    failed = 0
    for instance in () if options.page_only else options.instances:
        for variant in options.variants:
            failed += run_apart(instance, variant, options.limit_s, folder) != 0
    text = page(read_results(folder))
    print(text)
    if folder == RESULTS:
        write_whole(PAGE, text)
    return 1 if failed else 0


def results_of(limit_s: float) -> Path:
    """Where the results of a time limit lie: runs of another limit never mix with those of the page."""
    return RESULTS if limit_s == LIMIT_S else ROOT / "runs" / f"bench_mip_{limit_s:g}s"


def run_apart(instance: str, variant: str, limit_s: float, folder: Path) -> int:
    """One run in a process of its own, so that none leaves anything to the next; its exit code."""
    print(f"{instance} {variant} ...", file=sys.stderr, flush=True)
    command = [
        sys.executable,
        "-m",
        "benchmarks.mip.run",
        instance,
        variant,
        repr(limit_s),
        str(folder.resolve()),
    ]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
