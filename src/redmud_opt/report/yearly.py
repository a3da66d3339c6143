"""Whose a plan's works are, and what lies in its yards by calendar year: for figures and workbooks alike."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from redmud_opt.case import Case
from redmud_opt.plan import Plan
from redmud_opt.report.setting import Setting


def owners(case: Case) -> Mapping[str, str]:
    """Line, yard, raise or option on what arises → company: the facility's owner, else that of its site."""
    of_site = {row.name: row.owner for row in case.sites}
    of_facility = {row.name: row.owner or of_site.get(row.site, "") for row in case.facilities}
    of_storage = {row.name: of_site.get(row.site, "") for row in case.storages}
    site_of = {row.name: row.site for row in case.all_arisings}
    found = {row.name: of_facility.get(row.facility, "") for row in case.lines} | of_storage
    found |= {row.name: of_storage.get(row.storage, "") for row in case.raises}
    found |= {row.name: of_storage.get(row.storage, "") for row in case.yard_measures}
    return found | {row.name: of_site.get(site_of.get(row.arising, ""), "") for row in case.reductions}


def year_ends(case: Case, plan: Plan) -> pd.DataFrame:
    """The state of every yard at the end of each calendar year."""
    year_of = Setting.of(case).year_of
    order = {period.name: k for k, period in enumerate(case.periods)}
    frame = plan.frames["yards"]
    frame = frame.assign(year=frame["period"].map(year_of), order=frame["period"].map(order))
    frame = frame.sort_values(["storage", "order"], kind="stable")
    return frame.groupby(["storage", "year"], sort=False, as_index=False).last()
