"""Actions that CloudFormation takes with the rights of whoever deploys a template.

They are what the public schemas of the resource types list as permissions of their handlers (*CloudFormation CLI User
Guide*, "Resource type schema"); cfn-lint brings the schemas. A schema lists what any property could need, so what is
about services that the template does not name is left out, and so is what belongs to a property that cfn/ never sets.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from ecs_emulator.stacks.templates import read_template
from tests.cfn.platforms import CFN
from tests.rights.dependents import OF_FUNCTIONS

# IAM's prefixes for the services of resource types, where they are not the type's own word in small letters.
_PREFIXES = {
    "ApplicationAutoScaling": {"application-autoscaling", "cloudwatch", "ecs", "iam"},
    "CodePipeline": {"codepipeline", "codeconnections", "codestar-connections", "iam"},
    "ECS": {"ecs", "iam"},
    "ElasticLoadBalancingV2": {"elasticloadbalancing", "ec2", "iam"},
    "WAFv2": {"wafv2", "elasticloadbalancing"},
}
# A type without public handlers: AWS CodeBuild User Guide, "AWS CodeBuild permissions reference".
_LEGACY = {
    "AWS::CodeBuild::Project": {
        "codebuild:BatchGetProjects",
        "codebuild:CreateProject",
        "codebuild:DeleteProject",
        "codebuild:UpdateProject",
        "iam:PassRole",
    }
}
# As schemas write them, and as IAM knows them: a service by its other name, tags and rules by other actions.
_OTHERWISE = {
    "cloudfront:CreateDistributionWithTags": {"cloudfront:CreateDistribution", "cloudfront:TagResource"},
    "codestar-connections:PassConnection": {"codestar-connections:PassConnection", "codeconnections:PassConnection"},
    "elasticloadbalancing:SetWebACL": {"elasticloadbalancing:SetWebAcl"},
    "s3:DeleteBucketEncryption": {"s3:PutEncryptionConfiguration"},
    "s3:DeleteBucketLifecycle": {"s3:PutLifecycleConfiguration"},
}
# By property that cfn/ does not set, or by use that it does not make.
_UNUSED = re.compile(
    "|".join(
        (
            r"iam:(At|De)tach(User|Group)Policy|iam:(Put|Delete)RolePermissionsBoundary",
            r"dynamodb:(BatchWriteItem|(Get|Put|Update|Delete)Item|Query|Scan|ImportTable|DescribeImport)",
            r"dynamodb:(\w*Kinesis\w*|\w*Replica|\w*ResourcePolicy|UpdateContributorInsights)",
            r"s3:\w*(Accelerate|Analytics|Abac|Inventory|Metadata|Metrics|Notification|ObjectLock|Replication)\w*",
            r"s3:\w*(CORS|Cors|IntelligentTiering|ObjectAcl)\w*|s3:(Get|Delete)Object|s3:PutBucketLogging",
            r"ec2:\w*(VpnGateway|VerifiedAccess|PrivateNat|NatGatewayAddress|Ipam|EncryptionControl)\w*",
            r"ec2:(AcceptAddressTransfer|ModifyVpcTenancy|(Dis)?[Aa]ssociateSubnetCidrBlock)",
            r"elasticloadbalancing:(ModifyIpPools|ModifyCapacityReservation|\w+WebACLAssociation|GetLoadBalancerWebACL)",
            r"logs:\w*(DataProtection|IndexPolic|Delivery|KmsKey|BearerToken|ResourcePolic|DeletionProtection)\w*",
            r"logs:(CreateLogStream|DescribeLogStreams|PutLogEvents)",
            r"ecs:PutAccountSetting\w*|wafv2:\w*PermissionPolicy|sns:PutDataProtectionPolicy",
            r"cloudfront:(\w*ConnectionGroup|GetVpcOrigin|UpdateDistributionWithStagingConfig)",
        )
    )
)


def templates() -> list[str]:
    """Names of the templates of cfn/."""
    return sorted(path.stem for path in CFN.glob("*.yml") if path.name != "stacks.yml")


@cache
def actions_of(template: str) -> frozenset[str]:
    """Actions for all resources of a template, to make, read, change and delete them, and for its functions."""
    resources = read_template(CFN / f"{template}.yml")["Resources"]
    types = {each["Type"] for each in resources.values()}
    of_functions = (actions for name, actions in OF_FUNCTIONS.items() if f'"{name}"' in json.dumps(resources))
    return frozenset().union(*map(_of_type, types), *of_functions)


def _of_type(name: str) -> set[str]:
    if name in _LEGACY:
        return _LEGACY[name]
    schema: Any = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", name).schema
    handlers = {kind: each for kind, each in schema["handlers"].items() if kind != "list"}
    service = name.split("::")[1]
    ours = _PREFIXES.get(service, {service.lower()})
    found = {action for each in handlers.values() for action in each.get("permissions", [])}
    used = {each for each in found if each.partition(":")[0] in ours and not _UNUSED.fullmatch(each)}
    return {action for each in used for action in _OTHERWISE.get(each, {each})}
