"""Arguments that bring the same templates up in another process, as a drill does and what the console begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

# Those that need nothing of a service.
DRILLS = ("rollout", "task-stopped", "task-killed", "task-unhealthy", "task-slow", "task-cut-off")


def arguments(
    templates: Sequence[Path],
    run: Mapping[str, str],
    programs: Path | None,
    values: Mapping[str, str],
    settings: Mapping[str, Any],
) -> list[str]:
    """Arguments of `up` and of `drill`; `settings` are those of `task_options`."""
    said = [f"--run={name}={command}" for name, command in run.items()]
    said += [f"--programs={programs}"] if programs else []
    said += [f"--set={name}={value}" for name, value in values.items()]
    said += [f"--set-attribute={name}={value}" for name, value in settings["attributes"].items()]
    said += [f"--set-export={name}={value}" for name, value in settings["exports"].items()]
    said += [f"--task-folder={each}" for each in settings["task_folders"]]
    said += [f"--{name}" for name in ("strict", "docker") if settings[name]]
    return [*said, *map(str, templates)]
