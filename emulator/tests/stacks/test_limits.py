"""No template stops anything: what goes beyond a limit, or means nothing, is one sentence that says wstage."""

from __future__ import annotations

import resource
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ecs_emulator.stacks import patterns
from ecs_emulator.stacks.errors import LONGEST, TemplateError, of, one_line
from ecs_emulator.stacks.files import named_files
from ecs_emulator.stacks.order import depth_first
from ecs_emulator.stacks.parameters import parameter_values
from ecs_emulator.stacks.quotas import NESTED, RESOURCES
from ecs_emulator.stacks.render import render
from ecs_emulator.stacks.templates import parsed_template
from emulator.tests.stacks.stage import Stage, new_name

DEN = "Resources: {Den: {Type: AWS::S3::Bucket, Properties: {BucketName: %s}}}\n"
BOMB = "A0: &a0 [x, x]\n" + "".join(f"A{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 60)) + DEN % "den"
MERGES = (
    "A0: &a0 {a: 1}\n" + "".join(f"A{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}\n" for i in range(1, 60)) + DEN % "den"
)
FREEZES = "(a|aa)+$"
FROZEN = "Parameters: {Word: {Type: String, AllowedPattern: '%s', Default: '%s'}}\n" + DEN % "den"
STORED = "Resources:\n" + "".join(f"  R{i}: {{Type: AWS::SNS::Topic}}\n" for i in range(RESOURCES + 1))


def chain(length: int, last: str) -> str:
    """Topics of which each has twice what the one before it has."""
    topics = [
        f"  T{i}: {{Type: AWS::SNS::Topic, Properties: {{X: !Sub '{'${T%s.X}' % (i - 1) * 2}'}}}}"
        for i in range(1, length)
    ]
    return "\n".join(["Resources:", f"  T0: {{Type: AWS::SNS::Topic, Properties: {{X: {last}}}}}", *topics, ""])


REFUSED = {
    "aliases": (BOMB, "t.yml, line 2: YAML aliases are not allowed in CloudFormation templates."),
    "merges of aliases": (
        MERGES,
        "t.yml, line 2: CloudFormation does not support this in a template: hash merges",
    ),
    "a merge": ("Metadata: {<<: {a: 1}}\n" + DEN % "den", "line 1: CloudFormation does not support this in a template"),
    "an alias in itself": ("Metadata: &a {A: *a}\n" + DEN % "den", "t.yml, line 1: YAML aliases are not allowed"),
    "a set": (DEN % "!!set {a}", "the tag set."),
    "an object of Python": (DEN % "!!python/name:os.system x", "t.yml, line 1: could not determine a constructor"),
    "depth": ("[" * 100_000, "t.yml, line 1: more than 50 lists and mappings are inside of one another."),
    "depth of mappings": (DEN % ("{a: " * 60), "more than 50 lists and mappings"),
    "many values": (DEN % f"[{'a,' * 60_000}]", "the template has more than 50000 values."),
    "bytes": ("#" * 2**20 + "\n", "t.yml has more than 1048576 bytes."),
    "resources": (STORED, "t.yml: Resources: there are 501; CloudFormation takes 500 at most."),
    "a number of 5,000 digits": (DEN % ("9" * 5000), "Exceeds the limit (4300 digits)"),
    "a number of base 16": (DEN % ("0x" + "f" * 40_000), "t.yml, line 1: 0xfff"),
    "a number of base 60": (DEN % ("1" + ":59" * 4_000), "t.yml, line 1: 1:59"),
    "a number without end": (DEN % ".inf", "t.yml, line 1: .inf is no number here."),
    "what is no number": (DEN % ".nan", "t.yml, line 1: .nan is no number here."),
    "blocks": (DEN % "!Cidr [10.0.0.0/8, 99999999, 0]", "Fn::Cidr gives 1 to 256 blocks, not 99999999."),
    "growth": (chain(60, "a" * 16), "the value has more than 1048576 characters."),
    "work": (
        f"Parameters: {{L: {{Type: CommaDelimitedList, Default: '{',' * 2000}'}}}}\n" + DEN % f"[{'!Ref L,' * 5_000}]",
        "Den.Properties.BucketName.99: its values take more than 200000 steps to work out.",
    ),
    "a section": ("Parameters: [a]\n" + DEN % "den", "t.yml: Parameters: it should be a mapping; it is ['a']."),
    "a parameter": (
        "Parameters: {P: {Type: String, MinLength: x}}\n" + DEN % "den",
        "t.yml: Parameters.P.MinLength: it",
    ),
    "an output": (DEN % "den" + "Outputs: {O: {Value: !Ref Nobody}}", "zoo: Outputs.O: Ref to Nobody"),
    "a condition": ("Conditions: {C: !Equals [1]}\n" + DEN % "!If [C, a, b]", "zoo: Conditions.C: Fn::Equals takes a"),
    "a circle of conditions": (
        "Conditions: {A: !Not [!Condition B], B: !Not [!Condition A]}\n" + DEN % "!If [A, x, y]",
        "zoo: Conditions.A: Circular dependency: A → B → A",
    ),
    "a rule": ("Rules: {R: {Assertions: [{Assert: !Contains [a, b]}]}}\n" + DEN % "den", "zoo: Rules.R: A rule looks"),
    "cidr of text": (
        DEN % "!Cidr [10.0.0.0/8, many, 0]",
        "zoo: Den.Properties.BucketName: Fn::Cidr takes a",
    ),
    "select of text": (DEN % "!Select [a, [b]]", "zoo: Den.Properties.BucketName: Fn::Select takes a whole number"),
    "sub of three": (DEN % "!Sub [1, 2, 3]", "zoo: Den.Properties.BucketName: Fn::Sub takes a list of 2"),
    "if of one": (DEN % "!If [a]", "zoo: Den.Properties.BucketName: Fn::If takes a list of 3; it is ['a']."),
    "deep inside": (DEN % "[{A: !Select [2, [a]]}]", "zoo: Den.Properties.BucketName.0.A: Select 2 of a list of 1."),
    "escape sequences": (DEN % '!Ref "\\e[31mX"', "Ref to \\x1b[31mX, which is no parameter"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_a_template_that_goes_too_far_is_refused_in_one_sentence_with_its_place(text: str, message: str) -> None:
    before = time.thread_time()
    with pytest.raises(TemplateError) as refused:
        render([("zoo", parsed_template(text, "t.yml"), {})])
    assert message in str(refused.value)
    assert len(str(refused.value)) <= LONGEST
    assert str(refused.value).isprintable()
    # Of its own processor time, which others on the machine do not use up; the bombs took minutes or all memory.
    assert time.thread_time() - before < 5


@pytest.mark.parametrize(
    "text",
    [
        "Conditions:\n  C0: !Equals [1, 1]\n"
        + "".join(f"  C{i}: !And [!Condition C{i - 1}, !Condition C{i - 1}]\n" for i in range(1, 600))
        + DEN % "!If [C599, x, y]",
        "Resources:\n"
        + "".join(f"  R{i}: {{Type: AWS::S3::Bucket, Properties: {{BucketName: !Ref R{i + 1}}}}}\n" for i in range(499))
        + "  R499: {Type: AWS::S3::Bucket}\n",
    ],
    ids=["conditions", "resources"],
)
def test_a_chain_may_be_as_long_as_a_template_may_be(text: str) -> None:
    assert render([("zoo", parsed_template(text, "t.yml"), {})])["zoo"].resources


def test_what_needs_itself_is_said_from_where_it_begins() -> None:
    needs = {"a": ["b"], "b": ["c"], "c": ["d", "b"], "d": []}
    assert list(depth_first(["a"], {**needs, "c": ["d"]}.__getitem__)) == ["d", "c", "b", "a"]
    with pytest.raises(TemplateError, match="Circular dependency: b → c → b"):
        list(depth_first(["a"], needs.__getitem__))


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9]{4,}", "Myst1", True),
        ("(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9]{4,}", "myst1", False),
        ("(?!aws)[a-z]+", "awsome", False),
        ("[a-z&&[^m]]+", "gary", True),
        ("[a-z&&[^m]]+", "number", False),
        (r"\p{Alpha}++", "Gary", True),
        ("[a-z]+", "gary\n", False),
    ],
)
def test_a_pattern_matches_what_it_matches_in_java(pattern: str, text: str, matches: bool) -> None:
    assert (patterns.mismatch([(pattern, text)]) is None) is matches


