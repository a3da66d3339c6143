"""The benchmark compares the same model: equal size and equal optimum from every peer. Nothing here is timed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from benchmarks.given import TABLES, Given
from benchmarks.measure import PHASES, Effort, Measured, measure, quiet, run_highs, same, total
from benchmarks.peers import PEERS, Peer, make_peer
from benchmarks.registry import REGISTRY, TINY, BenchSpec, spec_of
from benchmarks.report import page
from benchmarks.synthetic import make_case, quarters

from redmud_opt.case import Case
from redmud_opt.network import Network, build_network

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def case() -> Case:
    return make_case(TINY)


@pytest.fixture(scope="module")
def network(case: Case) -> Network:
    return build_network(case)


@pytest.fixture(scope="module")
def given(network: Network) -> Given:
    return Given.of(network)


@pytest.fixture(scope="module")
def peers(given: Given, network: Network) -> dict[str, Peer]:
    """Every peer, built and transferred."""
    found = {name: make_peer(name, given, network) for name in PEERS}
    with quiet():
        for peer in found.values():
            peer.build()
            peer.transfer()
    return found


@pytest.fixture(scope="module")
def values(given: Given, network: Network) -> np.ndarray:
    """An optimal solution."""
    peer = make_peer("bare", given, network)
    peer.build()
    peer.transfer()
    assert run_highs(peer.highs, "simplex", 30.0).objective is not None
    return np.array(peer.highs.getSolution().col_value)


def test_the_registry_is_frozen() -> None:
    """A changed instance would make old results lie; add one under a new name instead."""
    assert (
        BenchSpec("small", sites=12, materials=4, periods=8, seed=1),
        BenchSpec("medium", sites=24, materials=6, periods=12, seed=2),
        BenchSpec("large", sites=40, materials=9, periods=24, seed=3),
    ) == REGISTRY
    with pytest.raises(KeyError, match="there are small, medium, large, tiny"):
        spec_of("huge")


def test_the_case_closes_and_nothing_in_it_is_impossible(network: Network) -> None:
    """The network refuses waste processes that lose mass; the instance has to stay solvable."""
    assert network.findings == ()


def test_every_family_of_the_comparison_has_members(given: Given) -> None:
    """Balance, stock, capacities, demand, shares, gates, totals, targets, value."""
    rows = "balance stock line_capacity lane_capacity storage_tonnes storage_airspace put_rate reclaim_rate demand "
    rows += (
        "supply blend_share process_gate receiver_gate define_utilised_t define_account target end_excess "
    )
    rows += "define_value_cny define_goal"
    assert set(rows.split()) <= given.rows.keys()
    assert {
        "flow_t",
        "feed_t",
        "stock_t",
        "placed_t",
        "sold_t",
        "bought_t",
        "short_t",
    } <= given.columns.keys()


def test_every_row_suits_every_peer(given: Given) -> None:
    """No row is empty or has two different bounds, which linopy and Pyomo would count otherwise."""
    for family in given.rows.values():
        filled = np.zeros(len(family), dtype=bool)
        for entries in family.entries:
            filled[entries.row] = True
            assert (entries.coef != 0).all()
        assert filled.all(), family.name
        finite = np.isfinite(family.lower) & np.isfinite(family.upper)
        assert (family.lower[finite] == family.upper[finite]).all(), family.name


@pytest.mark.parametrize("name", PEERS)
def test_every_peer_builds_a_model_of_the_same_size(name: str, peers: dict[str, Peer], given: Given) -> None:
    highs = peers[name].highs
    assert (highs.getNumCol(), highs.getNumRow(), highs.getNumNz()) == given.size


@pytest.mark.parametrize("name", PEERS)
def test_every_peer_reaches_the_same_optimum(
    name: str, peers: dict[str, Peer], given: Given, values: np.ndarray
) -> None:
    expected = float(given.ready.cost @ values)
    objective = run_highs(peers[name].highs, "simplex", 30.0).objective
    assert objective is not None
    assert same(objective, expected), (objective, expected)


def test_the_peers_frame_the_same_solution(peers: dict[str, Peer], values: np.ndarray) -> None:
    bare = peers["bare"].frames(values)
    assert bare.keys() <= set(TABLES)
    for name in ("linopy", "pyomo"):
        for table, frame in peers[name].frames(values).items():
            pd.testing.assert_frame_equal(frame, bare[table])
    ours = peers["ours"].frames(values)
    pairs = {"flows": ("flow_t", "flow_t"), "feeds": ("feed_t", "feed_t"), "sales": ("sold_t", "sold")}
    for table, (family, column) in pairs.items():
        np.testing.assert_array_equal(ours[table][column], bare[family]["value"])


def test_a_measurement_makes_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole way at tiny size: runs, checks of size and optimum, tables."""
    found = measure(TINY, Effort(2, 2, 1, limit_s=30.0), check_optima=True)
    assert [len(found.runs[name]) for name in PEERS] == [2, 2, 2, 1]
    assert all(run[phase] > 0 for runs in found.runs.values() for run in runs for phase in PHASES)
    text = page([found])
    assert "| plain Pyomo |" in text
    assert "Aim at most 3× bare arrays" in text
    assert str(ROOT) not in text
    assert os.uname().nodename not in text


def test_the_page_tells_a_missed_aim() -> None:
    parts = ("build", "transfer", "frames", "declare", "compile", "wall")
    slow, fast = ({part: seconds if part == "build" else 0.0 for part in parts} for seconds in (4.0, 1.0))
    found = Measured(TINY, (1, 1, 1), 0.1, {"bare": [fast], "ours": [slow, slow], "linopy": [fast]})
    text = page([found])
    assert "4.00×, missed" in text
    assert "missed at tiny" in text
    assert found.median("ours") == total(slow)


def test_quarters_follow_the_calendar() -> None:
    names = [period.name for period in quarters(5)]
    assert names == ["2026Q1", "2026Q2", "2026Q3", "2026Q4", "2027Q1"]
    assert quarters(5)[-1].days == 90


FINGERPRINT = """
import hashlib
from benchmarks.registry import TINY
from benchmarks.synthetic import make_case
from redmud_opt.model import build_model
from redmud_opt.model.arrays import compile
from redmud_opt.network import build_network

form = compile(build_model(build_network(make_case(TINY))))
names = [form.column_name(k) for k in range(len(form.cost))] + [form.row_name(k) for k in range(len(form.row_lower))]
digest = hashlib.sha256("|".join(names).encode())
for part in (form.cost, form.col_upper, form.row_upper, form.matrix.indptr, form.matrix.indices, form.matrix.data):
    digest.update(part.tobytes())
print(digest.hexdigest())
"""


def test_an_instance_is_the_same_in_every_process() -> None:
    """Python draws a new hash seed per process; the order of columns and rows must not follow it."""
    found = set()
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", FINGERPRINT]
        run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        found.add(run.stdout.strip())
    assert len(found) == 1
