"""The array-backed Pyomo components: their contract, their arithmetic, and what they refuse."""

import copy
import io
import pickle
from functools import partial

import numpy as np
import pandas as pd
import pyomo.environ as pyo
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from pyomo.contrib.appsi.solvers.highs import Highs
from pyomo.core.staleflag import StaleFlagManager
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from pyomo.util.vars_from_expressions import get_vars_from_components
from tests.model.array_contract import (
    CHECKS,
    assert_agrees,
    assert_four_ways,
    contract,
    families,
    snapshot,
    solve,
    solve_file,
)

from redmud_opt.model.arrays import (
    ArrayModelError,
    Columns,
    Index,
    Objective,
    Rows,
    compile,
    materialise,
)

# ---------------------------------------------------------------- models to try things on


def transport():
    """Two quarries, three users, two periods; a range, an equality, a one-sided row, a scalar family."""
    model = pyo.ConcreteModel()
    lanes = Index.of(
        source=["east", "east", "west", "west", "west"],
        sink=["kiln", "road", "kiln", "road", "fill"],
    )
    model.flow_t = Columns(lanes, upper=[5, 4, 6, np.inf, 3], doc="tonnes moved")
    model.total_t = Columns(Index.scalar(), lower=-np.inf)
    sources = model.taken = Rows(Index.flat("source", ["east", "west"]), lower=1, upper=[7, 9], kind="supply")
    sources.add(model.flow_t, row=lanes.codes[0])
    sinks = model.wanted = Rows(Index.flat("sink", ["kiln", "road", "fill"]), lower=[4, -np.inf, 1])
    reaches = scipy.sparse.coo_array((np.ones(5), (lanes.codes[1], np.arange(5))), shape=(3, 5))
    sinks.add(model.flow_t, reaches)
    model.sum_up = Rows(Index.scalar(), equal_to=0, clause="a sum")
    model.sum_up.add(model.flow_t)
    model.sum_up.add(model.total_t, coef=-1)
    model.worth = Objective("maximise")
    model.worth.add(model.flow_t, coef=[3, 2, 1, -4, 2])
    model.worth.add(model.total_t, coef=0.5)
    model.worth.constant = 10
    return model


def nested():
    """The families spread over nested blocks, integers and fixed columns among them, a row switched off."""
    model = pyo.ConcreteModel()
    items = Index.flat("item", ["a", "b", "c", "d"])
    model.depot = pyo.Block([1, 2])
    for number in (1, 2):
        block = model.depot[number]
        block.used = Columns(items, upper=[1, 2, 1, 3], integer=[True, True, False, True])
        block.room = Rows(Index.scalar(), upper=4 + number)
        block.room.add(block.used, coef=[2, 1, 3, 2])
    model.together = Rows(items, upper=2.5)
    for number in (1, 2):
        model.together.add(model.depot[number].used, coef=number)
    model.together["b"].deactivate()
    model.depot[1].used["c"].fix(0.5)
    model.worth = Objective("maximise")
    for number in (1, 2):
        model.worth.add(model.depot[number].used, coef=[3, 1, 2, 5])
    return model


def random_model(seed, integers=False):
    """A random feasible and bounded model: the row bounds enclose what a random point in the box gives."""
    random = np.random.default_rng(seed)
    model = pyo.ConcreteModel()
    size = 12 if integers else 30
    point = [random.integers(0, 5, size).astype(float), random.uniform(-3, 3, 9)]
    model.first = Columns(Index.flat("i", [f"i{i}" for i in range(size)]), upper=5, integer=integers)
    model.second = Columns(
        Index.of(a=list("xxxyyyzzz"), b=list("pqrpqrpqr")),
        lower=point[1] - random.uniform(0, 2, 9),
        upper=point[1] + random.uniform(0, 2, 9),
    )
    for name, count in (("some", 8), ("more", 5)):
        activity = np.zeros(count)
        terms = []
        for columns, values in zip((model.first, model.second), point, strict=True):
            row, col = random.integers(0, count, 40), random.integers(0, len(columns), 40)
            coef = random.integers(-4, 5, 40).astype(float)
            np.add.at(activity, row, coef * values[col])
            terms.append((columns, {"row": row, "col": col, "coef": coef}))
        lower = activity - random.choice([0, 1, np.inf], count)
        upper = activity + random.choice([0, 2, np.inf], count)
        lower = np.where(np.isinf(lower) & np.isinf(upper), activity - 1, lower)
        rows = Rows(Index.flat("r", list(range(count))), lower=lower, upper=upper)
        model.add_component(name, rows)
        for columns, coordinates in terms:
            rows.add(columns, **coordinates)
    model.worth = Objective("minimise" if seed % 2 else "maximise")
    model.worth.add(model.first, coef=random.normal(size=size))
    model.worth.add(model.second, coef=random.normal(size=9))
    model.worth.constant = random.normal()
    return model


