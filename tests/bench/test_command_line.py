"""What a person sees who asks for something wrong, or has no terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Call, Done, one_line
from harness import Bench, distribution, environment, tiny_rows, write_csv

from bench.cli import progress
from bench.datasets.imported import import_file
from bench.store import Store

WRONG = """
[matrix]
datasets = ["tinny"]
splits = [{ name = "user-time", tset = 0.5 }]
metrics = ["ndgc@10"]

[[algorithms]]
name = "populraity"

[[algorithms]]
name = "item-knn"
params = { neighbors = 20 }
"""


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_wrong_matrix_is_told_as_a_whole_and_nothing_runs(call: Call, small_data: None, tmp_path: Path):
    done = call("run", _write(tmp_path / "wrong.toml", WRONG), "--store", tmp_path / "store")
    assert done.code == 2
    assert done.stdout == ""
    assert not (tmp_path / "store" / "cells").exists() or Store(tmp_path / "store").records() == []
    lines = done.stderr.splitlines()
    assert all(line.startswith("bench: ") for line in lines)
    expected = {
        3: "unknown data set 'tinny'; did you mean 'tiny'?",
        4: "unknown parameter 'tset'; did you mean 'test'?",
        5: "metric 'ndgc@10': unknown name; did you mean 'ndcg'?",
        8: "unknown algorithm 'populraity'; did you mean 'popularity'?",
        12: "unknown parameter 'neighbors'; did you mean 'neighbours'?",
    }
    for number, text in expected.items():
        (line,) = [line for line in lines if text in line]
        assert f"wrong.toml, line {number}:" in line
    assert len(lines) == len(expected)


WANTS = """
import surely_not_installed
from bench.algorithm import Algorithm
from bench.params import Params

class Wants(Algorithm[Params]):
    family = "hybrid"
    def fit(self, train): ...
    def score(self, query): ...
"""


def test_a_missing_package_is_told_with_its_remedy_and_does_no_harm(small_data: None, tmp_path: Path):
    """As LightFM where there is no C compiler: its entry point names the extra that brings the package."""
    wants = distribution(tmp_path / "wants", "wants", {"wants": "wants_code:Wants [wants]"}, {"wants_code": WANTS})
    bench = Bench(tmp_path, distributions=(wants,))
    said = "package 'surely_not_installed' is not installed; `pip install -e \".[wants]\"` adds it"
    listed = bench("list", "algorithms")
    assert listed.returncode == 0
    assert said in next(line for line in listed.stdout.splitlines() if line.startswith("wants "))
    done = bench.run("--datasets", "tiny", "--algorithms", "wants,popularity")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (bench.record("wants").status, bench.record("popularity").status) == ("skipped", "ok")
    assert said in bench.record("wants").reason
    assert (bench.store / "report" / "index.html").is_file()


MIXED = """
[matrix]
dataset = ["tiny"]
metrics = ["ndgc@10"]

[[algorithms]]
name = "bias"
parms = { damping = 3 }

[[algorithms]]
name = "item-knn"
params = { neighbors = 20 }
"""


def test_wrong_keys_do_not_hide_wrong_names(call: Call, small_data: None, tmp_path: Path):
    done = call("plan", _write(tmp_path / "mixed.toml", MIXED))
    assert done.code == 2
    lines = [line.removeprefix(f"bench: {tmp_path / 'mixed.toml'}, ") for line in done.stderr.splitlines()]
    assert [line.partition(";")[0] for line in lines] == [
        "line 3: unknown key 'dataset'",
        "line 8: unknown key 'parms'",
        "line 4: metric 'ndgc@10': unknown name",
        "line 12: algorithm 'item-knn': unknown parameter 'neighbors'",
    ]


def test_plan_refuses_the_same_in_the_same_words(call: Call, small_data: None, tmp_path: Path):
    path = _write(tmp_path / "wrong.toml", WRONG)
    run, plan = (call(word, path, "--store", tmp_path / "store") for word in ("run", "plan"))
    assert (plan.code, plan.stderr) == (run.code, run.stderr)


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["run", "nowhere.toml"], ["nowhere.toml", "No such file"]),
        (["run", "--algorithms", "eese"], ["unknown algorithm 'eese'"]),
        (["run", "--algorithms", ","], ["expected names"]),
        (["run", "--limit-time", "5 parsecs"], ["'5 parsecs'", "s, m, h, d"]),
        (["run", "--limit-mem", "10"], ["'10'", "KB, MB, GB"]),
        (["run", "--rerun", "faild"], ["faild", "did you mean 'failed'"]),
        (["data", "import", "nowhere.csv", "--name", "x"], ["nowhere.csv"]),
        (["data", "check", "nowhere"], ["unknown data set 'nowhere'"]),
        (["run", "--algorithms", "bias", "--datasets", "tiny", "--splits", "given"], ["split 'given'"]),
    ],
)
def test_a_wrong_option_is_one_line_and_exit_code_2(
    words: list[str], parts: list[str], call: Call, small_data: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    done = call(*words)
    assert done.code == 2
    assert "Traceback" not in done.stderr
    assert all(part in done.stderr for part in parts), done.stderr
    assert all(line.startswith("bench: ") for line in done.stderr.splitlines())


@pytest.mark.parametrize(
    "words", [["rn"], ["run", "--sede", "3"], ["run", "--seeds", "0"], ["run", "--jobs", "none"], ["show"]]
)
def test_a_wrong_word_is_exit_code_2_without_a_traceback(words: list[str], call: Call):
    done = call(*words)
    assert done.code == 2
    assert "Traceback" not in done.stderr
    assert done.stderr


def test_many_cells_need_a_yes(call: Call, small_data: None, tmp_path: Path):
    axes = "".join(f"axis{n} = [{', '.join(map(str, range(28)))}]\n" for n in range(3))
    path = _write(tmp_path / "many.toml", f"[[algorithms]]\nname = 'popularity'\n[algorithms.grid]\n{axes}")
    done = call("run", path, "--store", tmp_path / "store")
    assert done.code == 2
    assert "21,952 cells" in one_line(done)
    assert "--yes" in one_line(done)
    assert not list(tmp_path.glob("store/cells/*"))


@pytest.fixture(scope="module")
def accented(small_data: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set whose name is not ASCII."""
    path = write_csv(tmp_path_factory.mktemp("csv") / "d.csv", tiny_rows(12, 20, 8))
    import_file(path, "tïny\u4e2d", user="user", item="item", rating="rating", time="time", time_unit="s")
    return path


