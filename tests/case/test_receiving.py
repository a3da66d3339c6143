"""Case files that somebody sends: what is whole becomes a folder, what is hostile leaves nothing behind."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from redmud_opt.case import CaseFaults, init_case, load_case
from redmud_opt.case.receiving import MOST_BYTES, MOST_FILES, free_name, receive
from redmud_opt.case.workbook import write_workbook

KEYS = b"schema_version: 1\n"


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("starter") / "starter"
    init_case(folder)
    return folder


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as box:
        for name, content in files.items():
            box.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("top", ["", "my case/", "a/b/"])
def test_a_folder_in_a_zip_is_the_same_case(starter: Path, tmp_path: Path, top: str) -> None:
    files = {top + file.name: file.read_bytes() for file in starter.iterdir() if file.is_file()}
    files |= {"__MACOSX/._case.yaml": b"x", top + ".DS_Store": b"x"}
    folder = receive("Meine Fälle 2026.zip", zipped(files), tmp_path / "work")
    assert folder == tmp_path / "work" / "Meine_Fälle_2026"
    found, known = load_case(folder), load_case(starter)
    assert (found.files, found.sites, found.outlets) == (known.files, known.sites, known.outlets)


def test_a_workbook_becomes_a_folder(starter: Path, tmp_path: Path) -> None:
    book = write_workbook(starter, tmp_path / "book.xlsx")
    folder = receive("C:\\cases\\book.xlsx", book.read_bytes(), tmp_path / "work")
    assert folder == tmp_path / "work" / "book"
    assert load_case(folder).outlets == load_case(starter).outlets


def test_a_case_with_faults_is_received_and_its_faults_are_told_when_it_is_read(
    starter: Path, tmp_path: Path
) -> None:
    files = {file.name: file.read_bytes() for file in starter.iterdir() if file.is_file()}
    files["sites.csv"] += b"broken,row\n"
    folder = receive("faulty.zip", zipped(files), tmp_path)
    with pytest.raises(CaseFaults):
        load_case(folder)


def test_two_of_one_name_lie_side_by_side(tmp_path: Path) -> None:
    names = [receive("x.zip", zipped({"case.yaml": KEYS}), tmp_path).name for _ in range(3)]
    assert names == ["x", "x-2", "x-3"]


@pytest.mark.parametrize(
    ("asked", "made"),
    [("../../etc", "etc"), ("..", "case"), ("", "case"), (".x", "x"), ("a/b", "ab"), ("案例", "案例")],
)
def test_no_name_leads_out(tmp_path: Path, asked: str, made: str) -> None:
    assert free_name(tmp_path, asked) == tmp_path / made


def linked() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as box:
        box.writestr("case.yaml", KEYS)
        entry = zipfile.ZipInfo("sites.csv")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        box.writestr(entry, "/etc/passwd")
    return buffer.getvalue()


def lying() -> bytes:
    """States 10 bytes where a million stand: believed, it would pass any limit."""
    whole = zipped({"case.yaml": KEYS, "sites.csv": b"0" * 1_000_000})
    size = (1_000_000).to_bytes(4, "little")
    return whole.replace(size, (10).to_bytes(4, "little"))


HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "no zip": ("a.zip", lambda: b"PK\x03\x04 and then nothing", "broken_zip"),
    "empty": ("a.zip", lambda: b"", "broken_zip"),
    "program": ("a.exe", lambda: b"MZ", "neither"),
    "no name": ("", lambda: b"", "neither"),
    "too large": ("a.zip", lambda: b"0" * (MOST_BYTES + 1), "too_large"),
    "bomb": ("a.zip", lambda: zipped({"case.yaml": KEYS, "s.csv": b"0" * 60_000_000}), "unpacks_to_too_much"),
    "size that lies": ("a.zip", lying, "broken_zip"),
    "many": ("a.zip", lambda: zipped({f"{n}.csv": b"" for n in range(MOST_FILES + 1)}), "too_many_files"),
    "up": ("a.zip", lambda: zipped({"case.yaml": KEYS, "../../x.csv": b""}), "leads_out"),
    "root": ("a.zip", lambda: zipped({"case.yaml": KEYS, "/etc/x.csv": b""}), "leads_out"),
    "drive": ("a.zip", lambda: zipped({"case.yaml": KEYS, "C:x.csv": b""}), "leads_out"),
    "link": ("a.zip", linked, "no_table"),
    "script": ("a.zip", lambda: zipped({"case.yaml": KEYS, "run.py": b""}), "no_table"),
    "no case": ("a.zip", lambda: zipped({"sites.csv": b""}), "no_case"),
    "two cases": ("a.zip", lambda: zipped({"a/case.yaml": KEYS, "b/case.yaml": KEYS}), "several_cases"),
    "elsewhere": ("a.zip", lambda: zipped({"case.yaml": KEYS, "b/sites.csv": b""}), "elsewhere"),
}


@pytest.mark.parametrize(("name", "make", "why"), HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_hostile_leaves_nothing_behind(
    tmp_path: Path, name: str, make: Callable[[], bytes], why: str
) -> None:
    with pytest.raises(CaseFaults) as told:
        receive(name, make(), tmp_path / "work")
    assert told.value.faults[0].message.key == f"receiving.{why}"
    assert not list(tmp_path.rglob("*")) or list((tmp_path / "work").iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"PK", zipped({"xl/workbook.xml": b"<a/>"})])
def test_a_workbook_that_is_none_is_told_by_its_own_name(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(CaseFaults) as told:
        receive("Kunde.xlsx", content, tmp_path / "work")
    assert {fault.file for fault in told.value.faults} == {"Kunde.xlsx"}
    assert list((tmp_path / "work").iterdir()) == []