def no_objective():
    """A pure feasibility model with an empty family and a row without any term."""
    model = pyo.ConcreteModel()
    model.x = Columns(Index.of(a=["p", "q"], b=["r", "s"]), upper=2)
    model.nothing = Columns(Index.flat("none", []))
    model.y = Columns(Index.flat("only", ["one"]), lower=None, upper=None)
    model.limit = Rows(Index.flat("l", ["one", "two", "three"]), upper=[3, 4, 5])
    model.limit.add(model.x, row=[0, 1], coef=[1, 2])
    model.limit.add(model.nothing, row=[], col=[])
    model.limit.add(model.y, row=1, col=0)
    model.empty = Rows(Index.flat("l", []), equal_to=1)
    return model


MODELS = {
    "transport": transport,
    "nested": nested,
    "random": partial(random_model, 3),
    "random integers": partial(random_model, 4, integers=True),
    "no objective": no_objective,
}


# ---------------------------------------------------------------- the contract


@pytest.mark.parametrize("build", MODELS.values(), ids=MODELS.keys())
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check, build):
    check(build)


def test_contract_as_a_whole_is_what_other_tests_call():
    contract(transport)


@pytest.mark.parametrize("seed", range(12))
def test_random_linear_models_have_one_optimum_four_ways(seed):
    assert_four_ways(partial(random_model, seed))


@pytest.mark.parametrize("seed", range(3))
def test_random_integer_models_have_one_optimum_four_ways(seed):
    assert_four_ways(partial(random_model, seed, integers=True))


def test_transport_optimum_on_paper():
    """Worth 3.5, 2.5, 1.5, -3.5, 2.5 a tonne with the 0.5 on the total.

    East gives at most 7: kiln 5 (17.5) and road 2 (5). West: fill 3 (7.5), kiln 6 (9). With the 10: 49.
    """
    model = transport()
    answer = solve(compile(model))
    assert answer.objective == pytest.approx(49)
    compile(model).load(answer.x)
    assert model.total_t[None].value == pytest.approx(16)
    assert pyo.value(model.worth) == pytest.approx(49)


# ---------------------------------------------------------------- the arithmetic of coordinates


@st.composite
def coordinate_lists(draw):
    """(rows, columns of two families, entries): entries may repeat and cancel."""
    heights, widths = draw(st.integers(1, 5)), draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    numbers = st.integers(-3, 3).map(float)
    entries = [
        draw(
            st.lists(st.tuples(st.integers(0, heights - 1), st.integers(0, width - 1), numbers), max_size=12)
        )
        for width in widths
        for _ in range(2)
    ]
    active = draw(st.lists(st.booleans(), min_size=heights, max_size=heights))
    return heights, widths, entries, np.array(active)


@settings(max_examples=150)
@given(coordinate_lists())
def test_coordinates_with_repeats_are_the_dense_sum(drawn):
    height, widths, entries, active = drawn
    model = pyo.ConcreteModel()
    model.x = Columns(Index.flat("x", range(widths[0])))
    model.y = Columns(Index.flat("y", range(widths[1])))
    model.rows = Rows(Index.flat("r", range(height)), upper=1)
    model.worth = Objective()
    dense = np.zeros((height, sum(widths)))
    for columns, start, triples in zip(
        (model.x, model.x, model.y, model.y), (0, 0, widths[0], widths[0]), entries, strict=True
    ):
        row, col, coef = (np.array([triple[part] for triple in triples]) for part in range(3))
        np.add.at(dense, (row.astype(int), start + col.astype(int)), coef)
        model.rows.add(columns, row=row, col=col, coef=coef)
        model.worth.add(columns, col=col, coef=coef)
    model.rows.active_mask[:] = active
    form = compile(model)
    np.testing.assert_array_equal(form.matrix.toarray(), dense[active])
    np.testing.assert_array_equal(form.cost, dense.sum(axis=0))
    assert (form.matrix.data != 0).all()
    for number in range(height):
        seen = np.zeros(sum(widths))
        body = model.rows[number].body
        for variable in [*model.x.values(), *model.y.values()]:
            variable.set_value(0, skip_validation=True)
        for place, variable in enumerate([*model.x.values(), *model.y.values()]):
            variable.set_value(1, skip_validation=True)
            seen[place] = pyo.value(body)
            variable.set_value(0, skip_validation=True)
        np.testing.assert_array_equal(seen, dense[number])


def test_matrices_and_coordinates_are_the_same_thing():
    dense = np.array([[1.0, 0, 2], [0, -3, 0]])
    forms = []
    for kind in (scipy.sparse.csr_array, scipy.sparse.csc_matrix, scipy.sparse.coo_array):
        model = pyo.ConcreteModel()
        model.x = Columns(Index.flat("x", "abc"))
        model.r = Rows(Index.flat("r", "pq"), equal_to=1)
        model.r.add(model.x, kind(dense), coef=2.0)
        forms.append(compile(model).matrix.toarray())
    for form in forms:
        np.testing.assert_array_equal(form, 2 * dense)


