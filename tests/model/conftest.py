"""The fixture that golden tests share."""

from __future__ import annotations

from typing import Any

import pytest
from tests.model.golden import check_golden, rows_of

from redmud_opt.case import Case
from redmud_opt.model import build_model
from redmud_opt.model.arrays import compile
from redmud_opt.network import build_network


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Any:
    """golden(case, family, …): the rows of these families are those of the file named as the test."""

    def check(case: Case, *families: str) -> None:
        name = request.node.name.removeprefix("test_").replace("[", "_").removesuffix("]")
        check_golden(name, rows_of(compile(build_model(build_network(case))), families))

    return check
