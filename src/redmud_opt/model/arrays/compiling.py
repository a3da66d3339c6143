"""`compile`: a model of array-backed and ordinary components becomes the arrays a solver takes.

The array-backed families cost a few NumPy calls each, whatever their size. Ordinary constraints, objectives
and variables are read one by one and appended after them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
import scipy.sparse
from pyomo.core.base import (
    Block,
    BuildAction,
    BuildCheck,
    Constraint,
    Expression,
    ExternalFunction,
    Param,
    RangeSet,
    Set,
    Suffix,
    Var,
)
from pyomo.core.base import Objective as PyomoObjective
from pyomo.core.base.enums import SortComponents
from pyomo.core.base.set import SetOf
from pyomo.repn.util import categorize_valid_components

from redmud_opt.model.arrays.columns import ColumnData, Columns
from redmud_opt.model.arrays.hooks import ArrayModelError
from redmud_opt.model.arrays.ordinary import Linear, OrdinaryVariables, constraint, linear
from redmud_opt.model.arrays.rows import Objective, RowData, Rows
from redmud_opt.model.arrays.standard_form import Source, Span, StandardForm
from redmud_opt.model.arrays.terms import drop_cancelled

# Everything else that is active (disjunctions, SOS sets, logic) would be lost silently, and is refused.
_UNDERSTOOD = {
    *(Block, Constraint, PyomoObjective, Var, Expression, Param, Set, SetOf, RangeSet, Suffix),
    *(BuildAction, BuildCheck, ExternalFunction),
}


@dataclass
class _Parts:
    """The active components of a model, in order of declaration."""

    root: Any
    columns: list[Columns] = field(default_factory=list)
    rows: list[Rows] = field(default_factory=list)
    constraints: list[Any] = field(default_factory=list)
    objectives: list[Any] = field(default_factory=list)


def compile(model: Any) -> StandardForm:
    """The active part of a model as arrays; an ArrayModelError names what cannot be compiled."""
    parts = _gather(model)
    objective = _only_objective(parts)
    constraints = [constraint(element) for element in parts.constraints]
    ordinary_objective = _read_ordinary(objective)
    variables = OrdinaryVariables([*constraints, *ordinary_objective])
    for group in variables.groups.values():
        _check_root(
            next(iter(group.values())).parent_component(), parts.root, "an ordinary constraint or objective"
        )
    _include_referenced_columns(parts, objective, variables)
    places = _Places(parts, variables)
    column_blocks, column_sources = _column_spans(parts, variables)
    row_blocks, row_sources = _row_spans(parts, constraints)
    lower, upper, integrality = _column_bounds(parts.columns, variables)
    row_lower, row_upper = _row_bounds(parts.rows, constraints)
    cost, offset, sense = _objective(objective, ordinary_objective, places)
    form = StandardForm(
        cost, offset, sense, _matrix(parts.rows, constraints, places), row_lower, row_upper, lower, upper,
        integrality, column_blocks, row_blocks, column_sources, row_sources,
    )  # fmt: skip
    _check_finite(form)
    return form


# --- which components


def _gather(model: Any) -> _Parts:
    _, foreign = categorize_valid_components(
        model, active=True, sort=SortComponents.UNSORTED, valid=_UNDERSTOOD
    )
    if foreign:
        names = sorted(element.name for elements in foreign.values() for element in elements)
        raise ArrayModelError(f"only linear constraints can be compiled; deactivate or reformulate {names}")
    parts = _Parts(model.model())
    for block in model.block_data_objects(active=True, descend_into=True):
        for component in block.component_objects(Var, descend_into=False):
            if isinstance(component, Columns):
                parts.columns.append(component)
        for component in block.component_objects(Constraint, active=True, descend_into=False):
            if isinstance(component, Rows):
                parts.rows.append(component)
            else:
                parts.constraints.extend(element for element in component.values() if element.active)
        for component in block.component_objects(PyomoObjective, active=True, descend_into=False):
            parts.objectives.extend(element for element in component.values() if element.active)
    parts.constraints = list(_without_repeats(parts))
    return parts


def _without_repeats(parts: _Parts) -> Iterator[Any]:
    """Constraints once each: a Reference shows elements a second time, among them rows compiled as arrays."""
    seen: set[int] = set()
    for element in parts.constraints:
        if isinstance(element, RowData):
            if all(element.parent_component() is not rows for rows in parts.rows):
                raise ArrayModelError(
                    f"'{element.name}' is active through a Reference, but its family is not"
                )
        elif id(element) not in seen:
            seen.add(id(element))
            yield element


def _only_objective(parts: _Parts) -> Any:
    different = {id(objective): objective for objective in parts.objectives}
    if len(different) > 1:
        names = sorted(objective.name for objective in different.values())
        raise ArrayModelError(f"several active objectives: {names}; deactivate all but one")
    return next(iter(different.values()), None)


def _read_ordinary(objective: Any) -> list[Linear]:
    if objective is None or isinstance(objective, Objective):
        return []
    return [linear(objective, objective.expr)]


def _include_referenced_columns(parts: _Parts, objective: Any, variables: OrdinaryVariables) -> None:
    """Columns outside the active blocks take part too when something active refers to them, as in Pyomo."""
    users: list[Any] = [*parts.rows, *([objective] if isinstance(objective, Objective) else [])]
    referred = [(term.columns, f"'{user.name}'") for user in users for term in user.terms]
    referred += [(family, "an ordinary constraint or objective") for family in variables.families.values()]
    known = {id(columns) for columns in parts.columns}
    for columns, user in referred:
        if id(columns) not in known:
            _check_root(columns, parts.root, user)
            known.add(id(columns))
            parts.columns.append(columns)


def _check_root(component: Any, root: Any, user: str) -> None:
    if component.parent_block() is None:
        raise ArrayModelError(
            f"{user} refers to '{component.local_name}', which was deleted from its model; "
            "delete what refers to it as well"
        )
    if component.model() is not root:
        raise ArrayModelError(f"{user} refers to '{component.name}' of another model")


# --- columns


class _Places:
    """Where families and ordinary variables stand among the compiled columns."""

    def __init__(self, parts: _Parts, variables: OrdinaryVariables) -> None:
        self._variables = variables
        self.start_of: dict[int, int] = {}
        count = 0
        for columns in parts.columns:
            self.start_of[id(columns)] = count
            count += len(columns)
        self._arrays = count
        self.count = count + len(variables.all)

    def of(self, variable: Any) -> int:
        """The compiled column of a variable."""
        if isinstance(variable, ColumnData):
            return self.start_of[id(variable.parent_component())] + variable._position
        return self._arrays + self._variables.place_of[id(variable)]


def _column_spans(parts: _Parts, variables: OrdinaryVariables) -> tuple[tuple[Span, ...], tuple[Source, ...]]:
    sources = [Source(columns) for columns in parts.columns]
    lengths = [len(columns) for columns in parts.columns]
    for group in variables.groups.values():
        elements = list(group.values())
        sources.append(Source(elements[0].parent_component(), elements=elements))
        lengths.append(len(elements))
    return _spans(sources, lengths)


def _spans(sources: list[Source], lengths: list[int]) -> tuple[tuple[Span, ...], tuple[Source, ...]]:
    ends = np.cumsum([0, *lengths]).tolist()
    names = [str(source.component.name) for source in sources]
    return tuple(zip(names, ends[:-1], ends[1:], strict=True)), tuple(sources)


def _column_bounds(
    families: Sequence[Columns], variables: OrdinaryVariables
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(lower, upper, integrality); a fixed column stands at its value, and as in Pyomo is a mere number."""
    ordinary_lower, ordinary_upper, ordinary_integer = variables.bounds()
    lowers, uppers, integers = [], [], []
    for columns in families:
        lower, upper = columns.bounds_with_domain()
        integer = columns.integer_mask.astype(np.uint8)
        fixed = columns.fixed_mask
        if fixed.any():
            lower = np.where(fixed, columns.values_array, lower)
            upper = np.where(fixed, columns.values_array, upper)
            integer[fixed] = 0
        lowers.append(lower)
        uppers.append(upper)
        integers.append(integer)
    return (
        np.concatenate([*lowers, ordinary_lower]),
        np.concatenate([*uppers, ordinary_upper]),
        np.concatenate([*integers, ordinary_integer]),
    )


