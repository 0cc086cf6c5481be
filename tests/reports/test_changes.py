"""What a report says of an earlier run, and when a check fails."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import pytest
import synthetic_store as synthetic

import reports
from bench.cli import app, main
from bench.store import Store
from reports.changes import changes
from reports.load import load

USERS = 40
GOOD, WORSE, SHUFFLED = [[0]] * USERS, [[4]] * USERS, [[u % 3] for u in range(USERS)]
OTHERWISE = [[(u + 1) % 3] for u in range(USERS)]


def store(folder: Path, found: dict[str, Any], **changes: Any) -> Store:
    """One with an answer, or a status, for each label."""
    made = synthetic.empty(folder)
    made.put_context("5" * 64, synthetic.context(USERS))
    for label, what in found.items():
        if isinstance(what, str):
            synthetic.put(made, synthetic.record(label, status=what, reason="no"))
        else:
            synthetic.put(made, synthetic.record(label, **changes), synthetic.answers(what))
    return made


def told(new: Store, old: Store) -> list[tuple[str, str, str, str, bool]]:
    return [(c.label, c.what, c.before, c.after, c.worse) for c in changes(load(new), load(old))]


def test_nothing_changes_between_equal_runs(tmp_path: Path) -> None:
    both = [store(tmp_path / name, {"a": GOOD, "b": SHUFFLED, "c": "oom"}) for name in ("new", "old")]
    assert told(*both) == []


def test_quality_counts_beyond_noise_alone(tmp_path: Path) -> None:
    old = store(tmp_path / "old", {"worse": GOOD, "better": WORSE, "noise": SHUFFLED})
    new = store(tmp_path / "new", {"worse": WORSE, "better": GOOD, "noise": OTHERWISE})
    assert told(new, old) == [
        ("worse", "NDCG@10", "1.0000", "0.3869", True),
        ("better", "NDCG@10", "0.3869", "1.0000", False),
    ]


def test_statuses(tmp_path: Path) -> None:
    old = store(tmp_path / "old", {"broken": GOOD, "mended": "failed", "gone": GOOD, "same": "oom"})
    new = store(tmp_path / "new", {"broken": "timeout", "mended": GOOD, "same": "oom", "added": GOOD})
    assert told(new, old) == [
        ("broken", "status", "ok", "timeout", True),
        ("gone", "status", "ok", "not run", True),
        ("mended", "status", "failed", "ok", False),
    ]


def test_costs_are_told_and_never_worse(tmp_path: Path) -> None:
    slow = {"phases": {"fit": synthetic.Phase(2.0, 2.0, 10**8)}, "memory": 10**9}
    old, new = store(tmp_path / "old", {"a": GOOD}), store(tmp_path / "new", {"a": GOOD}, **slow)
    assert told(new, old) == [
        ("a", "Training (s)", "0.500", "2.00", False),
        ("a", "Memory (MB)", "200", "1,000", False),
    ]


def test_another_split_is_not_compared(tmp_path: Path) -> None:
    old, new = store(tmp_path / "old", {"a": GOOD}), synthetic.empty(tmp_path / "new")
    new.put_context("6" * 64, synthetic.context(USERS))
    synthetic.put(new, synthetic.record("a", split_hash="6" * 64), synthetic.answers(WORSE))
    assert [(what, worse) for _, what, _, _, worse in told(new, old)] == [("split", False)]


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def said(*words: object) -> tuple[int, str]:
        app.registered_commands.clear()  # `main` adds all of them each time
        app.registered_groups.clear()
        monkeypatch.setattr(sys, "argv", ["bench", "report", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        seen = capsys.readouterr()
        return int(ended.value.code or 0), seen.out + seen.err

    return said


def test_a_check_fails_when_something_got_worse(tmp_path: Path, report: Any) -> None:
    old = store(tmp_path / "old", {"a": GOOD, "b": GOOD})
    new = store(tmp_path / "new", {"a": WORSE, "b": GOOD})
    code, text = report(new.folder, "--against", old.folder, "--check")
    assert code == 1
    assert "worse  movielens-small · user-time: a: NDCG@10 1.0000 → 0.3869 (p < 0.001)" in text
    assert report(new.folder, "--against", old.folder)[0] == 0
    page = (new.folder / "report" / "index.html").read_text(encoding="utf-8")
    assert "What changed since the earlier run" in page
    with (new.folder / "report" / "tables" / "changes.csv").open(encoding="utf-8", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert (row["algorithm"], row["worse"]) == ("a", "yes")
    code, text = report(old.folder, "--against", old.folder, "--check")
    assert (code, "Nothing changed, beyond noise." in text) == (0, True)


def test_a_check_needs_something_to_compare_with(tmp_path: Path, report: Any) -> None:
    code, text = report(store(tmp_path / "new", {"a": GOOD}).folder, "--check")
    assert code == 2
    assert "--check needs --against" in text


def test_a_table_is_printed_instead_of_a_report(tmp_path: Path, report: Any) -> None:
    made = store(tmp_path / "made", {"a": GOOD, "b": WORSE})
    texts = reports.write(made, tmp_path / "report").parent / "tables"
    for form, suffix in (("markdown", "md"), ("latex", "tex"), ("csv", "csv")):
        expected = (texts / f"comparison.{suffix}").read_text(encoding="utf-8")
        assert report(made.folder, "--format", form) == (0, expected.rstrip("\n") + "\n")
    assert "Data set         Split      Algorithm  Precision@10 ↑" in report(made.folder, "--format", "text")[1]
    assert not (made.folder / "report").exists()
    for wrong in (("--format", "word"), ("--format", "csv", "--out", tmp_path / "x")):
        code, text = report(made.folder, *wrong)
        assert code == 2 and text.startswith("bench: --format") and "text, markdown, latex, csv" in text
