"""The floor: coordinates → compressed columns → `passModel` with arrays → frames."""

from __future__ import annotations

import highspy
import numpy as np
import pandas as pd
import scipy.sparse

from benchmarks.given import TABLES, Given


class Bare:
    """A ready-made model; nothing is declared, named or checked."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.ready = given.ready

    def build(self) -> None:
        """Compresses the matrix."""
        ready = self.ready
        shape = (len(ready.row_lower), len(ready.cost))
        self.matrix = scipy.sparse.csc_array((ready.coef, (ready.row, ready.col)), shape=shape)

    def transfer(self) -> None:
        """One call with arrays (six times faster than filling a `HighsLp` attribute by attribute)."""
        ready, matrix = self.ready, self.matrix
        self.highs = highspy.Highs()
        self.highs.setOptionValue("output_flag", False)
        self.highs.passModel(
            *(len(ready.cost), len(ready.row_lower), matrix.nnz),
            *(int(highspy.MatrixFormat.kColwise), int(highspy.ObjSense.kMaximize), 0.0),
            *(ready.cost, ready.col_lower, ready.col_upper, ready.row_lower, ready.row_upper),
            *(matrix.indptr, matrix.indices, matrix.data, np.zeros(len(ready.cost), dtype=np.int32)),
        )

    def frames(self, values: np.ndarray) -> dict[str, pd.DataFrame]:
        """What is not zero, with labels."""
        families = self.given.columns.values()
        return {f.name: f.frame(values[f.start : f.start + len(f)]) for f in families if f.name in TABLES}
