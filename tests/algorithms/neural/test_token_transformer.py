"""The token Transformer: its formula pair by pair, with and without features."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from rating_cases import described, opinions, training
from scipy.special import erf

from algorithms.neural.averaging import Averaged
from algorithms.neural.token_transformer import TokenTransformer, TokenTransformerParams
from bench.splits.questions import held_out
from bench.validation import ndcg_on

D = 8


def untrained(features: bool, layers: int = 2) -> TokenTransformer:
    """A network whose every weight is random, so that all parts matter."""
    params = TokenTransformerParams(factors=D, layers=layers)
    model = TokenTransformer(params)
    train = training(opinions()[0])
    model._meet(described(train) if features else train)
    torch.manual_seed(0)
    model.network = model._build().eval()
    for weight in model.network.parameters():
        torch.nn.init.normal_(weight, std=0.5)
    return model


def normal(x: Any, w: Any, name: str) -> Any:
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5) * w[f"{name}.weight"] + w[f"{name}.bias"]


def linear(x: Any, w: Any, name: str) -> Any:
    return x @ w[f"{name}weight"].T + w[f"{name}bias"]


def attention(x: Any, w: Any, name: str) -> Any:
    """Vaswani et al. (2017), equation 1, with a linear map after it."""
    q, k, v = np.split(linear(x, w, f"{name}.in_proj_"), 3, axis=1)  # (t, d) each
    weights = np.exp(q @ k.T / np.sqrt(D))
    return linear(weights / weights.sum(axis=1, keepdims=True) @ v, w, f"{name}.out_proj.")


def by_hand(model: TokenTransformer, user: int, item: int) -> float:
    """The formula of the class, in float64."""
    w = {name: weight.numpy().astype(np.float64) for name, weight in model.network.average.state_dict().items()}
    tokens = []
    for side, number, features in (("users", user, model.user_side), ("items", item, model.item_side)):
        own = [w[f"{side}.own.weight"][number]]
        if features.shape[1]:
            own.append(features[number].toarray()[0] @ w[f"{side}.described.vectors"])
        tokens += list(own + w[f"{side}.kinds"])
    h = np.array(tokens)
    for layer in range(model.params.layers):
        name = f"encoder.layers.{layer}"
        h = h + attention(normal(h, w, f"{name}.norm1"), w, f"{name}.self_attn")
        inner = linear(normal(h, w, f"{name}.norm2"), w, f"{name}.linear1.")
        h = h + linear(inner * (1 + erf(inner / np.sqrt(2))) / 2, w, f"{name}.linear2.")
    interaction = linear(normal(h, w, "encoder.norm").mean(axis=0), w, "head.")
    biases = w["users.bias.weight"][user] + w["items.bias.weight"][item]
    return float(model.mean + (biases + interaction)[0])


@pytest.mark.parametrize("features", [False, True])
def test_the_network_is_the_formula(features: bool) -> None:
    model = untrained(features)
    pairs = [(0, 0), (0, 5), (7, 2), (29, 23), (4, 4)]
    with torch.inference_mode():
        found = model.network(*torch.tensor(pairs).T)
    # float32 through two blocks
    np.testing.assert_allclose(found, [by_hand(model, *pair) for pair in pairs], rtol=1e-4)


def test_there_are_tokens_for_features_where_the_data_has_them() -> None:
    assert [untrained(features).network.average.users.count for features in (False, True)] == [1, 2]


def test_training_begins_at_the_mean_rating() -> None:
    model = TokenTransformer(TokenTransformerParams())
    model._meet(training(opinions()[0]))
    assert model.mean == pytest.approx(float(opinions()[0].known_ratings.mean()), rel=1e-6)
    ratings = model._build().eval()(torch.tensor([0, 3]), torch.tensor([1, 1]))
    np.testing.assert_allclose(ratings.detach(), [model.mean] * 2, rtol=1e-6)


def test_ten_users_are_ranked_as_they_rated() -> None:
    data = opinions(users=10, share=1)[0]
    params = TokenTransformerParams(
        factors=D, start=0.5, epochs=80, batch_size=64, learning_rate=0.02, dropout=0, regularization=0
    )
    model = TokenTransformer(params)
    model.fit(training(data))
    nothing, liked = data.take(data.users < 0), data.take(data.known_ratings > 3)
    assert ndcg_on(model.score, held_out(nothing, liked, data)) == pytest.approx(1, rel=1e-12)


def test_answers_come_from_averaged_weights() -> None:
    network = Averaged(torch.nn.Linear(1, 1, bias=False))
    seen = torch.ones(1, 1)
    start = network.latest.weight.item()
    with torch.no_grad():
        for weight in (2.0, 4.0):  # what two steps leave behind
            network.latest.weight.fill_(weight)
            assert network.train()(seen).item() == weight
    mean = start + 0.9 * (2 - start)  # k_0 = 1/10
    mean += (1 - 2 / 11) * (4 - mean)
    assert network.eval()(seen).item() == pytest.approx(mean, rel=1e-6)
    assert not network.average.weight.requires_grad
