"""Features of a folder's pictures on local[2] by ImageFeaturizer; prints JSON.

spark_featurizer_sparkdl4j.py FOLDER NETWORK SIZE REPEATS
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import sparkdl4j_cluster as clusters

from sparkdl4j import ConvNetClassifier
from sparkdl4j.spark import ImageFeaturizer

PARTITIONS = 8


def main(folder: str, network: str, size: int, repeats: int) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (4, size, size, 3), dtype="u1")
    with tempfile.TemporaryDirectory() as temporary, clusters.cluster("local[2]") as session:
        model = Path(temporary) / "model.zip"
        # Random weights do: what is computed does not depend on them.
        ConvNetClassifier(network, epochs=1, batch_size=4, verbose=False).fit(noise, [0, 1, 0, 1]).save(model)
        files = session.read.format("binaryFile").option("recursiveFileLookup", "true").load(folder)
        files = files.selectExpr("content AS image")
        featurizer = ImageFeaturizer(model, checkRows=0, handleInvalid="skip")
        few = files.limit(64).repartition(2)
        featurizer.transform(few).select("features").write.format("noop").mode("overwrite").save()
        rows = files
        for _ in range(repeats - 1):
            rows = rows.union(files)
        rows = rows.repartition(PARTITIONS).cache()
        count = rows.count()
        start = time.perf_counter()
        featurizer.transform(rows).select("features").write.format("noop").mode("overwrite").save()
        seconds = time.perf_counter() - start
        print(json.dumps({"images_per_second": count / seconds, "images": count, "version": session.version}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
