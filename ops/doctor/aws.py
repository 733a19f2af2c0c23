"""Doctor's checks of AWS, in their order: the quick ones, which `deploy --aws` begins with, and all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError

from ecs_emulator.doctor.findings import Finding, State
from ecs_emulator.ops.outcomes import Outcome, failure_of
from ecs_emulator.ops.target import Target
from ecs_emulator.stacks.errors import TemplateError
from ops.doctor import account, caller, quotas, rights, tools
from ops.doctor.caller import Caller
from ops.doctor.plan import Plan, planned
from ops.stacks.listing import Listed, Setting, StackListing

Checks = Mapping[str, Callable[[], Finding]]


class Doctor:
    """Doctor of the account of `target`, for the deployment of `chosen`, which are some of those that are listed."""

    def __init__(self, target: Target, listed: StackListing, chosen: Sequence[Listed], said: Sequence[Setting]) -> None:
        # Other assemblies need not be rendered for this one.
        everything = listed.meant if all(stack in listed.meant for stack in chosen) else listed.all
        self._session = target.session
        self._plan: Callable[[], Plan] = lambda: planned(target.cloudformation, everything, chosen, said)

    def quick(self) -> Iterator[Finding]:
        """Findings on what lets a deployment fail late, from some twenty calls."""
        yield from self._look(self._quick)

    def all(self) -> Iterator[Finding]:
        """All findings."""
        yield tools.aws_cli()
        yield tools.docker()
        yield from self._look(lambda who, plan: {**self._quick(who, plan), **self._slow(who, plan)})

    def _look(self, checks: Callable[[Caller, Plan], Checks]) -> Iterator[Finding]:
        found = caller.region(self._session, os.environ)
        yield found
        if not self._session.region_name:
            return
        known: list[Caller] = []
        yield from caller.identity(self._session, datetime.now(UTC), known)
        if not known:
            return
        try:
            plan = self._plan()
        except TemplateError as error:
            yield Finding("parameters", State.BAD, str(error), "Say others with --set.")
        except (ClientError, BotoCoreError) as error:
            yield _unasked("parameters", error)
        else:
            for name, check in checks(known[0], plan).items():
                try:
                    yield check()
                except (ClientError, BotoCoreError) as error:
                    yield _unasked(name, error)

    def _quick(self, who: Caller, plan: Plan) -> Checks:
        session = self._session
        return {
            "region": partial(account.enabled, session),
            "zones": partial(account.zones, session, plan),
            "public access": partial(account.public_access, session, who.account, plan),
            "service-linked roles": partial(account.linked_roles, session, plan),
            "elastic IPs": partial(quotas.addresses, session, plan),
        }

    def _slow(self, who: Caller, plan: Plan) -> Checks:
        session = self._session
        return {
            "VPCs": partial(quotas.vpcs, session, plan),
            "Fargate vCPUs": partial(quotas.vcpus, session, plan),
            "builds": partial(quotas.builds, session, plan),
            "rights": partial(rights.granted, session, who, plan),
        }


def _unasked(check: str, error: ClientError | BotoCoreError) -> Finding:
    return Finding(check, State.UNKNOWN, f"It could not be asked. {failure_of(error)}")


def outcome(findings: Sequence[Finding]) -> Outcome:
    """Outcome of bad findings: DENIED without credentials that hold, else FAILED."""
    denied = any(each.check == "credentials" and each.state is State.BAD for each in findings)
    return Outcome.DENIED if denied else Outcome.FAILED
