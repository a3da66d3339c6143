"""Case files from somebody else: a workbook, or a folder in a zip, unpacked into a folder of our own.

    receive("my case.xlsx", content, root)      root/my_case

Nothing of a file is believed: its name, the names inside, the sizes that it states. Either the whole case is there
afterwards or nothing is. What stands in its cells is not checked here: `load_case` does that, and lists it.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from redmud_opt.case.faults import CaseFaults, Fault
from redmud_opt.case.names import visible
from redmud_opt.case.workbook.folder import write_folder
from redmud_opt.i18n import Message

MOST_BYTES = 20_000_000
"""Of a file as it comes."""

MOST_UNPACKED_BYTES = 50_000_000
MOST_FILES = 500
MOST_SIGNS = 60
SUFFIXES = (".csv", ".yaml", ".yml")
_SYSTEM = ("__MACOSX",)


def receive(name: str, content: bytes, root: str | Path) -> Path:
    """Writes the case of a file into a new folder below `root`; returns the folder. Raises CaseFaults."""
    shown = visible(PurePosixPath(name.replace("\\", "/")).name)[:MOST_SIGNS] or "?"
    if len(content) > MOST_BYTES:
        raise _refused(shown, "too_large", most=MOST_BYTES // 1_000_000)
    suffix = PurePosixPath(shown).suffix.casefold()
    if suffix not in (".xlsx", ".zip"):
        raise _refused(shown, "neither")
    target = free_name(root, PurePosixPath(shown).stem)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".received-", dir=target.parent) as scratch:
        part = Path(scratch) / "case"
        if suffix == ".xlsx":
            book = Path(scratch) / "case.xlsx"
            book.write_bytes(content)
            try:
                write_folder(book, part)
            except CaseFaults as faults:
                raise CaseFaults([_renamed(fault, shown) for fault in faults.faults]) from None
        else:
            files = _unpacked(shown, content)
            part.mkdir()
            for entry, text in files.items():
                (part / entry).write_bytes(text)
        part.rename(target)
    return target


def free_name(root: str | Path, asked: str) -> Path:
    """A folder below `root` that is not there yet, called as asked as far as a folder may be called so."""
    signs = ["_" if sign.isspace() else sign for sign in visible(asked) if sign.isalnum() or sign in "-_. "]
    stem = "".join(signs).strip("._-")[:MOST_SIGNS] or "case"
    for number in range(1, 10_000):
        path = Path(root) / (stem if number == 1 else f"{stem}-{number}")
        if not path.exists():
            return path
    raise FileExistsError(f"{root} holds ten thousand cases called {stem}")


def _unpacked(shown: str, content: bytes) -> dict[str, bytes]:
    """File name → content of the files beside the one `case.yaml` of a zip."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as box:
            entries = [entry for entry in box.infolist() if not _is_passed_over(entry)]
            home = _home(shown, entries)
            found: dict[str, bytes] = {}
            left = MOST_UNPACKED_BYTES
            for entry in entries:
                path = PurePosixPath(entry.filename)
                if path.name in found:
                    raise _refused(shown, "twice", file=path.name)
                with box.open(entry) as file:
                    found[path.name] = file.read(left + 1)
                left -= len(found[path.name])
                if left < 0:
                    raise _refused(shown, "unpacks_to_too_much", most=MOST_UNPACKED_BYTES // 1_000_000)
                if path.parent != home:
                    raise _refused(shown, "elsewhere", file=entry.filename)
            return found
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
        raise _refused(shown, "broken_zip") from error


def _is_passed_over(entry: zipfile.ZipInfo) -> bool:
    """Folders, and what systems put into a zip by themselves."""
    parts = PurePosixPath(entry.filename).parts
    return entry.is_dir() or any(part in _SYSTEM or (part[0] == "." and part != "..") for part in parts)


def _home(shown: str, entries: list[zipfile.ZipInfo]) -> PurePosixPath:
    """The folder inside the zip that holds the one `case.yaml`; nothing in the zip may be anything but its table."""
    if len(entries) > MOST_FILES:
        raise _refused(shown, "too_many_files", most=MOST_FILES)
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED_BYTES:
        raise _refused(shown, "unpacks_to_too_much", most=MOST_UNPACKED_BYTES // 1_000_000)
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or ":" in entry.filename:
            raise _refused(shown, "leads_out", file=visible(entry.filename)[:MOST_SIGNS])
        is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
        if is_link or path.suffix.casefold() not in SUFFIXES:
            raise _refused(shown, "no_table", file=visible(entry.filename)[:MOST_SIGNS])
    homes = [
        PurePosixPath(e.filename).parent for e in entries if PurePosixPath(e.filename).name == "case.yaml"
    ]
    if len(homes) != 1:
        raise _refused(shown, "no_case" if not homes else "several_cases", count=len(homes))
    return homes[0]


def _refused(shown: str, key: str, **values: object) -> CaseFaults:
    return CaseFaults(
        [Fault(shown, 0, "", Message(f"receiving.{key}", values), Message("receiving.give_one_case"))]
    )


def _renamed(fault: Fault, shown: str) -> Fault:
    """A fault of the copy under the name that its sender knows."""
    return Fault(
        shown if fault.file == "case.xlsx" else fault.file.replace("case.xlsx", shown),
        fault.row,
        fault.column,
        fault.message,
        fault.remedy,
    )
