"""Case → Network: what may go where, what it becomes, whose it is, and when."""

from redmud_opt.network.build import build_network
from redmud_opt.network.network import Network

__all__ = ["Network", "build_network"]
