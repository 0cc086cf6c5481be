"""The energy that a cell uses, through codecarbon where it is installed, and what kind of number that is.

codecarbon reads the counters of the processor (RAPL) where it may, and else multiplies a nominal power with the load.
The counters are those of the whole machine: with several cells at a time each one counts the others as well.
Only processor and GPU are counted; codecarbon can do no more than guess the power of the memory.

It is told to print nothing, to write nothing and to ask nobody, whatever its own configuration says: with a token in
the environment it would ask a server for the carbon of the current. It asks py-cpuinfo for the name of the processor,
which takes more than a second, and gets the name that the system has.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

JOULES = 3.6e6  # per kWh
COUNTERS = ("intel_rapl", "intel_power_gadget", "windows_emi")  # codecarbon's names for processors that count


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
        codecarbon = importlib.import_module("codecarbon")
        logging.getLogger("codecarbon").disabled = True  # or it tells of its beginning before it knows `log_level`
        tracker = codecarbon.OfflineEmissionsTracker(
            country_iso_code="USA",  # it must be told one; it changes grams of carbon, not joules
            output_methods=[],
            output_handlers=[],
            electricitymaps_api_token="",
            tracking_mode="machine",
            allow_multiple_runs=True,
            log_level="critical",
        )
        with _processor_named():
            tracker.start()
    except Exception:  # an optional measurement must not end a cell
        return None
    return tracker


@contextmanager
def _processor_named() -> Iterator[None]:
    """In the place of py-cpuinfo stands what the system says, where it says it."""
    from bench.provenance import processor

    before, name = sys.modules.get("cpuinfo"), processor()
    if name and before is None:
        known = ModuleType("cpuinfo")
        known.get_cpu_info = lambda: {"brand_raw": name}  # type: ignore[attr-defined]
        sys.modules["cpuinfo"] = known
    try:
        yield
    finally:
        if before is None:
            sys.modules.pop("cpuinfo", None)


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
