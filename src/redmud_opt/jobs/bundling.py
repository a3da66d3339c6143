"""Run bundles: a run folder as a zip, and a zip as a run folder again.

    write_bundle(folder, "run.zip", classification)
    unpack("run.zip", "runs/again")
    with opened("run.zip") as folder: …          a run folder or a bundle; a bundle is unpacked for as long as that

A zip comes from somebody else: names, number and sizes of its files are looked at before anything is unpacked, what
comes out is counted, and every file must be as the manifest has it. All of it becomes a folder, or none.
"""

from __future__ import annotations

import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from redmud_opt.case import CaseFaults, Fault
from redmud_opt.case.whole import sync, whole_file
from redmud_opt.i18n import Message
from redmud_opt.report.bundle import MANIFEST, altered, listed, zipped

BUNDLE = ".zip"
MOST_FILES, MOST_BYTES = 5_000, 1_000_000_000
"""More than any run has."""


def is_bundle(path: str | Path) -> bool:
    """Whether a name is that of a bundle."""
    return Path(path).suffix.casefold() == BUNDLE


def write_bundle(folder: Path, file: Path, classification: str = "") -> Path:
    """Writes the bundle of a run; nothing is overwritten."""
    if file.exists():
        raise _fault("exists", file, remedy="elsewhere")
    content = zipped(folder, classification)
    with whole_file(file) as part:
        part.write_bytes(content)
    return file


@contextmanager
def opened(path: str | Path) -> Iterator[Path]:
    """The folder of a run that is given as a folder or as a bundle. Raises CaseFaults for what is no bundle."""
    if not is_bundle(path):
        yield Path(path)
        return
    with tempfile.TemporaryDirectory(prefix="redmud-opt-") as home:
        yield unpack(path, Path(home) / Path(path).stem)


def unpack(file: str | Path, folder: str | Path) -> Path:
    """Unpacks a bundle into a new folder. Raises CaseFaults with nothing written."""
    source, target = Path(file), Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise _fault("folder_exists", target, remedy="elsewhere")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        _unpack(source, part)
        _check(source, part)
        part.chmod(0o755)
        if target.exists():
            target.rmdir()
        part.rename(target)
        sync(target.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


def _unpack(source: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(source) as box:
            entries = [entry for entry in box.infolist() if not entry.is_dir()]
            names = _names(source, entries)
            left = MOST_BYTES
            for entry, name in zip(entries, names, strict=True):
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                with box.open(entry) as packed:
                    content = packed.read(left + 1)  # what the directory of a zip says of sizes may be a lie
                left -= len(content)
                if left < 0:
                    raise _fault("too_large", source, most=MOST_BYTES // 1_000_000)
                path.write_bytes(content)
    except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
        raise _fault("unreadable", source, why=f"{type(error).__name__}: {error}") from error


def _names(source: Path, entries: list[zipfile.ZipInfo]) -> list[str]:
    """Where each file goes below the run folder. The top folder of the zip is left away."""
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise _fault("too_large", source, most=MOST_BYTES // 1_000_000)
    found: dict[str, str] = {}
    tops = set()
    for entry in entries:
        path, mode = PurePosixPath(entry.filename), entry.external_attr >> 16
        outside = path.is_absolute() or ".." in path.parts or "\\" in entry.filename or ":" in entry.filename
        if outside or len(path.parts) < 2 or stat.S_ISLNK(mode) or "\0" in entry.orig_filename:
            raise _fault("outside", source, name=entry.filename)
        name = "/".join(path.parts[1:])
        if name.casefold() in found:
            raise _fault("twice", source, name=entry.filename)
        found[name.casefold()] = name
        tops.add(path.parts[0])
    if len(tops) != 1 or "options.json" not in found.values():
        raise _fault("no_run", source)
    return list(found.values())


def _check(source: Path, folder: Path) -> None:
    """Every file as the manifest has it, and none beside; bundles of old have no manifest."""
    if not (folder / MANIFEST).is_file():
        return
    try:
        named = set(listed(folder))
        wrong = altered(folder)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _fault("unreadable", source, why=f"{MANIFEST}: {type(error).__name__}") from error
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    wrong += sorted(there - named - {MANIFEST})
    if wrong:
        raise _fault("altered", source, names=tuple(sorted(wrong)))


def _fault(key: str, path: Path, /, *, remedy: str = "give_whole", **values: object) -> CaseFaults:
    message = Message(f"bundle.{key}", {"file": str(path), **values})
    return CaseFaults([Fault("", 0, "", message, Message(f"bundle.{remedy}"))])
