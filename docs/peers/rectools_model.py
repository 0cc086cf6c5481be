"""A model of RecTools for `external`.

    pip install rectools

    options = { cls = "EASEModel", regularization = 500 }

The options are the configuration of any model that the library makes from one. It recommends to the users of its data
set from what they had there: what else is in the history of a question is not looked at.
"""

import numpy as np
import pandas as pd
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import model_from_config


def fit(training, options):
    """A fitted model and its data set."""
    frame = pd.DataFrame({Columns.User: training.users, Columns.Item: training.items, Columns.Weight: 1.0})
    times = np.arange(len(frame)) if training.times is None else training.times
    data = Dataset.construct(frame.assign(**{Columns.Datetime: pd.to_datetime(times, unit="s")}))
    return model_from_config(options).fit(data), data


def score(model, questions):
    """(b, n_items) the scores of a list of the whole catalogue; NaN for what is on no list."""
    fitted, data = model
    scores = np.full((len(questions), questions.n_items), np.nan, np.float32)
    rows = {user: row for row, user in enumerate(questions.users.tolist())}
    known = [user for user in rows if user in set(data.user_id_map.external_ids)]
    lists = fitted.recommend(known, data, k=data.item_id_map.size, filter_viewed=False)
    scores[lists[Columns.User].map(rows), lists[Columns.Item]] = lists[Columns.Score]
    return scores[[rows[user] for user in questions.users.tolist()]]
