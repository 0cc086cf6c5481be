"""What models of the next item share: targets, rectangles, scores; and what holds for each of their networks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from autoencoder_cases import asked
from history_cases import CPU, N_ITEMS, batches_of, sequences, untrained
from neural_data import training

from algorithms.neural.sequence.model import SequenceModel
from algorithms.neural.sequence.rectangles import buckets, cut
from bench.registry import create, entries, load
from bench.types import Interactions

NEURAL = [name for name, entry in entries().items() if entry.target.startswith("algorithms.neural.")]
NAMES = [name for name in NEURAL if issubclass(load(name), SequenceModel)]
CAUSAL = [name for name in NAMES if name != "bert4rec"]


@pytest.mark.parametrize("name", CAUSAL)
def test_a_state_does_not_change_with_later_items(name: str) -> None:
    model = untrained(name, sequences([20]))
    items = torch.randint(N_ITEMS, (3, 20), generator=torch.Generator().manual_seed(1))
    other = torch.cat([items[:, :12], (items[:, 12:] + 1) % N_ITEMS], dim=1)
    lengths = torch.full((3,), 20)
    with torch.inference_mode():
        found, changed = (model.network(both, lengths) for both in (items, other))
    torch.testing.assert_close(changed[:, :12], found[:, :12], rtol=1e-5, atol=1e-6)
    assert (changed[:, 12:] - found[:, 12:]).abs().amax(dim=2).min() > 1e-3, "later places see what changed"


@pytest.mark.parametrize("name", NAMES)
def test_gaps_and_company_change_nothing(name: str) -> None:
    model = untrained(name, sequences([20]))
    long = torch.randint(N_ITEMS, (1, 20), generator=torch.Generator().manual_seed(1))
    short = long[:, :7]
    together = torch.cat([long, torch.cat([short, torch.full((1, 13), 5)], dim=1)])
    with torch.inference_mode():
        alone = model.network(short, torch.tensor([7]))[0]
        beside = model.network(together, torch.tensor([20, 7]))[1, :7]
    torch.testing.assert_close(beside, alone, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_scores_are_products_of_the_last_state(name: str) -> None:
    data = sequences([1, 25, 3, 0, 12, 25])
    model = untrained(name, data, max_length=10, batch_size=20)
    found = model.score(asked(data))
    for row, (low, high) in enumerate(zip(data.offsets[:-1], data.offsets[1:], strict=True)):
        last = torch.tensor(data.items[max(low, high - 10) : high], dtype=torch.long)[None]
        if low == high:
            assert np.isnan(found[row]).all()
            continue
        with torch.inference_mode():
            state = model.network(*model._question(last, torch.tensor([last.shape[1]])))[0, -1]
            wanted = (model.network.current.items.weight[:N_ITEMS] @ state).numpy()
        np.testing.assert_allclose(found[row, model.known_items], wanted[model.known_items], rtol=1e-4, atol=1e-5)
        assert np.isnan(found[row, ~model.known_items]).all()


@pytest.mark.parametrize("name", NAMES)
def test_items_that_training_does_not_know_are_passed_over(name: str) -> None:
    data = sequences([25, 25])
    model = untrained(name, data)
    plain = asked(data)
    strange = np.insert(plain.items, 3, N_ITEMS - 1)
    query = replace(plain, items=strange.astype(np.int32), offsets=plain.offsets + np.array([0, 1, 1]))
    np.testing.assert_allclose(model.score(query), model.score(plain), rtol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_reasons_are_what_the_score_loses_by_small_steps(name: str) -> None:
    data = sequences([12])
    model, query, item = untrained(name, data), asked(data), int(data.items[4])
    vectors, step, slopes = model.network.current.items, 1e-2, {}
    for other in data.items.tolist():  # stretch and shrink the vector that goes in, not the one that scores
        moved = []
        for factor in (1 + step, 1 - step):
            handle = vectors.register_forward_hook(
                lambda _m, rows, out, o=other, f=factor: torch.where((rows[0] == o)[..., None], out * f, out)
            )
            moved.append(float(model.score(query)[0, item]))
            handle.remove()
        slopes[other] = (moved[0] - moved[1]) / (2 * step)
    found = {reason.item: reason.weight for reason in model.explain(query, item, n=12)}
    largest, score = max(slopes.values()), abs(float(model.score(query)[0, item]))
    rounding = float(np.finfo(np.float32).eps) * score / step  # of the two scores whose difference makes a slope
    for other, slope in slopes.items():  # a step is not infinitely small either
        assert found.get(other, 0) == pytest.approx(max(slope, 0), abs=0.02 * largest + rounding)
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert model.explain(query, N_ITEMS - 1) == []


def test_every_interaction_but_the_first_is_a_target_once_after_what_came_before_it() -> None:
    data = sequences([1, 25, 3, 0, 12, 25])
    model = untrained("sasrec", data, max_length=10, batch_size=40)
    found = []
    for batch in batches_of(model, data):
        assert batch.items.numel() <= 40
        assert batch.items.shape[1] <= 10
        found += zip(batch.items[batch.asked].tolist(), batch.targets.tolist(), strict=True)
    same = data.users[1:] == data.users[:-1]
    assert sorted(found) == sorted(zip(data.items[:-1][same].tolist(), data.items[1:][same].tolist(), strict=True))


def test_less_than_a_tenth_is_padding() -> None:
    data = sequences(np.random.default_rng(0).integers(2, 29, 600).tolist())
    batches = batches_of(untrained("sasrec", data, batch_size=640), data)
    gaps, places = (sum(counts) for counts in zip(*(((~b.asked).sum(), b.asked.numel()) for b in batches), strict=True))
    assert 0 < gaps < 0.1 * places


def test_batches_are_mixed_anew() -> None:
    data = sequences([20] * 30 + [21] * 30)
    task = untrained("sasrec", data, batch_size=200)._task(training(data), CPU)
    generator = torch.Generator().manual_seed(0)
    epochs = [[batch.items.shape for batch in task.batches(generator)] for _ in range(2)]
    firsts = [{batch.items[0, 0].item() for batch in task.batches(generator)} for _ in range(2)]
    assert epochs[0] != epochs[1]
    assert firsts[0] != firsts[1]


@pytest.mark.parametrize("name", NAMES)
def test_a_history_of_a_hundred_thousand_items_is_learnt_and_asked(name: str) -> None:
    items = np.append(np.random.default_rng(0).integers(0, 50, 100_000), [3, 3, 3]).astype(np.int32)  # many repeated
    data = Interactions(np.zeros(len(items), np.int32), items, None, None, 1, 51, ordered=True)
    model: Any = create(name, factors=8, epochs=1)
    model.fit(training(data))
    found = model.score(asked(data))
    assert np.isfinite(found[0, :50]).all()
    assert np.isnan(found[0, 50])


def test_histories_are_cut_from_their_ends() -> None:
    starts, lengths = cut(np.array([0, 0, 5, 8]), np.array([0, 5, 3, 1]), 3)
    assert sorted(zip(starts.tolist(), lengths.tolist(), strict=True)) == [(0, 2), (2, 3), (5, 3), (8, 1)]


def test_buckets_hold_everything_and_are_small() -> None:
    assert list(buckets(np.array([1, 1, 2, 2, 9, 10]), 6)) == [slice(0, 3), slice(3, 4), slice(4, 5), slice(5, 6)]
    assert list(buckets(np.array([], np.int64), 6)) == []
