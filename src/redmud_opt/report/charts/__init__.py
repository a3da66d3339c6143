"""Charts of a plan: pure functions, (case, plan, language) → figure and its table, None where nothing is to be drawn.

    for chart in charts_of(case, plan, "zh"):
        chart.figure, chart.twin.frame

A chart says what it is called, how it is read, and which columns of its table hold what it draws: their sum is the
sum of the figure. Nothing is fetched: the coast of the map travels with the package.
"""

from redmud_opt.report.charts.base import Chart
from redmud_opt.report.charts.calendar import border_calendar, build_calendar, permit_calendar
from redmud_opt.report.charts.destinations import destinations, rate_lines
from redmud_opt.report.charts.flows import flow_sankey, front_chart
from redmud_opt.report.charts.listing import charts_of
from redmud_opt.report.charts.money import capex_by_owner, cost_to_serve, value_bridge
from redmud_opt.report.charts.sites import site_map
from redmud_opt.report.charts.yards import storage_fill, yard_life

__all__ = [
    "Chart",
    "border_calendar",
    "build_calendar",
    "capex_by_owner",
    "charts_of",
    "cost_to_serve",
    "destinations",
    "flow_sankey",
    "front_chart",
    "permit_calendar",
    "rate_lines",
    "site_map",
    "storage_fill",
    "value_bridge",
    "yard_life",
]
