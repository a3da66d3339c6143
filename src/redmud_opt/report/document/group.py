"""What a report says of the plan as a whole, part by part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from redmud_opt.case import Case
from redmud_opt.case.fieldwords import column_words
from redmud_opt.i18n import Message, text
from redmud_opt.plan import Plan
from redmud_opt.plan.evidence import plan_evidence
from redmud_opt.report.charts import (
    Chart,
    border_calendar,
    build_calendar,
    capex_by_owner,
    cost_to_serve,
    destinations,
    flow_sankey,
    permit_calendar,
    rate_lines,
    site_map,
    storage_fill,
    value_bridge,
    yard_life,
)
from redmud_opt.report.charts.base import twin_of
from redmud_opt.report.charts.destinations import rates_by_year
from redmud_opt.report.display import fate_cells, proof_words, status_words
from redmud_opt.report.document.binding import binding
from redmud_opt.report.document.blocks import (
    Block,
    Facts,
    Section,
    Table,
    Words,
    figure_of,
    say,
    table_of,
    words_table,
)
from redmud_opt.report.labels import Labels, labelled
from redmud_opt.report.numbers import money_scale, percent
from redmud_opt.report.sankey import waste_classes
from redmud_opt.report.standins import stand_ins
from redmud_opt.report.tables import View
from redmud_opt.report.todo import contracts_to_sign

Answers = Sequence[tuple[str, Sequence[str]]]
MOST_FIGURES, MOST_LINES = 12, 14


def parts(
    case: Case, plan: Plan, language: str, answers: Answers = (), more: Sequence[Block] = ()
) -> Iterator[Section]:
    """The parts of the report that speak of all plants together. `more`: what studies say."""
    yield Section("summary", say("summary", language), tuple(_summary(case, plan, language)))
    yield Section("todo", say("todo", language), tuple(_todo(case, plan, language)))
    yield Section("why", say("why", language), tuple(_why(case, plan, language, answers)))
    yield Section("yields", say("yields", language), tuple(_yields(case, plan, language)))
    yield Section("limits", say("limits", language), tuple(_limits(case, plan, language)))
    yield Section("unsure", say("unsure", language), tuple(_unsure(case, plan, language, more)))


def _summary(case: Case, plan: Plan, language: str) -> Iterator[Block]:
    scale = money_scale([plan.value_cny, *plan.value_by_term()], language)
    spent = float(plan.frames["spending"]["capex_cny"].sum())
    facts = [(say("value", language), scale.text(plan.value_cny))]
    facts.append((say("capex", language), money_scale([spent], language).text(spent)))
    facts.append((say("steps", language), str(len(plan.frames["builds"]))))
    weak = plan_evidence(case, plan).on_assumptions
    facts.append((say("on_assumptions", language), percent(weak["share_of_value"], language, 0)))
    yield Facts(tuple(facts))
    lines = [status_words(plan, language)]
    if plan.solve.get("bound") is not None and plan.status != "optimal" and plan.solve.get("gap") is not None:
        lines.append(proof_words(plan, language))
    judged = "none" if plan.audit is None else "passed" if plan.audit.passed else "failed"
    lines.append(say(f"audit_{judged}", language))
    yield Words(tuple(lines))
    yield words_table(say("fates", language), fate_cells(plan, language), say("fates_note", language))
    yield _rates(plan, language)


def _rates(plan: Plan, language: str) -> Table:
    """The rates of every class by year, all plants together, with what is asked."""
    labels, frames = Labels(plan, language), []
    for waste_class in waste_classes(plan):
        own = rates_by_year(plan, waste_class, language).rename_axis(say("rate", language)).reset_index()
        own.insert(0, say("waste", language), labels.word("class", waste_class))
        frames.append(own)
    frame = pd.concat(frames)
    view = View("rates", say("rates", language), frame, dict.fromkeys(map(str, frame.columns[2:]), 1))
    return replace(table_of(view, language, most=len(frame)), note=say("rates_note", language))


def _todo(case: Case, plan: Plan, language: str) -> Iterator[Block]:
    yield from _drawn((build_calendar(case, plan, language),), language)
    contracts = contracts_to_sign(case, plan, language)
    contracts = contracts.drop(columns=text(Message("planbook.column_contract"), language))
    if len(contracts):
        numbers = dict.fromkeys((str(head) for head in contracts.columns[-3:-1]), 0) | {
            str(contracts.columns[-1]): 2
        }
        view = View("contracts", say("contracts", language), contracts, numbers)
        yield table_of(view, language, most=len(contracts))
    yield from _drawn((capex_by_owner(case, plan, language),), language)
    if not len(plan.frames["builds"]):
        yield Words((say("no_builds", language),))


def _why(case: Case, plan: Plan, language: str, answers: Answers) -> Iterator[Block]:
    found = binding(case, plan, language)
    if len(found):
        yield words_table(say("binding.title", language), found, say("binding.note", language))
    else:
        yield Words((say("binding.nothing", language),))
    for title, sentences in answers:
        yield Words((title,), strong=True)
        yield Words(tuple(sentences[:MOST_LINES]), as_list=True)
        if len(sentences) > MOST_LINES:
            yield Words((say("more_lines", language, count=len(sentences) - MOST_LINES),))
    if not answers:
        yield Words((say("not_asked", language),))


def _yields(case: Case, plan: Plan, language: str) -> Iterator[Block]:
    yield from _drawn((value_bridge(plan, language),), language)
    yield _value_by_year(plan, language)
    yield from _drawn((site_map(case, plan, language),), language)
    for waste_class in waste_classes(plan):
        charts = (
            flow_sankey(case, plan, waste_class, language),
            destinations(case, plan, waste_class, language),
            rate_lines(plan, waste_class, language),
            cost_to_serve(plan, waste_class, language),
        )
        yield from _drawn(charts, language)


def _value_by_year(plan: Plan, language: str) -> Table:
    """Undiscounted value by term and year, and in all."""
    annual, labels = plan.frames["annual"], Labels(plan, language)
    wide = annual.pivot_table(index="term", columns="year", values="value_cny", aggfunc="sum", fill_value=0.0)
    wide = wide.reindex(list(dict.fromkeys(annual["term"])))
    wide = wide[wide.abs().max(axis=1) > 0.5]
    scale = money_scale([float(v) for v in wide.to_numpy().ravel()], language)
    heads = [str(year) for year in wide.columns]
    columns = {
        say("term", language): [*(labels.word("term", str(t)) for t in wide.index), say("in_all", language)]
    }
    frame = pd.DataFrame(columns | {h: [*map(scale.of, wide[y]), scale.of(float(wide[y].sum()))]
                                    for h, y in zip(heads, wide.columns, strict=True)})  # fmt: skip
    title = say("annual", language, unit=scale.unit)
    return table_of(twin_of("annual", title, frame, heads), language)


def _limits(case: Case, plan: Plan, language: str) -> Iterator[Block]:
    charts = (
        yard_life(case, plan, language),
        storage_fill(case, plan, language),
        permit_calendar(case, plan, language),
        border_calendar(case, plan, language),
    )
    yield from _drawn(charts, language)
    known = case.labels(language)
    for key, messages in (("not_enforced", plan.not_enforced), ("notes", plan.notes)):
        if messages:
            yield Words((say(key, language),), strong=True)
            lines = tuple(text(labelled(message, known), language) for message in messages)
            yield Words(lines, as_list=True)


def _unsure(case: Case, plan: Plan, language: str, more: Sequence[Block]) -> Iterator[Block]:
    found = plan_evidence(case, plan)
    papers = stand_ins(case)
    told = (say("stand_ins", language, count=len(papers)),) if papers else ()
    yield Words((say("unsure_note", language), *told))
    rows = [
        (
            text(Message(f"evidence.grade_{row['grade']}"), language),
            f"{row['numbers']:,}",
            *(percent(float(row[name]), language) for name in ("share_of_value", "share_of_utilisation")),
        )
        for row in found.shares.to_dict("records")
        if row["numbers"]
    ]
    names = ("grade", "numbers", "share_of_value", "share_of_utilisation")
    heads = [text(Message(f"evidence.head_{name}"), language) for name in names]
    yield words_table(say("grades", language), pd.DataFrame(rows, columns=heads))
    yield _heaviest(case, plan, found.figures, language)
    yield from more


def _heaviest(case: Case, plan: Plan, figures: pd.DataFrame, language: str) -> Table:
    """The figures that could move the most money, with what they are and how far they may be off."""
    labels = Labels(plan, language)
    units = {row.name: row.unit for row in case.figures}
    money = money_scale([float(v) for v in figures["weight_cny"]], language)
    rows = []
    for row in figures.head(MOST_FIGURES).to_dict("records"):
        name = str(row["figure"])
        known = row["low"] == row["low"] and row["high"] == row["high"] and row["low"] is not None
        span = f"{_number(row['low'])} – {_number(row['high'])}" if known else "–"
        grade = text(Message(f"evidence.grade_{row['grade']}"), language)
        cells = (
            _figure_words(name, labels),
            f"{_number(row['value'])} {units.get(name, '')}".strip(),
            span,
            grade,
        )
        rows.append((*cells, money.text(float(row["money_cny"])), money.text(float(row["weight_cny"]))))
    heads = [
        say(f"figures.{name}", language) for name in ("figure", "value", "range", "grade", "money", "weight")
    ]
    table = words_table(say("figures.title", language), pd.DataFrame(rows, columns=heads))
    return replace(table, numbers=frozenset({1, 2, 4, 5}), note=say("figures.note", language))


def _number(value: float) -> str:
    """Six figures, without an exponent where there are more before the point."""
    return f"{value:,.0f}" if abs(value) >= 1e6 else f"{value:,.6g}"


def _figure_words(name: str, labels: Labels) -> str:
    """A figure by its label; a number that stands in a cell by what the row is of and what the column holds."""
    table, _, cell = name.partition(": ")
    if not cell:
        return labels.name(name)
    key, _, column = cell.rpartition(" / ")
    what = " · ".join(labels.name(part) for part in key.split("/") if part)
    words = column_words(table, column, labels.language) or column
    for mark in (";", "；", "(", "（"):
        words = words.partition(mark)[0]
    words = words[:1].upper() + words[1:]
    return say("of_thing", labels.language, field=words.strip(), thing=what)


def _drawn(charts: Sequence[Chart | None], language: str) -> Iterator[Block]:
    yield from (figure_of(chart, language) for chart in charts if chart is not None)
