"""What the table of a study says, as tidy frames; figures of them stand in `report.studies`.

tornado(results, output)        parameter, low, high, at_low, base, at_high, swing         the widest first
response(results, output)       value of the parameter, output                             of a grid of one
surface(results, output)        one parameter down, the other across                       of a grid of two
break_even(results, …, level)   points at which the output is at a level                   the line on the map
fan(results, family)            year, base, quantiles                                      of value:YEAR, rates …
differently(results, output)    what is done in the worst and in the best fifth of the members
drivers(results, output)        rank correlation of each parameter with the output
sensitivity(results, output)    Sobol's S1 and ST, Morris' μ* and σ, with 95 % intervals
targets(results)                share of members that reach each target, with its interval
stability(results)              share of members with a plan that build each line
breaking(results)               of a stress: how far it goes before there is no plan
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from redmud_opt.study.sweeps.designs import LEVELS
from redmud_opt.study.sweeps.results import HELD, QUANTILES, Moving, Results, names_in

Z = 1.959964
"""Of an interval that holds 95 %."""

SAME = 1e-9
"""Relative difference up to which two outputs are the same."""

MOST = 12
"""Rows that are told of what is done differently."""


def tornado(results: Results, output: str = "value") -> pd.DataFrame:
    """Each parameter alone at its ends; NaN where there is no plan."""
    found = results.frame().set_index("label")
    at = _output(results, output).set_axis(found.index)
    rows = []
    for moving in results.parameters:
        low, high = (float(at.get(f"{moving.name}:{side}", np.nan)) for side in ("low", "high"))
        base = float(at.get("base", np.nan))
        ends = [value for value in (low, base, high) if not np.isnan(value)]
        swing = max(ends) - min(ends) if ends else np.nan
        if ends and swing <= SAME * max(map(abs, ends)):
            swing = 0.0
        missing = np.isnan(low) or np.isnan(high)
        rows.append((moving.name, moving.low, moving.high, low, base, high, swing, missing))
    names = ["parameter", "low", "high", "at_low", "base", "at_high", "swing", "without_plan"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.sort_values("swing", ascending=False, kind="stable").reset_index(drop=True)


def _output(results: Results, output: str) -> pd.Series:
    """An output of every member; NaN where there is no plan, nothing where the plan has none of it."""
    found = results.frame()
    values = results.value_of(found, output)
    return values.where(found["status"].isin(HELD))


# ---- grids -------------------------------------------------------------------------------------------------------


def response(results: Results, output: str = "value") -> pd.DataFrame:
    """A grid of one parameter: its values and the output."""
    (axis,) = results.study["axes"]
    found = results.frame()
    frame = pd.DataFrame({axis: found[f"x:{axis}"], output: _output(results, output)})
    return frame[found["member"] > 0].reset_index(drop=True)


def surface(results: Results, output: str = "value") -> pd.DataFrame:
    """A grid of two parameters: the first down, the second across."""
    down, across = results.study["axes"]
    found = results.frame()
    values = pd.DataFrame(
        {down: found[f"x:{down}"], across: found[f"x:{across}"], output: _output(results, output)}
    )
    return values[found["member"] > 0].pivot(index=down, columns=across, values=output)


def break_even(results: Results, output: str = "value", level: float = 0.0) -> pd.DataFrame:
    """Points between neighbours of a grid at which the output is at a level, straight between them."""
    axes = results.study["axes"]
    if len(axes) == 1:
        frame = response(results, output)
        points = [(at,) for at in _crossings(frame[axes[0]].to_numpy(), frame[output].to_numpy(), level)]
        return pd.DataFrame(points, columns=list(axes))
    grid = surface(results, output)
    down, across = grid.index.to_numpy(), grid.columns.to_numpy()
    found = [(at, x) for x in across for at in _crossings(down, grid[x].to_numpy(), level)]
    found += [(y, at) for y in down for at in _crossings(across, grid.loc[y].to_numpy(), level)]
    return pd.DataFrame(sorted(set(found)), columns=list(axes))


def _crossings(at: Any, values: Any, level: float) -> Iterator[float]:
    """Where a broken line crosses a level."""
    for (x, y), (x2, y2) in itertools.pairwise(zip(at.tolist(), (values - level).tolist(), strict=True)):
        if y == 0.0:
            yield x
        elif y * y2 < 0.0:
            yield x + (x2 - x) * y / (y - y2)
    if len(values) and values[-1] == level:
        yield float(at[-1])


# ---- samples -----------------------------------------------------------------------------------------------------


def fan(results: Results, family: str = "value") -> pd.DataFrame:
    """Per year the base and quantiles of `family:YEAR`, such as value or rate_new:red_mud."""
    held = results.with_plan(base=False)
    base = results.with_plan().query("member == 0")
    prefix = f"{family}:"
    years = sorted(year for name in names_in(held, prefix) if (year := name.removeprefix(prefix)).isdigit())
    rows = []
    for year in years:
        values = held[prefix + year].fillna(0.0)
        at = base[prefix + year]
        row = {"year": int(year), "base": float(at.iloc[0]) if len(at) else np.nan}
        rows.append(row | {f"q{round(100 * q):02d}": float(values.quantile(q)) for q in QUANTILES})
    return pd.DataFrame(rows)


ACTS = ("sold:", "fed:", "placed:", "build:")


def differently(results: Results, output: str = "value", share: float = 0.2) -> pd.DataFrame:
    """What is sold, fed, placed and built on average in the worst and in the best share of the members.

    The largest differences first: what a plan does where things go badly that it does not do where they go well.
    """
    held = results.with_plan(base=False)
    if len(held) < 2:
        return pd.DataFrame(columns=["act", "worst", "best", "difference"])
    order = results.value_of(held, output).sort_values(kind="stable").index
    size = max(1, round(share * len(held)))
    acts = names_in(held, *ACTS)
    worst = held.loc[order[:size], acts].fillna(0.0).mean()
    best = held.loc[order[-size:], acts].fillna(0.0).mean()
    frame = pd.DataFrame({"act": acts, "worst": worst.to_numpy(), "best": best.to_numpy()})
    frame["difference"] = frame["worst"] - frame["best"]
    scale = frame[["worst", "best"]].abs().max(axis=1)
    frame = frame[frame["difference"].abs() > 1e-6 * scale.where(scale > 0, 1.0)]
    order = (frame["difference"].abs()).sort_values(ascending=False, kind="stable").index
    return frame.loc[order].head(MOST).reset_index(drop=True)


def drivers(results: Results, output: str = "value") -> pd.DataFrame:
    """Rank correlation of every parameter with an output, the strongest first."""
    held = results.with_plan(base=False)
    ranks = results.value_of(held, output).rank()
    rows = [(m.name, float(held[f"x:{m.name}"].rank().corr(ranks))) for m in results.parameters]
    frame = pd.DataFrame(rows, columns=["parameter", "rank_correlation"])
    order = frame["rank_correlation"].abs().sort_values(ascending=False, kind="stable").index
    return frame.loc[order].reset_index(drop=True)


# ---- Sobol and Morris ---------------------------------------------------------------------------------------------


def sensitivity(results: Results, output: str = "value") -> pd.DataFrame:
    """Shares of variance (sobol) or elementary effects (morris), with 95 % intervals.

    A base sample or trajectory with a member without a plan is left out whole, and how many are is told
    (`left_out` of the frame's attributes): their indices are of what has a plan.
    """
    count = len(results.parameters)
    block = count + (2 if results.kind == "sobol" else 1)
    found = results.frame()
    values = _output(results, output)[found["member"] > 0].to_numpy()
    blocks = values[: len(values) // block * block].reshape(-1, block)
    whole = ~np.isnan(blocks).any(axis=1)
    frame = _analysed(results, found, blocks, whole)
    frame.attrs |= {"left_out": int((~whole).sum()), "samples": len(whole)}
    return frame


def _analysed(results: Results, found: pd.DataFrame, blocks: Any, whole: Any) -> pd.DataFrame:
    parameters = results.parameters
    names = [m.name for m in parameters]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    kept = blocks[whole].ravel()
    if results.kind == "sobol":
        columns = ["S1", "S1_conf", "ST", "ST_conf"]
        if not len(kept) or np.ptp(kept) == 0:
            return pd.DataFrame({"parameter": names, **dict.fromkeys(columns, np.nan)})
        from SALib.analyze import sobol

        got = sobol.analyze(problem, kept, calc_second_order=False, seed=int(results.study["seed"]))
    else:
        columns = ["mu", "mu_star", "mu_star_conf", "sigma"]
        if not len(kept):
            return pd.DataFrame({"parameter": names, **dict.fromkeys(columns, np.nan)})
        from SALib.analyze import morris

        shares = _shares(parameters, found, results)[np.repeat(whole, blocks.shape[1])]
        seed = int(results.study["seed"])
        got = morris.analyze(problem, shares, kept, num_levels=LEVELS, seed=seed)
    frame = pd.DataFrame(
        {"parameter": names, **{name: np.asarray(got[name], dtype=float) for name in columns}}
    )
    by = "ST" if results.kind == "sobol" else "mu_star"
    return frame.sort_values(by, ascending=False, kind="stable").reset_index(drop=True)


def _shares(parameters: tuple[Moving, ...], found: pd.DataFrame, results: Results) -> Any:
    """The trajectories as shares, drawn anew from the seed: values say less where a distribution is not uniform."""
    from SALib.sample import morris

    problem = {"num_vars": len(parameters), "bounds": [[0.0, 1.0]] * len(parameters)}
    problem["names"] = [m.name for m in parameters]
    seed = int(results.study["seed"])
    return morris.sample(problem, int(results.study["runs"]), num_levels=LEVELS, seed=seed)[: len(found) - 1]


# ---- targets and decisions ---------------------------------------------------------------------------------------


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson's score)."""
    if not of:
        return 0.0, 1.0
    p, z2 = hits / of, Z * Z
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = Z / (1 + z2 / of) * np.sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def targets(results: Results) -> pd.DataFrame:
    """Share of members that reach each target. One without a plan reaches none; what was not found out is left out.

    Hard targets are rows of the model: a member that cannot reach one has no plan, and then it is not told which.
    `soft_targets_cny_per_t` in the study file tells them apart.
    """
    found = results.frame()
    found = found[(found["member"] > 0) & (found["status"].isin((*HELD, "infeasible")))]
    rows = []
    for name in sorted(names_in(found, "met:")):
        met = found[name].fillna(0.0).where(found["status"].isin(HELD), 0.0)
        hits = int(met.sum())
        _, target, year = name.rsplit(":", 2)
        rows.append(
            (
                target,
                int(year),
                hits / len(found) if len(found) else np.nan,
                *wilson(hits, len(found)),
                len(found),
            )
        )
    return pd.DataFrame(rows, columns=["target", "year", "probability", "least", "most", "members"])


def stability(results: Results) -> pd.DataFrame:
    """Share of members with a plan that build each line, with its interval; and whether the base does."""
    held = results.with_plan(base=False)
    base = results.with_plan().query("member == 0")
    rows = []
    for name in sorted(names_in(held, "build:")):
        hits = int((held[name].fillna(0.0) > 0).sum())
        in_base = bool((base[name].fillna(0.0) > 0).any())
        rows.append((name.removeprefix("build:"), in_base, hits / len(held), *wilson(hits, len(held))))
    frame = pd.DataFrame(rows, columns=["line", "in_base", "share", "least", "most"])
    return frame.sort_values("share", ascending=False, kind="stable").reset_index(drop=True)


def breaking(results: Results, output: str = "value") -> pd.DataFrame:
    """The adverse ends together, the worst first: what is added, the output, whether there is still a plan."""
    found = results.frame()
    values = _output(results, output)
    kept = found["label"].eq("base") | found["label"].fillna("").str.startswith("+")
    frame = pd.DataFrame(
        {"added": found["label"].str.removeprefix("+"), output: values, "status": found["status"]}
    )
    return frame[kept].reset_index(drop=True)
