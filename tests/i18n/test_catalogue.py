"""Catalogues: both languages say the same things with the same placeholders, and nothing said is unknown."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from redmud_opt.i18n import LANGUAGES, keys, placeholders, template
from redmud_opt.i18n.catalogue import CatalogueError, read_catalogue

SOURCE = Path(__file__).resolve().parents[2] / "src" / "redmud_opt"
ONLY_ZH = "fields."  # the English words of columns stand in the schema


def shared(language: str) -> set[str]:
    return {key for key in keys(language) if not key.startswith(ONLY_ZH)}


def test_languages_have_the_same_keys() -> None:
    assert shared("en") == shared("zh")


def test_placeholders_agree() -> None:
    """One test for two thousand keys: a test each took longer to report than to run."""
    words = {key: [template(key, language) or "" for language in LANGUAGES] for key in sorted(shared("en"))}
    apart = [key for key, (one, other) in words.items() if placeholders(one) != placeholders(other)]
    blank = [key for key, both in words.items() if not all(word.strip() for word in both)]
    assert not apart
    assert set(blank) <= {"case.comma"}


def test_chinese_is_chinese() -> None:
    for key in shared("zh"):
        words = template(key, "zh") or ""
        bare = re.sub(r"\{\w+\}", "", words)
        assert not re.search(r"[A-Za-z]{3}", bare) or re.search(r"[\u4e00-\u9fff]", bare), key


def literal_keys() -> Iterator[tuple[str, str]]:
    """(key, place) of every `Message("room.key", …)` in the source."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", getattr(node.func, "attr", "")) == "Message"
            ):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value, f"{path.relative_to(SOURCE)}:{node.lineno}"


def test_a_thing_has_one_word() -> None:
    """A case was called by two on the same page."""
    assert [key for key in keys("zh") if "算例" in (template(key, "zh") or "")] == []


def test_every_key_used_exists() -> None:
    unknown = [(key, place) for key, place in literal_keys() if template(key, "en") is None]
    assert not unknown


def test_a_key_that_stands_twice_is_an_error() -> None:
    with pytest.raises(CatalogueError, match="twice"):
        read_catalogue('case.a: "x"\ncase.a: "y"\n', "case", "en/case.yaml")


def test_a_key_of_another_room_is_an_error() -> None:
    with pytest.raises(CatalogueError, match="does not begin"):
        read_catalogue('plan.a: "x"\n', "case", "en/case.yaml")


@pytest.mark.parametrize("content", ["- a\n", "case.a: [x]\n", "text\n"])
def test_a_catalogue_is_flat(content: str) -> None:
    with pytest.raises(CatalogueError):
        read_catalogue(content, "case", "en/case.yaml")


def test_words_that_yaml_would_guess_stay_words() -> None:
    assert read_catalogue("case.a: no\ncase.b: 012\n", "case", "x") == {"case.a": "no", "case.b": "012"}


def test_an_empty_catalogue_is_empty() -> None:
    assert read_catalogue("", "case", "x") == {}
