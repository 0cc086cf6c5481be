"""Losses of neural models: each takes logits or predictions and returns one number to be minimised, in nats.

b examples, c negatives, n items; ln σ(x) = −softplus(−x) with softplus(x) = ln(1 + eˣ), which does not overflow.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, logsigmoid, normalize, softplus

HIDDEN = -1e9  # a logit that no softmax and no sigmoid notices


def binary_cross_entropy(positive: Tensor, negative: Tensor) -> Tensor:
    """Mean of −ln σ(x) over the positive logits (any shape) and of −ln(1 − σ(x)) over the negative ones.

    He et al. (2017), "Neural collaborative filtering", equation 7, divided by the number of examples.
    """
    return (softplus(-positive).sum() + softplus(negative).sum()) / (positive.numel() + negative.numel())


def mean_bce(positive: Tensor, negative: Tensor) -> Tensor:
    """Mean over positives (b,) of −ln σ(x) − (1/c) Σ_negatives ln(1 − σ(x)), negatives (b, c).

    The mean of what c = 1 gives with one negative or another: Kang and McAuley (2018), "Self-attentive sequential
    recommendation", section III-E.
    """
    return (softplus(-positive) + softplus(negative).mean(dim=-1)).mean()


def generalised_bce(positive: Tensor, negative: Tensor, share: float, calibration: float) -> Tensor:
    """gBCE: mean over positives (b,) of −(β ln σ(x) + Σ_negatives ln(1 − σ(x))), negatives (b, c).

    β = α(t(1 − 1/α) + 1/α) with the sampling rate α = `share` = c / (n − 1) and the calibration t: for t = 0 β is 1,
    the plain loss, for t = 1 it is α, which undoes the overconfidence that comes from sampling.
    Petrov and Macdonald (2023), "gSASRec: reducing overconfidence in sequential recommendation trained with negative
    sampling", equations 9 and 14.
    """
    beta = share * (calibration * (1 - 1 / share) + 1 / share)
    return (beta * softplus(-positive) + softplus(negative).sum(dim=-1)).mean()


def bayesian_ranking(positive: Tensor, negative: Tensor) -> Tensor:
    """BPR: mean of −ln σ(x_i − x_j) over pairs; positive (b,), negative (b, c).

    Rendle et al. (2009), "BPR: Bayesian personalized ranking from implicit feedback", BPR-OPT without its regularizer.
    """
    return -logsigmoid(positive[:, None] - negative).mean()


def bpr_max(positive: Tensor, negative: Tensor, penalty: float) -> Tensor:
    """Mean over positives (b,) of −ln Σ_j s_j σ(x_i − x_j) + λ Σ_j s_j x_j², s the softmax of the negatives (b, c).

    Hidasi and Karatzoglou (2018), "Recurrent neural networks with top-k gains for session-based recommendations",
    section 3.3.1, λ = `penalty`.
    """
    log_share = torch.log_softmax(negative, dim=1)
    ahead = torch.logsumexp(log_share + logsigmoid(positive[:, None] - negative), dim=1)
    return (penalty * (log_share.exp() * negative**2).sum(dim=1) - ahead).mean()


def softmax_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean of −ln(e^x_t / Σ_j e^x_j) over rows of logits (b, n) with targets t (b,)."""
    return cross_entropy(logits, targets)


def sampled_softmax(
    positive: Tensor, negative: Tensor, log_expected: Tensor | float, positive_log_expected: Tensor | float = 0.0
) -> Tensor:
    """Cross-entropy over the positive (b,) and sampled negatives (b, c), each logit less ln Q.

    Q is how often an item is expected among the draws: with uniform draws of c from m items, c / m. For negatives drawn
    from Q the sum of the corrected e^x estimates without bias the sum over all items. `log_expected` broadcasts against
    the negatives; a positive that is always there has ln Q = 0. Negatives that happen to be the positive should be −∞
    or `hide`-den. Bengio and Senécal (2008), "Adaptive importance sampling to accelerate training of a neural
    probabilistic language model", equation 4; Yi et al. (2019), "Sampling-bias-corrected neural modeling for large
    corpus item recommendations", equation 3, for in-batch negatives, where the positive is corrected as well.
    """
    corrected = positive - positive_log_expected
    logits = torch.cat([corrected[:, None], negative - log_expected], dim=1)  # (b, 1 + c)
    return (torch.logsumexp(logits, dim=1) - corrected).mean()


def hide(logits: Tensor, where: Tensor) -> Tensor:
    """The logits, with those `where` something is true so low that a softmax does not notice them."""
    return logits.masked_fill(where, HIDDEN)


def multinomial(logits: Tensor, counts: Tensor) -> Tensor:
    """Mean over rows of −Σ_i x_ui ln π_i, π the softmax of the logits (b, n), x the counts (b, n).

    Liang et al. (2018), "Variational autoencoders for collaborative filtering", equation 2.
    """
    return -(counts * torch.log_softmax(logits, dim=1)).sum(dim=1).mean()


def info_nce(first: Tensor, second: Tensor, temperature: float) -> Tensor:
    """Mean of −ln(e^{cos(a_u, b_u)/τ} / Σ_v e^{cos(a_u, b_v)/τ}) over rows of two views (b, d) of the same things.

    van den Oord et al. (2018), "Representation learning with contrastive predictive coding", equation 4, with cosines
    as in Wu et al. (2021), "Self-supervised graph learning for recommendation", equation 10.
    """
    logits = normalize(first, dim=1) @ normalize(second, dim=1).T / temperature  # (b, b)
    return cross_entropy(logits, torch.arange(len(logits), device=logits.device))


def squared_error(predicted: Tensor, ratings: Tensor) -> Tensor:
    """Mean of (r̂ − r)² over any shape."""
    return ((predicted - ratings) ** 2).mean()
