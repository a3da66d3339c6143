"""Golden rows: what a family says, as sorted coefficient lists that a person can check, one file per test.

    REDMUD_WRITE_GOLDENS=1 pytest tests/model/test_goldens.py       writes them anew; then read every line of the diff

A file maps the name of a row to its bounds and its terms (name of a column, coefficient). Nothing of a solver's or a
file format's layout is in it, and the order of rows and columns does not matter.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from redmud_opt.model.arrays import StandardForm

FOLDER = Path(__file__).parent / "goldens"
WRITE = "REDMUD_WRITE_GOLDENS"

Row = dict[str, Any]
Rows = dict[str, Row]


def rows_of(form: StandardForm, families: Iterable[str]) -> Rows:
    """The rows of some families."""
    matrix = form.matrix.tocsr()
    found: Rows = {}
    for family in families:
        ((_, start, stop),) = [block for block in form.row_blocks if block[0] == family]
        for k in range(start, stop):
            inside = slice(matrix.indptr[k], matrix.indptr[k + 1])
            pairs = zip(matrix.indices[inside], matrix.data[inside], strict=True)
            terms = {form.column_name(int(col)): float(coef) for col, coef in pairs}
            found[form.row_name(k)] = _bounds(form.row_lower[k], form.row_upper[k]) | {"terms": terms}
    return found


def bounds_of(form: StandardForm, families: Iterable[str]) -> Rows:
    """The bounds of the columns of some families."""
    found: Rows = {}
    for family in families:
        ((_, start, stop),) = [block for block in form.column_blocks if block[0] == family]
        for k in range(start, stop):
            found[form.column_name(k)] = _bounds(form.col_lower[k], form.col_upper[k])
    return found


def objective_of(form: StandardForm) -> Rows:
    """The objective as a row."""
    costly = np.flatnonzero(form.cost)
    terms = {form.column_name(int(col)): float(form.cost[col]) for col in costly}
    return {"objective": {"sense": "minimise" if form.sense > 0 else "maximise", "terms": terms}}


def _bounds(lower: float, upper: float) -> Row:
    if lower == upper:
        return {"equals": float(lower)}
    sides = {"at_least": float(lower), "at_most": float(upper)}
    return {name: bound for name, bound in sides.items() if np.isfinite(bound)}


def check_golden(name: str, found: Rows) -> None:
    """Compares rows with the file of that name, or writes it."""
    path = FOLDER / f"{name}.json"
    if os.environ.get(WRITE):
        path.write_text(_text(found), encoding="utf-8")
        return
    expected: Rows = json.loads(path.read_text(encoding="utf-8"))
    assert found.keys() == expected.keys()
    for row, golden in expected.items():
        assert flat(found[row]) == pytest.approx(flat(golden), rel=1e-9, abs=1e-12), row
        assert found[row].get("sense") == golden.get("sense"), row


def flat(row: Row) -> dict[str, float]:
    """All numbers of a row by name."""
    numbers = {name: value for name, value in row.items() if name not in ("terms", "sense")}
    terms: dict[str, float] = row.get("terms", {})
    return numbers | terms


def _text(found: Rows) -> str:
    """One line per row's bounds and one per term, sorted."""
    blocks = []
    for name in sorted(found):
        row = found[name]
        head = [f"{_json(key)}: {_json(value)}" for key, value in row.items() if key != "terms"]
        lines = [f"    {_json(col)}: {_json(coef)}" for col, coef in sorted(row.get("terms", {}).items())]
        if "terms" in row:
            inner = "{}" if not lines else "{\n" + ",\n".join(lines) + "\n  }"
            head.append(f'"terms": {inner}')
        blocks.append(f"  {_json(name)}: {{{', '.join(head)}}}")
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def _json(value: Any) -> str:
    if isinstance(value, float):
        value = int(value) if value == int(value) else float(f"{value:.13g}")
    return json.dumps(value, ensure_ascii=False)
