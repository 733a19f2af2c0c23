"""Coverage of AWS by the emulator, as tables: emulated, accepted without effect, unsupported.

`python -m ecs_emulator.coverage README.md` writes them between the markers of a page of Markdown.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from ecs_emulator.balancer import operations as elbv2
from ecs_emulator.cloud import cloudwatch, load_balancers, unsupported_inputs
from ecs_emulator.cloud.protocols import service_model
from ecs_emulator.scheduler import features, image_operations, unsupported
from ecs_emulator.scheduler import operations as ecs
from ecs_emulator.stacks import operations as cloudformation
from ecs_emulator.stacks.resources.registry import EMULATED, STUBBED, grouped
from ecs_emulator.stacks.state import STACK_TYPE

BEGIN, END = "<!-- coverage: written by `python -m ecs_emulator.coverage` -->", "<!-- coverage: end -->"

_OPERATIONS: Mapping[str, tuple[str, Iterable[str]]] = {
    "ecs": ("Amazon ECS", ecs.OPERATIONS),
    "cloudformation": ("CloudFormation", cloudformation.OPERATIONS),
    "elbv2": ("Elastic Load Balancing v2", {**load_balancers.OPERATIONS, **elbv2.OPERATIONS}),
    "cloudwatch": ("CloudWatch", cloudwatch.OPERATIONS),
    "ecr": ("Amazon ECR", image_operations.OPERATIONS),
}
_REST_BY_MOTO = {"elbv2", "cloudwatch", "ecr"}
_REFUSED = {"ecr": image_operations.REFUSED}  # of a service whose rest moto answers


def tables() -> str:
    """The three tables as Markdown."""
    return "\n\n".join((_emulated(), _without_effect(), _unsupported()))


def _emulated() -> str:
    rows = [(name, _words(operations)) for name, operations in _OPERATIONS.values()]
    return _table(
        "emulated",
        "operations or types",
        [*rows, ("Resource types of CloudFormation", grouped({*EMULATED, STACK_TYPE}))],
    )


def _without_effect() -> str:
    stored = {path: what.partition(":")[0] for path, what in features.STORED.items()}
    return _table(
        "accepted without effect",
        "what",
        [
            ("Resource types of CloudFormation", f"{grouped(set(STUBBED))}, and every other with a published schema"),
            ("Inputs of ECS", _words(stored)),
            ("Container definitions, as processes", _words(unsupported.NOT_ENFORCED)),
        ],
    )


def _unsupported() -> str:
    rows = []
    for service, (name, operations) in _OPERATIONS.items():
        missing = set(service_model(service).operation_names) - set(operations)
        rest = f"{len(missing)} others: {_words(missing)}"
        if service in _REST_BY_MOTO:
            rest = f"{_words(_REFUSED.get(service, ())) or 'nothing'}: moto answers the rest"
        rows.append((name, rest))
    only = {f"{path} other than {' or '.join(values)}" for path, values in unsupported_inputs.ONLY.items()}
    return _table(
        "unsupported",
        "what is refused",
        [
            *rows,
            ("Inputs of ECS", _words({*unsupported_inputs.REFUSED, *only})),
            ("Container definitions, as processes", _words(unsupported.REFUSED)),
            (
                "Templates",
                "transforms but AWS::LanguageExtensions and AWS::Serverless; macros; types of tasks or traffic",
            ),
        ],
    )


def _words(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _table(title: str, what: str, rows: Iterable[tuple[str, str]]) -> str:
    return "\n".join([f"| {title} | {what} |", "|---|---|", *(f"| {name} | {text} |" for name, text in rows)])


def written(page: str) -> str:
    """A page with the tables between its markers. Raises ValueError when it has none."""
    pattern = re.compile(f"{re.escape(BEGIN)}\n.*?{re.escape(END)}", re.DOTALL)
    new, count = pattern.subn(lambda _: f"{BEGIN}\n{tables()}\n{END}", page)
    if count != 1:
        raise ValueError(f"The page has {count} places for the tables.")
    return new


def main() -> None:
    path = Path(sys.argv[1])
    path.write_text(written(path.read_text()))


if __name__ == "__main__":
    main()
