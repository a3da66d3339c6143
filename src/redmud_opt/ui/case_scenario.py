"""Scenarios: a base, and what is different in it. Made from a case; a scenario of one's own is changed here too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from redmud_opt.case import Case, CaseFaults
from redmud_opt.case.editing import wrong
from redmud_opt.case.editing.variants import Action, Item, Variant, read_variant, where_of, write_variant
from redmud_opt.i18n import number_text, text
from redmud_opt.ui import address, case_book, cases, own
from redmud_opt.ui.case_words import column_label, table_label, told
from redmud_opt.ui.faults import fault_list
from redmud_opt.ui.grid import words_grid
from redmud_opt.ui.words import Words, plain


@dataclass(frozen=True, slots=True)
class Lever:
    """A kind of change: rows of which table, and what happens to which column of them."""

    name: str
    table: str
    action: Action
    column: str = ""


CLOSED = "outlet_closed"
"""Closed from the first day: left out as a row, it would be missing wherever something names it."""

LEVERS = (
    Lever("target", "targets", "set", "at_least"),
    Lever("price", "outlets", "set", "price_cny_per_t"),
    Lever("price_factor", "outlets", "scale", "price_cny_per_t"),
    Lever("supply_factor", "supplies", "scale", "price_cny_per_t"),
    Lever("demand", "outlets", "set", "max_t"),
    Lever(CLOSED, "outlets", "set", "closes"),
    Lever("outlet_closes", "outlets", "set", "closes"),
    Lever("permit_ends", "permits", "set", "valid_to"),
    Lever("permit_amount", "permits", "set", "amount_t_per_a"),
    Lever("line_earliest", "lines", "set", "earliest"),
    Lever("line_opens", "lines", "set", "opens"),
    Lever("arising_factor", "arisings", "scale", "amount_t"),
    Lever("production_factor", "arisings", "scale", "production_t"),
)


def show(name: str, path: Path, say: Words) -> None:
    """From a case: a first change, and the scenario is there."""
    case = cases.read(path)
    st.caption(told("scenario_about", say, base=name))
    if isinstance(case, CaseFaults):
        st.info(told("mend_first", say))
        return
    title = st.text_input(told("scenario_name", say), key="scenario_name", placeholder=f"{name}_scenario")
    item = _lever(case, say)
    st.button(
        told("scenario_new", say),
        key="scenario_new",
        type="primary",
        icon=":material/add:",
        disabled=item is None,
        on_click=_made,
        args=(name, path, item, title),
    )


def _made(name: str, path: Path, item: Item | None, title: str) -> None:
    if item is None:
        return
    settings = {"title_en": title, "title_zh": title} if title else {}
    case_book.opened(own.new_scenario(name, path, Variant(name, settings, (item,)), title))


def edit(name: str, path: Path, say: Words) -> None:
    """A scenario file: its changes with what stood before, one more, and the faults that it has with its base."""
    found = cases.read(path)
    try:
        variant = read_variant(path)
    except CaseFaults:
        variant = None
    if variant is None or not own.is_own(path):
        st.info(told("scenario_only_read", say))
        _as_copy(name, path, say)
    else:
        st.markdown(told("scenario_of", say, base=plain(Path(variant.base).name.removesuffix(".yaml"))))
        base = _base(path, variant)
        _items(path, variant, base, say)
        if base is not None:
            item = _lever(base, say)
            st.button(
                told("scenario_add", say),
                key="scenario_add",
                type="primary",
                icon=":material/add:",
                disabled=item is None,
                on_click=_written,
                args=(path, variant if item is None else variant.with_item(item)),
            )
    if isinstance(found, CaseFaults):
        fault_list(found, say)
    else:
        st.success(told("scenario_sound", say))
    with st.container(horizontal=True):
        address.link("check", told("to_check", say))
        address.link("run", told("to_run", say))
    case_book.show(name, path, say)


def _as_copy(name: str, path: Path, say: Words) -> None:
    st.button(told("copy_case", say), key="copy_case", type="primary", on_click=_copied, args=(name, path))


def _copied(name: str, path: Path) -> None:
    case_book.opened(own.copy(path, name))


def _written(path: Path, variant: Variant) -> None:
    write_variant(path, variant)


def _base(path: Path, variant: Variant) -> Case | None:
    """The base, for names and for what stands in it now."""
    beside = path.parent / variant.base
    known = cases.choices().get(variant.base)
    target = beside if beside.exists() else known
    found = None if target is None else cases.read(target)
    return None if isinstance(found, CaseFaults) else found


# ---- the changes -------------------------------------------------------------------------------------------


def _items(path: Path, variant: Variant, base: Case | None, say: Words) -> None:
    labels = {} if base is None else base.labels(say.language)
    rows = [
        {
            told("table", say): table_label(item.table, say.language),
            told("what", say): " / ".join(labels.get(v, v) for v in item.where.values() if v),
            told("column", say): column_label(item.table, item.column, say) if item.column else "",
            told("before", say): "" if base is None else _now(base, item),
            told("after", say): told(f"action.{item.action}", say, value=item.value),
        }
        for item in variant.items
    ]
    words_grid(pd.DataFrame(rows), "items")
    if variant.items:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            at = st.selectbox(
                told("scenario_take_out", say),
                range(len(variant.items)),
                format_func=lambda k: f"{k + 1} · " + " · ".join(list(rows[k].values())[:2]),
                key="item",
            )
            st.button(
                told("row.delete", say),
                key="item_delete",
                icon=":material/delete:",
                on_click=_written,
                args=(path, variant.without_item(int(at or 0))),
            )


def _now(case: Case, item: Item) -> str:
    if not item.column:
        return ""
    found = [row for row in getattr(case, item.table) if _is(row, item)]
    return ", ".join(_shown(getattr(row, item.column)) for row in found)


def _is(row: Any, item: Item) -> bool:
    return all(_shown(getattr(row, name)) == value for name, value in item.where.items())


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number_text(value) if isinstance(value, int | float) else str(value)


def _lever(case: Case, say: Words) -> Item | None:
    """One change: its kind, the row, the new text; None while it is not whole."""
    usable = [lever for lever in LEVERS if _rows(case, lever)]
    if not usable:
        return None
    kind, thing, value = st.columns(3)
    lever = kind.selectbox(
        told("lever", say), usable, format_func=lambda one: told(f"lever.{one.name}", say), key="lever"
    )
    labels = case.labels(say.language)
    rows = _rows(case, lever)
    row = thing.selectbox(
        table_label(lever.table, say.language),
        rows,
        format_func=lambda one: _called(one, labels, lever),
        key=f"lever_row_{lever.name}",
    )
    where = {name: _shown(getattr(row, name)) for name in where_of(lever.table, {})}
    if lever.name == CLOSED:
        value.markdown(told("lever_closes", say))
        return Item(lever.table, where, lever.action, lever.column, case.periods[0].start.isoformat())
    before = _shown(getattr(row, lever.column))
    label = column_label(lever.table, lever.column, say) if lever.action == "set" else told("factor", say)
    typed = value.text_input(
        label, key=f"lever_value_{lever.name}", placeholder=told("lever_now", say, before=before or "–")
    ).strip()
    if not typed:
        return None
    bad = wrong(lever.table, lever.column, typed)
    if bad is not None:
        st.error(plain(text(bad.message, say.language)), icon=":material/error:")
        return None
    return Item(lever.table, where, lever.action, lever.column, typed)


def _rows(case: Case, lever: Lever) -> list[Any]:
    """Rows that the change may speak of; a factor needs a number to multiply."""
    rows: Iterable[Any] = getattr(case, lever.table)
    if lever.action == "scale":
        return [row for row in rows if getattr(row, lever.column) is not None]
    return [row for row in rows if lever.name != "line_earliest" or row.candidate]


def _called(row: Any, labels: dict[str, str], lever: Lever) -> str:
    name = getattr(row, "name", "")
    return f"{labels[name]} ({name})" if name in labels else name
