"""`python -m benchmarks.studies`: what a member of a study costs, beside the ways of solving it that are not used.

Members of a shipped study, one after the other, the same ones each way and in turn:

- learned: numbers put into the model of the base, the LP solved again from its basis: what `sweep` does;
- derived: network and model derived anew, differences handed to the solver, solved from the same basis;
- cold: network and model derived anew, a new solver, solved from nothing;
- bare: the numbers written straight into HiGHS and run, nothing read but the objective: the floor.

CPU seconds of one thread, means over the members. Then the study itself by one process and by two, wall seconds, with
the memory of a worker after the first and the last tenth of the members. Writes `benchmarks/results/studies/`.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np

from redmud_opt.i18n import Message
from redmud_opt.jobs.folder import RunFolder
from redmud_opt.jobs.listening import Listener
from redmud_opt.jobs.sweeping import Engine, base_plan, find_study, sweep
from redmud_opt.model.arrays import StandardForm, compile
from redmud_opt.plan import Plan
from redmud_opt.solve import Session
from redmud_opt.study.asking import as_it_was, met_again, prepare
from redmud_opt.study.sweeps.designs import Member, members
from redmud_opt.study.sweeps.member import MemberSolver, Setup, Task, apart, case_of_study
from redmud_opt.study.sweeps.outputs import outputs_of
from redmud_opt.study.sweeps.parameters import moved
from redmud_opt.study.sweeps.reading import read_study
from redmud_opt.study.sweeps.response import learn
from redmud_opt.study.sweeps.study import Study

RESULTS = Path(__file__).parent / "results" / "studies"

WAYS = ("learned", "derived", "cold", "bare")

INSTANCES: dict[str, int] = {"guangxi_monte_carlo": 30, "group_monte_carlo": 8}
"""Study → members that are timed each way."""

PROCESSES: dict[str, tuple[int, ...]] = {"guangxi_monte_carlo": (1, 2), "group_monte_carlo": (2,)}
"""Study → by how many processes it is gone through as a whole."""


@dataclass
class Timed:
    """One study. cpu: way → phase → seconds of each member. objective: way → of each member."""

    name: str
    cpu: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    objective: dict[str, list[float]] = field(default_factory=dict)
    learning: float = 0.0
    looked_at: int = 0

    def note(self, way: str, objective: float, **seconds: float) -> None:
        """One member solved."""
        for phase, amount in seconds.items():
            self.cpu.setdefault(way, {}).setdefault(phase, []).append(amount)
        self.objective.setdefault(way, []).append(objective)

    def mean(self, way: str, phase: str | None = None) -> float:
        """Mean seconds of a member, of all phases or of one."""
        phases = self.cpu[way]
        chosen = phases.values() if phase is None else [phases[phase]]
        return float(sum(np.mean(each) for each in chosen))

    def furthest(self) -> float:
        """The greatest difference of an objective between the ways, as a part of it."""
        pairs = zip(*self.objective.values(), strict=True)
        return max(apart(min(each), max(each)) for each in pairs)


def main(arguments: Sequence[str] | None = None) -> int:
    """Times what is asked for and prints the page; all of it is kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.studies", description=__doc__)
    parser.add_argument("--studies", nargs="+", choices=list(INSTANCES), default=list(INSTANCES))
    parser.add_argument("--members", type=int, default=0)
    parser.add_argument("--plan", help="a run whose plan is that of the base, instead of solving it")
    parser.add_argument("--no-runs", action="store_true", help="only the members, not the studies as a whole")
    options = parser.parse_args(arguments)
    for name in options.studies:
        study, parts = read_study(find_study(name)), list(heading())
        with tempfile.TemporaryDirectory() as home:
            plan = base_of(study, Path(home) / "base", options.plan)
            parts += table(time_members(study, plan, options.members or INSTANCES[name]))
            if not options.no_runs:
                parts += runs(name, Path(home) / "base")
        page = "\n".join([*parts, ""])
        print(page, flush=True)
        if not options.members and not options.no_runs:
            RESULTS.mkdir(parents=True, exist_ok=True)
            (RESULTS / f"{name}.md").write_text(page, encoding="utf-8")
    return 0


