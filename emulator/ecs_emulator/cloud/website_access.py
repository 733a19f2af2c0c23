"""Public access to a bucket's objects: what its policy, its block of public access and an object's ACL let all do.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteAccessPermissionsReqd.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Mapping
from typing import Any

from ecs_emulator.wildcards import fits

Keys = Mapping[str, str]  # condition keys of a request, by their names in lower case

_ENFORCED = "BucketOwnerEnforced"


def may_everybody_read(bucket: Any, name: str, found: Any | None, keys: Keys) -> bool:
    """True when everybody may read the object `found` of moto's `bucket` under a name, or learn that there is none.

    A bucket has its public access blocked until somebody says otherwise, and no ACLs:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
    """
    block = bucket.public_access_block
    if block is None:
        return False
    policy = json.loads(bucket.policy) if bucket.policy else {}
    effects = {_effect(each, bucket.name, name, keys) for each in _list(policy.get("Statement", []))}
    if "Deny" in effects:
        return False
    if "Allow" in effects and not block.restrict_public_buckets:
        return True
    has_acls = bucket.ownership_rule is not None and _ENFORCED not in json.dumps(bucket.ownership_rule)
    return bool(found and found.acl and found.acl.public_read and has_acls and not block.ignore_public_acls)


def _effect(statement: Mapping[str, Any], bucket: str, name: str, keys: Keys) -> str | None:
    """Allow or Deny where a statement is about everybody who reads the object; None where it is not."""
    arn = f"arn:aws:s3:::{bucket}/{name}"
    actions = [each.lower() for each in _list(statement.get("Action", statement.get("NotAction", [])))]
    resources = _list(statement.get("Resource", statement.get("NotResource", [])))
    is_about = (
        _is_everybody(statement)
        and any(fits(each, "s3:getobject") for each in actions) == ("Action" in statement)
        and any(fits(each, arn) for each in resources) == ("Resource" in statement)
        and all(
            _holds(operator, key.lower(), [str(each) for each in _list(values)], keys)
            for operator, conditions in statement.get("Condition", {}).items()
            for key, values in conditions.items()
        )
    )
    return str(statement.get("Effect")) if is_about else None


def _is_everybody(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    if isinstance(principal, Mapping):
        return "*" in _list(principal.get("AWS", []))
    return principal == "*"


def _holds(operator: str, key: str, values: list[str], keys: Keys) -> bool:
    """False for what is not known here: its statement is about nobody."""
    judge = _OPERATORS.get(operator.removesuffix("IfExists"))
    if judge is None:
        return False
    if key not in keys:
        return operator.endswith("IfExists") or (key in _KNOWN and "Not" in operator)
    return judge(keys[key], values)


def _any(fitting: Callable[[str, str], bool]) -> Callable[[str, list[str]], bool]:
    return lambda value, values: any(fitting(each, value) for each in values)


def _none(fitting: Callable[[str, str], bool]) -> Callable[[str, list[str]], bool]:
    return lambda value, values: not any(fitting(each, value) for each in values)


def _is_within(network: str, address: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _is_same(one: str, other: str) -> bool:
    return one == other


_KNOWN = {"aws:referer", "aws:securetransport", "aws:sourceip", "aws:useragent"}
_OPERATORS: dict[str, Callable[[str, list[str]], bool]] = {
    "Bool": _any(_is_same),
    "StringEquals": _any(_is_same),
    "StringNotEquals": _none(_is_same),
    "StringLike": _any(fits),
    "StringNotLike": _none(fits),
    "IpAddress": _any(_is_within),
    "NotIpAddress": _none(_is_within),
}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
