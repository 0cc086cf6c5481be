"""Answers and contexts made by plain sorting, without the harness's own ranking code."""

import numpy as np
from scipy.sparse import csr_matrix

from bench.answers import Answers
from bench.background import Background
from bench.records import Context
from bench.types import TopK


def answers_from(questions, *, length=None, ratings=None, predictions=None):
    """Answers to `questions`, each (candidates, scores, held-out items); equal scores keep the order given.

    A NaN score ranks last. `length` is that of the stored lists (default: the most candidates of a question).
    """
    length = max((len(c) for c, _, _ in questions), default=0) if length is None else length
    lists, values = np.full((len(questions), length), -1, np.int32), np.full((len(questions), length), np.nan)
    better, tied, position, items = [], [], [], []
    for row, (candidates, scores, held) in enumerate(questions):
        known = [-np.inf if np.isnan(s) else s for s in scores]
        order = sorted(range(len(candidates)), key=lambda c: -known[c])
        lists[row, : len(order[:length])] = [candidates[c] for c in order[:length]]
        values[row, : len(order[:length])] = [scores[c] for c in order[:length]]
        for item in held:
            items.append(item)
            if item not in candidates:
                better.append(len(candidates)), tied.append(0), position.append(0)
                continue
            own = candidates.index(item)
            better.append(sum(s > known[own] for s in known))
            tied.append(sum(s == known[own] for s in known) - 1)
            position.append(order.index(own) - better[-1])
    held_out = [len(held) for _, _, held in questions]
    return Answers(
        lists=TopK(lists, values),
        offsets=np.concatenate([[0], np.cumsum(held_out)]).astype(np.int64),
        items=np.array(items, np.int32),
        better=np.array(better, np.int32),
        tied=np.array(tied, np.int32),
        position=np.array(position, np.int32),
        candidates=np.array([len(c) for c, _, _ in questions], np.int32),
        unscored=np.array([int(np.isnan(s).sum()) for _, s, _ in questions], np.int32),
        ratings=None if ratings is None else np.array(ratings, np.float32),
        predictions=None if predictions is None else np.array(predictions, np.float64),
    )


def background_of(*, training=(), histories=(), features=None, names=(), quarters=None):
    """What else is known: the items of each user in training, and of each question's history."""
    rows = [(user, item) for user, items in enumerate(training) for item in items]
    return Background(
        users=np.array([user for user, _ in rows], np.int32),
        items=np.array([item for _, item in rows], np.int32),
        offsets=np.concatenate([[0], np.cumsum([len(history) for history in histories])]).astype(np.int64),
        history=np.array([item for history in histories for item in sorted(history)], np.int32),
        quarters=None if quarters is None else np.array(quarters, np.int64),
        features=None if features is None else csr_matrix(np.array(features, np.float32)),
        feature_names=tuple(names),
    )


def context_of(answers, *, popularity=(), train_users=1, scale=None, background=None):
    q, n = len(answers.candidates), len(popularity)
    return Context(
        dataset="toy",
        split={"name": "toy"},
        facts={},
        users=np.arange(q, dtype=np.int32),
        user_ids=tuple(map(str, range(q))),
        item_ids=tuple(map(str, range(n))),
        titles=tuple(map(str, range(n))),
        popularity=np.array(popularity, np.int64),
        train_users=train_users,
        scale=scale,
        load=lambda: background,
    )


def random_questions(rng, count, *, n_items=40, ties=False, with_empty=False):
    """Questions with 3 to n_items candidates and 1 (or 0) to 12 held-out items, some of which are no candidates."""
    questions = []
    for _ in range(count):
        candidates = rng.permutation(n_items)[: rng.integers(3, n_items + 1)].tolist()
        drawn = rng.integers(0, 4, len(candidates)) if ties else rng.permutation(len(candidates))
        held = rng.permutation(n_items)[: rng.integers(0 if with_empty else 1, 13)].tolist()
        questions.append((candidates, drawn.astype(float).tolist(), held))
    return questions
