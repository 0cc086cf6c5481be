"""What is known of a running cell."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any

from bench import energy, provenance
from bench.afterwards import AFTER, UNCOUNTED
from bench.curve import Curve
from bench.records import Phase
from bench.tuning.trials import TUNING

_TOLD = ("seen", "energy", "latency", "answered", "faithfulness", "model", "tuned")  # news that are kept as they are


@dataclass
class Watched:
    """What is known of a running cell."""

    phase: str = "start"
    entered: float = 0.0  # when that phase began, by time.monotonic()
    phases: dict[str, Phase] = field(default_factory=dict)
    curve: Curve = field(default_factory=Curve)
    answered: dict[str, int] | None = None  # the counts, there when the answers are complete
    counts: dict[str, int] | None = None  # the same, when nothing is left to measure either
    failure: tuple[str, str] | None = None  # (status, reason) that the cell told or that stopped it
    used: int = 0  # bytes, the most at any time
    memory: int = 0  # the same while the result was made
    warnings: list[str] = field(default_factory=list)
    latency: dict[str, float] = field(default_factory=dict)
    energy: dict[str, Any] = field(default_factory=energy.unavailable)
    faithfulness: dict[str, Any] = field(default_factory=dict)
    model: str = ""  # see `Record.model`
    seen: dict[str, Any] = field(default_factory=dict)  # what the process found around it
    tuned: dict[str, Any] = field(default_factory=dict)  # see `Record.tuning`
    since: float = field(default_factory=time.monotonic)  # when that began which the time limit is for
    left: float = math.inf  # seconds of the budget when the trial began that runs now
    unpaid: float | None = None  # since when nobody has paid from the budget; None: nobody has to yet
    load: float | None = field(default_factory=provenance.load)  # before the cell

    def use(self, memory: int) -> None:
        """Note that so many bytes are in use; what is done when the answers are complete is no cost of theirs."""
        self.used = max(self.used, memory)
        if self.phase not in UNCOUNTED:
            self.memory = max(self.memory, memory)

    def renew(self, left: float = math.inf) -> None:
        """The time limit holds from now on, and so many seconds of a budget are left."""
        self.since, self.left = time.monotonic(), left

    def pay(self) -> float:
        """Seconds that a trial which ended with its process owes to the budget; the start of the process is its own."""
        now, since = time.monotonic(), self.since if self.unpaid is None else self.unpaid
        self.unpaid = now
        return now - since

    def hear(self, event: dict[str, Any]) -> None:
        """Take in what the process says of itself."""
        match event:
            case {"event": "begin", "phase": name}:
                self.phase, self.entered = name, time.monotonic()
            case {"event": "end", "phase": name, "cost": cost}:
                self.phases[name] = Phase(**cost)
                self.use(cost["peak"])
                if name == TUNING:
                    self.renew()
            case {"event": "trial", "left": left}:
                self.renew(math.inf if left is None else left)
                self.unpaid = self.since if self.unpaid is None else self.unpaid
            case {"event": "trial over"}:
                self.renew()
                self.unpaid = self.since
            case {"event": "epoch", **point}:
                self.curve.add({name: value for name, value in point.items() if name != "event"})
            case {"event": name, "values": values} if name in _TOLD:
                setattr(self, name, values)
            case {"event": "warning", "text": text}:
                self.warnings.append(text)

    def settle(self, problem: str) -> None:
        """Keep a result that was complete before all that comes after it was done."""
        self.counts = self.answered
        self.warnings.append(f"{AFTER.get(self.phase, AFTER['latency'])}: {problem}")
