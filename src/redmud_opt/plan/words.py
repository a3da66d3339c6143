"""A plan in words and as one JSON object: the headline that the command line prints and a run folder keeps.

describe(plan, "zh") → text      status, value by term, what is built, rates, destinations, audit, notes
record(plan, "en")   → dict      what `--json` prints; plain values, no NaN
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

import pandas as pd

from redmud_opt.case.things import WASTE_CLASSES
from redmud_opt.i18n import Message, template, text
from redmud_opt.model.objective import TOLERANCE as HELD
from redmud_opt.model.objective import Level, levels_of
from redmud_opt.plan.audit import TOLERANCE, Audit
from redmud_opt.plan.fates import FATES
from redmud_opt.plan.lots import MADE
from redmud_opt.plan.served import WHOSE, not_attributed_cny, per_source

MILLION = 1e6
PROVED = 1e-6
"""A gap up to this is proved to be nothing."""
MOST_SOURCES = 12
"""Sources whose cost to serve is shown, those with the most money first."""
SHOWN_TERMS = 4
"""Terms that have a column of their own there, those with the most money."""
MOST_YEARS = 5
"""Up to this many years stand side by side; beyond it tables show the horizon only."""

Row = list[str]


class Described(Protocol):
    """What is told of a plan."""

    @property
    def case_name(self) -> str:
        """Name of the case."""

    @property
    def title(self) -> Mapping[str, str]:
        """Language → title."""

    @property
    def frames(self) -> Mapping[str, pd.DataFrame]:
        """The tables."""

    @property
    def solve(self) -> Mapping[str, Any]:
        """Why it stopped and what it holds."""

    @property
    def value_cny(self) -> float:
        """Sum of the value terms."""

    @property
    def not_enforced(self) -> tuple[Message, ...]:
        """What the case states without effect."""

    @property
    def notes(self) -> tuple[Message, ...]:
        """What never runs, and why."""

    @property
    def audit(self) -> Audit | None:
        """The audit, if it was made."""

    @property
    def labels(self) -> Mapping[str, Mapping[str, str]]:
        """Language → name → label."""

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Where it comes from."""


def describe(plan: Described, language: str = "en") -> str:
    """The plan in words."""
    speaker = Speaker(plan, language)
    blocks = (
        speaker.headline(),
        speaker.value(),
        speaker.moved(),
        speaker.annual(),
        speaker.served(),
        speaker.built(),
        speaker.closed(),
        speaker.yards(),
        speaker.spending(),
        speaker.reductions(),
        speaker.ages(),
        speaker.permits(),
        speaker.border_documents(),
        speaker.refunds(),
        speaker.contracts(),
        speaker.services(),
        speaker.emissions(),
        speaker.transport(),
        speaker.rates(),
        speaker.targets(),
        *speaker.destinations(),
        speaker.ledger(),
        speaker.elements(),
        speaker.gates(),
        speaker.shortfalls(),
        speaker.alarms(),
        speaker.honesty(),
    )
    return "\n\n".join("\n".join(block) for block in blocks if block)


def record(plan: Described, language: str = "en") -> dict[str, Any]:
    """The headline for JSON."""
    solve, audit = plan.solve, plan.audit
    seconds = solve.get("seconds")
    terms = plan.frames["value_terms"].groupby("term", sort=False)["value_cny"].sum()
    return {
        "case": plan.case_name,
        **{
            name: plain(solve.get(name))
            for name in ("stopped", "holds", "status", "objective", "bound", "gap")
        },
        **({"pools": dict(solve["pools"])} if solve.get("pools") else {}),
        "value_cny": plain(plan.value_cny),
        "value_terms": {str(term): plain(amount) for term, amount in terms.items()},
        "utilisation": records(plan.frames["rates"]),
        **{name: records(plan.frames[name]) for name in DECIDED if name in plan.frames},
        **_against(plan),
        "targets": records(plan.frames["targets"]),
        "shortfalls": records(plan.frames["shortfalls"]),
        "audit": None
        if audit is None
        else {"passed": audit.passed, "worst_residual": plain(audit.worst_residual)},
        "not_enforced": [said(message, language) for message in plan.not_enforced],
        "assumptions": plan.provenance.get("assumptions"),
        "notes": [said(message, language) for message in plan.notes],
        "size": solve.get("size"),
        "seconds": dict(seconds) if isinstance(seconds, Mapping) else {"solve": seconds},
    }


NEAR_DAYS = 90
"""Days before a limit of storage, or the end of a permit, from which on it is near."""

ALMOST_USED = 0.9
"""Share of the tonnes of a permit from which on it is said how far it is used."""

DECISIONS = ("built", "closed", "opened", "yard", "adopted")
"""Measures of what is decided for good."""

DECIDED = (
    *("builds", "closings", "yard_events", "yard_ends", "spending", "budgets", "refunds", "take_or_pay"),
    "reductions",
)
"""Tables of what is decided for good or owed; a plan put together by hand need not have them."""


