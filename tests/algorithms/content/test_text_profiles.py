"""TF-IDF and BM25 profiles against their formulas, written out, and against scikit-learn."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from content_cases import TEXTS, question, side, training
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from algorithms.content.bm25 import BM25Params, ContentBM25
from algorithms.content.terms import term_counts, words
from algorithms.content.text_profile import TextParams
from algorithms.content.tfidf import ContentTFIDF
from bench.errors import Unsupported
from bench.types import Side

BOTH = [(ContentTFIDF, TextParams), (ContentBM25, BM25Params)]
HISTORY = (0, 2)


def fitted(cls, params, items=None, threads=1):
    model = cls(params, threads=threads)
    model.fit(training(items or side()))
    return model


def test_words():
    assert words("Sci-Fi (1995)") == ["sci", "fi", "1995"]
    assert words("STRASSE Straße ﬁlm") == ["strasse", "strasse", "film"]  # case folding and compatibility forms
    assert words("Сталкер 七人の侍 l'été_indien") == ["сталкер", "七人の侍", "l", "été", "indien"]
    assert words(" — !? ") == []


def test_terms_are_what_two_items_have():
    counts, terms = term_counts(side(), features=False)
    assert terms == ["alien", "love", "war"]  # and, an, unheard, of: one item each
    expected = [[1, 0, 2], [0, 1, 1], [1, 2, 0], [0, 0, 0], [3, 0, 0], [0, 1, 1]]
    np.testing.assert_array_equal(counts.toarray(), expected)


def test_features_are_terms_of_their_own():
    counts, terms = term_counts(side(), features=True)
    assert terms == ["Action", "Drama", "Space", "alien", "love", "war"]
    np.testing.assert_array_equal(counts[0].toarray(), [[1, 0, 1, 1, 0, 2]])
    assert term_counts(side(owned=None), features=True)[1] == ["alien", "love", "war"]


def test_a_feature_named_like_a_word_is_another_term():
    features = csr_matrix(np.array([[1, 0], [1, 1], [0, 1]], np.float32))
    items = Side(("a", "b", "c"), texts=("war", "war war", "love"), features=features, feature_names=("war", "love"))
    counts, terms = term_counts(items, features=True)
    assert terms == ["love", "war", "war"]  # the features, and between them the word that two items have
    np.testing.assert_array_equal(counts.toarray(), [[0, 1, 1], [1, 2, 1], [1, 0, 0]])


def test_a_stored_zero_is_no_feature():
    features = csr_matrix((np.array([1, 0, 1], np.float32), [0, 0, 0], [0, 1, 2, 3]), shape=(3, 1))
    items = Side(("a", "b", "c"), texts=("", "", ""), features=features, feature_names=("Drama",))
    assert term_counts(items, features=True)[0].toarray().ravel().tolist() == [1, 0, 1]
    assert features.nnz == 3  # the data set's own matrix stays as it is


def having() -> dict[str, int]:
    """n_t of the terms of the catalogue."""
    return {"alien": 3, "love": 3, "war": 3}


def idf(term: str) -> float:
    return math.log(7 / (1 + having()[term]))


def test_tfidf_by_hand():
    texts = [Counter(word for word in words(text) if word in having()) for text in TEXTS]
    vectors = [{term: (1 + math.log(tf)) * idf(term) for term, tf in own.items()} for own in texts]
    unit = [{t: w / math.sqrt(sum(v * v for v in own.values())) for t, w in own.items()} for own in vectors]
    profile = {term: sum(unit[item].get(term, 0) for item in HISTORY) for term in having()}
    length = math.sqrt(sum(weight**2 for weight in profile.values()))
    expected = [sum(profile[t] * w for t, w in own.items()) / length if own else math.nan for own in unit]
    found = fitted(ContentTFIDF, TextParams()).score(question(HISTORY))
    np.testing.assert_allclose(found[0], expected, rtol=1e-6)


def test_tfidf_with_another_library():
    """scikit-learn has its own idf; with that put aside the vectors must be the same."""
    library = TfidfVectorizer(tokenizer=words, token_pattern=None, min_df=2, sublinear_tf=True, use_idf=False)
    own = ContentTFIDF(TextParams())
    counts, terms = term_counts(side(), features=False)
    expected = library.fit_transform(TEXTS).toarray()
    assert library.get_feature_names_out().tolist() == terms
    counts_without_idf = own.weights(counts)[0].toarray()  # all three terms have the same idf here
    np.testing.assert_allclose(counts_without_idf, expected, rtol=1e-12)


@pytest.mark.parametrize(("k1", "b"), [(1.2, 0.75), (0.0, 0.5), (2.0, 0.0), (0.7, 1.0)])
def test_bm25_by_hand(k1, b):
    texts = [Counter(word for word in words(text) if word in having()) for text in TEXTS]
    lengths = [sum(own.values()) for own in texts]
    assert lengths == [3, 2, 3, 0, 3, 2]
    asked = texts[0] + texts[2]
    expected = []
    for own, length in zip(texts, lengths, strict=True):
        part = k1 * (1 - b + b * length / (13 / 6))
        parts = [asked[t] * idf(t) * tf * (k1 + 1) / (tf + part) for t, tf in own.items()]
        expected.append(sum(parts) if parts else math.nan)
    found = fitted(ContentBM25, BM25Params(k1=k1, b=b)).score(question(HISTORY))
    np.testing.assert_allclose(found[0], expected, rtol=1e-6)


@pytest.mark.parametrize(("cls", "params"), BOTH)
class TestBoth:
    def test_no_history_and_histories_of_unknown_words(self, cls, params):
        found = fitted(cls, params()).score(question((), (3,), (0,)))
        expected = [0, 0, 0, np.nan, 0, 0]
        np.testing.assert_array_equal(found[:2], [expected, expected])
        assert (found[2, [0, 1, 2, 4, 5]] > 0).all()

    def test_reasons_add_up_to_the_score_and_name_the_shared_terms(self, cls, params):
        model, query = fitted(cls, params()), question((0, 2, 3))
        reasons = model.explain(query, 5)
        assert {reason.item: reason.text for reason in reasons} == {0: "war", 2: "love"}
        alone = model.adds[[0, 2]].sum(axis=0)
        length = np.sqrt(np.square(alone).sum()) if cls is ContentTFIDF else 1
        total = sum(reason.weight for reason in reasons) / length
        assert total == pytest.approx(float(model.score(query)[0, 5]), rel=1e-6)
        assert model.explain(query, 3) == []
        assert len(model.explain(query, 5, n=1)) == 1

    def test_a_word_that_all_items_have_says_nothing(self, cls, params):
        plain, noisy = side(), side(tuple(f"film {text}" for text in TEXTS))
        found = fitted(cls, params(), noisy).score(question(HISTORY))
        assert np.isnan(found[0, 3])
        if cls is ContentTFIDF:  # BM25 counts it in the lengths
            np.testing.assert_allclose(found, fitted(cls, params(), plain).score(question(HISTORY)), rtol=1e-6)

    def test_nothing_in_common(self, cls, params):
        model = fitted(cls, params(), side(("a", "b"), owned=((), ())))
        assert np.isnan(model.score(question((0,), n_items=2))).all()

    def test_refused_without_texts(self, cls, params):
        with pytest.raises(Unsupported, match="needs texts"):
            fitted(cls, params(), Side(("a", "b")))

    def test_threads(self, cls, params):
        query = question(*[tuple(np.flatnonzero(np.arange(6) & code)) for code in range(600)])
        two = fitted(cls, params(), threads=2).score(query)
        np.testing.assert_array_equal(two, fitted(cls, params()).score(query))

    def test_save_and_load(self, cls, params, tmp_path):
        model = fitted(cls, params(features=True))
        model.save(tmp_path)
        loaded = cls.load(tmp_path)
        np.testing.assert_array_equal(loaded.score(question(HISTORY)), model.score(question(HISTORY)))
        assert loaded.explain(question(HISTORY), 5) == model.explain(question(HISTORY), 5)
