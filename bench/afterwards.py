"""What a cell does when its answers are complete: nothing of it can spoil them, and what goes wrong is a warning."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from bench.algorithm import Algorithm
    from bench.answers import Answers
    from bench.types import HeldOut

AFTER = {  # by phase: what is said if it fails
    "latency": "latency is not measured",
    "faithfulness": "faithfulness is not measured",
    "model": "the model is not kept",
}
UNCOUNTED = ("faithfulness", "model")  # phases whose memory is no cost of the cell
PATIENCE = 30.0  # seconds for each measurement, which ends by itself after 10 unless a call hangs


class News(Protocol):
    """The pipe to the harness, as far as it is used here; see `bench.cell.News`."""

    def tell(self, **event: Any) -> None:
        """Send one line."""

    def phase(self, name: str) -> AbstractContextManager[None]:
        """Announce a phase, and its cost when it ends well."""


def run(
    algorithm: Algorithm[Any],
    held_out: HeldOut,
    answers: Answers,
    news: News,
    keep_in: Path | None,
    reason: Callable[[Exception], str],
) -> None:
    """Measure how long one user waits and whether reasons are faithful; keep the model in `keep_in`, if it is given."""
    from bench import faithfulness, latency, model_files
    from bench.algorithm import Can

    def attempt(phase: str, action: Callable[[], Any]) -> None:
        with news.phase(phase):
            try:
                news.tell(event=phase, values=action())
            except Exception as error:  # whatever an algorithm raises
                traceback.print_exc()
                news.tell(event="warning", text=f"{AFTER[phase]}: {reason(error)}")

    attempt("latency", lambda: latency.measure(algorithm, held_out.query))
    if Can.EXPLAIN in type(algorithm).abilities(algorithm.params)[1]:
        best = answers.lists.items[:, 0]
        attempt("faithfulness", lambda: faithfulness.measure(algorithm, held_out, best))
    if keep_in is not None:
        attempt("model", lambda: model_files.save(algorithm, keep_in))
