"""A run is audited against the rule pack that it was made with, not against a newer one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.jobs import cases

from redmud_opt.case import bundle
from redmud_opt.jobs import Exit, reaudit, run


def test_audit_takes_the_recorded_rule_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(cases.starter(tmp_path / "case"), out=tmp_path / "run")
    assert result.exit is Exit.PLAN
    newer = tmp_path / "package" / "data" / "rule_packs" / "cn"
    shutil.copytree(next(bundle.roots()) / "data" / "rule_packs" / "cn", newer)
    methods = newer / "methods.csv"
    methods.write_text(methods.read_text(encoding="utf-8").replace(",use,", ",disposal,"), encoding="utf-8")
    monkeypatch.setattr(bundle, "roots", lambda: iter([tmp_path / "package"]))
    assert bundle.rule_packs()["cn"] == newer
    again = reaudit(tmp_path / "run")
    assert again.exit is Exit.PLAN, again.words()
