"""Statutory forms as data: `data/forms/<rule pack>/`, their columns in official order, each with where it was read.

    forms = load_forms("cn")        None where the pack has no forms
    forms.of["gw_flow"].columns

wording    text: read in a law, a rule or a notice;  software: read in public software that implements the form;
           unsourced: not found, the heading is the project's;  added: no part of the form
fills      what of a plan fills the column; blank: no plan knows it
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from redmud_opt.case.bundle import roots

WORDINGS = ("text", "software", "unsourced", "added")


@dataclass(frozen=True)
class FormColumn:
    """A column of a form, and where its heading was read."""

    form: str
    order: int
    column_zh: str
    column_en: str
    fills: str
    wording: str
    source: str
    clause: str
    as_of: str
    confidence: str
    comment_zh: str
    comment_en: str


@dataclass(frozen=True)
class Form:
    """A form with its columns in order."""

    form: str
    sheet_zh: str
    sheet_en: str
    title_zh: str
    title_en: str
    wording: str
    source: str
    clause: str
    as_of: str
    confidence: str
    comment_zh: str
    comment_en: str
    columns: tuple[FormColumn, ...]


@dataclass(frozen=True)
class FormSource:
    """Where wordings were read."""

    name: str
    title_zh: str
    title_en: str
    link: str
    year: str


@dataclass(frozen=True)
class Forms:
    """The forms of a rule pack by name, in order, and their sources."""

    pack: str
    of: Mapping[str, Form]
    sources: Mapping[str, FormSource]


def load_forms(pack: str) -> Forms | None:
    """The forms of a rule pack; None where it has none."""
    folders = (root / "data" / "forms" / pack for root in roots())
    folder = next((found for found in folders if pack and found.is_dir()), None)
    if folder is None:
        return None
    columns: dict[str, list[FormColumn]] = {}
    for row in _rows(folder / "columns.csv"):
        order = int(row.pop("order"))
        columns.setdefault(row["form"], []).append(FormColumn(order=order, **row))
    forms = {
        row["form"]: Form(columns=tuple(sorted(columns[row["form"]], key=lambda own: own.order)), **row)
        for row in _rows(folder / "forms.csv")
    }
    sources = {row["name"]: FormSource(**row) for row in _rows(folder / "sources.csv")}
    return Forms(pack, forms, sources)


def packs_with_forms() -> tuple[str, ...]:
    """Rule packs that have forms."""
    found = (folder.name for root in roots() for folder in (root / "data" / "forms").glob("*"))
    return tuple(sorted(set(found)))


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))
