"""How many examples a property is tried on."""

import os


def examples(full: int) -> int:
    """A quarter of `full` in `make test`, which draws the same every time; all of it, drawn anew, in `make test-all`.

    PROPERTY_EXAMPLES, where it is set, says how many instead.
    """
    asked = os.environ.get("PROPERTY_EXAMPLES")
    return int(asked) if asked else full if os.environ.get("NEW_EXAMPLES") else (full + 3) // 4
