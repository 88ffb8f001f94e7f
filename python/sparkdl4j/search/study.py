"""The study of a search: Optuna's, in memory or in an SQLite file, sampled so that a seed gives the same again."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sparkdl4j import atomic_file, errors
from sparkdl4j.search.parameter import Value
from sparkdl4j.search.scores import larger_is_better
from sparkdl4j.search.space import Space

if TYPE_CHECKING:
    import optuna

_NAME = "sparkdl4j"
_ABOUT = "sparkdl4j"
_GRID = "grid"
_TPE = "tpe"
# Trials that are drawn at random before earlier ones say where to look; Optuna's 10 would leave 3 of 13.
_STARTUP = 5
_SEED_STEP = 1_000_003
_LARGEST_SEED = 2**32
_LONGEST_VALUE = 200


@dataclass(frozen=True)
class Sampling:
    """How a study chooses parameters.

    Args:
        sampler: "tpe", "random" or "grid".
        seed: of the sampler.
        together: how many trials are chosen before the first of them has ended; what would be left over in the end is
            chosen with the last ones.
    """

    sampler: str
    seed: int
    together: int


class Study:
    """The trials of a search, as Optuna keeps them.

    Every trial is sampled by a sampler of its own, seeded by the study's seed and the trial's number: so it depends on
    these, and on the trials that had ended before its batch, and not on when the study was interrupted.

    Args:
        path: an SQLite file, which is made where it is missing; None for a study in memory.
        about: what must be the same of a study that goes on, by names for people.
        space: the parameters.
        metric: by which trials are compared.
        sampling: how parameters are chosen.

    Raises:
        JvmError: EXTRA_MISSING without Optuna.
        FileError: FILE_UNWRITABLE; STUDY_MISMATCH for a file that is no study, or one of another search.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None,
        about: Mapping[str, Any],
        space: Space,
        metric: str,
        sampling: Sampling,
    ) -> None:
        self._space = space
        self._sampling = sampling
        self._running: dict[int, optuna.Trial] = {}
        with _quiet():
            self.optuna = _opened(path, metric)
            known = self.optuna.user_attrs.get(_ABOUT)
            if known is None and self.optuna.trials:
                raise _mismatch(path, "is a study that no search of sparkdl4j has made")
            if known is None:
                self.optuna.set_user_attr(_ABOUT, json.dumps(about))
            else:
                _require_same(path, json.loads(known), json.loads(json.dumps(about)))

    @property
    def trials(self) -> list[optuna.trial.FrozenTrial]:
        """All trials, in the order of their numbers."""
        return self.optuna.get_trials(deepcopy=False)

    def batch(self, n_trials: int) -> dict[int, dict[str, Value]]:
        """The next trials to train, by number, with the labels of their parameters; empty when all have ended.

        Those that an interrupted search has left come first. Whoever takes a batch ends it before the next one.
        """
        import optuna

        running = [one for one in self.trials if one.state == optuna.trial.TrialState.RUNNING]
        for one in running:
            self._running.setdefault(one.number, optuna.trial.Trial(self.optuna, one._trial_id))
        asked = len(self.trials)
        together = self._sampling.together
        # A batch that was interrupted while it was chosen is chosen to its end.
        is_begun = bool(running) or asked % together > 0
        end = -(-asked // together) * together if is_begun and asked else asked + together
        # What is left over would not fill a round of its own.
        if self._sampling.sampler != _TPE or n_trials - end < together:
            end = n_trials
        with _quiet():
            for number in range(asked, min(end, n_trials)):
                self.optuna.sampler = self._sampler(number)
                trial = self.optuna.ask(self._space.distributions())
                self._running[trial.number] = trial
            # The grid's own would stop an optimisation that is none when its last trial ends.
            self.optuna.sampler = optuna.samplers.RandomSampler(seed=self._sampling.seed)
        wanted = {one.number for one in running} | set(range(asked, min(end, n_trials)))
        return {one.number: dict(one.params) for one in self.trials if one.number in wanted}

    def report(self, number: int, epoch: int, score: float) -> None:
        """Notes how a trial does after an epoch."""
        if epoch not in self.optuna.get_trials(deepcopy=False)[number].intermediate_values:
            self._running[number].report(score, epoch)

    def values_at(self, epoch: int) -> dict[int, float]:
        """What was reported after an epoch, by number, of the trials that have not failed."""
        import optuna

        return {
            one.number: one.intermediate_values[epoch]
            for one in self.trials
            if epoch in one.intermediate_values and one.state != optuna.trial.TrialState.FAIL
        }

    def complete(self, number: int, score: float, details: Mapping[str, Any]) -> None:
        """Ends a trial with its score."""
        self._end(number, details, score)

    def prune(self, number: int, details: Mapping[str, Any]) -> None:
        """Ends a trial that has fallen behind."""
        import optuna

        self._end(number, details, state=optuna.trial.TrialState.PRUNED)

    def fail(self, number: int, details: Mapping[str, Any]) -> None:
        """Ends a trial that has failed."""
        import optuna

        self._end(number, details, state=optuna.trial.TrialState.FAIL)

    def _end(self, number: int, details: Mapping[str, Any], score: float | None = None, state: Any = None) -> None:
        trial = self._running.pop(number)
        trial.set_user_attr(_ABOUT, json.dumps(details))
        with _quiet():
            self.optuna.tell(trial, score, state)

    def _sampler(self, number: int) -> Any:
        import optuna

        seed = (self._sampling.seed * _SEED_STEP + number) % _LARGEST_SEED
        if self._sampling.sampler == _GRID:
            return optuna.samplers.GridSampler(self._space.grid(), seed=seed)
        if self._sampling.sampler == _TPE:
            # Trials of one batch keep away from each other.
            return optuna.samplers.TPESampler(seed=seed, n_startup_trials=_STARTUP, constant_liar=True)
        return optuna.samplers.RandomSampler(seed=seed)


def details(trial: optuna.trial.FrozenTrial) -> dict[str, Any]:
    """What was noted when a trial ended."""
    noted: dict[str, Any] = json.loads(trial.user_attrs.get(_ABOUT, "{}"))
    return noted


def require_optuna() -> None:
    """Makes sure that Optuna is there.

    Raises:
        JvmError: EXTRA_MISSING.
    """
    try:
        import optuna  # noqa: F401
    except ImportError:
        raise errors.missing_extra("optuna", "search") from None


def _opened(path: str | os.PathLike[str] | None, metric: str) -> optuna.Study:
    import optuna
    from optuna.study import StudyDirection
    from sqlalchemy.exc import SQLAlchemyError

    direction = StudyDirection.MAXIMIZE if larger_is_better(metric) else StudyDirection.MINIMIZE
    if path is None:
        return optuna.create_study(study_name=_NAME, direction=direction)
    file = Path(path)
    atomic_file.check_folder(file.parent)
    if file.is_dir():
        raise errors.error("FILE_UNWRITABLE", f"cannot write {file}: it is a folder", path=str(file))
    try:
        storage = optuna.storages.RDBStorage(f"sqlite:///{file.absolute()}")
        # Of another direction, it has other metrics, too, and is refused for that.
        return optuna.create_study(study_name=_NAME, storage=storage, direction=direction, load_if_exists=True)
    except (SQLAlchemyError, RuntimeError, ValueError) as problem:
        sentence = str(problem).split("\n", 1)[0]
        raise _mismatch(path, f"cannot be used as a study of Optuna's ({sentence})") from None


def _require_same(path: Any, before: Mapping[str, Any], now: Mapping[str, Any], within: str = "") -> None:
    for name in dict.fromkeys([*now, *before]):
        earlier, later = before.get(name), now.get(name)
        if earlier == later:
            continue
        shown = f"{within} {name}".strip()
        if isinstance(earlier, dict) and isinstance(later, dict):
            _require_same(path, earlier, later, shown)
        raise _mismatch(path, f"was made with {shown} {_short(earlier)}, and not with {_short(later)}")


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "…"


def _mismatch(path: Any, what: str) -> errors.SparkDl4jError:
    return errors.error(
        "STUDY_MISMATCH",
        f"the study file {path} {what}: search as it was made, or name another file",
        path=None if path is None else os.fspath(path),
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Without Optuna's own words on standard error."""
    import optuna

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(before)
