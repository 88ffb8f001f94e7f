"""Search: the parameters with which a classifier does best."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparkdl4j import errors, options
from sparkdl4j import network as networks
from sparkdl4j.classifier import ConvNetClassifier
from sparkdl4j.dataset import ImageDataset
from sparkdl4j.evaluation import Evaluation
from sparkdl4j.labelled_pictures import labelled, weighted, with_classes
from sparkdl4j.search import candidates, halving, results, scores
from sparkdl4j.search.folds import Folds
from sparkdl4j.search.one_machine import OneMachine
from sparkdl4j.search.place import Place
from sparkdl4j.search.space import Space
from sparkdl4j.search.study import Sampling, Study, require_optuna
from sparkdl4j.search.training import BatchTraining
from sparkdl4j.search.trial import FoldProgress, Trial

if TYPE_CHECKING:
    import pandas as pd

_GRID = "grid"
_TPE = "tpe"
_HALVING = "halving"
_NONE = "none"
# Pictures whose pixels tell whether a study goes on with the same ones.
_LOOKED_AT = 256


class Search:
    """Tries sets of parameters of a classifier, and trains it with the best.

    Trials are trained side by side, each network by one thread: on the processors of this machine, or as tasks of a
    Spark cluster, whose executors need the jar and no Python. Optuna chooses parameters in batches. The same seed gives
    the same trials with the same scores, on one machine and on Spark, however often the search was interrupted; with
    the sampler "tpe" it does for the same `n_jobs` and `n_trials`.

    ```python
    search = Search(ConvNetClassifier("landscape"), {
        "network__dense1__units": (50, 400),                 # whole numbers, both ends included
        "learning_rate": (1e-4, 1e-2, "log"),                # numbers, evenly on a logarithmic scale
        "batch_size": {"low": 32, "high": 128, "step": 32},  # what TOML can write, too
        "updater": ["adam", "nesterov"],                     # categories
    }).fit(images)
    search.best_params_, search.best_score_, search.best_estimator_.predict(others)
    ```

    Args:
        estimator: a `ConvNetClassifier`; it stays as it is. Of its `callbacks`, `EarlyStopping` and
            `ReduceLearningRateOnPlateau` count in trials, all in the last training.
        space: parameters by name, as `set_params` takes them: those of the classifier, `network__width` of a network of
            your own, `network__dense1__units` of a layer, `augmentation__shift`.
        n_trials: how many sets; None: 13, of a grid all.
        sampler: "tpe" (Bergstra et al., Algorithms for Hyper-Parameter Optimization, 2011), "random" or "grid".
        pruner: "halving": trials that fall behind end after a ninth or a third of their epochs; or None.
        reduction_factor: between two rungs of "halving": by how much epochs grow and trials become fewer.
        metric: what trials are compared by: "accuracy", "balanced_accuracy", "precision", "recall", "f1", "log_loss",
            "roc_auc", and others that `Evaluation` has. Larger is better, but for losses and errors.
        validation: the share of the pictures that trials are compared by, stratified; or such pictures apart, as
            `ImageDataset` or (X, y). They also decide which epoch of a trial counts, as the classifier's `keep` says.
        cv: how many folds, or pairs of index arrays, in place of `validation`.
        n_jobs: how many networks are trained side by side; 0: as there are processors, on Spark as it runs tasks.
        seed: of sampler, `validation` and `cv`.
        study: an SQLite file to keep the study in, which is gone on with where it is there; None keeps it in memory.
        spark: a Spark session whose executors train; None trains in this process.
        refit: whether to train the best parameters on all pictures in the end, on this machine.
        verbose: say on standard error how trials do.

    Attributes:
        best_params_: of the best trial.
        best_score_: its metric; the mean of the folds.
        best_index_: its number.
        best_estimator_: trained with these parameters on all pictures.
        cv_results_: as scikit-learn's searches have them.
        trials_: the trials that have ended, as `TrialResult`.
        study_: Optuna's own study.
        n_splits_: how many folds.
    """

    def __init__(
        self,
        estimator: ConvNetClassifier,
        space: Mapping[str, Any],
        *,
        n_trials: int | None = None,
        sampler: str = options.default("search", "sampler"),
        pruner: str | None = None,
        reduction_factor: int = options.default("search", "reduction_factor"),
        metric: str = options.default("search", "metric"),
        validation: float | ImageDataset | tuple[ArrayLike, ArrayLike] | None = None,
        cv: Any = None,
        n_jobs: int = options.default("search", "n_jobs"),
        seed: int = options.default("search", "seed"),
        study: str | os.PathLike[str] | None = None,
        spark: Any = None,
        refit: bool = True,
        verbose: bool = True,
    ) -> None:
        self.estimator = estimator
        self.space = space
        self.n_trials = n_trials
        self.sampler = sampler
        self.pruner = pruner
        self.reduction_factor = reduction_factor
        self.metric = metric
        self.validation = validation
        self.cv = cv
        self.n_jobs = n_jobs
        self.seed = seed
        self.study = study
        self.spark = spark
        self.refit = refit
        self.verbose = verbose

    # ------------------------------------------------------------------ searching

    def fit(
        self,
        X: ArrayLike | ImageDataset,
        y: ArrayLike | None = None,
        *,
        sample_weight: ArrayLike | None = None,
        groups: ArrayLike | bool | None = None,
    ) -> Search:
        """Searches, and trains the best.

        Ctrl-C ends it at once: the attributes then tell of the trials that have ended, and with a `study` file another
        `fit`, in another process too, goes on.

        Args:
            X, y, sample_weight: as `ConvNetClassifier.fit` takes them.
            groups: groups of pictures (patients, say) that are kept together in `validation` and `cv`; None for those
                of the data set where it has any, as `ImageDataset.split` takes them.

        Raises:
            ParameterError: SEARCH_SPACE, with all that is wrong with the space; PARAMETER_TYPE, PARAMETER_RANGE,
                PARAMETER_CONFLICT; before anything is trained.
            DataError, NetworkError: likewise.
            FileError: STUDY_MISMATCH for a study of another search; FILE_UNWRITABLE.
            TrainingError: SEARCH_FAILED when all trials have failed.
            JvmError: EXTRA_MISSING without Optuna.
            SparkError: SPARK_SESSION.
        """
        checked = self._checked_options()
        require_optuna()
        space = Space.of(self.space, is_grid=checked["sampler"] == _GRID)
        given = self._checked_estimator()
        _require_epochs(given, space)
        data = given.prepared(weighted(labelled(X, y, "X"), sample_weight))
        estimator = candidates.with_known_network(given, space.parameters, data)
        scores.check(checked["metric"], len(data.classes))
        folds = self._folds(data, groups, checked["seed"])
        space.check(estimator, folds.pictures(0)[0])
        n_trials = _trials(checked.get("n_trials"), space, is_grid=checked["sampler"] == _GRID)
        with self._place(folds) as place, tempfile.TemporaryDirectory(prefix="sparkdl4j-search-") as folder:
            n_jobs = checked["n_jobs"] or place.slots
            is_tpe = checked["sampler"] == _TPE
            sampling = Sampling(checked["sampler"], checked["seed"], n_jobs if is_tpe else n_trials)
            study = Study(
                self.study,
                self._about(checked, space, estimator, folds, sampling),
                space,
                checked["metric"],
                sampling,
            )
            self.study_ = study.optuna
            self.n_splits_ = len(folds)
            training = BatchTraining(
                place,
                study,
                labels=[folds.labels(fold) for fold in range(len(folds))],
                metric=checked["metric"],
                rungs=halving.rungs(_most_epochs(estimator, space), checked["reduction_factor"]),
                reduction_factor=checked["reduction_factor"] if checked["pruner"] == _HALVING else None,
                folder=Path(folder),
                n_jobs=n_jobs,
                tell=self._tell,
            )
            try:
                while labels := study.batch(n_trials):
                    training.run(
                        [
                            _trial(number, space.values(of_trial), estimator, data, len(folds))
                            for number, of_trial in labels.items()
                        ]
                    )
                    if _all_failed(results.of(study, space), at_least=max(_TRIED_AT_LEAST, n_jobs)):
                        break
            finally:
                self._adopt(results.of(study, space), checked["metric"], len(folds))
        if not hasattr(self, "best_params_"):
            raise _failed(self.trials_)
        self._tell(f"best: trial {self.best_index_}: {checked['metric']} {self.best_score_:.4f} ({self.best_params_})")
        if self.refit:
            best = candidates.of(estimator, self.best_params_)
            self.best_estimator_ = best.fit(data, validation_data=folds.apart)
        return self

    # ------------------------------------------------------------------ results

    @property
    def classes_(self) -> NDArray[Any]:
        """The classes of the best classifier."""
        return self._best().classes_

    def predict(self, X: ArrayLike | ImageDataset) -> NDArray[Any]:
        """What the best classifier predicts, (n,)."""
        return self._best().predict(X)

    def predict_proba(self, X: ArrayLike | ImageDataset) -> NDArray[np.float32]:
        """The probabilities that the best classifier gives, (n, classes)."""
        return self._best().predict_proba(X)

    def evaluate(self, X: ArrayLike | ImageDataset, y: ArrayLike | None = None) -> Evaluation:
        """Confusion matrix and metrics of the best classifier on labelled pictures."""
        return self._best().evaluate(X, y)

    def score(self, X: ArrayLike | ImageDataset, y: ArrayLike | None = None) -> float:
        """The search's metric of the best classifier on labelled pictures."""
        evaluation = self._best().evaluate(X, y)
        labels = np.asarray(evaluation.actual, dtype=np.int32)
        return scores.score(self.metric, labels, np.asarray(evaluation.probabilities, dtype=np.float32))

    def to_frame(self) -> pd.DataFrame:
        """One row a trial: number, state, score, parameters, epochs, seconds, error.

        Raises:
            JvmError: EXTRA_MISSING without pandas.
        """
        try:
            import pandas as pd
        except ImportError:
            raise errors.missing_extra("pandas", "report") from None
        return pd.DataFrame(results.rows(self._ended()))

    def write_report(self, path: str | os.PathLike[str], *, title: str = "Search") -> None:
        """Writes a page of HTML, in one file that needs no other: the trials, and Optuna's plots where plotly is there.

        Raises:
            FileError: FILE_UNWRITABLE.
        """
        from sparkdl4j import atomic_file
        from sparkdl4j.search import page

        text = page.of(self._ended(), self.metric, self.study_, title)
        atomic_file.write(Path(path), text.encode("utf-8"))

    def write_tensorboard(self, folder: str | os.PathLike[str]) -> None:
        """Writes a run of TensorBoard's a trial, which its page HParams compares.

        Raises:
            JvmError: EXTRA_MISSING without tensorboard.
            FileError: FILE_UNWRITABLE.
        """
        from sparkdl4j.search import tensorboard

        tensorboard.write(Path(folder), self._ended(), self.metric)

    # ------------------------------------------------------------------ parts

    def _checked_options(self) -> dict[str, Any]:
        given = {
            "sampler": self.sampler,
            "pruner": _NONE if self.pruner is None else self.pruner,
            "reduction_factor": self.reduction_factor,
            "metric": self.metric,
            "n_jobs": self.n_jobs,
            "seed": self.seed,
            **({} if self.n_trials is None else {"n_trials": self.n_trials}),
        }
        return {name: options.check("search", name, value) for name, value in given.items()}

    def _checked_estimator(self) -> ConvNetClassifier:
        if isinstance(self.estimator, ConvNetClassifier):
            return self.estimator
        raise errors.error(
            "PARAMETER_TYPE",
            "estimator must be a sparkdl4j.ConvNetClassifier (with spark=session its trials run on Spark), but is of "
            f"type {type(self.estimator).__name__}",
            parameter="estimator",
        )

    def _folds(self, data: ImageDataset, groups: ArrayLike | bool | None, seed: int) -> Folds:
        validation = self.validation
        if self.cv is not None and validation is not None:
            raise errors.error("PARAMETER_CONFLICT", "validation and cv are both given: leave one out", parameter="cv")
        apart: float | ImageDataset | None = None
        if validation is None:
            apart = options.default("search", "validation")
        elif isinstance(validation, (ImageDataset, tuple)):
            given = labelled(*validation, "validation") if isinstance(validation, tuple) else validation
            apart = with_classes(self.estimator.prepared(given), data.classes, "validation")
            if apart.image_shape != data.image_shape:
                raise errors.error(
                    "DATA_SHAPE",
                    f"validation has pictures of {apart.image_shape}, but the training data {data.image_shape}",
                    parameter="validation",
                )
        else:
            apart = options.check("search", "validation", validation)
        return Folds.of(data, validation=apart, cv=self.cv, groups=groups, seed=seed)

    def _place(self, folds: Folds) -> Place:
        if self.spark is None:
            return OneMachine(folds)
        from sparkdl4j.search.cluster import Cluster

        return Cluster(folds, self.spark)

    def _about(
        self, checked: Mapping[str, Any], space: Space, estimator: ConvNetClassifier, folds: Folds, sampling: Sampling
    ) -> dict[str, Any]:
        """What must be the same of a study that goes on."""
        given = estimator.get_params(deep=False)
        request = estimator.trial_request(folds.pictures(0)[0])
        return {
            "the space": space.to_json(),
            "the sampler": checked["sampler"],
            "the pruner": checked["pruner"],
            "the reduction_factor": checked["reduction_factor"],
            "the metric": checked["metric"],
            "the seed": checked["seed"],
            "n_jobs": sampling.together if checked["sampler"] == _TPE else None,
            "the validation": folds.description,
            "the pictures": _fingerprint(folds),
            "the network": _network(given["network"]),
            "the classifier's": {name: request[name] for name in sorted(request) if name not in ("network", "image")},
        }

    def _adopt(self, ended: list[results.TrialResult], metric: str, folds: int) -> None:
        for name in ("best_params_", "best_score_", "best_index_", "best_estimator_"):
            self.__dict__.pop(name, None)
        self.trials_ = ended
        self.cv_results_ = results.cv_results(ended, metric, folds)
        best = results.best(ended, metric)
        if best is not None:
            self.best_params_ = dict(best.params)
            self.best_score_ = best.score
            self.best_index_ = ended.index(best)

    def _ended(self) -> list[results.TrialResult]:
        if not hasattr(self, "trials_"):
            raise errors.error("NOT_FITTED", "this Search has not searched yet: call fit first")
        return self.trials_

    def _best(self) -> ConvNetClassifier:
        if not hasattr(self, "best_estimator_"):
            raise errors.error("NOT_FITTED", "this Search has no best classifier yet: call fit first, with refit=True")
        return self.best_estimator_

    def _tell(self, line: str) -> None:
        if self.verbose:
            print(line, file=sys.stderr, flush=True)


