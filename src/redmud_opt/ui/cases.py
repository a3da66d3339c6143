"""Cases to choose from, and one look at a case: its faults, or what is in it. Nothing here solves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import streamlit as st

from redmud_opt.case import Assumptions, Case, CaseFaults, assumptions, flagged, load_case, unenforced
from redmud_opt.case.bundle import bundled_names, find_bundled, roots
from redmud_opt.i18n import Message
from redmud_opt.network import Network, build_network
from redmud_opt.report.case_facts import title
from redmud_opt.ui.settings import shared_cases, work_root

DEFAULT = "guangxi"
MOST_LINES = 40
"""Of a case file, in which its title stands."""


def choices() -> dict[str, Path]:
    """Name → folder or scenario file: one's own, those that travel with the program, those of `REDMUD_OPT_CASES`."""
    found = dict(own_cases())
    for name in bundled_names():
        path = find_bundled(name)
        if path is not None:
            found.setdefault(name, path)
    shared = shared_cases()
    for entry in sorted(shared.iterdir()) if shared is not None else []:
        if (entry / "case.yaml").is_file() or (entry.is_file() and entry.suffix == ".yaml"):
            found.setdefault(entry.stem, entry)
    return found


def own_cases() -> dict[str, Path]:
    """Name → what was uploaded, copied or made, the newest first: folders, scenario files. Only these are written."""
    root = work_root()
    entries = list(root.iterdir()) if root.is_dir() else []
    held = [e for e in entries if (e / "case.yaml").is_file() or (e.suffix == ".yaml" and e.is_file())]
    held.sort(key=lambda entry: (-entry.stat().st_mtime_ns, entry.name))
    return {entry.name.removesuffix(".yaml"): entry for entry in held if not entry.name.startswith(".")}


def titled(name: str, path: Path, language: str) -> str:
    """A case in a list: its name, and the title that its file states, without reading more of it."""
    file = path / "case.yaml" if path.is_dir() else path
    try:
        found = _title(file, language, file.stat().st_mtime_ns)
    except OSError:
        found = ""
    return f"{name} · {found}" if found else name


@st.cache_data(max_entries=200, show_spinner=False)
def _title(file: Path, language: str, stamp: int) -> str:
    """A quoted title, one that ends its line, or one between the braces of a scenario's settings."""
    quoted, bare = r"\"([^\"]*)\"|'([^']*)'", r"([^#\n]*)"
    own = re.compile(rf"^\s*title_{language}:\s*(?:{quoted}|{bare})")
    inner = re.compile(rf"\btitle_{language}:\s*(?:{quoted}|([^,}}#\n]*))")
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in islice(lines, MOST_LINES):
            if match := own.search(line) or inner.search(line):
                return next(part for part in match.groups() if part is not None).strip()
    return ""


def named() -> str | None:
    """The name of the case in the address; without one, or with one that is not there, the case to begin with."""
    known, asked = choices(), st.query_params.get("case", "")
    if asked in known:
        return asked
    return DEFAULT if DEFAULT in known else next(iter(known), None)


def chosen() -> Look | None:
    """The case in the address, read; None only if there is no case at all."""
    name = named()
    return None if name is None else look(name, choices()[name])


@dataclass(frozen=True)
class Look:
    """What the page shows of a case; with faults, nothing else is known."""

    name: str
    path: Path
    faults: CaseFaults | None = None
    case: Case | None = None
    evidence: Assumptions | None = None
    impossible: tuple[Message, ...] = ()
    not_enforced: tuple[Message, ...] = ()
    flagged: tuple[Message, ...] = ()
    notes: tuple[Message, ...] = ()

    def title(self, language: str) -> str:
        """Name and title."""
        return self.name if self.case is None else f"{self.name} · {title(self.case, language)}"

    @property
    def files(self) -> Mapping[str, str]:
        """File → hash."""
        return {} if self.case is None else self.case.files


def look(name: str, path: Path) -> Look:
    """Reads a case; kept in memory until a file near it changes."""
    return _look(name, path, tuple(_stamps(path)))


def _stamps(path: Path) -> Iterator[tuple[str, int, int]]:
    """Names, times and sizes of the files that a case may be read from: its own or those beside it, the program's."""
    home = path if path.is_dir() else path.parent
    folders = {home, *(root / name for root in roots() for name in ("scenarios", "data/rule_packs"))}
    for file in sorted({file for folder in folders for file in folder.rglob("*")}):
        if file.is_relative_to(home) and any(p.startswith(".") for p in file.relative_to(home).parts):
            continue  # edits that wait are no part of the case
        if file.suffix in (".csv", ".yaml", ".yml"):
            stat = file.stat()
            yield str(file), stat.st_mtime_ns, stat.st_size


def read(path: Path) -> Case | CaseFaults:
    """A case by itself, without its network: all that names and tables need."""
    return _case(path, tuple(_stamps(path)))


def network(path: Path) -> Network | CaseFaults:
    """The network of a case: seconds for a big one, so it is made once."""
    return _network(path, tuple(_stamps(path)))


@st.cache_resource(max_entries=16, show_spinner=False)
def _case(path: Path, stamps: tuple[tuple[str, int, int], ...]) -> Case | CaseFaults:
    try:
        return load_case(path)
    except CaseFaults as faults:
        return faults


@st.cache_resource(max_entries=4, show_spinner=False)
def _network(path: Path, stamps: tuple[tuple[str, int, int], ...]) -> Network | CaseFaults:
    case = _case(path, stamps)
    if isinstance(case, CaseFaults):
        return case
    try:
        return build_network(case)
    except CaseFaults as faults:
        return faults


@st.cache_resource(max_entries=16, show_spinner=False)
def _look(name: str, path: Path, stamps: tuple[tuple[str, int, int], ...]) -> Look:
    network = _network(path, stamps)
    if isinstance(network, CaseFaults):
        return Look(name, path, faults=network)
    case = network.case
    return Look(
        name,
        path,
        case=case,
        evidence=assumptions(case),
        impossible=network.findings,
        not_enforced=unenforced(case),
        flagged=flagged(case),
        notes=network.notes,
    )