# --- rows


def _row_spans(parts: _Parts, constraints: list[Linear]) -> tuple[tuple[Span, ...], tuple[Source, ...]]:
    sources, lengths = [], []
    for rows in parts.rows:
        active = rows.active_mask
        positions = None if active.all() else np.flatnonzero(active)
        sources.append(Source(rows, positions))
        lengths.append(len(rows) if positions is None else len(positions))
    for _, group in groupby(constraints, key=lambda row: id(row.element.parent_component())):
        elements = [row.element for row in group]
        sources.append(Source(elements[0].parent_component(), elements=elements))
        lengths.append(len(elements))
    return _spans(sources, lengths)


def _row_bounds(families: Sequence[Rows], constraints: list[Linear]) -> tuple[np.ndarray, np.ndarray]:
    """Row bounds; the constant part of an ordinary body moves to its bounds."""
    lower = [rows.lower_bound[rows.active_mask] for rows in families]
    upper = [rows.upper_bound[rows.active_mask] for rows in families]
    lows = [-np.inf if row.element.lb is None else row.element.lb - row.constant for row in constraints]
    highs = [np.inf if row.element.ub is None else row.element.ub - row.constant for row in constraints]
    return np.concatenate([*lower, np.array(lows, float)]), np.concatenate([*upper, np.array(highs, float)])


