"""The first page: alarms, cases that people bring, and what is hostile among them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.errors import StreamlitMissingAuthlibError
from streamlit.testing.v1 import AppTest
from tests.jobs.cases import starter

from redmud_opt.case import bundled, load_case
from redmud_opt.i18n import LANGUAGES, template, text
from redmud_opt.plan import Plan
from redmud_opt.report.alarms import papers, raised
from redmud_opt.ui import settings

Open = Callable[..., AppTest]
both = pytest.mark.parametrize("lang", LANGUAGES)


@pytest.fixture(scope="module")
def case_zip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = starter(tmp_path_factory.mktemp("zip") / "starter")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as box:
        for file in sorted(folder.iterdir()):
            box.writestr(f"starter/{file.name}", file.read_bytes())
    return buffer.getvalue()


def address_of(test: AppTest, name: str) -> str:
    value = test.query_params.get(name, "")
    return value if isinstance(value, str) else value[0]


def brought(test: AppTest, key: str, name: str, content: bytes) -> AppTest:
    """The page after a file was dropped on an uploader."""
    (place,) = [u for u in test.file_uploader if str(u.key).startswith(f"{key}_")]
    place.upload(name, content)
    return test.run()


@both
def test_an_uploaded_case_is_shown_and_survives_a_reload(
    page: Open, tmp_path: Path, case_zip: bytes, lang: str
) -> None:
    test = brought(page(lang=lang, case="growing"), "bring_case", "my case.zip", case_zip)
    assert not test.exception
    assert address_of(test, "case") == "my_case"
    assert test.selectbox(key="case").value == "my_case"
    assert (tmp_path / "work" / "my_case" / "case.yaml").is_file()
    assert any("my case" in box.value.replace("\\", "") for box in test.success)
    again = page(lang=lang, case="my_case")
    assert again.selectbox(key="case").value == "my_case"
    assert not any("my_case" in warning.value for warning in again.warning)


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("case.yaml", "schema_version: 1\n")
        box.writestr("sites.csv", b"0" * 60_000_000)
    return buffer.getvalue()


def leading_out() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as box:
        box.writestr("case.yaml", "schema_version: 1\n")
        box.writestr("../../../evil.csv", "x")
    return buffer.getvalue()


HOSTILE = {
    "bomb": ("a.zip", bomb),
    "leading out": ("a.zip", leading_out),
    "no zip": ("a.zip", lambda: b"not a zip"),
    "no workbook": ("a.xlsx", lambda: b"PK\x03\x04 nothing"),
}


@both
@pytest.mark.parametrize(("name", "make"), HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_hostile_leaves_the_session_as_it_was(
    page: Open, tmp_path: Path, lang: str, name: str, make: Callable[[], bytes]
) -> None:
    before = page(lang=lang, case="growing")
    test = brought(before, "bring_case", name, make())
    assert not test.exception
    assert address_of(test, "case") == "growing"
    assert test.selectbox(key="case").value == "growing"
    refused = (template("ui.refused", lang) or "").partition("{file}")[2]
    assert any(refused.rstrip("。.") in box.value.replace("\\", "") for box in test.error)
    assert list((tmp_path / "work").iterdir()) == []
    assert not (tmp_path.parent / "evil.csv").exists()


OWN = "产废单位,废物名称,2026年产生量（吨，干基）\n氧化铝厂,赤泥,900000\n"


@both
def test_arisings_go_into_a_copy(page: Open, cases: Path, tmp_path: Path, lang: str) -> None:
    before = {file.name: file.read_bytes() for file in (cases / "starter").iterdir()}
    test = brought(page(lang=lang, case="starter"), "bring_arisings", "mine.csv", OWN.encode())
    assert not test.exception
    assert {file.name: file.read_bytes() for file in (cases / "starter").iterdir()} == before
    assert address_of(test, "case") == "starter-mine"
    (arising,) = load_case(tmp_path / "work" / "starter-mine").arisings
    assert arising.amount_t == 900_000.0
    assert "900000" in test.code[0].value
    assert str(tmp_path) not in test.code[0].value


@both
def test_arisings_that_are_not_understood_leave_no_copy(page: Open, tmp_path: Path, lang: str) -> None:
    table = "Plant,Waste,2026 (t)\nSmelter,Spent pot lining,100\n"
    test = brought(page(lang=lang, case="starter"), "bring_arisings", "mine.csv", table.encode())
    assert not test.exception
    assert address_of(test, "case") == "starter"
    assert test.error
    assert list((tmp_path / "work").iterdir()) == []


# ---------------------------------------------------------------- alarms


def test_papers_run_out_in_time_order_and_those_that_are_followed_are_passed_over() -> None:
    case = load_case(bundled("guangxi"))
    last = max(permit.valid_to for permit in case.permits if permit.valid_to)
    found = papers(case, last - timedelta(days=30))
    assert found == sorted(found)
    assert all(paper.days <= 365 for paper in found)
    followed = [p for p in case.permits if p.receiver == "smelter_treatment" and p.code == "321-023-48"]
    assert len(followed) > 1
    shown = [p.name for p in found if p.holder == "smelter_treatment 321-023-48"]
    assert shown == [max(followed, key=lambda p: p.valid_to or date.min).name]
    over = papers(case, last + timedelta(days=1))[-1]
    assert (over.days, over.grade) == (-1, "over")
    assert {"en": "1 days ago", "zh": "已过 1 天"}["en"] in text(over.message(), "en")
    assert papers(case, date(1999, 1, 1)) == []


def test_certificates_run_out_by_their_greatest_age_unless_a_younger_one_follows() -> None:
    case = load_case(bundled("guangxi"))
    first, second = case.composition[:2]
    dated = (
        replace(first, certificate_date=date(2024, 3, 1)),
        replace(first, certificate_date=date(2025, 3, 1)),
        replace(second, certificate_date=date(2023, 3, 1)),
    )
    aged = replace(case, composition=dated, settings=replace(case.settings, certificate_max_age_months=24))
    found = [p for p in papers(aged, date(2026, 11, 28)) if p.kind == "certificate"]
    expected = {(first.property, date(2027, 3, 1), 93), (second.property, date(2025, 3, 1), -637)}
    assert {(paper.name, paper.valid_to, paper.days) for paper in found} == expected
    assert {paper.table for paper in found} == {"composition"}
    ageless = replace(aged, settings=replace(case.settings, certificate_max_age_months=None))
    assert [p for p in papers(ageless, date(2026, 11, 28)) if p.kind == "certificate"] == []


@both
def test_what_runs_out_is_told_before_it_is_an_alarm(grown_run: Path, lang: str) -> None:
    plan = Plan.load(grown_run / "plan")
    rows = plan.frames["readiness"].head(1)
    pressing = {
        "permit_expiring": "watch",
        "approval_expiring": "watch",
        "certificates_out_of_date": "watch",
        "stock_expiring": "watch",
        "freeboard_before_rains": "alarm",
    }
    told = [rows.assign(indicator=name, state=state) for name, state in pressing.items()]
    quiet = rows.assign(indicator="days_of_cover", state="watch")
    plan = replace(plan, frames={**plan.frames, "readiness": pd.concat([*told, quiet], ignore_index=True)})
    shown = raised(plan, lang)
    assert len(shown) == len(pressing)
    assert shown.iloc[:, 1].nunique() == len(pressing)


@both
def test_what_the_last_plan_warns_of_stands_first(page: Open, grown_run: Path, lang: str) -> None:
    warned = raised(Plan.load(grown_run / "plan"), lang)
    test = page(lang=lang, case="growing")
    shown = [element.value for element in test.dataframe]
    assert any(list(frame.columns) == list(warned.columns) for frame in shown) is not warned.empty
    assert warned.empty or (warned.iloc[:, 0] != "").all()


# ---------------------------------------------------------------- several users


@pytest.fixture
def who(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What `st.user` knows, as if a login were configured."""
    known: dict[str, Any] = {"is_logged_in": False}

    class User(SimpleNamespace):
        @property
        def is_logged_in(self) -> bool:
            return bool(known["is_logged_in"])

        def to_dict(self) -> dict[str, Any]:
            return dict(known)

    monkeypatch.setattr(st, "user", User())
    return known


