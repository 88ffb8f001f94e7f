"""What Prometheus is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sparkdl4j.jvm.serving import ServedModels

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_OF_MODELS = {
    "pictures": "Pictures predicted since the model was read",
    "damaged": "Pictures that could not be decoded since the model was read",
    "batches": "Forward passes since the model was read",
    "computing_seconds": "Seconds that the network has computed since the model was read",
}


class Metrics:
    """The metrics of one server.

    Args:
        models: whose statistics are asked for when somebody looks.
        names: of the models.
    """

    def __init__(self, models: ServedModels, names: Iterable[str]) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "sparkdl4j_requests", "Requests answered", ["route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "sparkdl4j_request_seconds",
            "Seconds from a request's head to its answer",
            ["route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.under_way = Gauge(
            "sparkdl4j_requests_under_way", "Requests that are not answered", registry=self._registry
        )
        self.reloads = Counter(
            "sparkdl4j_reloads",
            "Readings of a model's file while serving",
            ["model", "outcome"],
            registry=self._registry,
        )
        self._registry.register(_OfModels(models, list(names)))

    def count(self, route: str, status: int, seconds: float) -> None:
        """Counts an answer."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """All of them, as Prometheus reads them."""
        return generate_latest(self._registry)


class _OfModels(Collector):
    def __init__(self, models: ServedModels, names: list[str]) -> None:
        self._models = models
        self._names = names

    def collect(self) -> Iterator[Metric]:
        found = {name: self._models.statistics(name) for name in self._names}
        waiting = GaugeMetricFamily(
            "sparkdl4j_pictures_waiting", "Pictures that wait or are computed", labels=["model"]
        )
        for name, statistics in found.items():
            waiting.add_metric([name], statistics["waiting"])
        yield waiting
        for key, text in _OF_MODELS.items():
            family = CounterMetricFamily(f"sparkdl4j_{key}", text, labels=["model"])
            for name, statistics in found.items():
                family.add_metric([name], statistics[key])
            yield family
