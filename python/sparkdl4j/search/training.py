"""Trains the trials of a batch side by side, and tells the study how they do."""

from __future__ import annotations

import queue
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sparkdl4j import errors
from sparkdl4j.search import halving, turns
from sparkdl4j.search.place import Place, Trained
from sparkdl4j.search.scores import score
from sparkdl4j.search.study import Study
from sparkdl4j.search.trial import Trial

_POLL_SECONDS = 0.1
_DIVERGED = "diverged"
_CANCELLED = "cancelled"


@dataclass(frozen=True)
class _News:
    """What a thread has to say of a fold of a trial."""

    trial: Trial
    fold: int
    until: int
    seconds: float
    outcome: Trained | Exception


@dataclass
class _Training:
    """A fold of a trial that waits for its turn.

    Args:
        reached: its last epoch so far.
        turns: after which epochs its next turns end.
    """

    trial: Trial
    fold: int
    reached: int
    turns: list[int]


class BatchTraining:
    """Trains batches of trials.

    Threads wait for Java; all else, the study too, happens in the thread that calls.

    Args:
        place: where networks are trained.
        study: is told of every report and every end.
        labels: of each fold's pictures to validate with.
        metric: by which trials are compared.
        rungs: the epochs after which trials tell how they do.
        reduction_factor: of successive halving; None for trials that all go on.
        folder: for the files of trainings that are paused.
        n_jobs: how many networks are trained at a time.
        tell: is given every line that people may want to read.
    """

    def __init__(
        self,
        place: Place,
        study: Study,
        *,
        labels: Sequence[NDArray[np.int32]],
        metric: str,
        rungs: Sequence[int],
        reduction_factor: int | None,
        folder: Path,
        n_jobs: int,
        tell: Callable[[str], None],
    ) -> None:
        self._place = place
        self._study = study
        self._labels = labels
        self._metric = metric
        self._rungs = list(rungs)
        self._reduction_factor = reduction_factor
        self._folder = folder
        self._n_jobs = n_jobs
        self._tell = tell
        self._news: queue.SimpleQueue[_News | None] = queue.SimpleQueue()
        self._cancelled = False

    def run(self, trials: Sequence[Trial]) -> None:
        """Trains them to their ends, and tells the study.

        Raises:
            KeyboardInterrupt: Ctrl-C; what has ended is in the study, and nothing is being trained any more.
        """
        for trial in trials:
            if trial.error is not None:
                self._fail(trial, trial.error)
        active = [trial for trial in trials if trial.error is None]
        if not active:
            return
        last = max(trial.epochs for trial in active)
        rungs = [rung for rung in self._rungs if rung < last]
        for stop in [*(rungs if self._reduction_factor is not None else []), last]:
            self._train(active, stop)
            active = [trial for trial in active if trial.error is None and not trial.is_over]
            if stop != last and active:
                active = self._survivors(active, stop)

    def _survivors(self, active: Sequence[Trial], rung: int) -> list[Trial]:
        assert self._reduction_factor is not None
        best = halving.survivors(self._study.values_at(rung), self._metric, self._reduction_factor)
        for trial in active:
            if trial.number not in best:
                self._study.prune(trial.number, trial.details())
                self._forget(trial)
                self._tell(f"{_name(trial)}: ended after epoch {rung}: others are better ({_described(trial)})")
        return [trial for trial in active if trial.number in best]

    def _train(self, trials: Sequence[Trial], stop: int) -> None:
        """Trains all until an epoch, or to their ends."""
        waiting = self._waiting(trials, stop)
        missing = workers = min(self._n_jobs, len(waiting))
        if not workers:
            return
        with ThreadPoolExecutor(workers, thread_name_prefix="sparkdl4j-trial") as pool:
            for _ in range(workers):
                pool.submit(self._work, waiting)
            try:
                while missing:
                    self._place.check()
                    try:
                        news = self._news.get(timeout=_POLL_SECONDS)
                    except queue.Empty:
                        continue
                    if news is None:
                        missing -= 1
                    else:
                        self._take(news)
            except BaseException:
                self._cancelled = True
                self._place.cancel()
                raise

    def _waiting(self, trials: Sequence[Trial], stop: int) -> deque[_Training]:
        """What is to be trained until an epoch, each with its turns."""
        left = [(trial, fold) for trial in trials for fold in range(len(trial.folds)) if not trial.folds[fold].is_over]
        shared = turns.shared(len(left), self._n_jobs)
        parts = turns.parts(shared, self._n_jobs)
        waiting: deque[_Training] = deque()
        for place, (trial, fold) in enumerate(left):
            count = parts if place >= len(left) - shared else 1
            reached = trial.folds[fold].reached
            waiting.append(_Training(trial, fold, reached, turns.ends(reached, min(stop, trial.epochs), count)))
        return waiting

    def _work(self, waiting: deque[_Training]) -> None:
        """Trains what waits, in a thread of the pool."""
        try:
            while (training := _next(waiting)) is not None:
                if self._take_turn(training):
                    waiting.append(training)
        finally:
            self._news.put(None)

    def _take_turn(self, training: _Training) -> bool:
        """Trains a turn; whether there is another one."""
        trial, fold = training.trial, training.fold
        end = training.turns.pop(0)
        for until in [*(rung for rung in self._rungs if training.reached < rung < end), end]:
            if self._cancelled or trial.error is not None:
                return False
            start = time.perf_counter()
            outcome: Trained | Exception
            try:
                outcome = self._place.train(
                    {**trial.request, "trial": trial.number, "until_epoch": until},
                    fold,
                    self._file(trial, fold),
                    resumes=training.reached > 0,
                )
            except Exception as problem:
                outcome = problem
            self._news.put(_News(trial, fold, until, time.perf_counter() - start, outcome))
            training.reached = until
            if not isinstance(outcome, Trained) or not outcome.is_paused:
                return False
        return bool(training.turns)

    def _take(self, news: _News) -> None:
        trial, progress = news.trial, news.trial.folds[news.fold]
        progress.seconds += news.seconds
        if trial.error is not None:
            return
        problem = self._problem(news, trial)
        if problem is not None:
            self._fail(trial, problem)
            return
        assert isinstance(news.outcome, Trained)
        if news.outcome.summary["reason"] == _CANCELLED:
            return
        progress.history = news.outcome.summary["history"]
        progress.kept_epoch = int(news.outcome.summary["kept_epoch"])
        progress.is_over = not news.outcome.is_paused
        progress.reached = len(progress.history) if progress.is_over else news.until
        if progress.is_over:
            self._file(trial, news.fold).unlink(missing_ok=True)
        if self._is_scored(news, news.outcome):
            progress.scores[progress.reached] = self._score(news, news.outcome)
            self._report(trial, news.until)

    def _fail(self, trial: Trial, problem: errors.SparkDl4jError) -> None:
        trial.error = problem
        self._study.fail(trial.number, trial.details())
        self._forget(trial)
        self._tell(f"{_name(trial)}: failed: {problem} ({_described(trial)})")

    def _report(self, trial: Trial, epoch: int) -> None:
        value = trial.score_at(epoch)
        if value is None:
            return
        if not trial.is_over:
            self._study.report(trial.number, epoch, value)
            self._tell(f"{_name(trial)}: {self._metric} {value:.4f} after epoch {epoch}")
            return
        for rung in self._rungs:
            # Of folds that ended before a rung that others had passed, or of a trial that ended early.
            earlier = trial.score_at(rung)
            if rung < trial.epochs and earlier is not None:
                self._study.report(trial.number, rung, earlier)
        self._study.report(trial.number, max(fold.reached for fold in trial.folds), value)
        self._study.complete(trial.number, value, trial.details())
        self._tell(f"{_name(trial)}: {self._metric} {value:.4f} ({_described(trial)})")

    def _is_scored(self, news: _News, trained: Trained) -> bool:
        """Whether this is more than the end of a turn: what a study is told depends on no number of processors."""
        return not trained.is_paused or news.until in self._rungs

    def _score(self, news: _News, trained: Trained) -> float:
        return score(self._metric, self._labels[news.fold], trained.probabilities)

    def _problem(self, news: _News, trial: Trial) -> errors.SparkDl4jError | None:
        """Why a trial has failed, if it has."""
        outcome = news.outcome
        if isinstance(outcome, errors.SparkDl4jError):
            # What was cancelled on Spark ends with an error there.
            return None if self._cancelled else outcome
        if isinstance(outcome, Exception):
            return errors.error("INTERNAL", f"a trial failed unexpectedly: {outcome!r}; please report it")
        if outcome.summary["reason"] == _DIVERGED:
            epoch, step = outcome.summary["epoch"], outcome.summary["step"]
            return errors.error(
                "TRAINING_DIVERGED",
                f"the loss became NaN or infinite in epoch {epoch}, minibatch {step}",
                epoch=epoch,
                step=step,
            )
        if self._is_scored(news, outcome) and np.isnan(self._score(news, outcome)):
            return errors.error(
                "DATA_LABELS",
                f"{self._metric} is not defined for these validation pictures and what is predicted of them: choose "
                "another metric, or have pictures of every class in every fold",
            )
        return None

    def _file(self, trial: Trial, fold: int) -> Path:
        return self._folder / f"{trial.number}-{fold}.zip"

    def _forget(self, trial: Trial) -> None:
        for fold in range(len(trial.folds)):
            self._file(trial, fold).unlink(missing_ok=True)


def _next(waiting: deque[_Training]) -> _Training | None:
    try:
        return waiting.popleft()
    except IndexError:
        return None


def _name(trial: Trial) -> str:
    return f"trial {trial.number}"


def _described(trial: Trial) -> str:
    return ", ".join(f"{name}={value}" for name, value in trial.params.items())
