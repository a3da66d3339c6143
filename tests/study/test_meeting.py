"""The plan of a run is that of the LP at its whole numbers; an LP that was cut short is not gone on with."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.builders import landfill, mud, tiny
from tests.study.choosing import three_routes

from redmud_opt.model import build_model
from redmud_opt.network import build_network
from redmud_opt.solve import Options, Session
from redmud_opt.study import meeting
from redmud_opt.study.meeting import settled

CASES = {"lp": tiny(mud(), landfill("mud", 2.0)), "mip": three_routes()}


@pytest.mark.parametrize(
    ("case", "stopped", "holds", "met"),
    [
        ("lp", "optimal", "proved", 1),
        ("lp", "cancelled", "with_gap", 0),  # its basis is on the way: from there it is all of the LP
        ("lp", "time", "with_gap", 0),
        ("mip", "cancelled", "with_gap", 1),  # the LP at whole numbers was solved
    ],
)
def test_an_lp_that_was_cut_short_stays_so(
    case: str, stopped: str, holds: str, met: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = build_network(CASES[case])
    model = build_model(network)
    solved = Session(Options(keep_basis=True)).solve(model)
    asked: list[object] = []
    meet = meeting.met
    monkeypatch.setattr(meeting, "met", lambda *given: asked.append(given) or meet(*given))
    outcome = replace(solved, stopped=stopped, holds=holds)  # type: ignore[arg-type]
    found = settled(model, network, outcome, Options())
    assert len(asked) == met
    assert bool(found.basis) == bool(met)
    assert found.values is not None
    assert solved.values is not None
    assert found.values == pytest.approx(solved.values)
