"""Options of the `awslogs` log driver.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import regex

from ecs_emulator.scheduler.multiline import of_datetime

_EMULATED = {
    "awslogs-group",
    "awslogs-region",
    "awslogs-stream-prefix",
    "awslogs-create-group",
    "mode",
    "max-buffer-size",
    "awslogs-datetime-format",
    "awslogs-multiline-pattern",
}
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


class WrongOptions(Exception):
    """Options that the driver does not take, or a stream that cannot be made; the message is what ECS would say."""


@dataclass(frozen=True)
class Options:
    group: str
    region: str
    stream: str
    creates_group: bool
    blocks: bool
    buffer: int  # bytes
    begins: str | None = None  # the pattern of the first line of an event; without one each line is an event

    @classmethod
    def of(cls, options: dict[str, str], container: str, task_id: str, own_id: str | None = None) -> Options:
        """Read the options of a `logConfiguration`. Raises WrongOptions.

        Without a prefix a stream is called by the container's `own_id`, where that is given: on container instances.
        """
        prefix = options.get("awslogs-stream-prefix")
        for name in ("awslogs-group", "awslogs-region", "awslogs-stream-prefix"):
            if not options.get(name) and not (own_id and name == "awslogs-stream-prefix"):
                raise WrongOptions(f"Log driver awslogs requires options: {name}")
        if unknown := sorted(set(options) - _EMULATED):
            raise WrongOptions(f"Log driver awslogs is not emulated with {', '.join(unknown)}")
        # ECS's default since 25 June 2025 is the one that does not block.
        mode = options.get("mode", "non-blocking")
        size = re.fullmatch(r"(\d+)([kmg]?)b?", options.get("max-buffer-size", "10m").lower())
        if mode not in ("blocking", "non-blocking"):
            raise WrongOptions(f"logger: invalid mode: {mode}")
        if not size:
            raise WrongOptions(f"logger: invalid max-buffer-size: {options['max-buffer-size']}")
        return cls(
            options["awslogs-group"],
            options["awslogs-region"],
            stream_name(prefix, container, task_id) if prefix else str(own_id),
            options.get("awslogs-create-group", "false").lower() == "true",
            mode == "blocking",
            int(size[1]) * _UNITS[size[2]],
            _begins(options),
        )


def _begins(options: dict[str, str]) -> str | None:
    layout, pattern = options.get("awslogs-datetime-format"), options.get("awslogs-multiline-pattern")
    if layout and pattern:
        names = "'awslogs-datetime-format' and 'awslogs-multiline-pattern'"
        raise WrongOptions(f"you cannot configure log opt {names} at the same time")
    begins = of_datetime(layout) if layout else pattern
    try:
        regex.compile(begins or "")
    except regex.error as error:
        raise WrongOptions(
            f"awslogs could not parse multiline pattern key {begins!r}: error parsing regexp: {error}"
        ) from error
    return begins


def stream_name(prefix: str, container: str, task_id: str) -> str:
    return f"{prefix}/{container}/{task_id}"
