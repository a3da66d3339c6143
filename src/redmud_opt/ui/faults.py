"""The common list of faults, each with a link to the row that it speaks of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath

import streamlit as st

from redmud_opt.case import TABLES, CaseFaults, Fault
from redmud_opt.case.editing import KEYS_TABLE
from redmud_opt.i18n import text
from redmud_opt.ui import address
from redmud_opt.ui.case_words import told
from redmud_opt.ui.words import Words, plain

MOST = 60
"""Faults shown one by one; whoever has more mends these first."""


Follow = Callable[[int, Fault, str], bool]
"""Draws the place of a fault (number, fault, words) where it is none of the case's; False where it is not its own."""


def fault_list(faults: CaseFaults, say: Words, *, heading: bool = True, follow: Follow | None = None) -> None:
    """Every fault: where (a link), what is wrong, what would be right."""
    if heading:
        st.error(say("faults", count=len(faults.faults)))
    with st.container(
        key=f"faults_{abs(hash(faults.faults))}", height=420 if len(faults.faults) > 5 else "content"
    ):
        for number, fault in enumerate(faults.faults[:MOST], start=1):
            _one(number, nearby(fault), say, follow)
        if len(faults.faults) > MOST:
            st.markdown(told("more_faults", say, count=len(faults.faults) - MOST))


def _one(number: int, fault: Fault, say: Words, follow: Follow | None) -> None:
    where = fault.where(say.language).replace("`", "")
    target = place_of(fault)
    label = told("fault_place", say, number=str(number), where=plain(where))
    with st.container(gap=None):
        if where and follow is not None and follow(number, fault, label):
            pass
        elif target is not None and where:
            table, row = target
            address.link("case", label, more={"table": table, "row": str(row)})
        elif where:
            st.markdown(label)
        remedy = "" if fault.remedy is None else "  \n" + plain(text(fault.remedy, say.language))
        st.markdown(plain(text(fault.message, say.language)) + remedy)


def nearby(fault: Fault) -> Fault:
    """A fault of a base under the name of its folder: where that lies is no concern of a page."""
    parts = PurePosixPath(fault.file).parts
    return replace(fault, file="/".join(parts[-2:])) if parts[:1] == ("..",) else fault


def place_of(fault: Fault) -> tuple[str, int] | None:
    """(table, row) that a fault speaks of; None where it is no table of the case's own."""
    if fault.file == "case.yaml":
        return KEYS_TABLE, fault.row
    table = fault.file.removesuffix(".csv")
    return (table, fault.row) if table in TABLES and fault.file == f"{table}.csv" else None
