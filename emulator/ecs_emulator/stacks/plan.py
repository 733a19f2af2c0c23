"""Update plan of a stack: which of its resources change, and how."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Detail:
    """One property that changes, and why: `source` is ParameterReference, ResourceReference or DirectModification."""

    attribute: str  # Properties, Tags, Metadata or a policy
    name: str | None
    recreation: str  # Never, Conditionally, Always
    is_static: bool
    source: str
    cause: str | None


@dataclass(frozen=True)
class ResourceChange:
    """One resource that changes: `action` is Add, Modify or Remove, `replacement` True, False or Conditional."""

    action: str
    logical_id: str
    type: str
    physical_id: str | None = None
    replacement: str | None = None
    details: tuple[Detail, ...] = ()

    @property
    def scope(self) -> list[str]:
        return sorted({detail.attribute for detail in self.details})


@dataclass(frozen=True)
class UpdatePlan:
    """The changes of the resources, and whether the outputs change."""

    changes: list[ResourceChange]
    changes_outputs: bool

    @property
    def is_empty(self) -> bool:
        return not self.changes and not self.changes_outputs
