"""Names, numbers and pictures of one study in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from redmud_opt.i18n import Message, template, text
from redmud_opt.report.figures import COLOURS, styled
from redmud_opt.report.labels import word
from redmud_opt.report.numbers import Scale, figure, mass_scale, money_scale
from redmud_opt.study.sweeps.results import Results, is_money, is_share

LOW, HIGH = COLOURS["residue"], COLOURS["process"]
"""Colours of the ends of a parameter; told apart by hatching too."""

LEGEND = {"orientation": "h", "yanchor": "bottom", "y": 1.0, "xanchor": "left", "x": 0.0}
"""Above the figure."""


ENDS = {-1.0: "evidence_low", 0.0: "as_it_stands", 1.0: "evidence_high"}
"""Values of parameters whose cells move within their own evidence."""


@dataclass(frozen=True)
class Picture:
    """A figure with what it shows, in words and as a table."""

    title: str
    figure: go.Figure | None
    table: pd.DataFrame
    note: str = ""


class Teller:
    """Names and numbers of one study in one language."""

    def __init__(self, results: Results, language: str) -> None:
        self.results, self.language = results, language
        self.names: Mapping[str, str] = results.labels(language)
        self.parameters = {m.name: m.label(language) for m in results.parameters}

    def say(self, key: str, **values: object) -> str:
        """Words of the catalogue."""
        return text(Message(f"sweep.{key}", values), self.language)

    def name(self, name: str) -> str:
        """A name of the case by its label."""
        return self.names.get(name, name)

    def output(self, output: str) -> str:
        """What an output is called."""
        kind, _, rest = output.partition(":")
        if kind == "term":
            return word("term", rest, self.language)
        if kind == "goal":
            return text(Message(f"plan.goal_{rest}"), self.language)
        parts = rest.split(":")
        if kind.startswith("rate_"):
            waste = word("class", parts[0], self.language)
            rate = text(Message(f"report.column.{kind}"), self.language)
            return self.say("output_rate", what=waste, rate=rate, year=parts[1])
        if kind in ("target", "met"):
            return self.say(f"output_{kind}", what=self.name(parts[0]), year=parts[1])
        if kind == "value" and rest:
            return self.say("output_value_of", year=rest)
        known = f"sweep.output_{kind}"
        return (
            output
            if template(known, self.language) is None
            else self.say(f"output_{kind}", what=self.name(rest))
        )

    def decided(self, words: str) -> str:
        """Decisions with their labels."""
        found = []
        for one in words.split("; ") if words else []:
            name, _, rest = one.partition("@")
            found.append(f"{self.name(name)} {rest}")
        return "; ".join(found) or self.say("nothing_decided")

    def scale(self, output: str, amounts: Any) -> Scale:
        """The unit in which an output is shown."""
        values = [float(a) for a in np.ravel(amounts) if a == a]
        if is_money(output):
            return money_scale(values, self.language)
        if is_share(output):
            return Scale(0.01, "%", self.language)
        if output.startswith("build:"):
            return Scale(1.0, "", self.language)
        return mass_scale(values, self.language)

    def status(self, status: str) -> str:
        """What became of a member."""
        return self.say(f"status_{status}")

    def head(self, name: str, scale: Scale | None = None) -> str:
        """A heading with its unit."""
        words = self.say(f"head_{name}")
        return words if scale is None or not scale.unit else f"{words} [{scale.unit}]"

    def value(self, parameter: str, at: float) -> str:
        """A value of a parameter with its unit."""
        moving = next(m for m in self.results.parameters if m.name == parameter)
        if moving.by == "range" and at in ENDS:
            return self.say(ENDS[at])
        if moving.by == "range":
            return self.say("end_of_evidence", share=figure(at))
        if moving.by in ("factor", "add", "days"):
            return self.say(f"moved_{moving.by}", at=figure(at), unit=moving.unit)
        return f"{figure(at)} {moving.unit}".strip()


def legible(shown: go.Figure, height: int) -> go.Figure:
    """The looks of all figures, with room for a legend above."""
    return styled(shown, height).update_layout(margin={"t": 44})


def axis_of(teller: Teller, output: str, scale: Scale) -> str:
    """Title of an axis that shows an output."""
    words = teller.output(output)
    return f"{words} [{scale.unit}]" if scale.unit else words
