"""The front of a case as a folder: points as they finish, to be gone on with after an interruption.

    report = front_case("guangxi", ("value", "utilisation"), points=9)
    report = front_case(None, out=report.folder, resume=True)

    front.json        what is asked, and how far it is        inputs/ inputs.json   the case's files and their hashes
    points/NN.json    a point, written last                   points/NN/            its plan as a run to be explained
    cancel            put there by who wants it to stop       worker.lock           held while somebody works on it

Corners come first, then the points between them, each from the plan of a neighbour. Points that are there are not
solved again. With `jobs` the points between the corners are shared out among processes.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from redmud_opt.case import Case, CaseFaults, Fault, load_case
from redmud_opt.i18n import Message, text
from redmud_opt.jobs.compute import without_plan
from redmud_opt.jobs.folder import LOCK, RunFolder, free_folder, new_folder
from redmud_opt.jobs.inputs import INDEX, INPUTS, gather, recall
from redmud_opt.jobs.listening import Cancelled, Listener, Stages
from redmud_opt.jobs.outcome import Exit, Report, RunOptions, RunResult
from redmud_opt.jobs.results import write_result
from redmud_opt.jobs.slots import is_locked, try_lock
from redmud_opt.network import Network, build_network
from redmud_opt.plan import Plan
from redmud_opt.plan.words import records, said
from redmud_opt.solve import Options, Outcome, Size
from redmud_opt.study.asking import SAME
from redmud_opt.study.front import (
    Flat,
    Front,
    Point,
    check_goals,
    floors_between,
    main_of,
    nearest,
    stricter,
)
from redmud_opt.study.frontier import Frontier
from redmud_opt.study.impossible import by_counting

POINTS, FRONT = "points", "front.json"
NICE = 10
DEFAULT_POINTS = {2: 9, 3: 4}
"""Levels of each goal that is held, both ends included, by the number of goals."""


@dataclass(frozen=True)
class Asked:
    """What is asked of a front. points: levels of each goal held; time_limit_s: of each point."""

    case: str
    goals: tuple[str, ...]
    points: int
    time_limit_s: float | None = None
    gap: float = 0.0

    def as_record(self) -> dict[str, Any]:
        """For `front.json`."""
        return {
            "case": self.case,
            "goals": list(self.goals),
            "points": self.points,
            "time_limit_s": self.time_limit_s,
            "gap": self.gap,
        }

    def solver(self, should_stop: Callable[[], bool]) -> Options:
        """Options of the sessions."""
        return Options(time_limit_s=self.time_limit_s, gap=self.gap, should_stop=should_stop)


@dataclass(frozen=True, kw_only=True)
class FrontReport(Report):
    """Faults, or the front; messages and `code` where the case has no plan at all, or the front was cut short."""

    folder: Path | None = None
    front: Front | None = None
    messages: tuple[Message, ...] = ()
    code: Exit = Exit.PLAN

    @property
    def exit(self) -> Exit:
        """0 where every point that was asked for has been looked for."""
        return super().exit if self.faults is not None else self.code

    def as_record(self, language: str = "en") -> dict[str, Any]:
        """For JSON."""
        found: dict[str, Any] = {"run_dir": None if self.folder is None else str(self.folder)}
        found["messages"] = [said(message, language) for message in self.messages]
        if self.front is not None:
            found |= {
                "case": self.front.case_name,
                "goals": list(self.front.goals),
                "state": self.front.state,
                "lines": [said(line, language) for line in self.front.lines()],
                "points": records(self.front.frame()),
                "prices": records(self.front.prices()),
            }
        return self.head(language) | found

    def words(self, language: str = "en") -> str:
        """For people."""
        return "\n".join(self._lines(language))

    def _lines(self, language: str) -> Iterator[str]:
        if self.faults is not None:
            yield self.faults.render(language)
        if self.front is not None:
            heading, *lines = self.front.lines()
            yield text(heading, language)
            yield from (f"  {text(line, language)}" for line in lines)
        yield from (text(message, language) for message in self.messages)
        if self.folder is not None:
            yield text(Message("front.folder", {"folder": str(self.folder)}), language)


def front_case(
    case: str | Path | None,
    goals: Sequence[str] = ("value", "utilisation"),
    *,
    points: int | None = None,
    time_limit_s: float | None = None,
    gap: float = 0.0,
    jobs: int = 1,
    out: str | Path | None = None,
    runs_root: str | Path = "runs",
    resume: bool = False,
    listener: Listener | None = None,
) -> FrontReport:
    """The front of a case, kept in a folder. resume: goes on with what `out` holds, asked as it was then.

    Faults are a report, not an exception.
    """
    listener = listener or Listener()
    try:
        if resume:
            folder, loaded, asked = _resumed(case, out)
        else:
            folder, loaded, asked = _begun(case, tuple(goals), points, time_limit_s, gap, out, runs_root)
        return Fronting(folder, loaded, asked, listener, max(1, jobs)).go()
    except CaseFaults as faults:
        return FrontReport(faults=faults)


REMEDIES = {
    "few_points": "at_least_two",
    "no_front_here": "give_front",
    "still_going": "wait_or_other",
    "other_case": "same_case",
    "inputs_altered": "begin_anew",
    "pools": "front_without_pools",
    "rejected": "tell_the_audit",
}
"""What would be right, where the fault itself does not say so."""


def _fault(key: str, **values: object) -> CaseFaults:
    remedy = Message(f"front.{REMEDIES[key]}", values) if key in REMEDIES else None
    return CaseFaults([Fault("", 0, "", Message(f"front.{key}", values), remedy)])


def _begun(
    case: str | Path | None,
    goals: tuple[str, ...],
    points: int | None,
    time_limit_s: float | None,
    gap: float,
    out: str | Path | None,
    runs_root: str | Path,
) -> tuple[RunFolder, Case, Asked]:
    wrong = check_goals(goals)
    if wrong is not None:
        raise _fault("bad_goals", why=wrong)
    count = DEFAULT_POINTS[len(goals)] if points is None else points
    if count < 2:
        raise _fault("few_points", points=count)
    if case is None:
        raise _fault("no_case")
    loaded = load_case(case)
    inputs = gather(loaded)
    try:
        name = f"{loaded.settings.name}-front"
        path = free_folder(out) if out is not None else new_folder(runs_root, name)
    except FileExistsError as error:
        message = Message("jobs.out_not_empty", {"folder": str(out)})
        raise CaseFaults([Fault("", 0, "", message, Message("front.resume_or_other"))]) from error
    except OSError as error:
        values = {"folder": str(out or runs_root), "why": error.strerror or str(error)}
        raise CaseFaults([Fault("", 0, "", Message("jobs.cannot_write", values))]) from error
    inputs.write(path)
    return RunFolder(path), kept_case(RunFolder(path)), Asked(str(case), goals, count, time_limit_s, gap)


def _resumed(given: str | Path | None, out: str | Path | None) -> tuple[RunFolder, Case, Asked]:
    if out is None or not (Path(out) / FRONT).is_file():
        raise _fault("no_front_here", folder=str(out or ""))
    folder = RunFolder(out)
    found = json.loads((folder.path / FRONT).read_text(encoding="utf-8"))["asked"]
    if given is not None and Path(given).resolve().name != Path(found["case"]).resolve().name:
        raise _fault("other_case", folder=str(out), case=found["case"], given=str(given))
    if is_locked(folder.path / LOCK):
        raise _fault("still_going", folder=str(out))
    case = kept_case(folder)
    (folder.path / "cancel").unlink(missing_ok=True)
    return folder, case, Asked(**{**found, "goals": tuple(found["goals"])})


# ---- the folder ----------------------------------------------------------------------------------------------


def kept_case(folder: RunFolder) -> Case:
    """The case as the folder has it: a front takes long, and its case may be worked on meanwhile."""
    recorded = recall(folder.path)
    if recorded.case is None or recorded.changed:
        raise _fault("inputs_altered", folder=str(folder.path), why=tuple(recorded.changed))
    return recorded.case


def points_in(folder: RunFolder) -> list[Point]:
    """The points that are there, by number."""
    files = sorted((folder.path / POINTS).glob("*.json"))
    return [Point.of(json.loads(file.read_text(encoding="utf-8"))) for file in files]


def place_of(folder: RunFolder, number: int) -> Path:
    """The run of a point."""
    return folder.path / POINTS / f"{number:02d}"


def read_front(folder: str | Path) -> Front:
    """The front that a folder holds, however far it is. Raises CaseFaults where it is none."""
    held = RunFolder(folder)
    if not (held.path / FRONT).is_file():
        raise _fault("no_front_here", folder=str(folder))
    record = json.loads((held.path / FRONT).read_text(encoding="utf-8"))
    state = record["state"]
    if state == "running" and not is_locked(held.path / LOCK):
        state = "interrupted"
    flat = {goal: Flat(**found) for goal, found in record["flat"].items()}
    goals = tuple(record["asked"]["goals"])
    return Front(
        record["case"],
        goals,
        tuple(points_in(held)),
        record["count"],
        state,
        record["generated_t"],
        flat,
    )


def keep(folder: RunFolder, asked: Asked, point: Point, plan: Plan | None) -> None:
    """A point with its plan as a run of its own; `NN.json` last: where that is, everything is."""
    place = place_of(folder, point.number)
    place.mkdir(parents=True, exist_ok=True)
    if plan is not None:
        run = RunFolder(place)
        run.write_request(
            asked.case, RunOptions(time_limit_s=asked.time_limit_s, objective="value", gap=asked.gap)
        )
        shutil.copytree(folder.path / INPUTS, place / INPUTS, dirs_exist_ok=True)
        shutil.copyfile(folder.path / INDEX, place / INDEX)
        run.sweep(keep_plan=False)
        run.write_plan(plan, "plan" if point.found else "rejected")
        code = Exit.PLAN if point.found else Exit.AUDIT_FAILED
        kept = plan if point.found else None
        write_result(run, RunResult(code, place, asked.case, kept, point.stopped, size=plan.solve["size"]))
    folder.write_json(f"{POINTS}/{point.number:02d}.json", point.as_record())


# ---- the work ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wish:
    """A point that is to be found."""

    number: int
    floors: dict[str, float]


class Fronting:
    """A front while it goes on."""

    def __init__(self, folder: RunFolder, case: Case, asked: Asked, listener: Listener, jobs: int) -> None:
        self.folder, self.asked, self.listener, self.jobs = folder, asked, listener, jobs
        self.case = replace(case, settings=replace(case.settings, objective="value"))
        self.goals = asked.goals
        self.main = main_of(asked.goals)
        self.flat: dict[str, Flat] = {}
        self.count = len(asked.goals)
        self.generated_t: float | None = None
        self.told: set[int] = set()

    def go(self) -> FrontReport:
        """All points that are not there yet."""
        (self.folder.path / POINTS).mkdir(exist_ok=True)
        lock = try_lock(self.folder.path / LOCK)
        try:
            self.write("running")
            found = self.worked()
            self.write("done" if found is None else "interrupted" if found.code is Exit.CANCELLED else "none")
        except Cancelled:
            self.write("interrupted")
            found = FrontReport(code=Exit.CANCELLED, messages=(Message("front.resumable"),))
        finally:
            if lock is not None:
                lock.close()
        front = read_front(self.folder.path)
        if found is None:
            return FrontReport(folder=self.folder.path, front=front)
        return replace(found, folder=self.folder.path, front=front if front.points else None)

    def worked(self) -> FrontReport | None:
        """Corners, then what lies between. A report where the case has no plan."""
        self.listener.on_stage("network")
        network = build_network(self.case, None)
        if network.pools:
            raise _fault("pools")
        if network.findings:
            return FrontReport(code=Exit.INFEASIBLE, messages=tuple(map(by_counting, network.findings)))
        self.generated_t = generated(network)
        frontier = Frontier(network, self.goals, self.asked.solver(self.stopped))
        nothing = self.corners(frontier)
        if nothing is not None:
            return self.explained(network, nothing)
        corners = {p.corner: p for p in points_in(self.folder) if p.corner is not None and p.found}
        self.narrow(frontier, corners)
        open_goals = [goal for goal in self.goals if goal not in self.flat]
        if len(open_goals) < 2:
            return None
        ends = {goal: corner for goal, corner in corners.items() if goal in open_goals}
        floors = floors_between(ends, open_goals, self.asked.points)
        wishes = [Wish(len(self.goals) + k, each) for k, each in enumerate(floors)]
        self.count = len(self.goals) + len(wishes)
        self.write("running")
        there = {point.number for point in points_in(self.folder)}
        left = [wish for wish in wishes if wish.number not in there]
        if self.jobs == 1 or len(left) < 2:
            fill(frontier, self.folder, self.asked, left, self.stopped, self.tell)
        else:
            self.share(left)
        return None

    def corners(self, frontier: Frontier) -> Point | None:
        """The best of each goal, the main one first; where that has no plan, nothing has."""
        there = {point.number: point for point in points_in(self.folder)}
        for number, goal in enumerate([self.main, *(g for g in self.goals if g != self.main)]):
            if number in there:
                continue
            start = nearest(points_in(self.folder), {}, self.main)
            whole = None if start is None else plan_of(self.folder, start).whole
            point, plan = frontier.corner(goal, number, whole)
            if self.stopped():
                raise Cancelled
            if plan is None:
                return point
            keep(self.folder, self.asked, point, plan)
            self.tell()
            if not point.found:
                raise _fault("rejected", point=number)
        return None

    def explained(self, network: Network, point: Point) -> FrontReport:
        """Why there is no plan at all."""
        outcome = Outcome(point.stopped, "nothing", Size(0, 0, 0, 0), point.seconds, "mip")
        options = RunOptions(time_limit_s=self.asked.time_limit_s, gap=self.asked.gap)
        found = without_plan(network, outcome, options, Stages(self.listener))
        return FrontReport(faults=found.faults, code=found.exit, messages=found.messages)

    def narrow(self, frontier: Frontier, corners: dict[str, Point]) -> None:
        """Goals that do not differ between the corners are no question: why, is told."""
        for goal in self.goals:
            if goal == self.main:
                continue
            amounts = [corner.goals[goal] for corner in corners.values()]
            best = corners[goal].goals[goal]
            slack = 2 * SAME * max(1.0, abs(best))
            if max(amounts) - min(amounts) > slack:
                continue
            worst = frontier.other_extreme(goal)
            fixed = worst is not None and abs(worst - best) <= slack
            self.flat[goal] = Flat("cannot_vary" if fixed else "no_conflict", best)
        self.write("running")

    def share(self, left: list[Wish]) -> None:
        """Points to processes of their own, neighbours together; they hear of a cancel from the folder."""
        size = -(-len(left) // self.jobs)
        parts = [left[k : k + size] for k in range(0, len(left), size)]
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(len(parts), context, initializer=quiet) as pool:
            going = {pool.submit(work, str(self.folder.path), self.asked, part) for part in parts}
            while going:
                done, going = wait(going, timeout=0.2, return_when=FIRST_EXCEPTION)
                if self.listener.should_stop():
                    self.folder.ask_to_cancel()
                self.tell()
                for each in done:
                    each.result()
        if self.stopped():
            raise Cancelled

    def tell(self) -> None:
        """Says which points are there that were not before."""
        for point in points_in(self.folder):
            if point.number not in self.told:
                self.told.add(point.number)
                values = {"point": point.number, "count": len(self.told), "asked": self.count}
                self.listener.on_point(Message("front.kept", {**values, "seconds": round(point.seconds)}))

    def stopped(self) -> bool:
        """Whether somebody asked to stop."""
        return self.listener.should_stop() or self.folder.is_cancelled()

    def write(self, state: str) -> None:
        """`front.json`: what is asked, and how far it is."""
        self.folder.write_json(
            FRONT,
            {
                "format": 1,
                "case": self.case.settings.name,
                "asked": self.asked.as_record(),
                "state": state,
                "count": self.count,
                "generated_t": self.generated_t,
                "flat": {goal: asdict(flat) for goal, flat in self.flat.items()},
            },
        )


def generated(network: Network) -> float | None:
    """Tonnes that the case states to arise, options left out: what the goal `utilisation` is told as a part of.

    None where it counts legacy waste too.
    """
    settings = network.case.settings
    if settings.utilisation_counts_legacy:
        return None
    classes = settings.utilisation_classes
    total = sum(
        amount
        for (origin, _), amount in network.generated_t.items()
        if not classes or network.class_of_origin(origin) in classes
    )
    return float(total) or None


def plan_of(folder: RunFolder, point: Point) -> Plan:
    """The plan of a point."""
    return RunFolder(place_of(folder, point.number)).read_plan()


def fill(
    frontier: Frontier,
    folder: RunFolder,
    asked: Asked,
    wishes: Sequence[Wish],
    stopped: Callable[[], bool],
    tell: Callable[[], None] = lambda: None,
) -> None:
    """Finds points one after the other; what asks more than what has no plan has none either."""
    for wish in wishes:
        if stopped():
            raise Cancelled
        there = points_in(folder)
        if any(p.stopped == "infeasible" and stricter(wish.floors, p.floors) for p in there):
            keep(folder, asked, Point(wish.number, floors=wish.floors, stopped="infeasible"), None)
            continue
        start = nearest(there, wish.floors, main_of(asked.goals))
        whole = None if start is None else plan_of(folder, start).whole
        point, plan = frontier.point(wish.number, wish.floors, whole)
        if stopped():
            raise Cancelled  # what a cancelled solve holds is not what was asked for
        keep(folder, asked, point, plan)
        tell()


def quiet() -> None:
    """A worker leaves signals to the process that started it, and the machine to others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICE)


def work(path: str, asked: Asked, wishes: list[Wish]) -> None:
    """Part of the points, in a process of its own; the case is read from the folder's copies."""
    folder = RunFolder(path)
    case = kept_case(folder)
    case = replace(case, settings=replace(case.settings, objective="value"))
    frontier = Frontier(build_network(case, None), asked.goals, asked.solver(folder.is_cancelled))
    try:
        fill(frontier, folder, asked, wishes, folder.is_cancelled)
    except Cancelled:
        return
