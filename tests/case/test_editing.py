"""Edits of a case: what nobody edits keeps every byte, everything can be undone, and nothing is written by halves."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redmud_opt.case import TABLES, CaseFaults, bundled, init_case, load_case
from redmud_opt.case.bundle import bundled_names
from redmud_opt.case.editing import KEYS_TABLE, Edit, EditSession, copy_case, wrong
from redmud_opt.case.editing.gestures import copy_row, delete_row, matching, of_grid, set_cells, switch_row
from redmud_opt.case.editing.keys import KeySheet
from redmud_opt.case.editing.sheet import Sheet
from redmud_opt.case.workbook.folder import csv_of

ODD = '\ufeffname,"max_t", price_cny_per_t\r\nmarket,"1,200.50",.5\r\n\r\n"road ""base""",1e3,\r\nlast,9,-5'


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()}


@pytest.fixture
def session(tmp_path: Path) -> EditSession:
    init_case(tmp_path / "mine")
    return EditSession(tmp_path / "mine")


# ---------------------------------------------------------------- sheets


def test_a_sheet_is_its_file() -> None:
    for name in bundled_names():
        for file in bundled(name).glob("*.csv") if bundled(name).is_dir() else ():
            text = file.read_bytes().decode("utf-8")
            assert Sheet.parse(text, file.name).text() == text, file


def test_rows_that_are_not_edited_keep_their_bytes() -> None:
    """Of five lines (mark, quotes, blank line, no end of line) only the edited one is written anew."""
    sheet = Sheet.parse(ODD, "odd.csv")
    edited = sheet.with_cell(2, "max_t", "7").text()
    assert edited == ODD.replace('market,"1,200.50",.5', "market,7,.5")
    longer = sheet.with_cell(4, "note", "a,b").text()
    assert longer == (
        '\ufeffname,"max_t", price_cny_per_t,note\r\nmarket,"1,200.50",.5,\r\n\r\n'
        '"road ""base""",1e3,,"a,b"\r\nlast,9,-5,'
    )
    added = sheet.with_row(-1, {"name": "new"}, below=2).with_row(-2, {"max_t": "3"}).text()
    assert added == ODD.replace(".5\r\n", ".5\r\nnew,,\r\n") + "\r\n,3,\r\n"


cells = st.text(alphabet='a1,"\n\r;é中 =', max_size=4)


@given(st.lists(st.lists(cells, min_size=2, max_size=2), max_size=5), st.sampled_from(["\n", "\r\n"]))
def test_any_csv_is_kept_and_read_as_a_reader_does(rows: list[list[str]], end: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=end).writerows([["one", "two"], *rows])
    sheet = Sheet.parse(out.getvalue(), "any.csv")
    assert sheet.text() == out.getvalue()
    read = list(csv.reader(io.StringIO(out.getvalue(), newline=""), strict=True))
    assert [list(record.cells) for record in sheet.records] == read[1:]


@given(cells, st.sampled_from(["\n", "\r\n"]))
def test_any_text_that_is_typed_is_read_back(typed: str, end: str) -> None:
    sheet = Sheet.parse(f"one,two{end}1,2{end}", "any.csv").with_cell(2, "two", typed)
    assert Sheet.parse(sheet.text(), "any.csv").records[0].cells == ("1", typed)


def test_a_new_table_is_written_as_others_are() -> None:
    raw = Sheet.new("groups.csv", ("group", "member")).with_row(-1, {"group": "a", "member": "x, y"})
    assert raw.text() == 'group,member\na,"x, y"\n'
    from redmud_opt.case.raw import parse_table

    assert csv_of(parse_table(raw.text(), "groups", "groups.csv", [])) == raw.text()


@pytest.mark.parametrize("text", ["", ",\n", "a,a\n1,2\n", 'a,b\n"x,2\n', 'a\n"x"y\n'])
def test_what_is_no_table_is_told(text: str) -> None:
    with pytest.raises(CaseFaults) as told:
        Sheet.parse(text, "bad.csv")
    assert told.value.faults[0].file == "bad.csv"


# ---------------------------------------------------------------- keys

