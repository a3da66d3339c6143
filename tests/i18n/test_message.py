"""Messages: keys and values, words only where they are read."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redmud_opt.i18n import Message, number_text, text


def test_words_in_both_languages() -> None:
    message = Message("case.did_you_mean", {"name": "hgms"})
    assert text(message, "en") == "did you mean 'hgms'?"
    assert text(message, "zh") == "是否应为“hgms”？"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.1 + 0.2, "0.3"),
        (1234567.0, "1,234,567"),
        (9999.0, "9999"),
        (10000.0, "10,000"),
        (2027, "2027"),
        (12000, "12,000"),
        (0.0, "0"),
        (-0.0, "0"),
        (1.5e-9, "1.5e-09"),
        (3.2e20, "3.2e+20"),
        (-1234.5678, "-1234.57"),
        (0.000123456789, "0.000123457"),
        (float("inf"), "inf"),
    ],
)
def test_numbers(value: float, words: str) -> None:
    assert number_text(value) == words


@given(st.floats(min_value=-1e14, max_value=1e14, allow_nan=False))
def test_numbers_keep_five_digits(value: float) -> None:
    assert float(number_text(value).replace(",", "")) == pytest.approx(value, rel=1e-5, abs=1e-300)


def test_values_of_all_kinds() -> None:
    inner = Message("case.did_you_mean", {"name": "x"})
    values = {"names": ("a", 1.50, True, date(2026, 1, 1), inner)}
    assert (
        text(Message("case.known_names", values), "en")
        == "known here: a, 1.5, yes, 2026-01-01, did you mean 'x'?"
    )
    assert "、是、" in text(Message("case.known_names", values), "zh")


def test_values_with_brackets_are_not_placeholders() -> None:
    assert text(Message("case.did_you_mean", {"name": "{row}"})) == "did you mean '{row}'?"


def test_a_missing_value_stays_visible() -> None:
    assert text(Message("case.did_you_mean")) == "did you mean '{name}'?"


def test_an_unknown_key_hides_nothing() -> None:
    assert text(Message("case.no_such_key", {"n": 3})) == "case.no_such_key n=3"


def test_an_unknown_language_is_an_error() -> None:
    with pytest.raises(ValueError, match="fr"):
        text(Message("case.comma"), "fr")


def test_messages_are_frozen_equal_hashable_and_travel() -> None:
    message = Message("case.write", {"text": "1"})
    assert message == Message("case.write", {"text": "1"})
    assert message != Message("case.write", {"text": "2"})
    assert hash(message) == hash(Message("case.write", {"text": "1"}))
    assert pickle.loads(pickle.dumps(message)) == message
    with pytest.raises(FrozenInstanceError):
        message.key = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        message.values["text"] = "2"  # type: ignore[index]
