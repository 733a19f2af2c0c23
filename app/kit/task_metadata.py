"""Task metadata: what ECS says of the task that this process runs in.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html
"""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 1  # seconds: a start does not wait for a word about itself
LONGEST = 256 * 1024  # bytes of metadata that are read

# What asking, and reading an answer that is none, may raise.
NO_ANSWER = (OSError, http.client.HTTPException, ValueError, LookupError, TypeError, RecursionError)


def task(metadata_uri: str) -> Any:
    """The task's document. Raises what NO_ANSWER lists."""
    address = urlsplit(metadata_uri)
    # Not urllib's `urlopen`: it would ask a proxy.
    connection = http.client.HTTPConnection(address.hostname or "", address.port or 80, timeout=PATIENCE)
    try:
        connection.request("GET", f"{address.path}/task")
        answer = connection.getresponse()
        if answer.status != 200:
            raise ValueError(f"status {answer.status}")
        return json.loads(answer.read(LONGEST))
    finally:
        connection.close()
