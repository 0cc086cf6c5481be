"""One child process of the harness: its pipes, its log, the memory of its whole tree, and its end."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

import psutil

LOG_HEAD = 1 << 20  # bytes of output kept from the beginning
LOG_TAIL = 1 << 16  # and from the end
WAITING = 10_000  # pieces of news; with more of them unread the pipe is left full, and the process waits
MARK = "RECMATRIX_CELL"


class Child:
    """A `python -m bench.cell` in a session of its own, with empty standard input and a working folder of its own."""

    def __init__(self, job: dict[str, Any], folder: Path, environment: dict[str, str]) -> None:
        folder = folder.resolve()
        shutil.rmtree(folder / "work", ignore_errors=True)  # of a process that ended with a trial of a search
        (folder / "work").mkdir()
        self.mark = secrets.token_hex(8)
        self.log = Log(folder / "log.txt")
        self.news: queue.Queue[dict[str, Any]] = queue.Queue()
        self._ended = threading.Event()  # what is left in the pipe is little, and is read without waiting
        self._seen: dict[int, psutil.Process] = {}  # every process of the tree, also of those that have left it
        held_out_read, self._held_out = os.pipe()
        news_read, news_write = os.pipe()
        job = {**job, "parent": os.getpid(), "news": news_write, "held_out": held_out_read}
        path = folder / "job.json"
        path.write_text(json.dumps(job), encoding="utf-8")
        try:
            self.popen = subprocess.Popen(
                [sys.executable, "-P", "-m", "bench.cell", str(path)],
                cwd=folder / "work",
                env={**os.environ, **environment, MARK: self.mark},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(held_out_read, news_write),
                start_new_session=True,
            )
        except OSError:
            os.close(news_read)
            os.close(self._held_out)
            raise
        finally:
            os.close(held_out_read)
            os.close(news_write)
        self._threads = [
            threading.Thread(target=self._read_news, args=(os.fdopen(news_read, "rb"),), daemon=True),
            threading.Thread(target=self.log.copy, args=(self.popen.stdout,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def hand_over(self, data: bytes) -> None:
        """Send the held-out items, without waiting for them to be read."""
        descriptor, self._held_out = self._held_out, -1
        if descriptor >= 0:
            threading.Thread(target=_send, args=(descriptor, data), daemon=True).start()

    def running(self) -> bool:
        """Whether the process has not ended yet."""
        return self.popen.poll() is None

    def memory(self, limit: float) -> int:
        """Bytes of memory of the process and all its descendants.

        Resident memory counts a page once for each process that shares it. Where that is over the limit, shares are
        counted instead: each page divided by the number of its processes.
        """
        tree = self._tree()
        resident = sum(_bytes(process, "rss") for process in tree)
        return resident if resident <= limit else min(resident, sum(_bytes(process, "pss") for process in tree))

    def dump_stacks(self) -> None:
        """Write where every thread stands into the log."""
        with contextlib.suppress(ProcessLookupError):
            self.popen.send_signal(signal.SIGUSR1)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.popen.wait(0.3)

    def end(self, grace: float = 0) -> int | None:
        """Wait up to `grace` seconds, kill the process and all that it started; the exit code if it ended itself.

        Raises OSError when the log could not be written.
        """
        code: int | None = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self.popen.wait(grace)
        self._tree()
        for process in self._seen.values():
            with contextlib.suppress(psutil.Error):
                process.kill()  # psutil checks that the number has not been given to another process
        self.popen.wait()
        for process in psutil.process_iter():  # those that left the tree between two looks
            with contextlib.suppress(psutil.Error):
                if process.pid != os.getpid() and process.environ().get(MARK) == self.mark:
                    process.kill()
        if self._held_out >= 0:
            os.close(self._held_out)
            self._held_out = -1
        self._ended.set()
        for thread in self._threads:
            thread.join(5)
        self.log.close()
        return code

    def _tree(self) -> list[psutil.Process]:
        try:
            root = psutil.Process(self.popen.pid)
            tree = [root, *root.children(recursive=True)]
        except psutil.Error:
            return []
        self._seen |= {process.pid: process for process in tree}
        return tree

    def _read_news(self, pipe: IO[bytes]) -> None:
        with pipe:
            for line in pipe:
                while self.news.qsize() >= WAITING and not self._ended.wait(0.01):
                    pass
                with contextlib.suppress(ValueError):  # half a line of a killed process
                    self.news.put(json.loads(line))


class Log:
    """What a process prints: the beginning and the end are kept, the rest is counted."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")
        self._written = self._file.tell()
        self._dropped = 0
        self._tail = b""
        self._error: OSError | None = None

    def copy(self, source: IO[bytes]) -> None:
        """Read to the end of `source`, also when nothing can be written any more."""
        with source:
            while data := os.read(source.fileno(), 1 << 16):
                room = max(LOG_HEAD - self._written, 0)
                self._write(data[:room])
                self._written += min(len(data), room)
                rest = self._tail + data[room:]
                self._dropped += max(0, len(rest) - LOG_TAIL)
                self._tail = rest[-LOG_TAIL:]

    def close(self) -> None:
        """Write the end and, if anything is missing, how much. Raises the first OSError of all that were met."""
        if self._dropped:
            self._write(f"\n[{self._dropped} bytes left out]\n".encode())
        self._write(self._tail)
        try:
            self._file.close()
        except OSError as error:
            self._error = self._error or error
        if self._error:
            raise self._error

    def _write(self, data: bytes) -> None:
        try:
            self._file.write(data)
        except OSError as error:
            self._error = self._error or error


def _send(descriptor: int, data: bytes) -> None:
    with contextlib.suppress(BrokenPipeError), os.fdopen(descriptor, "wb") as pipe:
        pipe.write(data)


def _bytes(process: psutil.Process, kind: str) -> int:
    try:
        found = process.memory_info() if kind == "rss" else process.memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(found, kind, found.rss))
