"""Service events of ECS for people: without what is said above them already.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
"""

from __future__ import annotations

import re

_SERVICE = re.compile(r"^\(service [^)]+\) ")
_TASK = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{24}\b")
_TARGET_GROUP = re.compile(r"arn:aws[a-z-]*:elasticloadbalancing:[^\s)]*:targetgroup/([^/\s)]+)/[0-9a-f]+")


def event_text(message: str) -> str:
    """An event without its service, with the names of target groups for ARNs and the ids of tasks as `status` has them.

    Of an event that begins otherwise all is kept. `--json` has events as ECS wrote them.
    """
    return _TASK.sub(r"\1", _TARGET_GROUP.sub(r"\1", _SERVICE.sub("", message)))
