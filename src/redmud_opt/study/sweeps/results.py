"""Results of a study: its rows, and what is said of them.

    results.frame()          a row per member: inputs x:…, status, objective, outputs, residuals, seconds
    results.summary()        a row per output: of members with a plan the mean and quantiles
    results.failures()       members without a plan, and why

What single designs say stands in `analysis` and `choosing`, what is said in words in `said`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from redmud_opt.plan.words import records
from redmud_opt.study.sweeps.store import Store

if TYPE_CHECKING:
    import duckdb

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
HELD = ("optimal", "feasible")
"""Status of members with a plan."""


@dataclass(frozen=True)
class Moving:
    """A parameter as the results know it."""

    name: str
    low: float
    base: float
    high: float
    label_en: str = ""
    label_zh: str = ""
    unit: str = ""
    by: str = ""
    distribution: str = ""
    from_evidence: bool = False
    cells: int = 0

    def label(self, language: str) -> str:
        """What to call it."""
        return (self.label_zh if language == "zh" else self.label_en) or self.name

    def share(self, value: float) -> float:
        """Where a value lies between the ends."""
        return (value - self.low) / (self.high - self.low)


def names_in(frame: pd.DataFrame, *prefixes: str) -> list[str]:
    """Columns whose names begin so."""
    return [name for name in map(str, frame.columns) if name.startswith(prefixes)]


def is_money(output: str) -> bool:
    """Whether an output is in CNY."""
    return output in ("value", "objective", "goal:value") or output.startswith(("term:", "value:"))


def is_share(output: str) -> bool:
    """Whether an output is shown in percent."""
    return output.startswith(("rate_", "target:", "met:"))


@dataclass(frozen=True)
class Results:
    """What a study came to, however far it is. together: of `two_stage`, the decision and what it is worth."""

    head: Mapping[str, Any]
    store: Store
    together: Mapping[str, Any] | None = None

    @property
    def study(self) -> Mapping[str, Any]:
        """What was asked."""
        return self.head["study"]  # type: ignore[no-any-return]

    @property
    def kind(self) -> str:
        """The design."""
        return str(self.study["design"])

    @property
    def outputs(self) -> tuple[str, ...]:
        """What is looked at."""
        return tuple(self.study["outputs"])

    @property
    def parameters(self) -> tuple[Moving, ...]:
        """What moves."""
        return tuple(Moving(**record) for record in self.study["parameters"])

    @property
    def state(self) -> str:
        """running, done or interrupted."""
        return str(self.head["state"])

    def title(self, language: str) -> str:
        """What the study calls itself."""
        return self.study["title"].get(language) or str(self.study["name"])

    def labels(self, language: str) -> Mapping[str, str]:
        """Name → label of what the case declares."""
        return self.head.get("labels", {}).get(language, {})  # type: ignore[no-any-return]

    def frame(self) -> pd.DataFrame:
        """A row per member that is there."""
        return self.store.frame()

    def connect(self) -> duckdb.DuckDBPyConnection:
        """The same as the view `members` of DuckDB."""
        return self.store.connect()

    def with_plan(self, *, base: bool = True) -> pd.DataFrame:
        """Members with a plan. base: also the case as it stands."""
        found = self.frame()
        found = found[found["status"].isin(HELD)]
        return found if base else found[found["member"] > 0]

    def value_of(self, frame: pd.DataFrame, output: str) -> pd.Series:
        """An output of members with a plan; what is not there is nothing."""
        if output not in frame:
            return pd.Series(0.0, index=frame.index, name=output)
        return frame[output].fillna(0.0)

    def summary(self) -> pd.DataFrame:
        """Per output: the base, and of all other members with a plan the mean, the ends and quantiles."""
        held, base = self.with_plan(base=False), self.with_plan().query("member == 0")
        rows = []
        for output in self.outputs:
            values = self.value_of(held, output)
            at = self.value_of(base, output)
            row = {"output": output, "base": float(at.iloc[0]) if len(at) else np.nan, "mean": values.mean()}
            row |= {"least": values.min(), "most": values.max()}
            rows.append(row | {f"q{round(100 * q):02d}": values.quantile(q) for q in QUANTILES})
        return pd.DataFrame(rows)

    def failures(self) -> pd.DataFrame:
        """Members without a plan, and why."""
        found = self.frame()
        names = [name for name in ("member", "label", "status", "stopped", "reason") if name in found]
        return found[~found["status"].isin(HELD)][names].reset_index(drop=True)

    def seconds(self) -> pd.Series:
        """Mean seconds of a member by what they went into."""
        found = self.with_plan()
        names = names_in(found, "seconds:")
        return found[names].rename(columns=lambda name: name.removeprefix("seconds:")).mean()

    def as_record(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "study": self.study["name"],
            "design": self.kind,
            "state": self.state,
            "asked": self.head["asked"],
            "done": len(self.frame()),
            "summary": records(self.summary()),
            "failures": records(self.failures()),
        } | ({} if self.together is None else {"two_stage": dict(self.together)})
