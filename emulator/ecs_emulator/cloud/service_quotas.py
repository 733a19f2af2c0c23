"""Quotas of an ECS service, as AWS has them.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
"""

from __future__ import annotations

TASKS = 5000  # that a service may be meant to have
