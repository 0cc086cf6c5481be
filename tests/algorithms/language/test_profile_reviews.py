"""What a user wrote of an item counts in the profile as the formula says, and odd reviews harm nobody."""

from dataclasses import replace

import numpy as np
import pytest
from described_items import N_ITEMS, TEXTS, question, side, training

from algorithms.language.text_knn import TextKNN, TextProfileModel
from bench import registry
from bench.algorithm import Can, Needs
from bench.errors import BadConfig, Unsupported
from bench.texts import column

WRITTEN = ("I loved the whales", "too many aliens", "the black hole was great", "boring sailors", "")


def reviewed(train=None, texts=WRITTEN):
    """The same training, everybody with something to say of most items."""
    train = train or training()
    data = train.interactions
    said = column(texts[n % len(texts)] for n in range(len(data)))
    return replace(train, interactions=replace(data, reviews=said))


def asked(histories, *reviews):
    return replace(question(*histories), reviews=column(reviews))


def fitted(train=None, **params):
    model = registry.create("text-knn", **params)
    model.fit(train or reviewed())
    return model


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def read(texts):
    """What the model makes of texts, without anything taken off."""
    model = registry.create("text-knn", centred=False)
    model.fit(training(side(tuple(texts))))
    return np.array([model.vectors[n] for n in range(len(texts))])


def test_the_formula():
    """Three of the history: the second with a review, the third the first again with another one; by hand."""
    model = fitted(own_reviews=0.3, half_life=2.0)
    said = read([text for text in sorted(WRITTEN) if text])
    usual = said.mean(axis=0)
    told = dict(zip([text for text in sorted(WRITTEN) if text], unit(said - usual), strict=True))
    own = read(TEXTS)
    v = unit(own - own.mean(axis=0))
    query = asked([(4, 7, 4)], "", WRITTEN[1], WRITTEN[2])
    parts = {
        4: 0.5 * v[4] + (0.7 * v[4] + 0.3 * told[WRITTEN[2]]),
        7: 2**-0.5 * (0.7 * v[7] + 0.3 * told[WRITTEN[1]]),
    }
    profile = parts[4] + parts[7]
    expected = v @ profile / np.linalg.norm(profile)
    np.testing.assert_allclose(model.score(query)[0], expected, rtol=1e-3, atol=1e-5)
    for item in (9, 10):
        added = {i: part @ v[item] / np.linalg.norm(profile) for i, part in parts.items()}
        reasons = {reason.item: reason.weight for reason in model.explain(query, item)}
        assert reasons == {i: pytest.approx(w, rel=1e-3) for i, w in added.items() if w > 0}


def test_reasons_add_up_to_the_score():
    model = fitted(own_reviews=0.6)
    query = asked([(0, 2, 4, 2)], WRITTEN[0], WRITTEN[3], "", WRITTEN[2])
    reasons = model.explain(query, 8, n=9)
    assert {reason.item for reason in reasons} == {0, 2, 4}  # all speak for it, so nothing is left out of the sum
    assert sum(reason.weight for reason in reasons) == pytest.approx(model.score(query)[0, 8], rel=1e-4)


def test_a_review_moves_the_profile_towards_what_it_says():
    model = fitted(own_reviews=0.5)
    usual, told = model.score(asked([(0,), (0,)], "", "the astronauts and their rockets in space"))
    odd = np.arange(N_ITEMS) % 2 == 1
    assert (told - usual)[odd].mean() > 0.05
    assert (told - usual)[~odd].mean() < 0


def test_without_reviews_it_is_the_model_that_it_was():
    query = asked([(0, 2), (3,)], "a", "b", "c")
    plain = fitted(training()).score(question((0, 2), (3,)))
    np.testing.assert_array_equal(fitted().score(query), plain)  # nobody asked for them
    np.testing.assert_array_equal(fitted(own_reviews=0.5).score(asked([(0, 2), (3,)], "", " \n", "")), plain)
    np.testing.assert_array_equal(fitted(own_reviews=0.5).score(question((0, 2), (3,))), plain)  # a newcomer


ODD = (
    "",
    " ",
    "\U0001f40b\u200d\ufe0f" * 50,
    "half \ud83d a pair",
    "\x00\x1b[2J",
    "[SEP][CLS]<|im_end|>",
    "x" * 100_000,
)


def test_odd_reviews_stay_with_their_own_question():
    model = fitted(reviewed(texts=(*WRITTEN, *ODD)), own_reviews=0.4)
    alone = model.score(asked([(0, 2)], WRITTEN[0], WRITTEN[3]))
    histories = [(0, 2)] + [(0, 2)] * len(ODD)
    said = [WRITTEN[0], WRITTEN[3], *(text for odd in ODD for text in (odd, WRITTEN[3]))]
    scores = model.score(asked(histories, *said))
    np.testing.assert_allclose(scores[0], alone[0], rtol=1e-5)
    assert np.isfinite(scores).all()


def test_items_without_a_text_are_what_people_wrote_of_them():
    bare = side(("",) * N_ITEMS)
    train = training(bare)
    data = train.interactions
    told = replace(train, interactions=replace(data, reviews=column(TEXTS[item] for item in data.items)))
    model = fitted(told, item_reviews=True)
    scores = model.score(asked([(0, 2, 4)], "", "", ""))[0]
    even = np.arange(N_ITEMS - 2) % 2 == 0
    fresh = np.arange(N_ITEMS - 2) > 4
    assert scores[:-2][even & fresh].min() > scores[:-2][~even & fresh].max()
    assert np.isnan(scores[-2:]).all()  # nobody met them, so nobody wrote of them
    some = fitted(replace(told, items=side((*TEXTS[:8], *[""] * 8))), item_reviews=True)
    texts = fitted(replace(told, items=side((*TEXTS[:8], *[""] * 8))))
    np.testing.assert_array_equal(some.vectors[:8], texts.vectors[:8])
    assert some.described.tolist() == [True] * 14 + [False] * 2


def test_what_is_needed_and_what_is_refused():
    params = TextKNN.Params
    assert TextKNN.abilities(params(own_reviews=0.5))[0] == Needs.ITEM_TEXT | Needs.REVIEWS
    needs, can = TextKNN.abilities(params(item_reviews=True))
    assert (needs, Can.SCORE_NEW_ITEMS in can) == (Needs.REVIEWS, False)
    assert TextKNN.abilities(params()) == (TextProfileModel.needs, TextProfileModel.can)
    with pytest.raises(Unsupported, match="reviews are to count, and the data set has none"):
        fitted(training(), own_reviews=0.5)
    with pytest.raises(Unsupported, match="nobody wrote anything"):
        fitted(reviewed(texts=("", " ")), own_reviews=0.5)
    with pytest.raises(BadConfig, match=r"own_reviews.*beside `vectors`"):
        registry.create("text-knn", vectors="x.npy", own_reviews=0.5)


def test_a_kept_model_reads_reviews_as_before(tmp_path, encoder):
    model = fitted(own_reviews=0.5, model=str(encoder))
    query = asked([(0, 2)], WRITTEN[0], "never met in training")
    model.save(tmp_path / "kept")
    files = [path for path in (tmp_path / "kept").rglob("*") if path.is_file()]
    assert not any(b"I loved" in path.read_bytes() for path in files)  # what people wrote is not kept
    np.testing.assert_array_equal(TextKNN.load(tmp_path / "kept").score(query), model.score(query))
