"""Leukemia cells (C-NMC): what the paper tried with a featurizer and logistic regression, by subject.

    python examples/leukemia.py PICTURES --pretrain-on FOLDER [--model pretrained.zip] [--report DIR] [--small]

PICTURES has the subfolders all and hem with files UID_{subject}_{number}_{cell}_{all or hem}.png (BMP and others too).
No weights come with sparkdl4j: FOLDER has a subfolder a class of any other pictures (landscapes, skin lesions, …),
which a network is trained on first; `--model` keeps it, and one that is there already is used as it is.

The data are looked at; then, by cross-validation whose folds are whole subjects, judged: features of the pretrained
network with logistic regression, and the pretrained network fine-tuned. Where the last network looked is in the
report. The paper's featurizer and logistic regression came to an accuracy of .507 and an F1 of .508.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from paper import table

from sparkdl4j import (
    Augmentation,
    ConvNetClassifier,
    Evaluation,
    ImageDataset,
    ImageFeaturizer,
    ImageFolder,
    Inspection,
    write_report,
)

SIZE = 64
SEED = 1
NAMES = r"UID_(?P<group>[^_]+)_(?P<number>\d+)_(?P<cell>\d+)_(?P<label>all|hem)\."
AUGMENTATION = Augmentation(horizontal_flip=True, vertical_flip=True, rotation=20, shift=0.1)


def pretrained(folder: Path, model: Path, small: bool) -> Path:
    """The file of a network that was trained on another folder; trained where it is missing."""
    if not model.exists():
        pictures = ImageFolder(folder, size=SIZE, max_damaged=1.0)
        epochs = 1 if small else 30
        ConvNetClassifier(
            "small_resnet", epochs=epochs, learning_rate_schedule="cosine", augmentation=AUGMENTATION, seed=SEED
        ).fit(pictures).save(model)
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


def fine_tuned(model: Path, train: ImageDataset, small: bool) -> ConvNetClassifier:
    """The pretrained network, from its head downwards."""
    return ConvNetClassifier(
        pretrained=model,
        epochs=2 if small else 20,
        unfreeze_every=1,
        layer_decay=0.7,
        learning_rate_schedule="cosine",
        batch_size=32,
        class_weight="balanced",
        augmentation=AUGMENTATION,
        seed=SEED,
        verbose=False,
    ).fit(train)


def told(evaluation: Evaluation) -> str:
    """Macro F1 with the interval that subjects give it, and accuracy."""
    interval = evaluation.confidence_interval("f1")
    return f"F1 {evaluation.f1:.3f} ({interval.low:.3f} to {interval.high:.3f}), accuracy {evaluation.accuracy:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--pretrain-on", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--model", type=Path, default=Path("leukemia-pretrained.zip"))
    parser.add_argument("--report", type=Path, default=Path("leukemia-report"))
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--small", action="store_true", help="few epochs, and two folds")
    arguments = parser.parse_args()

    data = ImageFolder(arguments.pictures, size=SIZE, name_pattern=NAMES)
    print(Inspection.of(data))
    model = pretrained(arguments.pretrain_on, arguments.model, arguments.small)
    features, networks = [], []
    folds = data.k_fold(2 if arguments.small else arguments.folds, seed=SEED)
    for number, (train, test) in enumerate(folds, start=1):
        features.append(by_features(model, train, test))
        classifier = fine_tuned(model, train, arguments.small)
        networks.append(classifier.evaluate(test))
        print(f"fold {number}: features {features[-1].f1:.3f}, fine-tuned {networks[-1].f1:.3f} (macro F1)")
    by_regression, by_network = Evaluation.concatenate(features), Evaluation.concatenate(networks)
    intervals = by_network.confidence_intervals()
    title = "Leukemia cells by subject"
    write_report(arguments.report, title=title, data=data, evaluation=by_network, intervals=intervals)
    write_report(
        arguments.report / "last-fold",
        title=f"{title}, the last fold: where the network looked",
        evaluation=networks[-1],
        pictures=test,
        history=classifier.history_,
        classifier=classifier,
    )
    counts = ", ".join(f"{name} {count}" for name, count in zip(data.classes, np.bincount(data.labels), strict=True))
    of = f"{counts}; {len(set(data.groups))} subjects, {len(folds)} folds of whole subjects"
    print()
    print(
        table(
            [
                ("featurizer and logistic regression", "accuracy .507, F1 .508", told(by_regression), of),
                ("fine-tuned network", "", told(by_network), of),
            ]
        )
    )
    print(f"\nreport: {arguments.report / 'report.html'}; pretrained model: {model}")


if __name__ == "__main__":
    main()
