"""Splits that come with data sets: their files written by hand, and the counts of the real ones."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from split_cases import dataset, history, items_of

from bench import notebook
from bench.datasets import sources
from bench.errors import BadData, Unsupported
from bench.splits.catalogue import make
from bench.splits.published import catalogue, lightgcn, movielens, ncf, prefixes

real = pytest.mark.skipif("BENCH_DATA" not in os.environ, reason="BENCH_DATA does not name a folder of downloaded data")


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def words(ids: Any) -> list[str]:
    """Ids as text, whether they lie in a list or in an array of pyarrow."""
    return [str(text) for text in ids]


def test_movielens_folds(tmp_path: Path):
    folder = write(tmp_path, {"u3.base": "1\t8\t3\t900\n2\t7\t5\t901\n", "u3.test": "1\t7\t4\t899\n"})
    parts = movielens.ratings(folder, "u3")
    assert words(parts.train.users) == ["1", "2"]
    assert np.asarray(parts.train.ratings).tolist() == [3, 5]
    assert words(parts.test.items) == ["7"]
    assert np.asarray(parts.test.times).tolist() == [899]
    with pytest.raises(BadData, match=r"u4\.base is missing; GroupLens's archive of MovieLens 100K holds it"):
        movielens.ratings(folder, "u4")


NCF = {
    "ml-1m.train.rating": "0\t3\t5\t10\n0\t1\t4\t11\n1\t3\t2\t12\n",
    "ml-1m.test.rating": "0\t2\t3\t13\n1\t0\t1\t14\n",
    "ml-1m.test.negative": "(0,2)\t4\t2\n(1,0)\t4\t1\n",
}


def test_ncf(tmp_path: Path):
    parts = ncf.leave_one_out(write(tmp_path, NCF), "ncf")
    assert parts.listed is not None
    pairs = list(zip(parts.listed.users, parts.listed.items, strict=True))
    assert pairs == [("0", "4"), ("0", "2"), ("1", "4"), ("1", "1")]
    assert np.asarray(parts.train.times).tolist() == [10, 11, 12]
    assert parts.validation is None
    (tmp_path / "ml-1m.train.rating").unlink()
    with pytest.raises(BadData, match=r"there is no ml-1m\.train\.rating"):
        ncf.leave_one_out(tmp_path, "ncf")


def test_lightgcn(tmp_path: Path):
    folder = write(tmp_path, {"train.txt": "0 5 3\n1 5\n", "valid.txt": "0 4\n1\n", "test.txt": "0 1\n1 2 3\n"})
    parts = lightgcn.user_lists(folder, "lightgcn")
    assert (parts.train.users, parts.train.items) == (["0", "0", "1"], ["5", "3", "5"])
    assert parts.validation is not None
    assert (parts.validation.users, parts.validation.items) == (["0"], ["4"])
    assert parts.test.items == ["1", "2", "3"]


HEADER = "user_id:token\titem_id_list:token_seq\titem_id:token\n"


def test_prefixes(tmp_path: Path):
    valid = f"{HEADER}0\t7 8\t9\n1\t8\t7\n"
    folder = write(
        tmp_path, {"Scientific.valid.inter": valid, "Scientific.test.inter": f"{HEADER}1\t8 7\t5\n0\t7 8 9\t7\n"}
    )
    parts = prefixes.sequences(folder, "recbole")
    assert (parts.train.users, parts.train.items) == (["0", "0", "1"], ["7", "8", "8"])
    assert parts.validation is not None
    assert words(parts.validation.items) == ["9", "7"]
    assert (words(parts.test.users), words(parts.test.items)) == (["1", "0"], ["5", "7"])
    write(folder, {"Scientific.test.inter": f"{HEADER}1\t8\t5\n"})
    with pytest.raises(BadData, match=r"what user '1' had before is not what Scientific\.valid\.inter says"):
        prefixes.sequences(folder, "recbole")


def test_every_published_split_belongs_to_a_data_set_and_has_a_reader():
    assert set(catalogue.SPLITS) <= set(sources.SOURCES)
    for splits in catalogue.SPLITS.values():
        for reader in splits.values():
            module, _, function = reader.partition(":")
            assert callable(getattr(import_module(module), function))


def test_a_split_of_another_data_set_is_not_run():
    with pytest.raises(Unsupported, match="data set 'made-up' has no published split 'u1'; it has no published splits"):
        make(dataset(history("a", 3)), {"name": "given", "published": "u1"})


COUNTS = [  # data set, split, training, validation, test, users who ask
    ("ml-100k", {"published": "u1"}, 80_000, 0, 20_000, 459),
    ("ml-100k", {"published": "ub"}, 90_570, 0, 9_430, 943),
    ("ncf-ml-1m", {"published": "ncf"}, 994_169, 0, 6_040, 6_040),
    ("gowalla", {"published": "lightgcn"}, 719_081, 91_047, 217_242, 29_858),
    ("amazon-scientific", {"published": "recbole"}, 13_856, 2_928, 2_928, 2_928),
]


@real
@pytest.mark.parametrize(("name", "spec", "train", "validation", "test", "asked"), COUNTS)
def test_counts(name: str, spec: dict[str, Any], train: int, validation: int, test: int, asked: int):
    split = notebook.split(notebook.load(name), "given", **spec)
    assert len(split.train) == train
    assert (len(split.validation.items) if split.validation else 0) == validation
    assert (len(split.test.items), len(split.test)) == (test, asked)
    assert split.params == spec


@real
def test_ncf_lists_its_negatives_and_156_of_them_are_none():
    split = notebook.split(notebook.load("ncf-ml-1m"), "given", published="ncf")
    assert split.test.query.candidates is not None
    sizes = np.sum(split.test.query.candidates >= 0, axis=1)
    assert sizes.max() == 100
    assert np.sum(sizes == 99) == 156
    assert sizes.min() == 99
    few = notebook.split(split.dataset, "given", published="ncf", candidates={"sampled": 5})
    assert few.candidates.startswith("the held-out items and 5 others")


@real
def test_everything_of_gowalla_is_learnt_from_where_the_split_says_so():
    split = notebook.split(notebook.load("gowalla"), "given", published="lightgcn", fit_on="train+validation")
    assert len(split.learnt) == 810_128


@real
def test_recboles_sequences_are_those_of_last_out():
    given = notebook.split(notebook.load("amazon-scientific"), "given", published="recbole")
    last = notebook.split(given.dataset, "last-out")
    for user in given.dataset.users.ids[::97]:
        for part in ("train", "validation", "test"):
            assert items_of(given, getattr(given, part), user) == items_of(last, getattr(last, part), user)


@real
def test_sasrecs_split_is_last_out():
    """Kang and McAuley (2018): the last item of 6,040 users is the test, the one before it the validation."""
    split = notebook.split(notebook.load("sasrec-ml-1m"), "last-out")
    assert len(split.train) == 987_531
    assert split.validation is not None
    assert len(split.validation.items) == len(split.test.items) == 6_040
    assert split.train.n_items == 3_416


@real
def test_recboles_protocol_on_movielens_1m():
    """Ratings of 3 and more, 10-core: RecBole's table counts 834,449; validation and test take ⌊n/10⌋ of a user's n."""
    data = notebook.load("ml-1m", min_rating=3, k_core=10)
    assert len(data.interactions) == 834_449
    split = notebook.split(data, "random", test=0.1, validation=0.1, history="train")
    tenth = np.diff(data.interactions.offsets) // 10
    assert np.bincount(split.test.rows).tolist() == tenth.tolist()
    assert split.validation is not None
    assert np.bincount(split.validation.rows).tolist() == tenth.tolist()
    assert len(split.train) == 834_449 - 2 * tenth.sum()