KEYS = """\
# what it is
schema_version: 1
name: mine   # short
title_en: "A: case"
periods:
  start: 2026-01-01
  spans:
    - {length: year, count: 2}
discount_rate: .08
"""


def test_keys_keep_what_is_not_edited() -> None:
    sheet = KeySheet.parse(KEYS, "case.yaml")
    assert sheet.text() == KEYS
    values = {cells["key"]: cells.get("value", "") for _, cells in sheet.rows()}
    assert values["name"] == "mine"
    assert values["title_en"] == "A: case"
    assert values["discount_rate"] == ".08"
    assert values["periods"].startswith("start: 2026-01-01\nspans:")
    edited = (
        sheet.with_cell(3, "value", "other").with_cell(4, "value", "B: no #1").with_cell(9, "value", "1e-1")
    )
    assert edited.text() == KEYS.replace("mine   #", "other   #").replace("A: case", "B: no #1").replace(
        ".08", "1e-1"
    )
    whole = sheet.with_cell(5, "value", values["periods"].replace("2026", "2027")).text()
    assert whole == KEYS.replace("2026", "2027")
    assert (
        sheet.without_row(4).with_row(-1, {"key": "circuity", "value": "1.3"}).text()
        == KEYS.replace('title_en: "A: case"\n', "") + "circuity: 1.3\n"
    )


def test_keys_of_every_shipped_case_are_kept() -> None:
    for name in bundled_names():
        file = bundled(name) / "case.yaml"
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            sheet = KeySheet.parse(text, "case.yaml")
            assert sheet.text() == text
            for row, cells in sheet.rows():
                assert sheet.with_cell(row, "value", cells.get("value", "")).rows() is not None


# ---------------------------------------------------------------- edits that wait


def first(session: EditSession, table: str) -> tuple[int, dict[str, str]]:
    return next(iter(session.sheet(table).rows()))


def test_edits_wait_survive_and_are_told_before_they_count(session: EditSession) -> None:
    before = contents(session.folder)
    row, held = first(session, "outlets")
    session.make(set_cells(session.sheet("outlets"), "outlets", row, {"max_t": ".5", "comment": "mine"}))
    assert contents(session.folder) == before
    again = EditSession(session.folder)
    found = {(change.column, change.before, change.after) for change in again.changes()}
    assert found == {("max_t", held.get("max_t", ""), ".5"), ("comment", held.get("comment", ""), "mine")}
    assert again.checked().case is not None
    assert {o.max_t for o in again.checked().case.outlets} >= {0.5}  # type: ignore[union-attr]
    assert load_case(session.folder).outlets[0].max_t != 0.5
    assert again.commit() == ("outlets.csv",)
    assert load_case(session.folder).outlets[0].max_t == 0.5
    assert again.changes() == []


def test_undo_and_redo(session: EditSession) -> None:
    row, held = first(session, "outlets")
    for text in ("1", "2"):
        session.make(set_cells(session.sheet("outlets"), "outlets", row, {"max_t": text}))
    assert session.undo()
    assert session.sheet("outlets").cells(row)["max_t"] == "1"
    assert session.redo()
    assert session.sheet("outlets").cells(row)["max_t"] == "2"
    assert not session.redo()
    assert session.undo()
    assert session.undo()
    assert not session.undo()
    assert session.changes() == []
    session.make(set_cells(session.sheet("outlets"), "outlets", row, {"max_t": "3"}))
    assert not session.redo(), "what was undone is forgotten by a new step"
    session.discard()
    assert session.sheet("outlets").cells(row) == held


def test_a_grid_replaces_its_own_step_only(session: EditSession) -> None:
    row, _ = first(session, "outlets")
    base = session.sheet("outlets")
    for text in ("1", "12", "123"):
        edits = of_grid(base, "outlets", [row], {"edited_rows": {"0": {"max_t": text}}}, -1)
        session.make(edits, "grid-1")
    assert len(session.pending().steps) == 1
    assert session.changes()[0].after == "123"
    session.make([], "grid-1")
    assert session.pending().steps == ()


