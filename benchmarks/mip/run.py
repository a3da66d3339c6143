"""One run in a process of its own: `python -m benchmarks.mip.run INSTANCE VARIANT [LIMIT_S] [FOLDER]`.

The result is one JSON file, written whole or not at all. A result that was made of the same model with the same
options by the same solver is kept: nothing is run. The time is that of the solve alone; case, network, model and the
relaxation come before.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel

import redmud_opt.solve
from benchmarks.mip.registry import Variant, case_named, formulation_of, spec_named, variant_named
from redmud_opt.case import Case
from redmud_opt.model import build_model
from redmud_opt.model.arrays import StandardForm, compile
from redmud_opt.network import Network, build_network
from redmud_opt.plan import audit, make_plan
from redmud_opt.plan.plan import versions, write_whole
from redmud_opt.solve import Options, Outcome, Progress, Session

RESULTS = Path(__file__).resolve().parents[1] / "results" / "mip"
LIMIT_S = 300.0
READINGS_S = (10.0, 60.0, 300.0)
FORMAT = 1

MOST_POINTS = 120
"""Points of the curve that a result keeps."""

RELAXATION_S = 900.0
"""Longest that a relaxation may take [s]; it is no part of the run."""


@dataclass(frozen=True)
class Prepared:
    """An instance in one variant, ready to be solved."""

    name: str
    variant: Variant
    case: Case
    network: Network
    model: ConcreteModel
    form: StandardForm
    options: Options

    @property
    def builds(self) -> np.ndarray:
        """Places of the build decisions among the columns."""
        blocks = {name: np.arange(start, stop) for name, start, stop in self.form.column_blocks}
        return blocks.get("build", np.arange(0))


def prepare(name: str, variant: Variant, limit_s: float) -> Prepared:
    """Everything up to the solve."""
    case = case_named(name)
    network = build_network(case)
    model = build_model(network, formulation_of(variant))
    options = Options(time_limit_s=limit_s, starts=variant.starts, neighbourhood=variant.neighbourhood)
    return Prepared(name, variant, case, network, model, compile(model), options)


# ---- what a result rests on ------------------------------------------------------------------------------------


def fingerprint(ready: Prepared) -> str:
    """Hash of the model with its names, the options, and the solver: what must be the same for a result to stay."""
    form, groups = ready.form, getattr(ready.model, "column_groups", ())
    digest = hashlib.sha256()
    names = [form.column_name(k) for k in range(len(form.cost))]
    names += [form.row_name(k) for k in range(len(form.row_lower))]
    names += [f"{group.columns.name} {group.by}" for group in groups]
    digest.update("|".join(names).encode())
    bounds = (form.col_lower, form.col_upper, form.row_lower, form.row_upper, form.integrality)
    for part in (form.cost, *bounds, form.matrix.indptr, form.matrix.indices, form.matrix.data):
        digest.update(np.ascontiguousarray(part).tobytes())
    rest = [form.sense, form.offset, switches_of(ready.options), versions()["highspy"], solver_code(), FORMAT]
    digest.update(json.dumps(rest).encode())
    return digest.hexdigest()


def switches_of(options: Options) -> dict[str, Any]:
    """The options that are numbers, words or flags."""
    found = {field.name: getattr(options, field.name) for field in fields(options)}
    return {
        name: value for name, value in found.items() if value is None or isinstance(value, str | float | int)
    }


def solver_code(folder: Path | None = None) -> str:
    """Hash of the code of the solve room, without comments, docstrings and layout."""
    folder = folder or Path(redmud_opt.solve.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            body = getattr(node, "body", None)
            if isinstance(body, list):  # a string that stands alone says something and does nothing
                node.body = [line for line in body if not _is_text(line)]  # type: ignore[attr-defined]
        digest.update(f"{path.name}\n{ast.dump(tree)}\n".encode())
    return digest.hexdigest()[:16]


def _is_text(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


# ---- the run ---------------------------------------------------------------------------------------------------


def result_path(folder: Path, instance: str, variant: str) -> Path:
    """Where a result lies."""
    return folder / f"{instance}.{variant}.json"


def is_finished(path: Path, found: str) -> bool:
    """Whether a result with this fingerprint is there."""
    try:
        return bool(json.loads(path.read_text(encoding="utf-8"))["hash"] == found)
    except (FileNotFoundError, json.JSONDecodeError, KeyError, TypeError):
        return False


def run(instance: str, variant: str, limit_s: float = LIMIT_S, folder: Path = RESULTS) -> bool:
    """Runs and writes; False if the result was there already."""
    ready = prepare(instance, variant_named(variant), limit_s)
    path, found = result_path(folder, instance, variant), fingerprint(ready)
    if is_finished(path, found):
        return False
    record = measure(ready) | {"hash": found}
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(path, as_text(record))
    return True


def as_text(record: dict[str, Any]) -> str:
    """JSON with each point of the curve on a line of its own."""
    points = ",\n  ".join(json.dumps(point) for point in record["curve"])
    text = json.dumps(record | {"curve": "POINTS"}, indent=1, ensure_ascii=False)
    return text.replace('"POINTS"', f"[\n  {points}\n ]") + "\n"


def measure(ready: Prepared) -> dict[str, Any]:
    """Relaxations, then the solve, then the audit of what it holds."""
    started = time.perf_counter()
    relaxed = relaxation(ready.form)
    seconds = time.perf_counter() - started
    unbuilt = ready.form.col_upper.copy()
    unbuilt[ready.builds] = 0.0
    nothing = relaxation(replace(ready.form, col_upper=unbuilt))
    outcome, busy = solve(ready)
    spec = spec_named(ready.name)
    return {
        "format": FORMAT,
        "instance": ready.name,
        "variant": ready.variant.name,
        "seed": None if spec is None else spec.seed,
        "size": asdict(outcome.size) | {"builds": len(ready.builds)},
        "limit_s": ready.options.time_limit_s,
        "relaxation": {"bound": relaxed, "seconds": round(seconds, 2), "nothing_built": nothing},
        "readings": {f"{at:g}": reading(outcome, at) for at in READINGS_S},
        "final": outcome.as_record()
        | {"seconds": round(outcome.seconds, 2), "audit": audited(ready, outcome)},
        "curve": curve(outcome.progress),
        "options": switches_of(ready.options),
        "versions": versions() | {"python": platform.python_version(), "solver_code": solver_code()},
        "machine": {**machine(), "core_share": round(busy, 3)},
    }


def relaxation(form: StandardForm) -> float | None:
    """The optimum of the LP; None if it has none."""
    session = Session(Options(time_limit_s=RELAXATION_S))
    session.update(replace(form, integrality=np.zeros_like(form.integrality)))
    outcome = session.run()
    return outcome.objective if outcome.stopped == "optimal" else None


def solve(ready: Prepared) -> tuple[Outcome, float]:
    """(outcome, share of one core that the process had meanwhile)."""
    wall, cpu = time.perf_counter(), time.process_time()
    outcome = Session(ready.options).solve(ready.model)
    return outcome, (time.process_time() - cpu) / (time.perf_counter() - wall)


def audited(ready: Prepared, outcome: Outcome) -> bool | None:
    """Whether the plan passes its audit; None if there is none."""
    if outcome.values is None:
        return None
    plan = make_plan(ready.network, ready.model, outcome)
    return audit(ready.case, plan.frames, plan.value_cny).passed


# ---- what is kept of it ----------------------------------------------------------------------------------------


def reading(outcome: Outcome, at_s: float) -> dict[str, Any] | None:
    """What was known after so many seconds; None if the run was cut short before, or nothing was known yet.

    A run that came to its end before holds from then on what it holds.
    """
    cut_short = outcome.stopped in ("time", "cancelled", "crashed")
    if cut_short and outcome.seconds < 0.99 * at_s:
        return None
    known = [point for point in outcome.progress if point.seconds <= at_s]
    if not known:
        return None
    last = known[-1]
    return {"objective": last.objective, "bound": last.bound, "gap": last.gap, "phase": last.phase}


def curve(progress: Sequence[Progress]) -> list[list[Any]]:
    """[seconds, plan, bound, phase] where something changed, evenly thinned; the end is always there."""
    changed = [
        point
        for k, point in enumerate(progress)
        if k in (0, len(progress) - 1) or _state(point) != _state(progress[k - 1])
    ]
    kept = np.unique(np.linspace(0, len(changed) - 1, min(len(changed), MOST_POINTS)).round().astype(int))
    return [[round(changed[k].seconds, 2), *_state(changed[k])] for k in kept]


def _state(point: Progress) -> tuple[float | None, float | None, str]:
    return point.objective, point.bound, point.phase


def machine() -> dict[str, Any]:
    """What it ran on, without its name."""
    kind = platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        kind = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return {"processor": kind, "cores": os.cpu_count()}


def main(arguments: list[str]) -> int:
    """Runs one and says whether it ran."""
    instance, variant, *more = arguments
    limit_s = float(more[0]) if more else LIMIT_S
    folder = Path(more[1]) if len(more) > 1 else RESULTS
    ran = run(instance, variant, limit_s, folder)
    print(f"{instance} {variant}: {'done' if ran else 'kept, nothing changed'}", file=sys.stderr, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
