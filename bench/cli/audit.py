"""`bench audit`: whether the test part of a split leaks into its training part."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bench.cli import output
from bench.cli.run import Datasets, MatrixFile, Splits

EXAMPLES = "Examples:  bench audit --datasets ml-100k --splits time-cut,random   |   bench audit my.toml --canaries"


def command(
    matrix: MatrixFile = None,
    datasets: Datasets = None,
    splits: Splits = None,
    canaries: Annotated[
        bool, typer.Option("--canaries", help="Also run an oracle, and an algorithm that sees the future.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Look for leaks in every split of a matrix; exit code 1 when a split breaks what its protocol promises."""
    from bench import audit
    from bench.canaries import sing
    from bench.cli.request import load_matrix
    from bench.datasets import catalogue
    from bench.splits import catalogue as protocols

    wanted = load_matrix(matrix, None, datasets, splits, None).matrix
    every = [(d, one) for d in wanted.datasets for spec in wanted.splits for one in protocols.expand(spec)]
    found: list[dict[str, Any]] = []
    for dataset_spec, split_spec in every:
        split = protocols.make(catalogue.load(dataset_spec), split_spec)
        entry: dict[str, Any] = {"dataset": dataset_spec, "split": split_spec}
        entry["findings"] = [finding.as_dict() for finding in audit.audit(split)]
        if canaries:
            song = sing(split)
            entry["canaries"] = {**vars(song), "sound": song.sound}
        found.append(entry)
        if not json:
            _show(entry)
    if json:
        output.as_json(found)
    if any(audit.leaks(e["findings"]) or not e.get("canaries", {}).get("sound", True) for e in found):
        raise typer.Exit(1)


def _show(entry: dict[str, Any]) -> None:
    names = [", ".join(f"{k}={v}" for k, v in entry[kind].items() if k != "name") for kind in ("dataset", "split")]
    titles = [entry[k]["name"] + (f" ({n})" if n else "") for k, n in zip(("dataset", "split"), names, strict=True)]
    output.say(" · ".join(titles))
    rows = [
        (f["verdict"], f["check"], "unknown" if f["count"] is None else f"{f['count']:,} of {f['of']:,}", f["meaning"])
        for f in entry["findings"]
    ]
    output.say(output.table(("verdict", "check", "found", "what it means"), rows))
    if "canaries" in entry:
        song = entry["canaries"]
        values = ", ".join(f"{name} {value:.6f}" for name, value in song["oracle"].items() if value is not None)
        output.say(
            f"oracle: {values} ({'as it must be' if song['sound'] else 'NOT 1: this split hides its own answers'})"
        )
        if song["past"] is None or song["future"] is None:
            output.say(f"seer: {song['reason']}")
        else:
            gain = song["future"] - song["past"]
            said = (
                f"{song['past']:.4f} with the past of each question, {song['future']:.4f} with all that the split gives"
            )
            output.say(f"seer: neighbours reach NDCG@10 {said}; the future is worth {gain:+.4f}")
    output.say()
