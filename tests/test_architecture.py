"""The architecture is a test: who may import whom, read from the source and never from running it.

Rooms stand in one row, and a room imports only itself and rooms to its left:

    i18n ← case ← network ← model ← solve ← plan ← study ← report ← jobs ← the public face ← cli | ui

Every `import` counts wherever it stands: at the top, inside a function, under TYPE_CHECKING, or spelt as
`import_module("…")`. The one thing left out is what Python does by itself: importing `a.b` also runs
`a/__init__.py`.
"""

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import resolve_name
from pathlib import Path

import networkx as nx
import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
SOURCE = REPOSITORY / "src" / "redmud_opt"

FACE = "the public face"
ORDER = ("i18n", "case", "network", "model", "solve", "plan", "study", "report", "jobs", FACE)
LAST = ("cli", "ui")  # side by side at the end of the row: neither imports the other
FACE_MODULES = ("__init__", "_startup", "api")

SOLVERS = (
    *("highspy", "gurobipy", "cplex", "docplex", "xpress", "mosek", "pyscipopt", "coptpy", "ortools", "pulp"),
    *("cvxpy", "cvxopt", "linopy", "mip", "scipy.optimize", "pyomo.opt", "pyomo.solvers"),
    *("pyomo.contrib.appsi", "pyomo.contrib.solver", "pyomo.contrib.highs", "pyomo.environ.SolverFactory"),
)


@dataclass(frozen=True)
class Guard:
    """Outside code that only some rooms may import."""

    what: str
    outside: tuple[str, ...]
    rooms: tuple[str, ...]


GUARDS = (
    Guard("a solver", SOLVERS, ("solve",)),
    Guard("streamlit", ("streamlit",), ("ui",)),
    Guard("plotly", ("plotly",), ("ui", "report")),
)


@dataclass(frozen=True)
class Module:
    """One source file: its dotted name, where its relative imports start, and what it imports, with lines."""

    name: str
    package: str
    imports: tuple[tuple[int, str], ...]

    def where(self, line: int) -> str:
        """Place to look, for messages."""
        return f"{self.name}, line {line}"


# ---------------------------------------------------------------- reading the source


def read_modules(root: Path) -> dict[str, Module]:
    """Every module below a package's folder, by dotted name, with its imports resolved to dotted names."""
    files = {module_name(root, file): file for file in sorted(root.rglob("*.py"))}
    modules = {}
    for name, file in files.items():
        package = name if file.name == "__init__.py" else name.rpartition(".")[0]
        tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
        imports = tuple(sorted(set(imports_of(tree, package, files.keys()))))
        modules[name] = Module(name, package, imports)
    return modules


