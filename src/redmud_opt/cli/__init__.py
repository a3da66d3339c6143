"""The command line: `redmud-opt init | check | solve | audit | evidence | screen | law | explain | compare |
front | sweep | import | import-actuals | export | report | replay`.

Each verb returns what it has to say in words and as a record, and its exit code; `main` prints one of the two. With
`--json` standard output is one JSON object and nothing else. Ctrl-C asks a solve to stop and keeps what it holds; a
second one ends the program at once. Nobody sees a traceback: it goes to a file.

`cases`, `solving`, `asking` and `taking` hold the verbs, each with its options; `line` lists them and is the way in.
"""

from redmud_opt.cli.line import main
from redmud_opt.cli.live import Live

__all__ = ["Live", "main"]
