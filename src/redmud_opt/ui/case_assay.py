"""An assay typed in as it stands on the certificate; it becomes rows of `composition` that wait to be committed."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from redmud_opt.case import Case, CaseFaults
from redmud_opt.case.editing import EditSession
from redmud_opt.case.editing.assays import TABLE, Assay, rows_of_assay
from redmud_opt.ui import case_changes, cases, own
from redmud_opt.ui.case_words import column_help, column_label, told
from redmud_opt.ui.words import Words

HEAD = ("certificate_date", "laboratory", "method", "samples", "source", "comment")


def show(name: str, path: Path, say: Words) -> None:
    """The form; samples are only read, and a case with faults lends no names."""
    if not own.is_own(path):
        st.info(told("copy_first", say))
        return
    case = cases.read(path)
    if isinstance(case, CaseFaults):
        st.info(told("mend_first", say))
        return
    labels = case.labels(say.language)
    st.caption(told("assay_about", say))
    material = st.selectbox(
        column_label(TABLE, "material", say),
        [row.name for row in case.materials],
        format_func=lambda one: labels.get(one, one),
        key="assay_material",
    )
    if material is not None:
        _form(path, case, material, say)
    case_changes.listing(path, say)


def _form(path: Path, case: Case, material: str, say: Words) -> None:
    stem = f"assay-{material}-{case_changes.turn()}"
    with st.form(stem):
        for start in range(0, len(HEAD), 3):
            for place, name in zip(st.columns(3), HEAD[start : start + 3], strict=False):
                place.text_input(
                    column_label(TABLE, name, say),
                    key=f"{stem}-{name}",
                    help=column_help(TABLE, name, say),
                    placeholder="2026-03-31" if name == "certificate_date" else None,
                )
        sigma_of = st.segmented_control(
            told("sigma_of", say),
            ["sample", "mean"],
            default="sample",
            key=f"{stem}-sigma_of",
            format_func=lambda one: told(f"sigma_of.{one}", say),
        )
        measured, others = _properties(case, material)
        _pairs(measured or others, stem, case, say)
        if measured and others:
            with st.expander(told("other_properties", say, count=str(len(others)))):
                _pairs(others, stem, case, say)
        st.form_submit_button(
            told("keep_assay", say),
            type="primary",
            on_click=_kept,
            args=(path, material, stem, [*measured, *others], sigma_of or "sample"),
        )


def _pairs(names: list[str], stem: str, case: Case, say: Words) -> None:
    for start in range(0, len(names), 2):
        for place, name in zip(st.columns(2), names[start : start + 2], strict=False):
            _property(place, stem, name, case, say)


def _property(place: st.delta_generator.DeltaGenerator, stem: str, name: str, case: Case, say: Words) -> None:
    unit = next(row.unit for row in case.properties if row.name == name)
    label = case.labels(say.language).get(name, name)
    value, sigma = place.columns([3, 2])
    value.text_input(f"{label}, {unit}" if unit not in ("", "1") else label, key=f"{stem}-value-{name}")
    sigma.text_input("σ", key=f"{stem}-sigma-{name}")


def _properties(case: Case, material: str) -> tuple[list[str], list[str]]:
    """The properties of the case: those that the material has been measured for, and the others."""
    known = {row.property for row in case.composition if row.material == material}
    names = [row.name for row in case.properties]
    return [name for name in names if name in known], [name for name in names if name not in known]


def _kept(path: Path, material: str, stem: str, names: list[str], sigma_of: str) -> None:
    held = st.session_state
    head = {name: held[f"{stem}-{name}"].strip() for name in HEAD}
    values = {name: held[f"{stem}-value-{name}"].strip() for name in names}
    sigmas = {name: held[f"{stem}-sigma-{name}"].strip() for name in names}
    session = EditSession(path)
    chosen = held.get(f"{stem}-sigma_of") or sigma_of
    assay = Assay(material=material, sigma_of=chosen, values=values, sigmas=sigmas, **head)
    edits = rows_of_assay(assay, session.new_row())
    if not edits:
        return
    try:
        session.make(edits)
    except CaseFaults as faults:
        case_changes.trouble(faults)
    else:
        case_changes.turned()
