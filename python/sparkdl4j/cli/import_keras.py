"""`sparkdl4j import-keras`."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any


def run(arguments: Namespace) -> dict[str, Any]:
    """Writes the model file of a Keras file; returns what it is."""
    from sparkdl4j.cli.one_machine import configure_jvm
    from sparkdl4j.keras_import import from_keras

    configure_jvm(arguments)
    labels = None if arguments.labels is None else _labels(arguments.labels)
    classifier = from_keras(arguments.file, labels=labels, size=arguments.size, preprocessing=arguments.preprocessing)
    model = arguments.model or str(Path(arguments.file).with_suffix(".zip").name)
    classifier.save(model)
    height, width, channels = classifier.image_shape_
    imported: dict[str, Any] = classifier.imported_ or {}
    name = classifier.network_.name if classifier.network_ is not None else None
    top = f"{len(classifier.classes_)} classes" if imported["has_top"] else "without top, so it predicts no classes"
    print(
        f"{model}: {name} of Keras {imported['keras']}, pictures {height}x{width}x{channels}, "
        f"preprocessing {imported['preprocessing']}, {top}"
    )
    for notice in imported["notices"]:
        print(f"  {notice}")
    return {"model": model, "image_shape": [height, width, channels], **imported}


def _labels(text: str) -> list[str]:
    """The labels in a file, one a line, or in the text itself."""
    file = Path(text)
    if file.is_file():
        return [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [name.strip() for name in text.split(",")]
