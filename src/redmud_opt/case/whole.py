"""Files that are there whole or not at all, whatever ends the process or the machine while they are written.

    write_whole(path, text)                       text or bytes
    with whole_file(path) as part: …              whoever writes by name writes to `part`

Written beside under `<name>.part`, synced, renamed. That the new name outlasts a power cut needs `sync` of the folder
too: `whole_file` does it, who writes many files does it once at the end (it costs ten times the rest).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PART = ".part"


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """The name to write to; it becomes `path` at the end, and is taken away where the writing fails."""
    part = path.with_name(path.name + PART)
    try:
        yield part
        sync(part)
        part.replace(path)
        sync(path.parent)
    finally:
        part.unlink(missing_ok=True)


def write_whole(path: Path, content: str | bytes, *, synced: bool = True) -> None:
    """Writes a text, in UTF-8, or bytes; the folder is not synced. synced: whether the file itself is."""
    part = path.with_name(path.name + PART)
    with part.open("wb") as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)
        if synced:
            file.flush()
            os.fsync(file.fileno())
    part.replace(path)


def sync(path: Path) -> None:
    """Waits until a file, or the names in a folder, have reached the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
