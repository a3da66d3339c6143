"""How a run ended, honestly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import streamlit as st

from redmud_opt.case import Case
from redmud_opt.i18n import Message
from redmud_opt.jobs import Exit, RunFolder, RunResult, RunStatus
from redmud_opt.jobs.inputs import INDEX
from redmud_opt.plan import Plan
from redmud_opt.plan.audit import TOLERANCE
from redmud_opt.report.bundle import zipped
from redmud_opt.report.display import proof_words, status_words
from redmud_opt.report.numbers import small
from redmud_opt.report.progress import progress_curve, progress_lines, progress_scale
from redmud_opt.ui import address
from redmud_opt.ui.cards import cards
from redmud_opt.ui.cases import chosen
from redmud_opt.ui.charts import QUIET
from redmud_opt.ui.held import recorded, result_of
from redmud_opt.ui.inputs import show_faults
from redmud_opt.ui.words import Words, plain

LOG_LINES = 40

ENDS = {
    Exit.FAULTS: "end_faults",
    Exit.INFEASIBLE: "end_infeasible",
    Exit.LIMIT: "end_limit",
    Exit.CRASHED: "end_crashed",
    Exit.AUDIT_FAILED: "end_audit_failed",
    Exit.CANCELLED: "end_cancelled",
}


def show(folder: Path, now: RunStatus, say: Words) -> None:
    """All of a run that has ended, but for the plan itself."""
    found = result_of(folder)
    if found is None:
        st.error(say("unreadable_run"))
        return
    whose(folder, now, say)
    case = recorded(folder)
    if found.plan is None:
        _without_plan(folder, found, case, say)
    else:
        standing(found.plan, say)
        if case is None:
            st.warning(say("inputs_gone"))
        else:
            cards(found.plan, say)
            with st.container(key="onward"):
                address.link("plan", say("to_plan"), icon=":material/arrow_forward:")
        _how(found.plan, say)
    with st.expander(say("log"), expanded=found.exit is Exit.CRASHED):
        st.code("\n".join(RunFolder(folder).log_tail(LOG_LINES)), language=None)
    zip_button(folder, say("zip"))


def zip_button(folder: Path, words: str) -> None:
    """The whole run, under the classification of its case."""
    case = recorded(folder)
    st.download_button(
        words,
        lambda: zipped(folder, "" if case is None else case.settings.classification),
        f"{folder.name}.zip",
        "application/zip",
        key="zip",
        on_click="ignore",
        icon=":material/folder_zip:",
    )


def whose(folder: Path, now: RunStatus, say: Words) -> None:
    """Which run of which case this is, and whether that is the case on the screen."""
    when = "" if now.started is None else datetime.fromtimestamp(now.started).strftime("%Y-%m-%d %H:%M")
    asked, _ = RunFolder(folder).read_request()
    case = Path(asked).name.removesuffix(".yaml")
    st.caption(plain(say("whose", run=folder.name, case=case, when=when, seconds=f"{now.seconds:.1f}")))
    then, on_screen = _hashes(folder), chosen()
    if on_screen is None or not then:
        return
    if on_screen.case is not None and dict(on_screen.files) == then:
        st.caption(":material/link: " + say("same_case"))
    else:
        key = "other_case" if on_screen.name != case else "changed_case"
        st.warning(plain(say(key, case=case, screen=on_screen.name)), icon=":material/link_off:")


def _hashes(folder: Path) -> Mapping[str, str]:
    """File → hash of the case that the run was made for; empty if the run never got so far."""
    try:
        files = json.loads((folder / INDEX).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError):
        return {}
    return {name: entry["sha256"] for name, entry in files.items()}


def standing(plan: Plan, say: Words) -> None:
    """Whether the plan is proved best, and whether it passed its audit."""
    box, icon = (st.success, "check_circle") if plan.status == "optimal" else (st.info, "rule")
    box(plain(status_words(plan, say.language)), icon=f":material/{icon}:")
    if plan.audit is None:
        st.warning(say.tell(Message("plan.not_audited")))
    else:
        _badge(plan.audit.passed, plan.audit.worst_residual, say)


def _how(plan: Plan, say: Words) -> None:
    """How the solve came to the plan, where there were integers to decide."""
    if not progress_curve(plan):
        return
    words = say("how", unit=progress_scale(plan, say.language).unit)
    with st.expander(words):
        st.plotly_chart(
            progress_lines(plan, say.language), theme=None, config=QUIET, key="progress", alt=words
        )
        st.caption(plain(proof_words(plan, say.language)))


def _badge(passed: bool, worst: float, say: Words) -> None:
    values = {"worst": small(worst), "tolerance": small(TOLERANCE)}
    if passed:
        st.badge(say("audit_passed", **values), icon=":material/verified:", color="green")
    else:
        st.badge(say("audit_failed", **values), icon=":material/gpp_bad:", color="red")


def _without_plan(folder: Path, found: RunResult, case: Case | None, say: Words) -> None:
    """Why there is no plan. Nothing of one is shown."""
    quiet = found.exit is Exit.CANCELLED
    box = st.info if quiet else st.error
    lines = [plain(say.tell(message, case).strip()) for message in found.messages]
    box("  \n".join([f"**{say(ENDS[found.exit])}**", *lines]))
    if found.exit is Exit.AUDIT_FAILED and found.audit is not None:
        _badge(False, float(found.audit["worst_residual"]), say)
    if found.faults is not None:
        st.error(say("faults", count=len(found.faults.faults)))
        show_faults(found.faults, say)
