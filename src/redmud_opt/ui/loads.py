"""How full lines, lanes, outlets and supplies are, and what comes to and leaves a site."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from redmud_opt.plan.audit.book import Book
from redmud_opt.report.labels import Labels
from redmud_opt.report.loading import SIGNS, book_of, loading, node_balance
from redmud_opt.report.tables import View
from redmud_opt.ui.grid import csv_button, view_grid
from redmud_opt.ui.held import Here
from redmud_opt.ui.words import Words

FULL = 0.99


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs={Here: lambda here: str(here.folder)})
def _book(here: Here, stamp: int) -> Book:
    return book_of(here.case, here.plan)


def show_loads(here: Here, say: Words) -> None:
    """Both."""
    with st.spinner(say("reading")):
        book = _book(here, (here.folder / "result.json").stat().st_mtime_ns)
    labels = Labels(here.plan, say.language)
    _loads(book, labels, here.folder.name, say)
    _balance(book, labels, here, say)


def _loads(book: Book, labels: Labels, run: str, say: Words) -> None:
    st.markdown(f"#### {say('loads')}")
    st.caption(say("loads_note"))
    found = loading(book)
    if found.empty:
        st.info(say("no_loads"))
        return
    if st.toggle(say("only_full"), key="only_full"):
        found = found[found["share"] >= FULL]
    shown = found.assign(
        kind=found["kind"].map(lambda kind: say(f"load_{kind}")),
        item=found["item"].map(labels.name).where(found["kind"] != "lane", found["item"].map(labels.lane)),
        share=100 * found["share"],
        unit=found["unit"].map(lambda unit: _unit(str(unit), labels)),
    )
    heads = {name: say(f"load_{name}") for name in shown.columns} | {"share": f"{say('load_share')} [%]"}
    numbers = {heads["load"]: 0, heads["capacity"]: 0, heads["share"]: 1}
    view_grid(View("loads", say("loads"), shown.rename(columns=heads), numbers), "loads_grid")
    csv_button(shown.rename(columns=heads), f"{run}-loads", "loads_csv", say)


def _unit(unit: str, labels: Labels) -> str:
    """Tonnes with their basis, or the unit of a line's capacity."""
    bare, _, basis = unit.partition(" ")
    return " ".join(filter(None, (labels.unit(bare), basis and labels.word("basis", basis).lower())))


def _balance(book: Book, labels: Labels, here: Here, say: Words) -> None:
    st.markdown(f"#### {say('balance')}")
    st.caption(say("balance_note"))
    sites = [site.name for site in here.case.sites if site.active]
    site = st.selectbox(say("site"), sites, format_func=labels.name, key="balance_site")
    found = node_balance(book, site)
    wide = found.pivot_table(
        index=["material", "year"], columns="what", values="amount", aggfunc="sum", fill_value=0.0
    )
    kinds = [kind for kind in SIGNS if kind in wide.columns]
    sums = wide[kinds].sum(axis=1).round(6) + 0.0
    table = wide[kinds].where(wide[kinds] != 0.0).assign(sum=sums).reset_index()
    table["material"] = table["material"].map(labels.name)
    heads = {kind: say(f"entry_{kind}") for kind in kinds}
    heads |= {name: say(f"balance_{name}") for name in ("material", "year", "sum")}
    shown = pd.DataFrame(table).rename(columns=heads)
    numbers = {heads[kind]: 1 for kind in (*kinds, "sum")}
    view_grid(View("balance", say("balance"), shown, numbers), "balance_grid")
    csv_button(shown, f"{here.folder.name}-{site}", "balance_csv", say)
