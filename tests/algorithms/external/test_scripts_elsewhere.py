"""A script in a Python of its own learns from our data and answers our questions; what it does wrong is told."""

from __future__ import annotations

import gc
import itertools
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from algorithms.external import exchange, peer
from algorithms.external.peer import PeerFailed
from algorithms.external.script import External
from bench import registry
from bench.algorithm import Algorithm, Can
from bench.conformance import exams
from bench.conformance.strangers import unknown
from bench.errors import BadConfig, InvalidOutput, Unsupported

ECHO = """
import numpy as np

def fit(training, options):
    print("said on standard output", flush=True)
    return training, options

def score(model, questions):
    training, options = model
    scores = np.zeros((len(questions), questions.n_items))
    scores[:, 0] = questions.users
    scores[:, 1] = np.diff(questions.offsets)
    scores[:, 2] = [questions.items[a:b].sum() for a, b in zip(questions.offsets, questions.offsets[1:])]
    scores[0, 3:7] = len(training.users), training.seed, training.threads, options["k"]
    return scores
"""
FIT = "def fit(training, options):\n    {}\n\ndef score(model, questions):\n    {}\n"


def _external(folder: Path, text: str, **params: Any) -> Algorithm[Any]:
    script = folder / "own.py"
    script.write_text(text, encoding="utf-8")
    return registry.create("external", seed=7, threads=2, script=str(script), **params)


def test_the_script_sees_what_we_learn_from_and_ask(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    model = _external(tmp_path, ECHO, options={"k": 3})
    training, query = exams.town().training(), exams.town().held_out().query
    model.fit(training)
    scores = model.score(query)
    np.testing.assert_array_equal(scores[:, 0], query.users)
    np.testing.assert_array_equal(scores[:, 1], np.diff(query.offsets))
    np.testing.assert_array_equal(scores[:, 2], query.matrix() @ np.arange(query.n_items))
    assert scores[0, 3:7].tolist() == [len(training.interactions), 7, 2, 3]
    said = capfd.readouterr()
    assert "said on standard output" in said.err, "it goes to the log"
    assert "said" not in said.out


def test_columns_that_the_data_lack_are_none(tmp_path: Path):
    text = FIT.format("assert training.ratings is None and training.times is not None", "pass")
    training = exams.town().training()
    bare = replace(training, interactions=replace(training.interactions, ratings=None))
    _external(tmp_path, text).fit(bare)


def test_what_a_script_leaves_where_it_works_is_not_left_with_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    _external(tmp_path, FIT.format("open('left.txt', 'w').close()", "pass")).fit(exams.town().training())
    assert not list(Path().iterdir())


def test_strangers_get_nothing_unless_the_script_serves_them(tmp_path: Path):
    query = exams.town().held_out().query.slice(0, 6)
    mixed = replace(query, users=np.array([-1, *query.users[1:3], -1, *query.users[4:]], np.int32))
    model = _external(tmp_path, ECHO, options={"k": 3})
    model.fit(exams.town().training())
    scores = model.score(mixed)
    known = mixed.users >= 0
    assert np.isnan(scores[~known]).all()
    np.testing.assert_array_equal(scores[known, 2], (query.matrix() @ np.arange(query.n_items))[known])
    assert np.isnan(model.score(unknown(query))).all()
    serving = _external(tmp_path, ECHO, options={"k": 3}, new_users=True)
    serving.fit(exams.town().training())
    np.testing.assert_array_equal(serving.score(mixed)[:, 0], mixed.users)
    abilities = [External.abilities(one.params)[1] for one in (model, serving)]
    assert [Can.SERVE_NEW_USERS in can for can in abilities] == [False, True]


RUBBISH = """
    import os
    for place in range(3, 20):
        try:
            os.write(place, b"rubbish" + bytes([10]))
        except OSError:
            pass
"""


@pytest.mark.parametrize(
    ("fit", "score", "error", "text"),
    [
        ("raise ValueError('two\\nlines')", "pass", PeerFailed, "own.py: ValueError: two lines"),
        ("import no_such_package.part", "pass", Unsupported, f"package 'no_such_package' is not .* {sys.executable}"),
        ("raise NotImplementedError('needs colours')", "pass", Unsupported, "own.py: needs colours"),
        ("raise MemoryError('too large')", "pass", MemoryError, "too large"),
        ("import os; os._exit(3)", "pass", PeerFailed, "ended with exit code 3 during `fit`"),
        ("import os; os.kill(os.getpid(), 9)", "pass", PeerFailed, "was ended by signal 9 during `fit`"),
        ("raise SystemExit(4)", "pass", PeerFailed, "ended with exit code 4 during `fit`"),
        (RUBBISH, "pass", InvalidOutput, "own.py answered `fit` with b'rubbish"),
        ("pass", "raise KeyError('x')", PeerFailed, "own.py: KeyError: 'x'"),
        ("pass", "return [[1.0, 2.0]]", InvalidOutput, r"scores of shape \(1, 2\), not \(40, 50\)"),
        ("pass", "return [['a'] * 50] * 40", PeerFailed, "could not convert string to float"),
        ("pass", "import os; os._exit(5)", PeerFailed, "ended with exit code 5 during `score`"),
    ],
)
def test_what_a_script_does_wrong_is_one_line(fit: str, score: str, error: Any, text: str, tmp_path: Path):
    model = _external(tmp_path, FIT.format(fit, score))
    with pytest.raises(error, match=text) as raised:
        model.fit(exams.town().training())
        model.score(exams.town().held_out().query)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_no_script_is_told(tmp_path: Path):
    for text, reason in (("x = 1", "no attribute 'fit'"), ("def fit(:", "SyntaxError")):
        with pytest.raises(PeerFailed, match=reason):
            _external(tmp_path, text).fit(exams.town().training())


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"script": "/no/such/file.py"}, "script: there is no file /no/such/file.py"),
        ({"env": "/no/such/python"}, "env: /no/such/python cannot be run .No such file or directory."),
        ({"env": "/"}, "env: / cannot be run .Permission denied."),
        ({"env": "/bin/true"}, "env: /bin/true does not answer as a Python does"),
    ],
)
def test_a_missing_python_or_script_is_a_wrong_configuration(params: dict[str, str], text: str):
    wrong = External.Params(**params)
    with pytest.raises(BadConfig, match=text):
        External.content(wrong)


