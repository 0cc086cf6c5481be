"""A trial that takes its process with it is one failed trial: the search goes on in another process."""

from __future__ import annotations

import time

from bench.tuning.trials import TUNING, Journal
from bench.watched import Watched

CUT = "cut"  # the budget ended
LATE = 1.0  # seconds after the end of the budget at which a trial that does not end itself is stopped
_BLAMED = ("oom", "timeout", "crashed", "no_result", CUT)


def trial_ended(watched: Watched, journal: Journal) -> bool:
    """Whether the process ended in a trial, which is written down with the reason; the cell has not failed then."""
    if watched.phase != TUNING or watched.failure is None or watched.failure[0] not in _BLAMED:
        return False
    status, reason = watched.failure
    blamed = journal.blame(status, reason, time.monotonic() - watched.since)
    if blamed:
        watched.failure, watched.used = None, 0
    return blamed
