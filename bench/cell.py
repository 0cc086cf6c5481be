"""What runs inside the process of one cell: load, fit, recommend, predict, write, and what comes afterwards.

    python -m bench.cell JOB.json

The job names the algorithm, its parameters, and the folder with the training data. News goes to the harness as JSON
lines through one pipe; the held-out items come through another, and only after `fit` has returned. This process is a
wall for reliability, not for safety: a plug-in is code and can do what its user can.
"""

from __future__ import annotations

import atexit
import ctypes
import errno
import faulthandler
import json
import math
import os
import re
import resource
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from bench.algorithm import Algorithm
    from bench.answers import Answers
    from bench.types import HeldOut, Training

SAMPLE = 200  # questions on which an algorithm's own `recommend` is checked
LENGTH = 10  # of the lists that it is asked for
# How libraries name a full GPU where the type of the exception does not: numba, implicit, torch on other devices.
_GPU_FULL = re.compile(r"(cuda|hip|mps|gpu|cumem).*out.?of.?memory|out.?of.?memory.*(cuda|hip|mps|gpu)", re.I | re.S)
_MAIN_FULL = "DefaultCPUAllocator: "  # torch raises a RuntimeError for a refused allocation
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)  # the disk is full or read-only, and no cell can help it
_NO_ROOM = 1 << 20  # bytes: with fewer left a write that names no file is taken to have met the full disk of the store
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


class _CannotWrite(Exception):
    """The answers cannot be written; told in one sentence, and no fault of the cell."""


@dataclass
class News:
    """The pipe to the harness."""

    pipe: IO[str]

    def tell(self, **event: Any) -> None:
        """Send one line."""
        self.pipe.write(json.dumps(event) + "\n")
        self.pipe.flush()

    def epoch(self, epoch: int, **values: float) -> None:
        """What an algorithm reports while it learns; values that are no finite numbers are left out."""
        numbers = {name: float(value) for name, value in values.items()}
        self.tell(event="epoch", epoch=int(epoch), **{n: v for n, v in numbers.items() if math.isfinite(v)})

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Announce a phase, and its cost when it ends well."""
        self.tell(event="begin", phase=name)
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        cost = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "peak": _peak()}
        self.tell(event="end", phase=name, cost=cost)


def run(job: dict[str, Any], news: News, held_out_pipe: IO[bytes]) -> None:
    """The whole cell; raises whatever the algorithm raises."""
    with news.phase("load"):
        from bench import afterwards, answers_io, energy, evaluation, handover, registry, surroundings
        from bench.files import cannot_write
        from bench.memory import readable
        from bench.tuning.trials import TUNING

        algorithm = registry.create(job["algorithm"], **job["facts"], **job["params"])
        folder, output = Path(job["training"]), Path(job["output"])
        training = handover.read_training(folder)
        training = evaluation.told(training, Path(job["scratch"]), news.epoch)
        if algorithm.compiles:
            evaluation.rehearse(algorithm, training)
    news.tell(event="seen", values=surroundings.seen())
    if job["tuning"]:
        with news.phase(TUNING):
            algorithm = _tuned(job, training, news)
    with energy.metered() as spent:
        with news.phase("fit"):
            algorithm.fit(training)
        news.tell(event="fitted")
        held_out = handover.unpack(held_out_pipe.read(), training)
        answers, found = _answer(algorithm, training, held_out, news)
    news.tell(event="energy", values=spent)
    with news.phase("write"):
        try:
            answers_io.write(answers, output)
        except OSError as error:
            raise _CannotWrite(f"{cannot_write(error, output)}, about {readable(_size(answers))} needed") from error
    counts = {
        "questions": len(held_out),
        "held_out": len(held_out.items),
        "tied": int((answers.tied > 0).sum()),
        "unscored": int(answers.unscored.sum()),
        **found,
    }
    news.tell(event="answered", values=counts)  # from here on nothing can spoil the result
    afterwards.run(algorithm, held_out, answers, news, output if job["keep_model"] else None, _reason)
    news.tell(event="done", counts=counts)


def _tuned(job: dict[str, Any], training: Training, news: News) -> Algorithm[Any]:
    """The algorithm with the setting that is best on the validation part, not fitted."""
    from bench import registry
    from bench.tuning.search import Search, Tuning
    from bench.tuning.trials import TUNING

    def make(params: dict[str, Any]) -> Algorithm[Any]:
        return registry.create(job["algorithm"], **job["facts"], **{**job["params"], **params})

    tuning = Tuning(**job["tuning"])
    defaults = {name: job["params"][name] for name in tuning.space}
    search = Search(tuning, make, training, defaults, job["facts"]["seed"], news.tell, _status, _reason)
    return make(search.run(Path(job["scratch"]) / TUNING))


def _answer(
    algorithm: Algorithm[Any], training: Training, held_out: HeldOut, news: News
) -> tuple[Answers, dict[str, int]]:
    """All answers; the number of lists with fewer than LENGTH items, and of ratings that it refused to predict.

    Where the algorithm has its own `recommend`, the lists are those that it gives to the first SAMPLE questions.
    """
    import numpy as np

    from bench import evaluation
    from bench.algorithm import Algorithm

    with news.phase("recommend"):
        answers = evaluation.rank(algorithm, held_out)
        lists = answers.lists.items[:, :LENGTH]
        if type(algorithm).recommend is not Algorithm.recommend:
            asked = held_out.query.slice(0, SAMPLE)
            own = algorithm.recommend(asked, LENGTH)
            evaluation.check_lists(own, asked, LENGTH)
            lists = np.asarray(own.items)
    short = int(((lists >= 0).sum(axis=1) < LENGTH).sum())
    if not evaluation.predicts(type(algorithm), held_out):
        return answers, {"short": short, "refused": 0}
    with news.phase("predict"):
        mean = float(training.interactions.known_ratings.mean(dtype="float64"))
        predictions, refused = evaluation.predict(algorithm, held_out, mean)
    return replace(answers, predictions=predictions), {"short": short, "refused": refused}


def _size(answers: Answers) -> int:
    """Bytes of all arrays; what is written is not larger but for some kB."""
    arrays = (answers.lists.items, answers.lists.scores, *vars(answers).values())
    return sum(getattr(array, "nbytes", 0) for array in arrays)


def main() -> int:
    """Run the job named on the command line and tell how it ended."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    _die_with(job["parent"])
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    news = News(os.fdopen(job["news"], "w", encoding="utf-8"))
    with os.fdopen(job["held_out"], "rb") as held_out_pipe:
        try:
            run(job, news, held_out_pipe)
        except Exception as error:  # any failure of a plug-in is a result
            traceback.print_exc()
            told = _storage(error, job) or error
            news.tell(event="failed", status=_status(told), reason=_reason(told))
    return 0


