"""Denials of calls in each protocol: code, status and wording as AWS has them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from __future__ import annotations

from enum import Enum

from ecs_emulator.cloud.errors import AwsError


class Denial(Enum):
    """The value says it to people."""

    MISSING = "a call without a signature."
    MALFORMED = "a call with a signature that cannot be read."
    UNSIGNED_HEADERS = "a call with headers that its signature does not cover."
    UNKNOWN_KEY = "a call with an access key that is not of this folder."
    INVALID_TOKEN = "a call with a session token that does not belong to its key."  # noqa: S105 (nor is this one)
    SIGNATURE = "a call with a wrong signature."
    BODY = "a call with another body than the one that was signed."
    SKEWED = "a call that was signed more than 15 minutes before or after now."
    EXPIRED_URL = "a presigned URL whose time is over."
    EXPIRED_TOKEN = "a call with temporary credentials that have ended."  # noqa: S105


class Denied(Exception):
    """`detail` replaces AWS's general wording where AWS itself tells more."""

    def __init__(self, kind: Denial, detail: str = "") -> None:
        super().__init__(kind.value)
        self.kind = kind
        self.detail = detail


_INVALID = "The security token included in the request is invalid."
_ENDED = "The security token included in the request is expired"
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)
_NOT_VALIDATED = "AWS was not able to validate the provided access credentials"
_INCOMPLETE = "The request signature does not conform to AWS standards."
_UNSIGNED = "There were headers present in the request which were not signed"

_Said = tuple[str, int, str]
_QUERY: dict[Denial, _Said] = {
    Denial.MISSING: ("MissingAuthenticationToken", 403, "Request is missing Authentication Token"),
    Denial.MALFORMED: ("IncompleteSignature", 400, _INCOMPLETE),
    Denial.UNSIGNED_HEADERS: ("SignatureDoesNotMatch", 403, _UNSIGNED),
    Denial.UNKNOWN_KEY: ("InvalidClientTokenId", 403, _INVALID),
    Denial.INVALID_TOKEN: ("InvalidClientTokenId", 403, _INVALID),
    Denial.SIGNATURE: ("SignatureDoesNotMatch", 403, _MISMATCH),
    Denial.BODY: ("SignatureDoesNotMatch", 403, _MISMATCH),
    Denial.SKEWED: ("SignatureDoesNotMatch", 403, "Signature expired"),
    Denial.EXPIRED_URL: ("SignatureDoesNotMatch", 403, "Signature expired"),
    Denial.EXPIRED_TOKEN: ("ExpiredToken", 403, _ENDED),
}
_JSON: dict[Denial, _Said] = {
    Denial.MISSING: ("MissingAuthenticationTokenException", 400, "Missing Authentication Token"),
    Denial.MALFORMED: ("IncompleteSignatureException", 400, _INCOMPLETE),
    Denial.UNSIGNED_HEADERS: ("InvalidSignatureException", 400, _UNSIGNED),
    Denial.UNKNOWN_KEY: ("UnrecognizedClientException", 400, _INVALID),
    Denial.INVALID_TOKEN: ("UnrecognizedClientException", 400, _INVALID),
    Denial.SIGNATURE: ("InvalidSignatureException", 400, _MISMATCH),
    Denial.BODY: ("InvalidSignatureException", 400, _MISMATCH),
    Denial.SKEWED: ("InvalidSignatureException", 400, "Signature expired"),
    Denial.EXPIRED_URL: ("InvalidSignatureException", 400, "Signature expired"),
    Denial.EXPIRED_TOKEN: ("ExpiredTokenException", 400, _ENDED),
}
_S3: dict[Denial, _Said] = {
    Denial.MISSING: ("AccessDenied", 403, "Access Denied"),
    Denial.MALFORMED: ("AuthorizationHeaderMalformed", 400, "The authorization header that you provided is not valid."),
    Denial.UNSIGNED_HEADERS: ("AccessDenied", 403, _UNSIGNED),
    Denial.UNKNOWN_KEY: (
        "InvalidAccessKeyId",
        403,
        "The AWS Access Key Id you provided does not exist in our records.",
    ),
    Denial.INVALID_TOKEN: ("InvalidToken", 400, "The provided token is malformed or otherwise invalid."),
    Denial.SIGNATURE: (
        "SignatureDoesNotMatch",
        403,
        "The request signature we calculated does not match the signature you provided. Check your key and signing "
        "method.",
    ),
    Denial.BODY: (
        "XAmzContentSHA256Mismatch",
        400,
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
    ),
    Denial.SKEWED: (
        "RequestTimeTooSkewed",
        403,
        "The difference between the request time and the current time is too large.",
    ),
    Denial.EXPIRED_URL: ("AccessDenied", 403, "Request has expired"),
    Denial.EXPIRED_TOKEN: ("ExpiredToken", 400, "The provided token has expired."),
}
# The words of S3 alone are the same each time.
_FIXED = (Denial.SKEWED,)
_EC2: dict[Denial, _Said] = {
    **dict.fromkeys(Denial, ("AuthFailure", 401, _NOT_VALIDATED)),
    Denial.SKEWED: ("RequestExpired", 400, "Request has expired."),
    Denial.EXPIRED_URL: ("RequestExpired", 400, "Request has expired."),
    Denial.EXPIRED_TOKEN: ("RequestExpired", 400, "Request has expired."),
}


def error(denied: Denied, protocol: str) -> AwsError:
    """The error of AWS, in a protocol of `ecs_emulator.cloud.refusals`."""
    if protocol == "s3":
        code, status, words = _S3[denied.kind]
        return AwsError(code, words if denied.kind in _FIXED else denied.detail or words, status)
    if protocol == "ec2":
        code, status, words = _EC2[denied.kind]
        return AwsError(code, words, status)
    code, status, words = (_JSON if protocol in ("json", "rest-json") else _QUERY)[denied.kind]
    # What has no one protocol of its own, as Lambda, says the same with another status.
    return AwsError(code, denied.detail or words, 403 if protocol == "rest-json" else status)
