"""What data travel with the program: its parts with their hashes and their sources, and the licence."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from redmud_opt.case.bundle import library_folder, roots, rule_packs


@dataclass(frozen=True, slots=True)
class Shipped:
    """A part of the library or a rule pack: how many files, the hash of them all, where their numbers come from."""

    name: str
    files: int
    digest: str
    sources: tuple[dict[str, str], ...]


def shipped() -> tuple[Shipped, ...]:
    """Parts of the library, then rule packs."""
    library = library_folder()
    parts = (
        {} if library is None else {f"library/{e.name}": e for e in sorted(library.iterdir()) if e.is_dir()}
    )
    parts |= {f"rule_packs/{name}": folder for name, folder in sorted(rule_packs().items())}
    return tuple(_part(name, folder) for name, folder in parts.items())


def _part(name: str, folder: Path) -> Shipped:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(folder).as_posix()}\n".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    held = folder / "sources.csv"
    text = held.read_text(encoding="utf-8-sig") if held.is_file() else ""
    return Shipped(name, len(files), digest.hexdigest(), tuple(csv.DictReader(io.StringIO(text))))


def licence() -> str:
    """The text of the licence, from the checkout or from what was installed."""
    for root in roots():
        if (root / "LICENSE").is_file():
            return (root / "LICENSE").read_text(encoding="utf-8")
    try:
        files = distribution("redmud_opt").files or []
    except PackageNotFoundError:
        return "MIT"
    return next((file.read_text() for file in files if file.name == "LICENSE"), "MIT")
