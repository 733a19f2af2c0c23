"""Validation of a template's values before anything is made: every function that fails, not the first one.

What a resource gives is known when it is made, and so is what depends on it; all else is worked out here.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ecs_emulator.local import REGION
from ecs_emulator.stacks.arguments import plain
from ecs_emulator.stacks.documents import Document
from ecs_emulator.stacks.errors import TemplateError
from ecs_emulator.stacks.evaluator import Evaluator
from ecs_emulator.stacks.order import depth_first
from ecs_emulator.stacks.parameters import parameter_values
from ecs_emulator.stacks.provisioning import pseudo_parameters
from ecs_emulator.stacks.references import conditions_of
from ecs_emulator.stacks.rules import check_rules
from ecs_emulator.stacks.values import UNKNOWN, is_unknown

_STORED = "AWS::SSM::Parameter::Value<"


class Validation(Evaluator):
    """The values of one template as far as they are known, and `errors`, each with its path in the template.

    `exports` are the names that other stacks export. What is not known is UNKNOWN, and both branches of a condition
    that depends on it are looked at.
    """

    def __init__(self, document: Document, given: Mapping[str, Any], stack: str, exports: set[str]) -> None:
        self.errors: list[TemplateError] = []
        self._path: tuple[str, ...] = ()
        values = self._parameters(document, given)
        super().__init__(
            document, values, pseudo_parameters(REGION, stack, UNKNOWN), {}, lambda _id, _attribute: UNKNOWN
        )
        self._exports = exports
        self._missing: set[str] = set()
        self._unsure: set[str] = set()  # conditions that depend on what is not known
        self._met_unknown = False
        with self._at("Rules"):
            if not is_unknown(values):
                check_rules(document, values)
        self._work_out_conditions()
        self.resources = dict(self._resources())
        self.exported = set(self._outputs())

    def includes(self, part: Document) -> bool:
        """True when a resource or an output is there, and when nobody knows yet."""
        name = part.get("Condition")
        return name is None or name in self._unsure or self._conditions.get(name, True)

    def value(self, node: Any) -> Any:
        if isinstance(node, dict) and len(node) == 1:
            [(name, argument)] = node.items()
            if name == "Fn::If" and isinstance(argument, list) and len(argument) == 3 and argument[0] in self._unsure:
                for index, branch in enumerate(argument[1:], 1):
                    self._part(index, branch)
                return UNKNOWN
        return super().value(node)

    def _parameters(self, document: Document, given: Mapping[str, Any]) -> dict[str, Any]:
        """The value of each parameter; UNKNOWN with its name where nobody gives one."""
        values: dict[str, Any] = {}
        for name, spec in document.get("Parameters", {}).items():
            value = given.get(name, spec.get("Default"))
            if value is None:
                values[name] = f"{UNKNOWN}${{{name}}}"
            elif spec["Type"].startswith(_STORED) or is_unknown(value):
                values[name] = UNKNOWN
            else:
                with self._at("Parameters", name):
                    values |= parameter_values({"Parameters": {name: spec}}, {name: value})
                values.setdefault(name, UNKNOWN)
        return values

    def _work_out_conditions(self) -> None:
        conditions = self._document.get("Conditions", {})
        with self._at("Conditions"):
            order = list(depth_first(conditions, lambda each: conditions_of(conditions[each], conditions)))
            for name in order:
                self._met_unknown = False
                with self._at("Conditions", name):
                    self._conditions[name] = bool(self.value(conditions[name]))
                if self._met_unknown or name not in self._conditions:
                    self._unsure.add(name)
                    self._conditions.setdefault(name, True)

    def _resources(self) -> Iterator[tuple[str, Document]]:
        """The properties of each resource that is there, or may be."""
        for name, resource in self._document["Resources"].items():
            with self._at("Resources", name):
                if "Condition" in resource and resource["Condition"] not in self._document.get("Conditions", {}):
                    raise TemplateError(f"There is no condition {resource['Condition']}.").within("Condition")
            if self.includes(resource):
                with self._at("Resources", name, "Properties"):
                    properties = self.value(resource.get("Properties") or {})
                    yield name, properties if isinstance(properties, dict) else {}

    def _outputs(self) -> Iterator[str]:
        for name, output in self._document.get("Outputs", {}).items():
            if self.includes(output):
                with self._at("Outputs", name, "Value"):
                    self.value(output["Value"])
                with self._at("Outputs", name, "Export", "Name"):
                    if "Export" in output and isinstance(export := self.value(output["Export"]["Name"]), str):
                        yield export

    @contextmanager
    def _at(self, *path: str) -> Iterator[None]:
        """A piece whose error is noted, and whose work then ends."""
        before, self._path = self._path, path
        try:
            yield
        except TemplateError as error:
            self.errors.append(error.within(*path))
        finally:
            self._path = before

    def _part(self, name: object, node: Any) -> Any:
        before, self._path = self._path, (*self._path, str(name))
        try:
            return self.value(node)
        except TemplateError as error:
            self.errors.append(error.within(*self._path))
            return UNKNOWN
        finally:
            self._path = before

    def _ref(self, argument: Any) -> Any:
        # What is nowhere the audit of references tells, wherever it is.
        name = plain("Ref", argument)
        return self._names.get(name, UNKNOWN)

    def _get_att(self, argument: Any) -> Any:
        pair = argument.split(".", 1) if isinstance(argument, str) else argument
        return super()._get_att(argument) if pair and pair[0] in self._document["Resources"] else UNKNOWN

    def _equals(self, argument: Any) -> bool:
        values = self.value(argument)
        self._met_unknown |= is_unknown(values)
        return super()._equals(argument)

    def _condition(self, argument: Any) -> bool:
        self._met_unknown |= argument in self._unsure
        return super()._condition(argument)

    def _import(self, argument: Any) -> Any:
        name = plain("Fn::ImportValue", self.value(argument))
        shown = name.replace(UNKNOWN, "")
        # Of what a resource or SSM gives there is nothing to be shown.
        is_told = not is_unknown(name) or "${" in shown
        if name not in self._exports and is_told and shown not in self._missing:
            self._missing.add(shown)
            raise TemplateError(
                f"No export named {shown} found: name the template that has it before this one,"
                f" or give its value: --set-export {shown}=VALUE."
            )
        return UNKNOWN
