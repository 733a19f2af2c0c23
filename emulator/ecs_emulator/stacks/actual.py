"""Actual properties of resources, asked of the service that has them, by their types in CloudFormation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Clients = Callable[[str], Any]  # a client by the name of its service
Properties = Mapping[str, Any]
Ask = Callable[[Clients, str], Properties | None]  # with what `!Ref` gives; None for what is gone


def _bucket(clients: Clients, ref: str) -> Properties:
    s3 = clients("s3")
    s3.head_bucket(Bucket=ref)
    versioning = s3.get_bucket_versioning(Bucket=ref).get("Status")
    return {"BucketName": ref, **({"VersioningConfiguration": {"Status": versioning}} if versioning else {})}


def _cluster(clients: Clients, ref: str) -> Properties | None:
    found = clients("ecs").describe_clusters(clusters=[ref], include=["SETTINGS"])["clusters"]
    if not found or found[0]["status"] != "ACTIVE":
        return None
    settings = [{"Name": each["name"], "Value": each["value"]} for each in found[0]["settings"]]
    return {"ClusterName": found[0]["clusterName"], "ClusterSettings": settings}


def _service(clients: Clients, ref: str) -> Properties | None:
    cluster = ref.split("/")[1]
    found = clients("ecs").describe_services(cluster=cluster, services=[ref])["services"]
    if not found or found[0]["status"] == "INACTIVE":
        return None
    names = {
        "desiredCount": "DesiredCount",
        "enableExecuteCommand": "EnableExecuteCommand",
        "healthCheckGracePeriodSeconds": "HealthCheckGracePeriodSeconds",
        "launchType": "LaunchType",
        "serviceName": "ServiceName",
        "taskDefinition": "TaskDefinition",
    }
    return {name: found[0][own] for own, name in names.items() if own in found[0]}


def _balancer(clients: Clients, ref: str) -> Properties:
    [found] = clients("elbv2").describe_load_balancers(LoadBalancerArns=[ref])["LoadBalancers"]
    return {"Name": found["LoadBalancerName"], "Scheme": found["Scheme"], "Type": found["Type"]}


def _target_group(clients: Clients, ref: str) -> Properties:
    [found] = clients("elbv2").describe_target_groups(TargetGroupArns=[ref])["TargetGroups"]
    names = (
        *("HealthCheckEnabled", "HealthCheckIntervalSeconds", "HealthCheckPath", "HealthCheckPort"),
        *("HealthCheckProtocol", "HealthCheckTimeoutSeconds", "HealthyThresholdCount", "Port", "Protocol"),
        *("TargetType", "UnhealthyThresholdCount"),
    )
    return {"Name": found["TargetGroupName"], **{name: found[name] for name in names if name in found}}


def _listener(clients: Clients, ref: str) -> Properties:
    [found] = clients("elbv2").describe_listeners(ListenerArns=[ref])["Listeners"]
    return {name: found[name] for name in ("LoadBalancerArn", "Port", "Protocol")}


def _rule(clients: Clients, ref: str) -> Properties:
    [found] = clients("elbv2").describe_rules(RuleArns=[ref])["Rules"]
    return {"Priority": found["Priority"]}


def _log_group(clients: Clients, ref: str) -> Properties | None:
    found = clients("logs").describe_log_groups(logGroupNamePrefix=ref)["logGroups"]
    group = next((each for each in found if each["logGroupName"] == ref), None)
    return group and {"LogGroupName": ref, "RetentionInDays": group.get("retentionInDays")}


def _table(clients: Clients, ref: str) -> Properties:
    found = clients("dynamodb").describe_table(TableName=ref)["Table"]
    keys = ("AttributeName", "KeyType")
    return {
        "TableName": ref,
        "BillingMode": found.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        "KeySchema": [{name: each[name] for name in keys} for each in found["KeySchema"]],
    }


def _parameter(clients: Clients, ref: str) -> Properties:
    found = clients("ssm").get_parameter(Name=ref)["Parameter"]
    return {"Name": ref, "Type": found["Type"], "Value": found["Value"]}


ACTUAL: Mapping[str, Ask] = {
    "AWS::DynamoDB::Table": _table,
    "AWS::ECS::Cluster": _cluster,
    "AWS::ECS::Service": _service,
    "AWS::ElasticLoadBalancingV2::Listener": _listener,
    "AWS::ElasticLoadBalancingV2::ListenerRule": _rule,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": _balancer,
    "AWS::ElasticLoadBalancingV2::TargetGroup": _target_group,
    "AWS::Logs::LogGroup": _log_group,
    "AWS::S3::Bucket": _bucket,
    "AWS::SSM::Parameter": _parameter,
}
