from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

import sparkdl4j
from sparkdl4j import errors, options
from sparkdl4j.network import (
    AvgPool2D,
    Conv2D,
    Dense,
    Dropout,
    GlobalPool,
    MaxPool2D,
    Network,
    Output,
    Sequential,
    fashion,
    fill,
    landscape,
    network,
    reference,
    reference_names,
    shapes,
)


def problem(code, call, *args, **kwargs):
    with pytest.raises(errors.SparkDl4jError) as caught:
        call(*args, **kwargs)
    assert caught.value.code == code
    return caught.value


def random_network(random):
    def maybe(value):
        return value if random.random() < 0.4 else None

    layers = []
    for _ in range(random.integers(0, 4)):
        kind = random.integers(4)
        if kind == 0:
            kernel = int(random.integers(1, 6))
            layers.append(
                Conv2D(
                    int(random.integers(1, 30)),
                    kernel if random.random() < 0.5 else (kernel, 3),
                    stride=int(random.integers(1, 3)),
                    padding=str(random.choice(["valid", "same"])),
                    activation=maybe("tanh"),
                    l2=maybe(float(random.random())),
                    weight_init=maybe("relu"),
                    name=maybe(f"conv {len(layers)}"),
                )
            )
        elif kind == 3:
            layers.append(Dropout(maybe(float(random.random()))))
        else:
            pool = MaxPool2D if kind == 1 else AvgPool2D
            layers.append(pool(int(random.integers(1, 4)), stride=maybe((1, 2)), padding="same"))
    layers += [Dense(int(random.integers(1, 99)))] * int(random.integers(0, 3))
    layers.append(Output(maybe(3), l1=maybe(0.5)))
    return Sequential(
        layers,
        name=maybe("mine"),
        input_shape=maybe((20, 30, 3)),
        default_input_shape=maybe((5, 5, 1)),
        learning_rate=maybe(0.1),
        updater=maybe("sgd"),
        momentum=maybe(0.5),
        dropout=maybe(0.25),
        activation=maybe("elu"),
    )


def test_json_round_trip_of_any_network():
    random = np.random.default_rng(0)
    for _ in range(300):
        some = random_network(random)
        assert Network.from_json(some.to_json()) == some
        assert Network.from_dict(some.to_dict()) == some
        assert hash(some) == hash(Network.from_dict(some.to_dict()))


def test_null_means_unset():
    text = '{"name": null, "l2": null, "layers": [{"type": "Output", "units": null, "l1": null}]}'
    assert Network.from_json(text) == Sequential([Output()])


def test_json_is_what_java_reads():
    some = Sequential([Conv2D(4, 3), MaxPool2D(), Dropout(0.5), Dense(7), Output()], l2=0.001)
    assert some.to_dict() == {
        "l2": 0.001,
        "layers": [
            {
                "type": "Conv2D",
                "filters": 4,
                "kernel_size": [3, 3],
                "stride": [1, 1],
                "padding": "valid",
                "dilation": [1, 1],
                "groups": 1,
                "use_bias": True,
            },
            {"type": "MaxPool2D", "pool_size": [2, 2], "padding": "valid"},
            {"type": "Dropout", "rate": 0.5},
            {"type": "Dense", "units": 7, "use_bias": True},
            {"type": "Output"},
        ],
    }


def test_reference_networks():
    assert reference_names() == [
        "fashion",
        "landscape",
        "pneumonia_vgg",
        "resnet18",
        "resnet50",
        "small_resnet",
        "vgg_conv13",
    ]
    for name in reference_names():
        some = getattr(sparkdl4j, name)()
        assert some == reference(name)
        assert some.name == name
        assert shapes(some, some.default_input_shape, 7)[-1] == (7,)
    assert shapes(landscape(), (75, 75, 3), 3) == [
        (36, 36, 20),
        (18, 18, 20),
        (14, 14, 40),
        (7, 7, 40),
        (3, 3, 70),
        (1, 1, 70),
        (1, 1, 70),
        (200,),
        (3,),
    ]
    assert shapes(fashion(), (28, 28, 1), 10)[-3:] == [(4, 4, 50), (500,), (10,)]
    assert landscape().image_size == (75, 75)
    assert Sequential([Output()]).image_size is None


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (Conv2D(8, 5, padding="same"), (7, 9, 3), (7, 9, 8)),
        (Conv2D(8, (3, 1), stride=(2, 3)), (7, 9, 3), (3, 3, 8)),
        (Conv2D(8, 5, stride=2, padding="same"), (3, 4, 3), (2, 2, 8)),
        (MaxPool2D(), (7, 9, 3), (3, 4, 3)),
        (AvgPool2D((2, 3), padding="same"), (7, 9, 3), (4, 3, 3)),
        (MaxPool2D(3, stride=1), (7, 9, 3), (5, 7, 3)),
        (Dropout(), (7, 9, 3), (7, 9, 3)),
    ],
)
def test_shapes(layer, shape, expected):
    assert shapes(Sequential([layer, Output()]), shape, 2) == [expected, (2,)]


