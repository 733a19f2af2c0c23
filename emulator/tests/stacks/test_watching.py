"""Alarms and dashboards of a template are there for who asks CloudWatch, and nobody takes them for more."""

from __future__ import annotations

from typing import Any

from ecs_emulator.stacks.effects import stubbed
from emulator.tests.stacks.stage import Stage

WATCHED = """
Resources:
  Slow:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/ApplicationELB
      MetricName: TargetResponseTime
      Dimensions: [{Name: TargetGroup, Value: a}]
      ExtendedStatistic: p99
      Period: 60
      ComparisonOperator: GreaterThanThreshold
      Threshold: %s
      EvaluationPeriods: "5"
  Page:
    Type: AWS::CloudWatch::Dashboard
    Properties: {DashboardBody: !Sub '{"widgets": [], "start": "-PT%sH"}'}
Outputs:
  Alarm: {Value: !Ref Slow}
  AlarmArn: {Value: !GetAtt Slow.Arn}
  Dashboard: {Value: !Ref Page}
"""


def alarms(stage: Stage) -> dict[str, Any]:
    return {each["AlarmName"]: each for each in stage.client("cloudwatch").describe_alarms()["MetricAlarms"]}


def test_alarms_and_dashboards_are_kept_as_the_template_says(stage: Stage, name: str) -> None:
    cloudwatch = stage.client("cloudwatch")
    for threshold in (1, 2):
        outputs = stage.deploy(name, WATCHED % (threshold, threshold))
        alarm = alarms(stage)[outputs["Alarm"]]
        assert (alarm["Threshold"], alarm["EvaluationPeriods"], alarm["AlarmArn"]) == (
            threshold,
            5,
            outputs["AlarmArn"],
        )
        body = cloudwatch.get_dashboard(DashboardName=outputs["Dashboard"])["DashboardBody"]
        assert body == f'{{"widgets": [], "start": "-PT{threshold}H"}}'
    stage.stacks.delete(name)
    assert outputs["Alarm"] not in alarms(stage)
    assert outputs["Dashboard"] not in {
        each["DashboardName"] for each in cloudwatch.list_dashboards()["DashboardEntries"]
    }


def test_an_alarm_says_that_nobody_looks_at_its_metric(stage: Stage, name: str) -> None:
    outputs = stage.deploy(name, WATCHED % (1, 1))
    alarm = alarms(stage)[outputs["Alarm"]]
    assert (alarm["StateValue"], "not evaluated here" in alarm["StateReason"]) == ("INSUFFICIENT_DATA", True)
    assert "AWS::CloudWatch::Alarm" in stubbed(stage.stacks)
    assert "AWS::CloudWatch::Dashboard" not in stubbed(stage.stacks)
