"""Makes Keras files with random weights, and what Keras predicts with them; runs where Keras is installed.

    build/peers/keras/bin/python tests/golden/keras/make_files.py small tests/golden/keras
    build/peers/keras2/bin/python tests/golden/keras/make_files.py small tests/golden/keras
    build/peers/keras/bin/python tests/golden/keras/make_files.py applications FOLDER ResNet50 VGG16

Where there is tf_keras, that is Keras 2, its files are made; the small ones of HDF5 are compressed by gzip. Beside each
file NAME there is NAME.json with the predictions of `pictures(shape)`.
"""

from __future__ import annotations

import functools
import gzip
import json
import os
import sys
import zipfile
from pathlib import Path

import numpy as np

COUNT = 3
LARGE = 100


def pictures(shape: tuple[int, int, int]) -> np.ndarray:
    """The pictures that predictions are compared on, uint8: noise, where they are large in squares of a quarter.

    Finer noise looks alike to networks that average over large pictures.
    """
    height, width, channels = shape
    square = height // 4 if height >= LARGE else 1
    noise = np.random.default_rng(7).integers(0, 256, (COUNT, height // square, width // square, channels), np.uint8)
    return noise.repeat(square, axis=1).repeat(square, axis=2)


def main(what: str, folder: str, *names: str) -> None:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    try:
        import tf_keras as keras

        major = 2
    except ImportError:
        import keras

        major = 3
    keras.utils.set_random_seed(1)
    makers = small(keras) if what == "small" else applications(keras, names)
    for name, make in makers.items():
        keras.backend.clear_session()
        model, prepare = make()
        shape = tuple(model.input_shape[1:])
        randomize(keras, model, prepare(pictures(shape).astype("float32")))
        predicted = np.asarray(model(prepare(pictures(shape).astype("float32")), training=False), np.float64)
        for suffix in ("h5",) if major == 2 else ("h5", "keras"):
            file = Path(folder) / f"{name}-keras{major}.{suffix}"
            model.save(str(file), include_optimizer=False)
            if what == "small":
                compress(file)
        values = {"shape": shape, "predicted": predicted.round(7).tolist()}
        (Path(folder) / f"{name}-keras{major}.json").write_text(json.dumps(values) + "\n")
    if what == "small" and major == 3:
        make_topless(keras, folder)


def randomize(keras, model, inputs: np.ndarray) -> None:
    """Gives normalisations the statistics of the pictures, and all weights noise: nothing is what it was at first."""
    random = np.random.default_rng(2)
    layers = list(every_layer(model))
    norms = [layer for layer in layers if isinstance(layer, keras.layers.BatchNormalization)]
    momenta = [layer.momentum for layer in norms]
    for layer in norms:
        layer.momentum = 0.0
    model(inputs, training=True)
    for layer, momentum in zip(norms, momenta, strict=True):
        layer.momentum = momentum
    plain = [layer for layer in layers if not hasattr(layer, "layers") and layer.get_weights()]
    for layer in plain:
        if not isinstance(layer, keras.layers.Normalization):
            values = layer.get_weights()
            layer.set_weights([one * random.uniform(0.9, 1.1, one.shape) + noise(random, one) for one in values])
    # Predictions that are neither all alike nor all certain.
    last = plain[-1]
    if last in model.layers and isinstance(last, keras.layers.Dense):
        kernel, bias = last.get_weights()
        features = np.asarray(keras.Model(model.inputs, last.input)(inputs, training=False))
        # Large networks round more.
        spread = 0.3 if inputs.shape[1] >= LARGE else 1.0
        kernel = kernel * (spread / np.std(features @ kernel, axis=0))
        last.set_weights([kernel, bias - (features @ kernel).mean(axis=0)])


def noise(random, values: np.ndarray) -> np.ndarray:
    return random.uniform(0.01, 0.1, values.shape) if np.ndim(values) == 1 else np.zeros_like(values)


def every_layer(model):
    for layer in model.layers:
        yield layer
        if hasattr(layer, "layers"):
            yield from every_layer(layer)


def compress(file: Path) -> None:
    """The same file, smaller: HDF5 within gzip, and the zip of Keras with a compression."""
    if file.suffix == ".h5":
        Path(f"{file}.gz").write_bytes(gzip.compress(file.read_bytes(), mtime=0))
        file.unlink()
        return
    with zipfile.ZipFile(file) as old:
        entries = [(name, old.read(name)) for name in old.namelist()]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in entries:
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)


def small(keras):
    layers = keras.layers

    def as_they_are(values):
        return values

    def sequential():
        model = keras.Sequential(
            [
                layers.Input((13, 11, 3)),
                layers.Rescaling(1 / 127.5, -1),
                layers.Conv2D(6, 3, strides=2, padding="same", activation="relu"),
                layers.BatchNormalization(),
                layers.SeparableConv2D(8, 3, padding="same", depth_multiplier=2),
                layers.LeakyReLU(0.2),
                layers.MaxPooling2D(2, padding="same"),
                layers.Flatten(),
                layers.BatchNormalization(scale=False),
                layers.Dense(10, activation="tanh", kernel_regularizer=keras.regularizers.l2(0.01)),
                layers.Dropout(0.3),
                layers.Dense(4, activation="softmax"),
            ],
            name="sequential",
        )
        return model, as_they_are

    def functional():
        normalization = layers.Normalization(axis=-1, mean=[0.4, 0.5, 0.6], variance=[0.04, 0.05, 0.06])
        inputs = layers.Input((17, 16, 3))
        x = normalization(layers.Rescaling(1 / 255)(inputs))
        x = layers.ZeroPadding2D(((0, 1), (1, 0)))(x)
        x = layers.Conv2D(8, 3, strides=2, use_bias=False, name="stem")(x)
        x = layers.BatchNormalization(epsilon=1e-3)(x)
        x = layers.ReLU(6.0)(x)
        y = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
        y = layers.BatchNormalization(center=False)(y)
        y = layers.Activation("swish")(y)
        gate = layers.GlobalAveragePooling2D()(y)
        gate = layers.Reshape((1, 1, 8))(gate)
        gate = layers.Conv2D(2, 1, activation="swish")(gate)
        gate = layers.Conv2D(8, 1, activation="sigmoid")(gate)
        y = layers.Multiply()([y, gate])
        x = layers.Add()([x, y])
        z = layers.Conv2D(4, 3, padding="same", strides=2, groups=2, activation="hard_sigmoid")(x)
        x = layers.AveragePooling2D(2, padding="same")(x)
        x = layers.Concatenate()([x, z])
        x = layers.Conv2D(6, 1, dilation_rate=1, activation="elu")(x)
        x = layers.Flatten()(x)
        x = layers.Dense(5, activation="relu")(x)
        outputs = layers.Dense(1, activation="sigmoid", name="predictions")(x)
        return keras.Model(inputs, outputs, name="functional"), as_they_are

    def nested():
        inputs = layers.Input((12, 12, 3))
        x = layers.Conv2D(6, 3, padding="same", activation="relu", name="conv")(inputs)
        x = layers.BatchNormalization(name="norm")(x)
        base = keras.Model(inputs, x, name="base")
        head = keras.Sequential([layers.Input((6,)), layers.Dense(8, name="conv"), layers.ReLU(3.0)], name="head")
        pictures_ = layers.Input((12, 12, 3))
        x = layers.RandomFlip("horizontal")(pictures_)
        x = base((x - 127.5) / 60.0)
        x = head(layers.GlobalMaxPooling2D()(x))
        x = layers.Dense(3)(x)
        return keras.Model(pictures_, layers.Softmax()(x), name="nested"), as_they_are

    return {"sequential": sequential, "functional": functional, "nested": nested}


def make_topless(keras, folder: str) -> None:
    """A base of any size, without top."""
    layers = keras.layers
    inputs = layers.Input((None, None, 3))
    x = layers.Conv2D(8, 3, padding="same", activation="relu", name="conv")(layers.Rescaling(1 / 255)(inputs))
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(12, 3, padding="same", activation="relu")(x)
    keras.Model(inputs, x, name="topless").save(f"{folder}/topless.keras")
    compress(Path(folder) / "topless.keras")


def applications(keras, names):
    home = keras.applications
    known = {
        "ResNet50": home.resnet50.preprocess_input,
        "VGG16": home.vgg16.preprocess_input,
        "MobileNetV2": home.mobilenet_v2.preprocess_input,
        "EfficientNetB0": home.efficientnet.preprocess_input,
        "DenseNet121": home.densenet.preprocess_input,
    }

    def make(name):
        # Of a thousand classes each has so little that a wrong one would not be seen.
        model = getattr(home, name)(weights=None, classes=10)
        if name == "MobileNetV2":
            # Its first weights are so small that normalisations, which add epsilon to the variance, let little through.
            for layer in model.layers:
                if getattr(layer, "use_bias", True) is False:
                    layer.set_weights([10 * values for values in layer.get_weights()])
        return model, lambda values: known[name](values.copy())

    return {name.lower(): functools.partial(make, name) for name in names or known}


if __name__ == "__main__":
    main(*sys.argv[1:])
