"""The benchmarks compare like with like: the same model from every peer, the same optimum from every variant.

Nothing here is timed. The second half is about `benchmarks.mip`: its instances, its runs, which can be stopped and
started again, and its page.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import benchmarks.mip.__main__ as mip_main
import benchmarks.mip.registry as mip_registry
import benchmarks.mip.run as mip_run
import benchmarks.resolves as resolves
import numpy as np
import pandas as pd
import pytest
from benchmarks.given import TABLES, Given
from benchmarks.measure import PHASES, Effort, Measured, measure, quiet, run_highs, same, total
from benchmarks.mip.page import Bounds, verdict
from benchmarks.mip.page import page as mip_page
from benchmarks.mip.registry import INSTANCES, MIP_REGISTRY, MIP_TINY, VARIANTS, formulation_of, variant_named
from benchmarks.mip.synthetic import MipSpec
from benchmarks.mip.synthetic import make_case as make_mip_case
from benchmarks.peers import PEERS, Peer, make_peer
from benchmarks.registry import REGISTRY, TINY, BenchSpec, spec_of
from benchmarks.report import page
from benchmarks.synthetic import make_case, quarters
from tests.builders import rows, sells
from tests.model.deciding import stands, world
from tests.model.folders import write_case

from redmud_opt.case import Case, load_case
from redmud_opt.case.rules import Limit
from redmud_opt.model.formulation import FORMULATION
from redmud_opt.network import Network, build_network
from redmud_opt.solve import Outcome, Progress, Size

pytestmark = pytest.mark.slow  # no part of the product: `make test-all` looks after them

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


# ---- benchmarks.mip: instances -----------------------------------------------------------------------------------


def test_the_registry_of_mips_is_frozen() -> None:
    assert (
        MipSpec("builds_60", refineries=3, works=4, markets=3, years=7, seed=1),
        MipSpec("builds_250", refineries=8, works=14, markets=8, years=8, seed=2),
        MipSpec("builds_600", refineries=14, works=28, markets=14, years=10, seed=3),
    ) == MIP_REGISTRY
    assert INSTANCES == ("guangxi", "builds_60", "builds_250", "builds_600")
    switched = [(v.name, v.links, v.starts, v.neighbourhood) for v in VARIANTS]
    assert switched == [
        ("weak", False, False, False),
        ("links", True, False, False),
        ("starts", True, True, False),
        ("neighbourhood", True, True, True),
    ]


def test_a_seed_says_all() -> None:
    assert make_mip_case(MIP_TINY) == make_mip_case(MIP_TINY)
    assert make_mip_case(replace(MIP_TINY, seed=7)).arisings != make_mip_case(MIP_TINY).arisings


SIZES = {"builds_60": (3_300, 66), "builds_250": (11_500, 250), "builds_600": (29_300, 602)}
"""(columns, build decisions), as documented."""


@pytest.mark.parametrize("spec", MIP_REGISTRY, ids=lambda spec: spec.name)
def test_an_instance_is_a_sound_case_of_the_size_documented(spec: MipSpec, tmp_path: Path) -> None:
    """It comes in by the front door, where every check stands, and the network finds nothing impossible."""
    case = load_case(write_case(make_mip_case(spec), tmp_path / spec.name))
    ready = mip_run.prepare(spec.name, variant_named("weak"), 1.0)
    assert build_network(case).findings == ready.network.findings == ()
    columns, builds = SIZES[spec.name]
    assert len(ready.form.cost) == pytest.approx(columns, rel=0.05)
    assert len(ready.builds) == builds
    assert f"| `{spec.name}` | {spec.seed} |" in (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")


def test_an_instance_holds_every_kind_of_decision() -> None:
    case = make_mip_case(MIP_TINY)
    lines = [line for line in case.lines if line.candidate]
    assert any((line.times or 1) > 1 for line in lines)
    assert any(line.min_rate for line in lines)
    assert {line.name for line in lines} & {tier.item for tier in case.tiers}
    assert {row.kind for row in case.logic} == {"requires", "excludes"}
    assert all(lane.fixed_cost_cny and lane.min_lot_t for lane in case.lanes)
    assert {budget.year for budget in case.budgets} > {2026, None}
    assert case.opening_stock
    assert not any(target.hard for target in case.targets)


def test_the_weak_variant_lacks_the_links_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    weak = formulation_of(variant_named("weak"))
    assert [family for family in FORMULATION if family.__name__ != "add_links"] == list(weak)
    assert formulation_of(variant_named("links")) == FORMULATION
    monkeypatch.setattr(mip_registry, "FORMULATION", weak)
    with pytest.raises(LookupError, match="nothing to compare"):
        formulation_of(variant_named("links"))
    with pytest.raises(KeyError, match="there are weak, links, starts, neighbourhood"):
        variant_named("strong")


# ---- benchmarks.mip: runs ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mip_records() -> dict[str, dict[str, Any]]:
    """The tiny instance in every variant."""
    return {v.name: mip_run.measure(mip_run.prepare(MIP_TINY.name, v, 60.0)) for v in VARIANTS}


def test_every_variant_finds_the_same_optimum(mip_records: dict[str, dict[str, Any]]) -> None:
    finals = [record["final"] for record in mip_records.values()]
    assert [final["holds"] for final in finals] == ["proved"] * 4
    assert all(same(final["objective"], finals[0]["objective"]) for final in finals)
    assert all(final["audit"] for final in finals)


def test_bounds_enclose_the_optimum(mip_records: dict[str, dict[str, Any]]) -> None:
    weak, links = (mip_records[name]["relaxation"] for name in ("weak", "links"))
    best = mip_records["weak"]["final"]["objective"]
    assert weak["bound"] >= links["bound"] >= best >= weak["nothing_built"]
    assert mip_records["links"]["size"]["rows"] > mip_records["weak"]["size"]["rows"]
    assert mip_records["starts"]["size"] == mip_records["links"]["size"]


def test_a_result_says_what_it_is_of(mip_records: dict[str, dict[str, Any]]) -> None:
    record = mip_records["starts"]
    assert (record["instance"], record["variant"], record["seed"]) == ("builds_tiny", "starts", 0)
    assert (record["options"]["starts"], record["options"]["neighbourhood"]) == (True, False)
    assert record["options"]["time_limit_s"] == 60.0
    assert record["readings"]["300"]["objective"] == record["final"]["objective"]
    assert record["curve"][-1][1] == record["final"]["objective"]
    assert os.uname().nodename not in json.dumps(record)
    assert json.loads(mip_run.as_text(record)) == record


def test_a_finished_run_is_kept_and_a_changed_one_made_again(tmp_path: Path) -> None:
    """The first run is a process of its own with another hash seed: the fingerprint must not follow it."""
    environment = os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "benchmarks.mip.run", "builds_tiny", "weak", "60.0", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stderr == "builds_tiny weak: done\n"
    path = tmp_path / "builds_tiny.weak.json"
    assert [found.name for found in tmp_path.iterdir()] == [path.name]
    before = path.read_bytes()
    assert mip_run.run("builds_tiny", "weak", 60.0, tmp_path) is False
    assert path.read_bytes() == before
    record = json.loads(before)
    path.write_text(json.dumps(record | {"hash": "of another model"}), encoding="utf-8")
    assert mip_run.run("builds_tiny", "weak", 60.0, tmp_path) is True
    assert json.loads(path.read_bytes())["hash"] == record["hash"]
    path.write_text(path.read_text(encoding="utf-8")[:100], encoding="utf-8")
    assert mip_run.run("builds_tiny", "weak", 60.0, tmp_path) is True


def test_an_interrupted_run_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(ready: mip_run.Prepared) -> dict[str, Any]:
        raise KeyboardInterrupt

    monkeypatch.setattr(mip_run, "measure", interrupted)
    with pytest.raises(KeyboardInterrupt):
        mip_run.run("builds_tiny", "weak", 60.0, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_model_options_and_solver_make_the_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [mip_run.fingerprint(mip_run.prepare(MIP_TINY.name, v, 60.0)) for v in VARIANTS]
    ready = mip_run.prepare(MIP_TINY.name, VARIANTS[0], 60.0)
    assert mip_run.fingerprint(ready) == found[0]
    found.append(mip_run.fingerprint(mip_run.prepare(MIP_TINY.name, VARIANTS[0], 61.0)))
    found.append(mip_run.fingerprint(replace(ready, form=replace(ready.form, offset=1.0))))
    monkeypatch.setattr(mip_run, "solver_code", lambda: "other")
    found.append(mip_run.fingerprint(ready))
    assert len(set(found)) == len(VARIANTS) + 3


def test_words_about_the_solver_are_no_change_of_it(tmp_path: Path) -> None:
    def code(text: str) -> str:
        (tmp_path / "one.py").write_text(text, encoding="utf-8")
        return mip_run.solver_code(tmp_path)

    first = code('"""What it does."""\nSHARE = 0.4  # of the time\n')
    assert code('"""Said better."""\n\nSHARE = 0.4\n"""Of the limit."""\n') == first
    assert code("SHARE = 0.5\n") != first


def an_outcome(stopped: Any, seconds: float, *points: tuple[float, float | None, float | None]) -> Outcome:
    progress = tuple(Progress(at, 0, plan, bound, None, "branch") for at, plan, bound in points)
    return Outcome(stopped, "with_gap", Size(1, 1, 1, 1), seconds, "mip", progress=progress)


def test_a_reading_is_what_was_known_by_then() -> None:
    cut = an_outcome("time", 61.0, (1.0, None, 9.0), (10.0, 3.0, 8.0), (59.0, 5.0, 7.0), (61.0, 6.0, 7.0))
    at_10, at_60 = (mip_run.reading(cut, at) for at in (10.0, 60.0))
    assert at_10 is not None
    assert at_60 is not None
    assert (at_10["objective"], at_10["bound"]) == (3.0, 8.0)
    assert (at_60["objective"], at_60["bound"]) == (5.0, 7.0)
    assert mip_run.reading(cut, 300.0) is None  # it was cut short before
    assert mip_run.reading(cut, 0.5) is None  # nothing was known yet
    ended = mip_run.reading(replace(cut, stopped="optimal"), 300.0)
    assert ended is not None
    assert ended["objective"] == 6.0  # it had come to its end


def test_a_curve_keeps_what_changed_and_its_end() -> None:
    points = [Progress(float(k), 0, float(k // 2), 9.0) for k in range(6)]
    assert mip_run.curve(points) == [
        [0.0, 0.0, 9.0, "lp"],
        [2.0, 1.0, 9.0, "lp"],
        [4.0, 2.0, 9.0, "lp"],
        [5.0, 2.0, 9.0, "lp"],
    ]
    many = mip_run.curve([Progress(float(k), 0, float(k)) for k in range(1000)])
    assert len(many) == mip_run.MOST_POINTS
    assert (many[0][0], many[-1][0]) == (0.0, 999.0)
    assert mip_run.curve([]) == []


# ---- benchmarks.mip: the page --------------------------------------------------------------------------------------


def a_result(
    instance: str, variant: str, relaxed: float, plan: float | None, gap: float | None
) -> dict[str, Any]:
    """Values in million CNY; nothing built is worth −100."""
    known = None if plan is None else {"objective": plan * 1e6, "bound": 190e6, "gap": gap, "phase": "branch"}
    return {
        "instance": instance,
        "variant": variant,
        "seed": 4,
        "size": {"columns": 1234, "rows": 99 if variant == "weak" else 111, "integers": 56, "builds": 7},
        "limit_s": 300.0,
        "relaxation": {"bound": relaxed * 1e6, "seconds": 0.1, "nothing_built": -100e6},
        "readings": {"10": None, "60": known, "300": known},
        "final": {
            "objective": None if plan is None else plan * 1e6,
            "holds": "nothing" if plan is None else "with_gap",
            "stopped": "time",
            "seconds": 300.4,
            "audit": None if plan is None else True,
        },
        "versions": {"highspy": "1.15.1"},
        "machine": {"processor": "made up", "cores": 2, "core_share": 0.97},
    }


def results_of(*records: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(record["instance"], record["variant"]): record for record in records}


def test_shares_on_paper() -> None:
    """Weak 200, links 180, best plan 150, nothing built −100: 20 of 200, of 50 and of 300."""
    found = Bounds.of(
        results_of(
            a_result("builds_60", "weak", 200.0, 140.0, 0.3),
            a_result("builds_60", "links", 180.0, 150.0, 0.2),
            a_result("builds_60", "starts", 180.0, None, None),
        ),
        "builds_60",
    )
    assert found.tighter == pytest.approx(0.1)
    assert found.of_gap == pytest.approx(0.4)
    assert found.of_worth == pytest.approx(20 / 300)


def test_the_page_shows_what_was_run_and_what_was_not() -> None:
    text = mip_page(
        results_of(
            a_result("builds_60", "weak", 200.0, None, None),
            a_result("builds_60", "links", 180.0, 150.0, 0.2),
        )
    )
    assert "| builds_60 | -100.00 | 200.00 | 180.00 | 150.00 | 10.0 % | 40.0 % | 6.7 % |" in text
    assert (
        "Seed 4. 1,234 columns, 56 of them integer, 7 of these build decisions; rows: 99 (weak), 111 (+ links)."
        in text
    )
    empty = "– | – | –"
    assert f"| weak | {empty} | {empty} | {empty} | without a plan | 300 s | 97 % |  |" in text
    known = "150.00 | 190.00 | 20.00 %"
    assert f"| + links | {empty} | {known} | {known} | with a gap | 300 s | 97 % | passed |" in text
    assert "| + starts | not run |" in text
    assert "run `make bench` again" not in text


def test_aims_are_met_or_missed_with_their_numbers() -> None:
    def pair(name: str, links: float) -> list[dict[str, Any]]:
        return [a_result(name, "weak", 200.0, 100.0, 0.5), a_result(name, "links", links, 100.0, 0.5)]

    every = [
        record
        for name, links in zip(INSTANCES, (200, 190, 191, 180), strict=True)
        for record in pair(name, links)
    ]
    tight, near = verdict(results_of(*every, a_result("guangxi", "neighbourhood", 200.0, 188.0, 0.0099)))
    assert "0.0 % on guangxi; 5.0 % on builds_60; 4.5 % on builds_250; 10.0 % on builds_600; met." in tight
    assert near.endswith("1.0 %; met.")
    every[5] = a_result("builds_250", "links", 198.0, 100.0, 0.5)
    every[3] = a_result("builds_60", "links", 199.0, 100.0, 0.5)
    tight, near = verdict(results_of(*every, a_result("guangxi", "neighbourhood", 200.0, 188.0, 0.013)))
    assert "0.5 % on builds_60; 1.0 % on builds_250; 10.0 % on builds_600; missed." in tight
    assert near.endswith("1.3 %; missed.")
    tight, near = verdict(results_of(*every[:2], a_result("guangxi", "neighbourhood", 200.0, None, None)))
    assert tight.endswith("not all run yet.")
    assert near.endswith("no plan or no bound; missed.")
    short = a_result("guangxi", "neighbourhood", 200.0, None, None) | {"limit_s": 20.0}
    assert list(verdict(results_of(short)))[1].endswith("not run for 60 s.")


def test_a_plan_that_failed_its_audit_and_mixed_versions_are_told() -> None:
    bad, old = (a_result("builds_60", variant, 200.0, 150.0, 0.2) for variant in ("weak", "links"))
    bad["final"]["audit"] = False
    old["versions"] = {"highspy": "1.15.0"}
    text = mip_page(results_of(bad, old))
    assert "failed their audit: builds_60 (weak)" in text
    assert "run `make bench` again" in text


def test_results_of_other_limits_lie_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only runs of the limit of the page are written beside it."""
    assert mip_main.results_of(300.0) == mip_run.RESULTS
    assert mip_main.results_of(20.0) == ROOT / "runs" / "bench_mip_20s"
    record = a_result("builds_60", "weak", 200.0, 150.0, 0.2)
    (tmp_path / "builds_60.weak.json").write_text(json.dumps(record), encoding="utf-8")
    assert mip_main.main(["--page-only", "--results", str(tmp_path)]) == 0
    assert "## builds_60" in capsys.readouterr().out
    assert len(list(tmp_path.iterdir())) == 1


