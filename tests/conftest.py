"""What every test shares: how hypothesis behaves on a slow, shared machine.

`make test` draws the same examples every time, so that what passed once passes again; `make test-all` draws new ones.
"""

import os

from hypothesis import settings

settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("new", deadline=None)
settings.load_profile("new" if os.environ.get("NEW_EXAMPLES") else "same")
