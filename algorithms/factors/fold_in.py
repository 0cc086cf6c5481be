"""Factors of one new user from a history, with all item factors as they are: a small convex (or nearly convex) problem.

    x = argmin Σ_n w_n ℓ(a_nᵀ x + o_n, t_n) + λ/2 ‖x‖²

over the rows a_n of a design (n, f) with offsets o, targets t and weights w, by Newton steps that are halved until
they lead downwards. For squared errors the first step is exact: it is the ridge solution.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.linalg import LinAlgError, solve
from scipy.special import expit

from bench.types import Floats

Loss = Callable[[Floats, Floats], tuple[Floats, Floats, Floats]]  # (s, t) -> ℓ, its slope in s, a curvature ≥ 0

_STEPS, _HALVINGS = 25, 30
_ENOUGH = 1e-8  # of the norm of x: a smaller step ends the search
_LEAST_PENALTY = 1e-6  # a history shorter than the factors has no unique solution without any


def squares(s: Floats, t: Floats) -> tuple[Floats, Floats, Floats]:
    """ℓ = ½ (s − t)²."""
    error = s - t
    return error * error / 2, error, np.ones_like(error)


def log_loss(s: Floats, t: Floats) -> tuple[Floats, Floats, Floats]:
    """ℓ = ln(1 + exp s) − t s: minus the log-likelihood of label t with the log-odds s."""
    chance = expit(s)
    return np.logaddexp(0, s) - t * s, chance - t, chance * (1 - chance)


def squares_of_chances(s: Floats, t: Floats) -> tuple[Floats, Floats, Floats]:
    """ℓ = ½ (σ(s) − t)², with the curvature of Gauss and Newton."""
    chance = expit(s)
    error, slope = chance - t, chance * (1 - chance)
    return error * error / 2, error * slope, slope * slope


def fold_in(loss: Loss, design: Floats, offsets: Floats, targets: Floats, weights: Floats, penalty: float) -> Floats:
    """x (f,) from design (n, f) and offsets, targets, weights (n,); zeros where n is 0."""
    x = np.zeros(design.shape[1])
    if len(design) == 0:
        return x
    design, penalty = np.asarray(design, np.float64), max(penalty, _LEAST_PENALTY)

    def cost(x: Floats) -> float:
        return float(weights @ loss(design @ x + offsets, targets)[0] + penalty / 2 * x @ x)

    now = cost(x)
    for _ in range(_STEPS):
        _, slope, curvature = loss(design @ x + offsets, targets)
        hessian = (design.T * (weights * curvature)) @ design
        hessian[np.diag_indices_from(hessian)] += penalty
        try:
            step = solve(hessian, -(design.T @ (weights * slope)) - penalty * x, assume_a="pos")
        except LinAlgError:  # rounding has made it indefinite: the factors are huge, and this is as far as we get
            break
        for _ in range(_HALVINGS):
            after = cost(x + step)
            if after <= now:
                break
            step /= 2
        else:
            break
        x, now = x + step, after
        if step @ step <= _ENOUGH**2 * (x @ x):
            break
    return x
