"""Actions that AWS demands of whoever takes another, beside that one: handlers in schemas and calls do not name them.

*Service Authorization Reference* has some in its column "Dependent actions"; guides of the services have the others.
"""

from __future__ import annotations

import re

_ALARMS = {"cloudwatch:DeleteAlarms", "cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm"}
_SCALED = {"ecs:DescribeServices", "ecs:UpdateService"}

OF_ACTIONS: dict[str, set[str]] = {
    # Elastic Load Balancing User Guide, "ELB API permissions" (elb-api-permissions.html), of the API of 2015-12-01.
    "elasticloadbalancing:CreateLoadBalancer": {
        "ec2:DescribeAccountAttributes",
        "ec2:DescribeAddresses",
        "ec2:DescribeInternetGateways",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "iam:CreateServiceLinkedRole",
    },
    "elasticloadbalancing:CreateTargetGroup": {
        "ec2:DescribeInternetGateways",
        "ec2:DescribeVpcs",
        "iam:CreateServiceLinkedRole",
    },
    "elasticloadbalancing:RegisterTargets": {
        "ec2:DescribeInstances",
        "ec2:DescribeInternetGateways",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
    },
    "elasticloadbalancing:SetIpAddressType": {"ec2:DescribeSubnets"},
    "elasticloadbalancing:SetSubnets": {"ec2:DescribeSubnets"},
    # Amazon ECS Developer Guide, "IAM permissions required for Amazon ECS service auto scaling", without what is the
    # console's: its metrics, topics and the histories of alarms.
    "application-autoscaling:RegisterScalableTarget": _SCALED | {"iam:CreateServiceLinkedRole"},
    "application-autoscaling:PutScalingPolicy": _SCALED | _ALARMS,
    "application-autoscaling:DeleteScalingPolicy": _ALARMS,
    "application-autoscaling:DeregisterScalableTarget": _ALARMS,
    # Amazon ECS Developer Guide, "Using service-linked roles for Amazon ECS".
    "ecs:CreateCluster": {"iam:CreateServiceLinkedRole"},
    "ecs:CreateService": {"iam:CreateServiceLinkedRole"},
    # Amazon ECS Developer Guide, "Grant permission to tag resources on creation" and "Identity-based policy examples".
    "ecs:RegisterTaskDefinition": {"ecs:TagResource", "iam:PassRole"},
}

OF_FUNCTIONS: dict[str, set[str]] = {
    # AWS CloudFormation Template Reference, "Fn::GetAZs".
    "Fn::GetAZs": {"ec2:DescribeAccountAttributes", "ec2:DescribeAvailabilityZones", "ec2:DescribeSubnets"},
}

# Of the reference's dependent actions, by service of the action that they belong to: those for a use that is not made.
UNUSED = {
    "cloudformation": "cloudformation:ListStacks",  # for all stacks: each call names one
    "elasticloadbalancing": "elasticloadbalancing:AddTags",  # a verb tags nothing; schemas name it by themselves
    "servicequotas": ".*",  # for quotas of services that doctor does not ask about
    "sns": "iam:PassRole",  # for a log of deliveries
    "wafv2": "(?!elasticloadbalancing:).*",  # for resources of other services
}


def used(action: str, dependent: str) -> bool:
    """Whether an action as it is taken here needs one that the reference names for it."""
    return not re.fullmatch(UNUSED.get(action.partition(":")[0], ""), dependent)
