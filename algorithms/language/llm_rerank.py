"""LLM re-ranking: a language model orders the best items of another algorithm by how well their titles go on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np
from pydantic import Field, field_validator

from algorithms.hybrid.parts import Hybrid, Specification, part, specification
from algorithms.hybrid.reciprocal_rank import ranks
from algorithms.language.judge import Judged, TitleJudge
from algorithms.language.likelihood import Likelihood
from algorithms.language.reading import opened
from algorithms.language.texts import Template, rendered
from algorithms.neural.isolation import find_device, thread_limit
from bench.algorithm import Can, Needs
from bench.errors import Unsupported
from bench.models.catalogue import GENERATOR
from bench.models.folders import ModelName, folder_of, identity, require_memory
from bench.params import Params, number
from bench.topk import top_k
from bench.types import Floats, Ints, Query, Training


class RerankParams(Params):
    """What is re-ranked, and what the language model is asked."""

    base: Specification = part("item-knn")
    """The algorithm whose lists are re-ranked: its name, or { name = "…", params = { … } }."""
    top_n: int = number(20, low=1, high=1000, search=(10, 50))
    """How many items of a list are re-ranked; all others stay in their order beneath."""
    model: ModelName = Field(default=GENERATOR.name)
    """A packaged model (`bench models list`), or a folder in the form of Hugging Face."""
    max_length: int = number(10, low=1, high=200, search=(3, 20))
    """Items of a history whose titles the model is told, the latest ones."""
    prompt: str = Field(default="After {history}, the same person chose")
    """What the model reads before a title; {history} is where the titles of the history go."""
    template: Template = Field(default="{title}")
    """The title of an item, made of {title}, {features} and {text}."""

    @field_validator("base", mode="before")
    @classmethod
    def _complete(cls, value: object) -> Specification:
        return specification(value)

    @field_validator("prompt")
    @classmethod
    def _tells_the_history(cls, prompt: str) -> str:
        if prompt.count("{history}") != 1:
            raise ValueError("a prompt has {history} in one place")
        return prompt


class LLMRerank(Hybrid[RerankParams]):
    """The `top_n` best unseen items of another algorithm, ordered by

    s(u, j) = ½ (ℓ(t_j | h_u) + ℓ(t_j | h_u reversed)) − ℓ(t_j | no history),

    ℓ(t | x) = (1/|t|) Σ_k ln p(t_k | x, t_1 … t_{k−1}) the mean log-likelihood of the tokens of a title under a model
    of GPT type that has read x. Hou, Zhang, Lin, Lu, Xie, McAuley and Zhao (2024), "Large language models are zero-shot
    rankers for recommender systems", sections 2 and 3, for what is asked and the biases found: a model prefers titles
    that it knows anyway, and minds the order in which things are told. The first is taken off as in Zhao, Wallace,
    Feng, Klein and Singh (2021), "Calibrate before use", section 4, the second is averaged over both orders. Each title
    is judged in a text of its own, so that what stands in one changes no other's score.

    Scores say places: those of the `top_n` are positive, all others minus their place in the list of the base. The
    best are those of the whole catalogue, whatever the candidates, and only those that score higher than the lowest,
    which is what a base gives to items that it has nothing to say of. A title that is missing keeps an item beneath the
    other re-ranked ones; without any title in the history the order is that of the base. Unknown users and items get
    what the base makes of them.
    """

    name = "llm-rerank"
    family = "language"
    paper = "hou2024"
    Params = RerankParams
    needs = Needs.ITEM_TEXT
    can = Can.RANK | Can.PERSONALISE | Can.SERVE_NEW_USERS
    takes_both = Can.SERVE_NEW_USERS
    part_names = ("base",)
    unsaved = ("judges",)

    @classmethod
    def abilities(cls, params: RerankParams) -> tuple[Needs, Can]:
        """Those of the base; texts are needed, and the answer is personal in any case."""
        needs, can = super().abilities(params)
        return needs | Needs.ITEM_TEXT, can | Can.PERSONALISE

    @classmethod
    def content(cls, params: RerankParams) -> dict[str, str]:
        """Of the model, and of the base."""
        return {"model": identity(folder_of(params.model, "generator")), **super().content(params)}

    def fit(self, train: Training) -> None:
        """Fit the base; the language model is loaded when the first question is asked.

        Raises what the base raises, Unsupported where no item has a title, and as `folder_of` and `require_memory` do.
        """
        require_memory(folder_of(self.params.model, "generator"))
        self.titles = rendered(train.items, self.params.template)
        if not any(self.titles):
            raise Unsupported(f"no item of the data set has a text for the template {self.params.template!r}")
        super().fit(train)
        self.judges: TitleJudge | None = None  # made when the first title is judged

    def score(self, query: Query) -> Floats:
        """(b, n_items) float64. Raises as the base does, and as `opened` does."""
        asked = replace(query, candidates=None)
        base = self.asked("base", asked)
        best = top_k(base, asked, min(self.params.top_n, query.n_items)).without_unscored().items  # (b, top_n)
        scores = np.full(base.shape, np.nan)
        new = np.ones(query.n_items, np.bool_)
        for row in range(len(query)):
            history = query.items[query.offsets[row] : query.offsets[row + 1]]
            new[history] = False
            scores[row] = -ranks(base[row], new)
            new[history] = True
            items = best[row][best[row] >= 0]
            items = items[base[row, items] > np.nanmin(base[row])] if len(items) else items
            scores[row, items] = self._places(history, items)
        return scores

    def judge(self, history: Ints, items: Ints) -> Judged:
        """What the model says of the titles of c items after a history, oldest item first."""
        if self.judges is None:
            folder = folder_of(self.params.model, "generator")
            likelihood = opened(Likelihood, folder, find_device(self.device))
            self.judges = TitleJudge(likelihood, self.titles, self.params.prompt)
        with thread_limit(self.threads):
            return self.judges(history[-self.params.max_length :], items)

    def _places(self, history: Ints, items: Ints) -> Floats:
        """(c,) from c for the best down to 1; equal ones share the mean of their places."""
        gain = self.judge(history, items).gain
        if np.isnan(gain).all():
            return np.arange(len(items), 0, -1, dtype=np.float64)
        places = ranks(gain, np.ones(len(items), np.bool_))
        unnamed = np.flatnonzero(np.isnan(gain))  # in the order of the base
        places[unnamed] = np.arange(len(items) - len(unnamed), len(items)) + 1
        return len(items) + 1 - places

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The re-ranker that `save` wrote; the language model is where it was."""
        loaded = super().load(folder)
        loaded.judges = None
        return loaded
