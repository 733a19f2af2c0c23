"""ECR of moto, whose registry may be without a rule for scanning."""

from __future__ import annotations

from typing import Any

from moto.ecr.models import ECRBackend

_put = ECRBackend.put_registry_scanning_configuration


def install() -> None:
    """Let a configuration without rules have none; moto fails with it, and with each repository that comes after.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutRegistryScanningConfiguration.html
    """
    setattr(ECRBackend, "put_registry_scanning_configuration", _configured)  # noqa: B010 (it is no method to mypy)


def _configured(backend: ECRBackend, scan_type: str, rules: list[dict[str, Any]] | None) -> None:
    _put(backend, scan_type, rules or [])
