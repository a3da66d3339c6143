"""What a case can reach, on paper: the words carry the right numbers."""

from __future__ import annotations

from tests.builders import landfill, mud, product, rows, sells, target, tiny, works, years

from redmud_opt.case.rules import Budget
from redmud_opt.case.works import Outlet
from redmud_opt.i18n import Message, text
from redmud_opt.network import build_network
from redmud_opt.study import explain

FIRED = works("press", {"mud": {}}, {"brick": 1.0}, capacity=30)
BASE = (mud(100), product("brick"), FIRED, sells("brick", 10), landfill("mud"))


def found(*more: object, **tables: object) -> dict[str, Message]:
    case = tiny(*BASE, *more, **tables)  # type: ignore[arg-type]
    return {message.key: message for message in explain(build_network(case))}


def test_a_target_within_reach_has_no_finding() -> None:
    """30 of 100 t can be pressed: 30 % is just within reach."""
    assert found(target(0.30)) == {}


def test_a_target_out_of_reach_is_told_by_counting_and_by_a_solve() -> None:
    """Asked 40 % of 100 t = 40 t; the press takes 30 t: 10 t short, 30 % is the most."""
    messages = found(target(0.40))
    assert set(messages) == {"network.target_beyond_capacity", "study.target_out_of_reach"}
    counted = messages["network.target_beyond_capacity"].values
    assert (counted["asked_t"], counted["possible_t"]) == (40.0, 30.0)
    solved = messages["study.target_out_of_reach"].values
    assert abs(solved["short_t"] - 10.0) < 1e-6
    assert abs(solved["reached_percent"] - 30.0) < 1e-7
    assert solved["tight"] == (Message("study.tight_line_capacity", {"name": "press_line"}),)


def test_a_target_out_of_reach_for_want_of_demand_needs_the_solve() -> None:
    """The press could take 30 t, but only 5 t of brick are sold: counting sees no fault, the solve does."""
    small = rows(outlets=Outlet(name="brick_outlet", site="R", material="brick", max_t=5, per="period"))
    case = tiny(mud(100), product("brick"), FIRED, small, landfill("mud"), target(0.2))
    messages = {message.key: message for message in explain(build_network(case))}
    assert set(messages) == {"study.target_out_of_reach"}
    values = messages["study.target_out_of_reach"].values
    assert abs(values["reached_t"] - 5.0) < 1e-6
    assert values["tight"] == (Message("study.tight_demand", {"name": "brick_outlet"}),)


def test_targets_that_can_only_be_met_one_by_one() -> None:
    """One supply of 30 t of lime over two years, 1 t per tonne pressed: 20 % a year for either year, not both."""
    from tests.builders import buys, commodity

    from redmud_opt.case.rules import Limit

    limit = rows(
        limits=Limit(name="lime", measure="bought", material="lime", per="horizon", sense="max", value=30.0)
    )
    press = works("press", {"mud": {}}, {"brick": 2.0}, capacity=100, inputs={"lime": 1.0})
    case = tiny(
        *(mud(100), product("brick"), commodity("lime"), buys("lime", 1.0), press, sells("brick", 10)),
        *(landfill("mud"), target(0.2), limit),
        periods=years(2026, 2),
    )
    messages = explain(build_network(case))
    assert [message.key for message in messages] == ["study.targets_together"]
    assert abs(messages[0].values["short_t"] - 10.0) < 1e-6


def test_no_plan_even_without_targets_names_the_family_in_the_way() -> None:
    """The outlet wants 50 t of brick, the press makes 30: lifting the demand helps."""
    hungry = rows(outlets=Outlet(name="brick_outlet", site="R", material="brick", min_t=50, per="period"))
    case = tiny(mud(100), product("brick"), FIRED, hungry, landfill("mud"))
    messages = explain(build_network(case))
    assert [message.key for message in messages] == ["study.family_in_the_way"]
    assert messages[0].values["family"] == Message("study.family_demand")


def test_waste_that_fits_nowhere_is_proved_by_counting() -> None:
    """100 t a year for two years; the press takes 60, the landfill 100: 40 t too much at the end."""
    case = tiny(
        *(mud(100), product("brick"), FIRED, sells("brick", 10), landfill("mud", capacity_t=100)),
        periods=years(2026, 2),
    )
    first = explain(build_network(case))[0]
    assert first.key == "network.does_not_fit"
    assert (first.values["arises_t"], first.values["fits_t"], first.values["short_t"]) == (200.0, 160.0, 40.0)


def test_every_finding_has_words_in_both_languages() -> None:
    for message in found(target(0.40)).values():
        for language in ("en", "zh"):
            assert "{" not in text(message, language)


def test_a_budget_holds_a_target_back() -> None:
    """A unit takes 20 t and costs 1 000; 1 500 buy one whole unit: 20 % is the most, asked 25 %.

    The relaxation builds 1.5 units: 30 t. It finds nothing; the whole numbers are asked.
    """
    step = works(
        "press",
        {"mud": {}},
        {"brick": 1.0},
        capacity=20,
        stands={"candidate": True, "capex_cny": 1000, "times": 5},
    )
    money = rows(budgets=Budget(name="purse", amount_cny=1500))
    case = tiny(mud(100), product("brick"), step, sells("brick", 10), landfill("mud"), money, target(0.25))
    messages = {message.key: message for message in explain(build_network(case))}
    assert set(messages) == {"study.target_out_of_reach"}
    assert abs(messages["study.target_out_of_reach"].values["reached_t"] - 20.0) < 1e-6


def test_the_relaxation_is_proof_enough() -> None:
    """1 500 buy 1.5 units at most: 30 t, asked 40 %; the budget is named."""
    step = works(
        "press",
        {"mud": {}},
        {"brick": 1.0},
        capacity=20,
        stands={"candidate": True, "capex_cny": 1000, "times": 5},
    )
    money = rows(budgets=Budget(name="purse", amount_cny=1500))
    case = tiny(mud(100), product("brick"), step, sells("brick", 10), landfill("mud"), money, target(0.4))
    messages = {message.key: message for message in explain(build_network(case))}
    values = messages["study.target_out_of_reach"].values
    assert abs(values["reached_t"] - 30.0) < 1e-6
    assert Message("study.tight_budget", {"name": "purse"}) in values["tight"]
