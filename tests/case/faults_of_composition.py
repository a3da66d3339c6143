"""Planted faults of certificates and elements. The starter case has assays of iron and radium, no partitions."""

from __future__ import annotations

from tests.case.conftest import Folder
from tests.case.planting import planted


def certificate(f: Folder, day: str, value: float = 24, **cells: object) -> None:
    """One more certificate of the iron of the mud; the first, row 2, has no date."""
    known = {"material": "red_mud", "property": "total_iron", "value": value, "certificate_date": day}
    f.add("composition", **known | cells)


def share(f: Folder, amount: float, **cells: object) -> None:
    known = {"process": "magnetic_separation", "property": "total_iron", "share": amount}
    f.add("partitions", **known | cells)


# ---- certificates


@planted(
    ("certificate_undated", "composition.csv", 2, "certificate_date"),
    says="has 2 values of 'total_iron', and this one has no date",
)
def a_certificate_beside_a_value_without_date(f: Folder) -> None:
    certificate(f, "2025-11-03")


@planted(("row_twice", "composition.csv", 6, "material"))
def two_values_without_date(f: Folder) -> None:
    certificate(f, "")


@planted(("row_twice", "composition.csv", 7, "material"))
def a_certificate_twice(f: Folder) -> None:
    f.set("composition", 2, certificate_date="2025-05-02")
    certificate(f, "2025-11-03")
    certificate(f, "2025-11-03", 23)


@planted(("mean_without_samples", "composition.csv", 2, "samples"))
def a_deviation_of_the_mean_of_nobody_knows_how_many(f: Folder) -> None:
    f.set("composition", 2, sigma_of="mean")


@planted(("negative", "composition.csv", 2, "sigma"))
def a_negative_deviation(f: Folder) -> None:
    f.set("composition", 2, sigma=-1)


@planted(("below", "composition.csv", 2, "samples"))
def a_value_of_no_sample(f: Folder) -> None:
    f.set("composition", 2, samples=0)


@planted(("oxides_above_whole", "composition.csv", 8, "value"), says="sum to 103")
def pooled_certificates_above_the_whole(f: Folder) -> None:
    """60 + (40·1 + 44·3) ÷ 4 = 103; neither certificate is above the whole where one would replace the other."""
    f.add("properties", name="fe2o3", unit="wt%", oxide="yes")
    f.add("properties", name="al2o3", unit="wt%", oxide="yes")
    f.add("composition", material="red_mud", property="fe2o3", value=60)
    certificate(f, "2025-11-03", 44, property="al2o3", samples=3)
    certificate(f, "2025-05-03", 40, property="al2o3")


# ---- elements


@planted(("element_unit", "properties.csv", 3, "unit"))
def an_element_that_is_no_share_of_mass(f: Folder) -> None:
    f.set("properties", 3, element="yes")


@planted(("element_mixing", "properties.csv", 2, "mixing"))
def an_element_of_every_material_alone(f: Folder) -> None:
    f.set("properties", 2, element="yes", mixing="each")


@planted(("element_basis", "properties.csv", 2, "basis"))
def an_element_of_wet_mass(f: Folder) -> None:
    f.set("properties", 2, element="yes", basis="wet")


@planted(("partition_to_nowhere", "partitions.csv", 2, "output"))
def a_share_that_goes_nowhere(f: Folder) -> None:
    share(f, 0.2)


@planted(("partition_to_two_places", "partitions.csv", 2, "leaves_as"))
def a_share_that_goes_to_two_places(f: Folder) -> None:
    share(f, 0.2, output="iron_tailings", leaves_as="gas")


@planted(("partitions_above_one", "outputs.csv", 2, "recovery"), says="sum to 1.05, more than 1")
def more_iron_in_concentrate_and_tailings_than_in_the_mud(f: Folder) -> None:
    """0.35 by recovery, 0.7 by partition."""
    share(f, 0.7, output="iron_tailings")


@planted(("partitions_above_one", "partitions.csv", 4, "share"), says="sum to 1.1, more than 1")
def more_gas_and_loss_than_there_is(f: Folder) -> None:
    f.add("properties", name="fluorine", unit="wt%", element="yes")
    for amount, way in ((0.5, {"output": "iron_tailings"}), (0.4, {"leaves_as": "gas"})):
        share(f, amount, property="fluorine", **way)
    share(f, 0.2, property="fluorine", leaves_as="loss")


@planted(("partitions_above_one", "partitions.csv", 3, "share"), says="sum to 1.2, more than 1")
def shares_of_all_points_and_of_one(f: Folder) -> None:
    f.add("points", process="magnetic_separation", point="coarse")
    f.add("properties", name="soda", unit="wt%", element="yes")
    share(f, 0.6, property="soda", output="iron_tailings")
    share(f, 0.6, property="soda", output="iron_concentrate", point="coarse")
