"""Opening a Keras file: HDF5 of Keras 2 and 3, and the zip of Keras 3."""

from __future__ import annotations

import json
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sparkdl4j import errors
from sparkdl4j.keras_import import configuration, hdf5, problems
from sparkdl4j.keras_import.configuration import Place
from sparkdl4j.keras_import.graph import KerasGraph, StoredArray

_CONFIG, _METADATA, _WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
_LARGEST_JSON = 64 << 20
_LARGEST_RATIO = 200
_CHUNK = 1 << 20
_KNOWN_MAJORS = ("2", "3")


@contextmanager
def opened(path: Path) -> Iterator[KerasGraph]:
    """The network of a file, whose weights can be read as long as it is open.

    Raises:
        FileError: FILE_NOT_FOUND, FILE_UNREADABLE.
        ModelFileError: MODEL_FILE_DAMAGED, MODEL_FILE_UNSAFE, MODEL_FILE_NEWER.
        NetworkError: NETWORK_UNSUPPORTED.
        JvmError: EXTRA_MISSING without h5py.
    """
    if not path.exists():
        raise errors.error("FILE_NOT_FOUND", f"the Keras file {path} does not exist", path=str(path))
    if path.is_dir():
        raise errors.error(
            "FILE_UNREADABLE",
            f"{path} is a folder: save the network with model.save('network.keras') or 'network.h5'",
            path=str(path),
        )
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as problem:
        raise errors.error("FILE_UNREADABLE", f"{path} cannot be read: {problem.strerror}", path=str(path)) from None
    h5py = hdf5.library()
    if start[:2] == b"PK":
        with tempfile.TemporaryFile() as unpacked:
            config, metadata = _unpack(path, unpacked)
            with _hdf5(path, h5py, unpacked) as file:
                yield _of_zip(path, config, metadata, file)
    else:
        with _hdf5(path, h5py, path) as file:
            yield _of_hdf5(path, file)


@contextmanager
def _hdf5(path: Path, h5py: Any, source: Any) -> Iterator[Any]:
    try:
        file = h5py.File(source, "r")
    except OSError as problem:
        raise problems.damaged(path, f"it is no whole HDF5 or Keras file ({problem})") from None
    try:
        with file:
            yield file
    except errors.SparkDl4jError:
        raise
    except (OSError, RuntimeError, UnicodeDecodeError) as problem:
        # What h5py says wherever it meets a damaged structure.
        raise problems.damaged(path, str(problem)) from problem


def _of_hdf5(path: Path, file: Any) -> KerasGraph:
    text = hdf5.text(file.attrs, "model_config")
    if text is None:
        raise problems.damaged(path, "it holds no network, only weights perhaps: write it with model.save(…)")
    stored = hdf5.group(path, file, "model_weights")
    version = hdf5.text(file.attrs, "keras_version")
    if version is None and stored is not None:
        version = hdf5.text(stored.attrs, "keras_version")
    version = _checked_version(path, version)

    def weights(place: Place) -> Sequence[StoredArray]:
        if stored is None:
            return []
        group = hdf5.group(path, stored, place.names[0])
        names = [] if group is None else hdf5.texts(group.attrs, "weight_names") or []
        if len(place.names) > 1:
            # Those of all layers of a network within the network are in one group.
            names = [name for name in names if name.split("/")[-2:-1] == [place.names[-1]]]
        return [hdf5.dataset(path, group, name) for name in names]

    training = hdf5.text(file.attrs, "training_config")
    loss = None if training is None else _loss(_json(path, training, "training_config"))
    return configuration.read(path, _json(path, text, "model_config"), version, weights, loss)


def _of_zip(path: Path, config: Any, metadata: Any, file: Any) -> KerasGraph:
    version = _checked_version(path, metadata.get("keras_version") if isinstance(metadata, Mapping) else None)

    if version.startswith("2."):
        raise problems.unsupported(path, ["the zip that Keras 2 writes: save the network as HDF5, model.save('….h5')"])

    def weights(place: Place) -> Sequence[StoredArray]:
        variables = "/".join([*(f"layers/{slot}" for slot in place.slots), "vars"])
        group = hdf5.group(path, file, variables)
        if group is None:
            return []
        names = sorted((name for name in group if name.isdigit()), key=int)
        return [hdf5.dataset(path, group, name) for name in names]

    compiled = config.get("compile_config") if isinstance(config, Mapping) else None
    return configuration.read(path, config, version, weights, _loss(compiled))


def _unpack(path: Path, into: Any) -> tuple[Any, Any]:
    """Writes the weights of a zip to a file; returns configuration and metadata."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = {entry.filename: entry for entry in archive.infolist()}
            for name in (_CONFIG, _METADATA, _WEIGHTS):
                if name not in entries:
                    raise problems.damaged(path, f"it lacks the entry {name}")
            texts = []
            for name in (_CONFIG, _METADATA):
                with archive.open(name) as entry:
                    texts.append(entry.read(_LARGEST_JSON + 1))
                if len(texts[-1]) > _LARGEST_JSON:
                    raise problems.unsafe(path, f"the entry {name} is larger than {_LARGEST_JSON} bytes")
            weights = entries[_WEIGHTS]
            left = max(weights.compress_size * _LARGEST_RATIO, _CHUNK)
            with archive.open(weights) as entry:
                while chunk := entry.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise problems.unsafe(path, f"the entry {_WEIGHTS} unpacks to far more than it takes")
                    into.write(chunk)
    except errors.SparkDl4jError:
        raise
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
    ) as problem:
        raise problems.damaged(path, f"it is no whole zip file ({problem})") from None
    into.seek(0)
    config, metadata = (_json(path, text, name) for text, name in zip(texts, (_CONFIG, _METADATA), strict=True))
    return config, metadata


def _json(path: Path, text: str | bytes, name: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise problems.damaged(path, f"{name} is not JSON ({problem})") from None


def _checked_version(path: Path, version: str | None) -> str:
    # tf.keras of TensorFlow 2.x writes 2.x.0-tf.
    if version is None or version.split(".")[0] not in _KNOWN_MAJORS:
        raise problems.unknown_version(path, version or "of no version")
    return version


def _loss(compiled: Any) -> str | None:
    """The name of a loss as Keras 2 and 3 store it."""
    loss = compiled.get("loss") if isinstance(compiled, Mapping) else None
    if isinstance(loss, Mapping):
        loss = loss.get("class_name") if loss.get("class_name") != "function" else loss.get("config")
    return loss if isinstance(loss, str) else None
