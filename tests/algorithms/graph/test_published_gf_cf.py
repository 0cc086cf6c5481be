"""GF-CF on Gowalla, LightGCN's split with all of its training part, full ranking: Recall@20 .1849, NDCG@20 .1518.

Shen et al. (2021), "How powerful is graph convolution for recommendation?", with 256 singular vectors and α = .3. There
is no chance in it; the numbers have four digits, hence ±.0002. The walks' published rows are in test_published_ncf.py.
"""

import os

import pytest

from bench import notebook


@pytest.mark.slow  # two minutes on one thread
@pytest.mark.reference
@pytest.mark.skipif("BENCH_DATA" not in os.environ, reason="BENCH_DATA does not name a folder of downloaded data")
def test_published_numbers_of_gf_cf():
    split = notebook.split(notebook.load("gowalla"), "given", published="lightgcn", fit_on="train+validation")
    found = notebook.evaluate(notebook.create("gf-cf"), split, ("recall@20", "ndcg@20")).metrics
    assert found["recall@20"] == pytest.approx(0.1849, abs=0.0002)
    assert found["ndcg@20"] == pytest.approx(0.1518, abs=0.0002)
