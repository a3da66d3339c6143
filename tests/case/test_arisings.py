"""Options on what arises and campaigns of relining: what may be stated, and what is flagged."""

from __future__ import annotations

import pytest
from tests.case.conftest import Folder
from tests.case.faults_of_arisings import another_mud, option, relining

from redmud_opt.case import flagged, unenforced
from redmud_opt.case.backing import Backing
from redmud_opt.i18n import text


def said(f: Folder, key: str) -> str:
    """The words of a flag, blank without it."""
    return next((text(m, "en") for m in flagged(f.load()) if m.key == f"case.{key}"), "")


def whole(f: Folder) -> None:
    """Every column, stated as it should be."""
    another_mud(f)
    option(f, kind="reduction", cost_cny_per_t=-2, capex_cny=5, lead_time_months=3, earliest="2026-04-01")
    option(f, name="switch", becomes="red_2", factor_t_per_t=1.1, cost_cny_per_t=7, whole="yes")
    option(f, name="more", kind="expansion", margin_cny_per_t=40, label_en="More", label_zh="扩产")
    relining(f, site="refinery")
    option(f, name="longer_life", arising="potline", share=1)


def test_what_is_right_passes_as_it_stands(folder: Folder) -> None:
    whole(folder)
    case = folder.load()
    assert [row.effect for row in case.reductions] == ["reduction", "switch", "expansion", "reduction"]
    assert [row.decided for row in case.reductions] == [True, True, False, False]
    assert {message.key for message in unenforced(case)} <= {"case.unenforced_pack"}
    assert case.labels("zh")["more"] == "扩产"


def test_numbers_of_both_tables_are_counted_with_their_evidence(folder: Folder) -> None:
    whole(folder)
    numbers = [(n.table, n.column) for n in Backing(folder.load()).numbers() if n.table != "evidence"]
    assert ("relinings", "lining_t_per_pot") in numbers
    assert {column for table, column in numbers if table == "reductions"} == {
        *("share", "cost_cny_per_t", "capex_cny", "factor_t_per_t", "margin_cny_per_t"),
    }


def test_numbers_of_both_tables_need_evidence(folder: Folder) -> None:
    whole(folder)
    folder.yaml("evidence_required: no", "evidence_required: yes")
    assert {"relinings.csv", "reductions.csv"} <= {file for _, file, _, _ in folder.found()}


@pytest.mark.parametrize(
    ("starts", "ends", "cut"),
    [
        ("2025-12-01", "2026-02-01", True),
        ("2026-12-01", "2027-02-01", True),
        ("2026-01-01", "2027-01-01", False),
    ],
)
def test_a_campaign_partly_outside_the_horizon_is_flagged(
    folder: Folder, starts: str, ends: str, cut: bool
) -> None:
    relining(folder, site="refinery", starts=starts, ends=ends)
    assert ("potline" in said(folder, "flag_relining_cut")) == cut


def test_a_campaign_beside_an_arising_of_the_same_waste_is_flagged(folder: Folder) -> None:
    another_mud(folder)
    relining(folder, site="refinery", material="red_2")
    assert not said(folder, "flag_relining_twice")
    relining(folder, name="again", site="refinery")
    assert "again" in said(folder, "flag_relining_twice")


def test_a_budget_binds_where_an_option_is_invested_in(folder: Folder) -> None:
    folder.add("budgets", name="purse", scope="refinery", amount_cny=100)
    option(folder)
    assert "purse" in said(folder, "flag_binds_nothing")
    folder.set("reductions", 2, capex_cny=10)
    assert not said(folder, "flag_binds_nothing")
    folder.set("budgets", 2, scope="city")
    assert "purse" in said(folder, "flag_binds_nothing")


def test_a_campaign_founds_the_waste_of_a_target_and_of_a_plant(folder: Folder) -> None:
    """A target on a year that began before the horizon asks for the year so far of campaigns too."""
    folder.yaml("start: 2026-01", "start: 2026-04")
    folder.add("targets", name="goal", waste_class="red_mud", year=2026, at_least=0.1)
    folder.drop_row("arisings", 2)
    relining(folder, site="refinery", starts="2026-05-01", ends="2026-07-01")
    assert ("year_to_date_missing", "targets.csv", 2, "year") in folder.found()
