"""Planted faults of rule packs: rules without clause or date, and two versions that hold on one day."""

from __future__ import annotations

from tests.case.conftest import Folder
from tests.case.planting import planted

CODE = {"code": "321-024-48", "hazard": "R,T", "valid_from": "2021-01-01", "clause": "HW48"}
CLOCK = {"role": "producer", "limit_months": 12, "clause": "art. 81"}
ITEM = {"item": "22", "code": "321-024-48", "valid_from": "2021-01-01", "clause": "item 22"}
NEED = {"rule": "permit", "valid_from": "2020-09-01", "clause": "art. 80"}


def own(f: Folder, table: str, row: dict[str, object], **cells: object) -> None:
    """A rule pack in the case folder, with one row of a table."""
    if "rule_pack: cn" in (f.path / "case.yaml").read_text(encoding="utf-8"):
        f.yaml("rule_pack: cn", "rule_pack: own")
        for code, meaning in (("R4", "use"), ("R5", "use"), ("D1", "disposal")):
            f.add("methods", code=code, meaning=meaning)
    f.add(table, **row | cells)


@planted(("missing_value", "requirements.csv", 2, "clause"))
def a_requirement_without_clause(f: Folder) -> None:
    own(f, "requirements", NEED, clause="")


@planted(("missing_value", "requirements.csv", 2, "valid_from"))
def a_requirement_without_date(f: Folder) -> None:
    own(f, "requirements", NEED, valid_from="")


@planted(("missing_value", "codes.csv", 2, "clause"))
def a_code_without_clause(f: Folder) -> None:
    own(f, "codes", CODE, clause="")


@planted(("missing_value", "codes.csv", 2, "valid_from"))
def a_code_without_date(f: Folder) -> None:
    own(f, "codes", CODE, valid_from="")


@planted(("missing_value", "clocks.csv", 2, "clause"))
def a_clock_without_clause(f: Folder) -> None:
    own(f, "clocks", CLOCK, clause="")


@planted(("missing_value", "exemption_list.csv", 2, "valid_from"))
def an_exempt_item_without_date(f: Folder) -> None:
    own(f, "exemption_list", ITEM, valid_from="")


@planted(("closes_before_opening", "requirements.csv", 2, "valid_to"))
def a_requirement_that_ends_before_it_begins(f: Folder) -> None:
    own(f, "requirements", NEED, valid_to="2020-09-01")


@planted(
    ("rule_says_two", "codes.csv", 3, "hazard"),
    says="rule '321-024-48' holds on 2025-01-01 in row 2 too, which says something else in hazard\n"
    "     give the older version a valid_to",
)
def two_versions_of_a_code_on_one_day(f: Folder) -> None:
    own(f, "codes", CODE)
    own(f, "codes", CODE, valid_from="2025-01-01", hazard="T")


@planted(("rule_says_two", "clocks.csv", 3, "limit_months"), says="rule 'producer' holds on 2026-07-01")
def two_clocks_on_one_day(f: Folder) -> None:
    own(f, "clocks", CLOCK)
    own(f, "clocks", CLOCK, valid_from="2026-07-01", limit_months=6)


@planted(("rule_says_two", "requirements.csv", 3, "clause"), says="rule 'permit' holds on 2025-06-30")
def two_requirements_on_their_last_common_day(f: Folder) -> None:
    own(f, "requirements", NEED, valid_to="2025-07-01")
    own(f, "requirements", NEED, valid_from="2025-06-30", clause="art. 99")


def one_after_the_other(f: Folder) -> None:
    """No fault: the older version ends on the day on which the newer begins."""
    own(f, "requirements", NEED, valid_to="2025-07-01")
    own(f, "requirements", NEED, valid_from="2025-07-01", clause="art. 99")
    own(f, "codes", CODE, valid_to="2025-01-01")
    own(f, "codes", CODE, valid_from="2025-01-01", hazard="T")
