"""A plan on the page: headline, rates, where the waste goes, tables. Every number comes from `plan` and `report`."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from redmud_opt.i18n import Message
from redmud_opt.plan import Plan
from redmud_opt.report.capex import capex_bars, capex_scale
from redmud_opt.report.charts import (
    border_calendar,
    build_calendar,
    capex_by_owner,
    cost_to_serve,
    destinations,
    permit_calendar,
    rate_lines,
    site_map,
    storage_fill,
    value_bridge,
    yard_life,
)
from redmud_opt.report.charts.flows import links_view
from redmud_opt.report.display import fate_cells, rate_cells
from redmud_opt.report.figures import (
    COLOURS,
    drawn,
    least_width,
    sankey,
    value_bars,
    value_scale,
)
from redmud_opt.report.labels import Labels, word
from redmud_opt.report.sankey import Link, above, trace, waste_classes
from redmud_opt.report.served import served_view
from redmud_opt.report.setting import Setting
from redmud_opt.report.tables import SHOWN, View, heading, table
from redmud_opt.report.todo import contracts_to_sign, steps_to_take
from redmud_opt.ui import address
from redmud_opt.ui.cards import cards
from redmud_opt.ui.charts import QUIET, show_chart
from redmud_opt.ui.grid import csv_button, view_grid, words_grid
from redmud_opt.ui.held import Here
from redmud_opt.ui.inputs import idle
from redmud_opt.ui.loads import show_loads
from redmud_opt.ui.style import legend, scrolling
from redmud_opt.ui.words import Words, plain

HORIZON = "horizon"
COHORTS = ("both", "new", "legacy")
BASES = ("dry", "wet")
SHARES = (0.0, 0.001, 0.005, 0.01, 0.02, 0.05)
"""Shares of the greatest link below which links are not shown."""


def show_plan(here: Here, say: Words) -> None:
    """A plan, one side of it at a time; the side stands in the address."""
    asked = address.value("view")
    chosen = st.segmented_control(
        say("view"),
        list(VIEWS),
        default=asked if asked in VIEWS else next(iter(VIEWS)),
        required=True,
        wrap=True,
        key="view",
        format_func=lambda name: say(f"view_{name}"),
        label_visibility="collapsed",
    )
    address.keep("view", str(chosen))
    VIEWS[str(chosen)](here, say)


def _overview(here: Here, say: Words) -> None:
    _headline(here.plan, say)
    _rates(here.plan, say)
    for waste_class in waste_classes(here.plan):
        show_chart(rate_lines(here.plan, waste_class, say.language), f"rates_{waste_class}", say)
    missing = here.plan.not_enforced
    if missing:
        st.warning(say("not_enforced", **idle(missing, say)))


def _where(here: Here, say: Words) -> None:
    _fates(here.plan, Setting.of(here.case), say)
    for waste_class in waste_classes(here.plan):
        chart = destinations(here.case, here.plan, waste_class, say.language, say.units)
        show_chart(chart, f"destinations_{waste_class}", say)


def _ways(here: Here, say: Words) -> None:
    setting = Setting.of(here.case)
    _flows(here.plan, setting, say)
    _map(here, setting, say)


@st.fragment
def _map(here: Here, setting: Setting, say: Words) -> None:
    year = _years(setting, "map_year", say)
    show_chart(site_map(here.case, here.plan, say.language, year, say.units), "map", say)


def _steps(here: Here, say: Words) -> None:
    show_chart(build_calendar(here.case, here.plan, say.language, say.units), "calendar", say)
    for name, frame in (
        ("steps", steps_to_take(here.case, here.plan, say.language)),
        ("contracts", contracts_to_sign(here.case, here.plan, say.language)),
    ):
        if len(frame):
            _frame(frame, name, here.folder.name, say)
    _built(here.plan, say)
    show_chart(capex_by_owner(here.case, here.plan, say.language, say.units), "owners", say)


def _frame(frame: pd.DataFrame, name: str, run: str, say: Words) -> None:
    """A table that is in words already."""
    st.markdown(f"#### {say.tell(Message(f'planbook.{name}'))}")
    amounts = [str(head) for head in frame.columns if pd.api.types.is_numeric_dtype(frame[head])]
    view_grid(View(name, name, frame, dict.fromkeys(amounts, 0)), f"{name}_grid")
    csv_button(frame, f"{run}-{name}", f"{name}_csv", say)


def _kept(here: Here, say: Words) -> None:
    show_chart(yard_life(here.case, here.plan, say.language, say.units), "yard_life", say)
    show_chart(storage_fill(here.case, here.plan, say.language), "storage_fill", say)
    _some(here, ("yard_events", "yard_ends", "ages", "clock_overruns"), say)


def _money(here: Here, say: Words) -> None:
    show_chart(value_bridge(here.plan, say.language, say.units), "bridge", say)
    _served(here.plan, here.folder.name, say)
    for waste_class in waste_classes(here.plan):
        show_chart(cost_to_serve(here.plan, waste_class, say.language), f"served_{waste_class}", say)


def _law(here: Here, say: Words) -> None:
    show_chart(permit_calendar(here.case, here.plan, say.language), "permits_by_time", say)
    show_chart(border_calendar(here.case, here.plan, say.language), "borders_by_time", say)
    _some(here, ("scorecard", "readiness", "permits", "border_documents", "ledger", "statistical_form"), say)


def _some(here: Here, names: tuple[str, ...], say: Words) -> None:
    """Tables of the plan, those that have rows."""
    for name in names:
        if _has(here.plan, name):
            view = say.view(table(here.plan, name, say.language))
            st.markdown(f"#### {plain(view.title)}")
            view_grid(view, f"{name}_grid")
            csv_button(view.frame, f"{here.folder.name}-{name}", f"{name}_csv", say)


def _all(here: Here, say: Words) -> None:
    _tables(here.plan, here.folder.name, say)


def _headline(plan: Plan, say: Words) -> None:
    cards(plan, say)
    heading = say("value_by_term", unit=value_scale(plan, say.language, say.units).unit)
    st.markdown(f"#### {heading}")
    st.plotly_chart(
        value_bars(plan, say.language, say.units), theme=None, config=QUIET, key="value", alt=heading
    )


def _rates(plan: Plan, say: Words) -> None:
    st.markdown(f"#### {say('rates')}")
    st.caption(say("rates_note"))
    wide = {heading("rates", "target", say.language): 260}
    words_grid(rate_cells(plan, say.language, say.units), "rates", left=_words(say), wide=wide)


def _built(plan: Plan, say: Words) -> None:
    """What is decided for good: built, closed, changed at the source, what that costs when, beside the budgets."""
    shown = [name for name in ("builds", "closings") if _has(plan, name)]
    if not shown and not any(_has(plan, name) for name in ("reductions", "spending", "budgets")):
        return
    st.markdown(f"#### {say('built')}")
    if not shown:
        st.caption(say("nothing_built"))
    for name in (*shown, *(["reductions"] if _has(plan, "reductions") else [])):
        view = say.view(table(plan, name, say.language))
        st.markdown(f"**{view.title}**")
        view_grid(view, f"{name}_grid")
    if _has(plan, "spending"):
        scale = capex_scale(plan, say.language, say.units)
        words = say("capex_by_year", unit=scale.unit)
        st.markdown(f"**{words}**")
        st.plotly_chart(
            capex_bars(plan, say.language, say.units), theme=None, config=QUIET, key="capex", alt=words
        )
    if _has(plan, "budgets"):
        view = say.view(table(plan, "budgets", say.language))
        st.markdown(f"**{view.title}**")
        view_grid(view, "budgets_grid")


def _has(plan: Plan, name: str) -> bool:
    return name in plan.frames and not plan.frames[name].empty


def _years(setting: Setting, key: str, say: Words) -> int | None:
    """A choice of year; None: the whole horizon."""
    options = [HORIZON, *map(str, setting.years)]
    chosen = st.segmented_control(
        say("year"),
        options,
        default=HORIZON,
        required=True,
        wrap=True,
        key=key,
        format_func=lambda o: say(o) if o == HORIZON else o,
    )
    return None if chosen in (None, HORIZON) else int(chosen)


@st.fragment
def _fates(plan: Plan, setting: Setting, say: Words) -> None:
    st.markdown(f"#### {say('fates')}")
    st.caption(say("fates_note"))
    cells = fate_cells(plan, say.language, _years(setting, "fate_year", say), say.units)
    words_grid(cells, "fates", left=_words(say))


def _served(plan: Plan, run: str, say: Words) -> None:
    """What a tonne of each waste costs and earns."""
    if not _has(plan, "cost_to_serve") or not _has(plan, "traced"):
        return
    st.markdown(f"#### {say('served')}")
    st.caption(say("served_note"))
    view = say.view(served_view(plan, say.language))
    view_grid(view, "served_grid")
    csv_button(view.frame, f"{run}-cost_to_serve", "served_csv", say)


def _words(say: Words) -> list[str]:
    """Headings of the columns that hold words in tables of figures."""
    return [heading("rates", name, say.language) for name in ("waste_class", "plant", "year", "target")]


@st.fragment
def _flows(plan: Plan, setting: Setting, say: Words) -> None:
    st.markdown(f"#### {say('flows')}")
    chosen, year, cohort, basis, least = _which_flows(plan, setting, say)
    wet = basis == "wet"
    links = above(trace(plan, setting, chosen, year, cohort, wet=wet), least)
    if not links:
        st.info(say("no_flows"))
        return
    _figure(links, Labels(plan, say.language), basis, say)
    view = say.view(links_view(links, Labels(plan, say.language), wet=wet))
    with st.expander(view.title):
        view_grid(view, "links")
        csv_button(view.frame, f"flows-{chosen}-{year or HORIZON}-{basis}", "links_csv", say)


def _which_flows(plan: Plan, setting: Setting, say: Words) -> tuple[str, int | None, str, str, float]:
    """Class, year (None: all), cohort (blank: both), basis, share of the greatest link below which none is shown."""
    with st.container(horizontal=True):
        chosen = st.segmented_control(
            say("waste"),
            waste_classes(plan),
            default=waste_classes(plan)[0],
            required=True,
            wrap=True,
            key="waste",
            format_func=lambda name: word("class", name, say.language),
        )
        year = _years(setting, "flow_year", say)
        cohort = st.segmented_control(
            say("cohort"),
            COHORTS,
            default=COHORTS[0],
            required=True,
            key="flow_cohort",
            format_func=lambda name: (
                say("both_cohorts") if name == COHORTS[0] else word("cohort", name, say.language)
            ),
        )
        basis = st.segmented_control(
            say("basis"),
            BASES,
            default=BASES[0],
            required=True,
            key="flow_basis",
            format_func=lambda name: say(f"basis_{name}"),
            help=say("basis_help"),
        )
        least = st.select_slider(
            say("least_share"),
            SHARES,
            SHARES[0],
            key="least_share",
            format_func=lambda share: f"{share:.1%}",
            width=220,
        )
    return str(chosen), year, "" if cohort == COHORTS[0] else str(cohort), str(basis), float(least)


def _figure(links: list[Link], labels: Labels, basis: str, say: Words) -> None:
    legend({word("legend", kind, say.language): colour for kind, colour in COLOURS.items()})
    with scrolling("sankey", least_width(links)):
        figure = sankey(links, labels, say.units)
        st.plotly_chart(figure, theme=None, config=QUIET, key="flow_figure", alt=say("flows"))
    hidden = len(links) - len(drawn(links))
    note = say(f"flows_{basis}") + say("flows_note")
    st.caption(note + (" " + say("flows_hidden", count=hidden) if hidden else ""))


@st.fragment
def _tables(plan: Plan, run: str, say: Words) -> None:
    st.markdown(f"#### {say('tables')}")
    known = [name for name in SHOWN if name in plan.frames and not plan.frames[name].empty]
    name = st.pills(
        say("table"),
        known,
        default=known[0],
        required=True,
        key="table",
        label_visibility="collapsed",
        format_func=lambda option: word("table", option, say.language),
    )
    view = say.view(table(plan, str(name), say.language))
    st.caption(plain(say("rows", count=len(view.frame))))
    view_grid(view, "plan_table")
    csv_button(pd.DataFrame(view.frame), f"{run}-{name}", "table_csv", say)


VIEWS: dict[str, Callable[[Here, Words], None]] = {
    "overview": _overview,
    "where": _where,
    "ways": _ways,
    "steps": _steps,
    "kept": _kept,
    "money": _money,
    "law": _law,
    "loads": show_loads,
    "tables": _all,
}
"""Sides of a plan, in the order in which they are read."""
