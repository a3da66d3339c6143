"""Where the app keeps things, as the environment says it.

REDMUD_OPT_RUNS     folder of runs, default `runs`
REDMUD_OPT_CASES    folder with further cases to choose from; only read
REDMUD_OPT_WORK     folder of the cases that people upload, copy or edit, default `work`

Without a login everybody sees all of it. With one (`[auth]` in `.streamlit/secrets.toml`, see docs/app.md) everybody
has folders of their own below these; only the queue is one for all.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

import streamlit as st

from redmud_opt.jobs.queue import SLOTS


def needs_login() -> bool:
    """Whether a login is configured and nobody is logged in."""
    return _has_login() and not st.user.is_logged_in


def user() -> str:
    """How the folders of who is logged in are called, empty without login: nothing of a person can be read in it."""
    if not _has_login() or not st.user.is_logged_in:
        return ""
    known = st.user.to_dict()
    who = f"{known.get('iss', '')} {known.get('sub') or known.get('email')}"
    return "user-" + hashlib.sha256(who.encode()).hexdigest()[:16]


def who() -> str:
    """How a page calls who is logged in."""
    known = st.user.to_dict()
    return str(known.get("name") or known.get("email") or known.get("sub") or "")


def _has_login() -> bool:
    return "is_logged_in" in st.user.to_dict()


def runs_root() -> Path:
    """The folder that runs are kept in; whoever has one of their own waits in the queue of all."""
    base, who = _base("REDMUD_OPT_RUNS", "runs"), user()
    if not who:
        return base
    own, queue = base / who, base / SLOTS
    if not (own / SLOTS).exists():
        queue.mkdir(parents=True, exist_ok=True)
        own.mkdir(exist_ok=True)
        with suppress(FileExistsError):
            (own / SLOTS).symlink_to(Path("..") / SLOTS)
    return own


def work_root() -> Path:
    """The folder that cases of the app are kept in."""
    return _base("REDMUD_OPT_WORK", "work") / user()


def shared_cases() -> Path | None:
    """The folder with further cases; None where there is none."""
    own = os.environ.get("REDMUD_OPT_CASES")
    return Path(own) if own and Path(own).is_dir() else None


def _base(name: str, default: str) -> Path:
    return Path(os.environ.get(name) or default)