def _against(plan: Described) -> dict[str, Any]:
    """The baseline, and how many acts differ from it; nothing of it without one."""
    before = plan.provenance.get("baseline")
    return {"baseline": {**before, "moved": len(plan.frames["moved"])}} if before else {}


def said(message: Message, language: str) -> dict[str, str]:
    """A message for JSON: its key for programs, its text for people."""
    return {"key": message.key, "text": text(message, language)}


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values."""
    return [{str(name): plain(value) for name, value in row.items()} for row in frame.to_dict("records")]


def plain(value: Any) -> Any:
    """A value that JSON knows: NaN, infinity and no day are null, a day is its text."""
    if isinstance(value, str) or value is None or value is pd.NaT:
        return None if value is pd.NaT else value
    if isinstance(value, date):
        return value.isoformat()
    number = value.item() if hasattr(value, "item") else value
    if isinstance(number, float):
        return number + 0.0 if math.isfinite(number) else None
    return number


def table(rows: Sequence[Row], left: int = 1) -> list[str]:
    """Rows in columns, the first `left` flush left; Chinese characters are two cells wide."""
    widths = [max(width(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for k, cell in enumerate(row):
            gap = " " * (widths[k] - width(cell))
            cells.append(cell + gap if k < left else gap + cell)
        lines.append(("  " + "  ".join(cells)).rstrip())
    return lines


def width(words: str) -> int:
    """Cells that a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in words)


def tonnes(amount: float) -> str:
    """Whole tonnes."""
    return f"{amount:,.0f}" if abs(amount) >= 0.5 else "0"


def millions(amount: float, decimals: int = 3) -> str:
    """Millions."""
    words = f"{amount / MILLION:,.{decimals}f}"
    return words if words.strip("-0.,") else words.lstrip("-")


def level_words(level: Level) -> Message:
    """A level of an objective."""
    if level.goal is not None:
        found = Message(f"plan.goal_{level.goal}")
    else:
        terms = (
            Message("plan.level_term", {"weight": w, "goal": Message(f"plan.goal_{g}")})
            for g, w in level.weights
        )
        found = Message("plan.level_sum", {"terms": tuple(terms)})
    if level.tolerance == HELD:
        return found
    return Message("plan.level_within", {"level": found, "percent": 100.0 * level.tolerance})


def per_tonne(amount: float, whole: float) -> str:
    """CNY per tonne; a dash where there is nothing to divide by."""
    words = f"{amount / whole:,.1f}" if whole > 0.0 else "–"
    return words.lstrip("-") if words == "-0.0" else words


def percent(share: float) -> str:
    """A share in percent; a dash where there is nothing to divide by."""
    return f"{100 * share:.2f} %" if math.isfinite(share) else "–"


def year_spans(years: Iterable[int]) -> str:
    """Years as people write them: 2026–2028, 2030."""
    spans: list[list[int]] = []
    for year in sorted(set(years)):
        if spans and year == spans[-1][1] + 1:
            spans[-1][1] = year
        else:
            spans.append([year, year])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in spans)


def more_and_less(cell: Sequence[float] | None) -> str:
    """Tonnes more and tonnes less, as +12 −3."""
    more, less = cell or (0.0, 0.0)
    parts = [f"{sign}{tonnes(amount)}" for sign, amount in (("+", more), ("−", less)) if amount >= 0.5]
    return " ".join(parts) or "–"


def gap_words(gap: float) -> str:
    """A gap in percent, two figures of it where it is small and not proved to be nothing."""
    return percent(gap) if gap >= 1e-3 or gap <= PROVED else f"{100 * gap:.2g} %"


def figure(number: float) -> str:
    """Four figures."""
    return f"{number:.4g}"


CAME = ("arisings", "purchases")
"""Entries of an element that come from outside the plan in every year."""

OPEN = ("unaccounted", "undetermined")
"""Entries of an element that no process says the whereabouts of: all being known, or not."""

TIGHTEST = 3
"""So many gates are told."""

MOST_ALARMS = 3
"""So many alarms are told, each of another indicator."""