def test_names_of_files_are_taken_from_where_the_matrix_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "python").symlink_to(sys.executable)
    params = External.Params(env="python", script="~/own.py")
    assert params.env == str(tmp_path / "python"), "the link itself: it decides the environment"
    assert params.script == str(Path.home() / "own.py")


def test_script_and_packages_belong_to_the_key(tmp_path: Path):
    script, python, package = tmp_path / "own.py", tmp_path / "python", tmp_path / "place" / "made-1.0.dist-info"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={package.parent} exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    package.mkdir(parents=True)
    found = []
    for text, version in (("a = 1", "1.0"), ("a = 2", "1.0"), ("a = 2", "1.1"), ("a = 2", "1.1")):
        script.write_text(text)
        (package / "METADATA").write_text(f"Metadata-Version: 2.1\nName: made\nVersion: {version}\n")
        peer.packages.cache_clear()
        found.append(External.content(External.Params(env=str(python), script=str(script))))
    changed = [{name for name in a if a[name] != b[name]} for a, b in itertools.pairwise(found)]
    assert changed == [{"script"}, {"packages"}, set()]


def test_a_kept_model_learns_again_and_notices_another_script(tmp_path: Path):
    model = _external(tmp_path, ECHO, options={"k": 3})
    model.fit(exams.town().training())
    model.save(tmp_path / "kept")
    query = exams.town().held_out().query
    np.testing.assert_array_equal(External.load(tmp_path / "kept").score(query), model.score(query))
    (tmp_path / "own.py").write_text(ECHO + "\n")
    with pytest.raises(Unsupported, match="no longer what the model was kept with"):
        External.load(tmp_path / "kept")


def test_an_answer_is_never_that_to_an_earlier_question(tmp_path: Path):
    model = _external(tmp_path, ECHO, options={"k": 3})
    model.fit(exams.town().training())
    query = exams.town().held_out().query
    model.score(query)
    folder = Path(vars(model)["_folder"].name)
    with pytest.raises(InvalidOutput, match="left no array of scores"):
        exchange.read_scores(folder, (len(query), query.n_items), "own.py")
    (folder / "scores.npy").write_bytes(b"no array")
    with pytest.raises(InvalidOutput, match="left no array of scores"):
        exchange.read_scores(folder, (len(query), query.n_items), "own.py")


def test_our_packages_are_not_brought_into_another_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "only_ours.py").write_text("")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(Unsupported, match="'only_ours'"):
        _external(tmp_path, FIT.format("import only_ours", "pass")).fit(exams.town().training())


def test_its_process_ends_with_the_model_and_with_the_next_training(tmp_path: Path):
    model = _external(tmp_path, ECHO, options={"k": 3})
    before = set(psutil.Process().children())
    model.fit(exams.town().training())
    (first,) = set(psutil.Process().children()) - before
    model.fit(exams.town().training())
    gc.collect()
    (second,) = set(psutil.Process().children()) - before
    assert second != first
    del model
    gc.collect()
    assert set(psutil.Process().children()) <= before
