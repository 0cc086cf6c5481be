"""Does the test part leak into what algorithms learn from? Run on every split, and shown beside its results."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from bench.integer_sets import among, distinct
from bench.splits.catalogue import promises
from bench.types import HeldOut, Interactions, Longs, Split

Verdict = Literal["ok", "notice", "leak", "unknown"]
LISTED = 10  # items that repeating popularity lists for each question


@dataclass(frozen=True)
class Finding:
    """One line of the audit: `count` of `of` things are so. A leak breaks what the protocol promises."""

    check: str
    count: int | None  # None: it cannot be told
    of: int
    verdict: Verdict
    meaning: str

    def as_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        return asdict(self)


def audit(split: Split) -> list[Finding]:
    """Every check, the gravest kind first."""
    return [*_pairs(split), *_times(split), *_strangers(split), _popularity(split), *_preparation(split)]


def leaks(findings: list[dict[str, Any]]) -> list[str]:
    """The findings that break a promise, a sentence each."""
    return [f"{f['check']}: {f['count']:,} of {f['of']:,}" for f in findings if f["verdict"] == "leak"]


def _pairs(split: Split) -> list[Finding]:
    parts = {"test": split.test} | ({"validation": split.validation} if split.validation is not None else {})
    found = []
    for name, part in parts.items():
        learnt = split.train if name == "validation" else split.learnt
        seen = among(_pair(part), _keys(learnt)) | among(_pair(part), _history(part))
        meaning = "pairs of user and item that are held out and also in training or in the history of their question"
        if name == "test" and split.validation is not None:
            seen |= among(_pair(part), _pair(split.validation))
            meaning += ", or held out for the validation, too"
        found.append(Finding(f"{name} pairs seen before", int(seen.sum()), len(part.items), _leak(seen.any()), meaning))
    return found


def _times(split: Split) -> list[Finding]:
    test, learnt, shown = split.test, split.learnt, split.test.query
    checks = {  # name -> of how many things
        "training after a user's own test": len(learnt),
        "history after its own test": len(shown.items),
        "training after the first test": len(learnt),
    }
    if test.times is None or learnt.times is None or shown.times is None:
        unknown = "the data has no times, so nobody can tell"
        return [Finding(name, None, of, "unknown", unknown) for name, of in checks.items()]
    asked = np.minimum.reduceat(test.times, test.offsets[:-1])  # (q,) every question has something held out
    first = np.full(learnt.n_users, np.iinfo(np.int64).max)
    np.minimum.at(first, test.askers, asked)
    counts = (
        int((learnt.times > first[learnt.users]).sum()),
        int((shown.times > np.repeat(asked, np.diff(shown.offsets))).sum()),
        int((learnt.times >= test.times.min()).sum()),
    )
    promised = promises(split.name, split.params)
    broken = (bool(promised), bool(promised), promised == "everyone")
    meanings = (
        "training interactions of a user that are later than the first held-out interaction of the same user",
        "interactions with which a question is asked that are later than the first of those that answer it",
        "training interactions not earlier than the first test interaction: others tell what becomes popular",
    )
    lines = zip(checks.items(), counts, broken, meanings, strict=True)
    return [Finding(name, n, of, (_leak if bad else _notice)(n), said) for (name, of), n, bad, said in lines]


def _strangers(split: Split) -> list[Finding]:
    trained = np.zeros(split.train.n_items, np.bool_)
    trained[split.learnt.items] = True
    cold = int((~trained[split.test.items]).sum())
    new = int((split.test.query.users < 0).sum())
    return [
        Finding(
            "test items not in training",
            cold,
            len(split.test.items),
            _notice(cold),
            "held-out interactions with items that nobody has in training; most algorithms cannot find them",
        ),
        Finding(
            "test users not in training",
            new,
            len(split.test),
            _notice(new),
            "questions of users whom training does not know; they come with a history or with none",
        ),
    ]


def _popularity(split: Split) -> Finding:
    """How much of the test part the ten items most popular in the test part itself would find, and those of training.

    Every question lists the most popular items that are not hidden from it. A large gap between the two means that what
    was popular changed at the border, and that an algorithm that sees the future gains by it.
    """
    n = split.train.n_items
    after = _found_by_popularity(split.test, np.bincount(split.test.items, minlength=n))
    before = _found_by_popularity(split.test, np.bincount(split.learnt.items, minlength=n))
    total = len(split.test.items)
    meaning = (
        f"held-out interactions among the {LISTED} items that are most popular in the test part and not yet seen; "
        f"the most popular of training find {before:,} ({before / total:.1%})"
    )
    return Finding("test explained by its own popularity", after, total, "ok", meaning)


def _found_by_popularity(test: HeldOut, counts: Longs) -> int:
    """How many held-out interactions stand among the first LISTED items by `counts` that are not hidden."""
    n = len(counts)
    place = np.empty(n, np.int64)
    place[np.argsort(-counts, kind="stable")] = np.arange(n)  # 0 for the most popular
    query = test.query
    offsets, hidden = (query.offsets, query.items) if test.hidden is None else (test.hidden.offsets, test.hidden.items)
    owners = np.repeat(np.arange(len(test)), np.diff(offsets))
    keys = distinct(owners * n + place[hidden])  # one of each, by question and then by place
    starts = np.searchsorted(keys, np.arange(len(test)) * n)
    mine = test.rows * n + place[test.items]
    at = np.searchsorted(keys, mine)
    seen = (
        (at < len(keys)) & (keys[np.minimum(at, len(keys) - 1)] == mine) if len(keys) else np.zeros(len(at), np.bool_)
    )
    return int(((place[test.items] - (at - starts[test.rows]) < LISTED) & ~seen).sum())


def _preparation(split: Split) -> list[Finding]:
    data, notes = split.dataset.interactions, split.dataset.notes
    policy = notes.get("duplicates", {})
    said = (
        f"rows that repeat a pair of user and item; policy {policy.get('policy', 'unknown')!r}, "
        f"{policy.get('dropped', 0):,} were dropped or joined before"
    )
    if split.name == "given":  # the data set's own interactions are not used
        data, said = split.learnt, "rows of the training part that repeat a pair of user and item; they are kept"
    repeated = len(data) - len(distinct(_keys(data)))
    found = [Finding("duplicates", repeated, len(data), _notice(repeated), said)]
    if core := notes.get("filters", {}).get("k_core"):
        meaning = (
            f"the {core}-core was taken before the split, so test interactions helped to decide who and what is in"
        )
        everything = len(split.dataset.interactions)
        found.append(Finding("k-core before the split", everything, everything, "notice", meaning))
    return found


def _keys(rows: Interactions) -> Longs:
    """(n,) one number for each pair of user and item."""
    return rows.users.astype(np.int64) * rows.n_items + rows.items


def _pair(part: HeldOut) -> Longs:
    """(m,) the same for held-out interactions."""
    return part.askers[part.rows].astype(np.int64) * part.query.n_items + part.items


def _history(part: HeldOut) -> Longs:
    """(h,) the same for histories."""
    query = part.query
    return np.repeat(part.askers.astype(np.int64), np.diff(query.offsets)) * query.n_items + query.items


def _leak(count: int | np.bool_) -> Verdict:
    return "leak" if count else "ok"


def _notice(count: int) -> Verdict:
    return "notice" if count else "ok"