@pytest.mark.parametrize(
    ("pattern", "text"), [(FREEZES, "a" * 60 + "!"), ("((a{1000,}){1000,}){1000,}", "a"), (".{1000000000}", "a")]
)
def test_a_pattern_ends_at_its_deadline_wherever_it_spends_its_time(pattern: str, text: str) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(patterns.TooLong):
        patterns.mismatch([("a+", "a"), (pattern, text), ("b", "b")])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Processor time, with that of a start.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < patterns.DEADLINE + 5
    with pytest.raises(TemplateError, match=r"^t\.yml: Parameters\.Word: the AllowedPattern .* takes more than 1 s"):
        _parameters(FROZEN % (pattern, text))


def test_what_is_no_pattern_is_said_with_its_parameter() -> None:
    with pytest.raises(TemplateError, match=r"^t\.yml: Parameters\.Word: the AllowedPattern '\(\(' is no regular"):
        _parameters(FROZEN % ("((", "x"))


def _parameters(text: str) -> None:
    with of("t.yml"):
        parameter_values(parsed_template(text, "t.yml"), {})


def test_a_parameter_is_no_longer_than_cloudformation_takes_it() -> None:
    document = parsed_template("Parameters: {L: {Type: CommaDelimitedList}}\n" + DEN % "den", "t.yml")
    assert len(parameter_values(document, {"L": "a," * 2048})["L"]) == 2049
    with pytest.raises(TemplateError, match="it should have 4096 bytes at most"):
        parameter_values(document, {"L": "é" * 2049})


