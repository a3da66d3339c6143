"""Planted faults of change limits and stocks at the end. The starter case has a yard (row 2 of its storages)."""

from __future__ import annotations

from tests.case.conftest import Folder
from tests.case.planting import planted


def change(f: Folder, measure: str, **cells: object) -> None:
    f.add("change_limits", **{"name": "steady", "measure": measure, "max_change_t": 10} | cells)


@planted(
    ("change_limit_without_value", "change_limits.csv", 2, "max_change_t"),
    says="'steady' states neither max_change_t nor max_change_share",
)
def a_change_limit_without_value(f: Folder) -> None:
    change(f, "feed", max_change_t="")


@planted(
    ("change_limit_place", "change_limits.csv", 2, "at"), says="'press' is no place at which sold is measured"
)
def a_change_limit_at_a_wrong_place(f: Folder) -> None:
    change(f, "sold", at="press")


@planted(("change_limit_to", "change_limits.csv", 2, "to"), says="only flows arrive somewhere")
def a_change_limit_to_somewhere(f: Folder) -> None:
    change(f, "feed", to="refinery")


@planted(("change_each_of_nothing", "change_limits.csv", 2, "every"))
def a_change_limit_for_each_of_nothing(f: Folder) -> None:
    change(f, "feed", every="each")


@planted(("negative", "change_limits.csv", 2, "max_change_share"))
def a_change_limit_below_zero(f: Folder) -> None:
    change(f, "feed", max_change_share=-0.1)


@planted(
    ("end_stock_of_nothing", "storages.csv", 2, "end_stock"), says="holds no stock that could be taken out"
)
def an_end_stock_of_a_landfill(f: Folder) -> None:
    f.set("storages", 2, retrievable="no", final="yes", method="D1", end_stock="empty")


@planted(("not_a_choice", "storages.csv", 2, "end_stock"))
def an_end_stock_that_does_not_exist(f: Folder) -> None:
    f.set("storages", 2, end_stock="half")
