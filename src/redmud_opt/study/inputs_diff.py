"""Which cells of two cases differ, and what that changes in the model: the proof that a scenario was applied.

    inputs_that_differ(before, after)     table, row, column, before, after; rows that only one has count as a whole
    model_that_differs(before, after)     per family of columns and rows: new, gone, costs, bounds, coefficients

A row is known by its key columns, as `evidence` writes it. Evidence, labels and comments are no inputs of a plan.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from redmud_opt.case import Case
from redmud_opt.case.case import CATALOGUES, TABLES
from redmud_opt.case.columns import columns
from redmud_opt.case.library import EVIDENCE, key_columns
from redmud_opt.model import build_model
from redmud_opt.model.arrays import StandardForm, compile
from redmud_opt.network import Network
from redmud_opt.solve.compare import matched

INPUT_COLUMNS = ("table", "row", "column", "unit", "change", "before", "after")
MODEL_COLUMNS = ("part", "family", "added", "removed", "costs", "bounds", "coefficients")

SILENT = frozenset(("label_en", "label_zh", "comment", *EVIDENCE))
"""Columns that say something about a row and change no plan."""

NOT_COMPARED = frozenset((*CATALOGUES, "sources", "evidence"))
"""Tables whose numbers have an effect only where other rows take them over."""

NOT_SETTINGS = frozenset(("name", "title_en", "title_zh", "classification"))

Rows = dict[tuple[str, int], Any]


def inputs_that_differ(before: Case, after: Case) -> pd.DataFrame:
    """One row per cell that differs; a row that only one case has is one row with a blank column.

    change: changed, added or removed.
    """
    found = [*_settings(before, after), *_calendar(before, after)]
    for table in TABLES:
        if table not in NOT_COMPARED:
            found += _of_table(table, getattr(before, table), getattr(after, table))
    return pd.DataFrame(found, columns=list(INPUT_COLUMNS))


def _settings(before: Case, after: Case) -> Iterator[tuple[object, ...]]:
    for one in dataclasses.fields(before.settings):
        old, new = getattr(before.settings, one.name), getattr(after.settings, one.name)
        if old != new and one.name not in NOT_SETTINGS and one.init:
            yield "settings", "", one.name, "", "changed", _plain(old), _plain(new)


def _calendar(before: Case, after: Case) -> Iterator[tuple[object, ...]]:
    old, new = ({p.name: f"{p.start} – {p.end}" for p in case.periods} for case in (before, after))
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) != new.get(name):
            change = "changed" if name in old and name in new else "added" if name in new else "removed"
            yield "periods", name, "", "", change, old.get(name, ""), new.get(name, "")


def _of_table(table: str, before: tuple[Any, ...], after: tuple[Any, ...]) -> Iterator[tuple[object, ...]]:
    old, new = _keyed(table, before), _keyed(table, after)
    for key in dict.fromkeys((*old, *new)):
        if key not in old or key not in new:
            change, one = ("added", new[key]) if key in new else ("removed", old[key])
            told = _told(table, one)
            yield table, key[0], "", "", change, *(("", told) if key in new else (told, ""))
            continue
        for name, column in columns(TABLES[table]).items():
            a, b = getattr(old[key], name), getattr(new[key], name)
            if a != b and name not in SILENT:
                yield table, key[0], name, column.unit, "changed", _plain(a), _plain(b)


def _keyed(table: str, rows: tuple[Any, ...]) -> Rows:
    """Rows by their key; rows with the same key by the order in which they stand."""
    seen: Counter[str] = Counter()
    found = {}
    for row in rows:
        key = "/".join("" if (v := getattr(row, name)) is None else str(v) for name in key_columns(table))
        found[key.rstrip("/"), seen[key]] = row
        seen[key] += 1
    return found


def _told(table: str, row: Any) -> str:
    """What a row states beside its key: the columns that are not what blank means."""
    own = columns(TABLES[table])
    defaults = {one.name: one.default for one in dataclasses.fields(row)}
    stated = {
        name: getattr(row, name)
        for name in own
        if name not in SILENT and name not in key_columns(table) and getattr(row, name) != defaults.get(name)
    }
    return ", ".join(f"{name}={_plain(value)}" for name, value in stated.items())


def _plain(value: Any) -> Any:
    """A cell as it would be written."""
    if value is None:
        return ""
    if isinstance(value, (bool, int, float, str)):
        return value
    return " ".join(str(one) for one in value) if isinstance(value, tuple) else str(value)


# ---- the model ---------------------------------------------------------------------------------------------------


def model_that_differs(before: Network, after: Network) -> pd.DataFrame:
    """One row per family of columns or rows in which something differs: how many of each kind."""
    old, new = (compile(build_model(network)) for network in (before, after))
    found = [*_columns(old, new), *_rows(old, new)]
    return pd.DataFrame(found, columns=list(MODEL_COLUMNS))


def _columns(old: StandardForm, new: StandardForm) -> Iterator[tuple[object, ...]]:
    place = matched(old.column_blocks, old.column_sources, new.column_blocks, new.column_sources)
    both = place >= 0
    at = place[both]
    cost = _spread(both, ~_alike(old.cost[at], new.cost[both]))
    bounds = ~_alike(old.col_lower[at], new.col_lower[both]) | ~_alike(old.col_upper[at], new.col_upper[both])
    bound = _spread(both, bounds)
    sizes = {name: stop - start for name, start, stop in old.column_blocks}
    for name, start, stop in new.column_blocks:
        held = slice(start, stop)
        added, kept = int((~both[held]).sum()), int(both[held].sum())
        counts = (added, sizes.pop(name, 0) - kept, int(cost[held].sum()), int(bound[held].sum()), 0)
        if any(counts):
            yield "column", name, *counts
    for name, size in sizes.items():
        if size:
            yield "column", name, 0, size, 0, 0, 0


def _rows(old: StandardForm, new: StandardForm) -> Iterator[tuple[object, ...]]:
    place = matched(old.row_blocks, old.row_sources, new.row_blocks, new.row_sources)
    both = place >= 0
    at = place[both]
    bounds = ~_alike(old.row_lower[at], new.row_lower[both]) | ~_alike(old.row_upper[at], new.row_upper[both])
    bound, coefficient = _spread(both, bounds), _coefficients(old, new, place)
    sizes = {name: stop - start for name, start, stop in old.row_blocks}
    for name, start, stop in new.row_blocks:
        held = slice(start, stop)
        added, kept = int((~both[held]).sum()), int(both[held].sum())
        counts = (
            added,
            sizes.pop(name, 0) - kept,
            0,
            int(bound[held].sum()),
            int(coefficient[start:stop].sum()),
        )
        if any(counts):
            yield "row", name, *counts
    for name, size in sizes.items():
        if size:
            yield "row", name, 0, size, 0, 0, 0


def _coefficients(old: StandardForm, new: StandardForm, row: np.ndarray) -> np.ndarray:
    """Per row of the new model, how many coefficients of columns that both have differ."""
    column = matched(old.column_blocks, old.column_sources, new.column_blocks, new.column_sources)
    rows, cols = np.flatnonzero(row >= 0), np.flatnonzero(column >= 0)
    a = old.matrix.tocsr()[row[rows]][:, column[cols]]
    b = new.matrix.tocsr()[rows][:, cols]
    differing = (abs(a - b) - 1e-12 * (abs(a) + abs(b))).tocsr()
    differing.data = (differing.data > 0.0).astype(float)
    found = np.zeros(len(row), dtype=np.int64)
    found[rows] = np.asarray(differing.sum(axis=1)).ravel().astype(np.int64)
    return found


def _alike(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Equal but for rounding; infinite ends are equal to themselves."""
    with np.errstate(invalid="ignore"):
        near = np.abs(a - b) <= 1e-12 * np.maximum(1.0, np.abs(a))
    return np.asarray((a == b) | near)


def _spread(mask: np.ndarray, values: np.ndarray) -> np.ndarray:
    found = np.zeros(len(mask), dtype=bool)
    found[mask] = values
    return found
