"""What has to happen before anything imports scipy: the package's first import.

Pyomo hangs a callback on the import of scipy that loads all of scipy.stats: a quarter of the time that every command
takes to start, for nothing that is used here. Hook: the callback is taken off; who asks Pyomo itself for scipy still
gets all of it.
"""

from pyomo.common.dependencies import DeferredImportCallbackFinder

DeferredImportCallbackFinder._callbacks.pop("scipy", None)
