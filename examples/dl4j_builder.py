"""A network built with Deeplearning4j's own builder, trained with this library's classifier.

    python examples/dl4j_builder.py [EPOCHS]

The builder has all that Deeplearning4j has, such as a learning rate schedule of its own; what the compute plan lacks of
it runs on Deeplearning4j itself. Needs scikit-learn, for its digits.
"""

from __future__ import annotations

import sys

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sparkdl4j import ConvNetClassifier, from_dl4j
from sparkdl4j.jvm import jimport, to_nd4j, to_numpy


def configuration(height: int, width: int, classes: int) -> object:
    """A MultiLayerConfiguration."""
    layers = "org.deeplearning4j.nn.conf.layers"
    activation = jimport("org.nd4j.linalg.activations.Activation")
    loss = jimport("org.nd4j.linalg.lossfunctions.LossFunctions").LossFunction
    convolution = jimport(f"{layers}.ConvolutionLayer").Builder(3, 3).nOut(16).activation(activation.RELU)
    pooling = jimport(f"{layers}.SubsamplingLayer").Builder([2, 2], [2, 2])
    dense = jimport(f"{layers}.DenseLayer").Builder().nOut(64).activation(activation.RELU)
    output = jimport(f"{layers}.OutputLayer").Builder(loss.MCXENT).nOut(classes).activation(activation.SOFTMAX)
    return (
        jimport("org.deeplearning4j.nn.conf.NeuralNetConfiguration")
        .Builder()
        .updater(jimport("org.nd4j.linalg.learning.config.Adam")(0.003))
        .list(convolution.build(), pooling.build(), dense.build(), output.build())
        .setInputType(jimport("org.deeplearning4j.nn.conf.inputs.InputType").convolutional(height, width, 1))
        .build()
    )


def main(epochs: int) -> float:
    """Trains; returns the accuracy on pictures that were held out."""
    digits = load_digits()
    pictures = (digits.images * 15).astype(np.uint8)
    train, test, train_labels, test_labels = train_test_split(pictures, digits.target, random_state=1)
    network = from_dl4j(configuration(8, 8, 10), size=(8, 8))
    classifier = ConvNetClassifier(network, epochs=epochs, seed=1, verbose=False).fit(train, train_labels)
    accuracy = classifier.score(test, test_labels)
    print(f"{network.summary()}\naccuracy {accuracy:.3f}")

    # Arrays are shared, not copied: what one side writes the other reads.
    means = np.zeros((8, 8), np.float32)
    shared = to_nd4j(means)
    shared.addi(to_nd4j(np.ascontiguousarray(train.mean(axis=0), np.float32)))
    assert to_numpy(shared)[4, 4] == means[4, 4] > 0
    return accuracy


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