def test_each_run_is_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that fails does not keep the others from running, and is told by the exit code."""
    asked = []

    def run_apart(instance: str, variant: str, limit_s: float, folder: Path) -> int:
        asked.append((instance, variant, limit_s, folder))
        return int(variant == "weak")

    monkeypatch.setattr(mip_main, "run_apart", run_apart)
    arguments = ["--instances", "builds_60", "guangxi", "--variants", "weak", "links", "--limit-s", "5"]
    assert mip_main.main([*arguments, "--results", str(tmp_path)]) == 1
    pairs = [(instance, variant) for instance in ("builds_60", "guangxi") for variant in ("weak", "links")]
    assert asked == [(*pair, 5.0, tmp_path) for pair in pairs]


def test_ways_of_asking_once_more_agree_on_what_stands_in_rows_only() -> None:
    """5 % of a limit of 30 t at 10 are worth 15 by all four ways."""
    cap = rows(limits=Limit(name="cap", measure="sold", sense="max", value=30))
    asking = resolves.Asking(world(stands(60), sells("brick", 10), cap), 0.0)
    (thing,) = asking.things()
    found = [asking.ask(way, thing) for way in resolves.WAYS]
    assert [answer and answer[0] for answer in found] == pytest.approx([15.0] * len(resolves.WAYS))


def test_a_row_moved_by_hand_leaves_behind_what_is_derived_from_it() -> None:
    """60 t of press with a cost of running: load ≤ 60 · on stays, and 5 % more seem to be worth nothing."""
    asking = resolves.Asking(world(stands(60, fixed_cost_cny_per_period=100), sells("brick", 10)), 0.0)
    (thing,) = asking.things()
    gains = {way: found[0] for way in resolves.WAYS if (found := asking.ask(way, thing)) is not None}
    assert gains == pytest.approx({"bare": 0.0, "in place": 0.0, "case": 30.0})


def test_the_page_of_asking_once_more() -> None:
    found = resolves.measured(MIP_TINY.name, turns=1)
    assert found
    assert resolves.page(found).count("| builds_tiny |") == sum(len(asked.runs) for asked in found)
