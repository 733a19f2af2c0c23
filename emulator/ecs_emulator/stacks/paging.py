"""Pages of CloudFormation's answers, as long as on AWS: a hundred, whoever asks.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStacks.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.page_tokens import page_start, page_token
from ecs_emulator.stacks.stack import Stacks

if TYPE_CHECKING:
    from ecs_emulator.cloud.service import Answer

PAGE = 100


def paged(operation: Callable[[Stacks, Any], Answer], member: str) -> Callable[[Stacks, Any], Answer]:
    """The same operation, of whose list `member` an answer has one page. Raises AwsError for a token that is none."""

    def operate(stacks: Stacks, given: Any) -> Answer:
        start = _start(given["NextToken"]) if given.get("NextToken") else 0
        answer = operation(stacks, given)
        end = start + int(given.get("MaxResults") or PAGE)
        more = {"NextToken": page_token(end)} if end < len(answer[member]) else {}
        return {**answer, member: answer[member][start:end], **more}

    return operate


def _start(token: str) -> int:
    try:
        return page_start(token)
    except ValueError:
        raise AwsError("ValidationError", "Invalid pagination token") from None