def base_of(study: Study, folder: Path, given: str | None) -> Plan:
    """The plan of the base, as a run that studies begin with; that of a run where one is given."""
    plan = base_plan(study, given, Listener())
    assert isinstance(plan, Plan), "the base has no plan"
    folder.mkdir()
    RunFolder(folder).write_plan(plan)
    return plan


# ---- single members ------------------------------------------------------------------------------------------------


def time_members(study: Study, plan: Plan, count: int) -> Timed:
    """The same members each way, in turn."""
    timed = Timed(study.name)
    case = case_of_study(study.case, study.soft_target_cny_per_t)
    setup = Setup(case, study.parameters, plan.whole, "bench", gap=study.limits.gap, audit_every=0)
    started = time.thread_time()
    known = learn(case, study.parameters, study.seed)
    timed.learning, timed.looked_at = time.thread_time() - started, known.surface.looked
    quick, slow = MemberSolver(replace(setup, known=known)), MemberSolver(setup)
    bare = Bare(quick)
    chosen = list(members(study.design, study.parameters, study.seed, study.correlation))[1 : count + 1]
    for member in chosen:
        for way, solver in (("learned", quick), ("derived", slow)):
            row = solver.solve(Task(member))
            solve = row["seconds:cpu_of_solver"]
            timed.note(way, row["objective"], solve=solve, rest=row["seconds:cpu"] - solve)
        cold(timed, slow, member)
        bare.solve(timed, member)
    return timed


def cold(timed: Timed, solver: MemberSolver, member: Member) -> None:
    """From the case to the outputs, with nothing kept."""
    started = time.thread_time()
    case = moved(solver.setup.case, solver.setup.parameters, member.values)
    network, model, _ = met_again(case, solver.network)
    prepare(model, network, ())
    with as_it_was(model):
        solver.decided.hold(model, operation=True)
        form = compile(model)
    session = Session(solver.options)
    session.update(form)
    built = time.thread_time()
    found = session.run()
    solved = time.thread_time()
    form.load(found.values)
    dict(outputs_of(model, network, solver.decided.whole))
    rest = built - started + time.thread_time() - solved
    timed.note("cold", float(found.objective or 0.0), solve=solved - built, rest=rest)


class Bare:
    """A HiGHS object that is given numbers already worked out."""

    def __init__(self, quick: MemberSolver) -> None:
        assert quick.quick is not None
        self.quick, self.parameters, self.decided = quick.quick, quick.setup.parameters, quick.decided
        self.case = quick.setup.case
        self.session = Session(quick.options)
        self.session.update(self._form([p.base for p in self.parameters]))
        self.session.run()
        self.session.pin()

    def _form(self, values: Sequence[float]) -> StandardForm:
        return self.quick.form(values, moved(self.case, self.parameters, values), self.decided)

    def solve(self, timed: Timed, member: Member) -> None:
        """One member: what is timed is writing and running."""
        form = self._form(member.values)
        started = time.thread_time()
        self.session.rewind()
        self.session.update(form)
        written = time.thread_time()
        found = self.session.run()
        timed.note(
            "bare", float(found.objective or 0.0), solve=time.thread_time() - written, rest=written - started
        )


# ---- whole studies -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Gone:
    """A study gone through: members a second all in all, and of the members alone; memory of each tenth [MB]."""

    workers: int
    members: int
    seconds: float
    begun_s: float
    begun: int
    memory_mb: tuple[float, ...]
    learned: int
    failed: int

    @property
    def rate(self) -> float:
        """Members a second, from the first command to the last row."""
        return self.members / self.seconds

    @property
    def rate_once_begun(self) -> float:
        """Members a second from the first rows on: without the base and what is learned."""
        return (self.members - self.begun) / (self.seconds - self.begun_s)


