"""Certificates: several of one property are one value, in the case, the network and the audit alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import mud, prop, rows, tiny
from tests.case.conftest import Folder
from tests.case.faults_of_composition import certificate
from tests.case.test_library import library, load, own  # noqa: F401 - fixtures

from redmud_opt.case import Case, flagged
from redmud_opt.case.certificates import pool
from redmud_opt.case.things import Assay
from redmud_opt.network.lookup import Lookup
from redmud_opt.plan.audit.facts import Facts

Load = Callable[[str], Case]


def assay(value: float, sigma: float = 0.0, samples: int | None = None, **values: object) -> Assay:
    known = {"material": "mud", "property": "Fe", "value": value, "sigma": sigma, "samples": samples}
    return Assay(**known | values)  # type: ignore[arg-type]


def test_one_certificate_is_what_it_states() -> None:
    found = pool([assay(21.3, 0.7, 12)])
    assert (found.value, found.sigma) == (21.3, 0.7)


def test_certificates_are_pooled_over_their_samples() -> None:
    """1 sample of 10 ± 3 and 3 of 14 ± 1: mean (10 + 42) ÷ 4 = 13.

    σ² = (1·(9 + 9) + 3·(1 + 1)) ÷ 4 = 6: within certificates and between them.
    """
    found = pool([assay(10, 3), assay(14, 1, 3)])
    assert found.value == pytest.approx(13)
    assert found.sigma == pytest.approx(6**0.5)


def test_the_deviation_of_a_mean_is_that_of_a_sample_over_the_root_of_their_number() -> None:
    """0.5 for the mean of 9 samples: 1.5 for one of them."""
    assert pool([assay(20, 0.5, 9, sigma_of="mean")]).sigma == pytest.approx(1.5)


CERTIFICATES = st.lists(
    st.builds(
        assay,
        st.floats(0, 60),
        st.floats(0, 5),
        st.one_of(st.none(), st.integers(1, 40)),
        sigma_of=st.sampled_from(("sample", "mean")),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(CERTIFICATES)
def test_network_and_audit_pool_alike(found: list[Assay]) -> None:
    case = tiny(mud(), prop("Fe"), rows(composition=tuple(found)))
    one, other = Lookup(case).assays["mud"]["Fe"], Facts(case).assays["mud", "Fe"]
    assert other == pytest.approx((one.value, one.sigma), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(CERTIFICATES)
def test_the_pool_lies_among_its_certificates_and_is_no_surer_than_the_surest(found: list[Assay]) -> None:
    one = pool(found)
    assert min(row.value for row in found) - 1e-9 <= one.value <= max(row.value for row in found) + 1e-9
    assert one.sigma >= min(pool([row]).sigma for row in found) - 1e-9


def test_dates_are_read_and_certificates_told_apart(folder: Folder) -> None:
    folder.set("composition", 2, certificate_date="2025-05-02", laboratory="own", method="XRF", samples=4)
    certificate(folder, "2025-11-03", 250, unit="g/kg", samples=6)
    first, *_, last = folder.load().composition
    assert (first.certificate_date, first.laboratory, first.method) == (date(2025, 5, 2), "own", "XRF")
    assert (last.certificate_date, last.value, last.unit) == (date(2025, 11, 3), 25, "wt%")


def names_out_of_date(case: Case) -> tuple[object, ...]:
    found = [message for message in flagged(case) if message.key == "case.flag_out_of_date"]
    return found[0].values["names"] if found else ()  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("day", "most", "flag"),
    [
        ("2025-01-01", "", False),
        ("2025-01-01", "12", False),
        ("2024-12-31", "12", True),
        ("2026-01-01", "", False),
        ("2026-01-02", "", True),
        ("2026-01-02", "1200", True),
    ],
)
def test_certificates_out_of_date_are_flagged(folder: Folder, day: str, most: str, flag: bool) -> None:
    """The horizon begins on 1 January 2026: twelve months before is 1 January 2025."""
    folder.set("composition", 2, certificate_date=day)
    folder.yaml("discount_rate: 0.06", f"discount_rate: 0.06\ncertificate_max_age_months: {most}")
    expected = (f"red_mud/total_iron/{day}",) if flag else ()
    assert names_out_of_date(folder.load()) == expected


def test_evidence_speaks_of_one_certificate(folder: Folder) -> None:
    folder.set("composition", 2, certificate_date="2025-05-02")
    certificate(folder, "2025-11-03", sigma=2)
    cells = {"table": "composition", "column": "sigma", "evidence": "assumed"}
    folder.add("evidence", item="red_mud/total_iron/2025-11-03", **cells)
    assert len(folder.load().evidence) == 1
    folder.add("evidence", item="red_mud/total_iron", **cells)
    assert folder.found() == [("unknown_item", "evidence.csv", 3, "item")]


OWN_CERTIFICATES = (
    "material,property,value,certificate_date,evidence\n"
    "{mud},lib_iron,24,2025-03-01,assumed\n{mud},lib_iron,26,2025-09-01,assumed\n"
)


def test_own_certificates_are_not_pooled_with_the_library(own: Folder, load: Load) -> None:  # noqa: F811
    own.file("composition.csv", OWN_CERTIFICATES.format(mud="lib_mud"))
    assert [row.value for row in load("").composition if row.material == "lib_mud"] == [24, 26]


def test_evidence_of_a_library_value_goes_with_it(own: Folder, library: Folder, load: Load) -> None:  # noqa: F811
    row = "composition,lib_mud/lib_iron,sigma,,,lib_source,measured\n"
    library.file("routes/evidence.csv", f"table,item,column,low,high,source,evidence\n{row}")
    assert "lib_mud/lib_iron" in {row.item for row in load("").evidence}
    own.file("composition.csv", OWN_CERTIFICATES.format(mud="lib_mud"))
    assert "lib_mud/lib_iron" not in {row.item for row in load("").evidence}


def test_own_certificates_are_not_pooled_with_those_of_what_is_alike(own: Folder, load: Load) -> None:  # noqa: F811
    own.file("materials.csv", "name,legal_status,like\nown_mud,general_waste,lib_mud\n")
    own.file("composition.csv", OWN_CERTIFICATES.format(mud="own_mud"))
    own.set("arisings", 2, material="own_mud").set("outlets", 4, material="own_mud")
    assert [(row.material, row.value) for row in load("").composition] == [("own_mud", 24), ("own_mud", 26)]


def test_all_certificates_of_what_is_alike_are_taken_over(own: Folder, library: Folder, load: Load) -> None:  # noqa: F811
    text = OWN_CERTIFICATES.format(mud="lib_mud")
    library.file("red_mud/composition.csv", text)
    own.file("materials.csv", "name,legal_status,like\nown_mud,general_waste,lib_mud\n")
    own.set("arisings", 2, material="own_mud").set("outlets", 4, material="own_mud")
    assert [(row.material, row.value) for row in load("").composition] == [("own_mud", 24), ("own_mud", 26)]
