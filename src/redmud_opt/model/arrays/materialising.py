"""`materialise`: the same model in plain Pyomo, element by element, to compare with or hand on."""

from typing import Any

from pyomo.core.base import Constraint, Expression, Objective, Set, Suffix, Var
from pyomo.core.expr.visitor import replace_expressions

from redmud_opt.model.arrays.columns import Columns
from redmud_opt.model.arrays.index import Index
from redmud_opt.model.arrays.rows import Objective as ArrayObjective
from redmud_opt.model.arrays.rows import Rows


def materialise(model: Any) -> Any:
    """A complete ordinary copy: Var, Constraint and Objective in place of the array-backed components.

    The copy shares nothing with the model. References are left out of it, as they would point at the views.
    """
    copy = model.clone()
    blocks = list(copy.block_data_objects(active=None, descend_into=True))
    _delete_references(blocks)
    plain: dict[Any, Any] = {}
    for columns in _found(blocks, Var, Columns):
        plain[columns] = _swap(columns, _plain_family(Var, columns.index))
        _fill_variables(plain[columns], columns)

    def element(columns: Columns, position: int) -> Any:
        family = plain.get(columns)  # a family outside the copied block stays what it is
        return columns.element(position) if family is None else family[columns.index.key(position)]

    for rows in _found(blocks, Constraint, Rows):
        plain[rows] = _swap(rows, _plain_family(Constraint, rows.index))
        _fill_constraints(plain[rows], rows, element)
    for objective in _found(blocks, Objective, ArrayObjective):
        _swap_objective(objective, element)
    _point_elsewhere(blocks, plain)
    return copy


def _swap_objective(objective: ArrayObjective, element: Any) -> None:
    plain = Objective(expr=objective.expression(element), sense=objective.sense, doc=objective.doc)
    _swap(objective, plain)
    if not objective.active:
        plain.deactivate()


def _found(blocks: list[Any], ctype: Any, kind: type) -> list[Any]:
    components = [
        component for block in blocks for component in block.component_objects(ctype, descend_into=False)
    ]
    return [component for component in components if isinstance(component, kind)]


def _delete_references(blocks: list[Any]) -> None:
    for block in blocks:
        for component in list(block.component_objects((Var, Constraint), descend_into=False)):
            if component.is_reference():
                block.del_component(component)


def _swap(old: Any, new: Any) -> Any:
    block, name = old.parent_block(), old.local_name
    block.del_component(old)
    block.add_component(name, new)
    return new


def _plain_family(kind: Any, index: Index) -> Any:
    if not index.names:
        return kind()
    return kind(Set(initialize=list(index.keys()), dimen=len(index.names)))


def _fill_variables(family: Any, columns: Columns) -> None:
    family.doc = columns.doc
    for position, key in enumerate(columns.index.keys()):
        source, target = columns.element(position), family[key]
        target.domain = source.domain
        target.setlb(source._lb)
        target.setub(source._ub)
        target.set_value(source.value, skip_validation=True)
        target.fixed = source.fixed


def _fill_constraints(family: Any, rows: Rows, element: Any) -> None:
    family.doc = rows.doc
    for position, key in enumerate(rows.index.keys()):
        family[key] = rows.relation_at(position, element)
        if not rows.active_mask[position]:
            family[key].deactivate()
    if not rows.active:
        family.deactivate()


def _point_elsewhere(blocks: list[Any], plain: dict[Any, Any]) -> None:
    """Ordinary expressions and suffixes refer to views: make them refer to the plain elements instead."""
    replacement = {
        id(view): plain[family][view.index()] for family in plain for view in family._data.values()
    }
    for block in blocks:
        for component in block.component_objects((Expression, Constraint, Objective), descend_into=False):
            for element in component.values():
                if element.expr is not None:
                    element.set_value(replace_expressions(element.expr, replacement))
        for suffix in block.component_objects(Suffix, descend_into=False):
            for element, value in list(suffix.items()):
                if id(element) in replacement:
                    suffix[replacement[id(element)]] = value
                    del suffix[element]
