"""The engine that the options of a run ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bench.engines import ray
from bench.engines.local import Local
from bench.engines.queue import Engine
from bench.limits import Limits
from bench.options import Options
from bench.plan import Cell
from bench.runner import Runner, default_limits
from bench.store import Store


@contextmanager
def opened(
    options: Options, cells: list[Cell], store: Store, say: Callable[[str], None]
) -> Iterator[tuple[Engine, Limits]]:
    """The engine, ready to run `cells`, and the usual limits of a cell; `say` hears what a person should know.

    Raises BadConfig where it cannot be had.
    """
    given = options.limits
    if options.engine == "ray":
        alone = options.timing_exclusive
        asked = (given, options.threads, options.jobs, alone, say, options.device, options.keep_models)
        with ray.connected(cells, store, *asked) as engine:
            yield engine, engine.limits
    else:
        jobs = options.cells_at_a_time()
        usual = default_limits(jobs)
        limits = Limits.model_construct(time=given.time or usual.time, memory=given.memory or usual.memory)
        facts: dict[str, Any] = {"threads": options.threads, "device": options.device, "beside": jobs > 1}
        runner = Runner(store, limits, **facts, keep_models=options.keep_models)
        yield Local(runner, jobs), limits
