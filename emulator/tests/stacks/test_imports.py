"""Stacks of files are called and given what makes their imports fit their exports; what is nowhere is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecs_emulator.stacks.audit import audit
from ecs_emulator.stacks.errors import TemplateError
from ecs_emulator.stacks.files import named_files
from ecs_emulator.stacks.resources.provider import StubSettings
from ecs_emulator.stacks.resources.registry import of_files
from emulator.tests.stacks.stage import Stage

NETWORK = """
Resources: {Vpc: {Type: AWS::EC2::VPC}, Topic: {Type: AWS::SNS::Topic}}
Outputs:
  Vpc: {Value: !Ref Vpc, Export: {Name: !Sub '${AWS::StackName}:Vpc'}}
  Topic: {Value: !Ref Topic, Export: {Name: !Join [':', [!Ref AWS::StackName, Topic]]}}
"""
SERVICE = """
Parameters: {Network: {Type: String%s}}
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: !ImportValue {'Fn::Sub': '${Network}:Topic'}
      VpcId: {'Fn::ImportValue': !Sub '${Network}:Vpc'}
"""


def files(folder: Path, **texts: str) -> list[Path]:
    paths = []
    for name, text in texts.items():
        paths.append(folder / f"{name}.yml")
        paths[-1].write_text(text)
    return paths


def audited(paths: list[Path], **exports: str) -> None:
    stubs = StubSettings(exports=exports)
    audit(paths, {}, of_files(stubs), stubs)


def test_a_stack_is_called_what_the_others_import_from(tmp_path: Path) -> None:
    paths = files(tmp_path, network=NETWORK, service=SERVICE % ", Default: production")
    assert [each.name for each in named_files(paths, {})] == ["production", "service"]
    audited(paths)


def test_a_parameter_without_a_value_is_the_stack_whose_exports_fit(tmp_path: Path) -> None:
    paths = files(tmp_path, network=NETWORK, service=SERVICE % "")
    assert named_files(paths, {})[1].parameters == {"Network": "network"}
    audited(paths)


def test_a_value_that_is_given_stays_and_names_the_stack(tmp_path: Path) -> None:
    paths = files(tmp_path, network=NETWORK, service=SERVICE % "")
    network, service = named_files(paths, {"Network": "own"})
    assert (network.name, service.parameters) == ("own", {"Network": "own"})


def test_nothing_is_guessed_where_two_stacks_would_fit(tmp_path: Path) -> None:
    paths = files(tmp_path, network=NETWORK, other=NETWORK, service=SERVICE % "")
    assert named_files(paths, {})[2].missing() == ["Network"]


def test_an_export_whose_own_name_is_missing_gives_no_value(tmp_path: Path) -> None:
    other = "Parameters: {Own: {Type: String}}\n" + NETWORK.replace("'${AWS::StackName}:Vpc'", "'${Own}:Vpc'")
    other = other.replace("!Ref AWS::StackName", "!Ref Own")
    paths = files(tmp_path, other=other, service=SERVICE % "")
    assert [each.missing() for each in named_files(paths, {})] == [["Own"], ["Network"]]


def test_a_stack_keeps_its_name_where_others_import_by_it(tmp_path: Path) -> None:
    paths = files(tmp_path, network=NETWORK, service=SERVICE % ", Default: network")
    assert named_files(paths, {})[0].name == "network"


def test_exports_that_nobody_has_are_asked_for_in_one_list_with_what_else_is_missing(tmp_path: Path) -> None:
    with pytest.raises(TemplateError) as raised:
        audited(files(tmp_path, service=SERVICE % ""))
    lines = str(raised.value).splitlines()
    assert lines[0] == "3 things are wrong or missing:"
    assert "service.yml, line 2: Parameters.Network: it needs a value: --set Network=VALUE." in lines[1]
    assert "line 7: Resources.Group.Properties.GroupDescription: No export named ${Network}:Topic found" in lines[2]
    assert "--set-export ${Network}:Vpc=VALUE" in lines[3]


def test_an_export_that_is_given_is_there(tmp_path: Path) -> None:
    paths = files(tmp_path, service=SERVICE % ", Default: far")
    with pytest.raises(TemplateError, match="No export named far:Topic found"):
        audited(paths, **{"far:Vpc": "vpc-1"})
    audited(paths, **{"far:Vpc": "vpc-1", "far:Topic": "news"})


CLUSTER = """
Resources: {Jobs: {Type: AWS::SQS::Queue}}
Outputs:
  Jobs: {Value: !Ref Jobs}
"""
WORKER = """
Parameters: {Jobs: {Type: String, MinLength: 20}}
Resources:
  Worker: {Type: AWS::SSM::Parameter, Properties: {Name: /carried/jobs, Type: String, Value: !Ref Jobs}}
Outputs:
  Told: {Value: !Ref Jobs}
"""


def test_a_parameter_without_a_value_is_the_output_of_its_name_of_the_one_stack_before_it(tmp_path: Path) -> None:
    paths = files(tmp_path, cluster=CLUSTER, worker=WORKER)
    assert [each.passed for each in named_files(paths, {})] == [{}, {"Jobs": "cluster"}]
    assert named_files(paths, {"Jobs": "x"})[1].passed == {}
    audited(paths)
    with pytest.raises(TemplateError, match=r"Parameters\.Jobs: it needs a value: --set Jobs=VALUE"):
        audited(paths[::-1])
    with pytest.raises(TemplateError, match=r"Parameters\.Jobs: it needs a value"):
        audited([*files(tmp_path, other=CLUSTER), *paths])


def test_an_output_is_carried_to_the_parameter_when_its_stack_is_there(stage: Stage, tmp_path: Path) -> None:
    stage.stacks.deploy_files(files(tmp_path, cluster=CLUSTER, worker=WORKER), {})
    outputs = stage.stacks.outputs
    assert outputs["Told"] == outputs["Jobs"]
    assert stage.stacks.passed == {"Jobs": "cluster"}
