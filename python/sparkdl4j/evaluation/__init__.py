"""How good predictions are: metrics, their confidence intervals, thresholds, and comparisons."""

from sparkdl4j.evaluation.bootstrap import Interval
from sparkdl4j.evaluation.comparison import Comparison
from sparkdl4j.evaluation.evaluation import Evaluation
from sparkdl4j.evaluation.groups import GroupResult, GroupTable
from sparkdl4j.evaluation.metrics import ClassMetrics, Metrics
from sparkdl4j.evaluation.threshold import Threshold

__all__ = [
    "ClassMetrics",
    "Comparison",
    "Evaluation",
    "GroupResult",
    "GroupTable",
    "Interval",
    "Metrics",
    "Threshold",
]
