"""Catalogues of messages: read once from the package, merged over rooms, never written."""

from __future__ import annotations

import string
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

LANGUAGES = ("en", "zh")


class CatalogueError(Exception):
    """A catalogue of the package itself is broken; a mistake of the programmer, found by any test."""


def _pairs(node: yaml.Node, where: str) -> list[tuple[str, str]]:
    if not isinstance(node, yaml.MappingNode):
        raise CatalogueError(f"{where}: not a list of `key: words`")
    found = []
    for key, words in node.value:
        if not isinstance(key, yaml.ScalarNode) or not isinstance(words, yaml.ScalarNode):
            raise CatalogueError(f"{where}, line {key.start_mark.line + 1}: not `key: words`")
        found.append((key.value, words.value))
    return found


def read_catalogue(content: str, room: str, where: str) -> dict[str, str]:
    """Key → words of one file; every scalar is text, so YAML's guesses (no, 1:30) do not apply."""
    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    node = yaml.compose(content, Loader=loader)
    found: dict[str, str] = {}
    for key, words in _pairs(node, where) if node is not None else []:
        if key in found:
            raise CatalogueError(f"{where}: key {key!r} stands twice")
        if not key.startswith(f"{room}."):
            raise CatalogueError(f"{where}: key {key!r} does not begin with {room!r}")
        found[key] = words
    return found


@cache
def catalogue(language: str) -> dict[str, str]:
    """All rooms of one language, merged."""
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is none of {LANGUAGES}")
    merged: dict[str, str] = {}
    folder = files("redmud_opt.i18n").joinpath("catalogue", language)
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".yaml"):
            room = file.name.removesuffix(".yaml")
            merged |= read_catalogue(file.read_text(encoding="utf-8"), room, f"{language}/{file.name}")
    return merged


def keys(language: str) -> frozenset[str]:
    """Every key of a language."""
    return frozenset(catalogue(language))


def template(key: str, language: str) -> str | None:
    """The words of a key with their placeholders, None if the language has no such key."""
    return catalogue(language).get(key)


def placeholders(words: str) -> frozenset[str]:
    """Names in curly brackets."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(words) if name)