def test_defaults_run_over_all_positions_and_scalar_families_repeat():
    model = pyo.ConcreteModel()
    model.x = Columns(Index.flat("x", "abc"))
    model.one = Columns(Index.scalar())
    model.r = Rows(Index.flat("r", "pqr"), equal_to=1)
    model.r.add(model.x)
    model.r.add(model.one, coef=[1, 2, 3])
    model.s = Rows(Index.scalar(), upper=1)
    model.s.add(model.x, coef=5)
    expected = [[1, 0, 0, 1], [0, 1, 0, 2], [0, 0, 1, 3], [5, 5, 5, 0]]
    np.testing.assert_array_equal(compile(model).matrix.toarray(), expected)


def test_what_was_passed_in_may_change_afterwards():
    model = pyo.ConcreteModel()
    bounds, row, coef = np.array([1.0, 2]), np.array([0, 1], dtype=np.int32), np.array([3.0, 4])
    model.x = Columns(Index.flat("x", "ab"), upper=bounds)
    model.r = Rows(Index.flat("r", "pq"), upper=bounds)
    model.r.add(model.x, row=row, coef=coef)
    before = snapshot(model)
    bounds[:], row[:], coef[:] = 9, 0, 9
    for name, value in snapshot(model).items():
        np.testing.assert_array_equal(value, before[name])


# ---------------------------------------------------------------- the index


def test_index_translates_positions_and_keys():
    index = Index.of(site=["s1", "s1", "s2"], period=["t1", "t2", "t1"])
    assert len(index) == 3
    assert [index.key(position) for position in range(3)] == [("s1", "t1"), ("s1", "t2"), ("s2", "t1")]
    assert index.position(("s2", "t1")) == 2
    assert index.labels("period").tolist() == ["t1", "t2", "t1"]
    assert index.frame().astype(str).to_dict("list") == {
        "site": ["s1", "s1", "s2"],
        "period": ["t1", "t2", "t1"],
    }
    assert all(isinstance(kind, pd.CategoricalDtype) for kind in index.frame().dtypes)
    with pytest.raises(KeyError, match=r"\('s9', 't1'\) is not a key of Index\(site, period; 3\)"):
        index.position(("s9", "t1"))
    with pytest.raises(IndexError):
        index.key(3)


def test_index_of_one_name_has_plain_labels():
    index = Index.flat("site", ["s1", "s2"])
    assert list(index.keys()) == ["s1", "s2"]
    assert index.position("s2") == index.position(("s2",)) == 1
    assert list(index.frame().columns) == ["site"]


def test_scalar_index_has_one_empty_key():
    index = Index.scalar()
    assert len(index) == 1
    assert index.key(0) is None
    assert index.position(None) == index.position(()) == 0
    assert index.frame().shape == (1, 0)


def test_index_takes_categoricals_series_and_numbers():
    categories = pd.Series(pd.Categorical(["b", "a"], categories=["a", "b", "c"]))
    index = Index.of(name=categories, year=pd.Series([2027, 2030]), place=np.array(["x", "y"]))
    assert index.key(0) == ("b", 2027, "x")
    assert [type(part) for part in index.key(0)] == [str, int, str]
    assert index.levels[0].tolist() == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Index(("a", "a"), ([0], [0]), ("x", "x")), "distinct name"),
        (lambda: Index(("a",), ([1],), ("x",)), "there are 1 levels"),
        (lambda: Index(("a",), ([-1],), ("x",)), "run from -1"),
        (lambda: Index(("a",), ([0.5],), ("x",)), "flat array of integers"),
        (lambda: Index(("a", "b"), ([0], [0, 0]), ("x", "y")), "different lengths"),
        (lambda: Index.of(a=["x", None]), "missing label"),
        (lambda: Index.of(a=pd.Categorical(["x", None])), "missing label"),
        (lambda: list(Index.of(a=["x", "x"]).keys()), "'x' stands more than once"),
    ],
)
def test_a_wrong_index_is_refused(make, says):
    with pytest.raises(ValueError, match=says):
        make()


def test_index_is_shared_by_copies_and_survives_a_pickle():
    index = Index.of(site=["s1", "s2"], period=["t1", "t2"])
    assert copy.deepcopy(index) is index
    assert copy.copy(index) is index
    assert list(pickle.loads(pickle.dumps(index)).keys()) == list(index.keys())
    with pytest.raises(ValueError, match="read-only"):
        index.codes[0][0] = 1


# ---------------------------------------------------------------- as Pyomo sees them


def test_families_behave_as_indexed_components():
    model = transport()
    flow = model.flow_t
    assert isinstance(flow, pyo.Var)
    assert flow.ctype is pyo.Var
    assert model.taken.ctype is pyo.Constraint
    assert len(flow) == 5
    assert ("east", "kiln") in flow
    assert ("east", "moon") not in flow
    assert list(flow) == list(flow.keys()) == list(flow.index.keys())
    assert [view.name for view in flow.values()][:2] == ["flow_t[east,kiln]", "flow_t[east,road]"]
    assert dict(flow.items())["west", "fill"] is flow["west", "fill"]
    assert flow["west", "fill"].index() == ("west", "fill")
    assert flow.index_set().dimen == 2
    assert flow.index_set().at(1) == ("east", "kiln")
    assert flow.index_set().ord(("west", "fill")) == 5
    assert next(reversed(flow.index_set())) == ("west", "fill")
    assert model.find_component("flow_t[east,kiln]") is flow["east", "kiln"]
    assert pyo.ComponentUID(flow["east", "kiln"]).find_component_on(model.clone()).name == "flow_t[east,kiln]"
    with pytest.raises(KeyError, match=r"Index '\('east', 'moon'\)' is not valid"):
        flow["east", "moon"]
    with pytest.raises(KeyError):
        model.taken["moon"]