def test_a_layer_that_does_not_fit_is_named():
    error = problem("NETWORK_DOES_NOT_FIT", shapes, landscape(), (43, 43, 3), 3)
    sentence = "Conv2D 5x5 does not fit its 3x3 input: layer 5; pictures of 43x43 are too small for the network: "
    assert str(error) == sentence + "read them at 66x66 or larger"
    assert shapes(landscape(), (66, 66, 3), 3)
    assert error.details["layer"] == 5
    pool = Sequential([MaxPool2D((2, 4)), Output()])
    error = problem("NETWORK_DOES_NOT_FIT", shapes, pool, (5, 3, 1), 2)
    assert str(error).startswith("MaxPool2D 2x4 does not fit its 5x3 input: layer 1; pictures of 5x3 are too small")
    assert str(error).endswith("read them at 4x4 or larger")


def test_data_that_do_not_fit():
    demanding = Sequential([Output(3)], input_shape=(4, 4, 1))
    error = problem("NETWORK_DOES_NOT_FIT", shapes, demanding, (4, 5, 1), 3)
    assert "takes pictures of 4x4x1" in str(error)
    error = problem("NETWORK_DOES_NOT_FIT", shapes, demanding, (4, 4, 1), 5)
    assert str(error) == "Output has 3 units, but there are 5 classes: layer 1"
    problem("DATA_ONE_CLASS", shapes, demanding, (4, 4, 1), 1)
    assert shapes(demanding, [4, 4, 1], 3) == [(3,)]
    assert shapes(demanding, (4, 4, 1), None) == [(3,)]


def test_network_too_large_for_deeplearning4j():
    huge = Sequential([Dense(10**9), Output()])
    error = problem("NETWORK_DOES_NOT_FIT", shapes, huge, (75, 75, 3), 2)
    assert "too large" in str(error)
    assert error.details["layer"] == 1


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: Conv2D(0, 3), "Conv2D: filters must be an integer of at least 1, but is 0"),
        (lambda: Conv2D(2.5, 3), "filters"),
        (lambda: Conv2D(True, 3), "filters"),
        (lambda: Conv2D(2**31, 3), "filters"),
        (lambda: Conv2D(None, 3), "filters"),
        (lambda: Conv2D(2, (3, 3, 3)), "kernel_size must be an integer of at least 1, or a pair"),
        (lambda: Conv2D(2, -1), "kernel_size"),
        (lambda: Conv2D(2, "3"), "kernel_size"),
        (lambda: Conv2D(2, 3, stride=0), "stride"),
        (lambda: Conv2D(2, 3, padding="full"), "padding must be 'valid' or 'same'"),
        (lambda: Conv2D(2, 3, activation="rleu"), "activation must be one of"),
        (lambda: Conv2D(2, 3, l2=-1), "Conv2D: l2 must be at least 0"),
        (lambda: Conv2D(2, 3, l1=float("nan")), "l1"),
        (lambda: Conv2D(2, 3, name=""), "name"),
        (lambda: MaxPool2D((2, 0)), "MaxPool2D: pool_size"),
        (lambda: Dense(-5), "Dense: units"),
        (lambda: Dropout(1), "Dropout: rate must be below 1, but is 1"),
        (lambda: Dropout("half"), "Dropout: rate must be of type number"),
        (lambda: Output(0), "Output: units"),
        (lambda: Sequential([Output()], updater="adamax"), "updater must be one of"),
        (lambda: Sequential([Output()], input_shape=(3, 3)), "input_shape must be"),
        (lambda: Sequential([Output()], name=3), "name must be a string"),
    ],
)
def test_values_out_of_range(make, expected):
    with pytest.raises(errors.ParameterError) as caught:
        make()
    assert expected in str(caught.value)
    assert caught.value.code in ("PARAMETER_RANGE", "PARAMETER_TYPE")


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([], "needs layers"),
        (3, "must be a list of layers"),
        ("Dense", "must be a list of layers"),
        ([Dense(3)], "layer 1 (Dense): the last layer must be Output"),
        ([Output(), Output()], "layer 1 (Output): Output must be the last layer"),
        ([Dense, Output()], "layer 1 is the class Dense"),
        ([Dense(3), 7], "layer 2 is 7"),
        ([Dense(3, name="a"), Output(name="a")], "layer 2 (Output): two layers have the name a"),
        ([Dense(3, name="layer1"), Output()], "two layers have the name layer1"),
    ],
)
def test_layers_in_disorder(layers, expected):
    assert expected in str(problem("NETWORK_INVALID", Sequential, layers))


