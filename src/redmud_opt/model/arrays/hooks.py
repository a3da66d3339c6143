"""What is shared by the array-backed components: the error, argument checks and two Pyomo hooks."""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from pyomo.core.expr.numvalue import is_constant, native_numeric_types, value

AnyClass = TypeVar("AnyClass", bound=type)


class ArrayModelError(ValueError):
    """The arrays cannot hold, or not compile, what was asked of them; the message says what to do instead."""


def forget_slots(*names: str) -> Callable[[AnyClass], AnyClass]:
    """Class decorator: keep the named slots out of pickles and clones.

    Hook: a view overrides slots of its Pyomo base (`_lb`, `_value`, `_active`, ...) with properties on the
    arrays. Pyomo collects all slots of a class in `__auto_slots__`, reads them to pickle or clone and writes
    them back; for a view that would write through to arrays that may not be there yet. The arrays travel with
    the component.
    """

    def adapt(cls: AnyClass) -> AnyClass:
        known = cls.__auto_slots__  # type: ignore[attr-defined]
        kept = tuple(slot for slot in known.slots if slot not in names)
        mappers = {
            kept.index(known.slots[place]): mapper
            for place, mapper in known.slot_mappers.items()
            if known.slots[place] in kept
        }
        cls.__auto_slots__ = known._replace(slots=kept, slot_mappers=mappers)  # type: ignore[attr-defined]
        return cls

    return adapt


def vector(given: Any, length: int, what: str) -> np.ndarray:
    """An own array of floats of this length, from a scalar or a sequence."""
    array = np.array(given, dtype=np.float64)
    if array.ndim == 0:
        array = np.full(length, array)
    if array.shape != (length,):
        raise ArrayModelError(f"{what} has shape {array.shape}; expected a number or {length} numbers")
    return array


def fixed_number(given: Any, what: str) -> float:
    """The number behind a constant; a mutable Param or expression is refused, because arrays hold no link."""
    if given.__class__ not in native_numeric_types and not is_constant(given):
        raise ArrayModelError(
            f"{what}: the arrays hold numbers and would not follow later changes of '{given}'; "
            "pass pyomo.environ.value(...) of it, or declare an ordinary Pyomo component"
        )
    number = float(value(given))
    if number != number:
        raise ArrayModelError(f"{what} is NaN")
    return number


def name_without_empty_key(component: Any, element: Any, **options: Any) -> str | None:
    """The component's own name for the only element of a scalar family, else None.

    Hook: Pyomo builds element names in `ComponentData.getname` and would print `total[None]`.
    """
    if component is None or element._index is not None:
        return None
    name: str = component.getname(**options)
    return name