def test_component_iteration_finds_families_and_views():
    model = nested()
    assert {component.name for component in model.component_objects(pyo.Var)} == {
        "depot[1].used",
        "depot[2].used",
    }
    variables = list(model.component_data_objects(pyo.Var))
    assert len(variables) == 8
    active = list(model.component_data_objects(pyo.Constraint, active=True))
    assert len(active) == 5
    assert len(list(get_vars_from_components(model, pyo.Constraint))) == 8
    assert len(list(get_vars_from_components(model, pyo.Constraint, include_fixed=False))) == 7


def test_slices_sums_and_references():
    model = transport()
    assert [view.index()[1] for view in model.flow_t["west", :]] == ["kiln", "road", "fill"]
    model.flow_t[:, "kiln"].setub(2)
    np.testing.assert_array_equal(model.flow_t.upper_bound, [2, 4, 2, np.inf, 3])
    model.to_kiln = pyo.Reference(model.flow_t[:, "kiln"])
    model.east_taken = pyo.Reference(model.taken["east"])
    assert model.to_kiln["west"] is model.flow_t["west", "kiln"]
    model.few = pyo.Constraint(expr=pyo.quicksum(model.to_kiln.values()) <= 3)
    assert_agrees(model)
    assert pyo.sum_product(model.flow_t).nargs() == 5


def test_scalar_families_have_no_brackets_in_their_names():
    model = transport()
    assert model.total_t[None] is model.total_t[()]
    assert model.total_t[None].name == "total_t"
    assert model.sum_up[None].name == "sum_up"
    assert str(model.sum_up[None].expr).endswith("- total_t  ==  0.0")


def test_rows_show_their_relation():
    model = transport()
    assert str(model.taken["east"].expr) == "1.0  <=  flow_t[east,kiln] + flow_t[east,road]  <=  7.0"
    assert model.taken["east"].lower() == 1
    assert model.taken["east"].upper() == 7
    assert not model.taken["east"].equality
    assert model.sum_up[None].equality
    assert model.wanted["road"].lower is None
    assert model.wanted["road"].upper is None
    assert not model.wanted["road"].has_lb()
    assert model.wanted["kiln"].ub is None
    assert str(model.wanted["kiln"].expr) == "4.0  <=  flow_t[east,kiln] + flow_t[west,kiln]"
    model.taken.upper_bound = 8
    assert model.taken["west"].ub == 8
    assert model.taken.tags == {"kind": "supply"}
    assert model.sum_up.tags == {"clause": "a sum"}
    for view in model.flow_t.values():
        view.set_value(1)
    assert model.taken["west"]() == 3
    assert model.taken["west"].slack() == 2


def test_rows_show_what_was_added_later_and_not_what_cancels():
    model = transport()
    assert str(model.wanted["fill"].body) == "flow_t[west,fill]"
    model.wanted.add(model.total_t, row=2, coef=2)
    assert str(model.wanted["fill"].body) == "flow_t[west,fill] + 2.0*total_t"
    model.wanted.add(model.flow_t, row=2, col=4, coef=-1)
    assert str(model.wanted["fill"].body) == "2.0*total_t"
    assert model.clone().wanted._row_wise is None  # made anew from the copied terms


def test_values_age_as_in_pyomo():
    """A value set by hand after a solution was loaded makes the loaded ones stale; copies keep their age."""
    model, plain = transport(), materialise(transport())
    compile(model).load(np.ones(6))
    StaleFlagManager.mark_all_as_stale()
    for variable in plain.component_data_objects(pyo.Var):
        variable.set_value(1, skip_validation=True)
    StaleFlagManager.mark_all_as_stale(delayed=True)
    assert all(variable.stale for variable in model.flow_t.values())  # a later solve, of the other model
    compile(model).load(np.ones(6))
    parcel = pickle.dumps(model)
    for each in (model, plain):
        each.flow_t["east", "kiln"].value = 2
        assert not each.flow_t["east", "kiln"].stale
    assert model.flow_t["east", "road"].stale
    twin = pickle.loads(parcel)
    assert not any(variable.stale for variable in twin.flow_t.values())
    assert [variable.stale for variable in model.clone().flow_t.values()] == [False, True, True, True, True]


