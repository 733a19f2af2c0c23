"""What a document does not expect: values, functions with odd arguments, and pieces of YAML and JSON."""

from __future__ import annotations

from typing import Any

_ARGUMENTS: list[Any] = [
    None,
    "",
    "a",
    "Den.Arn",
    "AWS::NoValue",
    "${",
    "${Den.Arn}${!x}${Nobody}",
    -1,
    10**30,
    [],
    ["a"],
    ["IsTrue", "a", "b"],
    ["a", "b", "c", "d"],
    [1, 2, 3],
    ["", "text"],
    [",", ["a", {}]],
    [0, ["a"]],
    ["10.0.0.0/8", 256, 8],
    ["10.0.0.0/8", 99999999, 0],
    {},
    {"Ref": "Stage"},
    {"Ref": "List"},
    [{"Ref": "List"}, {"Ref": "List"}],
    ["Sizes", "small", "Memory"],
    ["Sizes", "large", "Memory", {"DefaultValue": {"Ref": "AWS::NoValue"}}],
]
_FUNCTIONS = (
    *("Ref", "Condition", "Fn::And", "Fn::Base64", "Fn::Cidr", "Fn::Contains", "Fn::EachMemberEquals"),
    *("Fn::EachMemberIn", "Fn::Equals", "Fn::FindInMap", "Fn::GetAZs", "Fn::GetAtt", "Fn::If", "Fn::ImportValue"),
    *("Fn::Join", "Fn::Length", "Fn::Not", "Fn::Or", "Fn::Select", "Fn::Split", "Fn::Sub", "Fn::Transform"),
)
PIECES: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 10**30, float("inf"), float("nan"), "1e999", "9" * 5000),
    *("", " ", "a" * 5000, "\x00", "\x1b[31m", "é", "\ud800", "\u2028", "${Den}", "(a|aa)+$", "((", "[a-z"),
    *("arn:aws:iam::123456789012:role/x", "String", "Number", "CommaDelimitedList", "List<Number>"),
    *("AWS::SSM::Parameter::Value<String>", "AWS::CloudFormation::Stack", "AWS::S3::Bucket", "AWS::Nobody::Knows"),
    *([], [[]], [None], {}, {"": ""}, {"A": None}, {"Fn::Nonsense": 1}, {"Ref": "Den", "More": 1}),
    *({function: argument} for function in _FUNCTIONS for argument in _ARGUMENTS),
]
TOKENS = [
    *("&a ", "*a", "<<: ", "? ", "- ", ": ", "!Ref ", "!Sub ", "!GetAtt ", "!If ", "!Cidr ", "! ", "!x ", "!<x> "),
    *("!!set ", "!!binary ", "!!int ", "!!python/name:os.system ", "!!omap ", "!!null ", "!!float "),
    *("{", "}", "[", "]", '"', "'", "|", ">", "%", "@", "`", "#", "---\n", "...\n", "%YAML 9.9\n", "\n", "\n  ", "\t"),
    *("\x00", "\ufeff", "\x85", "\u2028", "\ud800", "\\u0000", "\\", "1e999", "0x", "0b", "1:99", ".inf", ".nan", "~"),
    *("null", "NaN", "Infinity", "2012-10-17", "9" * 5000, '{"N": 3}', '{"B": "?"}', '{"M": ', '"rows": 1'),
]
