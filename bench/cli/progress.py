"""How a run is shown: the running cells on a terminal; elsewhere one plain line for each finished cell."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench.cli import output
from bench.execute import Listener
from bench.plan import Cell, Decision
from bench.records import Record
from bench.titles import Titles

if TYPE_CHECKING:
    from rich.table import Table

NAMED = 10  # cells in one line


class Lines(Listener):
    """One plain line for each finished cell."""

    def __init__(self) -> None:
        self.titles = Titles([])
        self.names: dict[str, str] = {}
        self.total = 0
        self.done = 0

    def planned(self, decisions: list[Decision], jobs: int) -> None:
        """Say what will run."""
        self.titles = Titles(decision.cell.slot for decision in decisions)
        self.total = sum(decision.runs for decision in decisions)
        kept = len(decisions) - self.total
        note = f", {kept} done already" if kept else ""
        output.say(f"{self.total} cells to run{note}, {jobs} at a time")
        self.names = {d.cell.key: name(d.cell, self.titles) for d in decisions}

    def noticed(self, text: str) -> None:
        """Say it."""
        output.say(f"warning: {text}")

    def expects_too_much(self, cells: dict[str, str]) -> None:
        """Say in one line what will probably break a limit."""
        told = [f"{self.names[key]} ({why})" for key, why in cells.items()]
        output.say(f"warning: probably over the limit, by earlier results: {_some(told)}")

    def finished(self, cell: Cell, record: Record) -> None:
        """Say how one cell ended."""
        self.done += 1
        output.say(self.line(cell, record))

    def line(self, cell: Cell, record: Record) -> str:
        """`[ 3/14] ok  ease · movielens-small · user-time · seed 0  4.2 s  310 MB`."""
        place = f"[{self.done:>{len(str(self.total))}}/{self.total}]"
        cost = (
            "" if record.status == "skipped" else f"  {output.duration(record.wall)}  {output.megabytes(record.memory)}"
        )
        reason = f"  {record.reason}" if record.reason else ""
        return f"{place} {record.status:<7} {name(cell, self.titles)}{cost}{reason}".replace("\n", " ")


class Board(Lines):
    """The same lines, and below them the cells that are running now."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        super().__init__()
        self._now: dict[str, tuple[str, str, float, int]] = {}
        self._lock = threading.Lock()
        self._console = Console(highlight=False)
        self._live = Live(console=self._console, refresh_per_second=4, get_renderable=self._running, transient=True)

    def progress(self, cell: Cell, phase: str, seconds: float, memory: int) -> None:
        """Remember where a cell is."""
        with self._lock:
            self._now[cell.key] = (cell.label, phase, seconds, memory)

    def finished(self, cell: Cell, record: Record) -> None:
        """Print the line above the board."""
        from rich.text import Text

        self.done += 1
        with self._lock:
            self._now.pop(cell.key, None)
        self._console.print(Text(output.clean(self.line(cell, record))))

    def __enter__(self) -> Board:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def _running(self) -> Table:
        from rich.table import Table
        from rich.text import Text

        grid = Table.grid(padding=(0, 2))
        with self._lock:
            rows = list(self._now.values())
        for label, phase, seconds, memory in rows:
            cells = (label, phase, output.duration(seconds), output.megabytes(memory))
            grid.add_row(*(Text(output.clean(cell)) for cell in cells))
        return grid


def name(cell: Cell, titles: Titles) -> str:
    """`ease · movielens-small · user-time · seed 0`."""
    return " · ".join((cell.label, *titles.of(cell.slot), f"seed {cell.slot.seed}"))


def left_out(cells: list[Cell], planned: list[Cell], budget: str | None) -> str:
    """A line on the cells that did not fit into the budget."""
    titles = Titles(cell.slot for cell in planned)
    told = _some([name(cell, titles) for cell in cells])
    return f"{len(cells)} of {len(planned)} cells left out, they did not fit into the budget of {budget}: {told}"


def _some(names: list[str]) -> str:
    """The first names, and how many more there are."""
    more = f"; and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return "; ".join(names[:NAMED]) + more


@contextmanager
def listener() -> Iterator[Listener]:
    """A board on a capable terminal, lines elsewhere."""
    if sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb" and "NO_COLOR" not in os.environ:
        with Board() as board:
            yield board
    else:
        yield Lines()