def _storage(error: Exception, job: dict[str, Any]) -> _CannotWrite | None:
    """What to say where the disk under the folders of this cell is full or read-only."""
    from bench.files import cannot_write

    if not isinstance(error, OSError) or error.errno not in _FULL:
        return None
    scratch, own = Path(job["scratch"]), Path(job["output"]).parent
    if isinstance(error.filename, str | bytes):
        place = Path(os.path.normpath(own / "work" / os.fsdecode(error.filename)))
        ours = place.is_relative_to(scratch) or place.is_relative_to(own)
    else:  # as `write` raises it
        ours = shutil.disk_usage(own).free < _NO_ROOM
    return _CannotWrite(cannot_write(error, own)) if ours else None


def _status(error: Exception) -> str:
    from bench.errors import InvalidOutput, Unsupported

    kinds = {Unsupported: "skipped", InvalidOutput: "invalid_output", MemoryError: "oom", _CannotWrite: "storage"}
    full = "oom" if _gpu_is_full(error) or _MAIN_FULL in str(error) else "failed"
    return next((status for kind, status in kinds.items() if isinstance(error, kind)), full)


def _reason(error: Exception) -> str:
    from bench.errors import BenchError

    text = str(error).strip()[:2000]
    expected = isinstance(error, BenchError | _CannotWrite) and type(error).__name__ != "Diverged"
    if expected:
        return text
    return f"{'out of GPU memory: ' if _gpu_is_full(error) else ''}{type(error).__name__}: {text}"


def _gpu_is_full(error: Exception) -> bool:
    """Whether an allocation on a GPU was refused. No library is imported to know its exceptions by their type."""
    named = any(kind.__name__ == "OutOfMemoryError" for kind in type(error).__mro__)  # torch and cupy
    return named or bool(_GPU_FULL.search(str(error)))


def _peak() -> int:
    """Bytes of the highest resident memory of this process; `ru_maxrss` would begin with that of its parent."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _die_with(parent: int) -> None:
    """Be killed when the harness dies, however it dies (Linux; elsewhere the harness stops its children itself)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)  # what a plug-in leaves behind stays in this tree
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)


def _leave(code: int) -> None:
    """End as Python does, but without taking thousands of modules apart first, which can last for seconds."""
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            process.kill()
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _leave(main())
