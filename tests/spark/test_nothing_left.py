"""After a run nothing is left: no files, and no blocks in driver or executors."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pyspark")

SCRIPT = Path(__file__).parent / "leftovers_script.py"


@pytest.mark.long
@pytest.mark.parametrize("master", ["local[2]", "local-cluster[2,1,1024]"])
def test_of_training_predicting_saving_and_loading(master: str, picture_folder: Path, tmp_path: Path) -> None:
    folders = {name: tmp_path / name for name in ("python", "java", "spark")}
    for folder in folders.values():
        folder.mkdir()
    done = subprocess.run(
        [sys.executable, str(SCRIPT), master, str(picture_folder), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=400,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(folders["python"])},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert sorted(os.listdir(tmp_path)) == ["java", "model", "python", "spark"]
    for folder in folders.values():
        # Java's own, which every process removes when it ends by itself; executors are ended by Spark.
        assert [path for path in folder.rglob("*") if not path.name.startswith("hsperfdata")] == []
