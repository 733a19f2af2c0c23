"""Calls of AWS that the page may ask for, each as the SDK makes it at the emulator's own endpoint."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

# What the page shows and does, and nothing else.
ALLOWED: Mapping[str, frozenset[str]] = {
    "ecs": frozenset(
        {
            "describe_services",
            "describe_task_definition",
            "list_task_definition_families",
            "list_task_definitions",
            "stop_service_deployment",
            "stop_task",
            "tag_resource",
            "untag_resource",
            "update_service",
        }
    ),
    "elbv2": frozenset({"modify_listener", "modify_rule"}),
    "cloudformation": frozenset({"describe_stack_events", "describe_stack_resources", "describe_stacks"}),
    "logs": frozenset({"describe_log_groups"}),
    "dynamodb": frozenset({"describe_table", "list_tables", "scan"}),
}


class CallRefused(Exception):
    """AWS's code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Calls:
    """Makes calls by `session`. For several threads."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._clients: dict[str, Any] = {}

    def make(self, service: str, operation: str, request: Mapping[str, Any]) -> Any:
        """The answer of an operation, named as boto3 names it, without its metadata. Raises CallRefused."""
        if operation not in ALLOWED.get(service, ()):
            raise CallRefused("NotAllowed", f"The console does not call {service} {operation}.")
        with self._lock:
            # A session is not for several threads, a client is.
            if service not in self._clients:
                client: Any = self._session.client
                self._clients[service] = client(service)
        try:
            answer = getattr(self._clients[service], operation)(**request)
        except ClientError as error:
            said = error.response["Error"]
            raise CallRefused(said.get("Code", ""), said.get("Message", "")) from error
        except (ParamValidationError, TypeError) as error:
            raise CallRefused("ValidationException", str(error)) from error
        except BotoCoreError as error:
            raise CallRefused(type(error).__name__, str(error)) from error
        answer.pop("ResponseMetadata", None)
        return answer
