"""Keras files that are refused before anything of Java runs."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sparkdl4j import FileError, ModelFileError, NetworkError, ParameterError, SparkDl4jError, from_keras
from sparkdl4j.keras_import import input_modes

DAMAGED_COPIES = 60
h5py = pytest.importorskip("h5py")


def with_config(
    original: Path, folder: Path, change: Callable[[dict[str, Any]], None], version: str | None = None
) -> Path:
    """A copy of a file with another configuration, or of another version."""
    file = folder / original.name
    shutil.copy(original, file)
    if file.suffix == ".h5":
        with h5py.File(file, "r+") as opened:
            config = json.loads(opened.attrs["model_config"])
            change(config)
            opened.attrs["model_config"] = json.dumps(config)
            if version is not None:
                opened.attrs["keras_version"] = version
        return file
    with zipfile.ZipFile(original) as old, zipfile.ZipFile(file, "w") as new:
        for entry in old.namelist():
            data = old.read(entry)
            if entry == "config.json":
                config = json.loads(data)
                change(config)
                data = json.dumps(config).encode()
            if entry == "metadata.json" and version is not None:
                data = json.dumps({"keras_version": version}).encode()
            new.writestr(entry, data)
    return file


def nothing(config: dict[str, Any]) -> None:
    pass


def layer(config: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(one for one in config["config"]["layers"] if one["class_name"] == kind)


@pytest.mark.parametrize("name", ["sequential-keras2.h5", "sequential-keras3.keras"])
@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.98])
def test_a_truncated_file(keras_files: Path, name: str, share: float, tmp_path: Path) -> None:
    data = (keras_files / name).read_bytes()
    file = tmp_path / name
    file.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ModelFileError, match="is damaged or no Keras model") as problem:
        from_keras(file)
    assert problem.value.code == "MODEL_FILE_DAMAGED"
    assert str(file) in str(problem.value)


@pytest.mark.parametrize("name", ["nested-keras2.h5", "nested-keras3.h5", "sequential-keras3.keras"])
def test_whatever_is_damaged_is_said_in_our_words(
    keras_files: Path, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is damaged in a number only is read as it is.
    monkeypatch.setattr("sparkdl4j.jvm.models.assemble", lambda *_: None)
    monkeypatch.setattr("sparkdl4j.classifier.ConvNetClassifier.of_model", lambda model: model)
    data = np.frombuffer((keras_files / name).read_bytes(), dtype=np.uint8)
    random = np.random.default_rng(7)
    refused = 0
    for number in range(DAMAGED_COPIES):
        damaged = data.copy()
        start = int(random.integers(len(data)))
        damaged[start : start + int(random.integers(1, 200))] = random.integers(256)
        file = tmp_path / f"{number}-{name}"
        file.write_bytes(damaged.tobytes())
        try:
            from_keras(file)
        except SparkDl4jError as problem:
            refused += str(file) in str(problem)
    assert refused > DAMAGED_COPIES // 10


def test_no_file_a_folder_and_something_else(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="does not exist"):
        from_keras(tmp_path / "none.h5")
    with pytest.raises(FileError, match=r"is a folder: save the network with model.save"):
        from_keras(tmp_path)
    (tmp_path / "text.h5").write_text("no HDF5")
    with pytest.raises(ModelFileError, match="damaged or no Keras model"):
        from_keras(tmp_path / "text.h5")
    with h5py.File(tmp_path / "weights.h5", "w") as file:
        file.create_group("model_weights")
    with pytest.raises(ModelFileError, match="holds no network, only weights perhaps"):
        from_keras(tmp_path / "weights.h5")


@pytest.mark.parametrize("name", ["sequential-keras2.h5", "sequential-keras3.h5", "sequential-keras3.keras"])
def test_what_does_not_exist_here_is_named_all_at_once(keras_files: Path, name: str, tmp_path: Path) -> None:
    def change(config: dict[str, Any]) -> None:
        layer(config, "Dropout")["class_name"] = "Attention"
        layer(config, "MaxPooling2D")["config"]["data_format"] = "channels_first"
        custom = layer(config, "LeakyReLU")
        custom["class_name"] = "Custom>Squash"
        layer(config, "SeparableConv2D")["config"]["activation"] = "mish"

    with pytest.raises(NetworkError) as problem:
        from_keras(with_config(keras_files / name, tmp_path, change))
    assert problem.value.code == "NETWORK_UNSUPPORTED"
    for part in ("(Attention)", "data_format channels_first", "Custom>Squash: a class of its own", "activation mish"):
        assert part in str(problem.value)
    assert len(problem.value.details["layers"]) == 4


@pytest.mark.parametrize("name", ["sequential-keras2.h5", "sequential-keras3.keras"])
def test_code_is_never_run(keras_files: Path, name: str, tmp_path: Path) -> None:
    def change(config: dict[str, Any]) -> None:
        some = layer(config, "Dropout")
        some["class_name"] = "Lambda"
        some["config"]["function"] = ["4wEAAAAAAAAAAAAAAAEAAAABAAAA", None, None]

    with pytest.raises(ModelFileError, match="Lambda: code in a file is never run") as problem:
        from_keras(with_config(keras_files / name, tmp_path, change))
    assert problem.value.code == "MODEL_FILE_UNSAFE"


@pytest.mark.parametrize("name", ["sequential-keras2.h5", "sequential-keras3.keras"])
@pytest.mark.parametrize("version", ["1.2.2", "4.0.0"])
def test_an_unknown_version(keras_files: Path, name: str, version: str, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=f"was written by Keras {version}, but known are 2 and 3"):
        from_keras(with_config(keras_files / name, tmp_path, nothing, version))


def test_the_zip_of_keras_2_is_to_be_saved_again(keras_files: Path, tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="save the network as HDF5"):
        from_keras(with_config(keras_files / "nested-keras3.keras", tmp_path, nothing, "2.15.0"))


def test_weights_of_another_layer(keras_files: Path, tmp_path: Path) -> None:
    def change(config: dict[str, Any]) -> None:
        layer(config, "Conv2D")["config"]["filters"] = 7

    with pytest.raises(ModelFileError, match=r"conv2d \(Conv2D\) has a kernel of the shape \(3, 3, 3, 6\)"):
        from_keras(with_config(keras_files / "sequential-keras3.keras", tmp_path, change))


def test_weights_elsewhere_are_not_looked_for(keras_files: Path, tmp_path: Path) -> None:
    file = with_config(keras_files / "sequential-keras2.h5", tmp_path, nothing)
    with h5py.File(file, "r+") as opened:
        weights = opened["model_weights"]
        name = next(name for name in weights if name.startswith("conv2d"))
        del weights[name]
        weights[name] = h5py.ExternalLink("/etc/passwd", "/")
    with pytest.raises(ModelFileError, match="is a link to elsewhere") as problem:
        from_keras(file)
    assert problem.value.code == "MODEL_FILE_UNSAFE"


def test_a_configuration_that_makes_no_sense(keras_files: Path, tmp_path: Path) -> None:
    def change(config: dict[str, Any]) -> None:
        del layer(config, "Conv2D")["config"]["filters"]

    with pytest.raises(ModelFileError, match="makes no sense"):
        from_keras(with_config(keras_files / "sequential-keras3.keras", tmp_path, change))


def test_a_network_of_numbers_is_no_classifier(keras_files: Path, tmp_path: Path) -> None:
    def change(config: dict[str, Any]) -> None:
        config["config"]["layers"][-1]["config"]["activation"] = "linear"
        config["compile_config"] = {"loss": "mean_squared_error"}

    with pytest.raises(NetworkError, match="predicts numbers, not classes"):
        from_keras(with_config(keras_files / "sequential-keras3.keras", tmp_path, change))


def test_wrong_parameters(keras_files: Path, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="preprocessing must be one of"):
        from_keras(keras_files / "sequential-keras3.keras", preprocessing="imagenet")
    with pytest.raises(ParameterError, match=r"give size, such as size=\(224, 224\)"):
        from_keras(keras_files / "topless.keras")


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("resnet50", "caffe"),
        ("vgg16", "caffe"),
        ("mobilenetv2_1.00_224", "tf"),
        ("densenet121", "torch"),
        ("efficientnetb0", "none"),
        ("sequential_3", "none"),
    ],
)
def test_the_mode_of_a_network_of_keras_applications(name: str, mode: str) -> None:
    assert input_modes.mode_of(name) == mode
