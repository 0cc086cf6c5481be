"""People whom training does not know, and items that nobody has met."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from bench.algorithm import Can
from bench.conformance import exams
from bench.conformance.check import Check, require
from bench.conformance.compare import close
from bench.conformance.lab import Lab
from bench.conformance.learning import ENOUGH, on_board, own_share, ranks_persons
from bench.errors import Unsupported
from bench.topk import top_k
from bench.types import Bools, Floats, Query


def _served(lab: Lab) -> None:
    query = unknown(lab.held_out.query)
    scores = np.asarray(lab.townsman.score(query))
    trained = np.unique(exams.town().split.train.items)
    unscored = int(np.isnan(scores[:, trained]).any(axis=1).sum())
    require(unscored == 0, f"{unscored} of {len(query)} new users have no score for items of the training data")
    top_k(lab.townsman.score(without_history(query)), query, 1)
    if ranks_persons(lab.cls):
        board = exams.board().held_out().query
        share = own_share(on_board(lab).score(unknown(board)), board)
        require(
            share >= ENOUGH, f"of the best four items of new users on the checker-board only {share:.0%} are theirs"
        )


def _refused(lab: Lab) -> None:
    """NaN, Unsupported, or one answer for all new users that is nobody's own."""
    query = lab.held_out.query
    known = np.asarray(lab.townsman.score(query))
    try:
        scores = np.asarray(lab.townsman.score(unknown(query)))
    except Unsupported:
        return
    if np.isnan(scores).all():
        return
    alike = close(scores, np.repeat(scores[:1], len(scores), axis=0))
    require(alike, "new users get scores of their own: declare SERVE_NEW_USERS, or answer NaN")
    if Can.PERSONALISE in lab.cls.can:
        theirs = [row for row in range(len(query)) if close(known[row], scores[0])]
        require(not theirs, f"new users get the scores of user {query.users[theirs[0]] if theirs else ''}")


def _new_items(lab: Lab) -> None:
    exam = exams.town()
    unseen = np.setdiff1d(np.arange(exam.split.train.n_items), exam.split.train.items)
    scores = np.asarray(lab.townsman.score(lab.held_out.query))
    require(np.isfinite(scores[:, unseen]).all(), "items without training interactions have no score")
    if ranks_persons(lab.cls):
        board, query = exams.board(), exams.board().held_out().query
        new = np.setdiff1d(np.arange(query.n_items), board.split.dataset.interactions.items)
        own = query.users[:, None] % 2 == new[None, :] % 2  # (b, new)
        found = np.asarray(on_board(lab).score(query))[:, new]
        require(_apart(found, own), "on the checker-board new items of one's own colour do not score higher")


def _apart(scores: Floats, own: Bools) -> bool:
    lowest, highest = np.where(own, scores, np.inf).min(axis=1), np.where(own, -np.inf, scores).max(axis=1)
    return bool(np.mean(lowest > highest) >= ENOUGH)


def unknown(query: Query) -> Query:
    """The same questions, asked by users whom training does not know."""
    return replace(query, users=np.full_like(query.users, -1))


def without_history(query: Query) -> Query:
    """The same questions, asked with empty histories."""
    ratings = None if query.ratings is None else query.ratings[:0]
    times = None if query.times is None else query.times[:0]
    reviews = None if query.reviews is None else query.reviews[:0]
    kept: dict[str, Any] = {"ratings": ratings, "times": times, "reviews": reviews}
    return replace(query, offsets=np.zeros_like(query.offsets), items=query.items[:0], **kept)


CHECKS = (
    Check("new-users", "are new users served?", _served, lambda cls: Can.SERVE_NEW_USERS in cls.can),
    Check("new-users", "are new users refused, as declared?", _refused, lambda cls: Can.SERVE_NEW_USERS not in cls.can),
    Check("new-items", "have new items a meaningful score?", _new_items, lambda cls: Can.SCORE_NEW_ITEMS in cls.can),
)
