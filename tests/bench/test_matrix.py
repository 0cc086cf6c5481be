"""Matrix files: what they mean, and how wrong ones are refused."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from harness import environment

from bench.errors import BadConfig
from bench.limits import MEMORY_UNITS, TIME_UNITS, quantity
from bench.matrix import Matrix, read, replaced

GOOD = """
[matrix]
datasets = ["tiny", { name = "tiny", k_core = 5 }]
splits = [{ name = "user-time", test = 0.3 }, "last-out"]
seeds = [0, 4]
metrics = ["ndcg@5"]

[[algorithms]]
name = "item-knn"
params = { neighbours = 20 }
grid = { similarity = ["cosine", "pearson"], shrinkage = [0.0, 1.0, 10.0] }
limits = { time = "5m", memory = "1.5GB" }

[[algorithms]]
name = "popularity"
"""


def _read(folder: Path, text: str) -> Matrix:
    path = folder / "matrix.toml"
    path.write_text(text, encoding="utf-8")
    return read(path)


def _errors(folder: Path, text: str) -> list[str]:
    with pytest.raises(BadConfig) as caught:
        _read(folder, text)
    return str(caught.value).splitlines()


def test_what_a_file_means(tmp_path: Path):
    matrix = _read(tmp_path, GOOD)
    assert matrix.matrix.datasets == [{"name": "tiny"}, {"name": "tiny", "k_core": 5}]
    assert matrix.matrix.splits == [{"name": "user-time", "test": 0.3}, {"name": "last-out"}]
    knn, popularity = matrix.algorithms
    assert knn.limits.time == 300
    assert knn.limits.memory == 1.5e9
    assert popularity.limits.time is None
    assert popularity.variants() == [{}]
    assert len(knn.variants()) == 6
    assert {"neighbours": 20, "similarity": "pearson", "shrinkage": 10.0} in knn.variants()
    assert matrix.size() == 2 * 2 * 2 * (6 + 1)


def test_options_of_the_command_line_replace_an_axis(tmp_path: Path):
    matrix = replaced(_read(tmp_path, GOOD), algorithms=["ease", "bias"], datasets=["ml-100k"], seeds=[0, 1, 2])
    assert [spec.name for spec in matrix.algorithms] == ["ease", "bias"]
    assert matrix.matrix.datasets == [{"name": "ml-100k"}]
    assert matrix.matrix.seeds == [0, 1, 2]
    assert matrix.matrix.splits == [{"name": "user-time", "test": 0.3}, {"name": "last-out"}]
    assert matrix.matrix.metrics == ["ndcg@5"]


ALGORITHM = '[[algorithms]]\nname = "popularity"\n'


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (f"[matrx]\n{ALGORITHM}", 1, "unknown key 'matrx'; did you mean 'matrix'?"),
        (f"[matrix]\n\ndataset = ['tiny']\n{ALGORITHM}", 3, "unknown key 'dataset'; did you mean 'datasets'?"),
        (f"{ALGORITHM}parms = {{}}\n", 3, "unknown key 'parms'; did you mean 'params'?"),
        (f"{ALGORITHM}{ALGORITHM}limit = {{}}\n", 5, "unknown key 'limit'; did you mean 'limits'?"),
        (f"{ALGORITHM}limits = {{ tiem = '5s' }}\n", 3, "unknown key 'tiem'; did you mean 'time'?"),
        (f"[matrix]\nseeds = ['0']\n{ALGORITHM}", 2, "seeds"),
        (f"[matrix]\nseeds = 3\n{ALGORITHM}", 2, "seeds"),
        (f"[matrix]\nseeds = [1.5]\n{ALGORITHM}", 2, "seeds"),
        (f"[matrix]\nseeds = [true]\n{ALGORITHM}", 2, "seeds"),
        (f"[matrix]\nseeds = [-1]\n{ALGORITHM}", 2, "seeds"),
        (f"[matrix]\ndatasets = []\n{ALGORITHM}", 2, "datasets"),
        (f"[matrix]\ndatasets = [7]\n{ALGORITHM}", 2, "datasets"),
        (f"[matrix]\ndatasets = [{{ k_core = 5 }}]\n{ALGORITHM}", 2, "datasets"),
        (f"[matrix]\nsplits = 'last-out'\n{ALGORITHM}", 2, "splits"),
        (f"[matrix]\nmetrics = []\n{ALGORITHM}", 2, "metrics"),
        ("[matrix]\ndatasets = ['tiny']\n", 1, "algorithms is missing"),
        ("algorithms = []\n", 1, "algorithms"),
        ("[[algorithms]]\nparams = {}\n", 1, "name is missing"),
        (f"{ALGORITHM}grid = {{ k = 5 }}\n", 3, "grid"),
        (f"{ALGORITHM}grid = {{ k = [] }}\n", 3, "grid"),
        (f"{ALGORITHM}params = {{ k = 1 }}\ngrid = {{ k = [1, 2] }}\n", 1, "'k'"),
        (f"{ALGORITHM}limits = {{ time = '5 parsecs' }}\n", 3, "parsecs"),
        (f"{ALGORITHM}limits = {{ memory = 0 }}\n", 3, "memory"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_nearest_name(text: str, line: int, message: str, tmp_path: Path):
    (error,) = _errors(tmp_path, text)
    assert f"{tmp_path / 'matrix.toml'}, line {line}: " in error or (line == 1 and "line" in error)
    assert message in error


def test_all_mistakes_are_told_at_once(tmp_path: Path):
    text = (
        "[matrix]\ndataset = ['tiny']\nseeds = ['zero']\n\n[[algorithms]]\nname = 'bias'\nlimits = { time = 'soon' }\n"
    )
    errors = _errors(tmp_path, text + "\n[[algorithms]]\nnam = 'bias'\n")
    told = "\n".join(errors)
    for part in ("line 2: unknown key 'dataset'", "line 3: ", "line 7: ", "unknown key 'nam'; did you mean 'name'?"):
        assert part in told
    assert len(errors) >= 4


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[matrix\n", "not a TOML file.*line 1"),
        (b"[matrix]\nseeds = [0]\nseeds = [1]\n", "not a TOML file.*line 3"),
        (b"[matrix]\n[matrix]\n", "not a TOML file.*line 2"),
        (b"\xff\xfe", "not a TOML file"),
        (b"", "algorithms"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(content: bytes, message: str, tmp_path: Path):
    path = tmp_path / "matrix.toml"
    path.write_bytes(content)
    with pytest.raises(BadConfig, match=message):
        read(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(BadConfig, match=r"nowhere\.toml: No such file"):
        read(tmp_path / "nowhere.toml")
    with pytest.raises(BadConfig, match="directory"):
        read(tmp_path)


@pytest.mark.parametrize(
    "axis", ["datasets = ['tiny', 'tiny']", "splits = ['last-out', { name = 'last-out' }]", "seeds = [1, 1]"]
)
def test_an_entry_that_comes_twice_is_refused(axis: str, tmp_path: Path):
    (error,) = _errors(tmp_path, f"[matrix]\n{axis}\n{ALGORITHM}")
    assert "twice" in error


HUGE = "[[algorithms]]\nname = 'popularity'\n[algorithms.grid]\n" + "".join(
    f"axis{n} = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n" for n in range(12)
)


def test_a_million_million_cells_are_counted_without_making_them(tmp_path: Path):
    path = tmp_path / "huge.toml"
    path.write_text(HUGE, encoding="utf-8")
    code = "import sys, pathlib; from bench.matrix import read; print(read(pathlib.Path(sys.argv[1])).size())"

    def little_memory() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))

    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        env=environment(),
        preexec_fn=little_memory,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.strip() == str(10**12), done.stderr[-300:]


@pytest.mark.parametrize(
    ("text", "value"), [("90s", 90), ("10m", 600), ("1.5h", 5400), ("2d", 172800), (" 4 m ", 240), (".5s", 0.5)]
)
def test_times(text: str, value: float):
    assert quantity(text, TIME_UNITS) == value


@pytest.mark.parametrize("text", ["", "10", "m", "0s", "-1s", "1e3s", "5 minutes", "1s2", "infs", "4GB"])
def test_what_is_no_time_is_refused_with_the_units(text: str):
    with pytest.raises(BadConfig, match="s, m, h, d"):
        quantity(text, TIME_UNITS)


def test_sizes():
    assert [quantity(text, MEMORY_UNITS) for text in ("500MB", "4GB", "0.5TB", "64KB")] == [5e8, 4e9, 5e11, 64000]
