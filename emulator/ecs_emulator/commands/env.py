"""`env`: endpoint, region and access key, with which any AWS client works on the emulator."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NoReturn

import click

from ecs_emulator.access_key import AccessKey
from ecs_emulator.commands.group import Verb, program
from ecs_emulator.local import Running, client_environment
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.shells import posix, powershell
from ecs_emulator.ops.target import absent
from ecs_emulator.ops.terminal import as_text, put, put_json

# With any of these a client would look elsewhere, or for somebody else.
# https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
_ELSEWHERE = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
)


@click.command(
    name="env", cls=Verb, context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object: name to value.")
@click.option("--powershell", "for_powershell", is_flag=True, help="For PowerShell's Invoke-Expression.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
def env(as_json: bool, for_powershell: bool, command: tuple[str, ...]) -> None:
    """Have AWS clients work on the emulator: endpoint, region and access key, as variables of a shell.

    \b
      eval "$(ecs-emulator env)"                this shell, from now on
      ecs-emulator env -- aws ecs list-clusters one command, whose exit code becomes this one's
    """
    owner = program()
    running = Running.found(owner.folder)
    if running is None:
        if not (as_json or for_powershell or command):
            # `eval` of nothing would end well.
            put("false")
        raise absent(owner)
    variables, without = environment(running.cloud_url, AccessKey.of_folder(owner.folder), os.environ)
    if command:
        _become(command, variables, without)
    if as_json:
        put_json(as_text(variables))
    else:
        put((powershell if for_powershell else posix)(variables, without))


def environment(cloud_url: str, key: AccessKey, present: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The variables to set beside those that are `present`, and the names of those that must not be there."""
    variables = client_environment(cloud_url, key)
    for name in ("NO_PROXY", "no_proxy"):
        kept = [each for each in present.get(name, "").split(",") if each and each not in variables[name].split(",")]
        variables[name] = ",".join([variables[name], *kept])
    of_services = (name for name in present if name.startswith(("AWS_ENDPOINT_URL_", "AWS_CONTAINER_")))
    # A name that is none of a shell's is none of a variable that it could set.
    return variables, [*_ELSEWHERE, *(name for name in of_services if name.replace("_", "").isalnum())]


def _become(command: tuple[str, ...], variables: Mapping[str, str], without: list[str]) -> NoReturn:
    """Go on as a command: its signals and its exit code are its own. Raises Failure."""
    own = {name: value for name, value in os.environ.items() if name not in without}
    try:
        os.execvpe(command[0], command, {**own, **variables})  # noqa: S606 (no shell)
    except OSError as error:
        raise Failure(Outcome.USAGE, f"{command[0]} cannot be run: {error.strerror}.") from error
