"""Templates mean here what they mean to CloudFormation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ecs_emulator.stacks.evaluator import Evaluator
from ecs_emulator.stacks.parameters import parameter_values
from ecs_emulator.stacks.templates import TemplateError, read_template
from ecs_emulator.stacks.values import NO_VALUE

Evaluate = Callable[..., Any]

TEMPLATE = """
Parameters:
  Stage: {Type: String}
Mappings:
  Sizes:
    small: {Memory: 512, Zones: [a, b]}
Conditions:
  IsTrue: !Equals [1, 1]
  IsFalse: !Equals [1, 2]
  IsTest: !Equals [!Ref Stage, test]
  IsBoth: !And [!Condition IsTrue, !Condition IsTest]
Resources:
  Den: {Type: AWS::S3::Bucket}
Outputs:
  Value:
    Value: %s
"""


@pytest.fixture
def evaluate(tmp_path: Path) -> Evaluate:
    """The value of a piece of YAML, inside of a template with a resource Den. Den's own value tells what was asked."""

    def evaluate(piece: str, asked: list[str] | None = None, text: str = TEMPLATE, name: str = "t.yml") -> Any:
        path = tmp_path / name
        path.write_text(text % piece)
        document = read_template(path)

        def resource(logical_id: str, attribute: str | None) -> str:
            if asked is not None:
                asked.append(logical_id)
            return f"<{logical_id}.{attribute}>" if attribute else f"<{logical_id}>"

        pseudo = {"AWS::Region": "us-east-1", "AWS::StackName": "zoo"}
        evaluator = Evaluator(
            document, {"Stage": "test", "Part": "Vpc", "List": ["x", "y"]}, pseudo, {"net-Vpc": "vpc-1"}, resource
        )
        return evaluator.value(document["Outputs"]["Value"]["Value"])

    return evaluate


@pytest.mark.parametrize(
    ("piece", "value"),
    [
        # Short and long form of each, and each with another inside.
        ("plain", "plain"),
        ("12", 12),
        ("!Ref Stage", "test"),
        ("{Ref: Stage}", "test"),
        ("!Ref AWS::Region", "us-east-1"),
        ("!Ref Den", "<Den>"),
        ("!Ref List", ["x", "y"]),
        ("!GetAtt Den.Arn", "<Den.Arn>"),
        ("!GetAtt [Den, Arn]", "<Den.Arn>"),
        ("!GetAtt Den.Endpoint.Port", "<Den.Endpoint.Port>"),
        ("{'Fn::GetAtt': [Den, Arn]}", "<Den.Arn>"),
        ("{'Fn::GetAtt': Den.Arn}", "<Den.Arn>"),
        ("{'Fn::GetAtt': [Den, !Ref Stage]}", "<Den.test>"),
        (
            "!Sub '${Stage}-${AWS::StackName}: ${Den}, ${Den.Arn}, ${!literal}, $1'",
            "test-zoo: <Den>, <Den.Arn>, ${literal}, $1",
        ),
        ("{'Fn::Sub': '${ Stage }'}", "test"),
        ("!Sub ['${A}/${Stage}', {A: !Ref Den}]", "<Den>/test"),
        ("!Sub ['${Stage}', {Stage: other}]", "other"),
        ("!If [IsTrue, yes it is, no]", "yes it is"),
        ("!If [IsFalse, 1, !If [IsBoth, 2, 3]]", 2),
        ("{'Fn::If': [IsFalse, a, b]}", "b"),
        ("!Equals [a, b]", False),
        ("{'Fn::Equals': [!Ref Stage, test]}", True),
        ("!Equals ['true', true]", True),
        ("!Equals ['2', 2]", True),
        ("!Not [!Equals [a, b]]", True),
        ("{'Fn::Not': [{Condition: IsTrue}]}", False),
        ("!And [!Condition IsTrue, !Condition IsFalse]", False),
        ("{'Fn::And': [{Condition: IsTrue}, {Condition: IsBoth}]}", True),
        ("!Or [!Condition IsFalse, !Condition IsTest]", True),
        ("{'Fn::Or': [{Condition: IsFalse}, {Condition: IsFalse}]}", False),
        ("!Join ['-', [a, !Ref Stage, 1]]", "a-test-1"),
        ("{'Fn::Join': ['', !Ref List]}", "xy"),
        ("!Split [',', 'a,b,']", ["a", "b", ""]),
        ("{'Fn::Split': ['e', !Ref Stage]}", ["t", "st"]),
        ("!Select [1, [a, b]]", "b"),
        ("!Select ['0', !Split ['|', 'x|y']]", "x"),
        ("{'Fn::Select': [0, !Ref List]}", "x"),
        ("!FindInMap [Sizes, small, Memory]", 512),
        ("{'Fn::FindInMap': [Sizes, !Select [0, [small]], Zones]}", ["a", "b"]),
        ("!FindInMap [Sizes, large, Memory, {DefaultValue: !Ref Stage}]", "test"),
        ("!GetAZs ''", ["us-east-1a", "us-east-1b", "us-east-1c"]),
        ("!GetAZs", ["us-east-1a", "us-east-1b", "us-east-1c"]),
        ("!GetAZs {Ref: AWS::Region}", ["us-east-1a", "us-east-1b", "us-east-1c"]),
        ("{'Fn::GetAZs': eu-west-1}", ["eu-west-1a", "eu-west-1b", "eu-west-1c"]),
        ("!Cidr [10.0.0.0/16, 3, 8]", ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]),
        ("!Cidr [10.0.0.0/16, '2']", ["10.0.0.0/24", "10.0.1.0/24"]),
        ("{'Fn::Cidr': [10.0.0.0/24, 2, 5]}", ["10.0.0.0/27", "10.0.0.32/27"]),
        ("!ImportValue net-Vpc", "vpc-1"),
        ("{'Fn::ImportValue': !Sub 'net-${Part}'}", "vpc-1"),
        ("!ImportValue {'Fn::Sub': ['${N}-Vpc', {N: net}]}", "vpc-1"),
        ("!Base64 letter", "bGV0dGVy"),
        ("{'Fn::Base64': !Sub '${Stage}'}", "dGVzdA=="),
        # No value: the property, or the item, is not there.
        ("{Kept: 1, Gone: !Ref AWS::NoValue}", {"Kept": 1}),
        ("{Gone: !If [IsFalse, 1, !Ref AWS::NoValue]}", {}),
        ("[1, !Ref AWS::NoValue, {A: [!Ref AWS::NoValue]}]", [1, {"A": []}]),
        # A key that merely stands alone is no function.
        ("{Principal: {AWS: !GetAtt Den.Arn}}", {"Principal": {"AWS": "<Den.Arn>"}}),
        # A policy's version is text, not a date.
        ("{Version: 2012-10-17}", {"Version": "2012-10-17"}),
    ],
)
def test_an_intrinsic_function_has_the_value_that_cloudformation_gives(
    evaluate: Evaluate, piece: str, value: object
) -> None:
    assert evaluate(piece) == value


