"""The decisions of a plan that are whole numbers, by name: what a re-solve fixes to meet the plan again.

    whole_numbers(model)        ((family, labels, value), …), all others of these families are 0

They follow the columns of the model rather than the tables: order binaries of tiers and the choice of a point stand
in no table.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from pyomo.environ import ConcreteModel, Var

from redmud_opt.model.arrays import Columns


class Whole(NamedTuple):
    """One decision: family of columns, labels of the column, value."""

    family: str
    labels: tuple[str, ...]
    value: int


def whole_numbers(model: ConcreteModel) -> tuple[Whole, ...]:
    """Decisions of the plan that the model holds which are not 0, family by family."""
    found: list[Whole] = []
    for columns in whole_families(model):
        held = np.flatnonzero(columns.integer_mask & (np.rint(columns.values_array) != 0.0))
        found += [
            Whole(columns.name, labels_of(columns, k), round(float(columns.values_array[k])))
            for k in held.tolist()
        ]
    return tuple(found)


def whole_families(model: ConcreteModel) -> list[Columns]:
    """Families of columns with whole numbers among them."""
    families = (family for family in model.component_objects(Var) if isinstance(family, Columns))
    return [columns for columns in families if columns.integer_mask.any()]


def labels_of(columns: Columns, position: int) -> tuple[str, ...]:
    """Labels of a column as text."""
    key = columns.index.key(position)
    return tuple(str(label) for label in (key if isinstance(key, tuple) else (key,)))