@both
def test_with_a_login_nothing_is_shown_before_it(page: Open, who: dict[str, Any], lang: str) -> None:
    test = page(lang=lang, case="growing")
    assert [button.label for button in test.button] == [template("ui.log_in", lang)]
    assert not test.selectbox


@both
def test_a_login_that_is_not_set_up_is_said(
    page: Open, who: dict[str, Any], monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    def missing() -> None:
        raise StreamlitMissingAuthlibError

    monkeypatch.setattr(st, "login", missing)
    test = page(lang=lang).button(key="log_in").click().run()
    assert not test.exception
    (box,) = test.error
    assert "StreamlitMissingAuthlibError" in box.value


def test_everybody_has_runs_and_cases_of_their_own(
    page: Open, who: dict[str, Any], runs: Path, grown_run: Path, case_zip: bytes
) -> None:
    who.update(is_logged_in=True, iss="https://id", sub="../../anna", email="anna@example.org")
    test = brought(page(lang="en", case="growing"), "bring_case", "hers.zip", case_zip)
    assert address_of(test, "case") == "hers"
    hers = settings.runs_root()
    assert hers.parent == runs
    assert "anna" not in str(hers)
    assert (hers / ".slots").resolve() == (runs / ".slots").resolve()
    gone = page("plan", lang="en", run=grown_run.name)
    assert any("not there" in warning.value for warning in gone.warning)
    who.update(sub="ben", email="ben@example.org")
    assert settings.runs_root() != hers
    test = page(lang="en", case="hers")
    assert any("hers" in warning.value for warning in test.warning)
    assert "hers" not in test.selectbox(key="case").options
