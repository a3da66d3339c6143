"""The plan: tidy tables, a status, and no solver objects. It reads like a sentence and survives on disk.

plan = make_plan(network, model, outcome)
plan.save(folder);  Plan.load(folder)
"""

from __future__ import annotations

import json
import math
import numbers
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd
from pyomo.environ import ConcreteModel

from redmud_opt.case import unenforced
from redmud_opt.case.whole import sync
from redmud_opt.case.whole import write_whole as write_whole
from redmud_opt.i18n import Message, Money, Price, Tonnes
from redmud_opt.i18n.amounts import Amount
from redmud_opt.model.tiers import fill_in_order
from redmud_opt.network import Network
from redmud_opt.plan.accounts import identity_table, rate_table, total_table
from redmud_opt.plan.annual import annual_table
from redmud_opt.plan.audit import Audit
from redmud_opt.plan.audit.book import Book
from redmud_opt.plan.burdens import burden_tables
from redmud_opt.plan.compositions import composition_tables
from redmud_opt.plan.cost_to_serve import cost_tables
from redmud_opt.plan.elements import element_tables
from redmud_opt.plan.fates import fate_table
from redmud_opt.plan.known import Known
from redmud_opt.plan.ledger import ledger_tables
from redmud_opt.plan.moved import baseline_record, moved_from_baseline, period_table
from redmud_opt.plan.movements import movement_tables
from redmud_opt.plan.permits import permit_table, status_table
from redmud_opt.plan.proportional import held_freely, shifted
from redmud_opt.plan.readiness import readiness_table
from redmud_opt.plan.scorecard import score_tables
from redmud_opt.plan.services import service_table
from redmud_opt.plan.spending import spending_tables
from redmud_opt.plan.statistical import statistical_table
from redmud_opt.plan.steps import Steps
from redmud_opt.plan.storing import CSV_ALONE, csv_of, digests, load_tables, plan_hash, save_tables
from redmud_opt.plan.tables import tables, target_table
from redmud_opt.plan.tracing import Tracing
from redmud_opt.plan.whole import Whole, whole_numbers
from redmud_opt.plan.words import describe, record
from redmud_opt.plan.yards import yard_tables
from redmud_opt.solve import Outcome

PLAN_FORMAT = 2


@dataclass(frozen=True)
class Plan:
    """A plan of a case. `frames` are the tables; `solve` is why it stopped and what it holds; `whole` its decisions
    in whole numbers; `basis` where its LP at those stands (`solve.basis`): from both it is met again to the digit."""

    case_name: str
    title: Mapping[str, str]
    frames: Mapping[str, pd.DataFrame] = field(repr=False)
    solve: Mapping[str, Any]
    value_cny: float
    not_enforced: tuple[Message, ...] = ()
    notes: tuple[Message, ...] = ()
    audit: Audit | None = field(default=None, repr=False)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    provenance: Mapping[str, Any] = field(default_factory=dict, repr=False)
    whole: tuple[Whole, ...] = field(default=(), repr=False)
    basis: str = field(default="", repr=False)

    @property
    def hash(self) -> str:
        """One hash of all its tables."""
        return plan_hash(digests(self.frames))

    @property
    def status(self) -> str:
        """optimal, or feasible where the optimum is not proved."""
        return str(self.solve["status"])

    def value_by_term(self) -> pd.Series:
        """Discounted value per term [CNY], terms that are zero left out."""
        terms = self.frames["value_terms"].groupby("term", sort=False)["value_cny"].sum()
        return terms[terms.abs() > 0.5]

    def with_audit(self, audit: Audit) -> Plan:
        """The same plan with its audit."""
        return replace(self, audit=audit)

    def describe(self, language: str = "en") -> str:
        """The plan in words."""
        return describe(self, language)

    def __str__(self) -> str:
        return self.describe("en")

    def as_record(self, language: str = "en") -> dict[str, Any]:
        """Headline for JSON; the tables stand in the run folder."""
        return record(self, language)

    def save(self, folder: str | Path) -> None:
        """Writes `plan.json`, and every table as Parquet and as CSV, each file whole or not at all."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        tables = save_tables(self.frames, folder)
        if self.audit is not None:
            write_whole(folder / "audit.csv", csv_of(self.audit.frame()))
        head = {
            "format": PLAN_FORMAT,
            "case_name": self.case_name,
            "title": dict(self.title),
            "solve": dict(self.solve),
            "value_cny": self.value_cny,
            "not_enforced": dump_messages(self.not_enforced),
            "notes": dump_messages(self.notes),
            "labels": {language: dict(words) for language, words in self.labels.items()},
            "provenance": dict(self.provenance),
            "whole": [list(decision) for decision in self.whole],
            "basis": self.basis,
            "hash": plan_hash(tables),
            "tables": tables,
        }
        write_whole(folder / "plan.json", json.dumps(head, ensure_ascii=False, indent=1))
        sync(folder)

    @classmethod
    def load(cls, folder: str | Path) -> Plan:
        """Reads what `save` wrote; the audit is made anew with `audit`."""
        folder = Path(folder)
        head = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
        if head["format"] not in (CSV_ALONE, PLAN_FORMAT):
            raise ValueError(
                f"{folder}: plan format {head['format']}, this version reads up to {PLAN_FORMAT}"
            )
        frames = load_tables(head["tables"], folder, head["format"])
        return cls(
            case_name=head["case_name"],
            title=head["title"],
            frames=frames,
            solve=head["solve"],
            value_cny=head["value_cny"],
            not_enforced=load_messages(head["not_enforced"]),
            notes=load_messages(head["notes"]),
            labels=head["labels"],
            provenance=head["provenance"],
            whole=tuple(
                Whole(family, tuple(labels), value) for family, labels, value in head.get("whole", ())
            ),
            basis=head.get("basis", ""),
        )


AMOUNT, AMOUNTS = "amount", {kind.__name__: kind for kind in (Money, Price, Tonnes)}
"""Amounts among the values of a message, in JSON: their kind under this key, beside the value."""


def dump_messages(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Messages as JSON: key and values. Nested messages keep their keys, dates become text."""
    return [_dumped(message) for message in messages]


