"""moto's load balancers and parameters, imported without what moto's EC2 reads for them and nobody here asks for.

Imported as it is, it parses the descriptions of all instance types and images, and three times botocore's description
of EC2, for the names of regions that are not played: a quarter of what an emulator's start takes.
"""

from __future__ import annotations

import os
from typing import Any

from boto3 import Session
from moto.utilities import utils

from ecs_emulator.local import REGION

# Made-up images, made anew whenever moto forgets.
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")

# Operations of EC2 that would answer out of what is not read.
NOT_READ = {"ec2.DescribeInstanceTypes", "ec2.DescribeInstanceTypeOfferings"}

_load = utils.load_resource
_regions = Session.get_available_regions


def _load_other(resource: str) -> Any:
    return {} if "instance_type" in resource else _load(resource)


def _played(_session: Session, _service: str, partition_name: str = "aws") -> list[str]:
    return [REGION] if partition_name == "aws" else []


utils.load_resource = _load_other
Session.get_available_regions = _played  # type: ignore[assignment,method-assign]
try:
    from moto.elbv2 import models as elbv2_models
    from moto.elbv2.models import elbv2_backends
    from moto.ssm.models import Parameter, ssm_backends
finally:
    utils.load_resource = _load
    Session.get_available_regions = _regions  # type: ignore[method-assign]

__all__ = ["NOT_READ", "Parameter", "elbv2_backends", "elbv2_models", "ssm_backends"]
