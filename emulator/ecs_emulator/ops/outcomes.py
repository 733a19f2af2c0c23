"""Outcomes of commands with their exit codes, and what AWS's errors mean."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    ReadTimeoutError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)
from botocore.exceptions import ConnectionError as NoConnection


class Outcome(IntEnum):
    """The exit codes. 1 is left to what nobody foresaw, 130 to Ctrl-C."""

    DONE = 0
    USAGE = 2
    NOT_FOUND = 3
    FAILED = 4
    ROLLED_BACK = 5
    TIMED_OUT = 6
    VERIFICATION_FAILED = 7
    DENIED = 8
    INCONCLUSIVE = 9

    @property
    def word(self) -> str:
        """The outcome as `--json` says it."""
        return self.name.lower().replace("_", "-")


INTERRUPTED = 130  # what a shell makes of SIGINT

MEANINGS = {
    Outcome.DONE: "done",
    Outcome.USAGE: "the command line is wrong",
    Outcome.NOT_FOUND: "what was named is not there",
    Outcome.FAILED: "failed",
    Outcome.ROLLED_BACK: "failed, and AWS has put back what was before",
    Outcome.TIMED_OUT: "not finished in time; it goes on",
    Outcome.VERIFICATION_FAILED: "done, but what runs is not what it should be",
    Outcome.DENIED: "the credentials are missing, have expired, or do not allow it",
    Outcome.INCONCLUSIVE: "nothing can be said: the machine gave no processor time to what is judged by time",
}


class Failure(Exception):
    """An outcome other than done; the message is for people, `facts` are for programs."""

    def __init__(self, outcome: Outcome, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.facts = facts


_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_CLOCK = {"RequestTimeTooSkewed", "RequestInTheFuture", "SignatureDoesNotMatch", "InvalidSignatureException"}
_UNKNOWN_CALLER = {
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "MissingAuthenticationToken",
    "IncompleteSignature",
    "OptInRequired",
    "AuthFailure",
}
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedException", "Forbidden"}
_THROTTLED = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "SlowDown",
    "RequestThrottled",
}
_NO_CREDENTIALS = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    ProfileNotFound,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)


def failure_of(error: BotoCoreError | ClientError) -> Failure:
    """Failure that an error of an AWS client means for whoever typed the command."""
    if isinstance(error, ClientError):
        return _refused(error)
    if isinstance(error, _NO_CREDENTIALS):
        return Failure(Outcome.DENIED, f"AWS: there are no usable credentials. {error}")
    if isinstance(error, NoRegionError):
        return Failure(Outcome.USAGE, "AWS: no region is set. Say which with AWS_REGION and AWS_DEFAULT_REGION.")
    if isinstance(error, ReadTimeoutError):
        return Failure(Outcome.TIMED_OUT, f"AWS: no answer in time; what was asked may still have been done. {error}")
    if isinstance(error, NoConnection | HTTPClientError):
        return Failure(Outcome.FAILED, f"AWS: cannot be reached. {error}")
    return Failure(Outcome.FAILED, f"AWS: {error}")


def _refused(error: ClientError) -> Failure:
    code, message = code_of(error), error.response.get("Error", {}).get("Message", "")
    said = f"{error.operation_name}: {code}: {message}"
    if code in _EXPIRED:
        return Failure(Outcome.DENIED, f"AWS: the credentials have expired; get new ones and say it again. {said}")
    if code in _CLOCK:
        return Failure(
            Outcome.DENIED,
            "AWS: the signature is not accepted. Is this machine's clock right (`date -u`)? A wrong key can give "
            f"the same answer. {said}",
        )
    if code in _UNKNOWN_CALLER:
        return Failure(Outcome.DENIED, f"AWS: these credentials are not known here. {said}")
    if code in _DENIED or code.endswith(("AccessDenied", "AccessDeniedException")):
        return Failure(Outcome.DENIED, f"AWS: these credentials do not allow this. {said}")
    if code in _THROTTLED:
        return Failure(Outcome.FAILED, f"AWS: too many calls, even after waiting and trying again. {said}")
    if is_missing(error):
        return Failure(Outcome.NOT_FOUND, f"AWS: not there. {said}")
    return Failure(Outcome.FAILED, f"AWS: {said}")


def code_of(error: ClientError) -> str:
    """AWS's code, such as `AccessDeniedException`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_missing(error: ClientError) -> bool:
    """True when AWS says that what was named does not exist."""
    code, message = code_of(error), error.response.get("Error", {}).get("Message", "")
    if code in ("NoSuchBucket", "NoSuchKey", "NoSuchEntity", "NoSuchDistribution"):
        return True
    if code.endswith(("NotFound", "NotFoundException")):
        return True
    # CloudFormation and ECS have no code of their own for it.
    if code == "ValidationError" and "does not exist" in message:
        return True
    return code == "ClientException" and ("Unable to describe task definition" in message or "not found" in message)


def choices(names: Sequence[str]) -> str:
    """Sentence on the names that there are, for who has named another."""
    return f"There are: {', '.join(names)}." if names else "There is none."