def test_printing_and_displaying():
    model = transport()
    text = io.StringIO()
    model.pprint(ostream=text)
    assert "flow_t : tonnes moved" in text.getvalue()
    assert "Size=5, Index=Index(source, sink; 5)" in text.getvalue()
    assert "flow_t[west,fill]" in text.getvalue()
    model.flow_t.fix(1)
    model.total_t.fix(5)
    text = io.StringIO()
    model.display(ostream=text)
    assert "-1.0 :" not in text.getvalue()
    assert "12.5" not in text.getvalue()
    assert str(pyo.value(model.worth)) in text.getvalue()
    model.flow_t["east", "kiln"].pprint(ostream=io.StringIO())
    model.taken["east"].pprint(ostream=io.StringIO())


def test_views_read_and_write_the_arrays():
    model = transport()
    view = model.flow_t["east", "road"]
    assert view.bounds == (0, 4)
    assert view.value is None
    assert view.stale
    view.value = 3
    assert model.flow_t.values_array[1] == 3
    assert not view.stale
    model.flow_t.values_array = [1, 2, 3, 4, np.nan]
    assert view.value == 2
    assert model.flow_t["west", "fill"].value is None
    assert model.flow_t.get_values()["west", "fill"] is None
    model.flow_t.set_values({("west", "fill"): 1.5})
    assert model.flow_t.values_array[4] == 1.5
    model.flow_t.fixed_mask = [True, False, False, False, False]
    assert model.flow_t["east", "kiln"].fixed
    assert list(model.flow_t.get_values(include_fixed_values=False)) == list(model.flow_t)[1:]
    view.lower, view.upper = None, None
    assert view.bounds == (None, None)
    view.bounds = (-1, np.float64(1))
    assert (model.flow_t.lower_bound[1], model.flow_t.upper_bound[1]) == (-1, 1)
    model.flow_t.flag_as_stale()
    assert all(each.stale for each in model.flow_t.values())
    model.flow_t.fix(2)
    assert model.flow_t.values_array.tolist() == [2] * 5
    model.flow_t.free()
    assert not model.flow_t.fixed_mask.any()


def test_domains_are_pyomos():
    model = transport()
    view = model.flow_t["east", "kiln"]
    assert view.domain is pyo.Reals
    assert view.is_continuous()
    view.domain = pyo.Integers
    assert model.flow_t.integer_mask.tolist() == [True, False, False, False, False]
    assert view.is_integer()
    view.domain = pyo.Binary
    assert view.is_binary()
    assert view.bounds == (0, 1)
    assert_agrees(model)
    assert_agrees(model.clone())
    assert_agrees(pickle.loads(pickle.dumps(model)))
    model.flow_t["west", "road"].domain = pyo.NonPositiveReals
    model.flow_t["west", "kiln"].domain = pyo.RangeSet(2, 5)
    assert_agrees(model)
    assert_agrees(model.clone())
    model.flow_t.domain = pyo.NonNegativeIntegers
    assert model.flow_t.integer_mask.all()
    assert_agrees(model)
    model.flow_t.domain = dict.fromkeys(list(model.flow_t)[:2], pyo.Reals)
    assert model.flow_t.integer_mask.tolist() == [False, False, True, True, True]
    model.flow_t.set_integer([True, False, False, False, False])
    assert model.flow_t.integer_mask.tolist() == [True, False, False, False, False]
    model.flow_t.set_integer(False)
    assert not compile(model).integrality.any()
    with pytest.raises(ArrayModelError, match="neither an interval"):
        view.domain = pyo.Set(initialize=[1, 2, 5])
    with pytest.raises(AttributeError):
        _ = model.flow_t.domain


def test_nothing_is_made_for_a_family_nobody_touches():
    model = random_model(1)
    form = compile(model)
    form.load(solve(form).x)
    _ = form.column_name(3), form.row_name(2), model.clone(), len(model.first), snapshot(model)
    for family in (*families(model, Columns), *families(model, Rows)):
        assert not family._data
        assert family.index._positions is None


def test_fixed_columns_keep_their_value_when_a_solution_is_loaded():
    model = transport()
    model.flow_t["east", "kiln"].fix(2)
    form = compile(model)
    form.load(np.full(6, 1.0))
    assert model.flow_t.values_array.tolist() == [2, 1, 1, 1, 1]
    assert model.flow_t["east", "kiln"].stale
    assert not model.flow_t["east", "road"].stale


def test_ordinary_variables_get_their_values_too():
    model = transport()
    model.spare = pyo.Var(["a", "b"], bounds=(0, 3))
    model.unused = pyo.Var()
    model.more = pyo.Constraint(expr=model.spare["b"] + model.total_t[None] <= 9)
    form = compile(model)
    assert form.column_blocks == (("flow_t", 0, 5), ("total_t", 5, 6), ("spare", 6, 7))
    assert form.row_blocks == (("taken", 0, 2), ("wanted", 2, 5), ("sum_up", 5, 6), ("more", 6, 7))
    assert form.column_name(6) == "spare[b]"
    assert form.row_name(6) == "more"
    form.load(np.arange(7.0))
    assert model.spare["b"].value == 6
    model.spare["b"].fix(2)
    form.load(np.arange(7.0))
    assert model.spare["b"].value == 2
    assert model.spare["a"].value is None


