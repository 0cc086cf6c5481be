"""How many times a network is trained for one result: once, or twice where the split says `train+validation`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from algorithms.neural.checkpoint import forget
from bench.types import Training


def in_stages(learn: Callable[[Training, int], int], train: Training, epochs: int) -> int:
    """Call `learn(training, most epochs)`, which returns its best epoch, as the split's `fit_on` asks; the epoch kept.

    Where training and validation part are learnt together, the number of epochs is found on the training part alone
    (`train.selection`), and training then begins anew on both and takes as many. The second time `train.report` hears
    of `refit_loss`. Checkpoints of both stages are removed at the end.
    """
    if train.selection is None:
        best = learn(train, epochs)
    else:
        best = learn(train.selection, epochs)
        learn(replace(train, report=_again(train)), best)
    for stage in (train, train.selection):
        forget(stage.scratch if stage else None)
    return best


def _again(train: Training) -> Callable[..., None]:
    def report(epoch: int, **values: float) -> None:
        train.report(epoch, **{f"refit_{name}": value for name, value in values.items()})

    return report
