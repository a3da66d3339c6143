"""The models of several scenarios as one: the extensive form of a two-stage problem, and what it aims at.

    maximise   Σ_s p_s · value_s(x, y_s)                     x: investments and sizes, y: everything else   [CNY]
    cvar       maximise η − Σ_s p_s · z_s ÷ α,   z_s ≥ η − value_s, z ≥ 0           the mean of the worst share α
    regret     maximise −r,   r ≥ best_s − value_s                                  the least greatest regret

less what chances of targets lack, whatever the aim (`chance`). First-stage columns that some scenario does not know
are held at nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import scipy.sparse
from pyomo.environ import ConcreteModel

from redmud_opt.case import Case
from redmud_opt.model import build_model
from redmud_opt.model.arrays import StandardForm, compile
from redmud_opt.model.arrays.standard_form import Source
from redmud_opt.network import Network
from redmud_opt.network.build import derive_network
from redmud_opt.solve.outcome import Array
from redmud_opt.study.asking import prepare
from redmud_opt.study.chance import POINTS, Chance, add_chances
from redmud_opt.study.choices import INVESTMENTS

FIRST_STAGE = (*INVESTMENTS, "size")
"""Families of columns that are decided before it is known what comes."""

TIE = 1e-7
"""Share of the expected value in another aim: it breaks ties."""


@dataclass(frozen=True)
class Scenario:
    """A case as a model with value as its objective. columns: place of each first-stage column by its name."""

    network: Network = field(repr=False)
    model: ConcreteModel = field(repr=False)
    form: StandardForm = field(repr=False)
    columns: Mapping[str, int] = field(repr=False)

    def held(self) -> Array:
        """The plan that the model holds, in the order of the form."""
        families = [self.model.component(name) for name, _, _ in self.form.column_blocks]
        return np.concatenate([columns.values_array for columns in families])


def scenario_of(case: Case, chances: Sequence[Chance] = ()) -> Scenario:
    """The model of a case. Raises NoSuchTarget."""
    network = derive_network(replace(case, settings=replace(case.settings, objective="value")))
    model = build_model(network)
    prepare(model, network, ())
    if chances:
        add_chances(model, network, chances)
    form = compile(model)
    return Scenario(network, model, form, dict(_first_stage(form)))


def _first_stage(form: StandardForm) -> list[tuple[str, int]]:
    return [
        (form.column_name(k), k)
        for name, start, stop in form.column_blocks
        if name in FIRST_STAGE
        for k in range(start, stop)
    ]


@dataclass(frozen=True)
class _Named:
    name: str


class _Names(Sequence[_Named]):
    """Names of the columns of all scenarios, made when somebody asks."""

    def __init__(self, forms: Sequence[StandardForm], size: int) -> None:
        self.forms, self.size = forms, size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, place: Any) -> Any:
        for number, form in enumerate(self.forms):
            if place < len(form.cost):
                return _Named(f"{number}:{form.column_name(int(place))}")
            place -= len(form.cost)
        return _Named("aim")


def side_by_side(forms: Sequence[StandardForm], weights: Array) -> StandardForm:
    """The models of all scenarios in one, objectives weighted; nothing ties them."""
    size, rows = sum(len(form.cost) for form in forms), sum(len(form.row_lower) for form in forms)
    source = Source(None, elements=_Names(forms, size))
    return StandardForm(
        cost=np.concatenate([w * form.cost for w, form in zip(weights, forms, strict=True)]),
        offset=float(sum(w * form.offset for w, form in zip(weights, forms, strict=True))),
        sense=forms[0].sense,
        matrix=scipy.sparse.csc_array(scipy.sparse.block_diag([form.matrix for form in forms], format="csc")),
        row_lower=np.concatenate([form.row_lower for form in forms]),
        row_upper=np.concatenate([form.row_upper for form in forms]),
        col_lower=np.concatenate([form.col_lower for form in forms]),
        col_upper=np.concatenate([form.col_upper for form in forms]),
        integrality=np.concatenate([form.integrality for form in forms]),
        column_blocks=(("scenarios", 0, size),),
        row_blocks=(("scenarios", 0, rows),),
        column_sources=(source,),
        row_sources=(source,),
    )


def starts_of(forms: Sequence[StandardForm]) -> Array:
    """Where the columns of each scenario begin; at the end, how many there are."""
    return np.cumsum([0, *(len(form.cost) for form in forms)])


def tied(form: StandardForm, scenarios: Sequence[Scenario]) -> StandardForm:
    """First-stage columns of the same name equal; those that some scenario does not know, at nothing."""
    starts = starts_of([s.form for s in scenarios])
    columns = [s.columns for s in scenarios]
    known = set.intersection(*(set(own) for own in columns))
    upper = form.col_upper.copy()
    for start, own in zip(starts, columns, strict=False):
        strange = [start + place for name, place in own.items() if name not in known]
        upper[strange] = np.maximum(form.col_lower[strange], 0.0)
    shared = [name for name in columns[0] if name in known]
    one = [columns[0][name] for _ in columns[1:] for name in shared]
    other = [
        start + own[name] for start, own in zip(starts[1:], columns[1:], strict=False) for name in shared
    ]
    same = np.arange(len(one))
    ties = scipy.sparse.csr_array(
        (
            np.r_[np.ones(len(one)), -np.ones(len(one))],
            (np.r_[same, same], np.r_[one, other].astype(int)),
        ),
        shape=(len(one), len(form.cost)),
    )
    nothing = np.zeros(len(one))
    return _with_rows(replace(form, col_upper=upper), ties, nothing, nothing)


def aimed(
    form: StandardForm,
    scenarios: Sequence[Scenario],
    weights: Array,
    aim: str,
    share: float,
    best: Sequence[float],
) -> StandardForm:
    """The same with another aim than the expected value."""
    count = len(scenarios)
    values = scipy.sparse.block_diag(
        [scipy.sparse.csr_array(s.form.cost[None, :]) for s in scenarios], format="csr"
    )
    offsets = np.array([s.form.offset for s in scenarios])
    if aim == "cvar":  # η, then z: value_s − η + z_s ≥ 0
        more = np.hstack([-np.ones((count, 1)), np.eye(count)])
        cost, lower = np.r_[1.0, -weights / share], -offsets
        col_lower, col_upper = np.r_[-np.inf, np.zeros(count)], np.full(1 + count, np.inf)
    else:  # r: value_s + r ≥ best_s
        more = np.ones((count, 1))
        cost, lower = np.array([-1.0]), np.asarray(best) - offsets
        col_lower, col_upper = np.zeros(1), np.full(1, np.inf)
    wide = _with_columns(
        replace(form, cost=TIE * form.cost, offset=TIE * form.offset), cost, col_lower, col_upper
    )
    return _with_rows(
        wide, scipy.sparse.hstack([values, scipy.sparse.csr_array(more)]), lower, np.full(count, np.inf)
    )


def with_chances(
    form: StandardForm, scenarios: Sequence[Scenario], weights: Array, chances: Sequence[Chance]
) -> StandardForm:
    """The same with what chances lack at its price."""
    if not chances:
        return form
    count, size = len(chances), len(form.cost)
    wished = POINTS * np.array([chance.at_least for chance in chances])
    prices = np.array([chance.price_cny_per_point for chance in chances])
    wide = _with_columns(form, -prices, np.zeros(count), wished)
    starts = starts_of([s.form for s in scenarios])
    met = [start + _block(s.form, "met") for start, s in zip(starts, scenarios, strict=False)]
    each = np.arange(count)
    rows = scipy.sparse.csr_array(
        (
            np.r_[np.ones(count), np.repeat(POINTS * weights, count)],
            (
                np.r_[each, np.tile(each, len(met))],
                np.r_[size + each, *(at + each for at in met)].astype(int),
            ),
        ),
        shape=(count, size + count),
    )
    return _with_rows(wide, rows, wished, np.full(count, np.inf))


def _block(form: StandardForm, family: str) -> int:
    return next(start for name, start, _ in form.column_blocks if name == family)


def _with_columns(form: StandardForm, cost: Array, lower: Array, upper: Array) -> StandardForm:
    count = len(cost)
    empty = scipy.sparse.csc_array((form.matrix.shape[0], count))
    return replace(
        form,
        cost=np.r_[form.cost, cost],
        matrix=scipy.sparse.csc_array(scipy.sparse.hstack([form.matrix, empty], format="csc")),
        col_lower=np.r_[form.col_lower, lower],
        col_upper=np.r_[form.col_upper, upper],
        integrality=np.r_[form.integrality, np.zeros(count, dtype=form.integrality.dtype)],
        column_blocks=(("scenarios", 0, len(form.cost) + count),),
    )


def _with_rows(form: StandardForm, rows: Any, lower: Array, upper: Array) -> StandardForm:
    return replace(
        form,
        matrix=scipy.sparse.csc_array(scipy.sparse.vstack([form.matrix, rows], format="csc")),
        row_lower=np.r_[form.row_lower, lower],
        row_upper=np.r_[form.row_upper, upper],
        row_blocks=(("scenarios", 0, len(form.row_lower) + rows.shape[0]),),
    )
