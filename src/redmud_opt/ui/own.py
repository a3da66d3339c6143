"""Cases of one's own: copies, uploads and scenarios in the folder of work. Who does not know a name does not find it."""

from __future__ import annotations

import re
import secrets
import tempfile
from collections.abc import Iterable
from pathlib import Path

import streamlit as st

from redmud_opt.case.bundle import find_bundled
from redmud_opt.case.editing import copy_case, folder_name
from redmud_opt.case.editing.variants import Variant, write_variant
from redmud_opt.ui.settings import work_root

_NAME = re.compile(r"[\w][\w.\-]*")
_MADE = "_own"
STEM = 40
"""Signs of a name before the part that is chance."""


def find(name: str) -> Path | None:
    """The folder or the scenario file of that name in the folder of work."""
    if not _NAME.fullmatch(name):
        return None
    folder, file = work_root() / name, work_root() / f"{name}.yaml"
    if (folder / "case.yaml").is_file():
        return folder
    return file if file.is_file() else None


def known(asked: Iterable[str]) -> dict[str, Path]:
    """Those made in this session, and those asked for by name."""
    names = dict.fromkeys((*st.session_state.get(_MADE, ()), *asked))
    return {name: path for name in names if (path := find(name)) is not None}


def is_own(path: Path) -> bool:
    """Whether a case may be edited where it is."""
    return path.parent.resolve() == work_root().resolve()


def copy(case: Path, name: str) -> str:
    """A copy of a case to edit; returns its name. Raises CaseFaults where the case cannot be copied."""
    made = _new_name(name)
    copy_case(case, work_root() / made)
    return _noted(made)


def upload(content: bytes, file_name: str) -> str:
    """The case that a workbook holds; returns its name. Raises CaseFaults where it is no case workbook."""
    made = _new_name(Path(file_name).stem)
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / f"{made}.xlsx"
        file.write_bytes(content)
        copy_case(file, work_root() / made)
    return _noted(made)


def new_scenario(base: str, path: Path, variant: Variant, name: str) -> str:
    """A scenario on a case; returns its name."""
    made = _new_name(name or base)
    write_variant(
        work_root() / f"{made}.yaml", Variant(base_name(base, path), variant.settings, variant.items)
    )
    return _noted(made)


def base_name(name: str, path: Path) -> str:
    """What a scenario in the folder of work calls its base."""
    if is_own(path):
        return path.name
    return name if find_bundled(name) is not None else str(path.resolve())


def _new_name(words: str) -> str:
    return f"{folder_name(words)[:STEM]}-{secrets.token_hex(4)}"


def _noted(name: str) -> str:
    st.session_state[_MADE] = [*st.session_state.get(_MADE, ()), name]
    return name