# Failures of so many trials, and no success, end a search.
_TRIED_AT_LEAST = 3


def _trial(
    number: int, params: Mapping[str, Any], estimator: ConvNetClassifier, data: ImageDataset, folds: int
) -> Trial:
    progress = [FoldProgress() for _ in range(folds)]
    try:
        request = candidates.of(estimator, params).trial_request(data)
    except errors.SparkDl4jError as problem:
        # Values that are allowed one by one need not fit together.
        return Trial(number, params, {"training_options": {"epochs": 1}}, progress, error=problem)
    return Trial(number, params, request, progress)


def _trials(given: int | None, space: Space, *, is_grid: bool) -> int:
    if is_grid:
        most = space.combinations()
        return most if given is None else min(most, given)
    default: int = options.default("search", "n_trials")
    return default if given is None else given


def _require_epochs(estimator: ConvNetClassifier, space: Space) -> None:
    """Trials are compared after epochs whose numbers are known before: 0 leaves them to the pictures."""
    searched = space.parameters.get("epochs")
    if 0 in ([estimator.epochs] if searched is None else searched.probes()):
        raise errors.error(
            "PARAMETER_CONFLICT",
            "a search compares trials after numbers of epochs that it knows before: give epochs, which are 0",
            parameter="epochs",
        )


