"""Features of a folder's pictures on local[2] by a pandas UDF around PyTorch; prints JSON.

spark_featurizer_torch.py FOLDER NETWORK SIZE REPEATS contiguous|channels_last
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from spark_folder import spark_folder

sys.path.insert(0, str(spark_folder(4)))
# For the Python workers that Spark starts.
os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), sys.path[0]])
os.environ["PYSPARK_PYTHON"] = sys.executable

import pandas as pd
import torch
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import pandas_udf
from torch_networks import NETWORKS

PARTITIONS = 8
BATCH = 32


def features_of(network: str, size: int, layout: str) -> object:
    @pandas_udf("array<float>")  # type: ignore[call-overload,untyped-decorator]
    def features(batches: Iterator[pd.Series]) -> Iterator[pd.Series]:
        import io

        import numpy as np
        from PIL import Image

        torch.set_num_threads(1)
        memory = torch.channels_last if layout == "channels_last" else torch.contiguous_format
        # Without the output layer.
        model = torch.nn.Sequential(*list(NETWORKS[network](2).children())[:-1]).eval().to(memory_format=memory)

        def decoded(content: bytes) -> np.ndarray:
            picture = Image.open(io.BytesIO(content))
            picture.draft("RGB", (size, size))
            return np.asarray(picture.convert("RGB").resize((size, size), Image.Resampling.BILINEAR))

        for batch in batches:
            with torch.inference_mode():
                pixels = torch.from_numpy(np.stack([decoded(content) for content in batch]))
                pictures = pixels.permute(0, 3, 1, 2).float().div_(255).to(memory_format=memory)
                yield pd.Series(list(model(pictures).flatten(1).numpy()))

    return features


def main(folder: str, network: str, size: int, repeats: int, layout: str) -> None:
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.host", "localhost")
        .config("spark.driver.memory", "4g")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", str(BATCH))
        .config("spark.executorEnv.OMP_NUM_THREADS", "1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    features = features_of(network, size, layout)

    def compute(rows: DataFrame) -> None:
        rows.select(features("image")).write.format("noop").mode("overwrite").save()  # type: ignore[operator]

    files = session.read.format("binaryFile").option("recursiveFileLookup", "true").load(folder)
    files = files.selectExpr("content AS image")
    compute(files.limit(64).repartition(2))
    rows = files
    for _ in range(repeats - 1):
        rows = rows.union(files)
    rows = rows.repartition(PARTITIONS).cache()
    count = rows.count()
    start = time.perf_counter()
    compute(rows)
    seconds = time.perf_counter() - start
    print(json.dumps({"images_per_second": count / seconds, "images": count, "version": torch.__version__}))
    session.stop()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
