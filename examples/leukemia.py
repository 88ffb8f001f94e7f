"""Leukemia cells (C-NMC): what the paper tried with a featurizer and logistic regression, by subject.

    python examples/leukemia.py PICTURES --pretrain-on FOLDER | --pretrained MODEL [--folds 3] [--out DIR]

PICTURES has the subfolders all and hem with files UID_{subject}_{number}_{cell}_{all or hem}.png (BMP and others too).
No weights come with sparkdl4j: FOLDER has a subfolder a class of any other pictures (landscapes, skin lesions, …),
which a network is trained on first; MODEL is a model file that there is already, such as DIR/pretrained.zip.

The data are looked at; then, by cross-validation whose folds are whole subjects, judged: features of the pretrained
network with logistic regression, and the pretrained network fine-tuned. The paper's featurizer and logistic regression
came to an accuracy of .507 and an F1 of .508.

DIR has report.html, of the data and of all folds together; last-fold/report.html, with the heat maps of the last
fold's network; pretrained.zip; model.zip, the last fold's; figures.json.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from paper import Example, Figure, told

from sparkdl4j import (
    Augmentation,
    ConvNetClassifier,
    Evaluation,
    ImageDataset,
    ImageFeaturizer,
    ImageFolder,
    Inspection,
    recipe,
    write_report,
)

SIZE = 64
SEED = 1
NAMES = r"UID_(?P<group>[^_]+)_(?P<number>\d+)_(?P<cell>\d+)_(?P<label>all|hem)\."
AUGMENTATION = Augmentation(horizontal_flip=True, vertical_flip=True, rotation=20, shift=0.1)


def pretrain(folder: Path, epochs: int, model: Path) -> Path:
    """Trains a network on other pictures; gives its file."""
    pictures = ImageFolder(folder, size=SIZE)
    ConvNetClassifier("small_resnet", **recipe("photographs", epochs=epochs, seed=SEED)).fit(pictures).save(model)
    return model


def by_features(model: Path, train: ImageDataset, test: ImageDataset) -> Evaluation:
    """Logistic regression on standardised features."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    chain = make_pipeline(
        ImageFeaturizer(model),
        StandardScaler(),
        LogisticRegression(C=0.01, class_weight="balanced", max_iter=1000),
    )
    chain.fit(train.X, train.y)
    return Evaluation(test.required_labels(), chain.predict_proba(test.X), classes=test.classes, groups=test.groups)


def fine_tuned(model: Path, train: ImageDataset, epochs: int) -> ConvNetClassifier:
    """The pretrained network, from its head downwards."""
    return ConvNetClassifier(
        pretrained=model,
        epochs=epochs,
        unfreeze_every=1,
        layer_decay=0.7,
        learning_rate_schedule="cosine",
        batch_size=32,
        class_weight="balanced",
        augmentation=AUGMENTATION,
        seed=SEED,
        verbose=False,
    ).fit(train)


def main(arguments: Sequence[str] | None = None) -> None:
    example = Example("leukemia", __doc__)
    begin = example.parser.add_mutually_exclusive_group(required=True)
    begin.add_argument("--pretrain-on", type=Path, metavar="FOLDER", help="of other pictures, to train a network on")
    begin.add_argument("--pretrained", type=Path, metavar="MODEL", help="a model file to begin with")
    example.parser.add_argument("--pretrain-epochs", type=int, default=30, help="%(default)s")
    example.parser.add_argument("--epochs", type=int, default=20, help="of fine-tuning, in each fold; %(default)s")
    example.parser.add_argument(
        "--folds", type=int, default=3, help="of whole subjects, not more than are healthy; %(default)s"
    )
    given = example.parse(arguments)

    data = ImageFolder(given.pictures, size=SIZE, name_pattern=NAMES)
    print(Inspection.of(data))
    folds = data.k_fold(given.folds, seed=SEED)
    model = given.pretrained or pretrain(given.pretrain_on, given.pretrain_epochs, given.out / "pretrained.zip")
    features, networks = [], []
    for number, (train, test) in enumerate(folds, start=1):
        features.append(by_features(model, train, test))
        classifier = fine_tuned(model, train, given.epochs)
        networks.append(classifier.evaluate(test))
        print(f"fold {number}: features {features[-1].f1:.3f}, fine-tuned {networks[-1].f1:.3f} (macro F1)", flush=True)
    by_regression, by_network = Evaluation.concatenate(features), Evaluation.concatenate(networks)
    print(by_network)
    classifier.save(given.out / "model.zip")
    title = "Leukemia cells by subject"
    intervals = by_network.confidence_intervals()
    write_report(given.out, title=title, data=data, evaluation=by_network, intervals=intervals)
    write_report(
        given.out / "last-fold",
        title=f"{title}, the last fold: where the network looked",
        evaluation=networks[-1],
        pictures=test,
        history=classifier.history_,
        classifier=classifier,
    )
    counts = ", ".join(f"{name} {count}" for name, count in zip(data.classes, np.bincount(data.labels), strict=True))
    of = f"{counts}; {len(set(data.groups))} subjects, {given.folds} folds of whole subjects"
    example.tell(
        [
            Figure(f"{metric}, {way}", paper if way.startswith("features") else "", told(evaluation, name), of)
            for way, evaluation in (("features, logistic regression", by_regression), ("fine-tuned", by_network))
            for metric, name, paper in (("accuracy", "accuracy", ".507"), ("F1", "f1", ".508"))
        ]
    )


if __name__ == "__main__":
    main()
