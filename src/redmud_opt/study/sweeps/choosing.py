"""What a study of decisions says: which to take when it is not known what comes, and what knowing would be worth.

    worth[d, k]   objective of decision d in member k          [CNY]

    expected[d] = mean over k of worth[d, k]                   regret[d] = max over k of (best of k − worth[d, k])
    CVaR[d] = mean of the worst tenth                          EVPI = mean of (best of k) − max over d of expected[d]
    VSS = max over d of expected[d] − expected[decision of the case as it stands]

    value of knowing a parameter = Σ over bins P(bin) · max over d of E[worth[d] | bin] − max over d of expected[d]

The decisions are those that free members came to, so what is best is the best of these. Means are over members in
which every decision has a plan; how often one has none is told beside. Bins of a finite sample promise more than
there is: what shuffled values promise on average is taken off, and a value is resolved where it is above what 95 % of
the shuffles promise. EVPI: Raiffa, Schlaifer 1961; VSS: Birge 1982; CVaR: Rockafellar, Uryasev 2000.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from redmud_opt.study.sweeps.designs import FREE
from redmud_opt.study.sweeps.ranges import Array
from redmud_opt.study.sweeps.results import HELD, Results

WORST = 0.1
SHUFFLES = 200
MOST_BINS, PER_BIN = 10, 8


def matrix(results: Results) -> pd.DataFrame:
    """Worth of every decision (down) in every member (across); NaN where it has no plan. Member 0 is the base."""
    found = results.frame()
    found = found[found["decision"] != FREE]
    worth = found["objective"].where(found["status"].isin(HELD))
    table = pd.DataFrame(
        {"decision": found["decision"], "member": found["label"].astype(int), "worth": worth}
    )
    return table.pivot(index="decision", columns="member", values="worth")


def _drawn(table: pd.DataFrame) -> pd.DataFrame:
    """Without the base."""
    return table.loc[:, table.columns.to_numpy() > 0]


def names(results: Results) -> dict[int, str]:
    """Number of a decision → what is decided."""
    found = results.frame()
    known: dict[int, str] = {}
    rows = found[(found["decision"] != FREE) & found["builds"].notna()]
    for decision, builds in zip(rows["decision"], rows["builds"], strict=True):
        known.setdefault(int(decision), builds)
    return known


def sampled(results: Results) -> pd.DataFrame:
    """The matrix of the members that were drawn, where every decision has a plan."""
    return _drawn(matrix(results)).dropna(axis="columns")


def choices(results: Results) -> pd.DataFrame:
    """A row per decision: expected, worst, worst tenth, greatest regret, how often best, how often without a plan."""
    drawn, kept = _drawn(matrix(results)), sampled(results)
    worth = kept.to_numpy()
    regret = worth.max(axis=0, initial=-np.inf) - worth if worth.size else worth
    known = names(results)
    rows = []
    for k, decision in enumerate(kept.index):
        own = np.sort(worth[k])
        worst = own[: max(1, round(WORST * len(own)))]
        rows.append(
            {
                "decision": int(decision),
                "decided": known.get(int(decision), ""),
                "expected": own.mean() if len(own) else np.nan,
                "worst": own[0] if len(own) else np.nan,
                "cvar": worst.mean() if len(own) else np.nan,
                "regret": regret[k].max() if len(own) else np.nan,
                "best_in": float((regret[k] <= 1e-6 * np.maximum(1.0, np.abs(worth[k]))).mean())
                if len(own)
                else np.nan,
                "without_plan": float(drawn.loc[decision].isna().mean()),
            }
        )
    return pd.DataFrame(rows)


def values(results: Results) -> dict[str, float]:
    """EVPI, VSS, and the decisions that are best by expectation, regret and CVaR [CNY; numbers of decisions]."""
    kept = sampled(results)
    if kept.empty:
        return {}
    worth, found = kept.to_numpy(), choices(results)
    expected = worth.mean(axis=1)
    base = int(matrix(results)[0].fillna(-np.inf).to_numpy().argmax())  # decisions are numbered from 0
    return {
        "evpi": float(worth.max(axis=0).mean() - expected.max()),
        "vss": float(expected.max() - expected[base]),
        "members": float(worth.shape[1]),
        "by_expectation": float(kept.index[int(expected.argmax())]),
        "by_regret": float(kept.index[int(found["regret"].to_numpy().argmin())]),
        "by_cvar": float(kept.index[int(found["cvar"].to_numpy().argmax())]),
        "as_it_stands": float(base),
    }


def information(results: Results) -> pd.DataFrame:
    """What knowing each parameter before deciding is worth, the most first.

    at, below, above: the value at which the decision turns, and which one is best on either side of it.
    """
    kept = sampled(results)
    worth = kept.to_numpy()
    found = results.frame()
    first = found[found["decision"] != FREE].drop_duplicates("label").set_index("label")
    generator = np.random.default_rng(int(results.study["seed"]))
    rows = []
    for moving in results.parameters:
        at = first.loc[[str(k) for k in kept], f"x:{moving.name}"].to_numpy(dtype=float)
        raw = knowing(worth, at)
        noise = np.array([knowing(worth, generator.permutation(at)) for _ in range(SHUFFLES)])
        above = float(np.quantile(noise, 0.95)) if worth.shape[0] > 1 else 0.0
        worth_cny = max(0.0, raw - float(noise.mean()))
        turns, low, high = turning(worth, at)
        decided = (turns, int(kept.index[low]), int(kept.index[high]))
        rows.append((moving.name, worth_cny, raw > above and raw > 0.0, *decided))
    frame = pd.DataFrame(rows, columns=["parameter", "worth_cny", "resolved", "at", "below", "above"])
    return frame.sort_values("worth_cny", ascending=False, kind="stable").reset_index(drop=True)


def turning(worth: Array, at: Array) -> tuple[float, int, int]:
    """(value, decision below it, decision above it) of the one rule of this kind that gains most.

    Where no rule gains the two are the same decision. Either side has at least so many members as a bin.
    """
    order = np.argsort(at, kind="stable")
    sums = np.cumsum(worth[:, order], axis=1)
    total = sums[:, -1]
    best = int(total.argmax())
    found, gain = (float(np.median(at)), best, best), float(total.max())
    for k in range(PER_BIN, worth.shape[1] - PER_BIN + 1):
        below, above = sums[:, k - 1], total - sums[:, k - 1]
        if below.max() + above.max() > gain + 1e-9 * abs(gain):
            gain = float(below.max() + above.max())
            middle = (at[order[k - 1]] + at[order[k]]) / 2.0
            found = (float(middle), int(below.argmax()), int(above.argmax()))
    return found


def knowing(worth: Array, at: Array) -> float:
    """What deciding by the bin of a value gains over deciding once. worth: [decision, member]."""
    count = worth.shape[1]
    bins = min(MOST_BINS, count // PER_BIN)
    if bins < 2:
        return 0.0
    parts = np.array_split(np.argsort(at, kind="stable"), bins)
    return float(sum(worth[:, part].sum(axis=1).max() for part in parts) / count - worth.mean(axis=1).max())
