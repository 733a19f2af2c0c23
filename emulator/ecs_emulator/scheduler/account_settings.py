"""Settings of an account, which have what AWS gives them until somebody says otherwise.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.local import ACCOUNT
from ecs_emulator.scheduler.paging import page
from ecs_emulator.scheduler.scheduler import Scheduler

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import (
        DeleteAccountSettingRequestTypeDef,
        ListAccountSettingsRequestTypeDef,
        PutAccountSettingDefaultRequestTypeDef,
        PutAccountSettingRequestTypeDef,
    )

    from ecs_emulator.cloud.service import Answer, OwnerOperations

_ROOT = f"arn:aws:iam::{ACCOUNT}:root"
# What each may be, as it is by default first.
_VALUES: dict[str, tuple[str, ...]] = {
    "serviceLongArnFormat": ("enabled",),
    "taskLongArnFormat": ("enabled",),
    "containerInstanceLongArnFormat": ("enabled",),
    "awsvpcTrunking": ("disabled", "enabled"),
    "containerInsights": ("disabled", "enabled", "enhanced"),
    "fargateFIPSMode": ("disabled", "enabled"),
    "tagResourceAuthorization": ("on", "off"),
    "fargateTaskRetirementWaitPeriod": ("7", "0", "14"),
    "guardDutyActivate": ("off", "on"),
    "defaultLogDriverMode": ("non-blocking", "blocking"),
    "fargateEventWindows": ("disabled", "enabled"),
}
# AWS alone sets it.
_MANAGED = "guardDutyActivate"


def list_all(ecs: Scheduler, request: ListAccountSettingsRequestTypeDef) -> Answer:
    """Those that were put; with `effectiveSettings` all, as they are."""
    effective = request.get("effectiveSettings", False)
    found = [
        _setting(name, ecs.account_settings.get(name, values[0]))
        for name, values in _VALUES.items()
        if (effective or name in ecs.account_settings) and request.get("name", name) == name
    ]
    settings, more = page([each for each in found if request.get("value", each["value"]) == each["value"]], request, 10)
    return {"settings": settings, **more}


def put(ecs: Scheduler, request: PutAccountSettingRequestTypeDef | PutAccountSettingDefaultRequestTypeDef) -> Answer:
    """Whoever is named: there is one account, and everybody in it is its root."""
    name, value = request["name"], request["value"]
    if name == _MANAGED:
        raise AwsError("InvalidParameterException", f"The setting {name} is managed by AWS and cannot be changed.")
    if value not in _values(name):
        raise AwsError("InvalidParameterException", f"Invalid value for setting {name}: {value}")
    ecs.account_settings[name] = value
    if name != "containerInsights":
        ecs.note_without_effect(["account settings: they are kept and shown"])
    return {"setting": _setting(name, value)}


def delete(ecs: Scheduler, request: DeleteAccountSettingRequestTypeDef) -> Answer:
    values = _values(request["name"])
    return {"setting": _setting(request["name"], ecs.account_settings.pop(request["name"], values[0]))}


def _values(name: str) -> tuple[str, ...]:
    if name not in _VALUES:
        raise AwsError("InvalidParameterException", f"The setting name {name} is not valid.")
    return _VALUES[name]


def default(ecs: Scheduler, name: str) -> str:
    """The value of a setting for what is made now."""
    return ecs.account_settings.get(name, _VALUES[name][0])


def _setting(name: str, value: str) -> dict[str, str]:
    kind = "aws_managed" if name == _MANAGED else "user"
    return {"name": name, "value": value, "principalArn": _ROOT, "type": kind}


OPERATIONS: OwnerOperations[Scheduler] = {
    "DeleteAccountSetting": delete,
    "ListAccountSettings": list_all,
    "PutAccountSetting": put,
    "PutAccountSettingDefault": put,
}
