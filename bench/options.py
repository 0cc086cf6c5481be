"""How a matrix is run."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.errors import BadConfig
from bench.limits import Limits
from bench.runner import default_jobs
from bench.surroundings import usable_cores


@dataclass(frozen=True)
class Options:
    """How a matrix is run."""

    rerun: str = "missing"
    jobs: int | None = None
    threads: int = 1
    limits: Limits = field(default_factory=Limits)
    order: str = "given"  # one of `bench.budget.ORDERS`
    budget: float | None = None  # seconds for all cells together; without one all cells run
    timing_exclusive: bool = False  # one cell at a time
    engine: str = "local"  # one of `bench.engines.ENGINES`
    device: str = "cpu"  # or cuda
    keep_models: bool = False  # what each cell has learnt is kept beside its answers

    def cells_at_a_time(self) -> int:
        """`jobs`, or else as many as there are usable cores for. Raises BadConfig when not even one cell fits."""
        cores = usable_cores()
        if self.jobs is None and self.threads > cores:
            raise BadConfig(
                f"--threads {self.threads} is more than the {cores} usable cores; take fewer, or say --jobs 1 as well"
            )
        if self.timing_exclusive:
            return 1
        return self.jobs or min(default_jobs(self.threads), cores // self.threads)