@pytest.mark.parametrize(
    ("piece", "value"),
    [
        ("{'Fn::Length': !Ref List}", 2),
        ("{'Fn::Length': !Split [',', 'a,b,c']}", 3),
        ("{'Fn::ToJsonString': {stage: !Ref Stage, zones: [a, 1, true]}}", '{"stage":"test","zones":["a",1,true]}'),
    ],
)
def test_the_language_extensions_are_there_for_a_template_that_asks_for_them(
    evaluate: Evaluate, piece: str, value: object
) -> None:
    assert evaluate(piece, text=f"Transform: AWS::LanguageExtensions\n{TEMPLATE}") == value
    with pytest.raises(TemplateError, match="is not emulated here"):
        evaluate(piece)


def test_an_escaped_pair_in_json_is_one_character(evaluate: Evaluate) -> None:
    text = '{"Resources": {"Den": {"Type": "T"}}, "Outputs": {"Value": {"Value": "\\ud83d\\ude80 %s \\\\ud83d"}}}'
    assert evaluate("x", text=text, name="t.json") == "\U0001f680 x \\ud83d"
    tabs = '{\n\t"Resources": {"Den": {"Type": "T"}},\n\t"Outputs": {"Value": {"Value": "%s"}}}'
    assert evaluate("x", text=tabs, name="t.json") == "x"


def test_no_value_is_no_value_by_itself(evaluate: Evaluate) -> None:
    assert evaluate("!Ref AWS::NoValue") is NO_VALUE


@pytest.mark.parametrize(
    ("piece", "asked"),
    [
        ("!If [IsTrue, 1, !Ref Den]", []),
        ("!If [IsFalse, !GetAtt Den.Arn, 2]", []),
        ("!If [IsTrue, 1, {'Fn::Nonsense': 1}]", []),
        ("!If [IsTrue, !Ref Den, !ImportValue nobody]", ["Den"]),
    ],
)
def test_a_branch_that_is_not_taken_is_not_worked_out(evaluate: Evaluate, piece: str, asked: list[str]) -> None:
    seen: list[str] = []
    evaluate(piece, seen)
    assert seen == asked


