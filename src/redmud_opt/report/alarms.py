"""What needs somebody's attention first: papers that run out, and what the last plan raises an alarm about.

papers(case, today)        permits, approvals, contracts, insurances, certificates …: run out, or within a year
raised(plan, "zh")         readiness of the plan, one row per indicator: where, since when, what to do
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd

from redmud_opt.case import Case
from redmud_opt.case.months import months_after
from redmud_opt.i18n import Message
from redmud_opt.plan import Plan
from redmud_opt.report.tables import heading, table

WITHIN_DAYS = 365
"""Papers are told about this long before they run out."""

SOON_DAYS = 90
RUNNING_OUT = (
    *("stock_expiring", "permit_expiring", "approval_expiring", "contract_expiring"),
    "certificates_out_of_date",
)
"""Indicators that are told about before they are alarms: time alone makes them such."""

TABLES = {
    "permit": "permits",
    "approval": "approvals",
    "filing": "approvals",
    "agreement": "agreements",
    "contract": "contracts",
    "insurance": "sites",
    "certificate": "composition",
}
"""Kind of paper → the table of the case that it stands in."""


@dataclass(frozen=True, slots=True, order=True)
class Paper:
    """A paper that runs out: the day after its last, its kind, its name, for whom."""

    valid_to: date
    kind: str
    name: str
    holder: str
    days: int

    @property
    def follows(self) -> tuple[str, ...]:
        """What a later paper has in common with the one it follows."""
        same = (self.kind, self.holder)
        return (*same, self.name) if self.kind == "certificate" else same

    @property
    def table(self) -> str:
        """The table of the case that it stands in."""
        return TABLES[self.kind]

    @property
    def grade(self) -> str:
        """How pressing it is."""
        return "over" if self.days <= 0 else "soon" if self.days <= SOON_DAYS else "later"

    def message(self) -> Message:
        """In words."""
        values = {"kind": Message(f"report.paper.{self.kind}"), "name": self.name, "holder": self.holder}
        return Message(
            f"report.paper.{'over' if self.days <= 0 else 'ends'}",
            values | {"day": self.valid_to.isoformat(), "days": abs(self.days)},
        )


def papers(case: Case, today: date) -> list[Paper]:
    """What has run out by a day or will within a year of it, the first first; one that is followed is passed over."""
    found = sorted(_papers(case, today))
    last: dict[tuple[str, ...], date] = {}
    for paper in found:
        last[paper.follows] = paper.valid_to
    return [p for p in found if p.days <= WITHIN_DAYS and p.valid_to == last[p.follows]]


def _papers(case: Case, today: date) -> Iterator[Paper]:
    def paper(end: date | None, kind: str, name: str, holder: str) -> Iterator[Paper]:
        if end is not None:
            yield Paper(end, kind, name, holder, (end - today).days)

    for permit in case.permits:
        if permit.active:
            yield from paper(permit.valid_to, "permit", permit.name, f"{permit.receiver} {permit.code}")
    for approval in case.approvals:
        if approval.active:
            holder = f"{approval.receiver} {approval.code}"
            yield from paper(approval.valid_to, approval.kind, approval.name, holder)
    for agreement in case.agreements:
        if agreement.active:
            name = f"{agreement.from_province} → {agreement.to_province}"
            yield from paper(agreement.valid_to, "agreement", name, name)
    for contract in case.contracts:
        if contract.active:
            yield from paper(contract.valid_to, "contract", contract.name, contract.partner or contract.name)
    for site in case.sites:
        if site.active:
            yield from paper(site.liability_insured_to, "insurance", site.name, site.name)
    age = case.settings.certificate_max_age_months
    for assay in case.composition if age is not None else ():
        if assay.active and assay.certificate_date is not None:
            end = months_after(assay.certificate_date, age)
            yield from paper(end, "certificate", assay.property, assay.material)


def raised(plan: Plan, language: str) -> pd.DataFrame:
    """Alarms of a plan and what is about to run out, per indicator: the first place and year, what to do."""
    source = plan.frames.get("readiness")
    if source is None or source.empty:
        return pd.DataFrame()
    pressing = (source["state"] == "alarm") | (
        (source["state"] == "watch") & source["indicator"].isin(RUNNING_OUT)
    )
    shown = table(plan, "readiness", language).frame[pressing]
    names = [
        heading("readiness", name, language)
        for name in ("indicator", "item", "period", "year", "state", "action")
    ]
    indicator, item, period, year, state, action = names
    places = heading("readiness", "at", language)
    rows = []
    for (what, how), group in shown.groupby([indicator, state], sort=False):
        first = group.iloc[0]
        where = " · ".join(dict.fromkeys(str(w) for w in (first[places], first[item]) if w))
        when = str(first[period] or first[year])
        rows.append({state: how, indicator: what, places: where, period: when, action: first[action]})
    return pd.DataFrame(rows, columns=[state, indicator, places, period, action])