def test_names_follow_inactive_rows():
    model = transport()
    model.wanted["kiln"].deactivate()
    form = compile(model)
    assert [form.row_name(row) for row in range(len(form.row_lower))] == [
        *("taken[east]", "taken[west]", "wanted[road]", "wanted[fill]", "sum_up"),
    ]
    with pytest.raises(IndexError):
        form.row_name(5)
    with pytest.raises(IndexError):
        form.column_name(-1)


def test_columns_of_a_block_switched_off_take_part_when_rows_refer_to_them():
    model = transport()
    model.off = pyo.Block()
    model.off.x = Columns(Index.flat("x", "ab"), upper=1)
    model.off.y = Columns(Index.flat("y", "ab"), upper=1)
    model.off.hidden = Rows(Index.flat("x", "ab"), equal_to=77)
    model.off.hidden.add(model.off.x)
    model.off.deactivate()
    assert {name for name, _, _ in compile(model).column_blocks} == {"flow_t", "total_t"}
    model.taken.add(model.off.x)
    model.more = pyo.Constraint(expr=model.off.y["a"] + model.total_t[None] <= 3)
    assert {name for name, _, _ in compile(model).column_blocks} == {"flow_t", "total_t", "off.x", "off.y"}
    assert_agrees(model)


def test_a_sub_block_compiles_on_its_own():
    model = nested()
    form = compile(model.depot[2])
    assert form.column_blocks == (("depot[2].used", 0, 4),)
    assert form.row_blocks == (("depot[2].room", 0, 1),)
    model.depot[1].odd = Rows(Index.scalar(), upper=1)
    model.depot[1].odd.add(model.depot[2].used)
    twin = model.depot[1].clone()  # as in Pyomo, what lies outside the block is not copied
    with pytest.raises(ArrayModelError, match="of another model"):
        compile(twin)


def test_objectives_can_be_swapped_and_read():
    model = transport()
    assert model.worth.sense == pyo.maximize
    assert str(model.worth.expr).startswith("10.0 + 3.0*flow_t[east,kiln]")
    model.worth.deactivate()
    assert compile(model).cost.tolist() == [0] * 6
    model.other = pyo.Objective(expr=model.total_t[None])
    assert_agrees(model)
    model.worth.activate()
    with pytest.raises(ArrayModelError, match=r"several active objectives: \['other', 'worth'\]"):
        compile(model)
    model.other.deactivate()
    model.worth.sense = pyo.minimize
    assert_agrees(model)
    model.worth.clear()
    assert compile(model).offset == 0
    assert_agrees(model)
    with pytest.raises(ArrayModelError, match="takes no new expression"):
        model.worth.expr = model.total_t[None]
    with pytest.raises(ArrayModelError, match="takes no new expression"):
        model.worth.set_value(3)


@pytest.mark.parametrize("word", ["maximise", "maximize", pyo.maximize, -1])
def test_objective_senses(word):
    model = pyo.ConcreteModel()
    model.goal = Objective(word)
    assert compile(model).sense == -1


def test_ordinary_components_without_array_families_compile_too():
    model = pyo.ConcreteModel()
    model.x = pyo.Var([1, 2], domain=pyo.NonNegativeIntegers, bounds=(None, 4))
    model.limit = pyo.Constraint([1, 2], rule=lambda m, i: m.x[i] * i + 1 <= 4)
    model.worth = pyo.Objective(expr=2 * model.x[1] + model.x[2] + 1, sense=pyo.maximize)
    form = compile(model)
    assert form.row_upper.tolist() == [3, 3]
    assert solve(form).objective == pytest.approx(8)


def test_materialised_copy_is_plain_and_complete():
    model = nested()
    model.depot[1].used["a"].value = 1
    plain = materialise(model)
    kinds = {
        type(component) for component in plain.component_objects((pyo.Var, pyo.Constraint, pyo.Objective))
    }
    assert all(kind.__module__.startswith("pyomo.") for kind in kinds)
    assert plain.depot[1].used["c"].fixed
    assert plain.depot[1].used["a"].value == 1
    assert plain.depot[1].used["b"].domain is pyo.Integers
    assert not plain.together["b"].active
    assert plain.worth.sense == pyo.maximize
    plain.depot[1].used["a"].setub(0)
    assert model.depot[1].used["a"].ub == 1
    text = io.StringIO()
    plain.pprint(ostream=text)
    assert "Index(" not in text.getvalue()


def test_mps_and_labelled_lp_files(tmp_path):
    model = transport()
    for name in ("model.mps", "model.lp"):
        path = tmp_path / name
        model.write(str(path), io_options={"symbolic_solver_labels": True})
        assert "flow_t" in path.read_text()


def test_mps_file_has_the_same_optimum():
    """Pyomo writes maximisation into MPS as minimisation of the negative; the model here minimises."""
    assert solve(compile(random_model(1))).agrees_with(solve_file(random_model(1), "mps"))


