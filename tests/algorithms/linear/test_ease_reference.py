"""EASE, and item k-NN beside it, on NCF's split of MovieLens 1M: numbers published by Ferrari Dacrema et al. (2021).

"A troubling analysis of reproducibility and progress in recommender systems research", ACM TOIS 39(2): HR@10 and
NDCG@10 of the held-out item among itself and 99 listed others. Both models are deterministic and the published numbers
have four digits; the rest of the tolerance of .0005 is for ties and for our idf, which differs by ln((1 + N) / N).
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from algorithms.linear.ease import EASE, EASEParams
from algorithms.neighbours.item_knn import ItemKNN, ItemKNNParams
from bench.topk import locate
from bench.types import HeldOut, Interactions, Query, Side, Training
from bench.validation import slices


def leave_one_out(folder: Path) -> tuple[Interactions, HeldOut]:
    """Training pairs, and one question a user: the held-out item among 99 listed others."""
    pairs = np.loadtxt(folder / "ml-1m.train.user-item-rating.tsv.gz", dtype=np.int32, usecols=(0, 1))
    users, items = np.ascontiguousarray(pairs[np.lexsort(pairs.T[::-1])].T)
    own = np.loadtxt(folder / "ml-1m.test.rating", dtype=np.int32, usecols=1)
    others = np.loadtxt(folder / "ml-1m.test.negative", dtype=np.int32, usecols=range(1, 100))
    others[others == own[:, None]] = -1  # 156 listed "negatives" are the user's own test item
    train = Interactions(users, items, None, None, len(own), 3706)
    everybody = np.arange(len(own))
    candidates = np.column_stack([own, others])
    query = Query(everybody, everybody.astype(np.int32), train.offsets, items, None, None, 3706, candidates=candidates)
    return train, HeldOut(query, np.arange(len(own) + 1), own, None)


@pytest.mark.reference
@pytest.mark.skipif("BENCH_DATA" not in os.environ, reason="BENCH_DATA does not name a folder of downloaded data")
@pytest.mark.parametrize(
    ("model", "hit_rate", "ndcg"),
    [
        (EASE(EASEParams(l2=1320)), 0.7192, 0.4494),
        (
            ItemKNN(ItemKNNParams(neighbours=111, weighting="bm25", shrinkage=298, neighbours_of="candidate")),
            0.6694,
            0.3979,
        ),
    ],
    ids=["ease", "item-knn"],
)
def test_published_numbers(model, hit_rate, ndcg):
    train, held_out = leave_one_out(Path(os.environ["BENCH_DATA"]) / "ncf-ml-1m")
    model.fit(Training(train, Side(()), Side(())))
    parts = [held_out.slice(*bounds) for bounds in slices(len(held_out), 3706)]
    ranks = [locate(model.score(part.query), part) for part in parts]
    rank = np.concatenate([r.better + r.position for r in ranks])
    assert np.mean(rank < 10) == pytest.approx(hit_rate, abs=0.0005)
    assert np.mean(np.where(rank < 10, 1 / np.log2(rank + 2), 0)) == pytest.approx(ndcg, abs=0.0005)
