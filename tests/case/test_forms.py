"""Forms as data: every heading says where it was read, or that it was not; what fills it exists."""

from __future__ import annotations

import re

import pytest

from redmud_opt.case.forms import WORDINGS, Form, FormColumn, Forms, load_forms, packs_with_forms

CHINESE = re.compile("[\u4e00-\u9fff]")
LEGAL_SHEET = re.compile(r"[^\[\]:*?/\\']{1,31}")


@pytest.fixture(scope="module")
def forms() -> Forms:
    found = load_forms("cn")
    assert found is not None
    return found


def told(forms: Forms) -> list[Form | FormColumn]:
    return [own for form in forms.of.values() for own in (form, *form.columns)]


def test_only_china_has_forms() -> None:
    assert packs_with_forms() == ("cn",)
    assert load_forms("in") is None
    assert load_forms("") is None


def test_every_wording_has_its_source_or_says_that_it_has_none(forms: Forms) -> None:
    for own in told(forms):
        assert own.wording in WORDINGS, own
        assert own.confidence in ("high", "medium", "low"), own
        assert own.source in ("", *forms.sources), own
        column = isinstance(own, FormColumn)
        if own.wording in ("text", "software"):
            assert own.source, own
            assert own.as_of, own
        elif column or own.wording == "added":  # a form whose name was not seen may be asked for by a text
            assert (own.source, own.clause) == ("", ""), own
        if own.wording == "unsourced":
            assert own.confidence == "low", own
        assert bool(own.comment_zh) == bool(own.comment_en)


def test_every_source_is_used(forms: Forms) -> None:
    named = " ".join(f"{own.source} {own.comment_en}" for own in told(forms))
    assert not [name for name in forms.sources if name not in named]
    for source in forms.sources.values():
        assert source.title_zh
        assert source.title_en
        assert source.year


def test_headings_stand_in_both_languages_and_in_order(forms: Forms) -> None:
    for form in forms.of.values():
        assert [column.order for column in form.columns] == list(range(1, len(form.columns) + 1))
        assert LEGAL_SHEET.fullmatch(form.sheet_zh)
        assert LEGAL_SHEET.fullmatch(form.sheet_en)
        assert CHINESE.search(form.title_zh)
        assert not CHINESE.search(form.title_en)
        for column in form.columns:
            assert CHINESE.search(column.column_zh)
            assert column.column_en
            assert not CHINESE.search(column.column_en)
    for names in (
        {form.sheet_zh for form in forms.of.values()},
        {form.sheet_en for form in forms.of.values()},
    ):
        assert len(names) == len(forms.of)
