"""What every test shares: how hypothesis behaves on a slow, shared machine.

`make test` draws the same examples every time, so that what passed once passes again; `make test-all` draws new ones.
"""

import gc
import os

import pytest
from hypothesis import settings

settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("new", deadline=None)
settings.load_profile("new" if os.environ.get("NEW_EXAMPLES") else "same")

# Tests make many objects and little garbage: it is looked for less often than by default.
gc.set_threshold(50_000, 20, 100)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Thousands of collected tests and all modules stay to the end: nobody need look through them again."""
    gc.freeze()
