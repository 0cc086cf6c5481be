"""What a user wrote of an item goes where the interaction goes, and what belongs to a held-out one to nobody."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from harness import run_here

from bench import faithfulness, handover
from bench.conformance.strangers import without_history
from bench.datasets import packed
from bench.datasets.build import build
from bench.datasets.catalogue import load
from bench.datasets.filters import filtered
from bench.datasets.imported import import_file
from bench.errors import BadConfig, BadData
from bench.matrix import AlgorithmSpec, Axes, Matrix
from bench.serving.people import People
from bench.splits.catalogue import make
from bench.store import Store
from bench.types import Dataset, Query

ODD = ("", "x" * 100_000, "\U0001f40b\ufe0f \u202e", "half \ud83d a pair", 'a,"b"\nc')


def said(user: str, item: str) -> str:
    """What this user wrote of this item: no other text, and now and then an odd one."""
    number = int(user[1:]) * 100 + int(item[1:])
    return "" if number % 7 == 0 else f"{user} of {item} {ODD[number % len(ODD)]}"


def data(**changes: Any) -> Dataset:
    users = [f"u{u}" for u in range(6) for _ in range(10)]
    items = [f"i{(u * 3 + place) % 17:02}" for u in range(6) for place in range(10)]
    options: dict[str, Any] = {"times": np.arange(60) * 100, "ratings": np.tile([1.0, 2, 3, 4, 5], 12)}
    options["reviews"] = [said(*pair) for pair in zip(users, items, strict=True)]
    return build("made", users, items, **(options | changes))


def wanted(dataset: Dataset, users: Any, items: Any) -> list[str]:
    return [said(dataset.users.ids[u], dataset.items.ids[i]) for u, i in zip(users, items, strict=True)]


def right(dataset: Dataset, query: Query) -> bool:
    """Whether every item of every history has its own text."""
    assert query.reviews is not None
    people = np.repeat(query.keys, np.diff(query.offsets))  # the key of a question is the number of the user here
    return query.reviews.tolist() == wanted(dataset, people, query.items)


SPLITS: list[dict[str, Any]] = [
    {"name": "user-time", "fit_on": "train+validation"},
    {"name": "last-out", "history": "train"},
    {"name": "time-cut", "evaluate_users": 2, "new_users": True},
    {"name": "random"},
    {"name": "cold-users", "shown": 3},
]


@pytest.mark.parametrize("spec", SPLITS, ids=lambda spec: spec["name"])
def test_every_part_of_a_split_has_the_texts_of_its_own(spec: dict[str, Any], tmp_path: Path):
    dataset = data()
    split = make(dataset, spec)
    handover.write_training(split, tmp_path)
    training = handover.read_training(tmp_path)
    for part in (split.train, split.learnt, training.interactions):
        assert part.reviews is not None
        assert part.reviews.tolist() == wanted(dataset, part.users, part.items)
    assert training.interactions.reviews is not None
    assert not training.interactions.reviews.flags.writeable
    received = handover.unpack(handover.pack(split.test), training)
    assert received.query.reviews is not None
    assert not received.query.reviews.flags.writeable
    for held_out in (split.test, received, training.validation, received.slice(1, 3)):
        assert held_out is None or right(dataset, held_out.query)


def test_no_text_of_a_held_out_interaction_is_handed_over(tmp_path: Path):
    """Neither in the files of the training part nor in what comes through the pipe."""
    dataset = data()
    split = make(dataset, {"name": "user-time"})
    handover.write_training(split, tmp_path)
    content = b"".join(path.read_bytes() for path in sorted(tmp_path.iterdir())) + handover.pack(split.test)
    held = wanted(dataset, split.test.askers[split.test.rows], split.test.items)
    learnt = wanted(dataset, split.train.users, split.train.items)
    assert sum(text != "" for text in held) > 5
    assert not [text for text in held if text and text[:10].encode() in content]
    assert [text for text in learnt if text and text[:10].encode() not in content] == []


def test_questions_about_less_keep_the_texts():
    dataset = data()
    query = make(dataset, {"name": "user-time"}).test.query
    assert right(dataset, query.take(np.array([1, 4])))
    assert right(dataset, faithfulness._without(query.slice(0, 1), [query.items[2:4].astype(np.int64)]))
    nobody = without_history(query).reviews
    assert nobody is not None
    assert len(nobody) == 0


def test_served_people_have_their_texts():
    dataset = data()
    split = make(dataset, {"name": "user-time", "evaluate_users": 3})
    people, asked = People(split), set(split.test.askers.tolist())
    assert split.validation is not None
    for number, user in enumerate(dataset.users.ids):
        query = people.known(user).query
        assert query.reviews is not None
        expected = wanted(dataset, np.full(len(query.items), number), query.items)
        if number not in asked:  # the validation part is answers here, whose texts nobody is given
            row = np.flatnonzero(split.validation.askers == number)[0]
            later = np.diff(split.validation.offsets)[row]
            expected[-later:] = [""] * later
        assert query.reviews.tolist() == expected
    assert people.newcomer(["i01"]).query.reviews is None


def test_filters_and_copies_keep_the_texts(tmp_path: Path):
    dataset = data()
    few = filtered(dataset, min_rating=3).interactions
    assert few.reviews is not None
    assert few.reviews.tolist() == wanted(filtered(dataset, min_rating=3), few.users, few.items)
    path = tmp_path / "packed"
    path.write_bytes(b"".join(bytes(part) for part in packed.pack(dataset, "k")))
    again = packed.read(path, "k").interactions.reviews
    assert again is not None
    assert again.tolist() == dataset.interactions.reviews.tolist()  # type: ignore[union-attr]


def test_the_fingerprint_knows_every_text_and_data_without_keep_theirs():
    one, other = data(), data(reviews=None)
    assert other.fingerprint == "c64ea08b0f179dd0cb974592cf7a7fdc05ebacbd5d942ca9c6cec29197b7bd08"
    changed = one.interactions.reviews.copy()  # type: ignore[union-attr]
    changed[-1] += "!"
    users, items = one.interactions.users.tolist(), one.interactions.items.tolist()
    ids = [one.users.ids[u] for u in users], [one.items.ids[i] for i in items]
    facts = {"times": one.interactions.times, "ratings": one.interactions.ratings}
    assert build("made", *ids, reviews=changed, **facts).fingerprint != one.fingerprint  # type: ignore[arg-type]
    assert len({one.fingerprint, other.fingerprint, data(reviews=[""] * 60).fingerprint}) == 3


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("first", ["early"]), ("last", ["late b"]), ("sum", ["late b"]), ("max", ["late b"]), ("keep", None)],
)
def test_the_row_that_stays_keeps_its_text_in_whatever_order_rows_come(policy: str, expected: list[str] | None):
    rows = [(4.0, 1, "early"), (2.0, 3, "late a"), (2.0, 3, "late b")]
    found = []
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        ratings, times, texts = zip(*(rows[n] for n in order), strict=True)
        made = build("x", ["u"] * 3, ["a"] * 3, ratings=ratings, times=times, reviews=texts, duplicates=policy)
        found.append((made.fingerprint, made.interactions.reviews.tolist()))  # type: ignore[union-attr]
    assert len({print_ for print_, _ in found}) == 1
    assert found[0][1] == (expected or ["early", "late a", "late b"])


def test_as_many_texts_as_rows():
    with pytest.raises(BadData, match="x: 2 users but 1 reviews"):
        build("x", ["u", "v"], ["a", "b"], reviews=["one"])


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_column_of_an_own_file(own_data_folder: Path, tmp_path: Path, ending: str):
    path, name = tmp_path / f"own.{ending}", f"own {ending}"
    if ending == "csv":
        path.write_text('user,item,note\na,x,"odd, ""\U0001f40b""\nline"\nb,x,\n', encoding="utf-8")
    else:
        path.write_text(
            '{"user":"a","item":"x","note":"odd, \\"\U0001f40b\\"\\nline"}\n{"user":"b","item":"x"}\n', encoding="utf-8"
        )
    made = import_file(path, name, review="note", replace=True)
    kept = load(name)
    assert kept.fingerprint == made.fingerprint != import_file(path, name, replace=True).fingerprint
    assert kept.interactions.reviews.tolist() == ['odd, "\U0001f40b"\nline', ""]  # type: ignore[union-attr]


def test_the_option_of_a_data_set(own_data_folder: Path):
    with pytest.raises(BadConfig, match="data set 'movielens-small' has no reviews that could be read"):
        load({"name": "movielens-small", "reviews": True})
    with pytest.raises(BadConfig, match="'reviews' is true or false, not 'yes'"):
        load({"name": "ml-latest-small", "reviews": "yes"})
    assert load({"name": "movielens-small", "reviews": False}).fingerprint == load("movielens-small").fingerprint


def test_a_cell_that_needs_reviews_is_skipped_without_them(small_data: None, tmp_path: Path):
    specs = [AlgorithmSpec(name="text-knn", params={"item_reviews": True})]
    matrix = Matrix(matrix=Axes(datasets=[{"name": "tiny"}], splits=[{"name": "user-time"}]), algorithms=specs)
    (record,) = run_here(matrix, Store(tmp_path / "store", create=True))
    assert (record.status, record.reason) == ("skipped", "needs reviews, which data set 'tiny' does not have")
