"""What a language model says of titles after a history, and what of that is only habit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from algorithms.language.likelihood import Likelihood
from bench.types import Floats, Ints

_TITLE = 48  # tokens of a title that are judged
_SHOWN = 200  # characters of a title of the history that are told
_NOBODY = "something"  # stands for a history that is not there
_DIGITS = 5  # of a likelihood; what rounding adds behind them depends on which items are asked about together


class Judged(NamedTuple):
    """Mean log-likelihoods (c,) of c titles, in nats per token; NaN without a title or a history."""

    oldest_first: Floats
    newest_first: Floats
    alone: Floats  # without a history

    @property
    def gain(self) -> Floats:
        """How much the history adds, whichever way it is told."""
        return np.asarray(np.round((self.oldest_first + self.newest_first) / 2 - self.alone, _DIGITS))


class TitleJudge:
    """A model, the titles (n) of all items, and what it reads before one of them."""

    def __init__(self, likelihood: Likelihood, titles: list[str], prompt: str) -> None:
        self.likelihood, self.titles, self.prompt = likelihood, titles, prompt
        self._priors: dict[int, float] = {}

    def __call__(self, history: Ints, items: Ints) -> Judged:
        """Of c items after a history, oldest item first."""
        told = [self.titles[item][:_SHOWN] for item in history if self.titles[item]]
        tokens = {int(item): self._tokens(int(item)) for item in items}
        named = [item for item, own in tokens.items() if own]
        found = {name: np.full(len(items), np.nan) for name in Judged._fields}
        if named and told:
            where = np.flatnonzero([bool(tokens[int(item)]) for item in items])
            for name, order in (("oldest_first", told), ("newest_first", told[::-1])):
                found[name][where] = self.likelihood(self._prompt("; ".join(order)), [tokens[item] for item in named])
            found["alone"][where] = self._alone(named)
        return Judged(**found)

    def _alone(self, items: list[int]) -> Floats:
        """The likelihoods without a history, asked once for each item."""
        asked = [item for item in items if item not in self._priors]
        if asked:
            found = self.likelihood(self._prompt(_NOBODY), [self._tokens(item) for item in asked])
            self._priors.update(zip(asked, found.tolist(), strict=True))
        return np.array([self._priors[item] for item in items])

    def _tokens(self, item: int) -> list[int]:
        return self.likelihood.tokens(f" {self.titles[item]}", _TITLE) if self.titles[item] else []

    def _prompt(self, history: str) -> list[int]:
        """The end of the prompt, where the model cannot take all of it."""
        text = self.prompt.replace("{history}", history)
        return self.likelihood.tokens(text, len(text) + 1)[-max(1, self.likelihood.limit - _TITLE) :]
