"""`python -m benchmarks`: times all instances, prints the page and writes it to `benchmarks/results/latest.md`.

A part of it, without touching the page on disk: `python -m benchmarks --sizes small medium --peers bare ours`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.measure import EFFORTS, Measured, measure
from benchmarks.peers import PEERS
from benchmarks.registry import REGISTRY, spec_of
from benchmarks.report import page

LATEST = Path(__file__).parent / "results" / "latest.md"


def main(arguments: list[str] | None = None) -> int:
    """Runs what is asked for, all of it by default."""
    sizes = [spec.name for spec in REGISTRY]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", nargs="+", choices=sizes, default=sizes)
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    options = parser.parse_args(arguments)
    measured: list[Measured] = []
    for name in options.sizes:
        print(f"{name} ...", file=sys.stderr, flush=True)
        check = name == sizes[0]  # the optima of all peers are compared where a solve takes no time
        measured.append(measure(spec_of(name), EFFORTS[name], options.peers, check_optima=check))
    text = page(measured)
    print(text)
    if options.sizes == sizes and options.peers == list(PEERS):
        LATEST.parent.mkdir(exist_ok=True)
        LATEST.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
