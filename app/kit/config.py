"""Settings, read once from the environment. Nothing else in `app` reads it."""

import ipaddress
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from app.kit.faults import parse_faults

# The revision, version and commit of code that nobody has released.
DEVELOPMENT = "development"


class WrongSetting(Exception):
    """A setting that stops the start; the message says what would be right."""


def setting(env: str, help: str, parse: Callable[[str], Any] = str, default: str | None = None) -> Any:
    """One setting: the variable's name, a sentence for people, text to value, and the text meant when it is unset."""
    return field(metadata={"env": env, "help": help, "parse": parse, "default": default})


def _number(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(text)

    return parse


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _origins(text: str) -> tuple[str, ...]:
    origins = _listed(text)
    if origins != ("*",) and not all(re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?", each) for each in origins):
        raise ValueError("* or a list such as https://mysfits.example,http://localhost:8080")
    return origins


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise ValueError("an IP address such as 127.0.0.1") from None


def _revision(text: str) -> str:
    # A family of task definitions alone may have 255 letters.
    if not re.fullmatch(r"[A-Za-z0-9._:/-]{1,300}", text):
        raise ValueError("up to 300 letters, digits and . _ : / -")
    return text


def _yes(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError("yes or no")
    return text == "yes"


@dataclass(frozen=True)
class Config:
    """The settings of one process. An empty variable counts as unset."""

    features: tuple[str, ...] = setting("FEATURES", "The features to run, comma-separated.", _listed, "all")
    mysfits_table: str = setting("DDB_TABLE_NAME", "The DynamoDB table of the mysfits.", default="")
    users_table: str = setting("USERS_TABLE_NAME", "The DynamoDB table of the message board's users.", default="")
    threads_table: str = setting("THREADS_TABLE_NAME", "The DynamoDB table of its threads.", default="")
    posts_table: str = setting("POSTS_TABLE_NAME", "The DynamoDB table of its posts.", default="")
    hello_table: str = setting("HELLO_TABLE_NAME", "The DynamoDB table of the counter that expires.", default="")
    region: str = setting("AWS_REGION", "The AWS region; `AWS_DEFAULT_REGION` is read when this is unset.")
    log_group: str = setting(
        "LOG_GROUP",
        "The CloudWatch Logs group that events go to as well as to stdout. "
        "Leave unset where the platform collects stdout (ECS with `awslogs`).",
        default="",
    )
    revision: str = setting(
        "SERVICE_REVISION",
        "What is running, carried by every answer and every log event. "
        "Leave unset on ECS, which knows the revision of the task definition.",
        _revision,
        DEVELOPMENT,
    )
    metadata_uri: str = setting(
        "ECS_CONTAINER_METADATA_URI_V4", "Where a task asks which revision it is of; ECS sets it.", default=""
    )
    version: str = setting("SERVICE_VERSION", "The version of the code; the image carries it.", _revision, DEVELOPMENT)
    commit: str = setting(
        "SERVICE_COMMIT", "The commit that the code is of; the image carries it.", _revision, DEVELOPMENT
    )
    cors_origins: tuple[str, ...] = setting(
        "CORS_ORIGINS", "The origins whose pages may call the API, comma-separated.", _origins, "*"
    )
    bind_address: str = setting("BIND_ADDRESS", "The address to listen on.", _address, "0.0.0.0")  # noqa: S104
    port: int = setting("PORT", "The port to listen on.", _number(1, 65535), "8080")
    workers: int = setting(
        "WORKERS",
        "Server processes; 0 is one for each processor of the task, and two at the least.",
        _number(0, 64),
        "0",
    )
    requests: int = setting(
        "REQUESTS",
        "Requests that are at work in one process at a time; others wait a moment, and are then told to come again.",
        _number(1, 16_384),
        "1024",
    )
    threads: int = setting("THREADS", "Threads of one process for views that are no coroutines.", _number(1, 1024), "8")
    likes_per_second: int = setting(
        "LIKES_PER_SECOND",
        "Likes that one process takes in a second from one client, told by the last address in `X-Forwarded-For`; "
        "0 is no limit.",
        _number(0, 1_000_000),
        "0",
    )
    fulfill_like: bool = setting(
        "FULFILL_LIKE",
        "Whether there is `POST /mysfits/<id>/fulfill-like`, for a separate like service: `yes` or `no`.",
        _yes,
        "no",
    )
    faults: Mapping[str, float] = setting(
        "FAULTS",
        "What is to go wrong on purpose, comma-separated: `crash-at-start`, `slow-start=SECONDS`, "
        "`unhealthy-after=SECONDS`, `unhealthy-on-usr1`, `ignore-sigterm`, `error-share=SHARE`.",
        parse_faults,
        "",
    )
    faults_allowed: bool = setting("FAULTS_ALLOWED", "Whether this is a place for drills: `yes` or `no`.", _yes, "no")

    @classmethod
    def from_env(cls, environ: Mapping[str, str], features: Mapping[str, Collection[str]]) -> "Config":
        """Read `environ`. `features` maps the name of each feature there is to the variables it cannot run without.

        Raises WrongSetting.
        """
        # botocore reads AWS_DEFAULT_REGION, Fargate sets AWS_REGION: either will do.
        texts = {"AWS_REGION": environ.get("AWS_DEFAULT_REGION", "")}
        texts |= {name: value for name, value in environ.items() if value.strip()}
        config = cls(**{each.name: _read(each.metadata, texts) for each in fields(cls)})
        chosen = tuple(features) if config.features == ("all",) else config.features
        _check_features(chosen, features)
        for feature in chosen:
            for name in features[feature]:
                if not texts.get(name):
                    raise WrongSetting(f"{name} is not set; the feature {feature} needs it.")
        if config.faults and not config.faults_allowed:
            raise WrongSetting("FAULTS is set, which FAULTS_ALLOWED=yes has to allow. Never do so in production.")
        return replace(config, features=chosen)


def _read(meta: Mapping[str, Any], texts: Mapping[str, str]) -> Any:
    text = texts.get(meta["env"], "").strip() or meta["default"]
    if text is None:
        raise WrongSetting(f"{meta['env']} is not set. {meta['help']}")
    try:
        return meta["parse"](text)
    except ValueError as error:
        raise WrongSetting(f"{meta['env']} is {text[:80]!r}; it should be {error}.") from error


def _check_features(chosen: tuple[str, ...], features: Mapping[str, Collection[str]]) -> None:
    there_are = f"There are: {', '.join(features)}."
    for name in chosen:
        if name not in features:
            raise WrongSetting(f"No such feature: {name[:80]}. {there_are}")
        if chosen.count(name) > 1:
            raise WrongSetting(f"FEATURES lists {name} twice. {there_are}")
    if not chosen:
        raise WrongSetting(f"FEATURES lists no feature. {there_are}")
