"""`Rows` and `Objective`: Pyomo constraints and an objective whose coefficients stand in arrays."""

from typing import Any
from weakref import ref

import numpy as np
import scipy.sparse
from pyomo.common.autoslots import AutoSlots
from pyomo.common.enums import ObjectiveSense
from pyomo.common.modeling import NOTSET
from pyomo.core.base.component import ActiveComponent
from pyomo.core.base.constraint import ConstraintData, IndexedConstraint
from pyomo.core.base.objective import ScalarObjective
from pyomo.core.expr.relational_expr import EqualityExpression, InequalityExpression, RangedExpression

from redmud_opt.model.arrays.columns import ColumnData, Columns
from redmud_opt.model.arrays.hooks import ArrayModelError, forget_slots, name_without_empty_key, vector
from redmud_opt.model.arrays.index import Index, IndexSet, Key
from redmud_opt.model.arrays.terms import RowWise, Term, coordinates, from_matrix

_SENSES = {
    "minimise": ObjectiveSense.minimize,
    "maximise": ObjectiveSense.maximize,
    "minimize": ObjectiveSense.minimize,
    "maximize": ObjectiveSense.maximize,
}


def _view(columns: Columns, position: int) -> ColumnData:
    return columns.element(position)


def _collect(user: Any, index: Index, columns: Any, matrix: Any, row: Any, col: Any, coef: Any) -> Term:
    """One Term from the arguments of an `add`."""
    if not isinstance(columns, Columns):
        raise TypeError(f"'{user.name}' takes terms on Columns, not on {type(columns).__name__}")
    what = f"{user.name}.add({columns.name})"
    if matrix is None:
        return coordinates(columns, index, row, col, coef, what)
    if row is not None or col is not None:
        raise ArrayModelError(f"{what}: give either a matrix or coordinates")
    if not scipy.sparse.issparse(matrix):
        raise TypeError(f"{what}: the matrix must be a SciPy sparse one, not {type(matrix).__name__}")
    return from_matrix(columns, index, matrix, coef, what)


def relation(body: Any, lower: float, upper: float) -> Any:
    """The Pyomo relation lower <= body <= upper."""
    if lower == upper:
        return EqualityExpression((body, upper))
    if lower == -np.inf:
        return InequalityExpression((body, upper), False)
    if upper == np.inf:
        return InequalityExpression((lower, body), False)
    return RangedExpression((lower, body, upper), False)


@forget_slots("_expr", "_active")
class RowData(ConstraintData):
    """A view of one row: bounds, terms and activity are read from the arrays of its Rows.

    Hook: `ConstraintData` keeps its state in `_expr` and `_active` only. The expression is written anew on
    every access, so it always agrees with the arrays.
    """

    __slots__ = ("_position",)
    _component: Any  # Pyomo's weak reference to the family
    _index: Key

    def __init__(
        self, expr: Any = None, component: "Rows | None" = None, index: Key = NOTSET, position: int = -1
    ) -> None:
        self._component = None if component is None else ref(component)
        self._index = index  # type: ignore[misc]  # a slot of Pyomo's ComponentData
        self._position = position

    def getname(self, fully_qualified: bool = False, name_buffer: Any = None, relative_to: Any = None) -> str:
        """The family's name with the key in brackets; the plain name in a scalar family."""
        plain = name_without_empty_key(
            self.parent_component(), self, fully_qualified=fully_qualified, relative_to=relative_to
        )
        return plain or super().getname(fully_qualified, name_buffer, relative_to)

    @property
    def _active(self) -> bool:
        return self._component()._active_mask[self._position].item()

    @_active.setter
    def _active(self, active: bool) -> None:
        self._component()._active_mask[self._position] = active

    @property
    def _expr(self) -> Any:
        return self._component().relation_at(self._position, _view)

    def to_bounded_expression(self, evaluate_bounds: bool = False) -> tuple[float | None, Any, float | None]:
        """(lower, body, upper), None for a side without a bound."""
        rows = self._component()
        lower = rows._lower[self._position].item()
        upper = rows._upper[self._position].item()
        body = rows.row_wise().expression(self._position, _view)
        return None if lower == -np.inf else lower, body, None if upper == np.inf else upper

    def set_value(self, expr: Any) -> None:
        """Not possible: arrays hold coefficients, not expressions."""
        raise ArrayModelError(
            f"'{self.name}' keeps its coefficients in arrays and takes no new body; "
            "deactivate it and declare an ordinary Constraint beside it"
        )


