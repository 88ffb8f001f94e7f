"""What a classifier does once it is fitted: predictions, evaluation, explanations, and its file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparkdl4j import errors, sample_weights
from sparkdl4j.dataset import ImageDataset
from sparkdl4j.evaluation import Evaluation, Threshold
from sparkdl4j.history import History
from sparkdl4j.image_options import ImageOptions
from sparkdl4j.labelled_pictures import labelled, listed, with_classes
from sparkdl4j.network import Network
from sparkdl4j.preprocessing import picture_steps
from sparkdl4j.scaler import StandardScaler
from sparkdl4j.scikit_learn import PictureClassifier

if TYPE_CHECKING:
    from sparkdl4j.jvm.models import Model

PREDICTION_BATCH = 256


class FittedClassifier(PictureClassifier):
    """Base of the classifier, with all that needs its trained model and nothing of how it is trained."""

    def predict_proba(self, X: ArrayLike | ImageDataset) -> NDArray[np.float32]:
        """Probabilities, (n, classes), columns in the order of `classes_`."""
        model = self._fitted_model()
        data = self._pictures(X)
        return model.predict(data, classes=len(self.classes_), batch_size=PREDICTION_BATCH)

    def predict(self, X: ArrayLike | ImageDataset, *, threshold: float | Threshold | None = None) -> NDArray[Any]:
        """The most probable class of each picture, (n,).

        Args:
            X: pictures.
            threshold: of two classes: from which probability on a picture is of the positive class; as a number that
                of the second class, or what `Evaluation.threshold` gave, which names its class. It is no part of the
                model file.

        Raises:
            ParameterError: PARAMETER_CONFLICT for a threshold where there are not two classes.
        """
        if threshold is None:
            best = np.argmax(self.predict_proba(X), axis=1)
        else:
            positive = self._positive(threshold)
            is_taken = self.predict_proba(X)[:, positive] >= float(threshold)
            best = np.where(is_taken, positive, 1 - positive)
        classes: NDArray[Any] = self.classes_[best]
        return classes

    def saliency(
        self,
        X: ArrayLike | ImageDataset,
        classes: ArrayLike | None = None,
        *,
        layer: str | None = None,
    ) -> NDArray[np.float32]:
        """Where in pictures the network sees a class: Grad-CAM (Selvaraju et al., 2017, section 3).

        DL4J computes it, some pictures a second: it is for the few that are looked at.

        Args:
            X: pictures, as `predict_proba` takes them.
            classes: (n,) the class to look for in each picture, or one for all; None for the predicted ones.
            layer: the layer whose maps are weighted, as `summary` names it, such as "layer3" for one without a name;
                None for the last maps of the size that the last convolution makes.

        Returns:
            (n, height, width) from 0 to 1: of every picture the largest is 1, or all are 0 when nothing speaks for the
            class.

        Raises:
            DataError: DATA_SHAPE; DATA_LABELS for an unknown class.
            ParameterError: PARAMETER_RANGE for a layer that does not exist, or makes no maps.
            NetworkError: NETWORK_INVALID when no layer is a convolution.
        """
        model = self._fitted_model()
        data = self._pictures(X)
        if classes is None:
            wanted = np.argmax(self.predict_proba(data), axis=1)
        else:
            wanted = self._class_indices(classes, len(data))
        return model.saliency(data, wanted.astype(np.int32), layer)

    def _positive(self, threshold: float | Threshold) -> int:
        self._fitted_model()
        if len(self.classes_) != 2:
            raise errors.error(
                "PARAMETER_CONFLICT",
                f"a threshold decides between two classes, but the model has {len(self.classes_)}",
                parameter="threshold",
            )
        return self.classes_.tolist().index(threshold.positive) if isinstance(threshold, Threshold) else 1

    def evaluate(self, X: ArrayLike | ImageDataset, y: ArrayLike | None = None) -> Evaluation:
        """Confusion matrix and metrics on labelled pictures; `Evaluation` lists them.

        Groups of an `ImageDataset` become those of the evaluation, so that its confidence intervals respect them.

        Raises:
            DataError: DATA_LABELS when a label is not one of `classes_`.
        """
        self._fitted_model()
        data = with_classes(labelled(X, y, "X"), self.classes_.tolist(), "the data")
        return Evaluation(data.required_labels(), self.predict_proba(data), classes=data.classes, groups=data.groups)

    def score(
        self, X: ArrayLike | ImageDataset, y: ArrayLike | None = None, sample_weight: ArrayLike | None = None
    ) -> float:
        """Accuracy on labelled pictures: the share of (weighted) pictures whose class is predicted.

        A class that the training data did not have counts as never predicted, as it does in scikit-learn.

        Args:
            X, y: as of `fit`.
            sample_weight: (n,) by how much each picture counts; None for 1.
        """
        self._fitted_model()
        data = labelled(X, y, "X")
        weights = sample_weights.of_pictures(sample_weight, len(data))
        actual = np.array([str(name) for name in data.classes])[data.required_labels()]
        hits = np.array([str(name) for name in self.classes_])[self.predict_proba(data).argmax(axis=1)] == actual
        return float(np.average(hits, weights=weights))

    def read_images(self, paths: str | Path | Sequence[str | Path], *, max_damaged: float = 1.0) -> ImageDataset:
        """Reads pictures from files or folders as the training pictures were read, without labels.

        Args:
            paths: files, or folders that are searched for pictures.
            max_damaged: largest share of damaged pictures; the damaged ones are listed in `.damaged`.
        """
        from sparkdl4j.jvm import images

        self._fitted_model()
        files: list[str] = []
        for path in [paths] if isinstance(paths, (str, Path)) else paths:
            if not Path(path).exists():
                raise errors.error("FILE_NOT_FOUND", f"{path} does not exist", path=str(path))
            files += images.find(Path(path))
        pixels, good, damaged = images.read(files, self.image_options_, max_damaged=max_damaged)
        return ImageDataset(
            pixels,
            paths=np.asarray(files, dtype=object)[good],
            damaged=damaged,
            image_options=self.image_options_,
        )

    def save(self, path: str | Path) -> None:
        """Writes the model file, a zip that plain Deeplearning4j reads too; atomically.

        Raises:
            FileError: FILE_UNWRITABLE; an older file of that name stays intact.
        """
        self._fitted_model().save(path)

    def _adopt(self, model: Model) -> dict[str, Any]:
        """Takes over a trained model; returns how its training went."""
        metadata = model.metadata()
        self._model = model
        self.classes_ = np.asarray(metadata["labels"])
        self.network_ = Network.from_dict(metadata["network"]) if metadata["network"] else None
        self.image_options_ = ImageOptions.from_dict(metadata["image"])
        self.image_shape_ = self.image_options_.shape
        self.n_features_in_ = int(np.prod(self.image_shape_))
        scaler = metadata["scaler"]
        self.scaler_ = None if scaler["kind"] == "none" else StandardScaler.from_dict(scaler)
        training: dict[str, Any] = metadata["training"]
        self.preprocessing_ = picture_steps(training["options"].get("preprocessing"))
        self.imported_: dict[str, Any] | None = training.get("imported")
        self.kept_epoch_ = int(training["kept_epoch"])
        self.history_ = History(training["history"], kept_epoch=self.kept_epoch_)
        return training

    def _fitted_model(self) -> Model:
        if not hasattr(self, "_model"):
            raise errors.error("NOT_FITTED", "this ConvNetClassifier is not fitted yet: call fit or load first")
        return self._model

    def _pictures(self, X: ArrayLike | ImageDataset) -> ImageDataset:
        data = X if isinstance(X, ImageDataset) else ImageDataset.from_arrays(X)
        done = () if data.image_options is None else data.image_options.steps
        if self.preprocessing_ and done != self.image_options_.steps:
            data = data.preprocessed(self.preprocessing_)
        self._require_shape(data)
        return data

    def _class_indices(self, classes: ArrayLike, count: int) -> NDArray[np.int64]:
        names = np.asarray(classes)
        if names.shape not in ((), (count,)):
            raise errors.error(
                "DATA_SHAPE",
                f"classes must be one class, or one for each of the {count} pictures, but have the shape {names.shape}",
                parameter="classes",
            )
        position = {str(name): index for index, name in enumerate(self.classes_.tolist())}
        wanted = [str(name) for name in np.broadcast_to(names, (count,)).tolist()]
        for name in wanted:
            if name not in position:
                raise errors.error(
                    "DATA_LABELS", f"there is no class {name!r}: {listed(self.classes_.tolist())}", parameter="classes"
                )
        return np.array([position[name] for name in wanted], dtype=np.int64)

    def _require_shape(self, data: ImageDataset) -> None:
        if data.image_shape != self.image_shape_:
            raise errors.error(
                "DATA_SHAPE",
                f"the pictures are {size_in_words(data.image_shape)}, but the model was trained on "
                f"{size_in_words(self.image_shape_)}",
                parameter="X",
            )


def size_in_words(image_shape: tuple[int, int, int]) -> str:
    """Height, width and channels, as in 75x75x3."""
    return "x".join(map(str, image_shape))
