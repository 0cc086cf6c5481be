"""The journal of a search: what has ended is there after any kill, what was only begun is not."""

from bench.tuning.trials import Journal, Trial


def _trial(number, status="ok", value=0.5):
    return Trial(number, {"l2": 1.5, "kind": "a"}, status, 0.25, value, steps=((1, 0.1), (2, 0.2)))


def test_what_has_ended_is_read_again(tmp_path):
    journal = Journal(tmp_path / "tune")
    assert journal.trials() == []
    for number in range(3):
        journal.begin(number, {"l2": 1.5, "kind": "a"})
        journal.end(_trial(number))
    journal.begin(3, {"l2": 1.0, "kind": "a"})
    assert journal.trials() == [_trial(0), _trial(1), _trial(2)]


def test_half_a_line_is_no_trial_and_harms_none_after_it(tmp_path):
    journal = Journal(tmp_path)
    journal.end(_trial(0))
    with journal.path.open("a", encoding="utf-8") as file:
        file.write('{"number": 1, "params": {"l2"')
    journal.end(_trial(1))
    assert journal.trials() == [_trial(0), _trial(1)]


def test_only_a_trial_that_runs_is_blamed(tmp_path):
    journal = Journal(tmp_path)
    assert not journal.blame("oom", "700 MB", 2.0)
    journal.begin(0, {"l2": 1.5})
    assert journal.blame("oom", "700 MB", 2.0)
    assert not journal.blame("oom", "700 MB", 2.0)
    assert journal.trials() == [Trial(0, {"l2": 1.5}, "oom", 2.0, None, "700 MB", ())]
