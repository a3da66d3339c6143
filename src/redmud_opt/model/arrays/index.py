"""Positions to key tuples and back, without making the tuples until somebody asks."""

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from pyomo.core.base.set import OrderedSetOf

Key = Hashable


def _labels(given: Sequence[Any] | np.ndarray) -> np.ndarray:
    """An array of plain Python objects (NumPy's strings and integers would print oddly inside a key)."""
    plain = given.tolist() if hasattr(given, "tolist") else list(given)
    array = np.empty(len(plain), dtype=object)
    array[:] = plain
    return array


def _codes(given: Any, levels: np.ndarray, name: str) -> np.ndarray:
    """An own, read-only array of positions in `levels`; anything outside is an error."""
    codes = np.array(given)
    if codes.ndim != 1 or (codes.size and codes.dtype.kind not in "iu"):
        raise ValueError(f"codes of '{name}' must be a flat array of integers")
    if codes.size and (codes.min() < 0 or codes.max() >= len(levels)):
        raise ValueError(
            f"codes of '{name}' run from {codes.min()} to {codes.max()}; there are {len(levels)} levels"
        )
    codes = codes.astype(np.intp, copy=False)
    codes.flags.writeable = False
    return codes


def _factorised(column: Any) -> tuple[np.ndarray, Any]:
    """(codes, levels) of a column of labels; -1 where a label is missing."""
    values = column.array if isinstance(column, pd.Series | pd.Index) else column
    if isinstance(values, pd.Categorical):
        return np.asarray(values.codes), values.categories
    return pd.factorize(_labels(column))


class Index:
    """The keys of a family: per name one array of codes into a list of labels.

    names: what each part of a key is called. codes: one integer array per name, all of one length.
    levels: per name the labels the codes point at. An Index does not change after it is made, so components,
    clones and models may share it.
    """

    __slots__ = ("_length", "_positions", "codes", "levels", "names")

    def __init__(self, names: Sequence[str], codes: Sequence[Any], levels: Sequence[Any]) -> None:
        if not len(names) == len(codes) == len(levels) or len(set(names)) != len(names):
            raise ValueError(
                f"an Index needs one codes array and one levels list per distinct name, got {names}"
            )
        self.names = tuple(names)
        self.levels = tuple(_labels(level) for level in levels)
        parts = zip(codes, self.levels, self.names, strict=True)
        self.codes = tuple(_codes(code, level, name) for code, level, name in parts)
        lengths = {len(code) for code in self.codes} or {1}
        if len(lengths) > 1:
            raise ValueError(f"the codes of {self.names} have different lengths: {sorted(lengths)}")
        self._length = lengths.pop()
        self._positions: dict[Key, int] | None = None

    @classmethod
    def of(cls, **columns: Any) -> "Index":
        """An Index from columns of labels; levels follow first appearance, or a Categorical's categories."""
        names, codes, levels = [], [], []
        for name, column in columns.items():
            code, level = _factorised(column)
            if len(code) and code.min() < 0:
                raise ValueError(f"column '{name}' of the index has a missing label")
            names.append(name)
            codes.append(code)
            levels.append(level)
        return cls(names, codes, levels)

    @classmethod
    def flat(cls, name: str, labels: Sequence[Any]) -> "Index":
        """An Index with one part, whose keys are the labels themselves."""
        return cls((name,), (np.arange(len(labels)),), (labels,))

    @classmethod
    def scalar(cls) -> "Index":
        """An Index with one key, None: Pyomo's key for a component without an index (`()` is taken too)."""
        return cls((), (), ())

    def __len__(self) -> int:
        return self._length

    def key(self, position: int) -> Key:
        """The key at a position: a tuple of labels, or the plain label when the index has one name."""
        if not -self._length <= position < self._length:
            raise IndexError(f"position {position} is outside an index of {self._length} keys")
        parts = tuple(level[code[position]] for level, code in zip(self.levels, self.codes, strict=True))
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else parts

    def keys(self) -> Iterator[Key]:
        """All keys in order of position."""
        return iter(self._position_of_key())

    def position(self, key: Key) -> int:
        """The position of a key; KeyError names the key."""
        positions = self._position_of_key()
        if isinstance(key, tuple) and len(self.names) < 2 and len(key) == len(self.names):
            key = key[0] if key else None
        try:
            return positions[key]
        except KeyError:
            raise KeyError(f"{key!r} is not a key of {self}") from None

    def labels(self, name: str) -> np.ndarray:
        """The labels of one part of the key, one per position."""
        part = self.names.index(name)
        return self.levels[part][self.codes[part]]

    def frame(self) -> pd.DataFrame:
        """One Categorical column per name, one line per position."""
        parts = zip(self.names, self.codes, self.levels, strict=True)
        columns = {name: pd.Categorical.from_codes(code, pd.Index(level)) for name, code, level in parts}
        return pd.DataFrame(columns, index=pd.RangeIndex(self._length))

    def _position_of_key(self) -> dict[Key, int]:
        if self._positions is None:
            self._positions = self._build_positions()
        return self._positions

    def _build_positions(self) -> dict[Key, int]:
        columns = [self.labels(name).tolist() for name in self.names]
        keys = (
            [None] if not columns else columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))
        )
        positions = {key: position for position, key in enumerate(keys)}
        if len(positions) != self._length:
            twice = next(key for position, key in enumerate(keys) if positions[key] != position)
            raise ValueError(f"the key {twice!r} stands more than once in {self}")
        return positions

    def __str__(self) -> str:
        return f"Index({', '.join(self.names)}; {self._length})"

    __repr__ = __str__

    def __copy__(self) -> "Index":
        return self

    def __deepcopy__(self, memo: dict) -> "Index":
        return self

    def __reduce__(self) -> tuple:
        return Index, (self.names, self.codes, self.levels)


class IndexSet(OrderedSetOf):
    """The Pyomo face of an Index: the index set of one component, holding no members of its own.

    Hook: `IndexedComponent` takes any `SetData` as its index set and asks it for `get`, iteration, `len`,
    `dimen` and `isfinite`. A `SetOf` is the Pyomo set that refers to outside data, so its few accessors are
    answered from the Index. Every component gets its own IndexSet, because Pyomo gives an unnamed set to one
    parent block.
    """

    def get(self, value: Any, default: Any = None) -> Any:
        """The key as stored (Pyomo's lookup; also turns `()` and 1-tuples into plain keys)."""
        try:
            return self._ref.key(self._ref.position(value))
        except KeyError:
            return default

    def _iter_impl(self) -> Iterator[Key]:
        return self._ref.keys()

    def __len__(self) -> int:
        return len(self._ref)

    def __reversed__(self) -> Iterator[Key]:
        return reversed(list(self._ref.keys()))

    def __str__(self) -> str:
        return str(self._ref)

    @property
    def dimen(self) -> int:
        """Parts of a key."""
        return max(1, len(self._ref.names))

    def at(self, index: int) -> Key:
        """The key at a 1-based place."""
        return self._ref.key(self._to_0_based_index(index))

    def ord(self, item: Key) -> int:
        """The 1-based place of a key."""
        return self._ref.position(item) + 1

    def bounds(self) -> tuple[None, None]:
        """Labels have no bounds; answering so spares Pyomo a walk over all keys."""
        return None, None
