"""What travels with the package: scenarios, data and rule packs, in a source checkout or in the wheel."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from redmud_opt.case.faults import CaseFaults, Fault
from redmud_opt.case.names import did_you_mean
from redmud_opt.i18n import Message


def roots() -> Iterator[Path]:
    """Folders that hold `scenarios` and `data`: the checkout that this file lies in, else the wheel's own copy."""
    checkout = Path(__file__).resolve().parents[3]
    if (checkout / "pyproject.toml").is_file() and (checkout / "data").is_dir():
        yield checkout
    wheel = Path(str(files("redmud_opt"))) / "_bundled"
    if wheel.is_dir():
        yield wheel


def bundled_names() -> tuple[str, ...]:
    """Names of the scenarios that travel with the package."""
    found: dict[str, None] = {}
    for root in roots():
        for entry in sorted((root / "scenarios").glob("*")):
            if (entry / "case.yaml").is_file() or entry.suffix == ".yaml":
                found[entry.stem] = None
    return tuple(found)


def _candidates(name: str) -> Iterator[Path]:
    for root in roots():
        for entry in (
            root / "scenarios" / name,
            root / "scenarios" / f"{name}.yaml",
            root / "data" / name,
            root / name,
        ):
            if not Path(name).is_absolute() and ".." not in Path(name).parts:
                yield entry


def find_bundled(name: str) -> Path | None:
    """The folder or file of that name, None if nothing of that name travels with the package."""
    return next((entry for entry in _candidates(name) if name and entry.exists()), None)


def bundled(name: str) -> Path:
    """The scenario, or the part of `data/`, of that name; `CaseFaults` naming the nearest if there is none."""
    found = find_bundled(name)
    if found is None:
        message = Message("case.nothing_bundled", {"name": name})
        raise CaseFaults([Fault("", 0, "", message, did_you_mean(name, bundled_names()))])
    return found


def rule_packs(first: Path | None = None) -> dict[str, Path]:
    """Name → folder of the rule packs; those in the folder `first` stand before those of the package."""
    found: dict[str, Path] = {}
    own = [] if first is None else [first]
    for folder in (*own, *(root / "data" / "rule_packs" for root in roots())):
        for entry in sorted(folder.glob("*")):
            if entry.is_dir():
                found.setdefault(entry.name, entry)
    return found


def library_folder(first: Path | None = None) -> Path | None:
    """The folder of the library: `first` if it is there, else that of the package."""
    own = [] if first is None else [first]
    folders = (*own, *(root / "data" / "library" for root in roots()))
    return next((folder for folder in folders if folder.is_dir()), None)