def load_messages(records: Sequence[Mapping[str, Any]]) -> tuple[Message, ...]:
    """What `dump_messages` made."""
    return tuple(_message(record) for record in records)


def _dumped(message: Message) -> dict[str, Any]:
    return {"key": message.key, "values": {name: _plain(value) for name, value in message.values.items()}}


def _plain(value: object) -> object:
    if isinstance(value, Message):
        return _dumped(value)
    if isinstance(value, Amount):
        return {AMOUNT: type(value).__name__, "value": value.value}
    if isinstance(value, (frozenset, set)):
        return [_plain(item) for item in sorted(value, key=str)]
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, (bool, str)) or value is None:
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value) if math.isfinite(value) else str(value)
    return str(value)


def _message(record: Mapping[str, Any]) -> Message:
    return Message(record["key"], {name: _rich(value) for name, value in record["values"].items()})


def _rich(value: Any) -> Any:
    if isinstance(value, Mapping):
        return AMOUNTS[value[AMOUNT]](value["value"]) if AMOUNT in value else _message(value)
    return tuple(_rich(item) for item in value) if isinstance(value, list) else value


def make_plan(network: Network, model: ConcreteModel, outcome: Outcome) -> Plan:
    """The plan that an outcome holds. Raises ValueError if it holds nothing."""
    if outcome.values is None:
        raise ValueError(f"no plan: the solve stopped with '{outcome.stopped}' and holds nothing")
    fill_in_order(model, network)
    frames = _frames(network, model)
    case = network.case
    return Plan(
        case_name=case.settings.name,
        title={"en": case.settings.title_en, "zh": case.settings.title_zh},
        frames=frames,
        solve=_solve_record(outcome),
        value_cny=float(frames["value_terms"]["value_cny"].sum()),
        not_enforced=tuple(unenforced(case)),
        notes=(*network.notes, *held_freely(frames["targets"])),
        labels={language: case.labels(language) for language in ("en", "zh")},
        provenance={"inputs": dict(case.files), "folder": case.folder, "versions": versions()}
        | baseline_record(network),
        whole=whole_numbers(model),
        basis=outcome.basis,
    )


def _frames(network: Network, model: ConcreteModel) -> dict[str, pd.DataFrame]:
    """Every table of a plan: acts first, then what is worked out from them."""
    frames = {"periods": period_table(network)} | tables(model, network)
    frames["totals"] = total_table(model, network)
    shift = shifted(model, network)
    frames["rates"] = rate_table(network, frames["totals"], shift)
    frames["targets"] = target_table(model, network, shift)
    frames["identity"] = identity_table(model, network)
    frames["fates"] = fate_table(model, network)
    frames |= burden_tables(model, network)
    frames |= yard_tables(model, network)
    frames |= spending_tables(frames["builds"], frames["yard_events"], frames["reductions"], network)
    frames |= movement_tables(model, network, frames["flows"])
    frames["services"] = service_table(model, network)
    frames |= {"status": status_table(network), "permits": permit_table(model, network)}
    frames["moved"] = moved_from_baseline(network, frames)
    frames |= element_tables(frames, network)
    frames |= composition_tables(frames, network)
    book = Book(network.case, frames, None)
    tracing = Tracing(Steps(book))
    frames |= cost_tables(book, tracing) | {"annual": annual_table(book)}
    frames["statistical_form"] = statistical_table(book, tracing)
    known = Known(frames, network)
    frames["readiness"] = readiness_table(known)
    frames |= ledger_tables(book)
    return frames | score_tables(known)


def _solve_record(outcome: Outcome) -> dict[str, Any]:
    size = outcome.size
    return outcome.as_record() | {
        "seconds": outcome.seconds,
        "size": {
            "columns": size.columns,
            "rows": size.rows,
            "nonzeros": size.nonzeros,
            "integers": size.integers,
        },
    }


def versions() -> dict[str, str]:
    """Versions of what made a plan."""
    names = ("redmud_opt", "pyomo", "highspy", "pandas", "numpy", "scipy", "networkx", "pyarrow")
    return {name: _version(name) for name in names}


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "source"
