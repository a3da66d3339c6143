"""Editing a case on disk: edits wait beside the case until they are committed, and can be undone before and after.

    session = EditSession(folder)              a case folder of one's own; samples are copied first
    session.make([Edit("set", "outlets", 3, "max_t", "9000", "12000")])
    session.changes()                          what a commit would do: cell by cell, before → after
    session.checked()                          the faults that the case would have
    session.commit()                           writes the tables; the last commit can be taken back

In the folder:

    .edits/pending.json         steps that wait, steps undone, hashes of the files that they speak of
    .edits/commits/0001/        files before and after, the steps; `done` when all files are in their places

Nothing is held in memory: a reload, another page, another process find the same session. A commit that was killed
halfway is finished by whoever opens the session next. A file that somebody else has changed is not overwritten.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redmud_opt.case.case import TABLES, Case
from redmud_opt.case.columns import columns
from redmud_opt.case.editing.copying import case_files
from redmud_opt.case.editing.edits import AnySheet, Change, Edit, Step, apply, changes
from redmud_opt.case.editing.keys import KEYS_TABLE, KeySheet
from redmud_opt.case.editing.sheet import Sheet
from redmud_opt.case.faults import CaseFaults, Fault
from redmud_opt.case.raw import read_bytes
from redmud_opt.case.read import load_case
from redmud_opt.case.whole import write_whole
from redmud_opt.i18n import Message

EDITS = ".edits"


@dataclass(frozen=True)
class Checked:
    """The case as it would be after a commit: its faults, or the case."""

    case: Case | None = None
    faults: CaseFaults | None = None


@dataclass(frozen=True)
class Pending:
    """Steps that wait, steps undone (the last one first to be redone), hashes of the files before them."""

    steps: tuple[Step, ...] = ()
    undone: tuple[Step, ...] = ()
    files: tuple[tuple[str, str], ...] = ()

    def as_record(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "files": dict(self.files),
            "steps": [step.as_record() for step in self.steps],
            "undone": [step.as_record() for step in self.undone],
        }

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All edits in their order."""
        return tuple(edit for step in self.steps for edit in step.edits)

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables that edits speak of."""
        return tuple(dict.fromkeys(edit.table for edit in self.edits))


class EditSession:
    """The edits of one case folder."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._home = self.folder / EDITS
        self._finish()

    # ---- what there is ---------------------------------------------------------------------------------------------

    def pending(self) -> Pending:
        """What waits."""
        file = self._home / "pending.json"
        if not file.is_file():
            return Pending()
        record = json.loads(file.read_text(encoding="utf-8"))
        steps, undone = ([Step.of(step) for step in record[name]] for name in ("steps", "undone"))
        return Pending(tuple(steps), tuple(undone), tuple(record["files"].items()))

    def file(self, table: str) -> Path:
        """Where a table is written."""
        return self.folder / ("case.yaml" if table == KEYS_TABLE else f"{table}.csv")

    def committed(self, table: str) -> AnySheet:
        """A table as its file has it; without rows where there is no file. Raises CaseFaults if it is no table."""
        file = self.file(table)
        faults: list[Fault] = []
        if not file.is_file():
            needed = [name for name, column in columns(TABLES[table]).items() if column.required]
            return Sheet.new(file.name, needed)
        if read_bytes(file, file.name, faults) is None:
            raise CaseFaults(faults)
        text = file.read_bytes().decode("utf-8")
        return KeySheet.parse(text, file.name) if table == KEYS_TABLE else Sheet.parse(text, file.name)

    def sheet(self, table: str, *, without: str = "") -> AnySheet:
        """A table with the edits that wait, but for the steps of the origin `without`."""
        steps = self.pending().steps
        kept = [edit for step in steps if not without or step.origin != without for edit in step.edits]
        return apply(self.committed(table), (edit for edit in kept if edit.table == table))

    def changes(self) -> list[Change]:
        """What a commit would change."""
        found: list[Change] = []
        for table in self.pending().tables:
            found.extend(changes(table, self.committed(table), self.sheet(table)))
        return found

    def state(self) -> str:
        """A hash of the files and of what waits: the same state, the same case."""
        digest = hashlib.sha256()
        for file in case_files(self.folder):
            digest.update(f"{file.name}\n{_digest(file)}\n".encode())
        digest.update(json.dumps(self.pending().as_record()["steps"]).encode())
        return digest.hexdigest()

    def new_row(self) -> int:
        """A number that no added row has."""
        pending = self.pending()
        steps = (*pending.steps, *pending.undone)
        return min((0, *(edit.row for step in steps for edit in step.edits))) - 1

    # ---- steps -----------------------------------------------------------------------------------------------------

    def make(self, edits: Iterable[Edit], origin: str = "") -> None:
        """Adds a step; what was undone is forgotten. Of an origin, the step that it made last is replaced.

        Raises CaseFaults, with nothing changed, where an edit does not fit.
        """
        with self._locked():
            pending = self.pending()
            steps = list(pending.steps)
            if origin and steps and steps[-1].origin == origin:
                steps.pop()
            step = Step(tuple(edits), origin)
            self._keep(pending, [*steps, step] if step.edits else steps, ())

    def undo(self) -> bool:
        """Takes the last step back; False if none waits."""
        with self._locked():
            pending = self.pending()
            if pending.steps:
                *steps, last = pending.steps
                self._keep(pending, steps, (*pending.undone, last))
            return bool(pending.steps)

    def redo(self) -> bool:
        """Makes the step that was undone last again."""
        with self._locked():
            pending = self.pending()
            if pending.undone:
                *undone, last = pending.undone
                self._keep(pending, (*pending.steps, Step(last.edits)), tuple(undone))
            return bool(pending.undone)

    def discard(self) -> None:
        """Forgets everything that waits."""
        with self._locked():
            (self._home / "pending.json").unlink(missing_ok=True)

    def _keep(self, old: Pending, steps: Sequence[Step], undone: tuple[Step, ...]) -> None:
        new = Pending(tuple(steps), undone)
        known = dict(old.files)
        files = {table: known.get(table, _digest(self.file(table))) for table in new.tables}
        for table in new.tables:
            apply(self.committed(table), (edit for edit in new.edits if edit.table == table))
        record = Pending(new.steps, new.undone, tuple(files.items())).as_record()
        write_whole(self._home / "pending.json", json.dumps(record, ensure_ascii=False, indent=1))

    # ---- commits ---------------------------------------------------------------------------------------------------

    def checked(self) -> Checked:
        """Loads and checks the case as a commit would leave it; nothing is written to its folder."""
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / self.folder.name
            folder.mkdir()
            for file in case_files(self.folder):
                shutil.copyfile(file, folder / file.name)
            try:
                for table in self.pending().tables:
                    (folder / self.file(table).name).write_bytes(self.sheet(table).text().encode())
                return Checked(case=load_case(folder))
            except CaseFaults as faults:
                return Checked(faults=faults)

    def commit(self) -> tuple[str, ...]:
        """Writes the tables that edits speak of, all or none; returns their files. Faults do not hinder it.

        Raises CaseFaults where a file was changed by somebody else since its first edit.
        """
        with self._locked():
            pending = self.pending()
            self._untouched(dict(pending.files))
            after = {self.file(table).name: self.sheet(table).text() for table in pending.tables}
            if not after:
                return ()
            home = self._next_commit()
            part = home.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            for state in ("before", "after"):
                (part / state).mkdir(parents=True)
            for name, text in after.items():
                if (self.folder / name).is_file():
                    shutil.copyfile(self.folder / name, part / "before" / name)
                write_whole(part / "after" / name, text)
            record = [step.as_record() for step in pending.steps]
            write_whole(part / "steps.json", json.dumps(record, ensure_ascii=False, indent=1))
            part.rename(home)
            self._carry_out(home)
        return tuple(after)

    def commits(self) -> int:
        """How many commits can be taken back."""
        return len(self._commits())

    def take_back(self) -> tuple[str, ...]:
        """Restores the files before the last commit, byte by byte; returns their names.

        Raises CaseFaults where edits wait, or where a file was changed by somebody else since.
        """
        with self._locked():
            if self.pending().steps:
                raise CaseFaults([Fault("", 0, "", Message("editing.edits_wait"))])
            homes = self._commits()
            if not homes:
                return ()
            last = homes[-1]
            names = sorted(file.name for file in (last / "after").iterdir())
            self._unchanged_since(last, names)
            for name in names:
                before = last / "before" / name
                if before.is_file():
                    write_whole(self.folder / name, before.read_bytes())
                else:
                    (self.folder / name).unlink(missing_ok=True)
            (self._home / "pending.json").unlink(missing_ok=True)
            shutil.rmtree(last)
            return tuple(names)

    def _unchanged_since(self, commit: Path, names: Iterable[str]) -> None:
        """Every file is as the commit left it, or, where taking it back was cut off, as it was before."""
        for name in names:
            states = {_digest(commit / state / name) for state in ("before", "after")}
            if _digest(self.folder / name) not in states:
                raise CaseFaults([Fault(name, 0, "", Message("editing.changed_elsewhere"))])

    def _untouched(self, files: dict[str, str]) -> None:
        faults = [
            Fault(
                self.file(table).name, 0, "", Message("editing.changed_elsewhere"), Message("editing.discard")
            )
            for table, digest in files.items()
            if _digest(self.file(table)) != digest
        ]
        if faults:
            raise CaseFaults(faults)

    def _commits(self) -> list[Path]:
        folder = self._home / "commits"
        return sorted(home for home in folder.glob("*") if home.suffix != ".part") if folder.is_dir() else []

    def _next_commit(self) -> Path:
        homes = self._commits()
        number = int(homes[-1].name) + 1 if homes else 1
        return self._home / "commits" / f"{number:04d}"

    def _carry_out(self, home: Path) -> None:
        for file in sorted((home / "after").iterdir()):
            write_whole(self.folder / file.name, file.read_bytes())
        (self._home / "pending.json").unlink(missing_ok=True)
        (home / "done").touch()

    def _finish(self) -> None:
        homes = self._commits()
        if homes and not (homes[-1] / "done").exists():
            with self._locked():
                if not (homes[-1] / "done").exists():
                    self._carry_out(homes[-1])

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._home.mkdir(exist_ok=True)
        with (self._home / "lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