class Speaker:
    """Says a plan in one language, block by block."""

    def __init__(self, plan: Described, language: str) -> None:
        self.plan, self.language = plan, language

    def say(self, key: str, **values: object) -> str:
        """The words of `plan.<key>`."""
        return text(Message(f"plan.{key}", values), self.language)

    def word(self, group: str, name: str) -> str:
        """A word of the vocabulary; the name itself where the catalogue has none."""
        key = f"plan.{group}_{name}"
        return name if template(key, self.language) is None else text(Message(key), self.language)

    def name(self, name: str) -> str:
        """The label of a declared thing."""
        return self.plan.labels.get(self.language, {}).get(name) or name

    def headline(self) -> list[str]:
        """Title, what the plan holds, why the solve stopped, value."""
        plan, solve = self.plan, self.plan.solve
        title = plan.title.get(self.language) or plan.case_name
        lines = [title if title == plan.case_name else self.say("title", title=title, name=plan.case_name)]
        gap = solve.get("gap")
        if solve.get("holds") == "proved":
            status = self.say("proved")
        elif gap is None:
            status = self.say("without_bound")
        else:
            status = self.say("with_gap", gap=gap_words(gap))
        reason = "" if solve.get("stopped") == "optimal" else self.word("stopped", str(solve.get("stopped")))
        lines.append(self.say("status", status=status, reason=reason).strip())
        if plan.provenance.get("objective"):
            lines.append(self.objective(str(plan.provenance["objective"])))
        lines.append(self.say("worth", value=millions(plan.value_cny, self.decimals())))
        return [*lines, *self.proof(), *self.pools()]

    def objective(self, asked: str) -> str:
        """What the plan was asked to be best at."""
        if template(f"plan.objective_{asked}", self.language) is not None:
            return self.word("objective", asked)
        levels = levels_of(asked)
        return self.say("objective_levels", levels=tuple(map(level_words, levels)))

    def proof(self) -> list[str]:
        """With integers: objective, bound and gap, where there is a bound."""
        solve = self.plan.solve
        integers = (solve.get("size") or {}).get("integers", 0)
        if not integers or solve.get("bound") is None or solve.get("objective") is None:
            return []
        values = {name: millions(float(solve[name]), self.decimals()) for name in ("objective", "bound")}
        return [self.say("proof", gap=gap_words(float(solve.get("gap") or 0.0)), **values)]

    def pools(self) -> list[str]:
        """With pools: how near the compositions chosen come to the best."""
        found = self.plan.solve.get("pools")
        if not found:
            return []
        if found["gap"] is None:
            return [self.say("pools_without_bound")]
        if found["gap"] <= PROVED:
            return [self.say("pools_closed")]
        if found["goal"] != "value":
            return [self.say("pools_goal", gap=gap_words(found["gap"]))]
        values = {name: millions(found[name], self.decimals()) for name in ("reached", "bound")}
        return [self.say("pools", gap=gap_words(found["gap"]), **values)]

    def value(self) -> list[str]:
        """Value by term."""
        decimals = self.decimals()
        rows = [
            [self.word("term", str(term)), millions(value, decimals)]
            for term, value in self.terms().items()
            if abs(value) > 0.5
        ]
        rows.append([self.say("total"), millions(self.plan.value_cny, decimals)])
        return [self.say("value_by_term"), *table(rows)]

    def annual(self) -> list[str]:
        """Value by term in a year as it is lived; years side by side where they are few, and the mean."""
        frame = self.plan.frames.get("annual")
        if frame is None or frame.empty:
            return []
        shares = frame.groupby("year")["of_year"].first()
        years = [int(year) for year in shares.index]
        few = years if 1 < len(years) <= MOST_YEARS else []
        rows = [["", *map(str, few), self.say("annual_mean")]]
        terms = {str(term): part for term, part in frame.groupby("term", sort=False)}
        for name, part in [*terms.items(), ("", frame)]:
            amounts = [*by_year(part, "value_cny", few), float(part["value_cny"].sum() / shares.sum())]
            if max(map(abs, amounts)) > 0.5 or not name:
                words = self.word("term", name) if name else self.say("total")
                rows.append([words, *(millions(amount, self.decimals()) for amount in amounts)])
        return [self.say("annual"), *table(rows)]

    def served(self) -> list[str]:
        """Cost to serve: a row per waste and source, terms with the most money side by side."""
        frames = self.plan.frames
        if "cost_to_serve" not in frames or "traced" not in frames or frames["traced"].empty:
            return []
        found = per_source(frames)
        terms = list(found.columns.drop([*WHOSE, "origin_t", "net"])[:SHOWN_TERMS])
        heads = [*(self.word("term", term) for term in terms), self.say("served_other")]
        rows = [[self.say("served_source"), self.say("served_tonnes"), *heads, self.say("served_net")]]
        for row in found[:MOST_SOURCES].to_dict("records"):
            parts = [float(row[term]) for term in terms]
            money, amount = (
                [*parts, float(row["net"]) - sum(parts), float(row["net"])],
                float(row["origin_t"]),
            )
            whose = self.source(*(str(row[name]) for name in WHOSE))
            rows.append([whose, tonnes(amount), *(per_tonne(part, amount) for part in money)])
        notes = []
        if len(found) > MOST_SOURCES:
            notes.append(self.say("served_further", count=len(found) - MOST_SOURCES))
        if rest := not_attributed_cny(frames):
            notes.append(self.say("served_rest", value=millions(rest, self.decimals())))
        return [self.say("served"), *table(rows), *indented(notes)]

    def source(self, site: str, material: str, given: str) -> str:
        """A waste and where it comes from."""
        return self.say(
            "of_plant", what=self.say(f"source_{given}", what=self.name(material)), plant=self.name(site)
        )

    def terms(self) -> dict[str, float]:
        """Value per term."""
        sums = self.plan.frames["value_terms"].groupby("term", sort=False)["value_cny"].sum()
        return {str(term): float(value) for term, value in sums.items()}

    def decimals(self) -> int:
        """Down to a thousand CNY; to one CNY where all terms are small."""
        return 3 if max(map(abs, self.terms().values()), default=0.0) >= 10 * MILLION else 6

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Rows of a table; none where the plan has no such table."""
        frame = self.plan.frames.get(name)
        return [] if frame is None else [{str(k): v for k, v in r.items()} for r in frame.to_dict("records")]

    def built(self) -> list[str]:
        """What is built: how much, when decided, when it starts, for how much."""
        lines = []
        for row in self.rows("builds"):
            count = int(row["units"])
            values = {
                "line": self.name(str(row["line"])),
                "size": self.size(row) if count == 1 else self.say("units", count=count, size=self.size(row)),
                "period": str(row["period"]),
                "start": str(row["start"]),
                "capex": millions(float(row["capex_cny"])),
            }
            lines.append(self.say("build", **values))
        return [self.say("builds"), *indented(lines)] if lines else []

    def moved(self) -> list[str]:
        """What is other than in the baseline: value, tonnes by measure and period, builds and closings."""
        before = self.plan.provenance.get("baseline")
        if not before:
            return []
        decimals, was = self.decimals(), before.get("value_cny")
        values = {"before": "–" if was is None else millions(was, decimals), "baseline": str(before["name"])}
        lines = [self.say("against", after=millions(self.plan.value_cny, decimals), **values)]
        if before["frozen"]:
            lines += indented([self.say("frozen", periods=tuple(before["frozen"]))])
        rows = self.rows("moved")
        lines += indented(self.decision(row) for row in rows if row["measure"] in DECISIONS)
        amounts = [row for row in rows if row["measure"] not in DECISIONS]
        lines += self.changes(amounts) if amounts else []
        return lines if rows else [*lines, *indented([self.say("nothing_moved")])]

    def changes(self, rows: list[dict[str, Any]]) -> list[str]:
        """How much more and less of each measure, by period; where many differ by year, without stocks, or in all."""
        years = {str(row["period"]): str(row["start"])[:4] for row in self.rows("periods")}
        column_of = {period: period for period in years if any(row["period"] == period for row in rows)}
        many = len(column_of) > MOST_YEARS
        if many:
            column_of = {period: years[period] for period in column_of}
            rows = [row for row in rows if row["measure"] != "stock"]
        if len(set(column_of.values())) > MOST_YEARS:
            column_of = dict.fromkeys(column_of, self.say("horizon"))
        columns = list(dict.fromkeys(column_of.values()))
        sums: dict[str, dict[str, list[float]]] = {}
        for row in rows:
            change = float(row["change"])
            cells = sums.setdefault(str(row["measure"]), {})
            cells.setdefault(column_of[str(row["period"])], [0.0, 0.0])[change < 0] += abs(change)
        body = [
            [self.word("measure", measure), *(more_and_less(cells.get(column)) for column in columns)]
            for measure, cells in sums.items()
        ]
        return [self.say("moved"), *table([["", *columns], *body])]

    def decision(self, row: Mapping[str, Any]) -> str:
        """A step or a closing that the baseline did not have, or had."""
        values = {"line": self.name(str(row["item"])), "period": str(row["period"])}
        units = {name: int(row[name]) for name in ("before", "after")}
        return self.say(f"moved_{row['measure']}", **values, **units)

    def size(self, row: Mapping[str, Any]) -> str:
        """A size with its unit."""
        unit = self.word("unit", str(row.get("unit", "")))
        return self.say("size", size=tonnes(float(row["size"])), unit=unit).strip()

    def closed(self) -> list[str]:
        """What is closed, and from when on."""
        lines = []
        for row in self.rows("closings"):
            decided = str(row["decided"] or "")
            whose = self.say("of_decision", period=decided) if decided else ""
            values = {
                "line": self.name(str(row["line"])),
                "count": int(row["units"]),
                "period": str(row["period"]),
            }
            lines.append(self.say("closing", whose=whose, **values))
        return [self.say("closings"), *indented(lines)] if lines else []

    def yards(self) -> list[str]:
        """What is decided of yards, which close, and when they are full."""
        lines = [
            self.say(
                f"yard_{row['kind']}",
                yard=self.name(str(row["storage"])),
                item=self.name(str(row["item"])),
                period=str(row["period"]),
                start=str(row["start"]),
                cost=millions(float(row["cost_cny"])),
            )
            for row in self.rows("yard_events")
        ]
        full = [row for row in self.rows("yard_ends") if math.isfinite(float(row["full_year"]))]
        lines += [
            self.say("yard_full", yard=self.name(str(row["storage"])), year=str(int(row["full_year"])))
            for row in full
        ]
        return [self.say("yards"), *indented(lines)] if lines else []

    def spending(self) -> list[str]:
        """Capex by year, and what is due in each budget."""
        lines: list[str] = []
        sums: dict[int, float] = {}
        for row in self.rows("spending"):
            sums[int(row["year"])] = sums.get(int(row["year"]), 0.0) + float(row["capex_cny"])
        if sums:
            rows = [[str(year), millions(sums[year])] for year in sorted(sums)]
            lines += table([*rows, [self.say("total"), millions(sum(sums.values()))]])
        for row in self.rows("budgets"):
            window = self.say("horizon") if row["window"] == "horizon" else str(row["window"])
            values = {name: millions(float(row[f"{name}_cny"])) for name in ("spent", "amount")}
            lines += indented([self.say("budget", budget=str(row["budget"]), window=window, **values)])
        return [self.say("spending"), *lines] if lines else []

    def reductions(self) -> list[str]:
        """What options on what arises avoid, change and add."""
        found: dict[tuple[str, str, str], list[float]] = {}
        for row in self.rows("reductions"):
            key = (str(row["option"]), str(row["kind"]), str(row["decided"]))
            sums = found.setdefault(key, [0.0, 0.0, 0.0])
            sums[0] += float(row["avoided_t"]) + float(row["changed_t"])
            sums[1] += float(row["added_t"])
            sums[2] += float(row["margin_cny" if row["kind"] == "expansion" else "cost_cny"])
        lines = []
        for (option, kind, period), (amount, added, money) in found.items():
            values = {
                "option": self.name(option),
                "decided": self.say("adopted", period=period) if period else "",
                "money": millions(money),
                "added": tonnes(added),
            }
            if kind != "expansion":
                values["amount"] = tonnes(amount)
            lines.append(self.say(f"reduced_{kind}", **values))
        return [self.say("reductions"), *indented(lines)] if lines else []

    def border_documents(self) -> list[str]:
        """Approvals that are used up or almost, and what is still to be filed."""
        lines = []
        for row in self.rows("border_documents"):
            way = {"from": self.name(str(row["from_province"])), "to": self.name(str(row["to_province"]))}
            used, allowed = float(row["used_t"]), float(row["allowed_t"])
            if used > 0.0 and used >= ALMOST_USED * allowed:
                amounts = {"used": tonnes(used), "allowed": tonnes(allowed)}
                names = {"document": str(row["document"]), "code": str(row["code"])}
                lines.append(self.say("approval_used", **names, **way, **amounts))
            if float(row["to_be_filed_t"]) > 0.0:
                filed = {
                    "site": self.name(str(row["receiver"])),
                    "amount": tonnes(float(row["to_be_filed_t"])),
                }
                lines.append(self.say("to_be_filed", **way, **filed))
        return [self.say("border_documents"), *indented(lines)] if lines else []

    def permits(self) -> list[str]:
        """Receivers and codes whose permits are used up or almost, with the years, and permits about to end."""
        full: dict[tuple[str, str], list[tuple[int, float]]] = {}
        ends = []
        for row in self.rows("permits"):
            used, allowed = float(row["used_t"]), float(row["allowed_t"])
            whose = (self.name(str(row["receiver"])), str(row["code"]))
            if used > 0.0 and used >= ALMOST_USED * allowed:
                full.setdefault(whose, []).append((int(row["year"]), used / allowed))
            if used > 0.0 and float(row["days_left"]) <= NEAR_DAYS:
                names = {"permit": str(row["permit"]), "receiver": whose[0], "code": whose[1]}
                ends.append(self.say("permit_ends", **names, valid_to=str(row["valid_to"])))
        lines = [
            self.say(
                "permits_used",
                receiver=receiver,
                code=code,
                years=year_spans(year for year, _ in found),
                share=percent(max(share for _, share in found)),
            )
            for (receiver, code), found in full.items()
        ]
        lines += dict.fromkeys(ends)
        return [self.say("permits"), *indented(lines)] if lines else []

    def refunds(self) -> list[str]:
        """VAT refunds."""
        lines = [
            self.say(
                "refund",
                facility=self.name(str(row["facility"])),
                product=self.name(str(row["product"])),
                year=str(row["year"]),
                amount=millions(float(row["refund_cny"])),
            )
            for row in self.rows("refunds")
        ]
        return [self.say("refunds"), *indented(lines)] if lines else []

    def ages(self) -> list[str]:
        """Storage clocks: the oldest waste in stock, what is about to be too old, what lies too long."""
        rows, lines = self.rows("ages"), []
        dated = [row for row in rows if float(row["age_days"]) == float(row["age_days"])]
        if dated:
            oldest = max(dated, key=lambda row: float(row["age_days"]))
            days = f"{float(oldest['age_days']):,.0f}"
            names = {
                "storage": self.name(str(oldest["storage"])),
                "material": self.name(str(oldest["material"])),
            }
            lines.append(self.say("age_oldest", days=days, period=str(oldest["period"]), **names))
        near = [row for row in rows if 0.0 <= float(row["days_left"]) <= NEAR_DAYS]
        late = [row for row in rows if float(row["overrun_t"]) > 0.0]
        unseen = self.rows("clock_overruns")
        for key, found, column in (
            ("age_near", near, "stock_t"),
            ("age_late", late, "overrun_t"),
            ("age_late_fifo", unseen, "overrun_t"),
        ):
            amounts: dict[str, float] = {}
            for row in found:
                amounts[str(row["period"])] = amounts.get(str(row["period"]), 0.0) + float(row[column])
            if amounts:
                period = max(amounts, key=lambda name: amounts[name])
                lines.append(self.say(key, amount=tonnes(amounts[period]), period=period, days=NEAR_DAYS))
        return [self.say("ages"), *indented(lines)] if lines else []

    def contracts(self) -> list[str]:
        """What is paid for under contracts without being taken, and what is made up."""
        lines = []
        for row in self.rows("take_or_pay"):
            whose = {"contract": str(row["contract"]), "year": str(row["year"])}
            amounts = {name: tonnes(float(row[name])) for name in ("take", "taken", "made_up", "short")}
            for name, money in (("short", "penalty_cny"), ("made_up", "credit_cny")):
                if float(row[name]) > 0.5:
                    amount = millions(float(row[money]))
                    lines.append(self.say(f"contract_{name}", amount=amount, **whose, **amounts))
        return [self.say("contracts"), *indented(lines)] if lines else []

    def services(self) -> list[str]:
        """Who pays whom at shared bases, over the horizon; what a company owes to itself is left out."""
        sums: dict[tuple[str, str, str], list[float]] = {}
        for row in self.rows("services"):
            found = sums.setdefault((str(row["facility"]), str(row["payer"]), str(row["owner"])), [0.0, 0.0])
            found[0] += float(row["fed_t"])
            found[1] += float(row["service_cny"])
        lines = []
        for (facility, payer, owner), (fed, paid) in sums.items():
            if payer != owner and paid > 0.5:
                names = {"facility": self.name(facility), "owner": self.name(owner)}
                whose = self.name(payer) if payer else self.say("payer_unknown")
                lines.append(
                    self.say("service", payer=whose, fed=tonnes(fed), amount=millions(paid), **names)
                )
        return [self.say("services"), *indented(lines)] if lines else []

    def emissions(self) -> list[str]:
        """Emissions by scope and year; what is avoided elsewhere stands apart and is netted with nothing."""
        frame = self.plan.frames.get("accounts")
        if frame is None:
            return []
        years = sorted({int(year) for year in self.plan.frames["value_terms"]["year"]})
        lines: list[str] = []
        for account, group in (("co2e_t", "emissions"), ("avoided_co2e_t", "avoided")):
            own = frame[frame["account"] == account]
            rows = []
            for scope in dict.fromkeys(own["scope"]):
                amounts = by_year(own[own["scope"] == scope], "amount", years)
                rows.append([self.word("scope", str(scope)), *map(tonnes, amounts), tonnes(sum(amounts))])
            lines += [self.say(group), *table(shown(rows, years, self))] if rows else []
        return lines

    def transport(self) -> list[str]:
        """Tonne-kilometres of a year and the share of clean modes, where modes are declared."""
        seen: dict[int, tuple[float, float]] = {}
        for row in self.rows("transport"):
            before = seen.get(int(row["year"]), (0.0, 0.0))[0]
            seen[int(row["year"])] = before + float(row["t_km"]), float(row["clean_share"])
        lines = [
            self.say("clean_share", year=str(year), t_km=millions(t_km), share=percent(share))
            for year, (t_km, share) in sorted(seen.items())
            if math.isfinite(share)
        ]
        return [self.say("transport"), *indented(lines)] if lines else []

    def rates(self) -> list[str]:
        """The three rates per class, plant and year."""
        frame = self.plan.frames["rates"]
        if frame.empty:
            return []
        names = ["rate_new", "rate_stat", "rate_gross"]
        if "rate_new_proportional" in frame and _differ(frame["rate_new"], frame["rate_new_proportional"]):
            names.insert(1, "rate_new_proportional")
        rows = [[self.say(f"head_{head}") for head in ("waste_class", "year", "generated", *names)]]
        for row in frame.to_dict("records"):
            rates = [percent(float(row[name])) for name in names]
            whose = self.origin(str(row["waste_class"]), str(row["plant"]))
            rows.append([whose, str(row["year"]), tonnes(float(row["generated_t"])), *rates])
        return [self.say("rates"), *table(rows)]

    def origin(self, waste_class: str, plant: str) -> str:
        """A waste class, with its plant or owner if there is one."""
        words = self.word("class", waste_class)
        return self.say("of_plant", what=words, plant=self.name(plant)) if plant else words

    def destinations(self) -> Iterator[list[str]]:
        """A block per waste class: where its origin tonnes came from and went, by year."""
        identity = self.plan.frames["identity"]
        fates = self.plan.frames.get("fates")
        classes = identity["origin"].str.partition(":")[0] if len(identity) else pd.Series(dtype=str)
        known = [*WASTE_CLASSES.split(), *classes]
        for waste_class in sorted(set(classes), key=known.index):
            own = identity[classes == waste_class]
            years = sorted(int(year) for year in own["year"].unique())
            rows = list(self.came(own, years))
            if fates is None:
                rows += self.went_by_account(own, years)
            else:
                mine = fates["origin"].str.partition(":")[0] == waste_class
                rows += self.went(fates[mine], years)
            yield [
                self.say("destinations", what=self.word("class", waste_class)),
                *table(shown(rows, years, self)),
            ]

    def came(self, own: pd.DataFrame, years: list[int]) -> Iterator[Row]:
        """Opening stock, generated, received."""
        opening = by_year(own, "opening_t", years)
        yield [self.say("opening"), *map(tonnes, opening), tonnes(opening[0])]
        for column in ("generated_t", "received_t"):
            amounts = by_year(own, column, years)
            if sum(amounts) > 0.5:
                yield [self.say(column.removesuffix("_t")), *map(tonnes, amounts), tonnes(sum(amounts))]

    def went(self, fates: pd.DataFrame, years: list[int]) -> Iterator[Row]:
        """Each fate with the process, outlet or storage that took the tonnes, the greatest first."""
        for fate in FATES:
            part = fates[fates["fate"] == fate]
            totals = part.groupby("at")["amount_t"].sum().sort_values(ascending=False)
            for at in totals.index:
                amounts = by_year(part[part["at"] == at], "amount_t", years)
                total = amounts[-1] if fate == "stored" else sum(amounts)
                if max(amounts) > 0.5:
                    words = self.say(f"fate_{fate}", at=self.name(str(at)))
                    yield [words, *map(tonnes, amounts), tonnes(total)]

    def went_by_account(self, own: pd.DataFrame, years: list[int]) -> Iterator[Row]:
        """The same from the identity alone, without places."""
        for fate in FATES:
            amounts = by_year(own, "closing_t" if fate == "stored" else f"{fate}_t", years)
            total = amounts[-1] if fate == "stored" else sum(amounts)
            if max(amounts) > 0.5:
                yield [self.say(f"fate_{fate}", at="").strip(" :："), *map(tonnes, amounts), tonnes(total)]

    def targets(self) -> list[str]:
        """Every target with what it asks for and what is reached."""
        lines = []
        for row in self.rows("targets"):
            values = {
                "target": self.name(str(row["target"])),
                "year": str(row["year"]),
                "rate": self.say(f"target_{row['rate']}"),
                "hardness": self.say("target_hard" if row["hard"] else "target_soft"),
                "asked": percent(float(row["at_least"])),
                "reached": percent(float(row["reached"])),
                "state": self.say(f"target_{row['verdict'] or 'nothing'}"),
            }
            lines.append(self.say("target", **values))
        return [self.say("targets"), *indented(lines)] if lines else []

    def ledger(self) -> list[str]:
        """Hazardous waste lot by lot: how many lots, what came, what still lies there."""
        lots = self.plan.frames.get("ledger_lots")
        if lots is None or lots.empty:
            return []
        values = {
            "lots": str(len(lots)),
            "entries": str(len(self.plan.frames["ledger"])),
            "come": tonnes(float(lots[lots["given"] != MADE]["arisen_t"].sum())),
            "open": tonnes(float(lots["stock_t"].sum())),
        }
        return [self.say("ledger", **values)]

    def elements(self) -> list[str]:
        """What is conserved, over the horizon: what came in, and what no process accounts for."""
        lines = []
        frame = self.plan.frames.get("elements")
        for name, own in () if frame is None or frame.empty else frame.groupby("property", sort=False):
            first = own["year"] == own["year"].min()  # later opening stock is what closed the year before
            come = own[own["entry"].isin(CAME) | (first & (own["entry"] == "opening_stock"))][
                "content_t"
            ].sum()
            rest = own[own["entry"].isin(OPEN)]
            open_, dark = (float(rest[rest["entry"] == entry]["content_t"].sum()) for entry in OPEN)
            if len(rest):
                values = {
                    "property": self.name(str(name)),
                    "come": tonnes(float(come)),
                    "open": tonnes(open_),
                    "share": percent(open_ / come if come else math.nan),
                    "dark": tonnes(dark),
                    "process": self.name(str(rest.groupby("at")["content_t"].sum().abs().idxmax())),
                }
                lines.append(self.say("element", **values))
        return [self.say("elements"), *indented(lines)] if lines else []

    def gates(self) -> list[str]:
        """The gates with the least slack as a share of their limit, each at its tightest."""
        frame = self.plan.frames.get("gate_margins")
        if frame is None or frame.empty:
            return []
        share = frame["slack"] / frame["limit"].abs().where(frame["limit"] != 0, 1.0)
        order = frame.assign(share=share).sort_values("share", kind="stable")
        lines = []
        for row in order.drop_duplicates(["gate", "at"]).head(TIGHTEST).to_dict("records"):
            values = {
                "gate": str(row["gate"]),
                "at": self.name(str(row["at"])),
                "period": str(row["period"]),
                "property": self.name(str(row["property"])),
                "mean": figure(float(row["mean"])),
                "margin": figure(float(row["margin"])),
                "limit": figure(float(row["limit"])),
                "share": percent(float(row["share"]) if abs(row["share"]) > PROVED else 0.0),
            }
            lines.append(self.say(f"gate_{row['sense']}", **values))
        return [self.say("gates"), *indented(lines)]

    def shortfalls(self) -> list[str]:
        """Soft targets that the plan misses; their penalties are no part of value."""
        rows = self.plan.frames["shortfalls"].to_dict("records")
        lines = [
            self.say(
                "short",
                target=self.name(str(row["target"])),
                year=str(row["year"]),
                short=tonnes(float(row["short_t"])),
                penalty=millions(float(row["penalty_cny"])),
            )
            for row in rows
        ]
        return [self.say("shortfalls"), *indented(lines)] if lines else []

    def alarms(self) -> list[str]:
        """What can fail: how much of it, and the worst reading of each indicator that is an alarm."""
        rows = self.rows("readiness")
        alarms = [row for row in rows if row["state"] == "alarm"]
        watched = sum(row["state"] == "watch" for row in rows)
        worst: dict[str, dict[str, Any]] = {}
        for row in alarms:
            kept = worst.setdefault(str(row["indicator"]), row)
            further = (row["value"] - kept["value"]) * (row["value"] - row["alarm"])
            worst[str(row["indicator"])] = row if further > 0.0 else kept
        lines = [
            self.say(
                "alarm",
                what=self.word("indicator", indicator),
                value=self.reading(float(row["value"]), str(row["unit"])),
                where=self.place(row),
                action=text(Message(str(row["action"])), self.language),
            )
            for indicator, row in list(worst.items())[:MOST_ALARMS]
        ]
        head = self.say("alarms", alarms=len(alarms), watched=watched)
        return [head, *indented(lines)] if alarms else []

    def reading(self, value: float, unit: str) -> str:
        """A value in its unit."""
        if unit == "1":
            return percent(value)
        return (
            self.say("days", days=tonnes(value)) if unit == "d" else self.say("tonnes", amount=tonnes(value))
        )

    def place(self, row: Mapping[str, Any]) -> str:
        """Where and when a reading was taken."""
        item = str(row["item"])
        named = self.word("class", item) if template(f"plan.class_{item}", self.language) else self.name(item)
        parts = (self.name(str(row["at"])), named, str(row["period"] or row["year"]))
        return ", ".join(part for part in parts if part)

    def honesty(self) -> list[str]:
        """The audit, what the numbers rest on, what has no effect yet, what never runs."""
        lines = [self.audited()]
        found = self.plan.provenance.get("assumptions")
        if found:
            lines.append(text(Message("case.assumptions", found), self.language))
        if self.plan.not_enforced:
            items = self.say("and").join(
                compact(message, self.language) for message in self.plan.not_enforced
            )
            lines.append(self.say("not_enforced", count=len(self.plan.not_enforced), items=items))
        if self.plan.notes:
            lines.append(self.say("notes"))
            lines += indented(text(message, self.language) for message in self.plan.notes)
        return lines

    def audited(self) -> str:
        """The audit in one line."""
        audit = self.plan.audit
        if audit is None:
            return self.say("not_audited")
        values = {"worst": f"{audit.worst_residual:.1e}", "tolerance": f"{TOLERANCE:.0e}"}
        if audit.passed:
            return self.say("audit_passed", **values)
        return self.say("audit_failed", count=len(audit.failures), **values)


def by_year(frame: pd.DataFrame, column: str, years: Iterable[int]) -> list[float]:
    """Sum of a column per year."""
    sums = frame.groupby("year")[column].sum().to_dict() if len(frame) else {}
    return [float(sums.get(year, 0.0)) for year in years]


def shown(rows: list[Row], years: list[int], speaker: Speaker) -> list[Row]:
    """Rows under their years; one column where there is one year, or too many to show."""
    if len(years) == 1 or len(years) > MOST_YEARS:
        return [[row[0], row[-1]] for row in rows]
    return [["", *map(str, years), speaker.say("horizon")], *rows]


def indented(lines: Iterable[str]) -> list[str]:
    """Lines of a list."""
    return [f"  - {line}" for line in lines]


def compact(message: Message, language: str) -> str:
    """A statement without effect, by the name of its table, column or setting; in full where it names none."""
    values = message.values
    if "table" in values and "column" in values:
        return f"{values['table']}.{values['column']}"
    for name in ("table", "tables", "key"):
        if name in values:
            named = values[name]
            return text(Message("plan.and"), language).join(named) if isinstance(named, tuple) else str(named)
    return text(message, language)


def _differ(first: pd.Series, second: pd.Series) -> bool:
    """Whether two columns of rates differ anywhere."""
    return bool(((first - second).abs() > PROVED).any())
