"""The facts of a data set as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def lines(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(what, value) for each line; `facts` are those of `catalogue.check` with those of a profile."""
    yield from ((key, str(facts[key])) for key in ("name", "path", "licence", "fingerprint"))
    yield from ((f"SHA-256 of {file}", hashed) for file, hashed in facts["files"].items())
    yield from ((key, f"{facts[key]:,}") for key in ("interactions", "users", "items"))
    yield "density", f"{facts['density']:.3%} (sparsity {facts['sparsity']:.3%})"
    for what in ("user", "item"):
        yield f"interactions per {what}", _activity(facts[f"interactions per {what}"])
    yield from ((words, f"{share:.1%} of the interactions") for words, share in facts["long tail"].items())
    yield from _ratings(facts)
    yield from _time(facts["time"], facts["ordered"])
    yield "duplicates", _duplicates(facts["duplicates"])
    yield from ((key, f"{facts[key]:,}") for key in ("rows skipped", "items without title", "items without text"))
    yield from (("warning", warning) for warning in facts["warnings"])
    for found in facts["suspicious"]:
        yield "suspicious users", _suspicion(found)


def _activity(counts: Mapping[str, Any]) -> str:
    rare = f"{counts['with one']:,} with one, {counts['with none']:,} with none"
    return (
        f"{counts['min']:,} to {counts['max']:,}, median {counts['median']:g}, mean {counts['mean']:.1f}, "
        f"Gini {counts['gini']:.2f}; {rare}"
    )


def _ratings(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    histogram = facts["rating histogram"]
    if histogram is None:
        yield "ratings", "none"
        return
    scale = facts["scale"]
    yield "scale of ratings", "not declared" if scale is None else f"{scale[0]:g} to {scale[1]:g}"
    yield from ((f"rated {value}", f"{count:,}") for value, count in histogram.items())


def _time(time: Mapping[str, Any] | None, ordered: bool) -> Iterator[tuple[str, str]]:
    if time is None:
        yield "times", "none, but the rows are in the order of time" if ordered else "none"
        return
    yield "times", f"{time['first']} to {time['last']}, {time['days']:.1f} days, in {time['resolution']}"
    if time["longest gap"] is not None:
        yield "longest gap", f"{time['longest gap']['days']:.1f} days after {time['longest gap']['after']}"
    yield "equal times within a user", f"{time['share of equal times within a user']:.1%} of the interactions"


def _duplicates(counts: Mapping[str, Any] | None) -> str:
    return "not known" if counts is None else f"policy {counts['policy']}, {counts['dropped']:,} rows dropped"


def _suspicion(found: Mapping[str, Any]) -> str:
    some = f": {', '.join(name if len(name) <= 40 else name[:39] + '…' for name in found['examples'])}"
    more = ", …" if found["users"] > len(found["examples"]) else ""
    return f"{found['users']:,} with {found['rule']}" + (some + more if found["users"] else "")
