"""Pyomo components that keep index, bounds and coefficients in NumPy arrays.

    model.flow_t = Columns(lanes, upper=capacity)              one column per key of an Index
    rows = model.balance = Rows(nodes, equal_to=arising)       one row per key
    rows.add(model.flow_t, leaves - arrives)                   coefficients: coordinates or a SciPy matrix
    model.value = Objective("maximise")
    model.value.add(model.flow_t, coef=margin)
    form = compile(model)                                      arrays for a solver; form.load(x) writes back

`Columns`, `Rows` and `Objective` are real Pyomo components: `model.flow_t["a", "b"].setub(3)`,
`model.balance["n"].expr`, `pprint`, an ordinary extra `@model.Constraint`, the LP writer and the Pyomo
solvers all work on them. There is one store, the arrays: an element handed out is a view that reads and
writes them. What the arrays cannot hold raises `ArrayModelError`, a ValueError. Nothing of any domain stands
in this package, and no solver is imported.

The package leans on private hooks of Pyomo 6.10 (search for "Hook:"), so the minor version is pinned.
"""

from redmud_opt.model.arrays.columns import Columns
from redmud_opt.model.arrays.compiling import compile
from redmud_opt.model.arrays.groups import ColumnGroup
from redmud_opt.model.arrays.hooks import ArrayModelError
from redmud_opt.model.arrays.index import Index
from redmud_opt.model.arrays.materialising import materialise
from redmud_opt.model.arrays.rows import Objective, Rows
from redmud_opt.model.arrays.standard_form import StandardForm

__all__ = [
    "ArrayModelError",
    "ColumnGroup",
    "Columns",
    "Index",
    "Objective",
    "Rows",
    "StandardForm",
    "compile",
    "materialise",
]
