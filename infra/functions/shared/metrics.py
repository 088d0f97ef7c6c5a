"""The metrics of an invocation: counted while it runs, and written at its end."""

from __future__ import annotations

import os
from functools import lru_cache

from aws_lambda_powertools import Metrics

from infra.functions.shared.metric_table import Metric

__all__ = ["Metric", "count", "flush"]


@lru_cache(maxsize=1)
def _metrics() -> Metrics:
    metrics = Metrics()
    metrics.set_default_dimensions(environment=os.environ["ENVIRONMENT"])
    return metrics


def count(metric: Metric, value: float = 1) -> None:
    """Add to a metric of this invocation."""
    row = metric.value
    _metrics().add_metric(name=row.name, unit=row.unit, value=value)


def flush() -> None:
    """Write the metrics of this invocation to standard output, where CloudWatch reads them."""
    _metrics().flush_metrics()