def test_a_layer_that_needs_height_and_width():
    for flat in (Dense(2), GlobalPool()):
        some = Sequential([flat, Dropout(), MaxPool2D(), Output()])
        error = problem("NETWORK_INVALID", shapes, some, (4, 4, 2), 2)
        assert str(error) == "MaxPool2D takes images, but gets 2 units: layer 3"
        assert error.details["layer"] == 3


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], "must be an object"),
        ({}, "layers must be a list"),
        ({"layers": []}, "layers must be a list"),
        ({"layer": [], "layers": []}, "no setting 'layer'; did you mean layers?"),
        ({"layers": [{"type": "Output"}], "learning_rat": 1}, "did you mean learning_rate?"),
        ({"layers": [{"type": "Output"}], "updater": "x"}, "network: updater must be one of"),
        ({"layers": [3]}, 'layer 1 must be an object with a "type"'),
        ({"layers": [{"units": 3}]}, 'layer 1 must be an object with a "type"'),
        ({"layers": [{"type": "conv2d"}]}, "no layer type 'conv2d'; did you mean Conv2D?"),
        ({"layers": [{"type": "Dense"}]}, "layer 1 (Dense): units is missing"),
        ({"layers": [{"type": "Dense", "unit": 3}]}, "did you mean units?"),
        (
            {"layers": [{"type": "Dense", "units": 3}, {"type": "Dropout", "rate": 2}]},
            "layer 2 (Dropout): rate must be below 1, but is 2",
        ),
        ({"layers": [{"type": "Dense", "units": 3.0}]}, "layer 1 (Dense): units must be an int"),
    ],
)
def test_descriptions_with_mistakes(values, expected):
    assert expected in str(problem("NETWORK_INVALID", Network.from_dict, values))


def test_resolver(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(landscape().to_json())
    for value in (landscape(), "landscape", landscape().to_dict(), path, str(path)):
        assert network(value) == landscape()
    error = problem("NETWORK_INVALID", network, "landscpae")
    assert "did you mean landscape? They are fashion, landscape," in str(error)
    problem("FILE_NOT_FOUND", network, tmp_path / "none.json")
    problem("FILE_NOT_FOUND", network, "none.json")
    path.write_text('{"layers": [{"type": "Outptu"}]}')
    error = problem("NETWORK_INVALID", network, path)
    assert str(error).startswith(f"{path}: layer 1")
    path.write_text("{")
    problem("NETWORK_INVALID", network, path)
    problem("NETWORK_INVALID", Network.from_json, "[" * 100_000)
    problem("PARAMETER_TYPE", network, 3)
    problem("PARAMETER_TYPE", network, None)


def test_the_size_of_the_pictures_chooses_the_network():
    assert network("auto", (128, 40, 3)) == reference("small_resnet")
    assert network("auto", (40, 129, 1)) == reference("resnet18")
    assert "not known yet" in str(problem("NETWORK_INVALID", network, "auto"))
    for side in (24, 128):
        assert shapes(reference("small_resnet"), (side, side, 1), 2)[-1] == (2,)


def test_options_fill_only_what_the_network_leaves_unset():
    some = Sequential([Dense(3, l2=0.5), Output()], learning_rate=0.25, activation="tanh")
    settings = fill(some, {"l2": 0.125, "updater": None})
    assert list(settings) == options.names("network")
    assert settings["learning_rate"] == 0.25
    assert settings["activation"] == "tanh"
    assert settings["l2"] == 0.125
    assert settings["updater"] == options.default("network", "updater")
    error = problem("PARAMETER_CONFLICT", fill, some, {"learning_rate": 0.25})
    assert str(error) == ("learning_rate is set both in the network and as an option: leave one out")
    assert error.details["parameter"] == "learning_rate"
    problem("PARAMETER_UNKNOWN", fill, some, {"learning_rte": 1})
    problem("PARAMETER_RANGE", fill, some, {"l2": -1})


@pytest.mark.parametrize("loss", ["mse", "focal"])
def test_labels_are_smoothed_for_the_losses_that_can(loss):
    smoothed = {"loss": loss, "label_smoothing": 0.1}
    error = problem("PARAMETER_CONFLICT", fill, Sequential([Output()]), smoothed)
    assert str(error) == (
        f"label_smoothing works with the losses cross_entropy and binary_cross_entropy, but the loss is {loss}"
    )
    assert fill(Sequential([Output(loss="binary_cross_entropy")]), smoothed)["loss"] == loss
    assert fill(Sequential([Output(label_smoothing=0)]), smoothed)["label_smoothing"] == 0.1
    problem("PARAMETER_CONFLICT", fill, Sequential([Output(loss=loss)], label_smoothing=0.1), {})


def test_networks_cannot_be_changed():
    some = landscape()
    with pytest.raises(dataclasses.FrozenInstanceError):
        some.l2 = 1.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        some.layers[0].filters = 1
    assert dataclasses.replace(some, l2=0.5).l2 == 0.5


def test_numpy_integers_are_integers():
    layer = Conv2D(np.int64(4), (np.int32(3), 3))
    assert json.loads(json.dumps(layer.to_dict()))["kernel_size"] == [3, 3]
