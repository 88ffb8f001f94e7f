"""Where `make spark-test` installs PySpark."""

from __future__ import annotations

from pathlib import Path

_SPARKS = Path(__file__).parents[2] / "build" / "spark"


def spark_folder(major: int) -> Path:
    """The folder to put on Python's path.

    Raises:
        FileNotFoundError: no Spark of that major version is installed.
    """
    found = sorted(_SPARKS.glob(f"{major}.*/pyspark"))
    if not found:
        raise FileNotFoundError(f"there is no Spark {major} in {_SPARKS}: make spark-test installs it")
    return found[-1].parent