def test_a_grid_adds_and_deletes_rows(session: EditSession) -> None:
    """Blank new rows are none; a cell of a row that goes is no edit; rows that are new have numbers below 0."""
    rows = [row for row, _ in session.sheet("outlets").rows()]
    state = {
        "deleted_rows": [0],
        "edited_rows": {"0": {"max_t": "5"}, 1: {"max_t": None, "comment": "x"}},
        "added_rows": [{"name": "one"}, {}, {"name": "two", "max_t": None}],
    }
    session.make([Edit("set", "sites", 2, "comment", first(session, "sites")[1].get("comment", ""), "y")])
    session.make(of_grid(session.sheet("outlets"), "outlets", rows, state, session.new_row()), "g")
    assert [row for row, _ in session.sheet("outlets").rows()] == [rows[1], -1, -2]
    assert session.sheet("outlets").cells(rows[1])["comment"] == "x"
    assert session.sheet("outlets").cells(-2) == {"name": "two"}


def test_copy_switch_delete(session: EditSession) -> None:
    sheet = session.sheet("outlets")
    row, held = first(session, "outlets")
    session.make(copy_row(sheet, "outlets", row, session.new_row()))
    session.make(copy_row(session.sheet("outlets"), "outlets", row, session.new_row()))
    names = [cells["name"] for _, cells in session.sheet("outlets").rows()]
    assert names[:3] == [held["name"], f"{held['name']}_3", f"{held['name']}_2"]
    session.make(switch_row(session.sheet("outlets"), "outlets", -1, on=False))
    assert session.sheet("outlets").cells(-1)["active"] == "no"
    session.make(switch_row(session.sheet("outlets"), "outlets", -1, on=True))
    assert "active" not in session.sheet("outlets").cells(-1)
    session.make(delete_row(session.sheet("outlets"), "outlets", row))
    kinds = {change.kind for change in session.changes()}
    assert kinds == {"add", "delete"}
    session.commit()
    assert not session.file("outlets").read_text(encoding="utf-8").count(f"\n{held['name']},")


def test_a_table_without_a_file_gets_one_and_loses_it_again(session: EditSession) -> None:
    assert not session.file("budgets").exists()
    before = contents(session.folder)
    session.make([Edit("add", "budgets", -1, cells={"name": "b", "limit_cny": "5"})])
    session.commit()
    assert session.file("budgets").exists()
    assert session.take_back() == ("budgets.csv",)
    assert contents(session.folder) == before


# ---------------------------------------------------------------- faults and strangers


def test_a_commit_with_faults_is_told_before_and_allowed(session: EditSession) -> None:
    row, _ = first(session, "outlets")
    session.make(set_cells(session.sheet("outlets"), "outlets", row, {"max_t": "1,200"}))
    assert session.changes()[0].fault is not None
    told = session.checked().faults
    assert told is not None
    assert [(f.file, f.row, f.column) for f in told.faults] == [("outlets.csv", row, "max_t")]
    session.commit()
    with pytest.raises(CaseFaults):
        load_case(session.folder)


def test_a_file_that_somebody_changed_is_not_overwritten(session: EditSession) -> None:
    row, _ = first(session, "outlets")
    session.make(set_cells(session.sheet("outlets"), "outlets", row, {"comment": "mine"}))
    file = session.file("outlets")
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    theirs = file.read_bytes()
    with pytest.raises(CaseFaults) as told:
        session.commit()
    assert told.value.faults[0].message.key == "editing.changed_elsewhere"
    assert file.read_bytes() == theirs


def test_an_edit_that_does_not_fit_changes_nothing(session: EditSession) -> None:
    row, _ = first(session, "outlets")
    for edit in (
        Edit("set", "outlets", row, "max_t", "not there", "1"),
        Edit("set", "outlets", 99, "max_t", "", "1"),
        Edit("add", "outlets", row, cells={"name": "x"}),
        Edit("delete", "outlets", row, cells={"name": "x"}),
    ):
        with pytest.raises(CaseFaults):
            session.make([edit])
    assert session.pending().steps == ()


