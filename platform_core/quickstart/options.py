"""What a quickstart was asked for."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickstartOptions:
    """The options of `tenon quickstart`.

    Attributes:
        port: the first organization and the public host; the second organization answers on the port after it.
        workers: web processes on `port`; the port after it has one.
        data_dir: absolute folder of everything that is kept between runs.
        ready_file: written when all answers; None for none.
        demo: load the demo organizations.
        redis: use an embedded Redis where its wheel is installed and REDIS_URL is not set.
    """

    port: int
    workers: int
    data_dir: Path
    ready_file: Path | None
    demo: bool
    redis: bool

    @property
    def ports(self) -> tuple[int, int]:
        """Both web ports."""
        return self.port, self.port + 1

    @property
    def events_port(self) -> int:
        """Where events are streamed, unless somebody has taken that port."""
        return self.port + 2

    @property
    def credentials(self) -> Path:
        """The file with the demo's credentials, mode 0600; it stays the same between runs."""
        return self.data_dir / "demo.json"