def module_name(root: Path, file: Path) -> str:
    """`…/pkg/case/schema.py` → `pkg.case.schema`; a package is called by its folder."""
    parts = [root.name, *file.relative_to(root).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(tree: ast.Module, package: str, known: Iterable[str]) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything a file imports, from wherever in the file it does so."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(names=names):
                base = absolute(node, package)
                for alias in names:
                    full = f"{base}.{alias.name}"
                    ours = full.split(".")[0] == package.split(".")[0]
                    yield node.lineno, base if alias.name == "*" or (ours and full not in known) else full
            case ast.Call(args=[ast.Constant(value=str(name)), *_], func=function):
                if called(function) in {"import_module", "__import__"}:
                    yield node.lineno, resolve_name(name, package)
            case ast.Attribute(
                attr="SolverFactory"
            ):  # `import pyomo.environ as pyo` … `pyo.SolverFactory(…)`
                yield node.lineno, "pyomo.environ.SolverFactory"


def absolute(node: ast.ImportFrom, package: str) -> str:
    """Where a `from … import` starts: `from ..plan import x` in `pkg.study.fronts` → `pkg.plan`."""
    name = "." * node.level + (node.module or "")
    return resolve_name(name, package)


def called(function: ast.expr) -> str:
    """`importlib.import_module` and `import_module` → `import_module`."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


# ---------------------------------------------------------------- the rules


def room_of(name: str) -> str:
    """The room of a module: `pkg.plan.audit` → `plan`; the package itself, its start and its `api` are the face."""
    first = [*name.split("."), "__init__"][1]
    if first == "__main__":
        return "cli"
    return FACE if first in FACE_MODULES else first


def may_import(importer: str, imported: str) -> bool:
    """Whether one room may import another: itself, or a room to its left."""
    if importer == imported:
        return True
    if imported in LAST:
        return False
    return importer in LAST or ORDER.index(imported) < ORDER.index(importer)


def inside(name: str, *roots: str) -> bool:
    """Whether a dotted name is one of the roots, or stands below one."""
    return any(name == root or name.startswith(f"{root}.") for root in roots)


def stray_modules(modules: dict[str, Module]) -> Iterator[str]:
    """Modules that stand in no room."""
    for name in modules:
        if room_of(name) not in (*ORDER, *LAST):
            yield f"{name}: no room is called '{room_of(name)}'; the rooms are {', '.join((*ORDER, *LAST))}"


def wrong_ways(modules: dict[str, Module], package: str) -> Iterator[str]:
    """Imports that go to the right, or name a module that is not there."""
    rooms = {*ORDER, *LAST}
    for module in modules.values():
        for line, target in module.imports:
            if not inside(target, package):
                continue
            if target not in modules:
                yield f"{module.where(line)}: imports {target}, which is no module of this package"
                continue
            here, there = room_of(module.name), room_of(target)
            if {here, there} <= rooms and not may_import(here, there):
                yield f"{module.where(line)}: {here} may not import {target}"


def shared_roads(modules: dict[str, Module], package: str) -> Iterator[str]:
    """The audit stands on `case` and `i18n` alone, so that it cannot repeat a mistake of the model."""
    audit = f"{package}.plan.audit"
    for module in modules.values():
        if not inside(module.name, audit):
            continue
        for line, target in module.imports:
            if inside(target, package) and not inside(target, audit, f"{package}.case", f"{package}.i18n"):
                yield f"{module.where(line)}: the audit may import only case and i18n, not {target}"
            if inside(target, "pyomo"):
                yield f"{module.where(line)}: the audit shares nothing with the model, so no {target}"


def domain_in_arrays(modules: dict[str, Module], package: str) -> Iterator[str]:
    """The array-backed components know nothing of the domain: of the package they import only themselves."""
    arrays = f"{package}.model.arrays"
    for module in modules.values():
        if not module.name.startswith(arrays):
            continue
        for line, target in module.imports:
            if inside(target, package) and not target.startswith(arrays):
                yield f"{module.where(line)}: model/arrays* may import nothing of the package, not {target}"


def guarded(modules: dict[str, Module]) -> Iterator[str]:
    """Outside code imported in a room that may not."""
    for module in modules.values():
        for guard in GUARDS:
            if room_of(module.name) in guard.rooms:
                continue
            for line, target in module.imports:
                if inside(target, *guard.outside):
                    home = " or ".join(guard.rooms)
                    yield f"{module.where(line)}: {guard.what} ({target}) belongs in {home}"


def cycles(modules: dict[str, Module]) -> Iterator[str]:
    """Groups of modules that import each other, at whatever moment they do it."""
    graph = nx.DiGraph(
        (m.name, target) for m in modules.values() for _, target in m.imports if target in modules
    )
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    for group in nx.strongly_connected_components(graph):
        if len(group) > 1:
            ring = [a for a, _ in nx.find_cycle(graph.subgraph(sorted(group)))]
            yield f"import cycle: {' → '.join([*ring, ring[0]])}"


def violations(root: Path) -> list[str]:
    """All that a package's folder does against the architecture, sorted."""
    modules, package = read_modules(root), root.name
    return sorted(
        [
            *stray_modules(modules),
            *wrong_ways(modules, package),
            *shared_roads(modules, package),
            *domain_in_arrays(modules, package),
            *guarded(modules),
            *cycles(modules),
        ]
    )


# ---------------------------------------------------------------- the package


def test_package_keeps_the_architecture() -> None:
    assert read_modules(SOURCE), f"no modules below {SOURCE}"
    found = violations(SOURCE)
    assert not found, "\n".join(["", *found])


def test_app_only_starts_the_ui() -> None:
    app = REPOSITORY / "app.py"
    if not app.exists():
        pytest.skip("there is no app yet")
    targets = {target for _, target in imports_of(ast.parse(app.read_text(encoding="utf-8")), "", ())}
    strays = {
        target
        for target in targets
        if not inside(target, "streamlit", "redmud_opt.ui", *sys.stdlib_module_names)
    }
    assert not strays, "app.py only starts redmud_opt.ui"


def test_core_runs_without_the_extras() -> None:
    """The command line comes up in a process where what only the extras bring cannot be imported."""
    code = (
        "import sys\n"
        "for name in ('streamlit', 'plotly', 'xlsxwriter', 'python_calamine', 'jinja2', 'SALib'):\n"
        "    sys.modules[name] = None\n"
        "import redmud_opt, redmud_opt.cli\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_needs_an_extra_says_which(tmp_path: Path) -> None:
    """Without the extra `report`, workbooks and reports end in a fault that says what to install, not in a crash."""
    code = (
        "import sys\n"
        "for name in ('plotly', 'xlsxwriter', 'jinja2'):\n"
        "    sys.modules[name] = None\n"
        "from redmud_opt.cli import main\n"
        "from redmud_opt.case import init_case\n"
        "init_case('case')\n"
        "for verb in (['export', 'case', 'a.xlsx'], ['report', 'case', 'a.html']):\n"
        "    assert main(verb) == 1, verb\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = done.stdout + done.stderr
    assert "xlsxwriter" in told
    assert told.count("redmud_opt[report]") == 2


def test_starting_loads_no_statistics() -> None:
    """Every command pays for what the start imports: scipy.stats, which Pyomo would load, is a quarter of it."""
    code = "import sys, redmud_opt.cli\nsys.exit('scipy.stats' in sys.modules)\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# ---------------------------------------------------------------- the checker can fail


def made_up(root: Path, files: dict[str, str]) -> Path:
    """A package `pkg` on disk: every room there and empty, then the given files."""
    package = root / "pkg"
    empty = {f"{room}/__init__.py": "" for room in (*ORDER[:-1], "ui")}
    for name, text in {"__init__.py": "", "cli.py": "", **empty, **files}.items():
        file = package / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return package


KEEPS = {
    "__init__.py": "from pkg.plan import audit\nfrom .case import load_case\n",
    "__main__.py": "from pkg.cli import main\n",
    "case/load.py": "from . import schema\nfrom .schema import *\nfrom pkg.i18n import say\nimport pandas\n",
    "case/schema.py": "",
    "case/__init__.py": "from .load import load_case\n",
    "model/arrays.py": "import numpy\nfrom pyomo.environ import Var\n",
    "model/balance.py": "from .arrays import Rows\nfrom ..network import Network\n",
    "solve/session.py": "import highspy\nfrom ..model import arrays\n",
    "solve/peers.py": "from pyomo.environ import SolverFactory\n",
    "plan/audit.py": "from ..case.schema import Case\nfrom pkg import i18n\n",
    "plan/tables.py": "from . import audit\n",
    "report/figures.py": "import plotly.graph_objects as go\n",
    "ui/front.py": "import streamlit as st\nimport plotly\nimport pkg\nfrom pkg.jobs import queue\n",
    "jobs/queue.py": "from pkg.report import figures\n",
    "cli.py": "import pkg\nfrom pkg import solve\n",
}


def test_checker_passes_a_package_that_keeps_the_rules(tmp_path: Path) -> None:
    assert violations(made_up(tmp_path, KEEPS)) == []


# What a package may do wrong: the files with the fault, and what the checker says of it.
BREAKS = {
    "left imports right": (
        {"case/a.py": "from pkg.network import x\n"},
        "case may not import pkg.network",
    ),
    "relative": (
        {"case/a.py": "from ..model import x\n"},
        "case may not import pkg.model",
    ),
    "module through its package": (
        {"plan/a.py": "from pkg import study\n"},
        "plan may not import pkg.study",
    ),
    "dotted": (
        {"network/a.py": "import pkg.solve as s\n"},
        "network may not import pkg.solve",
    ),
    "inside a function": (
        {"i18n/a.py": "def f():\n    import pkg.case\n"},
        "i18n may not import pkg.case",
    ),
    "for types only": (
        {"case/a.py": "if TYPE_CHECKING:\n    from pkg.plan import Plan\n"},
        "case may not import pkg.plan",
    ),
    "by name": (
        {"case/a.py": "importlib.import_module('pkg.plan')\n"},
        "case may not import pkg.plan",
    ),
    "by relative name": (
        {"jobs/a.py": "import_module('..cli', __package__)\n"},
        "jobs may not import pkg.cli",
    ),
    "the public face from within": (
        {"solve/a.py": "import pkg\n"},
        "solve may not import pkg",
    ),
    "cli imports ui": (
        {"cli.py": "from pkg.ui import run\n"},
        "cli may not import pkg.ui",
    ),
    "ui imports cli": (
        {"ui/a.py": "from pkg.cli import main\n"},
        "ui may not import pkg.cli",
    ),
    "face imports cli": (
        {"__init__.py": "from .cli import main\n"},
        "public face may not import pkg.cli",
    ),
    "a module that is not there": (
        {"case/a.py": "import pkg.case.gone\n"},
        "is no module of this package",
    ),
    "a module in no room": (
        {"utils.py": ""},
        "no room is called 'utils'",
    ),
    "audit imports its own room": (
        {"plan/audit.py": "from . import tables\n", "plan/tables.py": ""},
        "the audit may import only case and i18n, not pkg.plan.tables",
    ),
    "audit imports the network": (
        {"plan/audit.py": "from pkg.network import x\n"},
        "the audit may import only case and i18n, not pkg.network",
    ),
    "a module of the audit's folder": (
        {"plan/audit/rules.py": "from pkg.model import x\n"},
        "the audit may import only case and i18n, not pkg.model",
    ),
    "audit on pyomo": (
        {"plan/audit.py": "import pyomo.environ\n"},
        "the audit shares nothing with the model",
    ),
    "solver elsewhere": (
        {"study/a.py": "import highspy\n"},
        "a solver (highspy) belongs in solve",
    ),
    "solver through scipy": (
        {"plan/a.py": "from scipy.optimize import milp\n"},
        "a solver (scipy.optimize.milp) belongs in solve",
    ),
    "solver through scipy's module": (
        {"plan/a.py": "from scipy import optimize\n"},
        "a solver (scipy.optimize) belongs in solve",
    ),
    "solver through pyomo": (
        {"model/a.py": "import pyomo.environ as pyo\npyo.SolverFactory('highs')\n"},
        "a solver (pyomo.environ.SolverFactory) belongs in solve",
    ),
    "streamlit elsewhere": (
        {"jobs/a.py": "import streamlit as st\n"},
        "streamlit (streamlit) belongs in ui",
    ),
    "plotly elsewhere": (
        {"plan/a.py": "from plotly import express\n"},
        "plotly (plotly.express) belongs in ui or report",
    ),
    "domain in arrays": (
        {"model/arrays.py": "from pkg.case import Case\n"},
        "model/arrays* may import nothing of the package, not pkg.case",
    ),
    "domain in arrays, from its own room": (
        {"model/arrays_rows.py": "from .balance import x\n", "model/balance.py": ""},
        "model/arrays* may import nothing of the package, not pkg.model.balance",
    ),
    "cycle, one leg of it inside a function": (
        {
            "case/a.py": "from .b import x\n",
            "case/b.py": "from .c import x\n",
            "case/c.py": "def f():\n    from . import a\n",
        },
        "import cycle: ",
    ),
    "cycle through a package": (
        {"case/__init__.py": "from .a import x\n", "case/a.py": "from . import unknown\n"},
        "import cycle: ",
    ),
}


@pytest.mark.parametrize(("files", "message"), BREAKS.values(), ids=BREAKS.keys())
def test_checker_finds(files: dict[str, str], message: str, tmp_path: Path) -> None:
    found = violations(made_up(tmp_path, files))
    assert len(found) == 1, found
    assert message in found[0]
