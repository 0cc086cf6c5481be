"""Sets of whole numbers are those of numpy."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bench.integer_sets import among, distinct

NUMBERS = st.lists(st.integers(-5, 5) | st.integers(-(2**62), 2**62), max_size=20)


@given(NUMBERS, NUMBERS)
def test_same_as_numpy(values, known):
    some, others = np.array(values, np.int64), np.array(known, np.int64)
    assert among(some, others).tolist() == np.isin(some, others).tolist()
    assert distinct(some).tolist() == np.unique(some).tolist()
