"""`Columns`: a Pyomo IndexedVar whose bounds, domains, values and fixing stand in arrays."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from weakref import ref

import numpy as np
from pyomo.common.modeling import NOTSET
from pyomo.core.base.set import Integers, Reals, SetInitializer
from pyomo.core.base.var import IndexedVar, VarData
from pyomo.core.staleflag import StaleFlagManager

from redmud_opt.model.arrays.hooks import (
    ArrayModelError,
    fixed_number,
    forget_slots,
    name_without_empty_key,
    vector,
)
from redmud_opt.model.arrays.index import Index, IndexSet, Key

_REAL, _INTEGER = 0, 1  # places of the two usual domains in every Columns' list of domains


class DomainFacts(NamedTuple):
    """What compiling needs to know of a Pyomo domain."""

    integer: bool
    lower: float
    upper: float


def domain_facts(domain: Any) -> DomainFacts:
    """The interval a domain stands for; anything but an interval of reals or of integers is an error."""
    start, stop, step = domain.get_interval()
    whole = all(end is None or end == int(end) for end in (start, stop))
    if step not in (0, 1) or (step == 1 and not whole):
        raise ArrayModelError(f"domain '{domain}' is neither an interval of reals nor of integers")
    return DomainFacts(step == 1, -np.inf if start is None else start, np.inf if stop is None else stop)


@forget_slots("_value", "_lb", "_ub", "_domain", "_fixed", "_stale")
class ColumnData(VarData):
    """A view of one column: every attribute reads and writes the arrays of its Columns.

    Hook: `VarData` keeps its state in the slots `_value, _lb, _ub, _domain, _fixed, _stale` and works on
    nothing else, so overriding these six with properties makes all of its methods act on the arrays.
    """

    __slots__ = ("_position",)
    _component: Any  # Pyomo's weak reference to the family

    def __init__(self, component: "Columns | None" = None, index: Key = NOTSET, position: int = -1) -> None:
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
    def _value(self) -> float | None:
        value = self._component()._values[self._position].item()
        return None if value != value else value

    @_value.setter
    def _value(self, value: float | None) -> None:
        self._component()._values[self._position] = np.nan if value is None else value

    @property
    def _lb(self) -> float | None:
        bound = self._component()._lower[self._position].item()
        return None if bound == -np.inf else bound

    @_lb.setter
    def _lb(self, bound: Any) -> None:
        number = -np.inf if bound is None else fixed_number(bound, f"lower bound of '{self.name}'")
        self._component()._lower[self._position] = number

    @property
    def _ub(self) -> float | None:
        bound = self._component()._upper[self._position].item()
        return None if bound == np.inf else bound

    @_ub.setter
    def _ub(self, bound: Any) -> None:
        number = np.inf if bound is None else fixed_number(bound, f"upper bound of '{self.name}'")
        self._component()._upper[self._position] = number

    @property
    def _domain(self) -> Any:
        columns = self._component()
        return columns._domains[columns._domain_codes[self._position]]

    @_domain.setter
    def _domain(self, domain: Any) -> None:
        columns = self._component()
        columns._domain_codes[self._position] = columns._code_of_domain(domain)

    @property
    def _fixed(self) -> bool:
        return self._component()._fixed[self._position].item()

    @_fixed.setter
    def _fixed(self, fixed: bool) -> None:
        self._component()._fixed[self._position] = fixed

    @property
    def _stale(self) -> int:
        return self._component()._stale_flags[self._position].item()

    @_stale.setter
    def _stale(self, flag: int) -> None:
        self._component()._stale_flags[self._position] = flag


def _map_stale_flags(encode: bool, flags: np.ndarray) -> np.ndarray:
    """Stale flags count solves of this process: they travel as yes/no (as Pyomo does for its own slot)."""
    if encode:
        return StaleFlagManager.is_stale(flags)
    return np.where(flags, 0, StaleFlagManager.get_flag(0))


class Columns(IndexedVar):
    """A family of decision variables over an Index.

    lower, upper: numbers or arrays, infinite (or None for all) where unbounded. integer: one truth value, or
    one per column. The arrays `lower_bound`, `upper_bound`, `fixed_mask` and `values_array` may be changed in
    place or assigned to; `integer_mask` is changed with `set_integer`. A value not known is NaN.
    """

    _ComponentDataClass = ColumnData  # Pyomo makes element objects of this class when it names a missing one
    __autoslot_mappers__ = {"_stale_flags": _map_stale_flags}  # noqa: RUF012 - Pyomo reads it when it copies

    def __init__(
        self, index: Index, *, lower: Any = 0.0, upper: Any = np.inf, integer: Any = False, doc: str = ""
    ) -> None:
        if not isinstance(index, Index):
            raise TypeError(
                f"Columns needs an Index, not {type(index).__name__}; Index.of(name=labels) makes one"
            )
        self.index = index
        self._lower = vector(-np.inf if lower is None else lower, len(index), "lower")
        self._upper = vector(np.inf if upper is None else upper, len(index), "upper")
        self._values = np.full(len(index), np.nan)
        self._fixed = np.zeros(len(index), dtype=bool)
        self._stale_flags = np.zeros(len(index), dtype=np.int64)
        self._domains = [Reals, Integers]
        self._domain_codes = np.zeros(len(index), dtype=np.int16)
        super().__init__(IndexSet(index), doc=doc or None)
        self.set_integer(integer)

    # --- the arrays

    @property
    def lower_bound(self) -> np.ndarray:
        """Lower bounds, -inf where there is none; a domain such as NonNegativeReals may tighten them."""
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
    def fixed_mask(self) -> np.ndarray:
        """True where the column is fixed at its value."""
        return self._fixed

    @fixed_mask.setter
    def fixed_mask(self, fixed: Any) -> None:
        self._fixed[:] = fixed

    @property
    def values_array(self) -> np.ndarray:
        """Values, NaN where there is none."""
        return self._values

    @values_array.setter
    def values_array(self, values: Any) -> None:
        self._values[:] = values

    @property
    def integer_mask(self) -> np.ndarray:
        """True where the domain is one of integers (a copy; change it with `set_integer`)."""
        if len(self._domains) == 2:  # the usual two
            return self._domain_codes == _INTEGER
        return np.array([domain_facts(domain).integer for domain in self._domains])[self._domain_codes]

    def set_integer(self, integer: Any = True) -> None:
        """Make columns integer or continuous: one truth value for all, or one per column."""
        integer = np.asarray(integer, dtype=bool)
        if integer.shape not in ((), (len(self),)):
            raise ArrayModelError(
                f"integer has shape {integer.shape}; expected one truth value or {len(self)}"
            )
        self._domain_codes[:] = np.where(integer, _INTEGER, _REAL)

    def set_values(self, new_values: Any, skip_validation: bool = False) -> None:
        """Set all values from an array (NaN: no value), or some from a mapping of keys as in Pyomo."""
        if isinstance(new_values, Mapping):
            super().set_values(new_values, skip_validation)
            return
        self._values[:] = vector(new_values, len(self), "values")
        self._stale_flags[:] = StaleFlagManager.get_flag(0)

    def load_values(self, values: np.ndarray) -> None:
        """Write a solution: as a Pyomo solver does, fixed columns keep their value and stay stale."""
        free = ~self._fixed
        self._values[free] = values[free]
        self._stale_flags[free] = StaleFlagManager.get_flag(0)

    def bounds_with_domain(self) -> tuple[np.ndarray, np.ndarray]:
        """Bounds as Pyomo would state them: the tighter of the column's own and its domain's."""
        if not self._domain_codes.size or self._domain_codes.max() <= _INTEGER:
            return self._lower, self._upper
        facts = [domain_facts(domain) for domain in self._domains]
        lower = np.array([fact.lower for fact in facts])[self._domain_codes]
        upper = np.array([fact.upper for fact in facts])[self._domain_codes]
        return np.maximum(self._lower, lower), np.minimum(self._upper, upper)

    # --- Pyomo's side

    def construct(self, data: Any = None) -> None:
        """Nothing to build: the arrays are there. Hook: Pyomo calls this when the component joins a block."""
        for anonymous in self._anonymous_sets or ():
            anonymous.construct()
        self._constructed = True

    def element(self, position: int) -> ColumnData:
        """The view at a position."""
        key = self.index.key(position)
        known = self._data.get(key)
        return self._make_view(key, position) if known is None else known

    def _make_view(self, key: Key, position: int) -> ColumnData:
        # Views are kept for good: writers and solvers tell variables apart by id().
        view = self._data[key] = ColumnData(self, key, position)
        return view

    def _getitem_when_not_present(self, index: Key) -> ColumnData:
        # Hook: IndexedComponent.__getitem__ comes here with a checked key that has no element object yet.
        return self._make_view(index, self.index.position(index))

    def __len__(self) -> int:
        return len(self.index)

    def __contains__(self, key: Key) -> bool:
        return key in self._index_set

    def __delitem__(self, key: Key) -> None:
        raise ArrayModelError(f"'{self.name}': a column cannot be deleted; fix it at 0 instead")

    def clear(self) -> None:
        """Not possible: rows refer to the columns."""
        raise ArrayModelError(
            f"'{self.name}' cannot be cleared; fix its columns at 0, or build the model anew"
        )

    def setlb(self, val: Any) -> None:
        """Set every lower bound."""
        self._lower[:] = -np.inf if val is None else fixed_number(val, f"lower bound of '{self.name}'")

    def setub(self, val: Any) -> None:
        """Set every upper bound."""
        self._upper[:] = np.inf if val is None else fixed_number(val, f"upper bound of '{self.name}'")

    def fix(self, value: Any = NOTSET, skip_validation: bool = False) -> None:
        """Fix every column, at the value given or at the one it has."""
        self._fixed[:] = True
        if value is not NOTSET:
            self.set_values(np.nan if value is None else fixed_number(value, f"value of '{self.name}'"))

    def unfix(self) -> None:
        """Free every column."""
        self._fixed[:] = False

    def flag_as_stale(self) -> None:
        """Mark every value as older than the last solve."""
        self._stale_flags[:] = 0

    def get_values(self, include_fixed_values: bool = True) -> dict[Key, float | None]:
        """Values by key, None where there is none."""
        chosen = np.ones(len(self), bool) if include_fixed_values else ~self._fixed
        triples = zip(self.index.keys(), self._values.tolist(), chosen.tolist(), strict=True)
        return {key: None if value != value else value for key, value, keep in triples if keep}

    extract_values = get_values

    @property
    def domain(self) -> Any:
        """Can be set for all columns; is read from an element (as for any Pyomo IndexedVar)."""
        return IndexedVar.domain.fget(self)

    @domain.setter
    def domain(self, domain: Any) -> None:
        rule = SetInitializer(domain)
        if rule.constant():
            self._domain_codes[:] = self._code_of_domain(rule(self.parent_block(), None, self))
        else:
            IndexedVar.domain.fset(self, domain)

    def _code_of_domain(self, domain: Any) -> int:
        for code, known in enumerate(self._domains):
            if known is domain:
                return code
        domain_facts(domain)
        self._domains.append(domain)
        return len(self._domains) - 1
