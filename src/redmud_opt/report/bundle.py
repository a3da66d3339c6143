"""A run folder as one file to take along."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path


def zipped(folder: Path) -> bytes:
    """The files of a run folder in a zip whose top folder is called like the run; half-written ones are left out."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file() and not file.is_symlink() and file.suffix != ".part":
                archive.write(file, (Path(folder.name) / file.relative_to(folder)).as_posix())
    return buffer.getvalue()
