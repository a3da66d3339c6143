"""How likely a parameter's values are, and values from shares.

    uniform      every value between low and high alike
    triangular   falling on both sides of the base
    normal       about the base, a quarter of the range as standard deviation, cut off at the ends

From evidence the distribution follows what backs the number: what somebody measured or derived with high or medium
confidence is triangular about the stated value; what is assumed, of low confidence or unstated is uniform, for
nothing says that the stated value is likelier than another.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from redmud_opt.case.backing import Backed
from redmud_opt.study.sweeps.parameters import Parameter

Array = npt.NDArray[np.float64]


def distribution_of(backed: Backed) -> str:
    """The distribution that the evidence of a number bears."""
    return "triangular" if backed.grade in ("high", "medium") else "uniform"


def quantiles(parameter: Parameter, share: Array) -> Array:
    """Values at shares from 0 to 1 of a parameter's distribution."""
    low, base, high = parameter.low, parameter.base, parameter.high
    width = high - low
    if parameter.distribution == "uniform" or width == 0:
        return low + share * width
    if parameter.distribution == "triangular":
        base = min(max(base, low), high)
        at = (base - low) / width
        with np.errstate(invalid="ignore"):
            left = low + np.sqrt(share * width * (base - low))
            right = high - np.sqrt((1.0 - share) * width * (high - base))
        return np.where(share <= at, left, right)
    spread = width / 4.0
    first, last = ndtr((low - base) / spread), ndtr((high - base) / spread)
    found: Array = np.clip(base + spread * ndtri(first + share * (last - first)), low, high)
    return found


def pearson_of(rank: Array) -> Array:
    """The correlation of normal variables whose ranks are correlated as given: 2 sin(π ρ ÷ 6)."""
    found: Array = 2.0 * np.sin(np.pi * rank / 6.0)
    np.fill_diagonal(found, 1.0)
    return found


def least_eigenvalue(matrix: Array) -> float:
    """Above 0 where a correlation matrix is positive definite."""
    return float(np.linalg.eigvalsh(matrix)[0])
