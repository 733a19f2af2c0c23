"""ARNs of what the stacks of cfn/ make, by service and by IAM's resource type, as far as names are known beforehand.

CloudFormation names most of it after stack and logical id, and load balancers after the beginning of the stack's name
(*AWS CloudFormation User Guide*, "Name type"). What has no name in its ARN, such as a VPC, is `*`.
"""

from __future__ import annotations

from collections.abc import Set
from typing import NamedTuple

# Alarms that target tracking makes: Application Auto Scaling User Guide, "Use PutScalingPolicy with a CLI".
_TRACKING = "arn:aws:cloudwatch:*:*:alarm:TargetTracking-service/Cluster-mysfits-*"

NAMED: dict[str, dict[str, list[str]]] = {
    "application-autoscaling": {"ScalableTarget": ["arn:aws:application-autoscaling:*:*:scalable-target/*"]},
    "cloudformation": {"stack": ["arn:aws:cloudformation:*:*:stack/mysfits-*/*"]},
    "cloudwatch": {"alarm": ["arn:aws:cloudwatch:*:*:alarm:mysfits-*", _TRACKING]},
    "codepipeline": {
        "pipeline": ["arn:aws:codepipeline:*:*:mysfits-*"],
        "stage": ["arn:aws:codepipeline:*:*:mysfits-*/*"],
    },
    "dynamodb": {
        "table": ["arn:aws:dynamodb:*:*:table/mysfits-*"],
        "index": ["arn:aws:dynamodb:*:*:table/mysfits-*/index/*"],
    },
    "ecr": {"repository": ["arn:aws:ecr:*:*:repository/mysfits-*"]},
    "ecs": {
        "cluster": ["arn:aws:ecs:*:*:cluster/Cluster-mysfits-*"],
        "service": ["arn:aws:ecs:*:*:service/Cluster-mysfits-*/*"],
        "service-deployment": ["arn:aws:ecs:*:*:service-deployment/Cluster-mysfits-*/*"],
        "service-revision": ["arn:aws:ecs:*:*:service-revision/Cluster-mysfits-*/*"],
        "task": ["arn:aws:ecs:*:*:task/Cluster-mysfits-*/*"],
        "task-definition": ["arn:aws:ecs:*:*:task-definition/mysfits-*:*"],
    },
    "elasticloadbalancing": {
        "loadbalancer/app/": ["arn:aws:elasticloadbalancing:*:*:loadbalancer/app/mysf*/*"],
        "listener/app": ["arn:aws:elasticloadbalancing:*:*:listener/app/mysf*/*"],
        "listener-rule/app": ["arn:aws:elasticloadbalancing:*:*:listener-rule/app/mysf*/*"],
        "targetgroup": ["arn:aws:elasticloadbalancing:*:*:targetgroup/mysf*/*"],
    },
    "iam": {"role": ["arn:aws:iam::*:role/mysfits-*"], "policy": ["arn:aws:iam::*:policy/mysfits-*"]},
    "logs": {
        "log-group": ["arn:aws:logs:*:*:log-group:mysfits-*"],
        "log-stream": ["arn:aws:logs:*:*:log-group:mysfits-*:log-stream:*"],
    },
    "s3": {"bucket": ["arn:aws:s3:::mysfits-*"], "object": ["arn:aws:s3:::mysfits-*/*"]},
    "sns": {"topic": ["arn:aws:sns:*:*:mysfits-*"]},
}
# What only a policy with a certain action is about.
ONLY_WITH = {_TRACKING: "application-autoscaling:PutScalingPolicy"}
# Reading of a whole list.
EVERYTHING = {"logs:DescribeLogGroups"}
# Reading that a verb does of others' resources too: the caller's own role and the service-linked ones.
OTHERS = {"iam:GetRole", "iam:SimulatePrincipalPolicy"}
# Actions that are newer than the data set, with their resource types: Service Authorization Reference.
NEWER = {"ecs:StopServiceDeployment": ["service-deployment"]}


class Condition(NamedTuple):
    """Condition of an action on roles: the key that names a service, and the services by action that is for one."""

    roles: str
    key: str
    services: dict[str, str]

    def values(self, actions: Set[str]) -> list[str]:
        """Services that a policy with these actions is about."""
        return sorted({service for action, service in self.services.items() if action in actions})


CONDITIONS = {
    "iam:PassRole": Condition(
        "arn:aws:iam::*:role/mysfits-*",
        "iam:PassedToService",
        {
            "codebuild:CreateProject": "codebuild.amazonaws.com",
            "codepipeline:CreatePipeline": "codepipeline.amazonaws.com",
            "ecs:RegisterTaskDefinition": "ecs-tasks.amazonaws.com",
            "ecs:RunTask": "ecs-tasks.amazonaws.com",
        },
    ),
    "iam:CreateServiceLinkedRole": Condition(
        "arn:aws:iam::*:role/aws-service-role/*",
        "iam:AWSServiceName",
        {
            "application-autoscaling:RegisterScalableTarget": "ecs.application-autoscaling.amazonaws.com",
            "ecs:CreateCluster": "ecs.amazonaws.com",
            "ecs:CreateService": "ecs.amazonaws.com",
            "elasticloadbalancing:CreateLoadBalancer": "elasticloadbalancing.amazonaws.com",
            "elasticloadbalancing:CreateTargetGroup": "elasticloadbalancing.amazonaws.com",
        },
    ),
}
