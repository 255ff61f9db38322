"""What can be wrong with an ASRS file."""


class AsrsError(ValueError):
    """The file cannot be read further.

    Attributes:
        code: stable reason, such as `bad_date`.
        line: physical line in the file, from 1, where the record starts (where it breaks, for broken bytes).
        column: `Group / Field` of the cell, None when the whole record is to blame.
    """

    def __init__(self, code: str, problem: str, *, line: int | None = None, column: str | None = None) -> None:
        self.code = code
        self.problem = problem
        self.line = line
        self.column = column
        places = [f"line {line}"] if line is not None else []
        places += [f"column '{column}'"] if column is not None else []
        super().__init__(f"{', '.join(places)}: {problem}" if places else problem)
