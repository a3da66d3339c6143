"""A case of dataclasses written as a folder, so that it can come back by the front door."""

from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path
from typing import Any

from redmud_opt.case import SCHEMA_VERSION, TABLES, Case
from redmud_opt.case.columns import columns


def write_case(case: Case, folder: Path) -> Path:
    """One CSV per table that has rows, with the columns that differ from their defaults; the rules are its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, row_type in TABLES.items():
        rows = getattr(case, table)
        named = [
            n for n in columns(row_type) if any(getattr(row, n) != _default(row_type, n) for row in rows)
        ]
        if rows:
            with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([named, *([_cell(getattr(r, n)) for n in named] for r in rows)])
    settings = {f.name: getattr(case.settings, f.name) for f in dataclasses.fields(case.settings)}
    head = {"schema_version": SCHEMA_VERSION} | settings | {"rule_pack": "own", "evidence_required": False}
    lines = [f"{key}: {_yaml(value)}" for key, value in head.items() if value not in (None, "", ())]
    lines.append("periods:")
    lines += [f"  - {{name: {p.name}, start: {p.start}, end: {p.end}}}" for p in case.periods]
    (folder / "case.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def _default(row_type: type[Any], name: str) -> object:
    (field,) = [f for f in dataclasses.fields(row_type) if f.name == name]
    return field.default


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)


def _yaml(value: object) -> str:
    return json.dumps(list(value)) if isinstance(value, tuple) else json.dumps(value)
