"""Steps of preprocessing: values, files, order, the command line; no pixel is touched."""

from __future__ import annotations

import dataclasses
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sparkdl4j import ConvNetClassifier, ImageDataset, ParameterError, SparkDl4jError, options
from sparkdl4j import preprocessing as stages
from sparkdl4j.cli import command
from sparkdl4j.image_options import ImageOptions
from sparkdl4j.preprocessing import (
    CLAHE,
    CenterCrop,
    ColorSpace,
    Crop,
    Detrend,
    FourierTransform,
    Grayscale,
    HairRemoval,
    MedianFilter,
    Pad,
    PictureKind,
    Scale,
    Step,
)

GOLDEN = json.loads((Path(__file__).parent.parent / "golden" / "preprocessing.json").read_text())
TYPES = Step.__subclasses__()


def test_every_step_has_its_parameters_with_their_defaults_and_documentation() -> None:
    assert {kind.name for kind in TYPES} == set(stages.step.CONTRACT)
    for kind in TYPES:
        fields = {field.name: field.default for field in dataclasses.fields(kind)}
        assert set(fields) == set(options.names(kind.name))
        for name, default in fields.items():
            if default is not dataclasses.MISSING and default is not None:
                assert default == options.default(kind.name, name)
            assert f"{name}: " in str(kind.__doc__) or f"{name}, " in str(kind.__doc__), (kind, name)


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.get("sentence", str(case["steps"]))[:60])
def test_kinds_and_refusals(case: dict[str, Any]) -> None:
    start = PictureKind("grey" if case["channels"] == 1 else "rgb")
    if "gives" in case:
        kind = start.after(stages.picture_steps(case["steps"]))
        found = {
            "channels": kind.channels,
            "float": kind.number == "float32",
            "height": kind.height or 0,
            "width": kind.width or 0,
        }
        assert found == case["gives"]
        return
    with pytest.raises(ParameterError) as caught:
        start.after(stages.picture_steps(case["steps"]))
    assert caught.value.code == case["error"]
    assert str(caught.value).startswith(case["sentence"])


def test_steps_are_values() -> None:
    steps = (Scale(60, 80), CenterCrop(), Pad(top=1, fill="reflect"), MedianFilter(np.int64(5)))  # type: ignore[arg-type]
    dicts = [step.to_dict() for step in steps]
    assert dicts[0] == {"step": "scale", "height": 60, "width": 80}
    assert dicts[1] == {"step": "center_crop"}
    assert stages.steps(json.loads(json.dumps(dicts))) == steps
    assert pickle.loads(pickle.dumps(steps)) == steps
    assert Scale(32) == Scale(32, 32)
    assert stages.steps(None) == ()


def test_image_options_carry_them() -> None:
    image = ImageOptions(64, channels=1, preprocessing=[HairRemoval(), {"step": "grayscale"}, FourierTransform()])
    assert image.steps == (HairRemoval(), Grayscale(), FourierTransform())
    assert image.dtype == np.float32
    assert ImageOptions.from_dict(image.to_dict()) == image
    assert ImageOptions(64).dtype == np.uint8
    without = ImageOptions(64).to_dict()
    del without["preprocessing"]
    assert ImageOptions.from_dict(without) == ImageOptions(64)
    with pytest.raises(ParameterError, match=r"ends with 3 channels \(hsv\), but channels is 1"):
        ImageOptions(64, channels=1, preprocessing=[ColorSpace("hsv")])
    # A grey picture is repeated, as that of a grey file is.
    assert ImageOptions(64, preprocessing=[Grayscale()]).shape == (64, 64, 3)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("steps.json", '[{"step": "clahe", "tiles": 4}, {"step": "median_filter"}]'),
        ("steps.json", '{"preprocessing": [{"step": "clahe", "tiles": 4}, {"step": "median_filter"}]}'),
        ("steps.toml", '[[preprocessing]]\nstep = "clahe"\ntiles = 4\n[[preprocessing]]\nstep = "median_filter"'),
        (
            "train.toml",
            'epochs = 2\n[[preprocessing]]\nstep = "clahe"\ntiles = 4\n[[preprocessing]]\nstep="median_filter"',
        ),
    ],
)
def test_the_command_reads_files(tmp_path: Path, name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / name
    path.write_text(text)
    given: list[Any] = []
    monkeypatch.setattr(command.train, "run", given.append)
    option = "--config" if name == "train.toml" else "--preprocessing"
    assert command.main(["train", "data", option, str(path)]) == 0
    assert given[0].preprocessing == (CLAHE(tiles=4), MedianFilter())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[{"step": "clahe", "tiles": 0}]', "step 1 of preprocessing (clahe): tiles must be at least 1"),
        ('[{"step": "detrend", "along": "series"}]', "is for series of pictures"),
        ('{"step": "clahe"}', "preprocessing must be a list of steps"),
        ("[", "is not a JSON file"),
    ],
)
def test_the_command_refuses(tmp_path: Path, text: str, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "steps.json"
    path.write_text(text)
    assert command.main(["train", "data", "--preprocessing", str(path)]) == 2
    assert sentence in capsys.readouterr().err


def test_the_classifier_keeps_them_as_a_parameter() -> None:
    classifier = ConvNetClassifier("fashion", preprocessing=[MedianFilter(3)])
    assert classifier.get_params()["preprocessing"] == [MedianFilter(3)]
    assert "MedianFilter(size=3)" in repr(classifier)
    pictures, labels = np.zeros((4, 8, 8), np.uint8), [0, 1, 0, 1]
    with pytest.raises(ParameterError, match="clahe"):
        classifier.set_params(preprocessing=[Detrend(), CLAHE()]).fit(pictures, labels)
    with pytest.raises(ParameterError, match="series"):
        classifier.set_params(preprocessing=[Detrend("series")]).fit(pictures, labels)
    with pytest.raises(ParameterError, match="cuts out more than the 8x8 pixels"):
        classifier.set_params(preprocessing=[Crop(9, 2)]).fit(pictures, labels)


@pytest.mark.parametrize(
    ("order", "group", "code"),
    [
        (None, "patient", "PARAMETER_CONFLICT"),
        ("time", None, "PARAMETER_CONFLICT"),
        ("times", "patient", "DATA_COLUMN"),
        ("time", "patients", "DATA_COLUMN"),
        ("same", "patient", "DATA_LABELS"),
        ("time", "missing", "DATA_LABELS"),
    ],
)
def test_series_need_order_and_group(order: str | None, group: str | None, code: str) -> None:
    columns = {
        "time": np.array(["10", "9", "1", "2"], dtype=object),
        "same": np.array(["1", "2", "3", "3"], dtype=object),
        "patient": np.array(["a", "a", "b", "b"], dtype=object),
        "missing": np.array(["a", "a", None, "b"], dtype=object),
    }
    data = ImageDataset(np.zeros((4, 2, 2, 1), np.uint8), columns=columns)
    with pytest.raises(SparkDl4jError) as caught:
        data.preprocessed([Detrend("series")], order=order, group=group)
    assert caught.value.code == code
