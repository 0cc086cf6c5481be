"""Text-SASRec: a Transformer reads the texts of the history and asks for the text of the next item."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from algorithms.language.vectors import VectorParams, content, item_vectors, needs
from algorithms.neural.model import Task
from algorithms.neural.sequence.attention import AttentionParams
from algorithms.neural.sequence.model import SequenceModel, Sequences
from algorithms.neural.sequence.next_item import NextItemLoss
from algorithms.neural.sequence.sasrec import Network
from bench.algorithm import Can, Needs
from bench.errors import Unsupported
from bench.types import Floats, Training


class TextSASRecParams(AttentionParams, VectorParams):
    """Which texts are read, and by what Transformer."""


class ProjectedTexts(nn.Module):
    """Items (…,) -> √d·e (…, d) with e_i = W v_i, the vectors v (n, D) of their texts being given."""

    texts: Tensor

    def __init__(self, texts: Floats, factors: int) -> None:
        super().__init__()
        self.register_buffer("texts", torch.from_numpy(texts), persistent=False)  # saved once, with the rest
        self.projects = nn.Linear(texts.shape[1], factors, bias=False)
        nn.init.normal_(self.projects.weight, std=factors**-0.5)

    def forward(self, items: Tensor) -> Tensor:
        """What the Transformer reads of each."""
        read: Tensor = self.projects(self.texts[items]) * self.projects.out_features**0.5
        return read

    @property
    def weight(self) -> Tensor:
        """e (n, d)."""
        projected: Tensor = self.projects(self.texts)
        return projected


class TextNetwork(Network):
    """The Transformer of SASRec over projected texts."""

    def __init__(self, texts: Floats, params: TextSASRecParams) -> None:
        super().__init__(1, params)
        self.items = ProjectedTexts(texts, params.factors)


class TextSASRec(SequenceModel[TextSASRecParams]):
    """s(i) = h_nᵀ W v_i with h what the Transformer of `SASRec` makes of W v of the last n items of a history,

    v_i the vector of the text of item i as an encoder has it, less the mean of all and divided by their mean length;
    learnt are W and the Transformer. No vector belongs to an item, so one that nobody has met is scored like any other.
    Hou, Mu, Zhao, Li, Ding and Wen (2022), "Towards universal sequence representation learning for recommender
    systems", section 2, equations 1, 2 and 5, with one linear map in the place of their mixture of whitened ones and
    without pre-training on other domains; Transformer and losses are those of `SASRec`.

    Targets are compared with the items of the training part, so that others are not learnt to be unwanted. An item
    without a text is "cannot score" (NaN) and left out of histories.
    """

    name = "text-sasrec"
    family = "language"
    paper = "hou2022"
    Params = TextSASRecParams
    needs = Needs.ORDER | Needs.ITEM_TEXT
    can = Can.RANK | Can.PERSONALISE | Can.SERVE_NEW_USERS | Can.EXPLAIN | Can.SCORE_NEW_ITEMS

    @classmethod
    def abilities(cls, params: TextSASRecParams) -> tuple[Needs, Can]:
        """Vectors that are given stand for texts."""
        return needs(cls.needs, params), cls.can

    @classmethod
    def content(cls, params: TextSASRecParams) -> dict[str, str]:
        """Of the model, or of the vectors that are given."""
        return content(params)

    def _meet(self, train: Training) -> None:
        super()._meet(train)
        vectors = item_vectors(train.items, self.params, self.device, self.threads)
        met = self.known_items
        self.known_items = np.asarray(np.isfinite(vectors).all(axis=1))  # those that have a score
        self.learnt = np.flatnonzero(met & self.known_items)  # those that are compared in training
        self.places = np.cumsum(met & self.known_items) - 1  # where they stand among themselves
        if not len(self.learnt):
            raise Unsupported(f"{self.name}: no item of the training part has a text")
        moved = vectors - vectors[self.known_items].mean(axis=0)
        moved[~self.known_items] = 0
        size = float(np.linalg.norm(moved[self.known_items], axis=1).mean())
        self.texts = np.asarray(moved / (size or 1), np.float32)  # (n_items, D)

    def _reader(self) -> TextNetwork:
        return TextNetwork(self.texts, self.params)

    def _task(self, train: Training, device: torch.device) -> Task:
        data = train.interactions
        return super()._task(replace(train, interactions=data.take(self.known_items[data.items])), device)

    def _loss(self, criterion: NextItemLoss, states: Tensor, batch: Sequences) -> Tensor:
        learnt, places = (torch.as_tensor(part, device=states.device) for part in (self.learnt, self.places))
        return criterion(states, self._vectors[learnt], places[batch.targets], places[batch.negatives])
