"""Which LP algorithm: the one place where that is decided.

Measured (November 2026, HiGHS 1.15.1, one thread; `benchmarks/results/latest.md`): simplex took a quarter to a fifth
of the time of ipx with crossover on the synthetic LPs at every size up to 315k columns. An earlier measurement on a
denser model had ipx far ahead above 44k columns; nothing here has been tried above 315k.
"""

SIMPLEX_UP_TO_COLUMNS = 400_000
"""Above this the interior point method with crossover is taken."""


def lp_algorithm(asked: str, columns: int, warm: bool) -> str:
    """simplex or ipm for an LP, where `auto` is asked; a warm basis is worth more than either."""
    if asked != "auto":
        return asked
    return "simplex" if warm or columns <= SIMPLEX_UP_TO_COLUMNS else "ipm"


def root_algorithm(asked: str, columns: int) -> str:
    """The LP solver at the root of branch and bound; below the root it is always warm simplex."""
    return "ipx" if lp_algorithm(asked, columns, warm=False) == "ipm" else "simplex"