def test_a_persistent_solver_follows_the_arrays():
    model = random_model(2)
    solver = Highs()
    for change in (
        lambda: None,
        lambda: model.first["i3"].fix(1),
        lambda: model.second["x", "q"].setub(model.second["x", "q"].lb + 0.1),
        lambda: model.some[2].deactivate(),
        lambda: model.more.upper_bound.__iadd__(0.5),
        lambda: model.first["i3"].unfix(),
        lambda: model.worth.add(model.second, coef=0.25),
    ):
        change()
        expected = solve(compile(model))
        results = solver.solve(model)
        assert results.best_feasible_objective == pytest.approx(expected.objective, rel=1e-7)


def test_duals_come_back_on_views():
    model = transport()
    model.dual = pyo.Suffix(direction=pyo.Suffix.IMPORT)
    pyo.SolverFactory("appsi_highs").solve(model)
    assert model.dual[model.taken["east"]] == pytest.approx(2.5)
    twin = pickle.loads(pickle.dumps(model))
    assert twin.dual[twin.taken["east"]] == pytest.approx(2.5)
    plain = materialise(model)
    assert plain.dual[plain.taken["east"]] == pytest.approx(2.5)


def test_blocks_built_by_a_rule():
    def depot(block, number):
        block.used = Columns(Index.flat("item", "ab"), upper=number)
        block.room = Rows(Index.scalar(), upper=3)
        block.room.add(block.used)

    model = pyo.ConcreteModel()
    model.depot = pyo.Block([1, 2], rule=depot)
    model.worth = Objective("maximise")
    for block in model.depot.values():
        model.worth.add(block.used)
    assert assert_agrees(model).objective == pytest.approx(5)


def test_templatised_constraints_compile(monkeypatch):
    monkeypatch.setattr("pyomo.core.base.constraint.TEMPLATIZE_CONSTRAINTS", True)
    model = transport()
    model.things = pyo.Set(initialize=["a", "b"])
    model.extra = pyo.Var(model.things, bounds=(0, 9))
    model.cap = pyo.Constraint(model.things, rule=lambda m, item: m.extra[item] + m.total_t[None] <= 8)
    assert [name for name, _, _ in compile(model).row_blocks] == ["taken", "wanted", "sum_up", "cap"]
    assert_agrees(model)


def test_a_compiled_form_stands_on_its_own():
    model = nested()
    form = compile(model)
    before = snapshot(model)
    for family in families(model, Columns):
        family.fix(1)
        family.setub(0.5)
    for family in families(model, Rows):
        family.upper_bound[:] = 0
    for name in ("cost", "row_lower", "row_upper", "col_lower", "col_upper", "integrality"):
        np.testing.assert_array_equal(getattr(form, name), before[name])
    assert pickle.loads(pickle.dumps(form)).column_name(5) == form.column_name(5) == "depot[2].used[b]"


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (
            lambda m: m.taken.add(m.flow_t, row=0, col=[1], coef=np.nan),
            r"coefficient of 'flow_t\[east,road\]' in 'taken\[east\]' is nan",
        ),
        (lambda m: m.taken.add(m.flow_t, row=1, col=[4], coef=np.inf), r"'flow_t\[west,fill\]' in .*inf"),
        (
            lambda m: m.worth.add(m.flow_t, coef=[1, np.nan, 1, 1, 1]),
            r"objective coefficient of 'flow_t\[east,road",
        ),
        (lambda m: setattr(m.worth, "constant", np.inf), "constant of the objective is inf"),
        (
            lambda m: m.flow_t.lower_bound.__setitem__(2, np.nan),
            r"lower bound .* of 'flow_t\[west,kiln\]' is nan",
        ),
        (
            lambda m: m.flow_t.lower_bound.__setitem__(2, np.inf),
            r"lower bound .* of 'flow_t\[west,kiln\]' is inf",
        ),
        (
            lambda m: m.flow_t.upper_bound.__setitem__(0, -np.inf),
            r"upper bound .*'flow_t\[east,kiln\]' is -inf",
        ),
        (lambda m: m.wanted.upper_bound.__setitem__(2, np.nan), r"upper bound .* of 'wanted\[fill\]' is nan"),
        (lambda m: m.taken.lower_bound.__setitem__(1, np.inf), r"lower bound .* of 'taken\[west\]' is inf"),
        (lambda m: m.total_t[None].fix(), "fixed at.* of 'total_t' is nan"),
        (
            lambda m: m.add_component("odd", pyo.Constraint(expr=m.flow_t["east", "kiln"] ** 2 <= 1)),
            "'odd' is not linear",
        ),
        (
            lambda m: m.add_component("odd", pyo.SOSConstraint(var=m.flow_t, sos=1)),
            r"deactivate or reformulate \['odd'\]",
        ),
    ],
)
def test_compile_names_what_it_refuses(spoil, says):
    model = transport()
    spoil(model)
    with pytest.raises(ValueError, match=says):
        compile(model)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (
            lambda m: m.taken.add(m.flow_t, row=[0, 1]),
            "2 rows, 5 columns and 1 coefficients do not go together",
        ),
        (lambda m: m.taken.add(m.flow_t, row=[5] * 5), r"taken.add\(flow_t\): row positions run from 5 to 5"),
        (lambda m: m.taken.add(m.flow_t, row=0, col=[-1]), "column positions run from -1"),
        (lambda m: m.taken.add(m.flow_t, row=[0.5] * 5), "must be integers"),
        (lambda m: m.taken.add(m.flow_t, row=np.zeros((5, 1), int)), "flat array"),
        (lambda m: m.taken.add(m.flow_t, row=0, coef=np.ones((5, 1))), "do not go together"),
        (lambda m: m.taken.add(m.flow_t, scipy.sparse.eye_array(3)), "matrix is 3 x 3; expected 2 x 5"),
        (
            lambda m: m.taken.add(m.flow_t, scipy.sparse.eye_array(2, 5), row=[0]),
            "either a matrix or coordinates",
        ),
        (
            lambda m: Columns(Index.flat("x", "ab"), upper=[1, 2, 3]),
            r"upper has shape \(3,\); expected a number or 2",
        ),
        (lambda m: Columns(Index.flat("x", "ab"), integer=[True]), "integer has shape"),
        (lambda m: Rows(Index.flat("x", "ab")), "needs either equal_to, or lower and/or upper"),
        (lambda m: Rows(Index.flat("x", "ab"), equal_to=1, upper=2), "needs either equal_to"),
        (lambda m: m.flow_t.set_values([1, 2]), r"values has shape \(2,\)"),
        (lambda m: m.flow_t["east", "kiln"].setlb(np.nan), "lower bound of .* is NaN"),
        (lambda m: m.flow_t.__delitem__(("east", "kiln")), "cannot be deleted"),
        (lambda m: m.taken.__delitem__("east"), "cannot be deleted"),
        (lambda m: m.flow_t.clear(), "cannot be cleared"),
        (lambda m: m.taken.clear(), "cannot be cleared"),
        (lambda m: compile(m).load(np.zeros(3)), r"solution has shape \(3,\)"),
        (lambda m: compile(m).load([0, 0, np.nan, 0, 0, 0]), r"solution holds nan for 'flow_t\[west,kiln\]'"),
    ],
)
def test_misuse_is_refused(spoil, says):
    model = transport()
    with pytest.raises(ArrayModelError, match=says):
        spoil(model)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda m: Columns(["a", "b"]),
        lambda m: Rows(["a", "b"], upper=1),
        lambda m: m.taken.add(pyo.Var([1, 2])),
        lambda m: m.taken.add(m.flow_t, np.zeros((2, 5))),
        lambda m: Columns(Index.scalar(), bounds=(0, 1)),
    ],
)
def test_the_wrong_kind_of_thing_is_refused(spoil):
    with pytest.raises(TypeError):
        spoil(transport())


