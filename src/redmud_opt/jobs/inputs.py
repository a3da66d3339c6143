"""The inputs of a run: copies of the files a case was read from, with their hashes, and the way back to the case.

    inputs/…              the files, lying to each other as they did
    inputs.json           case, entry (what to load), files: name → sha256 and copy

Rule packs and the library travel with the program: a run keeps copies of the files that it read, and is audited
against those, not against newer ones.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redmud_opt.case import Case, CaseFaults, Fault, load_case
from redmud_opt.case.bundle import library_folder, roots, rule_packs
from redmud_opt.case.library import LIBRARY
from redmud_opt.case.read import base_path
from redmud_opt.case.whole import write_whole
from redmud_opt.i18n import Message

INPUTS, INDEX, PACKS, LIBRARY_COPY = "inputs", "inputs.json", "rule_packs", "_library"


@dataclass(frozen=True)
class Inputs:
    """Files of a case in memory: where each will lie below `inputs/`, and what `load_case` takes there."""

    case: str
    entry: str
    files: dict[str, tuple[str, str, bytes]]  # name as the case shows it → (copy, sha256, content)

    def write(self, folder: Path) -> None:
        """Writes the copies and their index."""
        for copy, _, content in self.files.values():
            path = folder / INPUTS / copy
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
        index = {
            "case": self.case,
            "entry": self.entry,
            "files": {
                name: {"sha256": digest, "copy": copy} for name, (copy, digest, _) in self.files.items()
            },
        }
        write_whole(folder / INDEX, json.dumps(index, ensure_ascii=False, indent=1))


def gather(case: Case) -> Inputs:
    """Reads the files of a case once more. A file that is no longer what the case was read from is a fault."""
    start = Path(case.folder).resolve()
    root = start if start.is_dir() else start.parent
    sources = {name: _source(name, root) for name in case.files}
    places = _places(root, [path for name, path in sources.items() if not _is_shared(name)])
    files, changed = {}, []
    for name, path in sources.items():
        content = path.read_bytes() if path.is_file() else b""
        digest = hashlib.sha256(content).hexdigest()
        if digest != case.files[name]:
            changed.append(Fault(name, 0, "", Message("jobs.changed_while_read"), Message("jobs.run_again")))
        files[name] = (_copy(name) if _is_shared(name) else places[path], digest, content)
    if changed:
        raise CaseFaults(changed)
    entry = places[root] if start.is_dir() else places[start]
    return Inputs(str(case.folder), entry, files)


def _is_shared(name: str) -> bool:
    """Whether a file is one of the program's own: a rule pack's or the library's."""
    return name.startswith((f"{PACKS}/", LIBRARY))


def _copy(name: str) -> str:
    """Where the copy of a file of the program lies below `inputs/`."""
    return f"{LIBRARY_COPY}/{name.removeprefix(LIBRARY)}" if name.startswith(LIBRARY) else name


def _source(name: str, root: Path) -> Path:
    first, _, rest = name.partition("/")
    library = library_folder()
    if name.startswith(LIBRARY) and library is not None:
        return library / name.removeprefix(LIBRARY)
    pack, _, file = rest.partition("/")
    if first == PACKS and pack in rule_packs():
        return rule_packs()[pack] / file
    return (root / name).resolve()


def _places(root: Path, paths: list[Path]) -> dict[Path, str]:
    """Where files lie below `inputs/`: relative to their common folder; those from the package beside the case."""
    packed = [base / "scenarios" for base in roots()]
    home = next((base for base in packed if root.is_relative_to(base)), None)
    inside = {path: base for path in paths for base in packed if home is None and path.is_relative_to(base)}
    own = [path for path in paths if path not in inside]
    top = Path(os.path.commonpath([root, *(path.parent for path in own)]))
    found = {path: path.relative_to(top).as_posix() for path in [root, *own]}
    beside = root.relative_to(top)
    return found | {path: (beside / path.relative_to(base)).as_posix() for path, base in inside.items()}


@dataclass(frozen=True)
class Recorded:
    """The case that a run was made for, and the files that are no longer as recorded."""

    case: Case | None
    changed: tuple[Message, ...]


def recall(folder: Path) -> Recorded:
    """Loads the recorded case of a run folder and compares every hash. Raises CaseFaults if it no longer loads."""
    index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    changed = [Message("jobs.input_differs", {"file": name}) for name in _altered(folder, index["files"])]
    if changed:
        return Recorded(None, tuple(changed))
    kept = folder / INPUTS
    case = load_case(kept / index["entry"], packs=kept / PACKS, library=kept / LIBRARY_COPY)
    return Recorded(case, tuple(_unlike(index["files"], case)))


def recorded_entry(folder: Path) -> Path:
    """The copy of the case that a run was made for, to be loaded anew."""
    index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    return folder / INPUTS / str(index["entry"])


def base_of(folder: Path) -> Case | None:
    """The recorded base of a run's scenario; None of a case that is no scenario."""
    index, kept = json.loads((folder / INDEX).read_text(encoding="utf-8")), folder / INPUTS
    base = base_path(kept / index["entry"])
    return None if base is None else load_case(base, packs=kept / PACKS, library=kept / LIBRARY_COPY)


def _altered(folder: Path, files: dict[str, Any]) -> list[str]:
    found = []
    for name, entry in files.items():
        path = folder / INPUTS / entry["copy"]
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
            found.append(name)
    return found


def _unlike(files: dict[str, Any], case: Case) -> list[Message]:
    """What was read now and then by content: a changed rule pack, a file added to the copies."""
    then = Counter((Path(name).name, entry["sha256"]) for name, entry in files.items())
    now = Counter((Path(name).name, digest) for name, digest in case.files.items())
    names = sorted({name for name, _ in (then - now) + (now - then)})
    return [Message("jobs.input_differs", {"file": name}) for name in names]
