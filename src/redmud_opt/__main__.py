"""`python -m redmud_opt` is the command line."""

import sys

from redmud_opt.cli import main

if __name__ == "__main__":
    sys.exit(main())
