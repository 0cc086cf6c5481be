"""A scorer of LensKit for `external`.

    pip install lenskit

    options = { scorer = "lenskit.knn.ItemKNNScorer", feedback = "implicit", max_nbrs = 20 }

Any component that is trained on a data set and scores items for a query will do: `scorer` is its full name, the other
options are its configuration. Scores come from the history of the question, so `new_users = true` may be said.
"""

import importlib

import numpy as np
import pandas as pd
from lenskit.data import ItemList, RecQuery, from_interactions_df
from lenskit.training import TrainingOptions


def fit(training, options):
    """A trained scorer; users and items keep their numbers as ids."""
    module, _, name = options.pop("scorer").rpartition(".")
    columns = {"user_id": training.users, "item_id": training.items, "rating": training.ratings}
    frame = pd.DataFrame({name: column for name, column in columns.items() if column is not None})
    data = from_interactions_df(frame, users=np.arange(training.n_users), items=np.arange(training.n_items))
    scorer = getattr(importlib.import_module(module), name)(**options)
    scorer.train(data, TrainingOptions(rng=training.seed, device="cpu"))
    return scorer


def score(scorer, questions):
    """(b, n_items) what the scorer says of the whole catalogue."""
    catalogue = ItemList(item_ids=np.arange(questions.n_items))
    rows = []
    for row, user in enumerate(questions.users.tolist()):
        part = slice(questions.offsets[row], questions.offsets[row + 1])
        fields = {} if questions.ratings is None else {"rating": questions.ratings[part]}
        history = ItemList(item_ids=questions.items[part], **fields)
        query = RecQuery(user_id=None if user < 0 else user, user_items=history)
        rows.append(scorer(query, catalogue).scores())
    return np.stack(rows)
