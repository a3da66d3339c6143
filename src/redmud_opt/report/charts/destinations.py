"""What becomes of a waste by year, and how much of it is used."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from redmud_opt.case import Case
from redmud_opt.plan import Plan
from redmud_opt.report.charts.base import (
    SERIES,
    Chart,
    label,
    legend_below,
    say,
    twin_of,
    value_axis,
    year_axis,
)
from redmud_opt.report.figures import INK, styled
from redmud_opt.report.labels import Labels, word
from redmud_opt.report.numbers import mass_scale
from redmud_opt.report.overview import destination_kinds
from redmud_opt.report.tables import heading

MOST_KINDS = len(SERIES)
RATES = ("rate_new", "rate_stat", "rate_gross")
DASHES = ("solid", "dash", "dot")


def destinations(
    case: Case, plan: Plan, waste_class: str, language: str, units: str = "auto"
) -> Chart | None:
    """Stacked columns: origin tonnes of a class by kind of destination and year; stock is no destination."""
    found = destination_kinds(case, plan, language)
    found = found[(found["waste_class"] == waste_class) & (found["fate"] != "stored")]
    if not float(found["amount_t"].abs().sum()) > 0.5:
        return None
    years = sorted({int(year) for year in plan.frames["rates"]["year"]})
    wide = _ranked(found, years, language)
    scale = mass_scale([float(wide.to_numpy().sum(axis=0).max())], language, units)
    figure = go.Figure()
    for k, (kind, amounts) in enumerate(wide.iterrows()):
        name = label(str(kind), 44)
        figure.add_trace(
            go.Bar(
                x=[str(year) for year in years],
                y=[scale.of(float(amount)) for amount in amounts],
                name=name,
                marker={"color": SERIES[k % len(SERIES)], "line": {"color": "white", "width": 0.6}},
                customdata=[scale.text(float(amount)) for amount in amounts],
                hovertemplate=f"%{{x}} · {name}<br>%{{customdata}}<extra></extra>",
            )
        )
    height = legend_below(figure, [str(kind) for kind in wide.index], 280)
    year_axis(figure, years)
    value_axis(figure, scale.unit)
    figure.update_layout(barmode="stack", bargap=0.4)
    named = word("class", waste_class, language)
    title = say("destinations.title", language, what=named)
    kinds, heads = (
        say("destination", language),
        [say("year_in", language, year=y, unit=scale.unit) for y in years],
    )
    columns = {kinds: list(wide.index)} | {
        head: [scale.of(float(v)) for v in wide[year]] for head, year in zip(heads, years, strict=True)
    }
    twin = twin_of("destinations", title, pd.DataFrame(columns), heads)
    note = say("destinations.note", language)
    return Chart(f"destinations_{waste_class}", title, note, styled(figure, height), twin, tuple(heads))


def _ranked(found: pd.DataFrame, years: list[int], language: str) -> pd.DataFrame:
    """Kinds × years, uses first and the largest first; what goes beyond the colours is one kind."""
    wide = found.pivot_table(
        index=["order", "kind"], columns="year", values="amount_t", aggfunc="sum", fill_value=0.0
    )
    wide = wide.reindex(columns=years, fill_value=0.0)
    wide = wide[wide.abs().sum(axis=1) > 0.5]
    wide = wide.assign(sum=wide.sum(axis=1)).reset_index()
    wide = wide.sort_values(["order", "sum"], ascending=[True, False], kind="stable")
    wide = wide.groupby("kind", sort=False)[years].sum()
    if len(wide) <= MOST_KINDS:
        return wide
    small = wide.sum(axis=1).sort_values(kind="stable").index[: len(wide) - MOST_KINDS + 1]
    others = wide.loc[small].sum()
    wide = wide.drop(index=small)
    wide.loc[say("others", language, count=len(small))] = others
    return wide


def rates_by_year(plan: Plan, waste_class: str, language: str) -> pd.DataFrame:
    """The three rates of a class, all plants together, and what is asked of it: a row each, percent by year."""
    rates = plan.frames["rates"]
    own = rates[(rates["waste_class"] == waste_class) & (rates["plant"] == "")].set_index("year")
    own = own[own["rate_new"].notna()]
    rows = {heading("rates", rate, language): [100.0 * float(v) for v in own[rate]] for rate in RATES}
    for rate, marks in _asked(plan, waste_class).items():
        name = say("asked", language, rate=word("rate", rate, language))
        rows[name] = [marks.get(int(year), float("nan")) for year in own.index]
    return pd.DataFrame.from_dict(rows, orient="index", columns=[str(year) for year in own.index])


def rate_lines(plan: Plan, waste_class: str, language: str) -> Chart | None:
    """The three rates of a class by year, and what is asked of it in all as marks; None of one that is never used."""
    found = rates_by_year(plan, waste_class, language)
    if found.empty or not float(found.max().max()) > 0.0:
        return None
    figure, years = go.Figure(), list(found.columns)
    for k, (name, amounts) in enumerate(found.iterrows()):
        shown = [(year, float(one)) for year, one in zip(years, amounts, strict=True) if one == one]
        figure.add_trace(
            go.Scatter(
                x=[year for year, _ in shown],
                y=[one for _, one in shown],
                name=label(str(name), 44),
                hovertemplate="%{x}: %{y:.1f} %<extra></extra>",
                **_looks(k),
            )
        )
    height = legend_below(figure, [str(name) for name in found.index], 240)
    year_axis(figure, [int(year) for year in years])
    value_axis(figure, "%")
    figure.update_yaxes(rangemode="tozero")
    title = say("rates.title", language, what=Labels(plan, language).word("class", waste_class))
    frame = found.rename_axis(say("rate_percent", language)).reset_index()
    twin = twin_of("rates", title, frame, years, 1)
    chart = styled(figure, height)
    return Chart(f"rates_{waste_class}", title, say("rates.note", language), chart, twin, tuple(years))


def _looks(k: int) -> dict[str, object]:
    """The rates are lines, what is asked are bars across."""
    if k < len(RATES):
        line = {"color": SERIES[k], "width": 2.5, "dash": DASHES[k]}
        return {"mode": "lines+markers", "line": line, "marker": {"size": 7}}
    return {
        "mode": "markers",
        "marker": {"symbol": "line-ew", "size": 26, "line": {"width": 3, "color": INK}},
    }


def _asked(plan: Plan, waste_class: str) -> dict[str, dict[int, float]]:
    """Rate → year → the most that is asked of the class in all, percent."""
    found: dict[str, dict[int, float]] = {}
    for row in plan.frames["targets"].to_dict("records"):
        if row["waste_class"] == waste_class and row["scope"] == "":
            years = found.setdefault(str(row["rate"]), {})
            year, asked = int(row["year"]), 100.0 * float(row["at_least"])
            years[year] = max(asked, years.get(year, 0.0))
    return found
