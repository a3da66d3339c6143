"""The register of planted errors: every family of the audit is shown an error that it must tell, and tells it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.plan.test_audit_world import make_case

from redmud_opt.i18n import keys
from redmud_opt.plan.audit import FAMILIES, audit

TESTS = "\n".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
ASKED = sorted({check.family for check in audit(make_case(), {}).checks})


def test_every_family_has_a_name() -> None:
    assert len(ASKED) == len(FAMILIES)


@pytest.mark.parametrize("family", ASKED)
def test_every_family_is_shown_an_error(family: str) -> None:
    told = [key.rpartition(".")[2] for key in keys("en") if re.fullmatch(rf"audit\.{family}\.\w+", key)]
    assert told
    assert any(re.search(rf"{family}\.{word}\b|[\"']{word}[\"']", TESTS) for word in told)
