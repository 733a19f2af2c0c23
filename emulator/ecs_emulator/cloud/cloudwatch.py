"""CloudWatch's operations on metrics. Its alarms and dashboards are kept by moto, and nobody looks at them."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.metrics import Datum, Dimensions, Metric, MetricStore, is_statistic, statistic

if TYPE_CHECKING:
    from ecs_emulator.cloud.service import Answer

# What would change an answer and cannot be done here.
_REFUSED = {
    "GetMetricData": ("NextToken", "MaxDatapoints", "LabelOptions"),
    "ListMetrics": ("NextToken", "RecentlyActive", "IncludeLinkedAccounts", "OwningAccount"),
    "PutMetricData": ("EntityMetricData",),
}
_RESERVED = "AWS/"  # begins the names of the namespaces that only AWS fills
_SHORT_PERIODS = (1, 5, 10, 20, 30)  # seconds; else whole minutes
_MOST_POINTS = 1_440  # that GetMetricStatistics gives


def put_metric_data(metrics: MetricStore, request: Mapping[str, Any]) -> Answer:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html"""
    _refuse("PutMetricData", request)
    namespace = request["Namespace"]
    if namespace.startswith(_RESERVED):
        raise AwsError("InvalidParameterValue", f"The value {namespace} for parameter Namespace is invalid.")
    data = [_datum(namespace, each) for each in request.get("MetricData", [])]
    for datum in data:
        metrics.put(datum)
    return {}


def _datum(namespace: str, given: Mapping[str, Any]) -> Datum:
    if "StatisticValues" in given:
        raise AwsError("InvalidParameterCombination", "StatisticValues are not emulated here; Value and Values are.")
    if ("Value" in given) == ("Values" in given):
        raise AwsError("InvalidParameterCombination", "A metric has either a Value or Values.")
    values = given.get("Values", [given.get("Value")])
    counts = given.get("Counts", [1] * len(values))
    if len(counts) != len(values):
        raise AwsError("InvalidParameterCombination", "There have to be as many Counts as Values.")
    return Datum(
        Metric(namespace, given["MetricName"], _dimensions(given)),
        given["Timestamp"].timestamp() if "Timestamp" in given else time.time(),
        [value for value, count in zip(values, counts, strict=True) for _ in range(int(count))],
        given.get("Unit", "None"),
        given.get("StorageResolution", 60),
    )


def get_metric_data(metrics: MetricStore, request: Mapping[str, Any]) -> Answer:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html"""
    _refuse("GetMetricData", request)
    newest_first = request.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    found = []
    for query in request["MetricDataQueries"]:
        if "MetricStat" not in query:
            raise AwsError("ValidationError", "Expressions are not emulated here; each query has to have a MetricStat.")
        metric_stat = query["MetricStat"]
        name = metric_stat["Stat"]
        _check(name)
        metric = _metric(metric_stat["Metric"])
        span, period = _span(request), metric_stat["Period"]
        _check_period(period)
        points = [(at, statistic(name, each)) for at, each in metrics.periods(metric, *span, period).items()]
        points.sort(reverse=newest_first)
        if query.get("ReturnData", True):
            found.append(
                {
                    "Id": query["Id"],
                    "Label": query.get("Label", metric.name),
                    "Timestamps": [_moment(at) for at, _ in points],
                    "Values": [value for _, value in points],
                    "StatusCode": "Complete",
                }
            )
    return {"MetricDataResults": found, "Messages": []}


def get_metric_statistics(metrics: MetricStore, request: Mapping[str, Any]) -> Answer:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html"""
    names, extended = request.get("Statistics", []), request.get("ExtendedStatistics", [])
    for each in (*names, *extended):
        _check(each)
    if not names and not extended:
        message = "At least one of the parameters Statistics and ExtendedStatistics must be specified."
        raise AwsError("InvalidParameterCombination", message)
    metric, span, period = _metric(request), _span(request), request["Period"]
    _check_period(period)
    if (asked := math.ceil((span[1] - span[0]) / period)) > _MOST_POINTS:
        message = (
            f"You have requested up to {asked:,} datapoints, which exceeds the limit of {_MOST_POINTS:,}. "
            "You may reduce the datapoints requested by increasing Period, or decreasing the time range."
        )
        raise AwsError("InvalidParameterCombination", message)
    points = [
        {
            "Timestamp": _moment(at),
            "Unit": metrics.unit(metric),
            **{name: statistic(name, values) for name in names},
            **({"ExtendedStatistics": {name: statistic(name, values) for name in extended}} if extended else {}),
        }
        for at, values in metrics.periods(metric, *span, period).items()
    ]
    return {"Label": metric.name, "Datapoints": points}


def list_metrics(metrics: MetricStore, request: Mapping[str, Any]) -> Answer:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html"""
    _refuse("ListMetrics", request)
    found = [
        {
            "Namespace": metric.namespace,
            "MetricName": metric.name,
            "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions],
        }
        for metric in metrics.all()
        if metric.namespace == request.get("Namespace", metric.namespace)
        and metric.name == request.get("MetricName", metric.name)
        and all(_has(metric, each) for each in request.get("Dimensions", []))
    ]
    return {"Metrics": found}


def _has(metric: Metric, dimension: Mapping[str, str]) -> bool:
    values = dict(metric.dimensions)
    return (
        dimension["Name"] in values and dimension.get("Value", values[dimension["Name"]]) == values[dimension["Name"]]
    )


def _metric(request: Mapping[str, Any]) -> Metric:
    return Metric(request.get("Namespace", ""), request.get("MetricName", ""), _dimensions(request))


def _dimensions(request: Mapping[str, Any]) -> Dimensions:
    return tuple(sorted((each["Name"], each["Value"]) for each in request.get("Dimensions", [])))


def _span(request: Mapping[str, Any]) -> tuple[float, float]:
    start, end = request["StartTime"].timestamp(), request["EndTime"].timestamp()
    if start >= end:
        raise AwsError("InvalidParameterValue", "The parameter StartTime must be less than the parameter EndTime.")
    return start, end


def _check(name: str) -> None:
    if not is_statistic(name):
        raise AwsError("InvalidParameterValue", f"The statistic {name} is not emulated here.")


def _check_period(period: int) -> None:
    if period not in _SHORT_PERIODS and period % 60:
        raise AwsError("InvalidParameterValue", "The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.")


def _refuse(operation: str, request: Mapping[str, Any]) -> None:
    for name in _REFUSED[operation]:
        if name in request:
            raise AwsError("InvalidParameterValue", f"{name} of {operation} is not emulated here.")


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


OPERATIONS = {
    "GetMetricData": get_metric_data,
    "GetMetricStatistics": get_metric_statistics,
    "ListMetrics": list_metrics,
    "PutMetricData": put_metric_data,
}
