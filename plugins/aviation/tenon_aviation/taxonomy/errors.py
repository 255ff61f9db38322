"""What can be wrong with a taxonomy pack."""


class PackError(ValueError):
    """A pack is malformed, inconsistent or altered; the message names the pack and the place."""

    def __init__(self, pack: str, problem: str) -> None:
        self.pack = pack
        self.problem = problem
        super().__init__(f"{pack}: {problem}")
