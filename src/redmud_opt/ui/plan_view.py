"""A plan on the page: headline, rates, where the waste goes, tables. Every number comes from `plan` and `report`."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from redmud_opt.plan import Plan
from redmud_opt.report.boxes import box_name
from redmud_opt.report.capex import capex_bars, capex_scale
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
from redmud_opt.report.sankey import Link, trace, waste_classes
from redmud_opt.report.served import served_view
from redmud_opt.report.setting import Setting
from redmud_opt.report.tables import SHOWN, View, heading, link_table, table
from redmud_opt.ui.cards import cards
from redmud_opt.ui.grid import csv_button, view_grid, words_grid
from redmud_opt.ui.inputs import names_of
from redmud_opt.ui.style import legend, scrolling
from redmud_opt.ui.words import Words, plain

HORIZON = "horizon"
QUIET = {"displayModeBar": False, "scrollZoom": False}


def show_plan(plan: Plan, setting: Setting, run: str, say: Words) -> None:
    """All of a plan."""
    _headline(plan, say)
    _rates(plan, say)
    _built(plan, say)
    _fates(plan, setting, say)
    _served(plan, run, say)
    _flows(plan, setting, say)
    _tables(plan, run, say)
    if plan.not_enforced:
        st.warning(say("not_enforced", count=len(plan.not_enforced), names=names_of(plan.not_enforced, say)))


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
    links = trace(plan, setting, str(chosen), year)
    if not links:
        st.info(say("no_flows"))
        return
    _figure(links, Labels(plan, say.language), say)
    view = say.view(_link_view(links, Labels(plan, say.language), say))
    with st.expander(view.title):
        view_grid(view, "links")
        csv_button(view.frame, f"flows-{chosen}-{year or HORIZON}", "links_csv", say)


def _figure(links: list[Link], labels: Labels, say: Words) -> None:
    legend({word("legend", kind, say.language): colour for kind, colour in COLOURS.items()})
    with scrolling("sankey", least_width(links)):
        st.plotly_chart(sankey(links, labels), theme=None, config=QUIET, key="flow_figure", alt=say("flows"))
    hidden = len(links) - len(drawn(links))
    st.caption(say("flows_note") + (" " + say("flows_hidden", count=hidden) if hidden else ""))


def _link_view(links: list[Link], labels: Labels, say: Words) -> View:
    def flat(words: str) -> str:
        return words.replace("\n", " · ")

    names = [
        (flat(box_name(link.start, labels)), flat(box_name(link.end, labels)), labels.name(link.material))
        for link in links
    ]
    return link_table(links, names, say.language)


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