class Rows(IndexedConstraint):
    """A family of linear constraints over an Index.

    equal_to, or lower and/or upper: numbers or arrays (infinite entries: no bound on that side). Further
    keywords are kept in `tags`. The arrays `lower_bound`, `upper_bound` and `active_mask` may be changed in
    place or assigned to.
    """

    _ComponentDataClass = RowData
    # The sorted copy is made from the terms on demand: it need not travel with a pickle or a clone.
    __autoslot_mappers__ = {"_row_wise": AutoSlots.encode_as_none}  # noqa: RUF012 - a Pyomo hook

    def __init__(
        self,
        index: Index,
        *,
        equal_to: Any = None,
        lower: Any = None,
        upper: Any = None,
        doc: str = "",
        **tags: Any,
    ) -> None:
        if not isinstance(index, Index):
            raise TypeError(
                f"Rows needs an Index, not {type(index).__name__}; Index.of(name=labels) makes one"
            )
        if (equal_to is None) == (lower is None and upper is None):
            raise ArrayModelError("Rows needs either equal_to, or lower and/or upper")
        if equal_to is not None:
            lower = upper = equal_to
        self.index = index
        self.tags = tags
        self.terms: list[Term] = []
        self._lower = vector(-np.inf if lower is None else lower, len(index), "lower")
        self._upper = vector(np.inf if upper is None else upper, len(index), "upper")
        self._active_mask = np.ones(len(index), dtype=bool)
        self._row_wise: RowWise | None = None
        super().__init__(IndexSet(index), doc=doc or None)

    def add(
        self, columns: Columns, matrix: Any = None, *, row: Any = None, col: Any = None, coef: Any = 1.0
    ) -> None:
        """Add `coef[k] * columns[col[k]]` to row `row[k]` for every k, or a sparse matrix (rows x columns).

        row and col default to all positions in order (in a scalar family, to its only one); each may be a
        single number. coef is a number or one per coordinate; with a matrix, a factor. Coefficients that meet
        on one row and column add up.
        """
        self.terms.append(_collect(self, self.index, columns, matrix, row, col, coef))
        self._row_wise = None

    # --- the arrays

    @property
    def lower_bound(self) -> np.ndarray:
        """Lower bounds, -inf where there is none."""
        return self._lower

    @lower_bound.setter
    def lower_bound(self, bounds: Any) -> None:
        self._lower[:] = bounds

    @property
    def upper_bound(self) -> np.ndarray:
        """Upper bounds, inf where there is none."""
        return self._upper

    @upper_bound.setter
    def upper_bound(self, bounds: Any) -> None:
        self._upper[:] = bounds

    @property
    def active_mask(self) -> np.ndarray:
        """True where the row is active."""
        return self._active_mask

    @active_mask.setter
    def active_mask(self, active: Any) -> None:
        self._active_mask[:] = active

    def row_wise(self) -> RowWise:
        """The terms sorted by row, for expressions."""
        if self._row_wise is None:
            self._row_wise = RowWise(self.terms, len(self))
        return self._row_wise

    def relation_at(self, position: int, element: Any) -> Any:
        """The Pyomo relation of one row; `element(columns, position)` gives the variables."""
        body = self.row_wise().expression(position, element)
        return relation(body, self._lower[position].item(), self._upper[position].item())

    # --- Pyomo's side

    def construct(self, data: Any = None) -> None:
        """Nothing to build: the arrays are there. Hook: Pyomo calls this when the component joins a block."""
        for anonymous in self._anonymous_sets or ():
            anonymous.construct()
        self._constructed = True

    def _getitem_when_not_present(self, index: Key) -> RowData:
        # Hook: IndexedComponent.__getitem__ comes here with a checked key that has no element object yet.
        view = self._data[index] = RowData(None, self, index, self.index.position(index))
        return view

    def _setitem_when_not_present(self, index: Key, value: Any = NOTSET) -> None:
        # Hook: `rows[key] = expression` comes here when the element has not been touched before.
        self[index].set_value(value)

    def __len__(self) -> int:
        return len(self.index)

    def __contains__(self, key: Key) -> bool:
        return key in self._index_set

    def __delitem__(self, key: Key) -> None:
        raise ArrayModelError(f"'{self.name}': a row cannot be deleted; deactivate it instead")

    def clear(self) -> None:
        """Not possible for a part of the arrays; delete the whole component from its block instead."""
        raise ArrayModelError(f"'{self.name}' cannot be cleared; deactivate it, or delete it from its block")

    def activate(self) -> None:
        """Activate the family and every row."""
        ActiveComponent.activate(self)
        self._active_mask[:] = True

    def deactivate(self) -> None:
        """Deactivate the family and every row."""
        ActiveComponent.deactivate(self)
        self._active_mask[:] = False


@forget_slots("_args_")
class Objective(ScalarObjective):
    """A linear objective collected with `add`; its Pyomo expression is written when somebody asks for it.

    sense: "minimise" or "maximise". `constant` is added to the value.
    Hook: an `ObjectiveData` keeps its expression in the slot `_args_`, here a property on the terms.
    """

    def __init__(self, sense: Any = "minimise", *, doc: str = "") -> None:
        self.terms: list[Term] = []
        self.constant = 0.0
        super().__init__(doc=doc or None)
        self._sense = ObjectiveSense(_SENSES.get(sense, sense))

    def add(self, columns: Columns, *, col: Any = None, coef: Any = 1.0) -> None:
        """Add `coef[k] * columns[col[k]]` for every k; col defaults to all columns in order."""
        self.terms.append(_collect(self, Index.scalar(), columns, None, None, col, coef))

    @property
    def _args_(self) -> tuple:
        return (self.expression(_view),)

    @_args_.setter
    def _args_(self, args: tuple) -> None:
        if args != (None,):  # what Pyomo's constructor sets
            self.set_value(args)

    def expression(self, element: Any) -> Any:
        """The Pyomo expression; `element(columns, position)` gives the variables."""
        return RowWise(self.terms, 1).expression(0, element, float(self.constant))

    def construct(self, data: Any = None) -> None:
        """Nothing to build. Hook: a scalar component that exists is its own only element."""
        self._data[None] = self
        self._constructed = True

    def set_value(self, expr: Any) -> None:
        """Not possible: arrays hold coefficients, not expressions."""
        raise ArrayModelError(
            f"'{self.name}' keeps its coefficients in arrays and takes no new expression; "
            "deactivate it and declare an ordinary Objective beside it"
        )

    def clear(self) -> None:
        """Drop all terms and the constant."""
        self.terms.clear()
        self.constant = 0.0
