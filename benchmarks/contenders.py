"""The contenders of the benchmarks, and the processes in which they run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from peers.protocol import Work

_PEERS = Path(__file__).parent / "peers"
_BUILD = Path(__file__).parent.parent / "build"
THREADS = len(os.sched_getaffinity(0))
_TIDY_SECONDS = 20


@dataclass(frozen=True)
class Contender:
    """One side: a worker program, and what it is told to be.

    Args:
        program: of the folder peers.
        variant: as the program names it.
        environment: the virtual environment in build/peers; None for our own.
        threads: of each process that it computes in.
    """

    program: str
    variant: str
    environment: str | None = None
    threads: int = THREADS

    @property
    def interpreter(self) -> Path:
        return (
            Path(sys.executable) if self.environment is None else _BUILD / "peers" / self.environment / "bin" / "python"
        )


CONTENDERS = {
    "sparkdl4j": Contender("sparkdl4j_worker.py", "f32"),
    "sparkdl4j_bf16": Contender("sparkdl4j_worker.py", "bf16"),
    "dl4j": Contender("dl4j_worker.py", "stock"),
    **{
        f"torch_{layout}{precision}": Contender("torch_worker.py", f"{layout}{precision}", "torch")
        for precision in ("", "_bf16")
        for layout in ("contiguous", "channels_last", "compiled")
    },
    **{f"keras_{variant}": Contender("keras_worker.py", variant, "keras") for variant in ("jit", "graph")},
    # On Spark: one thread for each of two workers.
    **{f"sparkdl4j_spark_{cores}": Contender("spark_sparkdl4j_worker.py", f"local[{cores}]") for cores in (1, 2)},
    **{
        f"torch_distributor_{layout}": Contender("spark_torch_worker.py", layout, "torch", threads=1)
        for layout in ("contiguous", "channels_last")
    },
    "elephas": Contender("spark_elephas_worker.py", "synchronous", "elephas", threads=1),
    "dl4j_spark": Contender("spark_dl4j_worker.py", "stock", threads=1),
}


class DoesNotWorkError(Exception):
    """A contender cannot do what it was asked; the text says why."""


class Worker:
    """A contender at work in a process of its own, which waits without using the processor while it is not asked.

    What it says on standard error is in build/benchmarks.
    """

    def __init__(self, contender: Contender, work: Work) -> None:
        if not contender.interpreter.exists():
            raise DoesNotWorkError(f"not installed: benchmarks/peers/install {contender.environment}")
        log = _BUILD / "benchmarks" / f"{Path(contender.program).stem}_{contender.variant}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        # What a process that had to be killed leaves behind goes with this folder.
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        with log.open("w") as stderr:
            self._process = subprocess.Popen(
                [str(contender.interpreter), str(_PEERS / contender.program)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                env={**os.environ, "OMP_NUM_THREADS": str(contender.threads), "TMPDIR": self._folder.name},
            )
        try:
            self.version: str = self.ask("open", variant=contender.variant, **asdict(work))["version"]
        except BaseException:
            self.close()
            raise

    def ask(self, do: str, **request: Any) -> dict[str, Any]:
        """The answer to a request.

        Raises:
            DoesNotWorkError: when it is an error, or the process has ended.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            print(json.dumps({"do": do, **request}), file=self._process.stdin, flush=True)
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise DoesNotWorkError(f"its process ended with code {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise DoesNotWorkError(answer["error"])
        return answer

    def close(self) -> None:
        """Ends the process, which has some seconds to remove what it has in temporary folders."""
        try:
            self._process.communicate(timeout=_TIDY_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        self._folder.cleanup()

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Workers:
    """Contenders at one piece of work, each started when it is first asked for. A context manager, which ends them."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self._open: dict[str, Worker] = {}

    def __getitem__(self, name: str) -> Worker:
        if name not in self._open:
            self._open[name] = Worker(CONTENDERS[name], self.work)
        return self._open[name]

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._open.values():
            worker.close()