def test_bounds_hold_numbers_and_no_links():
    model = transport()
    model.limit = pyo.Param(initialize=3, mutable=True)
    model.settled = pyo.Param(initialize=2)
    view = model.flow_t["east", "kiln"]
    for attempt in (
        lambda: view.setub(model.limit),
        lambda: view.setlb(2 * model.limit),
        lambda: model.flow_t.setub(model.limit),
        lambda: model.flow_t.setlb(model.limit + 1),
    ):
        with pytest.raises(ArrayModelError, match="would not follow later changes of"):
            attempt()
    view.setub(model.settled)
    assert view.ub == 2
    view.setub(pyo.value(model.limit))
    assert view.ub == 3


def test_a_reference_does_not_double_an_ordinary_constraint():
    model = transport()
    model.cap = pyo.Constraint(["a"], rule=lambda m, _: m.total_t[None] <= 8)
    model.cap_again = pyo.Reference(model.cap[:])
    assert [name for name, _, _ in compile(model).row_blocks] == ["taken", "wanted", "sum_up", "cap"]
    assert_agrees(model)


def test_a_reference_does_not_bring_back_a_family_switched_off():
    model = transport()
    model.again = pyo.Reference(model.taken[:])
    assert_agrees(model)
    model.taken.deactivate()
    assert_agrees(model)
    model.part = pyo.Block()
    model.part.rows = Rows(Index.scalar(), upper=1)
    model.part.rows.add(model.total_t)
    model.seen = pyo.Reference(model.part.rows[:])
    model.part.deactivate()
    with pytest.raises(ArrayModelError, match="active through a Reference"):
        compile(model)


def test_pyomo_compiler_sees_the_same_matrix():
    model = random_model(5)
    info = LinearStandardFormCompiler().write(model, mixed_form=True)
    form = compile(model)
    names = [variable.name for variable in info.columns]
    order = [
        names.index(form.column_name(column))
        for column in range(len(form.cost))
        if form.column_name(column) in names
    ]
    ours = {form.row_name(row): form.matrix.toarray()[row] for row in range(len(form.row_lower))}
    used = [column for column in range(len(form.cost)) if form.column_name(column) in names]
    for place, row in enumerate(info.rows):
        np.testing.assert_allclose(info.A.toarray()[place][order], ours[row.constraint.name][used])
