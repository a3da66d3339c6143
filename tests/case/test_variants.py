"""Scenarios made step by step: what is written is read back, and is a scenario like any other."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redmud_opt.case import CaseFaults, init_case, load_case
from redmud_opt.case.editing.assays import Assay, rows_of_assay
from redmud_opt.case.editing.variants import Item, Variant, read_variant, where_of, write_variant

texts = st.text(alphabet="abc 中: #'\"\\{}[],-0.5", max_size=8)


@settings(max_examples=30, deadline=None)
@given(texts, st.dictionaries(st.sampled_from(["title_en", "title_zh"]), texts), texts)
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, where: str, titles: dict[str, str], value: str
) -> None:
    path = tmp_path_factory.mktemp("variant") / "v.yaml"
    items = (
        Item("outlets", {"name": where}, "set", "max_t", value),
        Item("supplies", {"name": "x"}, "scale", "price_cny_per_t", "1.2"),
        Item("outlets", {"name": "y"}, "exclude"),
    )
    variant = Variant("base", titles, items)
    write_variant(path, variant)
    assert read_variant(path) == variant


def test_a_variant_is_a_scenario(tmp_path: Path) -> None:
    init_case(tmp_path / "base")
    held = load_case(tmp_path / "base").outlets
    variant = Variant("base").with_item(Item("outlets", {"name": held[0].name}, "set", "max_t", "5"))
    variant = variant.with_item(Item("outlets", {"name": held[0].name}, "set", "max_t", "7"))
    variant = variant.with_item(Item("outlets", {"name": held[1].name}, "scale", "max_t", "0.5"))
    write_variant(tmp_path / "v.yaml", variant)
    found = load_case(tmp_path / "v.yaml").outlets
    assert len(variant.items) == 2, "what says the same of the same row is replaced"
    assert (found[0].max_t, found[1].max_t) == (7.0, held[1].max_t * 0.5)  # type: ignore[operator]
    assert len(variant.without_item(0).items) == 1


@pytest.mark.parametrize(
    "text",
    [
        "base: x\nrows:\n  - {table: limits, row: {name: cap}}\n",
        "base: x\noverrides:\n  - {table: outlets, where: all, set: {max_t: 1}}\n",
        "base: x\noverrides:\n  - {table: outlets, where: {name: a}, set: {max_t: 1, min_t: 0}}\n",
        "base: x\noverrides:\n  - {table: outlets, where: {name: a}, add: {max_t: 1}}\n",
        "overrides: []\n",
        "base: [x]\n",
        "- x\n",
    ],
)
def test_a_file_that_says_more_is_left_to_its_writer(tmp_path: Path, text: str) -> None:
    (tmp_path / "v.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CaseFaults):
        read_variant(tmp_path / "v.yaml")


def test_a_row_is_known_by_its_keys() -> None:
    assert where_of("outlets", {"name": "a", "max_t": "5"}) == {"name": "a"}
    assert set(where_of("composition", {"material": "m"})) == {"material", "property", "certificate_date"}


def test_an_assay_states_only_what_was_measured() -> None:
    assay = Assay("mud", "2026-03-31", "lab", values={"Fe": "30", "Na": " "}, sigmas={"Fe": "", "Na": "1"})
    edit, source = rows_of_assay(assay, -5)
    assert [(one.table, one.row, one.kind) for one in (edit, source)] == [
        ("composition", -5, "add"),
        ("sources", -6, "add"),
    ]
    assert edit.cells == {
        "material": "mud",
        "property": "Fe",
        "value": "30",
        "certificate_date": "2026-03-31",
        "laboratory": "lab",
        "source": "assay_mud_2026-03-31",
        "evidence": "measured",
    }
    assert source.cells["name"] == edit.cells["source"]
    assert rows_of_assay(Assay("mud", values={"Fe": ""}), -1) == []
    assert len(rows_of_assay(Assay("mud", source="paper", values={"Fe": "30"}), -1)) == 1
