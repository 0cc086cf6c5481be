"""A general model of RecBole for `external`.

    pip install recbole "numpy<2" "pandas<3" "scipy<1.14" "setuptools<81"

    options = { model = "EASE", reg_weight = 500 }

`model` is the name of a model that learns from pairs of users and items, the other options go to its configuration. It
scores for the users that it has learnt: what else is in the history of a question is not looked at. RecBole learns for
as many epochs as it is told: it is given no validation part to stop early.
"""

import logging
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from recbole.config import Config
from recbole.data import create_dataset, data_preparation
from recbole.data.interaction import Interaction
from recbole.utils import get_model, get_trainer, init_seed


def fit(training, options):
    """A trained model, and our numbers in its own numbering, where 0 stands for nothing."""
    with tempfile.TemporaryDirectory(dir=".") as folder:
        Path(folder, "ours").mkdir()
        frame = pd.DataFrame({"user_id:token": training.users, "item_id:token": training.items})
        frame.to_csv(Path(folder, "ours", "ours.inter"), sep="\t", index=False)
        split = {"split": {"RS": [1, 0, 0]}, "order": "RO", "group_by": "none", "mode": "full"}
        facts = {"data_path": folder, "seed": training.seed, "use_gpu": False, "eval_args": split, "load_col": None}
        config = Config(model=options.pop("model"), dataset="ours", config_dict={**facts, **options})
        logging.getLogger().setLevel(logging.WARNING)
        init_seed(config["seed"], reproducibility=True)
        data = create_dataset(config)
    learnt, _, _ = data_preparation(config, data)
    model = get_model(config["model"])(config, learnt.dataset)
    get_trainer(config["MODEL_TYPE"], config["model"])(config, model).fit(learnt, saved=False, show_progress=False)
    model.eval()
    numbers = {field: np.array(data.field2id_token[field][1:], dtype=int) for field in ("user_id", "item_id")}
    return model, numbers["user_id"], numbers["item_id"]


def score(model, questions):
    """(b, n_items) scores; NaN for users and items that it has not met."""
    fitted, users, items = model
    inner = {user: place for place, user in enumerate(users.tolist(), start=1)}
    scores = np.full((len(questions), questions.n_items), np.nan, np.float32)
    rows = [row for row, user in enumerate(questions.users.tolist()) if user in inner]
    if rows:
        asked = Interaction({"user_id": torch.tensor([inner[int(questions.users[row])] for row in rows])})
        with torch.no_grad():
            found = fitted.full_sort_predict(asked).reshape(len(rows), -1)
        scores[np.ix_(rows, items)] = found[:, 1:].numpy()
    return scores
