"""Which setting to try next: optuna's tree-structured Parzen estimator over what has been tried so far.

Bergstra, Bardenet, Bengio and Kégl (2011), "Algorithms for hyper-parameter optimization", section 4. What is proposed
depends on the seed and on the earlier trials alone, so a search that was killed goes on as if nothing had happened.
"""

from __future__ import annotations

from typing import Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState, create_trial

from bench.records import digest
from bench.tuning.space import Range, Space, holds
from bench.tuning.trials import Trial

STARTUP = 8  # trials that guide none and are not pruned
_TRIES = 50  # proposals after which a setting that was not tried before is thought not to exist
_STATES = {"ok": TrialState.COMPLETE, "pruned": TrialState.PRUNED}
_FEWEST = 10  # values for which it can be said what made them good

optuna.logging.set_verbosity(optuna.logging.ERROR)


class Study:
    """The trials in one space; `larger` says whether a larger value is better."""

    def __init__(self, space: Space, seed: int, larger: bool) -> None:
        self._space, self._seed = space, seed
        self._distributions = {name: _distribution(one) for name, one in space.items()}
        pruner = optuna.pruners.MedianPruner(n_startup_trials=STARTUP, n_warmup_steps=1)
        self._study = optuna.create_study(direction="maximize" if larger else "minimize", pruner=pruner)
        self._tried: list[dict[str, Any]] = []
        self._asked: optuna.Trial | None = None

    def propose(self) -> dict[str, Any] | None:
        """A setting that was not tried before; None where there seems to be none."""
        for attempt in range(_TRIES):
            seed = int(digest([self._seed, len(self._tried), attempt])[:8], 16)
            guided = attempt < _TRIES // 2
            kind = optuna.samplers.TPESampler(n_startup_trials=STARTUP, seed=seed)
            self._study.sampler = kind if guided else optuna.samplers.RandomSampler(seed=seed)
            asked = self._study.ask(self._distributions)
            if dict(asked.params) not in self._tried:
                self._asked = asked
                return dict(asked.params)
            self._study.tell(asked, state=TrialState.FAIL)
        return None

    def hopeless(self, epoch: int, value: float) -> bool:
        """Whether the setting proposed last is, at its best, worse after an epoch than half of the others were."""
        if self._asked is None:
            return False
        self._asked.report(value, epoch)
        return self._asked.should_prune()

    def add(self, trial: Trial) -> None:
        """Take in a trial. One outside the space (the defaults may be), or without a value, guides nobody."""
        self._tried.append(trial.params)
        if self._asked is not None:
            self._study.tell(self._asked, state=TrialState.FAIL)  # what became of it is in `trial`
            self._asked = None
        inside = all(holds(one, trial.params[name]) for name, one in self._space.items())
        if trial.status in _STATES and trial.value is not None and inside:
            self._study.add_trial(
                create_trial(
                    state=_STATES[trial.status],
                    value=trial.value,
                    params=trial.params,
                    distributions=self._distributions,
                    intermediate_values=dict(trial.steps),
                )
            )

    def importance(self) -> dict[str, float]:
        """How much of what sets good settings apart each parameter explains, in shares; empty for too few trials.

        Watanabe, Bansal and Hutter (2023), "PED-ANOVA: efficiently quantifying hyperparameter importance in arbitrary
        subspaces", equation 16.
        """
        complete = self._study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        if len(complete) < _FEWEST or len({trial.value for trial in complete}) == 1:
            return {}
        how = optuna.importance.PedAnovaImportanceEvaluator()
        found = optuna.importance.get_param_importances(self._study, evaluator=how)
        return {name: round(share, 4) for name, share in found.items()}


def _distribution(one: Range) -> BaseDistribution:
    if "choices" in one:
        return CategoricalDistribution(one["choices"])
    kind = IntDistribution if one["integer"] else FloatDistribution
    return kind(one["low"], one["high"], log=one["log"])
