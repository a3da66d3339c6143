"""The page of studies: those that travel with the package, and those of the command line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streamlit as st
import yaml

from redmud_opt.case import CaseFaults
from redmud_opt.case.bundle import roots
from redmud_opt.i18n import text
from redmud_opt.jobs.errands import Answer, at_hand, errand_folder, study_folder
from redmud_opt.jobs.folder import LOCK
from redmud_opt.jobs.slots import is_locked
from redmud_opt.jobs.sweeping import HEAD, MEMBERS, PROGRESS, read_results
from redmud_opt.report.studies.page import pictures
from redmud_opt.report.studies.telling import Picture
from redmud_opt.study.sweeps.said import lines
from redmud_opt.ui import cases, errand
from redmud_opt.ui.charts import QUIET
from redmud_opt.ui.grid import csv_button, words_grid
from redmud_opt.ui.settings import runs_root
from redmud_opt.ui.words import Words, listed, plain


def show(say: Words) -> None:
    """Draws the page."""
    titles = shipped(say.language)
    known = {name: f"{title} ({name})" for name, title in titles.items()}
    own = {path.name: path for path in runs_root().glob("*") if (path / HEAD).is_file()}
    names, case = [*known, *own], cases.named()
    chosen = st.selectbox(
        say("study"),
        names,
        index=next((k for k, name in enumerate(names) if _case_of(name) == case), 0),
        format_func=lambda name: known.get(name, str(name)),
        key="study",
    )
    if chosen in own:
        _results(own[chosen], say)
    else:
        _shipped(chosen, say)


@cache
def shipped(language: str) -> dict[str, str]:
    """Studies that travel with the package: name → title."""
    found = {}
    for root in roots():
        for file in sorted((root / "scenarios" / "studies").glob("*.yaml")):
            tree = yaml.safe_load(file.read_text(encoding="utf-8"))
            found[file.stem] = str(tree.get(f"title_{language}") or file.stem)
    return found


@cache
def _case_of(study: str) -> str:
    """The case that a shipped study is about."""
    for root in roots():
        file = root / "scenarios" / "studies" / f"{study}.yaml"
        if file.is_file():
            return Path(str(yaml.safe_load(file.read_text(encoding="utf-8")).get("case", ""))).stem
    return ""


def _shipped(name: str, say: Words) -> None:
    request = {"study": name}
    path = errand_folder(runs_root(), "sweep", request)
    st.caption(say("study_help"))
    if st.button(
        say("run_study"),
        type="primary",
        disabled=at_hand(path),
        key="run_study",
        icon=":material/play_arrow:",
    ):
        errand.order("sweep", request, say)
    folder = study_folder(path)

    def draw(answer: Answer) -> None:
        if answer.record["faults"] or not (folder / HEAD).is_file():
            errand.refused(answer)
        else:
            _results(folder, say)

    errand.show(path, path.name, draw, say, lambda: _part(folder, say))


def _part(folder: Path, say: Words) -> str:
    """How many members are done, and how long it may still take."""
    try:
        found = json.loads((folder / PROGRESS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return say("members_done", done=found.get("done", 0), asked=found.get("asked", "?"))


@dataclass(frozen=True)
class Drawn:
    """All that there is to show of a study, in one language."""

    title: str
    lines: tuple[str, ...]
    pictures: tuple[Picture, ...]


def _results(folder: Path, say: Words) -> None:
    try:
        kept = [folder / name for name in (HEAD, PROGRESS, MEMBERS)]
        stamps = tuple(path.stat().st_mtime_ns for path in kept if path.exists())
        lock = folder / LOCK
        found = _drawn(folder, (*stamps, int(lock.exists() and is_locked(lock))), say.language)
    except (CaseFaults, OSError, ValueError, KeyError) as error:
        st.error(plain(say("unreadable_study", why=str(error))))
    else:
        _told(found, folder.name, say)


@st.cache_resource(max_entries=8, show_spinner=False)
def _drawn(folder: Path, stamps: tuple[int, ...], language: str) -> Drawn:
    """Seconds for a study of many members, so it is made once for all who look and as often as they do."""
    results = read_results(folder)
    told = tuple(text(line, language) for line in lines(results))
    return Drawn(results.title(language), told, tuple(pictures(results, language)))


def _told(found: Drawn, key: str, say: Words) -> None:
    """What the study says, then every picture with its table."""
    st.markdown(f"#### {plain(found.title)}")
    st.markdown(listed(list(found.lines)))
    for number, picture in enumerate(found.pictures):
        name = f"{key}_{number}"
        st.markdown(f"#### {plain(picture.title)}")
        if picture.note:
            st.caption(plain(picture.note))
        shown = picture.table.astype(str)
        if picture.figure is None:
            words_grid(shown, f"{name}_table")
        else:
            st.plotly_chart(picture.figure, theme=None, config=QUIET, key=f"{name}_figure", alt=picture.title)
            with st.expander(say("table"), icon=":material/table:"):
                words_grid(shown, f"{name}_table")
        csv_button(picture.table, name, f"{name}_csv", say)
