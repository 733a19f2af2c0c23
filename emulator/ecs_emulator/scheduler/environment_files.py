"""Environment files of a container, from S3, fetched when its task starts.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef
    from mypy_boto3_s3 import S3Client

_FAILED = "ResourceInitializationError: failed to download env files: file download command: non empty error stream:"


class FileMissing(Exception):
    """A file that cannot be had; the message is ECS's reason of the container."""


def variables(definition: ContainerDefinitionOutputTypeDef, s3: S3Client) -> dict[str, str]:
    """Variables of a container's environment files; of the same name the first one counts. Raises FileMissing."""
    found: dict[str, str] = {}
    for each in definition.get("environmentFiles", []):
        _, _, place = each["value"].partition(":::")
        bucket, _, key = place.partition("/")
        try:
            text = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        except (BotoCoreError, ClientError, UnicodeDecodeError) as error:
            raise FileMissing(f"{_FAILED} failed to download file {key}: {_said(error)}") from error
        found = parsed(text) | found
    return found


def parsed(text: str) -> dict[str, str]:
    """Variables of a file: `NAME=VALUE` a line, taken as it is; comments begin with # and empty lines are none."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if line.strip() and not line.lstrip().startswith("#") and equals:
            found.setdefault(name.strip(), value.strip())
    return found


def _said(error: Exception) -> str:
    if isinstance(error, ClientError):
        return f"{error.response['Error']['Code']}: {error.response['Error'].get('Message', '')}"
    return str(error)
