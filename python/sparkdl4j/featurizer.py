"""ImageFeaturizer: what a layer of a trained network makes of pictures, for other classifiers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparkdl4j import errors, feature_check, options, transfer
from sparkdl4j.dataset import ImageDataset
from sparkdl4j.image_options import ImageOptions

if TYPE_CHECKING:
    from sparkdl4j.jvm.models import Features

_PARAMETERS = ("model", "layer", "pooling")


class ImageFeaturizer:
    """Transformer of scikit-learn from pictures to features: the outputs of one layer, and nothing behind it computed.

    ```python
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    make_pipeline(ImageFeaturizer("model.zip"), StandardScaler(), LogisticRegression(class_weight="balanced"))
    ```

    `fit` learns nothing but checks the features of its pictures, as `sparkdl4j.feature_check.check` says.

    Args:
        model: a model file's path, or a fitted classifier.
        layer: a layer's name as `summary` shows it, such as "layer3" for one without a name, or "layer3/conv" inside a
            block; None for what the output layer reads.
        pooling: of layers that make maps: "none" takes every value (row by row, column by column, channel by channel),
            "average" and "max" one feature a channel.

    Attributes:
        layer_: the layer's name.
        n_features_out_: how many features a picture has.
        image_options_: how the model reads pictures.
    """

    def __init__(
        self,
        model: transfer.Pretrained,
        *,
        layer: str | None = None,
        pooling: str = options.default("featurizer", "pooling"),
    ) -> None:
        self.model = model
        self.layer = layer
        self.pooling = pooling

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The constructor's parameters by name."""
        return {name: getattr(self, name) for name in _PARAMETERS}

    def set_params(self, **params: Any) -> ImageFeaturizer:
        """Sets constructor parameters by name.

        Raises:
            ParameterError: PARAMETER_UNKNOWN.
        """
        options.check_names(params, _PARAMETERS)
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def fit(self, X: ArrayLike | ImageDataset, y: Any = None) -> ImageFeaturizer:
        """Loads the model and checks the features of these pictures.

        Args:
            X: pictures of the model's size, (n, height, width) or (n, height, width, channels); or an `ImageDataset`.
            y: makes no difference.

        Raises:
            ParameterError: PARAMETER_RANGE for a layer that does not exist, with those that do; PARAMETER_TYPE.
            DataError: DATA_SHAPE; DATA_NOT_FINITE and DATA_CONSTANT for features that nothing can be learned from.
            NetworkError: NETWORK_INVALID for a network that the compute plan cannot compute.
            FileError, ModelFileError, NotFittedError.
        """
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: ArrayLike | ImageDataset, y: Any = None) -> NDArray[np.float32]:
        """`fit`, and what `transform` gives."""
        pooling = options.check("featurizer", "pooling", self.pooling)
        if self.layer is not None and not isinstance(self.layer, str):
            raise errors.error(
                "PARAMETER_TYPE", f"layer must be a layer's name, but is {self.layer!r}", parameter="layer"
            )
        model = transfer.model_of(self.model)
        self._features: Features = model.features(self.layer, pooling)
        self.image_options_ = ImageOptions.from_dict(model.metadata()["image"])
        self.layer_: str = self._features.layer
        self.n_features_out_: int = self._features.count
        features = self.transform(X)
        feature_check.check(features, self.layer_)
        return features

    def transform(self, X: ArrayLike | ImageDataset) -> NDArray[np.float32]:
        """The features, (n, features).

        Raises:
            DataError: DATA_SHAPE.
            NotFittedError: NOT_FITTED.
        """
        if not self.__sklearn_is_fitted__():
            raise errors.error("NOT_FITTED", "this ImageFeaturizer is not fitted yet: call fit or fit_transform first")
        data = X if isinstance(X, ImageDataset) else ImageDataset.from_arrays(X)
        if data.image_shape != self.image_options_.shape:
            raise errors.error(
                "DATA_SHAPE",
                f"the pictures are {_size(data.image_shape)}, but the model takes {_size(self.image_options_.shape)}",
                parameter="X",
            )
        return self._features.compute(data)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """The names of the features: the layer's name, "_" and a number."""
        return np.asarray([f"{self.layer_}_{number}" for number in range(self.n_features_out_)], dtype=object)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_features")

    def __sklearn_clone__(self) -> ImageFeaturizer:
        # As a copy without what it has learned, a fitted classifier makes no features.
        return ImageFeaturizer(**self.get_params())

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import InputTags, Tags, TargetTags, TransformerTags

        return Tags(
            estimator_type=None,
            target_tags=TargetTags(required=False),
            transformer_tags=TransformerTags(preserves_dtype=[]),
            input_tags=InputTags(two_d_array=False, three_d_array=True),
        )

    def __repr__(self) -> str:
        return f"ImageFeaturizer({self.model!r}, layer={self.layer!r}, pooling={self.pooling!r})"

    def __getstate__(self) -> dict[str, Any]:
        # What lives in the JVM is made anew from the model.
        return {name: value for name, value in self.__dict__.items() if name != "_features"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if "layer_" in state:
            self._features = transfer.model_of(self.model).features(self.layer_, self.pooling)


def _size(image_shape: tuple[int, int, int]) -> str:
    return "x".join(map(str, image_shape))
