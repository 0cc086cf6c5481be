"""`bench audit`: whether the test part of a split leaks into its training part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bench.cli import output
from bench.cli.run import Datasets, MatrixFile, Splits

if TYPE_CHECKING:
    from bench.types import Split

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
    from bench.cli.request import load_matrix
    from bench.datasets import catalogue
    from bench.errors import Unsupported
    from bench.splits import catalogue as protocols

    wanted = load_matrix(matrix, None, datasets, splits, None).matrix
    split_specs = [one for spec in wanted.splits for one in protocols.expand(spec)]
    entries: list[dict[str, Any]] = []
    for dataset_spec in wanted.datasets:
        dataset = catalogue.load(dataset_spec)
        for split_spec in split_specs:
            entry: dict[str, Any] = {"dataset": dataset_spec, "split": split_spec}
            try:
                entry |= _looked_at(protocols.make(dataset, split_spec), canaries)
            except Unsupported as error:
                entry["problem"] = str(error)
            entries.append(entry)
            if not json:
                _show(entry)
    if json:
        output.as_json(entries)
    if not _conclude(entries, quiet=json):
        raise typer.Exit(1)


def _looked_at(split: Split, canaries: bool) -> dict[str, Any]:
    """The findings of the audit, and what the canaries reached."""
    from bench.audit import audit
    from bench.canaries import sing

    found: dict[str, Any] = {"findings": [finding.as_dict() for finding in audit(split)]}
    if canaries:
        song = sing(split)
        found["canaries"] = {**vars(song), "sound": song.sound}
    return found


def _show(entry: dict[str, Any]) -> None:
    from bench.titles import describe

    output.say(f"{describe(entry['dataset'])} · {describe(entry['split'])}")
    if "problem" in entry:
        output.say(f"cannot be divided: {entry['problem']}\n")
        return
    rows = [
        (f["verdict"], f["check"], "unknown" if f["count"] is None else f"{f['count']:,} of {f['of']:,}", f["meaning"])
        for f in entry["findings"]
    ]
    output.say(output.table(("verdict", "check", "found", "what it means"), rows))
    if "canaries" in entry:
        _sung(entry["canaries"])
    output.say()


def _sung(song: dict[str, Any]) -> None:
    values = ", ".join(f"{name} {value:.6f}" for name, value in song["oracle"].items() if value is not None)
    output.say(f"oracle: {values} ({'as it must be' if song['sound'] else 'NOT 1: this split hides its own answers'})")
    if song["reason"]:
        output.say(f"seer: {song['reason']}")
        return
    past, much, everything = (song["seer"][knows] for knows in ("past", "as much", "all"))
    output.say(
        f"seer: neighbours reach NDCG@10 {past:.4f} with the past of each question, {much:.4f} with as much from any "
        f"time, {everything:.4f} with all of training"
    )
    output.say(f"      seeing the future is worth {much - past:+.4f}, having more data {everything - much:+.4f}")


def _conclude(entries: list[dict[str, Any]], *, quiet: bool) -> bool:
    """Say in one line how many splits break a promise; whether none does."""
    from bench.audit import leaks

    broken = [entry for entry in entries if leaks(entry.get("findings", []))]
    unsound = [entry for entry in entries if not entry.get("canaries", {}).get("sound", True)]
    kept = "none breaks what its protocol promises"
    said = f"{len(broken)} break what their protocol promises" if broken else kept
    more = f"; {len(unsound)} hide answers from the oracle" if unsound else ""
    if not quiet:
        output.say(f"{len(entries)} split{'s' if len(entries) > 1 else ''}: {said}{more}")
    return not broken and not unsound
