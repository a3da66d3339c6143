"""Where the value comes from, what a tonne costs, and what is invested by whom and when."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from redmud_opt.case import Case
from redmud_opt.plan import Plan
from redmud_opt.plan.served import WHOSE, per_source
from redmud_opt.report.charts.base import (
    COST,
    GAIN,
    NAMED_PX,
    SERIES,
    SUM,
    Chart,
    label,
    legend_below,
    say,
    twin_of,
    value_axis,
    year_axis,
)
from redmud_opt.report.figures import INK, styled
from redmud_opt.report.labels import Labels
from redmud_opt.report.numbers import figure as digits
from redmud_opt.report.numbers import money_scale
from redmud_opt.report.yearly import owners

MOST_TERMS, MOST_SOURCES = 7, 30
LETTERS, LINE_PX = 50, 17


def value_bridge(plan: Plan, language: str, units: str = "auto") -> Chart | None:
    """From the greatest gain to the greatest cost, and what is left: discounted value by term."""
    terms = plan.value_by_term().sort_values(ascending=False, kind="stable")
    if terms.empty:
        return None
    labels, scale = Labels(plan, language), money_scale([plan.value_cny, *terms], language, units)
    names = [labels.word("term", str(term)) for term in terms.index]
    amounts = [scale.of(float(amount)) for amount in terms]
    whole = say("bridge.whole", language)
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            measure=["relative"] * len(names) + ["total"],
            y=[*(label(name) for name in names), f"<b>{whole}</b>"],
            x=[*amounts, 0.0],
            text=[digits(amount) for amount in [*amounts, scale.of(plan.value_cny)]],
            textposition="outside",
            cliponaxis=False,
            increasing={"marker": {"color": GAIN}},
            decreasing={"marker": {"color": COST}},
            totals={"marker": {"color": SUM}},
            connector={"line": {"color": "#9aa3ab", "width": 1}},
            hovertemplate="%{y}<br>%{text} " + scale.unit + "<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", automargin=True, fixedrange=True)
    value_axis(figure, scale.unit, across=True)
    figure.update_xaxes(zerolinecolor="#9aa3ab")  # a figure may stand on it
    _room(figure, amounts)
    title, amount = say("bridge.title", language), say("money_in", language, unit=scale.unit)
    frame = pd.DataFrame({say("term", language): names, amount: amounts})
    note = say("bridge.note", language, value=scale.text(plan.value_cny))
    height = 90 + 30 * (len(names) + 1)
    return Chart(
        "bridge",
        title,
        note,
        styled(figure, height),
        twin_of("bridge", title, frame, [amount]),
        (amount,),
        NAMED_PX,
    )


def _room(figure: go.Figure, amounts: list[float]) -> None:
    """Figures stand outside their bars: room for them on both sides of all that the bridge passes."""
    passed = [0.0]
    for amount in amounts:
        passed.append(passed[-1] + amount)
    low, high = min(passed), max(passed)
    room = 0.12 * (high - low)
    figure.update_xaxes(range=[low - room, high + room])


def cost_to_serve(plan: Plan, waste_class: str, language: str) -> Chart | None:
    """Bars per source of a class: CNY per tonne of it by term, and the net as a mark."""
    found = per_source(plan.frames)
    of_class = plan.frames["cost_to_serve"].drop_duplicates("material").set_index("material")["waste_class"]
    own = found[(found["material"].map(of_class) == waste_class) & (found["origin_t"] > 0.5)]
    if own.empty:
        return None
    own = own.head(MOST_SOURCES)
    labels = Labels(plan, language)
    money = own.drop(columns=[*WHOSE, "origin_t", "net"])
    money = money.loc[:, money.abs().sum() > 0.5].div(own["origin_t"], axis=0)
    order = money.abs().sum().sort_values(ascending=False, kind="stable").index
    kept, rest = list(order[:MOST_TERMS]), list(order[MOST_TERMS:])
    columns = {labels.word("term", term): money[term] for term in kept}
    if rest:
        columns[say("others", language, count=len(rest))] = money[rest].sum(axis=1)
    names = _sources(own, labels, language)
    figure = go.Figure()
    for k, (term, amounts) in enumerate(columns.items()):
        figure.add_trace(
            go.Bar(
                x=list(amounts),
                y=[label(name, LETTERS) for name in names],
                orientation="h",
                name=label(term),
                marker_color=SERIES[k % len(SERIES)],
                hovertemplate=f"%{{y}}<br>{label(term)}: %{{x:,.2f}}<extra></extra>",
            )
        )
    net = [float(n) / float(t) for n, t in zip(own["net"], own["origin_t"], strict=True)]
    figure.add_trace(_net_marks(names, net, language))
    lines = max(label(name, LETTERS).count("<br>") for name in names) + 1
    rows_px = (LINE_PX * lines + 12) * len(names)
    height = legend_below(figure, [*columns, say("net", language)], 60 + rows_px, 44)
    figure.update_yaxes(autorange="reversed", automargin=True, fixedrange=True)
    value_axis(figure, say("cny_per_t", language), across=True)
    figure.update_layout(barmode="relative", bargap=0.35)
    title = say("served.title", language, what=labels.word("class", waste_class))
    heads = {term: say("per_t", language, term=term) for term in columns}
    tonnes, whole = say("tonnes", language), say("per_t", language, term=say("net", language))
    cells = {say("source", language): names, tonnes: [float(t) for t in own["origin_t"]]}
    cells |= {heads[term]: [float(v) for v in amounts] for term, amounts in columns.items()} | {whole: net}
    twin = twin_of("served", title, pd.DataFrame(cells), [*heads.values(), whole])
    twin.numbers[tonnes] = 0
    note = say("served.note", language)
    return Chart(
        f"served_{waste_class}", title, note, styled(figure, height), twin, tuple(heads.values()), NAMED_PX
    )


def _net_marks(names: list[str], net: list[float], language: str) -> go.Scatter:
    return go.Scatter(
        x=net,
        y=[label(name, LETTERS) for name in names],
        mode="markers",
        name=say("net", language),
        marker={"symbol": "diamond", "size": 10, "color": "white", "line": {"width": 2, "color": INK}},
        hovertemplate="%{y}<br>%{x:,.2f}<extra></extra>",
    )


def _sources(own: pd.DataFrame, labels: Labels, language: str) -> list[str]:
    """Site and material; from where, if not from what arises."""
    names = []
    for row in own.to_dict("records"):
        values = {"site": labels.name(str(row["site"])), "material": labels.name(str(row["material"]))}
        given = "" if row["given"] == "arising" else labels.word("given", str(row["given"]))
        key = "source_given" if given else "source_of"
        names.append(say(key, language, given=given, **values))
    return names


def capex_by_owner(case: Case, plan: Plan, language: str, units: str = "auto") -> Chart | None:
    """Columns by year, a colour per company whose plant it is; investment as it is due, not discounted."""
    spending = plan.frames["spending"]
    spending = spending[spending["capex_cny"].abs() > 0.5]
    if spending.empty:
        return None
    labels, owner = Labels(plan, language), owners(case)
    unknown = say("no_owner", language)
    found = spending.assign(
        owner=[labels.name(owner.get(str(line), "")) or unknown for line in spending["line"]],
        year=spending["year"].astype(int),
    )
    years = list(range(int(found["year"].min()), int(found["year"].max()) + 1))
    wide = found.pivot_table(index="owner", columns="year", values="capex_cny", aggfunc="sum", fill_value=0.0)
    wide = wide.reindex(columns=years, fill_value=0.0)
    wide = wide.loc[wide.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    scale = money_scale([float(amount) for amount in wide.sum()], language, units)
    figure = go.Figure()
    for k, (name, amounts) in enumerate(wide.iterrows()):
        figure.add_trace(
            go.Bar(
                x=[str(year) for year in years],
                y=[scale.of(float(amount)) for amount in amounts],
                name=label(str(name), 44),
                marker_color=SERIES[k % len(SERIES)],
                customdata=[scale.text(float(amount)) for amount in amounts],
                hovertemplate=f"%{{x}} · {label(str(name))}<br>%{{customdata}}<extra></extra>",
            )
        )
    height = legend_below(figure, [str(name) for name in wide.index], 260)
    year_axis(figure, years)
    value_axis(figure, scale.unit)
    figure.update_layout(barmode="stack", bargap=0.45)
    title = say("capex.title", language)
    heads = [say("year_in", language, year=year, unit=scale.unit) for year in years]
    columns = {
        head: [scale.of(float(v)) for v in wide[year]] for head, year in zip(heads, years, strict=True)
    }
    frame = pd.DataFrame({say("owner", language): list(wide.index)} | columns)
    twin = twin_of("capex_by_owner", title, frame, heads)
    return Chart(
        "capex_by_owner", title, say("capex.note", language), styled(figure, height), twin, tuple(heads)
    )
