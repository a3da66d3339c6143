"""Which columns decide first: what a heuristic rounds, fixes and frees together."""

from dataclasses import dataclass

from redmud_opt.model.arrays.columns import Columns


@dataclass(frozen=True)
class ColumnGroup:
    """A family of integer decisions, with the names of its index by which members belong together.

    A model may carry `column_groups`, a tuple of these in order of weight. `by`: names of the family's index, such
    as ("line", "period"); columns that share a label of such a name form a cluster. The first name is the thing that
    is decided on: other integer columns of the model that carry it go with it.
    """

    columns: Columns
    by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        missing = [name for name in self.by if name not in self.columns.index.names]
        if missing:
            raise ValueError(f"{self.columns.index} has no part called {missing}")
