"""Two compiled models side by side: the same pattern, or which column and row of one is which of the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from redmud_opt.model.arrays import Index, StandardForm
from redmud_opt.model.arrays.standard_form import Source, Span

Ints = npt.NDArray[np.int64]


def same_pattern(old: StandardForm, new: StandardForm) -> bool:
    """Same columns, rows, integrality and places of non-zeros, by name."""
    return (
        np.array_equal(old.matrix.indptr, new.matrix.indptr)
        and np.array_equal(old.matrix.indices, new.matrix.indices)
        and np.array_equal(old.integrality, new.integrality)
        and same_names(old, new)
    )


def same_names(old: StandardForm, new: StandardForm) -> bool:
    """Same columns and rows, by name."""
    return (
        same_columns(old, new)
        and old.row_blocks == new.row_blocks
        and all(map(_same_keys, old.row_sources, new.row_sources))
    )


def same_columns(old: StandardForm, new: StandardForm) -> bool:
    """Same columns, by name."""
    return old.column_blocks == new.column_blocks and all(
        map(_same_keys, old.column_sources, new.column_sources)
    )


def _same_keys(old: Source, new: Source) -> bool:
    """Equal sizes can hide other keys."""
    if old is new:
        return True
    if old.elements is not None or new.elements is not None:
        return old.elements is not None and new.elements is not None and _names(old) == _names(new)
    if old.positions is None or new.positions is None:
        if old.positions is not new.positions:
            return False
    elif not np.array_equal(old.positions, new.positions):
        return False
    return _equal(old.component.index, new.component.index)


def _equal(one: Index, two: Index) -> bool:
    pairs = zip((*one.codes, *one.levels), (*two.codes, *two.levels), strict=True)
    return one is two or (one.names == two.names and all(np.array_equal(a, b) for a, b in pairs))


def _names(source: Source) -> list[str]:
    return [str(element.name) for element in source.elements or ()]


def matched(
    old_blocks: Sequence[Span],
    old_sources: Sequence[Source],
    new_blocks: Sequence[Span],
    new_sources: Sequence[Source],
) -> Ints:
    """For every column (or row) of the new model its place in the old one, −1 where it is new."""
    size = new_blocks[-1][2] if new_blocks else 0
    found = np.full(size, -1, dtype=np.int64)
    before = {name: (start, source) for (name, start, _), source in zip(old_blocks, old_sources, strict=True)}
    for (name, start, stop), source in zip(new_blocks, new_sources, strict=True):
        if name in before:
            old_start, old_source = before[name]
            found[start:stop] = _places(old_start, old_source, source, stop - start)
    return found


def _places(old_start: int, old: Source, new: Source, size: int) -> Ints:
    if _same_keys(old, new):
        return np.arange(old_start, old_start + size)
    known = {key: old_start + k for k, key in enumerate(_keys(old))}
    return np.array([known.get(key, -1) for key in _keys(new)], dtype=np.int64)


def _keys(source: Source) -> list[object]:
    if source.elements is not None:
        return list(_names(source))
    index = source.component.index
    positions = range(len(index)) if source.positions is None else source.positions
    return [index.key(int(position)) for position in positions]
