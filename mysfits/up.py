"""`mysfits up`: the verb that runs the platform on this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from ecs_emulator.commands.detach import Detachable, detached, refuse_second
from ecs_emulator.commands.group import program
from ecs_emulator.commands.options import assignments
from ecs_emulator.commands.up import console_settings, prepare, run_templates, runtime_options, start_errors
from ecs_emulator.ops.terminal import Terminal

# Of the platform's own verbs and drills, those that the console has.
VERBS = ("cutover", "push")
DRILLS = ("rollout", "task-killed", "bad-revision")


@click.command(cls=Detachable)
@click.option("--placeholder", is_flag=True, help="Begin with the placeholder instead of the code in this folder.")
@click.option(
    "--assembly", metavar="NAME", help="The services of cfn/stacks.yml to run: monolith (as always) or split."
)
@click.option("--set", "parameters", multiple=True, metavar="K=V", callback=assignments,
              help="A parameter of the stacks; STACK.K=V for one stack alone.")  # fmt: skip
@click.option("--template", "templates", multiple=True, metavar="FILE",
              type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Run this template instead of cfn/; several times for several. "
                   "A placeholder stands in for images that are not here. "
                   "What it would run is listed first, and nothing runs before you agree.")  # fmt: skip
@click.option("--yes", is_flag=True, help="Agree to what is listed of --template; for scripts.")
@runtime_options
def up(
    placeholder: bool,
    assembly: str | None,
    parameters: dict[str, str],
    templates: tuple[Path, ...],
    yes: bool,
    detach: bool,
    console: bool,
    **runtime: Any,
) -> None:
    """Run the whole platform on this machine until Ctrl-C: the stacks of cfn/ with their services.

    SITE_PORT (8080), API_PORT (8000), CLOUD_PORT (4566) and CONSOLE_PORT (4567) change the ports; the console takes any
    free one where nobody says its port and that one is taken.
    """
    if templates and (placeholder or assembly):
        raise click.UsageError("--placeholder and --assembly are about cfn/, not about the templates of others.")
    owner = program()
    with start_errors(owner.folder):
        # Here and not above: the other commands start faster without a cloud.
        from ecs_emulator.ports import Ports, chosen

        refuse_second()
        site, api, cloud = chosen(
            os.environ, {"SITE_PORT": 8080, "API_PORT": 8000, "CLOUD_PORT": 4566}, beside=bool(owner.instance)
        )
        prepare(cloud)

        from ecs_emulator.emulator import Emulator
        from ecs_emulator.up import signalled
        from ecs_emulator.up import up as run
        from ops.local import image
        from ops.local.platform import Platform
        from ops.stacks.listing import MONOLITH, StackListing, by_stack

        runtime |= {"ports": Ports(api, cloud), "repository": image.REPOSITORY}
        if templates:
            images = image.images(owner.folder, stand_in=True)
            run_templates(templates, parameters, {}, yes, detach=detach, console=console, images=images, **runtime)
            return
        assembly = assembly or MONOLITH
        platform = Platform(site, assembly, placeholder, by_stack(parameters, StackListing(assembly).meant))
        if detach:
            detached()
            return
        say = Terminal().line
        images = image.images(owner.folder)
        emulator = Emulator(owner.folder, images=images, program=owner, stopping=signalled(), say=say, **runtime)
        run(emulator, platform.fill, say, console_settings(console, [(name,) for name in DRILLS], VERBS))
