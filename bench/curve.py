"""What an algorithm reports while it learns, thinned when it reports more than anybody reads."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST = 1000  # points; even, so that the next report after halving is one that is kept


@dataclass
class Curve:
    """At most MOST reports: all, or each second, fourth, eighth … from the first one on."""

    points: list[dict[str, float]] = field(default_factory=list)
    reports: int = 0  # so far
    _step: int = 1

    def add(self, point: dict[str, float]) -> None:
        """Take in a report; when there is no room for it, every second of the others goes."""
        if self.reports % self._step == 0:
            if len(self.points) == MOST:
                del self.points[1::2]
                self._step *= 2
            self.points.append(point)
        self.reports += 1

    @property
    def warning(self) -> str:
        """How many reports are missing; empty where none is."""
        left_out = self.reports - len(self.points)
        return f"{left_out} of {self.reports} reports of progress are left out of the curve" if left_out else ""
