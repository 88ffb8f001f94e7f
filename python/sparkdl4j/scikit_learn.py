"""What scikit-learn asks of a classifier, for one that must not need scikit-learn to be imported."""

from __future__ import annotations

from typing import Any, TypeVar

# The methods that take metadata beside X and y, and which.
_METADATA = {"fit": ("sample_weight",), "partial_fit": ("classes", "sample_weight"), "score": ("sample_weight",)}

# The request stays as it is.
_UNCHANGED = "$UNCHANGED$"

_Self = TypeVar("_Self", bound="PictureClassifier")


class PictureClassifier:
    """Base of a scikit-learn classifier whose X are pictures.

    scikit-learn's own base classes are not among its bases: importing them would cost everyone a second, and make
    scikit-learn a dependency. Tags and metadata routing are here therefore; `set_fit_request` and its like work as
    those of scikit-learn, and need `sklearn.set_config(enable_metadata_routing=True)` too.
    """

    _estimator_type = "classifier"

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags

        return Tags(
            estimator_type="classifier",
            target_tags=TargetTags(required=True),
            classifier_tags=ClassifierTags(),
            input_tags=InputTags(two_d_array=False, three_d_array=True),
        )

    def get_metadata_routing(self) -> Any:
        """Which metadata the methods take, as a `sklearn.utils.metadata_routing.MetadataRequest`."""
        from sklearn.utils.metadata_routing import MetadataRequest, get_routing_for_object

        if hasattr(self, "_metadata_request"):
            return get_routing_for_object(self._metadata_request)
        request = MetadataRequest(owner=type(self).__name__)
        for method, names in _METADATA.items():
            for name in names:
                getattr(request, method).add_request(param=name, alias=None)
        return request

    def set_fit_request(self: _Self, *, sample_weight: bool | str | None = _UNCHANGED) -> _Self:
        """Says whether meta-estimators pass `sample_weight` to `fit` (True, False, None, or another name for it)."""
        return self._request("fit", sample_weight=sample_weight)

    def set_partial_fit_request(
        self: _Self, *, classes: bool | str | None = _UNCHANGED, sample_weight: bool | str | None = _UNCHANGED
    ) -> _Self:
        """Says whether meta-estimators pass `classes` and `sample_weight` to `partial_fit`."""
        return self._request("partial_fit", classes=classes, sample_weight=sample_weight)

    def set_score_request(self: _Self, *, sample_weight: bool | str | None = _UNCHANGED) -> _Self:
        """Says whether meta-estimators pass `sample_weight` to `score`."""
        return self._request("score", sample_weight=sample_weight)

    def _request(self: _Self, method: str, **aliases: bool | str | None) -> _Self:
        import sklearn

        if not sklearn.get_config().get("enable_metadata_routing"):
            raise RuntimeError(
                f"set_{method}_request is available once metadata routing is enabled: "
                "sklearn.set_config(enable_metadata_routing=True)"
            )
        request = self.get_metadata_routing()
        for name, alias in aliases.items():
            if alias != _UNCHANGED:
                getattr(request, method).add_request(param=name, alias=alias)
        self._metadata_request = request
        return self
