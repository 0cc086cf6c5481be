"""Small random rating data and the definitions of the similarities, written out densely."""

from __future__ import annotations

import numpy as np

from bench.types import Interactions, Query, Side, Training


def rating_data(n_users=40, n_items=25, n=300, seed=0, ratings=True) -> Interactions:
    """Half-star ratings; every user has at least one, the last item has none."""
    rng = np.random.default_rng(seed)
    pairs = set(zip(range(n_users), rng.integers(0, n_items - 1, n_users).tolist(), strict=True))
    while len(pairs) < n:
        pairs.add((int(rng.integers(n_users)), int((n_items - 1) * rng.random() ** 2)))
    users, items = np.array(sorted(pairs), np.int32).T.copy()
    values = rng.integers(1, 11, n).astype(np.float32) / 2 if ratings else None
    return Interactions(users, items, values, None, n_users, n_items, scale=(0.5, 5.0))


def training(data: Interactions) -> Training:
    return Training(data, Side(()), Side(()))


def questions(data: Interactions, *, known=True) -> Query:
    """What every user has had; as a known user or as a stranger."""
    users = np.arange(data.n_users, dtype=np.int32) if known else np.full(data.n_users, -1, np.int32)
    return Query(np.arange(data.n_users), users, data.offsets, data.items, data.ratings, data.times, data.n_items)


def dense(data: Interactions) -> tuple[np.ndarray, np.ndarray]:
    """(n_users, n_items): ones for what is there, and ratings with NaN for what is not."""
    ones = np.zeros((data.n_users, data.n_items))
    ones[data.users, data.items] = 1
    ratings = np.full(ones.shape, np.nan)
    if data.ratings is not None:
        ratings[data.users, data.items] = data.ratings
    return ones, ratings


def weighted(ones: np.ndarray, weighting: str) -> np.ndarray:
    """Rows are documents; the formulas of the module weighting, entry by entry."""
    documents = len(ones)
    result = np.zeros(ones.shape)
    mean = ones.sum() / documents
    for d, t in zip(*np.nonzero(ones), strict=True):
        idf = np.log((1 + documents) / (1 + ones[:, t].sum()))
        length = ones[d].sum() / mean
        bm25 = idf * 2.2 / (1.2 * (0.25 + 0.75 * length) + 1)
        result[d, t] = {"none": 1.0, "tf-idf": idf, "bm25": bm25}[weighting]
    return result


OF_RATINGS = ("pearson", "euclidean", "adjusted-cosine", "pearson-baseline")


def less_the_usual(ratings: np.ndarray, kind: str, compared: str) -> np.ndarray:
    """(n_users, n_items) what a similarity of ratings compares; NaN stays where there is none."""
    result, there = ratings.copy(), ~np.isnan(ratings)
    if kind == "adjusted-cosine":
        lines = result if compared == "items" else result.T
        lines -= np.array([[line[~np.isnan(line)].mean() if (~np.isnan(line)).any() else 0] for line in lines])
    if kind == "pearson-baseline":
        mean = ratings[there].mean()
        items = np.array([np.nansum(r - mean) / (25 + (~np.isnan(r)).sum()) for r in ratings.T])
        for user, line in enumerate(ratings):
            own = np.nansum(line - mean - items) / (10 + (~np.isnan(line)).sum())
            result[user] = line - mean - items - own
    return result


def vectors(data: Interactions, kind: str, compared: str, weighting: str = "none") -> np.ndarray:
    """(n, columns) the users or the items as a similarity sees them."""
    ones, ratings = dense(data)
    if kind in OF_RATINGS:
        found = less_the_usual(ratings, kind, compared)
        return found if compared == "users" else found.T
    return weighted(ones if compared == "users" else ones.T, weighting)


def similarity(a: np.ndarray, b: np.ndarray, kind: str, shrinkage: float, alpha: float, beta: float) -> float:
    """a and b are weighted vectors, or ratings with NaN where there is none."""
    if kind not in OF_RATINGS:
        c, A, B = a @ b, a @ a, b @ b
        bottom = {
            "cosine": np.linalg.norm(a) * np.linalg.norm(b),
            "asymmetric-cosine": A**alpha * B ** (1 - alpha),
            "conditional-probability": A * B**alpha,
            "jaccard": A + B - c,
            "dice": (A + B) / 2,
            "tversky": c + alpha * (A - c) + beta * (B - c),
        }[kind]
        return float(c / (bottom + shrinkage)) if c > 0 else 0.0
    both = ~np.isnan(a) & ~np.isnan(b)
    a, b, n = a[both], b[both], both.sum()
    if n == 0:
        return 0.0
    if kind == "euclidean":
        return float(n / (n + shrinkage) / (1 + np.sqrt(np.mean((a - b) ** 2))))
    if kind == "pearson":
        if a.std() == 0 or b.std() == 0:
            return 0.0
        a, b = a - a.mean(), b - b.mean()
    if kind == "pearson-baseline":
        n -= 1
    if n == 0 or np.abs(a).max() < 1e-9 or np.abs(b).max() < 1e-9:
        return 0.0
    return float(n / (n + shrinkage) * (a @ b) / np.sqrt((a @ a) * (b @ b)))


def similarities(vectors: np.ndarray, kind: str, shrinkage: float, alpha: float = 0.5, beta: float = 0.5) -> np.ndarray:
    """(n, n) of the rows, 0 on the diagonal and for negative ones, which never make a neighbour."""
    full = np.array([[similarity(a, b, kind, shrinkage, alpha, beta) for b in vectors] for a in vectors])
    np.fill_diagonal(full, 0)
    return np.maximum(full, 0)


def nearest(full: np.ndarray, k: int) -> np.ndarray:
    """`full` with only the k largest of each row; ties by the hash of the number that the module kernels describes."""
    hashes = [(number * 0x9E3779B97F4A7C15) % 2**64 for number in range(full.shape[1])]
    kept = np.zeros(full.shape)
    for row, values in enumerate(full):
        order = sorted(range(len(values)), key=lambda j: (-values[j], hashes[j]))[:k]
        kept[row, order] = values[order]
    return kept
