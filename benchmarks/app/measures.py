"""What is measured of the app, each thing on a server of its own (see `docs/app.md`)."""

from __future__ import annotations

import re
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.app.serving import PATIENCE_S, Server, Session
from redmud_opt.i18n import LANGUAGES, Message, text
from redmud_opt.jobs import RunFolder, RunOptions, cancel, start, status, wait
from redmud_opt.jobs.folder import LOCK
from redmud_opt.jobs.queue import SLOTS
from redmud_opt.jobs.slots import default_slots, is_locked, try_lock
from redmud_opt.ui.pages import PAGES
from redmud_opt.ui.plan_view import VIEWS

CASE = "guangxi"
IDLE = "[data-testid=stApp][data-test-script-state]:not([data-test-script-state=running])"
PATIENCE_MS = PATIENCE_S * 1000
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WARM = 2
"""Loads of a page after its first, one per language."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """That of the machine."""
    found = shutil.which("chromium")
    if found is None:
        raise SystemExit("needs chromium: apt-get install --no-install-recommends chromium fonts-wqy-zenhei")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM)
        yield browser
        browser.close()


@contextmanager
def tab(browser: Browser) -> Iterator[Page]:
    """A tab that shares nothing with any other."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def opened(at: Page, server: Server, page: str, **kept: str) -> float:
    """Opens a page; seconds until all of it has come."""
    title = text(Message(f"ui.page_{page}"), kept["lang"])
    began = time.perf_counter()
    at.goto(server.address(page, **kept))
    expect(at.get_by_role("heading", name=title, exact=True, level=2)).to_be_visible()
    at.wait_for_selector(IDLE)
    return time.perf_counter() - began


# ---- pages ---------------------------------------------------------------------------------------------------------


@dataclass
class Load:
    """A page on one server: seconds of its first load and of later ones in new tabs, CPU seconds of the server."""

    first_s: float
    warm_s: list[float] = field(default_factory=list)
    first_cpu_s: float = 0.0
    warm_cpu_s: list[float] = field(default_factory=list)
    again_cpu_s: float = 0.0


def load_pages(server: Server, browser: Browser, runs: Mapping[str, str]) -> dict[str, Load]:
    """Every page with the first of the runs, the page of the plan with each. runs: name of the run → its case."""
    languages, found = cycle(LANGUAGES), {}
    for name, (run, case) in _addresses(runs).items():
        loads = []
        for _ in range(1 + WARM):
            kept = {"lang": next(languages), "case": case, "run": run}
            with tab(browser) as at:
                before = server.cpu_s()
                seconds = opened(at, server, name.partition(" ")[0], **kept)
                loads.append((seconds, server.cpu_s() - before))
        (first_s, first_cpu_s), *warm = loads
        found[name] = Load(first_s, [one[0] for one in warm], first_cpu_s, [one[1] for one in warm])
        found[name].again_cpu_s = _again(server, name.partition(" ")[0], {"case": case, "run": run})
    return found


