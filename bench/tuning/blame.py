"""A trial that takes its process with it is one failed trial: the search goes on in another process."""

from __future__ import annotations

from bench.tuning.trials import TUNING, Journal
from bench.watched import Watched

CUT = "cut"  # the budget ended
LATE = 1.0  # seconds after the end of the budget at which a trial that does not end itself is stopped
_BLAMED = ("oom", "timeout", "crashed", "no_result", CUT)


def goes_on(watched: Watched, journal: Journal, before: int) -> bool:
    """Whether the process ended while it searched, and the search goes on in another one; the cell has not failed then.

    The trial that was running is written down with the reason. Where none was, it went on after `before` trials at
    least, so that what breaks every process at its start is told as the failure that it is.
    """
    if watched.phase != TUNING or watched.failure is None or watched.failure[0] not in _BLAMED:
        return False
    status, reason = watched.failure
    if not journal.blame(status, reason, watched.pay()) and len(journal.trials()) == before:
        return False
    watched.failure, watched.used = None, 0
    return True