@pytest.mark.parametrize(
    ("piece", "message"),
    [
        ("!Ref Nobody", "Ref to Nobody, which is no parameter and no resource."),
        ("!Sub '${Nobody}'", "Ref to Nobody, which is no parameter and no resource."),
        ("!GetAtt Nobody.Arn", "GetAtt of Nobody, which is no resource."),
        ("!Sub '${Nobody.Arn}'", "GetAtt of Nobody, which is no resource."),
        ("!If [IsNobody, 1, 2]", "There is no condition IsNobody."),
        ("!Condition IsNobody", "There is no condition IsNobody."),
        ("!ImportValue nobody", "No export named nobody found."),
        ("!FindInMap [Sizes, large, Memory]", "The mapping Sizes has no large.Memory."),
        ("!FindInMap [Shapes, a, b]", "The mapping Shapes has no a.b."),
        ("!Select [2, [a, b]]", "Select 2 of a list of 2."),
        ("!Select [-1, [a, b]]", "Select -1 of a list of 2."),
        ("!Transform {Name: AWS::Include}", "Fn::Transform is not emulated here."),
        ("{'Fn::ToJsonString': {}}", "Fn::ToJsonString is not emulated here."),
        ("{A: [{B: {'Fn::Length': [1]}}]}", "A.0.B: Fn::Length is not emulated here."),
    ],
)
def test_what_a_template_cannot_mean_is_refused_by_name(evaluate: Evaluate, piece: str, message: str) -> None:
    with pytest.raises(TemplateError) as refused:
        evaluate(piece)
    assert str(refused.value) == message


def test_a_template_may_be_json(evaluate: Evaluate) -> None:
    text = '{"Resources": {}, "Outputs": {"Value": {"Value": %s}}}'
    assert evaluate('{"Fn::Join": ["-", ["a", {"Ref": "Stage"}]]}', text=text, name="t.json") == "a-test"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Description: nothing\n", "t.yml: At least one Resources member must be defined."),
        ("- a list\n", "t.yml: At least one Resources member must be defined."),
        ("", "t.yml: At least one Resources member must be defined."),
        ("Resources: [", "t.yml, line 2: "),
    ],
)
def test_a_file_that_is_no_template_is_refused_with_its_name(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "t.yml"
    path.write_text(text)
    with pytest.raises(TemplateError) as refused:
        read_template(path)
    assert str(refused.value).startswith(message)


def test_a_template_that_is_not_there_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"nowhere\.yml"):
        read_template(tmp_path / "nowhere.yml")


PARAMETERS: dict[str, dict[str, Any]] = {
    "Stage": {"Type": "String", "AllowedValues": ["test", "live"]},
    "Mode": {"Type": "String", "AllowedValues": [True, False, 3]},
    "Name": {"Type": "String", "AllowedPattern": "[a-z]+", "MinLength": 2, "MaxLength": 4},
    "Count": {"Type": "Number", "MinValue": 1, "MaxValue": 10},
    "Zones": {"Type": "CommaDelimitedList", "Default": "a, b"},
    "Subnets": {"Type": "List<AWS::EC2::Subnet::Id>"},
    "Stages": {"Type": "CommaDelimitedList", "AllowedValues": ["test", "live"]},
}


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("Stage", "live", "live"),
        ("Mode", True, "true"),
        ("Mode", "false", "false"),
        ("Mode", 3, "3"),
        ("Name", "abc", "abc"),
        ("Count", 10, "10"),
        ("Count", "1", "1"),
        ("Count", "2.5", "2.5"),
        ("Zones", None, ["a", "b"]),
        ("Zones", "", []),
        ("Zones", "x", ["x"]),
        ("Zones", ["x", "y"], ["x", "y"]),
        ("Subnets", "s-1,s-2", ["s-1", "s-2"]),
        ("Stages", "live,test", ["live", "test"]),
    ],
)
def test_a_parameter_has_the_value_that_is_given_or_its_default(name: str, given: object, value: object) -> None:
    values = parameter_values({"Parameters": {name: PARAMETERS[name]}}, {} if given is None else {name: given})
    assert values == {name: value}


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("Stage", "prod", "Stage is 'prod'; it should be one of test, live."),
        ("Stage", "Test", "Stage is 'Test'; it should be one of test, live."),
        ("Stage", None, "The parameter Stage needs a value."),
        ("Name", "ab1", "Name is 'ab1'; it should match [a-z]+."),
        ("Name", "a", "Name is 'a'; it should have 2 to 4 characters."),
        ("Name", "abcde", "Name is 'abcde'; it should have 2 to 4 characters."),
        ("Count", 0, "Count is 0, out of its bounds."),
        ("Count", "11", "Count is 11, out of its bounds."),
        ("Count", "many", "Count is 'many'; it should be a number."),
        ("Stages", "live,prod", "Stages is 'prod'; it should be one of test, live."),
    ],
)
def test_a_parameter_that_its_template_does_not_allow_is_refused(name: str, given: object, message: str) -> None:
    with pytest.raises(TemplateError) as refused:
        parameter_values({"Parameters": {name: PARAMETERS[name]}}, {} if given is None else {name: given})
    assert str(refused.value) == message


def test_a_parameter_that_nobody_declared_is_refused() -> None:
    with pytest.raises(TemplateError, match=r"There is no parameter Sise\. There are: Stage, Zones\."):
        parameter_values({"Parameters": {name: PARAMETERS[name] for name in ("Stage", "Zones")}}, {"Sise": 1})
