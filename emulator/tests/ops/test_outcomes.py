"""Every way in which AWS says no has one sentence and one exit code."""

from __future__ import annotations

import json
from typing import Any

import click
import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
    ReadTimeoutError,
)
from click.testing import CliRunner

from ecs_emulator.commands.group import CODES, Commands
from ecs_emulator.commands.options import with_json
from ecs_emulator.ops.outcomes import INTERRUPTED, MEANINGS, Failure, Outcome, failure_of
from ecs_emulator.ops.target import patient_session
from ecs_emulator.ops.terminal import Terminal
from emulator.tests.ops.fake_aws import FakeAws


def refused(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "DoThis")


@pytest.mark.parametrize(
    ("error", "outcome", "said"),
    [
        (refused("AccessDenied"), Outcome.DENIED, "do not allow this"),
        (refused("AccessDeniedException", "User is not authorized"), Outcome.DENIED, "User is not authorized"),
        (refused("UnauthorizedOperation"), Outcome.DENIED, "do not allow this"),
        (refused("ExpiredToken"), Outcome.DENIED, "have expired; get new ones"),
        (refused("ExpiredTokenException"), Outcome.DENIED, "have expired; get new ones"),
        (refused("InvalidClientTokenId"), Outcome.DENIED, "are not known here"),
        (refused("UnrecognizedClientException"), Outcome.DENIED, "are not known here"),
        (refused("RequestTimeTooSkewed"), Outcome.DENIED, "Is this machine's clock right"),
        (refused("SignatureDoesNotMatch", "Signature expired"), Outcome.DENIED, "Is this machine's clock right"),
        (refused("InvalidSignatureException"), Outcome.DENIED, "A wrong key can give the same"),
        (NoCredentialsError(), Outcome.DENIED, "no usable credentials"),
        (ProfileNotFound(profile="work"), Outcome.DENIED, "work"),
        (NoRegionError(), Outcome.USAGE, "AWS_REGION"),
        (refused("ServiceNotFoundException"), Outcome.NOT_FOUND, "not there"),
        (refused("ResourceNotFoundException"), Outcome.NOT_FOUND, "not there"),
        (refused("NoSuchBucket"), Outcome.NOT_FOUND, "not there"),
        (refused("TargetGroupNotFound"), Outcome.NOT_FOUND, "not there"),
        (refused("ValidationError", "Stack with id x does not exist"), Outcome.NOT_FOUND, "not there"),
        (refused("ClientException", "Unable to describe task definition."), Outcome.NOT_FOUND, "not there"),
        (refused("ValidationError", "Parameters: [X] must have values"), Outcome.FAILED, "must have values"),
        (refused("ThrottlingException"), Outcome.FAILED, "too many calls, even after waiting"),
        (refused("RequestLimitExceeded"), Outcome.FAILED, "too many calls"),
        (refused("InternalFailure"), Outcome.FAILED, "InternalFailure"),
        (EndpointConnectionError(endpoint_url="http://x"), Outcome.FAILED, "cannot be reached"),
        (ReadTimeoutError(endpoint_url="http://x"), Outcome.TIMED_OUT, "may still have been done"),
    ],
)
def test_an_error_of_aws_has_an_outcome_and_a_sentence(
    error: BotoCoreError | ClientError, outcome: Outcome, said: str
) -> None:
    failure = failure_of(error)
    assert failure.outcome is outcome
    assert said in str(failure)


def test_every_exit_code_is_one_of_its_own_and_in_the_help() -> None:
    assert set(MEANINGS) == set(Outcome)
    assert [f"{int(outcome):<3}  {meaning}" for outcome, meaning in MEANINGS.items()] == CODES[: len(Outcome)]
    assert len({*map(int, Outcome), INTERRUPTED, 1}) == len(Outcome) + 2


def group(error: BaseException) -> click.Group:
    """A group whose one command ends with this error."""

    @click.command()
    @with_json
    def fail(out: Terminal) -> None:
        raise error

    made = Commands("main")
    made.add_command(fail)
    return made


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Failure(Outcome.ROLLED_BACK, "It was rolled back.", revision="f:7"), 5),
        (refused("AccessDenied"), 8),
        (NoCredentialsError(), 8),
        (KeyboardInterrupt(), INTERRUPTED),
    ],
)
def test_a_command_ends_with_the_code_of_its_outcome(error: BaseException, code: int) -> None:
    result = CliRunner().invoke(group(error), ["fail"])
    assert result.exit_code == code
    assert "Traceback" not in result.output


def test_programs_get_the_failure_as_json() -> None:
    failure = Failure(Outcome.ROLLED_BACK, "It was rolled back.", revision="f:7")
    result = CliRunner().invoke(group(failure), ["fail", "--json"])
    assert json.loads(result.stdout) == {
        "outcome": "rolled-back",
        "error": "It was rolled back.",
        "revision": "f:7",
    }
    assert result.stderr == "Error: It was rolled back.\n"


def test_clients_wait_for_a_throttled_aws_and_never_for_ever() -> None:
    client: Any = patient_session().client("ecs", region_name="us-east-1")
    assert client.meta.config.retries == {"mode": "adaptive", "total_max_attempts": 6}
    assert (client.meta.config.connect_timeout, client.meta.config.read_timeout) == (5, 30)


def test_what_a_fake_refuses_is_an_error_of_the_real_client() -> None:
    aws = FakeAws()
    aws.refuse("ecs.list_clusters", "AccessDeniedException", "no")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        aws.session().client("ecs").list_clusters()
