"""The report as PDF: the same page, printed by a Chromium that is on the machine. Nothing is fetched.

It gets a folder of its own for its profile, and its clock runs until the charts are drawn. The page draws them before
it has finished loading, so there is nothing else to wait for; what it leaves behind is looked at before it is kept.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

BROWSERS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("microsoft-edge", "msedge"),
)
FLAGS = (
    *("--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-extensions", "--hide-scrollbars"),
    *("--no-pdf-header-footer", "--virtual-time-budget=60000"),
)
LIMIT_S = 240.0


class NoBrowser(Exception):
    """There is no Chromium on the machine."""


class PrintFailed(Exception):
    """Chromium was there and left no PDF behind; says what it said."""


def browser() -> str | None:
    """The first Chromium that is found."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def print_pdf(page: str) -> bytes:
    """The PDF of a page. Raises NoBrowser or PrintFailed."""
    program = browser()
    if program is None:
        raise NoBrowser
    with tempfile.TemporaryDirectory(prefix="redmud-opt-print-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source, target = folder / "report.html", folder / "report.pdf"
        source.write_text(page, encoding="utf-8")
        asked = [program, *FLAGS, f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={target}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            asked.append("--no-sandbox")  # Chromium has no sandbox for root
        said = _run([*asked, source.as_uri()])
        found = target.read_bytes() if target.is_file() else b""
    if not found.startswith(b"%PDF-") or b"%%EOF" not in found[-1024:]:
        raise PrintFailed(said)
    return found


def _run(asked: list[str]) -> str:
    try:
        done = subprocess.run(asked, capture_output=True, timeout=LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        return f"> {LIMIT_S:.0f} s"
    except OSError as error:
        return error.strerror or str(error)
    lines = done.stderr.decode("utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else f"{done.returncode}"
