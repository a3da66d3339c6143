"""Sending for a long answer, watching it come, stopping it: what the pages explain and compare share."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import streamlit as st

from redmud_opt.jobs import RunFolder, cancel
from redmud_opt.jobs.errands import Answer, Request, errand_status, read_answer, send
from redmud_opt.ui.running import EVERY_S
from redmud_opt.ui.settings import runs_root
from redmud_opt.ui.words import Words, listed, plain


def order(errand: str, request: Request, say: Words) -> None:
    """Sends for an answer; a refusal of the system is said."""
    try:
        send(runs_root(), errand, request)
    except OSError as error:
        st.error(plain(say("cannot_start", why=error.strerror or str(error))))


def show(
    path: Path, key: str, draw: Callable[[Answer], None], say: Words, part: Callable[[], str] | None = None
) -> None:
    """An errand as it stands: on its way, failed, stopped, or what it came back with. part: how far it is."""
    now = errand_status(path)
    if now is None:
        return
    if not now.ended:
        _watch(path, key, say, part)
        return
    answer = read_answer(path, say.language)
    if answer is not None:
        draw(answer)
    elif now.state == "cancelled":
        st.info(say("errand_cancelled"))
    else:
        st.error(say("errand_failed"))
        with st.expander(say("log")):
            st.code("\n".join(RunFolder(path).log_tail(40)), language=None)


def refused(answer: Answer) -> None:
    """What is wrong with what was asked, each with what would be right; else the words of the answer."""
    faults = answer.record.get("faults") or ()
    lines = [" – ".join(filter(None, (fault["message"], fault["remedy"]))) for fault in faults]
    st.error(listed(lines) if lines else plain(answer.words))


def _watch(path: Path, key: str, say: Words, part: Callable[[], str] | None) -> None:
    """Seconds, again every half second, until there is an answer; then the page shows it."""

    @st.fragment(run_every=EVERY_S)
    def live() -> None:
        now = errand_status(path)
        if now is None or now.ended:
            st.rerun()
        asked = (path / "cancel").exists()
        with st.container(border=True, key=f"live_{key}"):
            state = "cancelling_errand" if asked else "queued" if now.state == "queued" else "errand_running"
            st.markdown(f"**{say(state)}** {say('seconds', seconds=int(now.seconds))}")
            if part is not None and (words := part()):
                st.caption(plain(words))
            st.button(
                say("cancel"),
                disabled=asked,
                key=f"cancel_{key}",
                icon=":material/stop:",
                on_click=_cancel,
                args=(path,),
            )

    live()


def _cancel(path: Path) -> None:
    with suppress(OSError):
        cancel(path)
