"""All runs of a folder of runs, and what people do with them: a title and a note, the trash and back, gone for good.

    entries("runs")          the newest first, those of the command line too
    describe(run, title="Base case", note="agreed on 3 March")
    trash(run);  restore("runs", "guangxi-20261128-090000");  delete("runs", "guangxi-20261128-090000")

A title and a note lie in `about.json` of the run; its folder keeps its name, so that links and baselines stay whole.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redmud_opt.jobs.folder import RunFolder, RunStatus
from redmud_opt.jobs.queue import runs, status
from redmud_opt.plan.plan import write_whole

ABOUT, TRASH = "about.json", ".trash"
MOST_SIGNS, MOST_NOTE_SIGNS = 120, 4000


@dataclass(frozen=True)
class Entry:
    """A run in a list. value_cny and gap: of its plan, None without one; case: the name of what it was made for."""

    folder: Path
    now: RunStatus
    case: str
    objective: str | None
    title: str = ""
    note: str = ""
    status: str = "none"
    value_cny: float | None = None
    gap: float | None = None

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.folder.name

    @property
    def state(self) -> str:
        """queued, running, cancelled, failed; of what is done: optimal, feasible, infeasible, unbounded or none."""
        return self.status if self.now.state == "done" else self.now.state


def entries(runs_root: str | Path) -> list[Entry]:
    """The runs of a folder, the newest first; folders that cannot be read are passed over."""
    return [found for folder in runs(runs_root) if (found := _entry(folder)) is not None]


def trashed(runs_root: str | Path) -> list[Entry]:
    """The runs in the trash."""
    return entries(Path(runs_root) / TRASH)


def _entry(folder: Path) -> Entry | None:
    try:
        now = status(folder)
        case, options = RunFolder(folder).read_request()
        result = _read(folder / "result.json") if now.ended else {}
        about = _read(folder / ABOUT)
        return Entry(
            folder=folder,
            now=now,
            case=Path(case).name.removesuffix(".yaml"),
            objective=options.objective,
            title=str(about.get("title", "")),
            note=str(about.get("note", "")),
            status=str(result.get("status", "none")),
            value_cny=result.get("value_cny"),
            gap=result.get("gap"),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found if isinstance(found, dict) else {}


def describe(run_dir: str | Path, *, title: str, note: str) -> None:
    """Gives a run a title and a note; both blank: neither."""
    path = Path(run_dir) / ABOUT
    kept = {"title": " ".join(title.split())[:MOST_SIGNS], "note": note.strip()[:MOST_NOTE_SIGNS]}
    if any(kept.values()):
        write_whole(path, json.dumps(kept, ensure_ascii=False, indent=1) + "\n")
    else:
        path.unlink(missing_ok=True)


def trash(run_dir: str | Path) -> Path:
    """Moves a run into the trash beside it; ValueError for one that still goes on."""
    path = Path(run_dir)
    if not status(path).ended:
        raise ValueError(f"{path.name} still goes on")
    return _moved(path, path.parent / TRASH)


def restore(runs_root: str | Path, name: str) -> Path:
    """Moves a run out of the trash again; FileNotFoundError for one that is not in it."""
    return _moved(_in_trash(runs_root, name), Path(runs_root))


def delete(runs_root: str | Path, name: str) -> None:
    """Takes a run out of the trash for good."""
    shutil.rmtree(_in_trash(runs_root, name))


def _in_trash(runs_root: str | Path, name: str) -> Path:
    path = Path(runs_root) / TRASH / name
    if Path(name).name != name or not (path / "status.json").is_file():
        raise FileNotFoundError(name)
    return path


def _moved(path: Path, into: Path) -> Path:
    into.mkdir(exist_ok=True)
    target = next(place for place in _places(into, path.name) if not place.exists())
    path.rename(target)
    return target


def _places(into: Path, name: str) -> Iterator[Path]:
    """Where it may go: under its name, or with a number where that is taken."""
    yield into / name
    yield from (into / f"{name}-{number}" for number in range(2, 10_000))
