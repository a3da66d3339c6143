"""load_case: what it reads, what it is called by, what it returns."""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path

import pytest
from tests.case.conftest import Folder

from redmud_opt.case import TABLES, Case, CaseFaults, Fault, bundled, init_case, load_case
from redmud_opt.case.bundle import bundled_names, roots, rule_packs
from redmud_opt.i18n import Message, text


def test_tables_are_fields_and_files() -> None:
    held = {field.name for field in fields(Case)} - {
        "settings",
        "periods",
        "folder",
        "files",
        "quotes",
        "moved",
        "_groups",
    }
    assert held == set(TABLES)
    assert all(vars(row_type)["TABLE"] == table for table, row_type in TABLES.items())


def test_a_folder_its_case_yaml_and_text_are_the_same_case(folder: Folder) -> None:
    case = load_case(folder.path)
    assert case == load_case(folder.path / "case.yaml") == load_case(str(folder.path))
    assert case.folder == str(folder.path)


def test_a_path_relative_to_where_one_stands(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.path.parent)
    assert load_case("starter").folder == "starter"


def test_files_and_their_hashes(folder: Folder) -> None:
    case = folder.load()
    content = (folder.path / "lines.csv").read_bytes()
    assert case.files["lines.csv"] == hashlib.sha256(content).hexdigest()
    assert {"case.yaml", "materials.csv", "rule_packs/cn/methods.csv"} <= set(case.files)


def test_a_case_is_frozen_and_travels(folder: Folder) -> None:
    case = folder.load()
    with pytest.raises(FrozenInstanceError):
        case.lines = ()  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        case.lines[0].capacity = 1  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        case.settings.name = "x"  # type: ignore[misc]
    again = pickle.loads(pickle.dumps(case))
    assert again == case
    assert again.members("muds") == ("red_mud", "iron_tailings")
    assert replace(case, groups=()).members("muds") == ("muds",)


def test_places(folder: Folder) -> None:
    assert [(row.place.file, row.place.row) for row in folder.load().lines] == [
        ("lines.csv", 2),
        ("lines.csv", 3),
    ]


def test_labels(folder: Folder) -> None:
    assert folder.load().labels("zh")["brick"] == "免烧砖"


def test_inactive_rows_are_left_out(folder: Folder) -> None:
    folder.set("targets", 2, active="no", at_least="nonsense")
    assert folder.load().targets == ()


def test_own_rule_pack(folder: Folder) -> None:
    folder.yaml("rule_pack: cn", "rule_pack: own")
    for code, meaning in (("R4", "use"), ("R5", "use"), ("D1", "disposal")):
        folder.add("methods", code=code, meaning=meaning)
    case = folder.load()
    assert [row.code for row in case.methods] == ["R4", "R5", "D1"]
    assert not any("rule_packs" in file for file in case.files)


def test_sources_of_the_rule_pack_join_the_case(folder: Folder) -> None:
    folder.add("sources", name="plant", title="Plant books 2025")
    names = [row.name for row in folder.load().sources]
    assert names[0] == "plant"
    assert len(names) > 1


def test_composition_is_converted_with_its_range(folder: Folder) -> None:
    folder.set("composition", 2, value="220", unit="g/kg", sigma=15, low=190, high=250)
    row = folder.load().composition[0]
    assert (row.value, row.sigma, row.low, row.high, row.unit) == (22, 1.5, 19, 25, "wt%")


@pytest.mark.parametrize(
    ("unit", "value"), [("%", 22), ("share", 0.22), ("mg/kg", 220000), ("ppm", 220000), ("g/t", 220000)]
)
def test_mass_fractions_convert(folder: Folder, unit: str, value: float) -> None:
    folder.set("composition", 2, value=value, unit=unit, sigma="", low="", high="")
    assert folder.load().composition[0].value == pytest.approx(22)


def test_nothing_of_that_name(tmp_path: Path) -> None:
    with pytest.raises(CaseFaults) as caught:
        load_case(tmp_path / "nowhere")
    assert caught.value.faults[0].message.key == "case.no_such_path"


def test_not_a_case(tmp_path: Path) -> None:
    path = tmp_path / "case.docx"
    path.write_bytes(b"PK")
    with pytest.raises(CaseFaults) as caught:
        load_case(path)
    assert caught.value.faults[0].message.key == "case.not_a_case"


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(CaseFaults) as caught:
        load_case(tmp_path)
    assert [fault.message.key for fault in caught.value.faults] == ["case.no_case_yaml"]


