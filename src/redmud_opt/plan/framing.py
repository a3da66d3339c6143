"""Rows ↔ frames. Tables of a plan are gathered as plain rows and made into a frame once, at the end.

A step of pandas costs the same for five rows as for five thousand, and a plan has some sixty tables.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import pandas as pd

Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row")


def framed(
    rows: Sequence[tuple[Any, ...]],
    names: Sequence[str],
    numbers: Collection[str],
    whole: Collection[str] = (),
) -> pd.DataFrame:
    """Rows as a frame; numbers stay numbers, and whole ones whole, also where there is no row."""
    types = dict.fromkeys(numbers, float) | dict.fromkeys(whole, np.int64)
    if not rows:
        return pd.DataFrame({name: np.array([], dtype=types.get(name, object)) for name in names})
    columns = zip(names, zip(*rows, strict=True), strict=True)
    return pd.DataFrame(
        {
            name: np.array(cells, dtype=types[name]) if name in types else list(cells)
            for name, cells in columns
        }
    )


def picked(frames: Mapping[str, pd.DataFrame], name: str, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Rows of a table, of some columns."""
    frame = frames[name]
    return zip(*(frame[column].tolist() for column in columns), strict=True)


def summed(rows: Iterable[tuple[Key, float]]) -> dict[Key, float]:
    """Sum by key, in the order in which keys come."""
    found: dict[Key, float] = {}
    for key, amount in rows:
        found[key] = found.get(key, 0.0) + amount
    return found


def last_of(rows: Iterable[Row], key: Callable[[Row], Hashable]) -> list[Row]:
    """The last row of every key, in their order."""
    found: dict[Hashable, Row] = {}
    for row in rows:
        found.pop(key(row), None)
        found[key(row)] = row
    return list(found.values())
