"""All functions and conditions of a template that fail are told at once, each with its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecs_emulator.stacks.audit import audit
from ecs_emulator.stacks.errors import TemplateError
from ecs_emulator.stacks.resources.provider import StubSettings
from ecs_emulator.stacks.resources.registry import of_files


def told(folder: Path, text: str, **parameters: str) -> list[str]:
    """The errors of a template, without its name."""
    path = folder / "t.yml"
    path.write_text(text)
    try:
        audit([path], parameters, of_files(StubSettings()), StubSettings())
    except TemplateError as error:
        lines = str(error).splitlines()
        return [each.strip().removeprefix("t.yml, ") for each in (lines[1:] or lines)]
    return []


WRONG = """
Parameters:
  Size: {Type: Number, MaxValue: 5, Default: 9}
  Stage: {Type: String, AllowedValues: [a, b], Default: c}
Mappings: {Sizes: {a: {Cpu: 256}}}
Conditions:
  Odd: !Equals [only one]
  Lost: !Condition Nowhere
Resources:
  First:
    Type: AWS::SNS::Topic
    Condition: Nobody
    Properties:
      TopicName: !FindInMap [Sizes, z, Cpu]
      DisplayName: !Select [7, [a, b]]
  Second:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !Sub ['${A}${B}', {A: !Select [3, [x]], B: b}]
      Tags: [{Key: a, Value: !If [Neither, b, c]}]
Outputs:
  Last: {Value: !Join [',', not a list]}
"""


def test_everything_that_cannot_be_worked_out_is_told_at_once(tmp_path: Path) -> None:
    assert told(tmp_path, WRONG) == [
        "line 3: Parameters.Size: Size is 9, out of its bounds.",
        "line 4: Parameters.Stage: Stage is 'c'; it should be one of a, b.",
        "line 7: Conditions.Odd: Fn::Equals takes a list of 2; it is ['only one'].",
        "line 8: Conditions.Lost: There is no condition Nowhere.",
        "line 12: Resources.First.Condition: There is no condition Nobody.",
        "line 14: Resources.First.Properties.TopicName: The mapping Sizes has no z.Cpu.",
        "line 15: Resources.First.Properties.DisplayName: Select 7 of a list of 2.",
        "line 19: Resources.Second.Properties.DisplayName: Select 3 of a list of 1.",
        "line 20: Resources.Second.Properties.Tags.0.Value: There is no condition Neither.",
        "line 22: Outputs.Last.Value: Fn::Join takes a list of texts; it is 'not a list'.",
    ]


BRANCHES = """
Parameters:
  Image: {Type: AWS::SSM::Parameter::Value<String>, Default: /image}
  Large: {Type: String, Default: 'no'}
Conditions:
  IsLarge: !Equals [!Ref Large, 'yes']
  IsKnownLater: !And [!Equals [!Ref Image, x], !Equals [a, a]]
  DependsOnIt: !Not [!Condition IsKnownLater]
Resources:
  Never: {Type: AWS::SNS::Topic, Condition: IsLarge, Properties: {DisplayName: !Select [7, [a]]}}
  Perhaps: {Type: AWS::SNS::Topic, Condition: DependsOnIt, Properties: {DisplayName: !Select [8, [a]]}}
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !If [IsLarge, !Select [9, [a]], fine]
      TopicName: !If [IsKnownLater, !Select [5, [a]], !Select [6, [a]]]
"""


def test_a_branch_that_is_not_taken_is_not_judged_and_one_that_may_be_is(tmp_path: Path) -> None:
    assert told(tmp_path, BRANCHES) == [
        "line 11: Resources.Perhaps.Properties.DisplayName: Select 8 of a list of 1.",
        "line 16: Resources.Topic.Properties.TopicName.1: Select 5 of a list of 1.",
        "line 16: Resources.Topic.Properties.TopicName.2: Select 6 of a list of 1.",
    ]
    assert len(told(tmp_path, BRANCHES, Large="yes")) == 5


def test_what_a_resource_gives_is_not_judged(tmp_path: Path) -> None:
    text = """
Resources:
  Vpc: {Type: AWS::EC2::VPC}
  Topic:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: !Select [5, !Split [',', !Join [',', !GetAtt Vpc.CidrBlockAssociations]]]}
"""
    assert told(tmp_path, text) == []


def test_a_nested_template_is_judged_by_the_values_that_it_is_given(tmp_path: Path) -> None:
    (tmp_path / "inner.yml").write_text(
        "Parameters: {Kind: {Type: String}}\nMappings: {Kinds: {a: {Name: x}}}\n"
        "Resources: {Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: !FindInMap [Kinds, !Ref Kind, Name]}}}\n"
    )
    outer = (
        "Resources: {In: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: inner.yml, Parameters: {%s}}}}"
    )
    assert told(tmp_path, outer % "Kind: a") == []
    [wrong] = told(tmp_path, outer % "Kind: b")
    assert wrong == "inner.yml, line 3: Resources.Topic.Properties.TopicName: The mapping Kinds has no b.Name."


@pytest.mark.parametrize("text", ["\ufeff", "  \t\n", ""])
def test_a_byte_order_mark_and_blanks_before_json_are_no_part_of_it(tmp_path: Path, text: str) -> None:
    assert (
        told(
            tmp_path,
            text
            + '{\t"Resources": {"T": {"Type": "AWS::SNS::Topic",\n\t"Properties": {"DisplayName": "\\ud83d\\ude00"}}}}',
        )
        == []
    )
