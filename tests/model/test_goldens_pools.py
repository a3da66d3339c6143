"""Golden rows of pools and of their relaxation. The files stand in `goldens/`; `golden.py` says how they are made.

Muds A and B (10 and 2 % soda) arise at the pool, 60 and 20 t in 2026; a kiln there takes at most 4 %, and a lane
carries to a road base at K.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from tests.builders import arises, lane, sells, site
from tests.model.golden import check_golden, rows_of
from tests.model.pooling import kiln, merged, pooled

from redmud_opt.case import Case
from redmud_opt.model import RELAXATION, build_model
from redmud_opt.model.arrays import compile
from redmud_opt.network import build_network


def world() -> Case:
    """Points 100:0, 75:25 (as A and B arise), 25:75 (4 % soda) and 0:100; the grid has none of its own."""
    ways = merged(site("K"), lane("P", "K"), sells("muds", 6, "K", name="base", method="U", max_t=30))
    return pooled(arises("a", 60, "P"), arises("b", 20, "P"), kiln(4, capacity=50), ways, pool_grid=1)


def test_pools(golden: Any) -> None:
    """Most at 75:25 is 80 t in content and on the lane, 66.7 in the kiln (50 t of A ÷ 0.75); at 25:75 26.7 by any way
    (20 t of B ÷ 0.75), at 0:100 20, at 100:0 60, in the kiln 50.

    A leaves by a way as 1, 0.75, 0.25 and 0 of what leaves, and lies so in the content unless that is `unmixed`.
    """
    families = ("mixture_one", "mixed_if_chosen", "unmixed_if_none", "mixed_share", "pool_passed")
    golden(world(), *families)


def test_pool_bound() -> None:
    """Box 0: A 0 to 0.5, B 0.5 to 1; box 1 the other way round. Most of box 0 is 40 t (20 t of B ÷ 0.5) by any way,
    of box 1 80, in the kiln 70.

    Of A leave by the kiln 0 to 0.5 of what leaves in box 0, 0.5 to 1 in box 1; in box 0 at least 40 · share + 0.5 ·
    mixed − 40 · 0.5 · mixture, at most 40 · share + 0 · mixed.
    """
    network = build_network(world())
    boxes = np.array([[[0.0, 0.5], [0.5, 0.0]], [[0.5, 1.0], [1.0, 0.5]]])
    network = replace(network, pools=(replace(network.pools[0], boxes=boxes),))
    form = compile(build_model(network, RELAXATION))
    families = ("mixed_least", "mixed_most", "mixed_sum", "share_sum", "share_least", "share_most")
    check_golden("pool_bound", rows_of(form, (*families, "envelope_least", "envelope_most")))