def test_a_least_case(tmp_path: Path) -> None:
    """A case without tables is empty, not wrong."""
    (tmp_path / "case.yaml").write_text(
        "schema_version: 1\nname: x\nbase_year: 2026\n"
        "periods: {start: 2026-01-01, spans: [{length: year, count: 1}]}\n"
    )
    assert load_case(tmp_path).materials == ()


@pytest.fixture
def wheel_like(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Only the wheel's own copy is at hand."""
    root = tmp_path / "_bundled"
    init_case(root / "scenarios" / "demo")
    (root / "scenarios" / "demo_dry.yaml").write_text("base: demo\n")
    pack = root / "data" / "rule_packs" / "cn"
    pack.mkdir(parents=True)
    for name, file in ((p.name, p) for p in next(iter(rule_packs().values())).glob("*.csv")):
        (pack / name).write_bytes(file.read_bytes())
    monkeypatch.setattr("redmud_opt.case.bundle.roots", lambda: iter([root]))
    return root


def test_bundled_scenarios(wheel_like: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert bundled_names() == ("demo", "demo_dry")
    assert bundled("demo") == wheel_like / "scenarios" / "demo"
    assert bundled("rule_packs") == wheel_like / "data" / "rule_packs"
    assert load_case("demo").settings.name == "starter"
    assert load_case("scenarios/demo").settings.name == "starter"
    assert load_case("demo_dry").settings.name == "demo_dry"


@pytest.mark.usefixtures("wheel_like")
@pytest.mark.parametrize("name", ["demmo", "../demo", "/etc", ""])
def test_nothing_bundled(name: str) -> None:
    with pytest.raises(CaseFaults) as caught:
        bundled(name)
    assert caught.value.faults[0].message.key == "case.nothing_bundled"


def test_the_checkout_is_found() -> None:
    assert any((root / "data" / "rule_packs" / "cn").is_dir() for root in roots())


def test_the_rule_pack_is_whole(folder: Folder) -> None:
    case = folder.load()
    codes = {row.code: row.meaning for row in case.methods}
    assert {"R1", "R4", "R5", "C2"} <= {code for code, meaning in codes.items() if meaning == "use"}
    assert {"D1", "D9", "C1"} <= {code for code, meaning in codes.items() if meaning == "disposal"}
    assert "pretreatment" in codes.values()
    for row in (*case.methods, *case.codes, *case.clocks):
        assert row.evidence
        assert row.source or row.evidence == "assumed"
    for row in (*case.methods, *case.codes):
        assert row.label_en
        assert row.label_zh


def test_faults_render_as_a_numbered_list() -> None:
    faults = CaseFaults(
        [
            Fault("group/facilities.csv", 12, "process", Message("case.unknown_member", {"name": "hgsm"}),
                  Message("case.did_you_mean", {"name": "hgms"})),
            Fault("case.yaml", 3, "", Message("case.yaml_not_a_mapping")),
        ]
    )  # fmt: skip
    assert (
        str(faults)
        == faults.render("en")
        == (
            "2 things to fix before this case can run:\n"
            "  1. group/facilities.csv, row 12, column `process`: nothing is called 'hgsm'\n"
            "     did you mean 'hgms'?\n"
            "  2. case.yaml, line 3: the file must be a list of `key: value`"
        )
    )
    assert faults.render("zh").startswith(
        "运行前有 2 处需要改正：\n  1. group/facilities.csv，第 12 行，列 `process`："
    )
    assert faults.as_records("en")[0] == {
        "file": "group/facilities.csv",
        "row": 12,
        "column": "process",
        "message": "nothing is called 'hgsm'",
        "remedy": "did you mean 'hgms'?",
        "key": "case.unknown_member",
    }
    assert faults.as_records()[1]["remedy"] is None


def test_one_fault_is_one_thing() -> None:
    fault = Fault("", 0, "", Message("case.no_such_path", {"path": "x"}))
    assert (
        str(CaseFaults([fault]))
        == "1 thing to fix before this case can run:\n  1. there is no file or folder x"
    )
    assert text(fault.message, "zh") == "没有文件或文件夹 x"
