"""Release of a revision: brought into service, followed to the end of its deployment, and proved to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ecs_emulator.ops import deployments, images, revisions
from ecs_emulator.ops.deployments import End, Follower
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.proof import Check, prove
from ecs_emulator.ops.services import Named, describe, short
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal
from ecs_emulator.ops.waiting import going_on

PROOF_PATIENCE = 90.0  # seconds: what has been taken out may still be draining


@dataclass(frozen=True)
class RevisionChange:
    """Change to the next revision of a service, or else a revision that exists. Image and environment are of
    `container`, or of the one that the load balancer talks to; `images` are those of others, by container.
    """

    image: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    task_definition: str | None = None
    container: str | None = None
    images: Mapping[str, str] = field(default_factory=dict)


class Release:
    """One change of one service. `timeout` is in seconds."""

    def __init__(self, target: Target, named: Named, out: Terminal, timeout: float) -> None:
        self._target = target
        self._named = named
        self._out = out
        self._timeout = timeout
        self._ecs = target.ecs

    def refuse_while_under_way(self) -> None:
        """Raises Failure (FAILED) while another deployment has not ended."""
        if other := deployments.under_way(self._ecs, self._named):
            revision = short(deployments.revision_of(self._ecs, other["targetServiceRevisionArn"]))
            raise Failure(
                Outcome.FAILED,
                f"A deployment of {revision} is under way ({other.get('status')}). See "
                f"{self._target.typed('status --watch')}, wait for its end, end it with "
                f"{self._target.typed(f'rollback {self._named.short}')}, or say --anyway to put this one in its place.",
                deployment=other["serviceDeploymentArn"],
            )

    def update(self, change: RevisionChange, dry_run: bool) -> None:
        """Deploy the changed revision and prove it; what runs already is only proved. Raises Failure (any)."""
        now = describe(self._ecs, self._named)
        current = now["taskDefinition"]
        old = revisions.read(self._ecs, current)
        if change.task_definition:
            new = revisions.existing(self._ecs, old["family"], change.task_definition)
        else:
            container = change.container or revisions.main_container(now, old)
            repository = self._target.outputs.get("ImageRepository")
            new = revisions.changed(old, container, change.image, change.environment, repository)
            for each, image in change.images.items():
                new = revisions.changed(new, each, image, {}, repository)
            if change.image is not None:
                images.refuse_unknown(self._target, revisions.image_of(new, container))
        lines = revisions.difference(old, new)
        self._out.say(f"{self._named.short} runs {short(current)}.")
        for line in lines or ["nothing changes"]:
            self._out.say(f"  {line}")
        if dry_run:
            self._out.result(
                outcome="done", dry_run=True, service=self._named.service, revision=short(current), changes=lines
            )
            return
        # The ARN alone tells whether it is deployed already: two revisions may be alike.
        revision = new["taskDefinitionArn"]
        if lines and not change.task_definition:
            revision = revisions.register(self._ecs, new)
        if revision == current:
            self.prove(revision, changes=[])
        else:
            self.bring(revision)

    def roll_back(self, reference: str | None) -> None:
        """Deploy and prove `reference`, or else the last that was completed. Raises Failure (any)."""
        now = describe(self._ecs, self._named)["taskDefinition"]
        running = deployments.under_way(self._ecs, self._named)
        if reference is not None:
            found = revisions.existing(self._ecs, short(now).partition(":")[0], reference)["taskDefinitionArn"]
            if found == now and not running:
                self.prove(now)
            else:
                self.bring(found)
            return
        leaving = deployments.revision_of(self._ecs, running["targetServiceRevisionArn"]) if running else now
        last = deployments.completed(self._ecs, self._named, other_than=leaving)
        if last is None:
            raise Failure(
                Outcome.NOT_FOUND, f"No other revision of {self._named.short} was ever completed; say which with --to."
            )
        if running:
            self.undo(running["serviceDeploymentArn"], leaving, last, running.get("status", ""))
        else:
            self.bring(last)

    def bring(self, revision: str) -> None:
        """Deploy a revision (ARN) and prove it. Raises Failure (any)."""
        before = deployments.known(self._ecs, self._named)
        follower = Follower(self._target, self._named, self._out)
        self._ecs.update_service(cluster=self._named.cluster, service=self._named.service, taskDefinition=revision)
        self._out.say(f"{self._named.short}: deploying {short(revision)} …")
        self._conclude(revision, lambda: follower.follow(revision, self._timeout, before=before))

    def undo(self, deployment: str, failing: str, back_to: str, status: str) -> None:
        """Have ECS roll back a deployment that is under way, and prove what it came from. Raises Failure (any)."""
        follower = Follower(self._target, self._named, self._out)
        # ECS may be about it already: its circuit breaker, an alarm, or somebody else.
        if not status.startswith("ROLLBACK"):
            self._ecs.stop_service_deployment(serviceDeploymentArn=deployment, stopType="ROLLBACK")
        self._out.say(f"{self._named.short}: {short(failing)} is being rolled back to {short(back_to)} …")
        self._conclude(
            back_to, lambda: follower.follow(failing, self._timeout, deployment), expected="ROLLBACK_SUCCESSFUL"
        )

    def prove(self, revision: str, **facts: Any) -> None:
        """Raises Failure (VERIFICATION_FAILED)."""
        checks = prove(self._target, self._named, revision, min(self._timeout, PROOF_PATIENCE))
        for check in checks:
            self._out.say(check.line)
        facts |= {"service": self._named.service, "revision": short(revision), "checks": _facts(checks)}
        if wrong := [check for check in checks if not check.ok]:
            raise Failure(
                Outcome.VERIFICATION_FAILED,
                f"{short(revision)} is deployed, but not all that runs: {'; '.join(check.name for check in wrong)}.",
                **facts,
            )
        mute = "" if all(check.provable for check in checks) else ", as far as ECS and the load balancer tell"
        self._out.say(f"{self._named.short} runs {short(revision)}{mute}.")
        self._out.result(outcome=Outcome.DONE.word, **facts)

    def _conclude(self, revision: str, follow: Callable[[], End], expected: str = "SUCCESSFUL") -> None:
        with going_on(
            self._out,
            f"The deployment goes on. See {self._target.typed('status --watch')}; end it with "
            f"{self._target.typed(f'rollback {self._named.short}')}.",
        ):
            end = follow()
            if end.status == expected:
                self.prove(revision, deployment=end.deployment, status=end.status, seconds=end.seconds)
                return
        self._fail(revision, end)

    def _fail(self, revision: str, end: End) -> None:
        runs = short(describe(self._ecs, self._named)["taskDefinition"])
        said = {
            "ROLLBACK_SUCCESSFUL": f"{short(revision)} was rolled back; {runs} runs again.",
            "ROLLBACK_FAILED": f"{short(revision)} failed, and so did the way back to {runs}.",
            "STOPPED": f"The deployment of {short(revision)} was stopped, or another one took its place.",
            "SUCCESSFUL": f"The deployment of {runs} had succeeded before it could be rolled back.",
        }[end.status]
        raise Failure(
            Outcome.FAILED if end.status == "SUCCESSFUL" else end.outcome,
            f"{said} {end.reason}",
            service=self._named.service,
            revision=short(revision),
            runs=runs,
            deployment=end.deployment,
            status=end.status,
            reason=end.reason,
            seconds=end.seconds,
            deaths=[death.facts() for death in end.deaths],
        )


def _facts(checks: list[Check]) -> list[dict[str, Any]]:
    return [check.facts() for check in checks]
