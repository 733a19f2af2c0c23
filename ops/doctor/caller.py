"""Checks of who calls AWS: region, credentials, clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ecs_emulator.doctor.findings import Finding, State
from ecs_emulator.ops.outcomes import code_of, failure_of

# Signature Version 4 is refused outside of five minutes; half a minute already says that nobody sets the clock.
REFUSED, NOTICED = timedelta(minutes=5), timedelta(seconds=30)


@dataclass(frozen=True)
class Caller:
    """Caller as STS tells it: account number and ARN of the user or of the role's session."""

    account: str
    arn: str


def region(session: boto3.Session, environ: Mapping[str, str]) -> Finding:
    """Region, one for the AWS CLI (`AWS_REGION`) and for Python's clients (`AWS_DEFAULT_REGION`) alike.

    *AWS SDKs and Tools Reference Guide*, "AWS Region": boto3 reads `AWS_DEFAULT_REGION`, the CLI `AWS_REGION` first.
    """
    ours, of_cli = session.region_name, environ.get("AWS_REGION")
    both = "export AWS_REGION={0} AWS_DEFAULT_REGION={0}"
    if not ours:
        return Finding("region", State.BAD, "No region is set.", both.format(of_cli or "us-east-1"))
    if of_cli and of_cli != ours:
        seen = f"These commands go to {ours}, and the AWS CLI goes to {of_cli}."
        return Finding("region", State.BAD, seen, both.format(of_cli))
    return Finding("region", State.GOOD, f"{ours}.")


def identity(session: boto3.Session, now: datetime, known: list[Caller]) -> Iterator[Finding]:
    """Credentials, then the clock; `known` gets the caller, if there is one.

    STS `GetCallerIdentity` needs no permission (*AWS STS API Reference*). Its answer has AWS's time, against which a
    signature's may differ by five minutes (*IAM User Guide*, "AWS Signature Version 4 for API requests").
    """
    sts: Any = session.client("sts")
    try:
        answer = sts.get_caller_identity()
    except ClientError as error:
        yield Finding("credentials", State.BAD, str(failure_of(error)), _repair(code_of(error)))
        yield from clock(error.response, now)
        return
    except BotoCoreError as error:
        yield Finding("credentials", State.BAD, str(failure_of(error)), _repair(""))
        return
    known.append(Caller(answer["Account"], answer["Arn"]))
    is_root = answer["Arn"].endswith(":root")
    seen = f"{answer['Arn']} in the account {answer['Account']}."
    # IAM User Guide, "Root user best practices for your AWS account".
    repair = (
        "Use a role with the rights of docs/rights.md, and keep the root user for what needs it." if is_root else ""
    )
    yield Finding("credentials", State.WARNING if is_root else State.GOOD, seen, repair)
    yield from clock(answer, now)


def _repair(code: str) -> str:
    """*AWS CLI User Guide*, "Configuration and credential file settings"."""
    if code.startswith("ExpiredToken"):
        return "Get new ones: `aws sso login`, or what gave you these."
    return "Get some: `aws configure sso` or `aws configure`; AWS_PROFILE names which."


def clock(answer: Any, now: datetime) -> Iterator[Finding]:
    """This machine's clock against the date of an answer; nothing when it has none. `now` is aware of its zone."""
    said = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    if not said:
        return
    off = abs(now - parsedate_to_datetime(said))
    state = State.BAD if off >= REFUSED else State.WARNING if off >= NOTICED else State.GOOD
    repair = "" if state is State.GOOD else "Have it set: `timedatectl set-ntp true`, or your system's settings."
    yield Finding("clock", state, f"{off.total_seconds():.0f} s off AWS's.", repair)