def _most_epochs(estimator: ConvNetClassifier, space: Space) -> int:
    searched = space.parameters.get("epochs")
    return max(searched.probes()) if searched is not None else estimator.epochs


def _all_failed(ended: list[results.TrialResult], at_least: int) -> bool:
    return len(ended) >= at_least and all(one.state == results.FAILED for one in ended)


def _failed(ended: list[results.TrialResult]) -> errors.SparkDl4jError:
    first = next((one for one in ended if one.error), None)
    reason = "" if first is None else f"; the first: {first.error} ({dict(first.params)})"
    return errors.error(
        "SEARCH_FAILED",
        f"all {len(ended)} trials have failed{reason}",
        failures=[{"params": dict(one.params), "error": one.error} for one in ended],
    )


def _fingerprint(folds: Folds) -> str:
    """The same for the same pictures, as far as a quick look tells."""
    digest = hashlib.sha256()
    for data in (folds.data, folds.apart):
        if data is None:
            continue
        digest.update(repr((len(data), data.image_shape, [str(name) for name in data.classes])).encode())
        digest.update(data.required_labels().tobytes())
        if data.weights is not None:
            digest.update(data.weights.tobytes())
        for position in np.unique(np.linspace(0, len(data) - 1, _LOOKED_AT).astype(np.int64)):
            digest.update(np.ascontiguousarray(data[int(position)]).tobytes())
    return digest.hexdigest()


def _network(network: Any) -> Any:
    return network if network == networks.AUTO else networks.network(network).to_dict()
