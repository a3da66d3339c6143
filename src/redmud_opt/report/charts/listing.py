"""The charts of a plan in the order in which they are read."""

from __future__ import annotations

from collections.abc import Iterator

from redmud_opt.case import Case
from redmud_opt.plan import Plan
from redmud_opt.report.charts.base import Chart
from redmud_opt.report.charts.calendar import border_calendar, build_calendar, permit_calendar
from redmud_opt.report.charts.destinations import destinations, rate_lines
from redmud_opt.report.charts.flows import flow_sankey
from redmud_opt.report.charts.money import capex_by_owner, cost_to_serve, value_bridge
from redmud_opt.report.charts.sites import site_map
from redmud_opt.report.charts.yards import storage_fill, yard_life
from redmud_opt.report.sankey import waste_classes


def charts_of(case: Case, plan: Plan, language: str) -> Iterator[Chart]:
    """Every chart that has something to draw."""
    single = (
        build_calendar(case, plan, language),
        capex_by_owner(case, plan, language),
        site_map(case, plan, language),
        value_bridge(plan, language),
        yard_life(case, plan, language),
        storage_fill(case, plan, language),
        permit_calendar(case, plan, language),
        border_calendar(case, plan, language),
    )
    yield from (chart for chart in single if chart is not None)
    for waste_class in waste_classes(plan):
        several = (
            destinations(case, plan, waste_class, language),
            rate_lines(plan, waste_class, language),
            flow_sankey(case, plan, waste_class, language),
            cost_to_serve(plan, waste_class, language),
        )
        yield from (chart for chart in several if chart is not None)