def _matrix(families: Sequence[Rows], constraints: list[Linear], places: _Places) -> scipy.sparse.csc_array:
    row_parts, col_parts, coef_parts = [], [], []
    count = 0
    for rows in families:
        active = rows.active_mask
        all_active = bool(active.all())
        place_of_row = None if all_active else np.cumsum(active, dtype=np.int32) - 1
        for term in rows.terms:
            row, col, coef = term.row, term.col, term.coef
            if place_of_row is not None:
                kept = active[row]
                row, col, coef = place_of_row[row[kept]], col[kept], coef[kept]
            row_parts.append(row + np.int32(count))
            col_parts.append(col + np.int32(places.start_of[id(term.columns)]))
            coef_parts.append(coef)
        count += int(active.sum())
    extra = [
        (count + place, places.of(variable), coef)
        for place, row in enumerate(constraints)
        for variable, coef in zip(row.variables, row.coefs, strict=True)
    ]
    row_parts.append(np.array([entry[0] for entry in extra], dtype=np.int32))
    col_parts.append(np.array([entry[1] for entry in extra], dtype=np.int32))
    coef_parts.append(np.array([entry[2] for entry in extra], dtype=np.float64))
    coordinates = (np.concatenate(row_parts), np.concatenate(col_parts))
    shape = (count + len(constraints), places.count)
    matrix = scipy.sparse.csc_array((np.concatenate(coef_parts), coordinates), shape=shape)
    # SciPy has added up coordinates that meet; what cancelled is still stored.
    drop_cancelled(matrix)
    return matrix


# --- objective


def _objective(objective: Any, ordinary: list[Linear], places: _Places) -> tuple[np.ndarray, float, int]:
    """(cost, offset, sense); no active objective is a cost of nothing, minimised."""
    cost = np.zeros(places.count)
    if objective is None:
        return cost, 0.0, 1
    sense = int(objective.sense)
    for expression in ordinary:
        for variable, coef in zip(expression.variables, expression.coefs, strict=True):
            cost[places.of(variable)] += coef
        return cost, expression.constant, sense
    for term in objective.terms:
        start = places.start_of[id(term.columns)]
        cost[start : start + len(term.columns)] += np.bincount(term.col, term.coef, len(term.columns))
    return cost, float(objective.constant), sense


# --- checks


def _check_finite(form: StandardForm) -> None:
    """NaN or infinity where a solver would drop the entry, or the whole row, and still say 'optimal'."""
    _refuse(~np.isfinite(form.cost), form.column_name, "the objective coefficient", form.cost)
    if not np.isfinite(form.offset):
        raise ArrayModelError(f"the constant of the objective is {form.offset}")
    for low, high, name in (
        (form.col_lower, form.col_upper, form.column_name),
        (form.row_lower, form.row_upper, form.row_name),
    ):
        _refuse(np.isnan(low) | (low == np.inf), name, "the lower bound (or the value it is fixed at)", low)
        _refuse(
            np.isnan(high) | (high == -np.inf), name, "the upper bound (or the value it is fixed at)", high
        )
    wrong = np.flatnonzero(~np.isfinite(form.matrix.data))
    if wrong.size:
        column = int(np.searchsorted(form.matrix.indptr, wrong[0], side="right")) - 1
        row = int(form.matrix.indices[wrong[0]])
        raise ArrayModelError(
            f"the coefficient of '{form.column_name(column)}' in '{form.row_name(row)}' "
            f"is {form.matrix.data[wrong[0]]}; {wrong.size} in all"
        )


def _refuse(wrong: np.ndarray, name: Callable[[int], str], what: str, values: np.ndarray) -> None:
    places = np.flatnonzero(wrong)
    if places.size:
        first = int(places[0])
        raise ArrayModelError(f"{what} of '{name(first)}' is {values[first]}; {places.size} in all")
