"""A small case to start from: complete, valid, solvable, with comments."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from redmud_opt.case.faults import CaseFaults, Fault
from redmud_opt.i18n import Message


def init_case(folder: str | Path) -> tuple[Path, ...]:
    """Write the starter case into `folder` and return the files written.

    Nothing is ever overwritten: a folder that holds anything already raises `CaseFaults`.
    """
    target = Path(folder)
    if target.exists() and not target.is_dir():
        raise CaseFaults([Fault("", 0, "", Message("case.init_no_folder", {"path": str(folder)}))])
    if target.is_dir() and any(target.iterdir()):
        remedy = Message("case.init_elsewhere")
        raise CaseFaults([Fault("", 0, "", Message("case.init_not_empty", {"path": str(folder)}), remedy)])
    target.mkdir(parents=True, exist_ok=True)
    written = []
    source = files("redmud_opt.case").joinpath("template")
    for entry in sorted(source.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith((".csv", ".yaml")):
            path = target / entry.name
            with path.open("xb") as file:
                file.write(entry.read_bytes())
            written.append(path)
    return tuple(written)