def _addresses(runs: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    first, *others = runs.items()
    found = {page.name: first for page in PAGES}
    return found | {f"plan of {case}": (run, case) for run, case in others}


def rerun_sides(server: Server, runs: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """CPU seconds of a rerun of the plan page: side of the plan → case → seconds."""
    return {
        side: {
            case: _again(server, "plan", {"case": case, "run": run, "view": side})
            for run, case in runs.items()
        }
        for side in VIEWS
    }


def _again(server: Server, page: str, kept: Mapping[str, str], times: int = 5) -> float:
    """CPU seconds of a rerun within a session."""
    session = Session(server, page, lang="en", **kept)
    session.run()
    before = server.cpu_s()
    for _ in range(times):
        session.run()
    session.close()
    return (server.cpu_s() - before) / times


@contextmanager
def solving(case: str, at_once: int) -> Iterator[None]:
    """So many solves of a case at every moment, in a folder of runs of their own."""
    over = threading.Event()

    def keep_going(root: Path) -> None:
        while not over.is_set():
            run = start(case, root, slots=at_once)
            while not wait(run, 0.5).ended:
                if over.is_set():
                    cancel(run)
            shutil.rmtree(run, ignore_errors=True)

    with tempfile.TemporaryDirectory(prefix="redmud-opt-load-") as scratch, ThreadPoolExecutor() as pool:
        going = [pool.submit(keep_going, Path(scratch)) for _ in range(at_once)]
        try:
            _until(lambda: sum("solve" in stage for stage in _stages(Path(scratch))) == at_once)
            yield
        finally:
            over.set()
            for one in going:
                one.result()


def _stages(root: Path) -> list[str]:
    return [found.stage for path in root.glob("*-*") if (found := RunFolder(path).read_status())]


def _until(true: object) -> None:
    assert callable(true)
    until = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > until:
            raise RuntimeError("nothing happens")
        time.sleep(0.01)


# ---- runs ----------------------------------------------------------------------------------------------------------


@dataclass
class Click:
    """Seconds from the click on Run until the page of the run says anything, and until it says `running`."""

    answered_s: float
    running_s: float


def click_run(server: Server, browser: Browser, times: int = 4) -> list[Click]:
    """From the first page; the run is cancelled then."""
    found = []
    for language in (LANGUAGES * times)[:times]:
        with tab(browser) as at:
            opened(at, server, "home", lang=language, case=CASE)
            button = at.get_by_role("button", name=text(Message("ui.run"), language))
            began = time.perf_counter()
            button.click()
            live = at.locator(".st-key-live")
            expect(live).to_be_visible()
            answered_s = time.perf_counter() - began
            expect(live).to_contain_text(_step(language))
            found.append(Click(answered_s, time.perf_counter() - began))
            run = server.runs / re.findall("run=([^&]+)", at.url)[0]
            cancel(run)
            wait(run, PATIENCE_S)
    return found


def _step(language: str) -> re.Pattern[str]:
    words = text(Message("ui.stage", {"number": 7, "count": 7, "stage": "§"}), language)
    return re.compile(re.escape(words).replace("7", "\\d+").replace("§", ".*"))


@dataclass
class Cancel:
    """Seconds from the click on Cancel until the page shows the end, and until the worker is gone."""

    what: str
    clicked_in: str
    ended_as: str
    shown_s: float
    gone_s: float


@dataclass(frozen=True)
class Stop:
    """What is cancelled: in words, the case, the phase in which the click comes; drop: stopped at once instead."""

    what: str
    case: str
    phase: str
    options: RunOptions = field(default_factory=RunOptions)
    drop: bool = False


STOPS: tuple[Stop, ...] = (
    Stop("waiting in the queue", CASE, "queued"),
    Stop("network of a big case", "group", "network"),
    Stop("LP of a big case, simplex", "national", "lp", RunOptions(algorithm="simplex")),
    Stop("MIP, no plan yet", CASE, "no plan"),
    Stop("MIP, holding a plan", CASE, "plan held"),
    Stop("MIP of a big case, holding a plan", "group", "plan held"),
    Stop("the same, stopped at once", "group", "plan held", drop=True),
)


def cancel_runs(server: Server, browser: Browser) -> list[Cancel]:
    """A solve in each of its phases. The run waits behind taken slots until its page is open."""
    return [_cancelled(server, browser, stop, language) for stop, language in zip(STOPS, cycle(LANGUAGES))]


def _cancelled(server: Server, browser: Browser, stop: Stop, language: str) -> Cancel:
    with _slots_taken(server.runs) as free, tab(browser) as at:
        run = start(stop.case, server.runs, stop.options)
        opened(at, server, "run", lang=language, case=CASE, run=run.name)
        button = at.locator(".st-key-cancel_button button")
        expect(button).to_be_enabled()
        if stop.phase != "queued":
            free()
        _until(lambda: _phase(run) == stop.phase or status(run).ended)
        if stop.drop:
            button.click()
            button = at.locator(".st-key-drop_button button")
            expect(button).to_be_enabled()
        clicked_in = _phase(run)
        began = time.perf_counter()
        button.click()
        gone_s: list[float] = []
        ended = threading.Thread(target=_note_the_end, args=(run, began, gone_s))
        ended.start()
        expect(at.locator(".st-key-live")).to_have_count(0)
        at.wait_for_selector(IDLE)
        shown_s = time.perf_counter() - began
        ended.join()
        return Cancel(stop.what, clicked_in, status(run).state, shown_s, gone_s[0])


def _note_the_end(run: Path, began: float, seconds: list[float]) -> None:
    _until(lambda: not is_locked(run / LOCK))
    seconds.append(time.perf_counter() - began)


def _phase(run: Path) -> str:
    """Where a run is: queued, a stage; within the solve whether it is an LP, a MIP without a plan, or with one."""
    now = status(run)
    if now.ended or now.stage != "solve":
        return now.state if now.ended or not now.stage else now.stage
    last = RunFolder(run).last_progress()
    if last is None:
        return "solve"
    return "lp" if last["phase"] == "lp" else "no plan" if last["objective"] is None else "plan held"


@contextmanager
def _slots_taken(root: Path) -> Iterator[object]:
    """All slots of a folder of runs in our hands, until they are freed."""
    folder = root / SLOTS
    folder.mkdir(parents=True, exist_ok=True)
    held = [try_lock(folder / f"slot-{number}") for number in range(default_slots())]

    def free() -> None:
        for file in held:
            if file is not None:
                file.close()

    yield free
    free()


# ---- memory and many at once ---------------------------------------------------------------------------------------


@dataclass
class Memory:
    """Resident memory of the server [MB] after so many reruns, and around many sessions.

    For two minutes the server keeps a session whose tab is gone, in case it comes back: `after_sessions` holds those.
    """

    by_reruns: dict[int, float]
    before_sessions: float
    at_most: float
    after_sessions: float
    sessions: int


def memory(server: Server, run: str, reruns: int = 100, sessions: int = 60) -> Memory:
    """Reruns of the plan page, one side of the plan after the other; then sessions that come, look and go."""
    kept, by_reruns = {"lang": "en", "case": CASE, "run": run}, {}
    sides = [Session(server, "plan", **kept, view=side) for side in VIEWS]
    for one in sides:
        one.run()
    for number, one in zip(range(reruns + 1), cycle(sides)):
        if number % 25 == 0:
            by_reruns[number] = server.memory_mb()
        one.run()
    for one in sides:
        one.close()
    before, peak = server.memory_mb(), 0.0
    for number, language in zip(range(sessions), cycle(LANGUAGES)):
        session = Session(server, "plan" if number % 2 else "home", **kept | {"lang": language})
        session.run()
        session.close()
        peak = max(peak, server.memory_mb())
    return Memory(by_reruns, before, peak, server.memory_mb(), sessions)


@dataclass
class Crowd:
    """Seconds of a rerun of the plan page: alone, and with so many sessions that all rerun at once."""

    sessions: int
    first_s: list[float]
    alone_s: float
    each_s: list[float]


def crowd(server: Server, run: str, sessions: int = 10, turns: int = 5) -> Crowd:
    """All open the plan at the same moment, then rerun it in step."""
    kept = [{"lang": language, "case": CASE, "run": run} for language in LANGUAGES]
    alone = Session(server, "plan", **kept[0])
    alone.run()
    alone_s = statistics.median(alone.run() for _ in range(turns))
    alone.close()
    with ThreadPoolExecutor(sessions) as pool:
        everybody = list(
            pool.map(lambda number: Session(server, "plan", **kept[number % 2]), range(sessions))
        )
        first_s = list(pool.map(Session.run, everybody))
        each_s = [seconds for _ in range(turns) for seconds in pool.map(Session.run, everybody)]
        for one in everybody:
            one.close()
    return Crowd(sessions, first_s, alone_s, each_s)