BARE = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "40"}


def _plain(text: str) -> None:
    assert text.isascii()
    assert "\x1b" not in text
    assert "Traceback" not in text


def test_a_run_without_terminal_colour_width_and_unicode(bench: Bench, accented: Path):
    done = bench.run("--datasets", "tïny\u4e2d", "--algorithms", "popularity", **BARE)
    assert done.returncode == 0, done.stderr
    _plain(done.stdout)
    _plain(done.stderr)
    lines = done.stdout.splitlines()
    assert sum(line.startswith("[1/1] ok ") for line in lines) == 1, "one line for each finished cell"
    assert any(line.startswith("Data set") for line in lines)


def _on_a_terminal(bench: Bench, words: list[str], **variables: str) -> str:
    """What a command writes to a terminal."""
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "bench", *words],
        cwd=bench.folder,
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        written = b""
        try:
            while data := os.read(ours, 1 << 16):
                written += data
        except OSError:  # the other end is closed
            pass
        os.close(ours)
    assert process.returncode == 0, written
    return written.decode(errors="replace")


def test_a_run_on_a_capable_terminal(bench: Bench):
    words = ["run", "--datasets", "tiny", "--algorithms", "popularity", "--store", str(bench.store)]
    written = _on_a_terminal(bench, words, TERM="xterm")
    assert "Traceback" not in written
    assert "[1/1] ok" in written
    assert "Report: " in written


@pytest.mark.parametrize(
    ("variables", "terminal", "board"),
    [
        ({"TERM": "xterm"}, True, True),
        ({"TERM": "xterm"}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, False),
        ({}, True, False),
    ],
)
def test_running_cells_are_shown_only_on_a_capable_terminal(
    variables: dict[str, str], terminal: bool, board: bool, monkeypatch: pytest.MonkeyPatch
):
    for name in ("TERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    with progress.listener() as hears:
        assert isinstance(hears, progress.Board) is board


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["run", "--help"],
        ["list", "algorithms"],
        ["list", "datasets"],
        ["list", "splits"],
        ["list", "metrics"],
    ],
)
def test_reading_commands_in_the_c_locale(words: list[str], bench: Bench, accented: Path):
    done = bench(*words, **BARE)
    assert done.returncode == 0, done.stderr
    _plain(done.stdout)


def test_an_error_in_the_c_locale(bench: Bench, accented: Path):
    done = bench.run("--datasets", "tïnni", "--algorithms", "popularity", **BARE)
    assert done.returncode == 2
    _plain(done.stderr)


def test_a_reader_that_has_seen_enough_is_no_error(bench: Bench):
    process = subprocess.Popen(
        [sys.executable, "-m", "bench", "list", "metrics"],
        env=environment(),
        cwd=bench.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr:
        said = process.stderr.read()
    assert process.wait() in (0, 1)
    assert said == b""


def test_every_command_says_two_examples(call: Call):
    def examples(done: Done) -> int:
        _, _, after = done.stdout.partition("Examples:")
        return len(after.replace("\n", " ").split("|"))

    for words in (["run"], ["plan"], ["status"], ["show"], ["report"], ["new"], ["check"], ["doctor"]):
        done = call(*words, "--help")
        assert done.code == 0
        assert examples(done) >= 2, words
    for words in (["list", "algorithms"], ["list", "metrics"], ["data", "import"], ["data", "get"], ["data", "check"]):
        assert examples(call(*words, "--help")) >= 2, words
