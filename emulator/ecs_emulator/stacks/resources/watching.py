"""CloudWatch alarms and dashboards: kept and shown. No alarm is evaluated, so none rings and none ends a deployment."""

from __future__ import annotations

from ecs_emulator.stacks.resources.fitting import call
from ecs_emulator.stacks.resources.kind import Kind, Made, Place, Properties, finishing
from ecs_emulator.stacks.schema import TEXT

_NOT_EVALUATED = "Kept and shown; alarms are not evaluated here."


def _create_alarm(place: Place, name: str, properties: Properties) -> Made:
    cloudwatch = place.client("cloudwatch")
    wanted = {"AlarmName": name, **properties}
    call(cloudwatch, "PutMetricAlarm", wanted, "AWS::CloudWatch::Alarm")
    name = wanted["AlarmName"]
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    made = Made(name, {"Arn": alarm["AlarmArn"]})
    # What AWS says of an alarm until it has looked at the metric for the first time, which is for ever here.
    with finishing(made):
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="INSUFFICIENT_DATA", StateReason=_NOT_EVALUATED)
    return made


def _update_alarm(place: Place, made: Made, _before: Properties, after: Properties) -> Made:
    return _create_alarm(place, made.ref, after)


def _delete_alarm(place: Place, made: Made, _properties: Properties) -> None:
    place.client("cloudwatch").delete_alarms(AlarmNames=[made.ref])


def _create_dashboard(place: Place, name: str, properties: Properties) -> Made:
    wanted = {"DashboardName": name, **properties}
    call(place.client("cloudwatch"), "PutDashboard", wanted, "AWS::CloudWatch::Dashboard")
    return Made(wanted["DashboardName"])


def _update_dashboard(place: Place, made: Made, _before: Properties, after: Properties) -> Made:
    return _create_dashboard(place, made.ref, after)


def _delete_dashboard(place: Place, made: Made, _properties: Properties) -> None:
    place.client("cloudwatch").delete_dashboards(DashboardNames=[made.ref])


ALARM = Kind(
    _create_alarm,
    _update_alarm,
    _delete_alarm,
    replaced_by=frozenset({"AlarmName"}),
    name="AlarmName",
    schema={"AlarmName?": TEXT},
    note=_NOT_EVALUATED,
)
DASHBOARD = Kind(
    _create_dashboard,
    _update_dashboard,
    _delete_dashboard,
    replaced_by=frozenset({"DashboardName"}),
    name="DashboardName",
    schema={"DashboardName?": TEXT},
)
