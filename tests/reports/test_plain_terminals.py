"""Commands where there is no terminal, or a poor one: `TERM=dumb`, `NO_COLOR`, 40 columns, the locale C.

What they write is plain text without escape sequences; what the locale cannot show is written as an escape, nothing
crashes, and a report is the same file as anywhere else.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
import synthetic_store as synthetic

import reports
from bench.store import Store

PATIENCE = 120  # seconds
NAMED = "na\u00efve-\u4e2d"  # neither in ASCII nor, the second character, in Latin-1
REASON = "ValueError: \u201cno\u201d \u2192 \U0001f4a5"
RANKS = [[0], [1], [2], [3], [9], [5], [20], [30]]
UNSET = ("PYTHONIOENCODING", "PYTHONUTF8", "LANG", "LC_CTYPE", "TERM", "NO_COLOR", "FORCE_COLOR", "COLUMNS")
C_LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0"}


def environment(**variables: str) -> dict[str, str]:
    return {**{name: value for name, value in os.environ.items() if name not in UNSET}, **variables}


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "bench", *map(str, words)]


def run(*words: object, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """A command without a terminal on any of its streams."""
    return subprocess.run(
        command(*words),
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )


def bench(*words: object, **variables: str) -> str:
    """What a command writes on standard output; it says nothing on the other stream, and ends well."""
    done = run(*words, **variables)
    assert (done.returncode, done.stderr) == (0, b""), done.stderr.decode(errors="replace")
    assert b"\x1b" not in done.stdout
    return done.stdout.decode("ascii" if variables.get("LC_ALL") == "C" else "utf-8")


def on_a_terminal(*words: object, columns: int, **variables: str) -> str:
    """What a command writes to a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    with subprocess.Popen(command(*words), env=environment(**variables), **streams) as process:
        os.close(theirs)
        written = b""
        try:
            while data := os.read(ours, 1 << 16):
                written += data
        except OSError:  # the other end is closed
            pass
        os.close(ours)
    assert process.returncode == 0, written
    return written.decode("utf-8").replace("\r\n", "\n")


def escaped(text: str) -> str:
    """As the locale C shows it."""
    return text.encode("ascii", "backslashreplace").decode()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = synthetic.empty(tmp_path_factory.mktemp("plain") / "n\u00e4chste" / "store")
    store.put_context("5" * 64, synthetic.context(8))
    synthetic.put(store, synthetic.record(NAMED, algorithm="own"), synthetic.answers(RANKS))
    synthetic.put(store, synthetic.record("other"), synthetic.answers([[rank + 1] for (rank,) in RANKS]))
    synthetic.put(store, synthetic.record("gone", status="failed", reason=REASON))
    return store


def test_status_in_the_locale_c(store: Store) -> None:
    text = bench("status", store.folder, **C_LOCALE)
    head, rule, *rows = text.splitlines()[:5]
    assert head.split() == ["cell", "status", "algorithm", "dataset", "split", "seed", "time", "memory", "reason"]
    assert re.fullmatch(r"[- ]+", rule)
    assert sum(escaped(NAMED) in row for row in rows) == 1
    assert sum(row.endswith(escaped(REASON)) for row in rows) == 1
    assert text.endswith("\n3 cells: 1 failed, 2 ok\n")


def test_compare_in_the_locale_c_with_a_name_that_it_cannot_show(store: Store) -> None:
    text = bench("compare", store.folder, "own", "other", **C_LOCALE)
    assert f"NDCG@10 of {escaped(NAMED)} minus that of other" in text
    assert "8 users" in text.splitlines()[0]
    assert re.search(r"^  95 % interval     \[\+0\.\d{4}, \+0\.\d{4}\]$", text, re.MULTILINE)


def test_list_and_plan_in_the_locale_c(store: Store) -> None:
    listed = bench("list", "algorithms", **C_LOCALE, TERM="dumb", NO_COLOR="1", COLUMNS="40")
    assert {"popularity", "ease", "sasrec"} <= {line.split()[0] for line in listed.splitlines()[2:]}
    words = ("--algorithms", "popularity", "--store", store.folder)
    planned = bench("plan", *words, **C_LOCALE, TERM="dumb", NO_COLOR="1", COLUMNS="40")
    assert planned.splitlines()[0].split()[:4] == ["action", "why", "algorithm", "dataset"]
    assert planned.splitlines()[2].split()[:3] == ["run", "new", "popularity"]
    assert planned.endswith("\n1 of 1 cells would run; time and memory unknown\n")


def test_a_report_in_the_locale_c_is_the_same_as_in_any_other(store: Store, tmp_path: Path) -> None:
    there = tmp_path / "gr\u00fcn"
    assert bench("report", store.folder, "-o", there, **C_LOCALE) == (
        f"Report: {tmp_path}/gr\\udcc3\\udcbcn/index.html\n"
    )
    here = reports.write(store, tmp_path / "here").parent
    files = sorted(path.relative_to(here) for path in here.rglob("*") if path.is_file())
    assert len(files) > 10
    assert files == sorted(path.relative_to(there) for path in there.rglob("*") if path.is_file())
    assert [name for name in files if (here / name).read_bytes() != (there / name).read_bytes()] == []
    assert NAMED in (there / "index.html").read_text(encoding="utf-8")


def test_an_error_in_the_locale_c_is_one_line(store: Store) -> None:
    done = run("compare", store.folder, "n\u00f6body", "other", **C_LOCALE)
    assert (done.returncode, done.stdout) == (2, b"")
    (line,) = done.stderr.decode("ascii").splitlines()
    assert line.startswith("bench: no algorithm 'n\\udcc3\\udcb6body' in this store")


@pytest.mark.parametrize("variables", [{"TERM": "dumb"}, {"TERM": "xterm-256color", "NO_COLOR": "1"}, {}])
def test_a_narrow_terminal_without_abilities_gets_plain_text(store: Store, variables: dict[str, str]) -> None:
    text = on_a_terminal("status", store.folder, columns=40, LC_ALL="C.UTF-8", **variables)
    assert "\x1b" not in text
    assert "\r" not in text
    assert text == bench("status", store.folder, LC_ALL="C.UTF-8")
    assert re.fullmatch(r"[─ ]+", text.splitlines()[1])
    assert any(line.endswith(REASON) for line in text.splitlines())
