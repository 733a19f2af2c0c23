"""What holds for every template, whatever it describes."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ecs_emulator.stacks.resources.registry import EMULATED, STUBBED
from ops.stacks.listing import listed
from tests.cfn.platforms import CFN, KINDS, Documents, Platform

# Actions that know no resource; any other statement names what it is about.
_WITHOUT_RESOURCE = {"ecr:GetAuthorizationToken", "ecs:DescribeTaskDefinition"}


def _statements(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if isinstance(node.get("Statement"), list):
            yield from node["Statement"]
        for each in node.values():
            yield from _statements(each)
    elif isinstance(node, list):
        for each in node:
            yield from _statements(each)


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_no_statement_grants_a_wildcard_of_actions(platform: Platform) -> None:
    statements = [each for resource in platform.resources.values() for each in _statements(resource)]
    assert len(statements) > 5
    for statement in statements:
        assert "NotAction" not in statement
        assert not [action for action in _many(statement["Action"]) if "*" in action], statement


def test_no_statement_of_a_role_is_about_everything_without_need(platform: Platform) -> None:
    for name, resource in platform.resources.items():
        if not resource["Type"].startswith("AWS::IAM::"):
            continue
        for statement in _statements(resource["Properties"]):
            if "*" in _many(statement.get("Resource", [])):
                assert set(_many(statement["Action"])) <= _WITHOUT_RESOURCE, (name, statement)


def test_no_two_resources_stand_for_what_there_is_once(documents: Documents) -> None:
    """Under conditions that exclude each other neither: an update makes the new one before it deletes the old one."""
    of = {"AWS::S3::BucketPolicy": ("Bucket",), "AWS::ElasticLoadBalancingV2::Listener": ("LoadBalancerArn", "Port")}
    seen = Counter(
        (name, each["Type"], *(json.dumps(each["Properties"][key]) for key in of[each["Type"]]))
        for name, document in documents.items()
        for each in document["Resources"].values()
        if each["Type"] in of
    )
    assert len(seen) >= 4
    assert {key: count for key, count in seen.items() if count > 1} == {}


def test_every_import_has_an_export(documents: Documents) -> None:
    text = {name: json.dumps(document) for name, document in documents.items()}
    exports = {
        output["Export"]["Name"]["Fn::Sub"].removeprefix("${AWS::StackName}-")
        for document in documents.values()
        for output in document["Outputs"].values()
    }
    imports = {found for each in text.values() for found in re.findall(r'\{\w+Stack\}-(\w+)"', each)}
    assert len(imports) > 10
    assert imports <= exports


def test_every_parameter_and_condition_is_used(documents: Documents) -> None:
    for name, document in documents.items():
        body = json.dumps({key: document.get(key) for key in ("Conditions", "Resources", "Outputs")})
        for parameter in document.get("Parameters", {}):
            used = f'{{"Ref": "{parameter}"}}' in body or f"${{{parameter}}}" in body
            assert used, f"{name}: {parameter}"
        for condition in document.get("Conditions", {}):
            assert body.count(f'"{condition}"') > 1, f"{name}: {condition}"


def test_everything_that_people_choose_or_read_is_described(documents: Documents) -> None:
    for name, document in documents.items():
        assert document["Description"]
        for section in ("Parameters", "Outputs"):
            for key, each in document.get(section, {}).items():
                assert each["Description"].endswith("."), f"{name}: {key}"
        for rule in document.get("Rules", {}).values():
            assert all(each["AssertDescription"].endswith(".") for each in rule["Assertions"])


def test_every_output_is_exported_under_its_stacks_name(documents: Documents) -> None:
    for name, document in documents.items():
        for key, output in document["Outputs"].items():
            assert output["Export"]["Name"]["Fn::Sub"].startswith("${AWS::StackName}-"), f"{name}: {key}"


def test_conditions_are_questions(documents: Documents) -> None:
    for document in documents.values():
        for condition in document.get("Conditions", {}):
            assert re.match(r"(Has|Is)[A-Z]", condition), condition


def test_the_listing_names_every_template_once_and_in_order(platform: Platform) -> None:
    stacks = [name for name, _, _ in listed(CFN / "stacks.yml")]
    assert stacks == [name for name, _, _ in KINDS["smallest"]]
    templates = sorted(path.name for path in CFN.glob("*.yml") if path.name != "stacks.yml")
    assert templates == sorted(template for _, template, _ in KINDS["smallest"])


def test_the_outputs_that_other_tools_read_are_there(platform: Platform) -> None:
    outputs = {name for stack in platform.stacks.values() for name in stack.outputs}
    assert outputs >= {"LoadBalancerDNS", "DynamoTable", "SiteBucket", "S3WebsiteURL"}


def test_the_smallest_platform_is_what_the_rehearsal_knows(smallest: Platform) -> None:
    types = {resource["Type"] for resource in smallest.resources.values()}
    assert types <= EMULATED.keys() | STUBBED


def test_every_suppression_says_why(platform: Platform) -> None:
    for name, resource in platform.resources.items():
        for skip in resource.get("Metadata", {}).get("checkov", {}).get("skip", []):
            assert len(skip["comment"]) > 30, name


def test_no_template_names_an_account_or_a_region(documents: Documents) -> None:
    # CloudFront reads certificates in us-east-1 and nowhere else.
    for path in Path(CFN).glob("*.yml"):
        text = (
            path.read_text().replace(":acm:us-east-1:", "").replace("ACM in us-east-1", "").replace("in us-east-1", "")
        )
        assert not re.search(r"\b\d{12}\b|\b(us|eu|ap|sa|ca)-[a-z]+-\d", text), path.name
