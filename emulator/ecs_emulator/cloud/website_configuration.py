"""Website configuration of a bucket: read from its XML, held against S3's rules, and the redirects that it states.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketWebsite.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from botocore.parsers import ResponseParserError

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.protocols import service_model
from ecs_emulator.cloud.s3_xml import MALFORMED, parsed

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import (
        RedirectAllRequestsToTypeDef,
        RoutingRuleTypeDef,
        WebsiteConfigurationTypeDef,
    )

_MOST = 50  # routing rules
SAFE = "/-_.~!*'()$&+,:;=@"  # characters of a key that stand in a Location as they are


@lru_cache(maxsize=64)
def read(xml: bytes) -> WebsiteConfigurationTypeDef:
    """The configuration of a bucket. Raises AwsError for what is none."""
    shape = service_model("s3").operation_model("GetBucketWebsite").output_shape
    try:
        return cast("WebsiteConfigurationTypeDef", parsed(xml, shape))
    except (ResponseParserError, ValueError, AttributeError):
        raise _malformed() from None


def checked(xml: bytes) -> WebsiteConfigurationTypeDef:
    """The configuration, held against what PutBucketWebsite refuses. Raises AwsError."""
    given = read(xml)
    if to := given.get("RedirectAllRequestsTo"):
        if not to.get("HostName"):
            raise _malformed()
        _check_protocol(to.get("Protocol"))
        if given.keys() - {"RedirectAllRequestsTo"}:
            what = "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules."
            raise AwsError("InvalidRequest", what)
        return given
    suffix = given.get("IndexDocument", {}).get("Suffix")
    if suffix is None:
        what = "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty"
        raise AwsError("InvalidArgument", what)
    if not suffix or "/" in suffix:
        raise AwsError("InvalidArgument", "The IndexDocument Suffix is not well formed")
    if "ErrorDocument" in given and not given["ErrorDocument"].get("Key"):
        raise _malformed()
    rules = given.get("RoutingRules", [])
    if len(rules) > _MOST:
        what = f"{len(rules)} routing rules provided, the number of routing rules in a website configuration is limited"
        raise AwsError("InvalidRequest", f"{what} to {_MOST}.")
    for rule in rules:
        _check_rule(rule)
    return given


def _check_rule(rule: RoutingRuleTypeDef) -> None:
    redirect, condition = rule.get("Redirect"), rule.get("Condition")
    if not redirect:
        raise _malformed()
    if "ReplaceKeyWith" in redirect and "ReplaceKeyPrefixWith" in redirect:
        raise AwsError("InvalidRequest", "You can only define ReplaceKeyPrefix or ReplaceKey but not both.")
    _check_protocol(redirect.get("Protocol"))
    code = redirect.get("HttpRedirectCode")
    if code is not None and not re.fullmatch("3(?!00)[0-9]{2}", code):
        what = f"The provided HTTP redirect code ({code}) is not valid. Valid codes are 3XX except 300."
        raise AwsError("InvalidRequest", what)
    if condition is None:
        return
    if not condition:
        what = "Condition cannot be empty. To redirect all requests without a condition, the condition element"
        raise AwsError("InvalidRequest", f"{what} shouldn't be present.")
    error = condition.get("HttpErrorCodeReturnedEquals")
    if error is not None and not re.fullmatch("[45][0-9]{2}", error):
        what = f"The provided HTTP error code ({error}) is not valid. Valid codes are 4XX or 5XX."
        raise AwsError("InvalidRequest", what)


def _check_protocol(protocol: str | None) -> None:
    if protocol is not None and protocol not in ("http", "https"):
        what = "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected"
        raise AwsError("InvalidRequest", f"{what} automatically.")


def _malformed() -> AwsError:
    return AwsError("MalformedXML", MALFORMED)


def rule_for(
    configuration: WebsiteConfigurationTypeDef, key: str, error: int | None = None
) -> RoutingRuleTypeDef | None:
    """First routing rule for a key: of those without an error code as long as there is no error, and of those with the
    code of an `error` afterwards.
    """
    return next(_fitting(configuration, key, error), None)


def _fitting(configuration: WebsiteConfigurationTypeDef, key: str, error: int | None) -> Iterator[RoutingRuleTypeDef]:
    for rule in configuration.get("RoutingRules", []):
        condition = rule.get("Condition", {})
        code = condition.get("HttpErrorCodeReturnedEquals")
        if (int(code) if code else None) == error and key.startswith(condition.get("KeyPrefixEquals", "")):
            yield rule


def redirection(rule: RoutingRuleTypeDef, key: str, host: str, query: str) -> tuple[int, str]:
    """Status and Location of a routing rule for a key that `host` was asked for; what it does not state is kept."""
    redirect = rule["Redirect"]
    if "ReplaceKeyWith" in redirect:
        key = redirect["ReplaceKeyWith"]
    elif "ReplaceKeyPrefixWith" in redirect:
        prefix = rule.get("Condition", {}).get("KeyPrefixEquals", "")
        key = redirect["ReplaceKeyPrefixWith"] + key.removeprefix(prefix)
    # What a rule puts there may have a query of its own (`?page=`), and is no text to be escaped.
    path, mark, own = key.partition("?")
    where = f"{redirect.get('Protocol', 'http')}://{redirect.get('HostName', host)}/{quote(path, safe=SAFE)}{mark}{own}"
    return int(redirect.get("HttpRedirectCode", "301")), _with_query(where, query)


def everything(to: RedirectAllRequestsToTypeDef, path: str, query: str) -> str:
    """Location of a bucket that redirects all requests; `path` as it came, with its slash."""
    return _with_query(f"{to.get('Protocol', 'http')}://{to['HostName']}{path}", query)


def _with_query(address: str, query: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{query}" if query else address
