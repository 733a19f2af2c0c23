"""Quotas of a template: how large it may be, and how much work it may make.

Quotas of AWS: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

from __future__ import annotations

from ecs_emulator.stacks.errors import TemplateError

# Of AWS.
BODY = 51_200  # bytes of a template that is sent
TEMPLATE = 2**20  # bytes of a template in a file or in S3
MAPPINGS = 200
MAPPING_ATTRIBUTES = 200
OUTPUTS = 200
PARAMETERS = 200
PARAMETER_VALUE = 4_096  # bytes
RESOURCES = 500
NAME = 255  # characters
CIDR_BLOCKS = 256  # .../TemplateReference/intrinsic-function-reference-cidr.html

# Ours, where AWS names none.
DEPTH = 50  # lists and mappings inside of one another
NODES = 50_000  # of a document: about twice what fits into BODY
NESTED = 8  # stacks inside of one another
WORK = 200_000  # nodes, list items and hundreds of characters that working out a template's values may come to
TEXT = TEMPLATE  # characters of one value


class Budget:
    """The work that one template may make, counted and not timed: the same on every machine."""

    def __init__(self, units: int = WORK) -> None:
        self._left = units

    def spend(self, units: int) -> None:
        """Raises TemplateError when it is used up."""
        self._left -= units
        if self._left < 0:
            raise TemplateError(f"its values take more than {WORK} steps to work out.")
