"""The local cloud of a whole test run: a plugin of pytest, so that all folders of tests have the same one."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import boto3
import pytest

from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.local import use_only

# A shell that runs the tests in its background has Ctrl-C ignored, and every child would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """A local cloud; every AWS client of the test process talks to it."""
    before = dict(os.environ)
    cloud = Cloud(port=0)
    use_only(cloud.url, cloud.key)
    yield cloud
    cloud.close()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def session(cloud: Cloud) -> boto3.Session:
    return boto3.Session()
