"""What a study says in words, for the command line, the app and its page.

    for message in lines(results): text(message, "zh")

Of samples how outputs spread, of members set in order between which ends they lie, of decisions which one to take and
what knowing more before would be worth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from redmud_opt.i18n import Message
from redmud_opt.i18n.amounts import Money, Tonnes
from redmud_opt.study.sweeps import choosing
from redmud_opt.study.sweeps.designs import SAMPLED, SCREENED
from redmud_opt.study.sweeps.results import HELD, Results, is_money, is_share


def lines(results: Results) -> Iterator[Message]:
    """What is said of a study, however far it is; the first line is its heading."""
    found = results.frame()
    held = found[found["status"].isin(HELD)]
    yield Message(
        "sweep.heading", {"name": str(results.study["name"]), "kind": Message(f"sweep.kind_{results.kind}")}
    )
    yield Message("sweep.count", {"held": len(held), "found": len(found), "asked": results.head["asked"]})
    yield from _failures(results)
    yield from _learned(results.head.get("learned") or {}, found)
    yield from _audits(found)
    if results.kind == "two_stage":  # scenarios are no sample: they have their own probabilities
        yield from _together(results.together)
    elif results.kind == "decisions":  # members of several decisions are no sample of one
        yield from _decisions(results)
    else:
        yield from _outputs(results)


def _failures(results: Results) -> Iterator[Message]:
    for (status, stopped), group in results.failures().groupby(["status", "stopped"], dropna=False):
        values: dict[str, object] = {"count": len(group), "reason": str(group["reason"].iloc[0])}
        if status == "none":
            values["stopped"] = Message(f"choices.stopped_{stopped}")
        yield Message(f"sweep.failed_{status}", values)


def _learned(learned: Mapping[str, Any], found: pd.DataFrame) -> Iterator[Message]:
    """How members were solved on numbers that were learned, or why they were not."""
    if "why_not" in learned:
        why = Message(f"sweep.unlearnable_{learned['why_not']}", {"of": learned["of"]})
        yield Message("sweep.not_learned", {"why": why})
    elif learned and len(found):
        apart = found["learned_apart"].dropna() if "learned_apart" in found else pd.Series(dtype=float)
        count = int(found["learned"].sum()) if "learned" in found else 0
        values = {"count": count, "found": len(found), "points": learned["looked_at"]}
        most = f"{apart.max():.0e}" if len(apart) else "–"
        yield Message("sweep.learned", {**values, "checked": len(apart), "apart": most})


def _audits(found: pd.DataFrame) -> Iterator[Message]:
    if "audit_passed" not in found:
        return
    audited = found[found["audit_passed"].notna()]
    values = {"count": len(audited), "passed": int(audited["audit_passed"].sum())}
    yield Message("sweep.audited", {**values, "worst": f"{audited['audit_residual'].max():.1e}"})


def _outputs(results: Results) -> Iterator[Message]:
    """How each output spreads; of members set in order quantiles say nothing."""
    sampled = results.kind in (*SAMPLED, *SCREENED)
    ends = ("q05", "q50", "q95") if sampled else ("least", "q50", "most")
    for output, *amounts in results.summary()[["output", "base", *ends]].to_numpy().tolist():
        if not np.isnan(amounts[2]):
            shown = (_shown(output, amount) for amount in amounts)
            values = dict(zip(("base", "low", "middle", "high"), shown, strict=True))
            key = "sweep.output" if sampled else "sweep.output_between"
            yield Message(key, {"output": named(output), **values})


def named(output: str) -> Message:
    """An output in words; things of the case by their names."""
    kind, _, rest = output.partition(":")
    what, _, year = rest.rpartition(":")
    if kind in ("term", "goal"):
        return Message(f"plan.{kind}_{rest}")
    if kind.startswith("rate_"):
        values = {
            "what": Message(f"plan.class_{what}"),
            "rate": Message(f"report.column.{kind}"),
            "year": year,
        }
        return Message("sweep.output_rate", values)
    if kind in ("target", "met"):
        return Message(f"sweep.output_{kind}", {"what": what, "year": year})
    if kind == "value" and rest:
        return Message("sweep.output_value_of", {"year": rest})
    return Message(f"sweep.output_{kind}", {"what": rest})


def _shown(output: str, amount: float) -> Money | Tonnes | str:
    if is_money(output):
        return Money(amount)
    if is_share(output):
        return f"{100.0 * amount:.4g} %"
    return f"{amount:.6g}" if output.startswith("build:") or output == "goal:emissions" else Tonnes(amount)


# ---- decisions ---------------------------------------------------------------------------------------------------


def _together(told: Mapping[str, Any] | None) -> Iterator[Message]:
    """One decision for all scenarios."""
    if told is None:
        return
    if "decided" not in told:
        scenario, stopped = told["without_plan"], str(told["stopped"])
        ended = Message("sweep.status_faulty" if stopped == "faulty" else f"choices.stopped_{stopped}")
        key = "sweep.scenario_without_plan" if scenario else "sweep.none_for_all"
        yield Message(key, {"name": scenario, "stopped": ended})
        return
    decided = told["decided"] or Message("sweep.nothing_decided")
    yield Message("sweep.together_decided", {"aim": Message(f"sweep.aim_{told['aim']}"), "decided": decided})
    vss = Message("sweep.no_plan_as_it_stands") if told["vss_cny"] is None else Money(told["vss_cny"])
    values = {name: Money(told[f"{name}_cny"]) for name in ("worth", "evpi", "regret")}
    yield Message("sweep.together_worth", {**values, "vss": vss})
    if not told.get("proved", True):
        yield Message("sweep.together_unproved")
    for chance in told["chances"]:
        words = {"target": chance["target"], "year": str(chance["year"])}
        words |= {name: f"{100 * chance[name]:.3g} %" for name in ("probability", "at_least")}
        lack = f"{chance['lack_points']:.3g}"
        yield Message("sweep.together_chance", {**words, "lack": lack, "price": Money(chance["price_cny"])})


def _decisions(results: Results) -> Iterator[Message]:
    """Which decision to take, and what knowing an assumption before would change."""
    found = choosing.values(results)
    if not found:
        return
    best = int(found["by_expectation"])
    table = choosing.choices(results)
    row = table[table["decision"] == best]
    decided = str(row["decided"].iloc[0]) or Message("sweep.nothing_decided")
    yield Message(
        "sweep.decisions_best",
        {
            "number": best,
            "decided": decided,
            "expected": Money(float(row["expected"].iloc[0])),
            "regret": Money(float(row["regret"].iloc[0])),
            "evpi": Money(found["evpi"]),
            "vss": Money(found["vss"]),
        },
    )
    known = choosing.information(results)
    resolved = known[known["resolved"]]
    if not len(resolved):
        yield Message("sweep.knowing_nothing", {"count": len(known)})
    units = {moving.name: moving.unit for moving in results.parameters}
    for name, worth, at, below, above in (
        resolved[["parameter", "worth_cny", "at", "below", "above"]].to_numpy().tolist()
    ):
        values = {"name": name, "worth": Money(worth), "below": int(below), "above": int(above)}
        where = f"{at:.4g} {units[name]}".strip()
        key = "sweep.knowing_alike" if below == above else "sweep.knowing_turns"
        yield Message(key, {**values, "at": where})
