"""CloudWatch alarms and dashboards: kept and shown. No alarm is evaluated, so none rings and none ends a deployment."""

from __future__ import annotations

from ecs_emulator.stacks.resources.coercion import call
from ecs_emulator.stacks.resources.provider import Context, PhysicalResource, Properties, Provider, finishing
from ecs_emulator.stacks.schema import TEXT

_NOT_EVALUATED = "Kept and shown; alarms are not evaluated here."


def _create_alarm(context: Context, name: str, properties: Properties) -> PhysicalResource:
    cloudwatch = context.client("cloudwatch")
    request = {"AlarmName": name, **properties}
    call(cloudwatch, "PutMetricAlarm", request, "AWS::CloudWatch::Alarm")
    name = request["AlarmName"]
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    physical = PhysicalResource(name, {"Arn": alarm["AlarmArn"]})
    # What AWS says of an alarm until it has looked at the metric for the first time, which is for ever here.
    with finishing(physical):
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="INSUFFICIENT_DATA", StateReason=_NOT_EVALUATED)
    return physical


def _update_alarm(
    context: Context, physical: PhysicalResource, _before: Properties, after: Properties
) -> PhysicalResource:
    return _create_alarm(context, physical.ref, after)


def _delete_alarm(context: Context, physical: PhysicalResource, _properties: Properties) -> None:
    context.client("cloudwatch").delete_alarms(AlarmNames=[physical.ref])


def _create_dashboard(context: Context, name: str, properties: Properties) -> PhysicalResource:
    request = {"DashboardName": name, **properties}
    call(context.client("cloudwatch"), "PutDashboard", request, "AWS::CloudWatch::Dashboard")
    return PhysicalResource(request["DashboardName"])


def _update_dashboard(
    context: Context, physical: PhysicalResource, _before: Properties, after: Properties
) -> PhysicalResource:
    return _create_dashboard(context, physical.ref, after)


def _delete_dashboard(context: Context, physical: PhysicalResource, _properties: Properties) -> None:
    context.client("cloudwatch").delete_dashboards(DashboardNames=[physical.ref])


ALARM = Provider(
    _create_alarm,
    _update_alarm,
    _delete_alarm,
    replaced_by=frozenset({"AlarmName"}),
    name="AlarmName",
    schema={"AlarmName?": TEXT},
    note=_NOT_EVALUATED,
)
DASHBOARD = Provider(
    _create_dashboard,
    _update_dashboard,
    _delete_dashboard,
    replaced_by=frozenset({"DashboardName"}),
    name="DashboardName",
    schema={"DashboardName?": TEXT},
)
