"""What has to happen around the imports of the package, of which this is the first: every command pays for them.

Pyomo hangs a callback on the import of scipy that loads all of scipy.stats: a quarter of the time that every command
takes to start, for nothing that is used here. Hook: the callback is taken off; who asks Pyomo itself for scipy still
gets all of it.

The garbage collector rests meanwhile: nothing of what is imported is garbage, and looking through it again and again
is a fifth of that time. `imported` sets it to work again.
"""

import gc

from pyomo.common.dependencies import DeferredImportCallbackFinder

_COLLECTED = gc.isenabled()
gc.disable()
DeferredImportCallbackFinder._callbacks.pop("scipy", None)


def imported() -> None:
    """All is imported, or never will be."""
    if _COLLECTED:
        gc.enable()