@pytest.mark.parametrize(
    "text", [BOMB, FROZEN % (FREEZES, "a" * 60 + "!"), DEN % "!If [a]"], ids=["bomb", "pattern", "if"]
)
@pytest.mark.parametrize("call", ["create_stack", "update_stack", "create_change_set", "validate_template"])
def test_over_the_api_it_is_a_validation_error(stage: Stage, call: str, text: str) -> None:
    cloudformation, name = stage.client("cloudformation"), new_name()
    if call == "validate_template":
        if text != BOMB:
            pytest.skip("it works out no values, on AWS neither")
        asked: dict[str, Any] = {"TemplateBody": text}
    else:
        cloudformation.create_stack(StackName=name, TemplateBody=DEN % name)
        asked = {"StackName": name, "TemplateBody": text}
    if call == "create_stack":
        asked["StackName"] = new_name()
    if call == "create_change_set":
        asked["ChangeSetName"] = "bad"
    try:
        getattr(cloudformation, call)(**asked)
        # A change set that cannot be made says so itself, as on AWS.
        made = cloudformation.describe_change_set(StackName=name, ChangeSetName="bad")
        assert made["Status"] == "FAILED"
        assert "Fn::If takes a list of 3" in made["StatusReason"]
    except ClientError as error:
        refusal = error.response
        code = (refusal["Error"]["Code"], refusal["ResponseMetadata"]["HTTPStatusCode"])
        assert code == ("ValidationError", 400)
        assert len(refusal["Error"]["Message"]) <= LONGEST


def test_stacks_that_are_inside_of_themselves_come_to_an_end(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "again.yml"
    path.write_text("Resources: {Again: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: again.yml}}}\n")
    with pytest.raises(TemplateError, match=rf"^again\.yml: Again: .*More than {NESTED} stacks are inside") as refused:
        stage.stacks.deploy_files([path], {})
    assert len(str(refused.value)) <= LONGEST


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"#" * (2**20 + 1), None], ids=["bytes", "size", "device"])
def test_a_file_that_is_no_text_of_bounded_size_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "t.yml" if content else Path("/dev/zero")
    if content:
        path.write_bytes(content)
    with pytest.raises(TemplateError, match=rf"^{path.name}"):
        named_files([path], {})


def test_a_message_is_one_line_of_bounded_length() -> None:
    assert one_line("a\nb\x1b[31m\u202ec") == "a\\nb\\x1b[31m\\u202ec"
    assert len(one_line("\x00" * 10_000)) == LONGEST
