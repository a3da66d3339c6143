"""A run folder as one file to take along, and what its `manifest.json` says of every file.

    zipped(folder, classification)         bytes of a zip whose top folder is called like the run
    altered(folder)                        files of an unpacked one that are no longer as the manifest has them

CSV and Parquet cannot carry the classification of a case: the manifest and `README.txt` beside them do.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from redmud_opt.case.whole import PART
from redmud_opt.i18n import LANGUAGES, Message, text

MANIFEST, README = "manifest.json", "README.txt"
KIND, VERSION = "redmud-opt run", 1
LEFT_OUT = frozenset({"worker.lock", "cancel", MANIFEST, README})
"""What belongs to the process that ran, and what is made anew."""


def zipped(folder: Path, classification: str) -> bytes:
    """The files of a run folder with manifest and read-me; half-written ones and links are left out."""
    files = {name: (folder / name).read_bytes() for name in _names(folder)}
    head = _head(folder, files, classification)
    files[README] = "\n".join(_readme(head, classification)).encode("utf-8")
    hashes = {name: _entry(content) for name, content in files.items()}
    files[MANIFEST] = (
        json.dumps(head | {"files": hashes}, ensure_ascii=False, indent=1).encode("utf-8") + b"\n"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"{folder.name}/{name}", content)
    return buffer.getvalue()


def altered(folder: Path) -> list[str]:
    """Files that are missing or of other content than the manifest has; none where there is no manifest."""
    return [name for name, entry in listed(folder).items() if not _is_as(folder / name, entry)]


def listed(folder: Path) -> dict[str, dict[str, Any]]:
    """Name → sha256 and bytes of every file in the manifest."""
    path = folder / MANIFEST
    found: dict[str, dict[str, Any]] = {}
    if path.is_file():
        found = json.loads(path.read_text(encoding="utf-8"))["files"]
    return found


def _is_as(path: Path, entry: dict[str, Any]) -> bool:
    return path.is_file() and _entry(path.read_bytes())["sha256"] == entry["sha256"]


def _names(folder: Path) -> Iterator[str]:
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder)
        half = any(part.endswith(PART) for part in name.parts)
        if file.is_file() and not file.is_symlink() and not half and name.as_posix() not in LEFT_OUT:
            yield name.as_posix()


def _entry(content: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def _head(folder: Path, files: dict[str, bytes], classification: str) -> dict[str, Any]:
    """What the bundle is of: the case, what was asked, on what it ran, and the hash of the plan."""

    def read(name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(files[name]) if name in files else {}
        return found

    plan, options = read("plan/plan.json"), read("options.json")
    return {
        "kind": KIND,
        "version": VERSION,
        "run": folder.name,
        "case": plan.get("case_name") or options.get("case"),
        "classification": classification,
        "seed": options.get("seed"),
        "versions": read("versions.json"),
        "plan_hash": plan.get("hash"),
    }


def _readme(head: dict[str, Any], classification: str) -> Iterator[str]:
    """In both languages: who opens a bundle later did not choose one."""
    for language in LANGUAGES:
        if classification:
            yield text(Message("bundle.classification", {"line": classification}), language)
        yield text(Message("bundle.readme", {"run": head["run"], "case": head["case"]}), language)
        yield ""