def test_a_commit_cut_off_is_finished_by_the_next_one_to_look(
    session: EditSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    for table in ("outlets", "sites"):
        row, _ = first(session, table)
        session.make(set_cells(session.sheet(table), table, row, {"comment": "mine"}))

    def killed(_: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(session, "_carry_out", killed)
        with pytest.raises(KeyboardInterrupt):
            session.commit()
    again = EditSession(session.folder)
    assert again.changes() == []
    assert all(first(again, table)[1]["comment"] == "mine" for table in ("outlets", "sites"))
    assert again.take_back() == ("outlets.csv", "sites.csv")


# ---------------------------------------------------------------- undo restores the bytes


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("origin") / "mine"
    init_case(folder)
    return folder


GESTURES: dict[str, Callable[[EditSession, str, int, str], None]] = {
    "set": lambda s, t, r, w: s.make(set_cells(s.sheet(t), t, r, {"comment": w})),
    "type": lambda s, t, r, w: s.make(
        of_grid(s.sheet(t, without="g"), t, [r], {"edited_rows": {0: {"source": w}}}, s.new_row()), "g"
    ),
    "copy": lambda s, t, r, w: s.make(copy_row(s.sheet(t), t, r, s.new_row())),
    "add": lambda s, t, r, w: s.make([Edit("add", t, s.new_row(), cells={"name": w or "x"}, below=r)]),
    "delete": lambda s, t, r, w: s.make(delete_row(s.sheet(t), t, r)),
    "undo": lambda s, t, r, w: s.undo() and None,
    "redo": lambda s, t, r, w: s.redo() and None,
    "commit": lambda s, t, r, w: s.commit() and None,
}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(GESTURES)),
            st.sampled_from(["outlets", "sites"]),
            st.integers(0, 9),
            st.text(alphabet='a",\n.5', max_size=3),
        ),
        max_size=8,
    )
)
def test_undoing_everything_restores_every_byte(
    origin: Path, tmp_path: Path, acts: list[tuple[str, str, int, str]]
) -> None:
    folder = tmp_path / "mine"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(origin, folder)
    session = EditSession(folder)
    for name, table, at, words in acts:
        rows = [row for row, _ in session.sheet(table, without="g" if name == "type" else "").rows()]
        try:
            if rows:
                GESTURES[name](session, table, rows[at % len(rows)], words)
        except CaseFaults:
            assert name == "type", "only a grid that is out of date may be refused"
    while session.undo():
        pass
    while session.commits():
        session.take_back()
    assert contents(folder) == contents(origin)


# ---------------------------------------------------------------- copies, searching, reading


def test_a_copy_of_a_sample_is_the_sample(tmp_path: Path) -> None:
    copy_case("guangxi", tmp_path / "mine")
    assert contents(tmp_path / "mine") == {
        name: content
        for name, content in contents(bundled("guangxi")).items()
        if name.endswith((".csv", ".yaml"))
    }
    with pytest.raises(CaseFaults):
        copy_case("guangxi", tmp_path / "mine")


def test_a_copy_of_a_scenario_is_what_it_makes_of_its_base(tmp_path: Path) -> None:
    init_case(tmp_path / "base")
    session = EditSession(tmp_path / "base")
    _, held = first(session, "outlets")
    text = f"base: base\noverrides:\n  - {{table: outlets, where: {{name: {held['name']}}}, set: {{max_t: 7}}}}\n"
    (tmp_path / "less.yaml").write_text(text, encoding="utf-8")
    copy_case(tmp_path / "less.yaml", tmp_path / "mine")
    assert load_case(tmp_path / "mine").outlets == load_case(tmp_path / "less.yaml").outlets


def test_rows_are_found_by_what_they_name_and_how_that_is_called() -> None:
    rows = [(2, {"name": "a1", "site": "north"}), (3, {"name": "b2", "site": "south"})]
    assert [row for row, _ in matching(rows, "NORTH a1", {})] == [2]
    assert [row for row, _ in matching(rows, "南", {"south": "南厂"})] == [3]
    assert len(matching(rows, " ", {})) == 2


@pytest.mark.parametrize(("text", "readable"), [(".5", True), ("1e3", True), ("1,5", False), ("", True)])
def test_a_cell_is_read_by_the_reader_of_the_case(text: str, readable: bool) -> None:
    assert (wrong("outlets", "max_t", text) is None) is readable
    assert wrong("outlets", "price_cny_per_t", "-5") is None
    assert wrong(KEYS_TABLE, "value", "anything") is None
    assert set(TABLES).isdisjoint({KEYS_TABLE})
