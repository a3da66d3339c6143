"""The Python API: the verbs as functions."""

import dataclasses
from pathlib import Path

import pytest
from tests.jobs import cases

import redmud_opt
from redmud_opt import CaseFaults, NoPlan, Plan, audit, bottlenecks, init_case, load_case, optimise, worth
from redmud_opt.i18n import LANGUAGES, template
from redmud_opt.jobs import Exit, run
from redmud_opt.jobs import compute as compute_module
from redmud_opt.jobs.outcome import OBJECTIVES


def test_public_names() -> None:
    assert set(redmud_opt.__all__) == {
        *("Case", "CaseFaults", "NoPlan", "Plan"),
        *(
            "audit",
            "bottlenecks",
            "compare",
            "explain",
            "front",
            "import_actuals",
            "init_case",
            "load_case",
            "optimise",
            "plan_shipments",
            "read_study",
            "replay",
            "run_study",
            "worth",
            "write_report",
        ),
    }
    for name in redmud_opt.__all__:
        assert getattr(redmud_opt, name).__doc__


def test_from_files_to_an_audited_plan(tmp_path: Path) -> None:
    init_case(tmp_path / "case")
    plan = optimise(tmp_path / "case")
    assert plan.status == "optimal"
    assert plan.audit is not None
    assert plan.audit.passed
    assert plan.value_by_term().sum() == pytest.approx(plan.value_cny)
    assert str(plan) == plan.describe("en")
    assert "starter" in str(plan)
    assert audit(load_case(tmp_path / "case"), plan.frames, plan.value_cny).passed


def test_a_case_in_hand(tmp_path: Path) -> None:
    case = load_case(cases.starter(tmp_path / "case"))
    assert optimise(case).value_cny == pytest.approx(optimise(tmp_path / "case", algorithm="ipm").value_cny)
    use = optimise(case, objective="utilisation")
    assert use.provenance["objective"] == "utilisation"
    assert case.settings.objective == "value"


def test_what_holds_a_case_back_and_what_more_of_a_thing_is_worth(tmp_path: Path) -> None:
    case = load_case(cases.starter(tmp_path / "case"))
    found = bottlenecks(case).frames["bottlenecks"]
    assert found["name"].tolist() == ["separator"] * 3 + ["press"] * 3
    assert set(worth(tmp_path / "case", "press").frames["worth"]["whole_numbers"]) == {"fixed", "free"}
    with pytest.raises(CaseFaults):
        worth(case, "nothing_of_that_name")
    with pytest.raises(NoPlan, match="infeasible"):
        bottlenecks(cases.impossible_by_a_solve(tmp_path / "other"))


def test_saved_and_loaded(tmp_path: Path) -> None:
    plan = optimise(cases.starter(tmp_path / "case"))
    plan.save(tmp_path / "plan")
    again = Plan.load(tmp_path / "plan")
    assert again.value_cny == plan.value_cny
    assert again.not_enforced == plan.not_enforced
    assert again.describe("zh").count("\n") == plan.describe("zh").count("\n")


def test_a_gap_is_enough(tmp_path: Path) -> None:
    case = load_case(cases.growing(tmp_path / "case"))
    best, good = optimise(case), optimise(case, gap=0.9)
    assert (best.status, good.status) == ("optimal", "feasible")
    assert good.solve["stopped"] == "gap"
    assert good.value_cny < best.value_cny


@pytest.mark.parametrize("gap", [-0.1, 1.0, float("nan")])
def test_a_gap_that_is_no_share(gap: float, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="gap"):
        optimise(tmp_path, gap=gap)


def test_faults_are_raised(tmp_path: Path) -> None:
    with pytest.raises(CaseFaults) as caught:
        optimise(cases.faulty(tmp_path / "case"))
    assert len(caught.value.faults) >= 2


def test_unbounded_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(CaseFaults, match="without end"):
        optimise(cases.unbounded(tmp_path / "case"))


@pytest.mark.parametrize(
    ("make", "how"),
    [(cases.impossible_by_counting, "by counting"), (cases.impossible_by_a_solve, "by a solve")],
)
def test_infeasible_is_no_plan(make: object, how: str, tmp_path: Path) -> None:
    with pytest.raises(NoPlan, match=how) as caught:
        optimise(make(tmp_path / "case"))  # type: ignore[operator]
    assert caught.value.outcome == "infeasible"
    assert "不可能" in caught.value.render("zh")


def test_limit_is_no_plan(tmp_path: Path) -> None:
    with pytest.raises(NoPlan) as caught:
        optimise(cases.starter(tmp_path / "case"), time_limit_s=0)
    assert caught.value.outcome == "time"


def test_failed_audit_is_no_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = compute_module.make_plan
    monkeypatch.setattr(
        compute_module,
        "make_plan",
        lambda *given: dataclasses.replace(make(*given), value_cny=0.0),
    )
    with pytest.raises(NoPlan) as caught:
        optimise(cases.starter(tmp_path / "case"))
    assert caught.value.outcome == "audit_failed"
    assert caught.value.rejected is not None


@pytest.mark.parametrize("wrong", [{"algorithm": "magic"}, {"objective": "fun"}])
def test_wrong_options(wrong: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong.values()))):
        optimise(tmp_path, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_objective_has_its_words(objective: str) -> None:
    """The unit that progress is told in, and the line of the headline."""
    for language in LANGUAGES:
        assert template(f"cli.unit_{objective}", language)
        assert template(f"plan.objective_{objective}", language)


def test_questions_about_a_run(tmp_path: Path) -> None:
    cases.starter(tmp_path / "case")
    assert run(tmp_path / "case", out=tmp_path / "run").exit is Exit.PLAN
    worth, why = redmud_opt.explain(tmp_path / "run", bottlenecks=(), why_here="brick_making")
    assert (worth.question, why.question) == ("bottlenecks", "why_here")
    assert (tmp_path / "run" / "explained" / "why_here.json").is_file()
    with pytest.raises(ValueError, match="why_so"):
        redmud_opt.explain(tmp_path / "run", why_so="x")
    with pytest.raises(CaseFaults):
        redmud_opt.explain(tmp_path / "run", why_here="nothing of that name")
