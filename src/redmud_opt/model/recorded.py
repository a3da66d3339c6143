"""The whole numbers of a solved model by name: what a replay fixes to come to the same plan again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from pyomo.core.base.component_namer import index_repr
from pyomo.environ import ConcreteModel, Var

from redmud_opt.model.arrays import Columns


def recorded(m: ConcreteModel) -> dict[str, int]:
    """Name → value of every integer column that is not 0."""
    return {
        name: round(float(columns.values_array[k]))
        for columns, k, name in _integers(m)
        if round(float(columns.values_array[k]))
    }


def fix_recorded(m: ConcreteModel, values: Mapping[str, int]) -> None:
    """Fixes every integer column at its recorded value, 0 where none is. Raises KeyError for a name it has not."""
    found = {name: (columns, k) for columns, k, name in _integers(m)}
    unknown = sorted(values.keys() - found.keys())
    if unknown:
        raise KeyError(f"the model has no integer column {unknown[0]}")
    for name, (columns, k) in found.items():
        columns.values_array[k] = values.get(name, 0)
        columns.fixed_mask[k] = True


def _integers(m: ConcreteModel) -> Iterator[tuple[Columns, int, str]]:
    for columns in m.component_objects(Var):
        if isinstance(columns, Columns):
            for k in np.flatnonzero(columns.integer_mask).tolist():
                yield columns, k, f"{columns.name}{index_repr(columns.index.key(k))}"