def gone_through(name: str, plan_run: Path, workers: int) -> Gone:
    """The study as a user runs it, its memory looked at while it goes on."""
    home = Path(tempfile.mkdtemp(prefix="studies-"))
    memory: list[float] = []
    first: list[tuple[float, int]] = []
    started = time.perf_counter()

    def looked(message: Message) -> None:
        if message.key == "sweep.progress":
            if not first:
                first.append((time.perf_counter() - started, int(str(message.values["done"]))))
            memory.append(workers_mb())

    try:
        report = sweep(
            name,
            out=home / "study",
            plan=plan_run,
            engine=Engine("processes", workers),
            listener=Listener(on_point=looked),
        )
        seconds = time.perf_counter() - started
        assert report.results is not None, report.words()
        frame = report.results.frame()
    finally:
        shutil.rmtree(home, ignore_errors=True)
    tenths = np.array_split(np.array(memory), 10) if len(memory) >= 10 else [np.array(memory)]
    held = frame["status"].isin(["optimal", "feasible"])
    count = int(frame["learned"].sum()) if "learned" in frame else 0
    kept = tuple(float(each.max()) for each in tenths)
    return Gone(workers, len(frame), seconds, *first[0], kept, count, int((~held).sum()))


def workers_mb() -> float:
    """Resident memory of all processes that this one has started [MB]."""
    page_mb = os.sysconf("SC_PAGE_SIZE") / 1e6
    mine, pages = str(os.getpid()), 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[1] == mine:
            pages += int(fields[21])
    return pages * page_mb


def runs(name: str, plan_run: Path) -> Iterator[str]:
    """By as many processes as are asked for."""
    yield ""
    yield "| processes | members | wall s | a second | once begun | learned | without a plan | memory by tenth [MB] |"
    yield "|---|---|---|---|---|---|---|---|"
    found = [gone_through(name, plan_run, workers) for workers in PROCESSES[name]]
    for each in found:
        memory = ", ".join(f"{mb:.0f}" for mb in each.memory_mb)
        yield (
            f"| {each.workers} | {each.members} | {each.seconds:.0f} | {each.rate:.2f} "
            f"| {each.rate_once_begun:.2f} | {each.learned} | {each.failed} | {memory} |"
        )
    if len(found) < 2:
        return
    one, two = found
    yield ""
    whole, begun = one.seconds / two.seconds, two.rate_once_begun / one.rate_once_begun
    yield f"Two processes against one: {begun:.2f}× once begun, {whole:.2f}× with the base and what is learned in it."


# ---- the page ------------------------------------------------------------------------------------------------------


def heading() -> Iterator[str]:
    """What was measured, on what."""
    yield "# Members of studies"
    yield ""
    yield from ((__doc__ or "").partition("\n\n")[2].strip().splitlines())
    yield ""
    packages = ", ".join(f"{name} {version(name)}" for name in ("highspy", "numpy", "pyomo"))
    yield f"{platform.system()}, Python {platform.python_version()}, {os.cpu_count()} processors; {packages}."


def table(timed: Timed) -> Iterator[str]:
    """One study, way by way."""
    count = len(timed.objective["learned"])
    yield ""
    yield f"## {timed.name}"
    yield ""
    yield "| way | solve ms | all else ms | together ms | cold ÷ way |"
    yield "|---|---|---|---|---|"
    whole = timed.mean("cold")
    for way in WAYS:
        solve, rest = 1e3 * timed.mean(way, "solve"), 1e3 * timed.mean(way, "rest")
        yield f"| {way} | {solve:.1f} | {rest:.1f} | {solve + rest:.1f} | {whole / timed.mean(way):.1f} |"
    yield ""
    yield (
        f"Means over {count} members; objectives at most {timed.furthest():.0e} apart. Learning looked at "
        f"{timed.looked_at} models and took {timed.learning:.1f} s of CPU, once for a study."
    )


if __name__ == "__main__":
    sys.exit(main())
