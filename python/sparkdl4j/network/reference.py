"""Reference networks, and finding the network that a user names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from sparkdl4j import atomic_file, contract, errors
from sparkdl4j.network.description import invalid, nearest
from sparkdl4j.network.network import Network

# The network that the pictures' size chooses.
_AUTO: dict[str, Any] = contract.read("auto_network.json")
AUTO: str = _AUTO["name"]
_REFERENCES = Path(__file__).parent.parent / "spec" / "networks"


def reference_names() -> list[str]:
    """The names of the reference networks."""
    return sorted(path.stem for path in _REFERENCES.glob("*.json"))


def reference(name: str) -> Network:
    """A reference network.

    Raises:
        NetworkError: NETWORK_INVALID when there is none of this name.
    """
    names = reference_names()
    if name not in names:
        raise invalid(
            f"there is no reference network {name!r}; did you mean {nearest(name, names)}? "
            f"They are {', '.join(names)}; or give the path of a JSON file"
        )
    return Network.from_dict(atomic_file.read_json(_REFERENCES / f"{name}.json", code="NETWORK_INVALID"))


def landscape() -> Network:
    """The thesis's network for landscapes, table 4.2.1, for pictures of 75x75x3."""
    return reference("landscape")


def fashion() -> Network:
    """The paper's network for Fashion-MNIST (LeNet), for pictures of 28x28x1."""
    return reference("fashion")


def pneumonia_vgg() -> Network:
    """The article's network for X-rays of lungs, for pictures of 226x226x3: 13 convolutions 3x3, the first with stride
    2, and five pools."""
    return reference("pneumonia_vgg")


def vgg_conv13() -> Network:
    """`pneumonia_vgg` with stride 1 throughout: four times its arithmetic."""
    return reference("vgg_conv13")


def resnet18() -> Network:
    """ResNet-18 (He et al., Deep Residual Learning, 2016), for pictures of 224x224x3."""
    return reference("resnet18")


def resnet50() -> Network:
    """ResNet-50 (He et al., Deep Residual Learning, 2016; the stride in the convolutions 3x3), for pictures of
    224x224x3."""
    return reference("resnet50")


def small_resnet() -> Network:
    """A small residual network for small pictures, 64x64x3 and from about 24 to 128 a side."""
    return reference("small_resnet")


@runtime_checkable
class Trained(Protocol):
    """A classifier: its network is meant, without what it has learned."""

    network: Any


def network(
    value: str | Path | Mapping[str, Any] | Network | type[Network] | Trained,
    image_shape: tuple[int, int, int] | None = None,
) -> Network:
    """The network that is meant.

    Args:
        value: the network itself, or a subclass of `Network` whose parameters all have defaults; the name of a
            reference network; its dict; the path of its JSON file; a classifier, whose network is meant; or "auto":
            `small_resnet` for pictures up to 128 in height and width, `resnet18` above.
        image_shape: (height, width, channels) of the pictures; only "auto" needs it.

    Raises:
        NetworkError: NETWORK_INVALID.
        FileError: FILE_NOT_FOUND or FILE_UNREADABLE.
        ParameterError: PARAMETER_TYPE for a value of another kind.
    """
    if isinstance(value, Network):
        return value
    if isinstance(value, type) and issubclass(value, Network):
        return value()
    if isinstance(value, Trained):
        return network(value.network, image_shape)
    if isinstance(value, Mapping):
        return Network.from_dict(value)
    if value == AUTO:
        return _auto(image_shape)
    if isinstance(value, str) and value in reference_names():
        return reference(value)
    if isinstance(value, Path) or (isinstance(value, str) and (value.endswith(".json") or Path(value).is_file())):
        description = atomic_file.read_json(value, code="NETWORK_INVALID")
        try:
            return Network.from_dict(description)
        except errors.NetworkError as problem:
            raise errors.error(problem.code, f"{value}: {problem}", **{**problem.details, "path": str(value)}) from None
    if isinstance(value, str):
        return reference(value)
    raise errors.error(
        "PARAMETER_TYPE",
        "network must be a reference network's name, a Network, its dict or the path of its "
        f"JSON file, but is {value!r}",
        parameter="network",
    )


def _auto(image_shape: tuple[int, int, int] | None) -> Network:
    if image_shape is None:
        raise invalid('the network "auto" is chosen by the size of the pictures, which is not known yet')
    small = max(image_shape[:2]) <= _AUTO["largest_small_picture"]
    return reference(_AUTO["small" if small else "large"])
