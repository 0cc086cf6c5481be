"""The energy that a cell uses, through codecarbon where it is installed, and what kind of number that is.

codecarbon reads the counters of the processor (RAPL) where it may, and else multiplies a nominal power with the load.
The counters are those of the whole machine: with several cells at a time each one counts the others as well.
Only processor and GPU are counted; codecarbon can do no more than guess the power of the memory.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

JOULES = 3.6e6  # per kWh
COUNTERS = ("intel_rapl", "intel_power_gadget")  # codecarbon's names for processors that count


def unavailable() -> dict[str, Any]:
    """What is said where nothing is known."""
    return {"joules": None, "kind": "unavailable"}


@contextmanager
def metered() -> Iterator[dict[str, Any]]:
    """Measure what happens inside; the dictionary is filled in when it ends: {"joules", "kind"}.

    "kind" is measured (a counter of the processor), estimated (its nominal power) or unavailable. Never raises.
    """
    spent = unavailable()
    tracker = _start()
    try:
        yield spent
    finally:
        if tracker is not None:
            spent.update(_stop(tracker))


def _start() -> Any:
    if importlib.util.find_spec("codecarbon") is None:
        return None
    try:
        tracker = importlib.import_module("codecarbon").OfflineEmissionsTracker(
            country_iso_code="USA",  # it must be told one; it changes grams of carbon, not joules
            save_to_file=False,
            save_to_api=False,
            save_to_logger=False,
            allow_multiple_runs=True,
            log_level="critical",
        )
        tracker.start()
    except Exception:  # an optional measurement must not end a cell
        return None
    return tracker


def _stop(tracker: Any) -> dict[str, Any]:
    try:
        tracker.stop()
        found = tracker.final_emissions_data
        joules = JOULES * (float(found.cpu_energy) + float(found.gpu_energy))
        counted = any(getattr(part, "_mode", "") in COUNTERS for part in tracker._hardware)
    except Exception:  # as above
        return unavailable()
    if not math.isfinite(joules) or joules <= 0:
        return unavailable()
    return {"joules": joules, "kind": "measured" if counted else "estimated"}
