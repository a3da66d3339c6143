"""Which case, and what is in it or wrong with it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from redmud_opt.case import CaseFaults
from redmud_opt.i18n import Message, template, text
from redmud_opt.report.case_facts import assumed, counts, horizon
from redmud_opt.ui import address
from redmud_opt.ui.address import keep
from redmud_opt.ui.cases import Look, choices, look, named, titled
from redmud_opt.ui.grid import words_grid
from redmud_opt.ui.words import Words, listed, plain


def choose(say: Words) -> Look | None:
    """The selector, and the case read; None if there is no case at all."""
    found = pick(say)
    return None if found is None else look(*found)


def pick(say: Words) -> tuple[str, Path] | None:
    """The selector: name and path of the case, which is not read."""
    known = choices()
    if not known:
        st.warning(say("no_cases"))
        return None
    asked = st.query_params.get("case", "")
    if asked and asked not in known:
        st.warning(plain(say("case_unknown", name=asked)))
    names = list(known)
    name = st.selectbox(
        say("case"),
        names,
        index=names.index(named() or names[0]),
        key="case",
        format_func=lambda name: titled(name, known[name], say.language),
        on_change=_chosen,
        filter_mode=None,
    )
    return name, Path(known[name])


def _chosen() -> None:
    keep("case", st.session_state["case"])


def show(found: Look, say: Words) -> None:
    """Faults if there are any, else the facts."""
    if found.faults is not None:
        st.error(say("faults", count=len(found.faults.faults)))
        show_faults(found.faults, say)
        address.link("check", say("to_check"), icon=":material/fact_check:")
        return
    _facts(found, say)
    _impossible(found, say)
    _not_enforced(found, say)
    _second_look(found, say)


def show_faults(faults: CaseFaults, say: Words, key: str = "faults") -> None:
    """Every fault with its place, what is wrong and what would be right."""
    records = pd.DataFrame(faults.as_records(say.language))
    columns = ["file", "row", "column", "message", "remedy"]
    shown = records[columns].astype(object).where(records[columns].notna(), "")
    shown["row"] = shown["row"].map(lambda row: "" if row == "" else str(int(row)))
    words_grid(shown.rename(columns={name: say(f"fault_{name}") for name in columns}), key)


def _facts(found: Look, say: Words) -> None:
    assert found.case is not None
    things = say("between").join(
        say(f"count_{name}", count=count) for name, count in counts(found.case).items()
    )
    st.markdown(plain(text(horizon(found.case), say.language)) + "  \n" + plain(things))
    if found.evidence is not None and found.evidence.total:
        st.markdown(say("assumptions", **assumed(found.evidence, say.language)))


def _impossible(found: Look, say: Words) -> None:
    if found.impossible:
        st.error(
            say("impossible")
            + "\n\n"
            + listed([say.tell(message, found.case) for message in found.impossible])
        )


def _not_enforced(found: Look, say: Words) -> None:
    if found.not_enforced:
        with st.container(key="not_enforced"):
            st.warning(say("not_enforced", **idle(found.not_enforced, say)))
            with st.expander(say("not_enforced_all")):
                st.markdown(listed([say.tell(message, found.case) for message in found.not_enforced]))


def idle(messages: tuple[Message, ...], say: Words) -> dict[str, object]:
    """What has no effect, counted and by name only: tables, columns of tables, settings."""
    found: dict[str, list[str]] = {}
    for message in messages:
        values = message.values
        stated = values.get("tables") or values.get("table") or values.get("key") or "limits"
        for name in stated if isinstance(stated, tuple | list) else [stated]:
            columns = found.setdefault(str(name), [])
            if "column" in values:
                columns.append(_name(f"{name}.{values['column']}", say))
    names = [_with_columns(_name(name, say), columns, say) for name, columns in found.items()]
    return {"count": len(names), "names": say("between_things").join(names)}


def _with_columns(name: str, columns: list[str], say: Words) -> str:
    return say("with_columns", name=name, columns=say("between_columns").join(columns)) if columns else name


def _name(path: str, say: Words) -> str:
    """The name of a table, a column or a setting; as it stands in the files if the catalogue has none."""
    key = f"ui.idle.{path}"
    return plain(path.rpartition(".")[2] if template(key, say.language) is None else say(f"idle.{path}"))


def _second_look(found: Look, say: Words) -> None:
    messages = [*found.flagged, *found.notes]
    if messages:
        with st.expander(say("second_look", count=len(messages))):
            st.markdown(listed([say.tell(message, found.case) for message in messages]))
