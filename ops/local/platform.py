"""This platform on this machine: the stacks of cfn/ with their rows, the image of this folder, and the site."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field

from ecs_emulator.cloud.moto_backend import MOTO_LOCK
from ecs_emulator.emulator import Emulator, Say
from ops.local.image import built, snapshots
from ops.local.last_parameters import LastParameters
from ops.local.surroundings import STACKS, fill, site
from ops.push import push
from ops.stacks.listing import MONOLITH, Listing


@dataclass(frozen=True)
class Platform:
    """An assembly of cfn/: `placeholder` runs in place of the code of this folder, `parameters` are more than those of
    the list, by stack and name.
    """

    site_port: int
    assembly: str = MONOLITH
    placeholder: bool = False
    parameters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def _url(self) -> str:
        return f"http://localhost:{self.site_port}"

    def fill(self, aws: Emulator, running: ExitStack) -> str:
        """Deploy it, its site included, whose address it returns. Raises TemplateError, NotBuilt or Unusable."""
        assert aws.folder  # noqa: S101 (a command has one)
        assert aws.database  # noqa: S101
        say, listing = aws.say, Listing.read(STACKS)
        services = listing.assembly(self.assembly)
        last = LastParameters(aws.database, MOTO_LOCK)
        aws.stacks.completed = last.remember
        parameters = last.used((*listing.stacks, *services), self.parameters, say)
        aws.stacks.deploy_all(listing.stacks, parameters)
        say("The tables, the log group, the bucket and the load balancer of cfn/ are made.")
        # The rows first: a task would serve an empty table.
        session = aws.own_session()
        fill(aws.folder, session, aws.cloud.journal, aws.database, aws.stacks.outputs, parameters, say)
        api_url = f"http://localhost:{aws.ports.api}"
        running.enter_context(site(session, aws.outputs, api_url, self._url, self.site_port, say, aws.supervisor))
        given: Mapping[str, Mapping[str, str]] = parameters
        if not self.placeholder:
            tag = _pushed(aws, say)
            running_it = [stack.name for stack in services if "ImageTag" in stack.declared]
            given = {**given, **{name: {"ImageTag": tag, **given.get(name, {})} for name in running_it}}
        say(f"Starting {', '.join(stack.name for stack in services if stack.has_service)} …")
        with aws.explained():
            aws.stacks.deploy_all(services, given)
        return self._url


def _pushed(aws: Emulator, say: Say) -> str:
    """The tag of the image of this folder."""
    if aws.engine:
        say("Building the image of this folder, unless the Docker engine has it …")
    assert aws.folder  # noqa: S101 (a command has one)
    tag = push(built(aws.engine) if aws.engine else snapshots(aws.folder)).tag
    say(f"The code of this folder is the image {tag}.")
    return tag
