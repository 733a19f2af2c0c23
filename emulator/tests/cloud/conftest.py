"""Objects of S3 that tests share."""

from __future__ import annotations

import itertools
from typing import Any

import boto3
import pytest
from botocore.config import Config

from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.local import REGION
from emulator.tests.cloud.wire import BODY

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def s3(cloud: Cloud) -> Any:
    """A client that refuses nothing by itself."""
    return boto3.client("s3", REGION, config=Config(parameter_validation=False))


@pytest.fixture
def there(s3: Any) -> dict[str, Any]:
    """Bucket and key of an object, whose content is `BODY`."""
    name = f"objects-{next(_numbers)}"
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="k", Body=BODY)
    return {"Bucket": name, "Key": "k"}
