"""What a plan decides for good, and how a model is held to it: whole numbers, and the sizes of lines of any size."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pyomo.environ import ConcreteModel

from redmud_opt.plan.whole import Whole, labels_of, whole_numbers
from redmud_opt.study.asking import fix_whole
from redmud_opt.study.choices import INVESTMENTS

Size = tuple[tuple[str, ...], float]
"""Labels of a column of `size`, and its amount."""

NOTHING = 1e-9


@dataclass(frozen=True)
class Decided:
    """Decisions of a plan. sizes: None where they are not known, and then they are free."""

    whole: tuple[Whole, ...]
    sizes: tuple[Size, ...] | None = None

    @classmethod
    def of(cls, model: ConcreteModel) -> Decided:
        """Those of the plan that a model holds."""
        amounts = model.size.values_array
        held = np.flatnonzero(amounts > NOTHING)
        sizes = tuple((labels_of(model.size, k), float(amounts[k])) for k in held.tolist())
        return cls(whole_numbers(model), sizes)

    def hold(self, model: ConcreteModel, *, operation: bool) -> None:
        """Holds a model to them. operation: also to what is decided anew each period, so that it is an LP."""
        fix_whole(model, self.whole, None if operation else INVESTMENTS)
        if self.sizes is None or not len(model.size):
            return
        given = dict(self.sizes)
        columns = model.size
        amounts = np.array([given.get(labels_of(columns, k), 0.0) for k in range(len(columns))])
        columns.lower_bound = columns.upper_bound = np.clip(amounts, columns.lower_bound, columns.upper_bound)

    def as_text(self) -> str:
        """For a row."""
        whole = [list(each) for each in self.whole]
        return json.dumps(
            {"whole": whole, "sizes": [list(each) for each in self.sizes or ()]}, ensure_ascii=False
        )

    @classmethod
    def from_text(cls, text: str) -> Decided:
        """From `as_text`."""
        record = json.loads(text)
        whole = tuple(Whole(family, tuple(labels), value) for family, labels, value in record["whole"])
        return cls(whole, tuple((tuple(labels), amount) for labels, amount in record["sizes"]))


def in_words(whole: Sequence[Whole]) -> str:
    """What is decided for good, in one line: things with their periods, in the order of their names."""
    lasting = [each for each in whole if each.family in INVESTMENTS]
    words = (f"{labels[0]}@{labels[-1]}" + (f"×{n}" if n > 1 else "") for _, labels, n in lasting)
    return "; ".join(sorted(words))
