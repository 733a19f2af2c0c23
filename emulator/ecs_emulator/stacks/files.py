"""Template files: those that somebody names, and those that a template names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from botocore.exceptions import BotoCoreError, ClientError

from ecs_emulator.stacks.documents import decoded, text_of
from ecs_emulator.stacks.errors import TemplateError
from ecs_emulator.stacks.imports import linked
from ecs_emulator.stacks.quotas import TEMPLATE
from ecs_emulator.stacks.resources.provider import Context
from ecs_emulator.stacks.stack_file import StackFile
from ecs_emulator.stacks.templates import Document, parsed_template

_REMOTE = ("http://", "https://")

# What of AWS a template wants to be given: it has no effect here.
_STAND_INS = {
    "AWS::EC2::AvailabilityZone::Name": "us-east-1a",
    "AWS::EC2::Image::Id": "ami-stand-in",
    "AWS::EC2::Instance::Id": "i-stand-in",
    "AWS::EC2::KeyPair::KeyName": "key-stand-in",
    "AWS::EC2::SecurityGroup::Id": "sg-stand-in",
    "AWS::EC2::Subnet::Id": "subnet-stand-in-a",
    "AWS::EC2::VPC::Id": "vpc-stand-in",
    "AWS::Route53::HostedZone::Id": "ZSTANDIN",
    "List<AWS::EC2::AvailabilityZone::Name>": "us-east-1a,us-east-1b",
    "List<AWS::EC2::SecurityGroup::Id>": "sg-stand-in",
    "List<AWS::EC2::Subnet::Id>": "subnet-stand-in-a,subnet-stand-in-b",
}


def named_files(paths: Sequence[Path], parameters: Mapping[str, Any]) -> list[StackFile]:
    """A stack for each file, named after it or as the others import from it; each gets those of `parameters` that it
    declares. Raises TemplateError.
    """
    stacks = linked([stack_file(path, parameters) for path in paths])
    if unknown := parameters.keys() - {name for stack in stacks for name in stack.document.get("Parameters", {})}:
        raise TemplateError(f"There is no parameter {min(unknown)} in any of the templates.")
    return stacks


def stack_file(path: Path, parameters: Mapping[str, Any], *, as_written: bool = False) -> StackFile:
    """A file's stack, named after it; `as_written` is without its transforms. Raises TemplateError."""
    text = text_of(path)
    document = parsed_template(text, path.name, parameters, as_written=as_written)
    own = {name: value for name, value in parameters.items() if name in document.get("Parameters", {})}
    return StackFile(stack_name(path), document, stand_ins(document) | own, text, path)


def stack_name(path: Path) -> str:
    """Name of a file's stack: `web service.v2.yml` makes `web-service-v2`."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", path.stem).strip("-")
    return name if name[:1].isalpha() else f"stack-{name}"


def stand_ins(document: Document) -> dict[str, str]:
    """Values for what of AWS's a template wants to be given: a network, a key pair, a hosted zone."""
    return {
        name: _STAND_INS[spec["Type"]]
        for name, spec in document.get("Parameters", {}).items()
        if "Default" not in spec and spec["Type"] in _STAND_INS
    }


def text_at(context: Context, url: str, folder: Path | None) -> tuple[str, Path | None]:
    """A template's text by its `TemplateURL`, and its folder: a file beside its parent, or an object of the local S3.

    A bucket's copy of a file that lies beside its parent is that file. Raises TemplateError.
    """
    if folder and (path := local_file(folder, url)):
        return text_of(path, f"TemplateURL {url}"), path.parent
    if not url.startswith(_REMOTE):
        raise TemplateError(f"TemplateURL must be a supported URL; {url!r} is a file, and nobody's folder is known.")
    bucket, key = _object(url)
    try:
        body = context.client("s3").get_object(Bucket=bucket, Key=key)["Body"]
        return decoded(body.read(TEMPLATE + 1), f"TemplateURL {url}"), None
    except (BotoCoreError, ClientError) as error:
        why = error.response["Error"]["Message"] if isinstance(error, ClientError) else error
        raise TemplateError(f"TemplateURL {url}: {why}") from error


def local_file(folder: Path, url: str) -> Path | None:
    """The file that a `TemplateURL` names, from a template in `folder`: its path, and of an address in a bucket the
    longest end of its path that is a file there; None when there is none.
    """
    if not url.startswith(_REMOTE):
        return folder / url
    try:
        parts = [each for each in unquote(urlparse(url).path).split("/") if each]
    except ValueError:
        return None
    candidates = (folder.joinpath(*parts[start:]) for start in range(len(parts)) if ".." not in parts)
    return next((each for each in candidates if each.is_file()), None)


def _object(url: str) -> tuple[str, str]:
    """The bucket and key of an S3 address, which has the bucket in its host or in its path."""
    try:
        parts = urlparse(url)
    except ValueError as error:
        raise TemplateError(f"TemplateURL {url}: {error}.") from error
    path = unquote(parts.path.lstrip("/"))
    in_host = re.fullmatch(r"(.+)\.s3(?:[.-][a-z0-9-]+)?\.(?:amazonaws\.com|localhost.*)", parts.hostname or "")
    bucket, key = (in_host[1], path) if in_host else (path.partition("/")[0], path.partition("/")[2])
    if not bucket or not key:
        raise TemplateError(f"TemplateURL {url} names no object of S3.")
    return bucket, key
