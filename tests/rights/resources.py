"""ARNs of what the stacks of cfn/ make, by service and by IAM's resource type, as far as names are known beforehand.

CloudFormation names most of it after stack and logical id, and load balancers after the beginning of the stack's name
(*AWS CloudFormation User Guide*, "Name type"). What has no name in its ARN, such as a VPC, is `*`.
"""

from __future__ import annotations

NAMED: dict[str, dict[str, list[str]]] = {
    "application-autoscaling": {"ScalableTarget": ["arn:aws:application-autoscaling:*:*:scalable-target/*"]},
    "cloudformation": {"stack": ["arn:aws:cloudformation:*:*:stack/mysfits-*/*"]},
    "cloudwatch": {"alarm": ["arn:aws:cloudwatch:*:*:alarm:mysfits-*"]},
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
# Reading that is about others' resources too: the caller's own role and the service-linked ones; a whole list.
EVERYTHING = {"iam:GetRole", "iam:SimulatePrincipalPolicy", "logs:DescribeLogGroups"}
# Actions that are newer than the data set, with their resource types: Service Authorization Reference.
NEWER = {"ecs:StopServiceDeployment": ["service-deployment"]}

# Conditions of what is passed on, and what a service makes for itself.
CONDITIONS: dict[str, tuple[list[str], dict[str, list[str]]]] = {
    "iam:PassRole": (
        ["arn:aws:iam::*:role/mysfits-*"],
        {"iam:PassedToService": ["ecs-tasks.amazonaws.com", "codebuild.amazonaws.com", "codepipeline.amazonaws.com"]},
    ),
    "iam:CreateServiceLinkedRole": (
        ["arn:aws:iam::*:role/aws-service-role/*"],
        {
            "iam:AWSServiceName": [
                "ecs.amazonaws.com",
                "elasticloadbalancing.amazonaws.com",
                "ecs.application-autoscaling.amazonaws.com",
            ]
        },
    ),
}
