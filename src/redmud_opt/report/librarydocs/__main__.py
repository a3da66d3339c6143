"""Writes the pages of the library."""

import sys
from pathlib import Path

from redmud_opt.report.librarydocs import write

if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/library"))
