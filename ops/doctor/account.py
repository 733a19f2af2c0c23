"""Checks of an account against a plan: region, zones, public buckets, service-linked roles."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.exceptions import ClientError

from ecs_emulator.doctor.findings import Finding, State
from ecs_emulator.ops.outcomes import code_of, is_missing
from ops.doctor.plan import Plan

# The service that makes each, and the resource type of cfn/ that needs it.
LINKED = {
    "ecs.amazonaws.com": ("AWSServiceRoleForECS", "AWS::ECS::Cluster"),
    "elasticloadbalancing.amazonaws.com": (
        "AWSServiceRoleForElasticLoadBalancing",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
    ),
    "ecs.application-autoscaling.amazonaws.com": (
        "AWSServiceRoleForApplicationAutoScaling_ECSService",
        "AWS::ApplicationAutoScaling::ScalableTarget",
    ),
}


def enabled(session: boto3.Session) -> Finding:
    """Region that the account has turned on: newer ones are off at first.

    *AWS Account Management Reference Guide*, "Enable or disable AWS Regions in your account".
    """
    name, ec2 = session.region_name, _client(session, "ec2")
    # Whoever is in a region that is off is answered AuthFailure there.
    try:
        [found] = ec2.describe_regions(RegionNames=[name], AllRegions=True)["Regions"]
    except ClientError as error:
        if code_of(error) == "AuthFailure":
            return _off(name)
        raise
    return _off(name) if found["OptInStatus"] == "not-opted-in" else Finding("region", State.GOOD, f"{name} is on.")


def _off(name: str) -> Finding:
    repair = f"aws account enable-region --region-name {name} (it takes minutes to hours), or another region"
    return Finding("region", State.BAD, f"{name} is not turned on for this account.", repair)


def zones(session: boto3.Session, plan: Plan) -> Finding:
    """Availability zones: as many as there are subnets of each kind, and those that are named.

    *Amazon VPC User Guide*, "Subnets for your VPC"; `Fn::GetAZs` has no more than the account has there.
    """
    wanted = {each["AvailabilityZone"] for _, each in plan.of_type("AWS::EC2::Subnet")}
    if not wanted:
        return Finding("zones", State.GOOD, "No subnets are deployed.")
    filters = [{"Name": "zone-type", "Values": ["availability-zone"]}, {"Name": "state", "Values": ["available"]}]
    answer = _client(session, "ec2").describe_availability_zones(Filters=filters)
    there = {each["ZoneName"] for each in answer["AvailabilityZones"]}
    has = f"{session.region_name} has {len(there)} zones for this account"
    if len(there) < len(wanted):
        repair = "Deploy with --set SubnetsOfEachKind=2, or in another region."
        return Finding("zones", State.BAD, f"{has}, and the subnets need {len(wanted)}.", repair)
    # Where none is named the plan has made up its own.
    named = wanted - {f"us-east-1{letter}" for letter in "abc"}
    if missing := sorted(named - there):
        repair = f"Name some of {', '.join(sorted(there))}."
        return Finding("zones", State.BAD, f"{', '.join(missing)} is none of this account's zones here.", repair)
    return Finding("zones", State.GOOD, f"{has}; the subnets need {len(wanted)}.")


def public_access(session: boto3.Session, account: str, plan: Plan) -> Finding:
    """Block Public Access of the whole account, against a bucket that is a website.

    `BlockPublicPolicy` refuses the bucket's policy, `RestrictPublicBuckets` the visitors: *Amazon S3 User Guide*,
    "Blocking public access to your Amazon S3 storage".
    """
    if not any(_is_public(each) for _, each in plan.of_type("AWS::S3::BucketPolicy")):
        return Finding("public access", State.GOOD, "No bucket is to be public.")
    try:
        answer = _client(session, "s3control").get_public_access_block(AccountId=account)
    except ClientError as error:
        if code_of(error) != "NoSuchPublicAccessBlockConfiguration":
            raise
        return Finding("public access", State.GOOD, "The account blocks no public access.")
    found = answer["PublicAccessBlockConfiguration"]
    if blocking := [name for name in ("BlockPublicPolicy", "RestrictPublicBuckets") if found.get(name)]:
        seen = (
            f"The account blocks public access to S3 ({', '.join(blocking)}), and Delivery=website is a public bucket."
        )
        repair = "Deploy with --set Delivery=cloudfront, whose bucket is private; or lift that block for the account."
        return Finding("public access", State.BAD, seen, repair)
    return Finding("public access", State.GOOD, "The account lets a bucket be public.")


def _is_public(policy: Any) -> bool:
    statements = policy["PolicyDocument"]["Statement"]
    return any(each["Effect"] == "Allow" and each["Principal"] in ("*", {"AWS": "*"}) for each in statements)


def linked_roles(session: boto3.Session, plan: Plan) -> Finding:
    """Service-linked roles. AWS makes each at the first use, but the first ECS cluster often comes before its role.

    *Amazon ECS Developer Guide*, "Using service-linked roles for Amazon ECS"; *Elastic Load Balancing User Guide* and
    *Application Auto Scaling User Guide*, the pages of the same name.
    """
    iam = _client(session, "iam")
    missing = {
        service: role
        for service, (role, kind) in LINKED.items()
        if any(plan.of_type(kind)) and not _has_role(iam, role)
    }
    if not missing:
        return Finding("service-linked roles", State.GOOD, "Those that are needed are there.")
    repair = " && ".join(f"aws iam create-service-linked-role --aws-service-name {service}" for service in missing)
    seen = f"{', '.join(missing.values())} is not there yet; AWS makes it at the first use, when that is allowed."
    if "ecs.amazonaws.com" not in missing:
        return Finding("service-linked roles", State.WARNING, seen, repair)
    seen = f"{', '.join(missing.values())} is not there yet, and the first cluster of an account often fails without."
    return Finding("service-linked roles", State.BAD, seen, repair)


def _has_role(iam: Any, name: str) -> bool:
    try:
        iam.get_role(RoleName=name)
    except ClientError as error:
        if is_missing(error):
            return False
        raise
    return True


def _client(session: boto3.Session, service: str) -> Any:
    return session.client(service)  # type: ignore[call-overload]
