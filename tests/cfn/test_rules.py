"""Parameters that contradict each other are refused with a sentence, before anything is made."""

from __future__ import annotations

from typing import Any

import pytest

from ecs_emulator.stacks.render import render
from ecs_emulator.stacks.templates import TemplateError
from tests.cfn.platforms import KINDS, Documents

_CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/a"
_CONNECTION = "arn:aws:codeconnections:us-east-1:123456789012:connection/a"
_SERVICE = "mysfits-service-MythicalMonolithService-A1"


@pytest.mark.parametrize(
    ("template", "parameters", "sentence"),
    [
        ("network.yml", {"FirstZone": "a"}, "Name as many zones as there are subnets"),
        ("network.yml", {"FirstZone": "a", "SecondZone": "b", "SubnetsOfEachKind": 3}, "Name as many zones"),
        ("network.yml", {"FirstZone": "a", "SecondZone": "b", "ThirdZone": "c"}, "Name as many zones"),
        ("network.yml", {"FirstZone": "a", "SecondZone": "a"}, "a zone of its own"),
        ("network.yml", {"VpcCidr": "8.8.0.0/16"}, "VpcCidr"),
        ("network.yml", {"Egress": "none"}, "Egress"),
        ("cluster.yml", {"CertificateArn": _CERTIFICATE}, "CertificateArn needs DomainName"),
        ("cluster.yml", {"HostedZoneId": "Z1"}, "HostedZoneId needs DomainName"),
        ("cluster.yml", {"DomainName": "a.example"}, "DomainName alone does nothing"),
        ("cluster.yml", {"CertificateArn": "mine", "DomainName": "a.example"}, "CertificateArn"),
        ("cluster.yml", {"RequestsPerClient": 9}, "0 or 10 and more"),
        ("cluster.yml", {"RequestsPerClient": -1}, "RequestsPerClient"),
        ("site.yml", {"Delivery": "cloudfront", "CertificateArn": _CERTIFICATE}, "needs DomainName"),
        ("site.yml", {"Delivery": "cloudfront", "DomainName": "a.example"}, "needs CertificateArn"),
        ("site.yml", {"Delivery": "cloudfront", "HostedZoneId": "Z1"}, "HostedZoneId needs DomainName"),
        ("site.yml", {"DomainName": "a.example", "CertificateArn": _CERTIFICATE}, "needs cloudfront"),
        ("site.yml", {"ApiDomainName": "api.a.example"}, "needs cloudfront"),
        ("site.yml", {"Delivery": "cloudfront", "Listener": "https"}, "Listener https needs ApiDomainName"),
        ("site.yml", {"Delivery": "cloudfront", "ApiDomainName": "api.a.example"}, "needs https as Listener"),
        ("service.yml", {"Listener": "https"}, "mysfits-cluster-HttpsListener"),
        ("service.yml", {"SubnetsOfEachKind": 3}, "mysfits-network-ThirdPrivateSubnet"),
        ("cluster.yml", {"SubnetsOfEachKind": 3}, "mysfits-network-ThirdPublicSubnet"),
        ("site.yml", {"RequestsPerVisitor": 1000}, "needs cloudfront"),
        ("site.yml", {"Delivery": "cloudfront", "RequestsPerVisitor": 1}, "0 or 10 and more"),
        ("pipeline.yml", {"ConnectionArn": _CONNECTION}, "give both or neither"),
        ("pipeline.yml", {"SourceRepository": "a/b"}, "give both or neither"),
        ("pipeline.yml", {"Service": _SERVICE}, "Service needs ConnectionArn"),
        (
            "pipeline.yml",
            {"ConnectionArn": _CONNECTION, "SourceRepository": "a/b", "Approval": "manual"},
            "Approval needs Service",
        ),
        (
            "pipeline.yml",
            {"ConnectionArn": _CONNECTION, "SourceRepository": "a/b", "SecondService": _SERVICE},
            "SecondService needs a first",
        ),
        (
            "pipeline.yml",
            {"ConnectionArn": _CONNECTION, "SourceRepository": "a/b", "Service": _SERVICE, "ThirdService": _SERVICE},
            "ThirdService needs a SecondService",
        ),
        ("service.yml", {"DesiredCount": 4, "MaximumCount": 3}, "MaximumCount cannot be lower"),
        ("service.yml", {"DesiredCount": 10, "MaximumCount": 8}, "MaximumCount cannot be lower"),
        ("service.yml", {"DesiredCount": 1}, "DesiredCount"),
        ("service.yml", {"Cpu": 256, "Memory": 4096}, "no task with this Memory for this Cpu"),
        ("service.yml", {"Cpu": 2048, "Memory": 1024}, "no task with this Memory for this Cpu"),
        ("service.yml", {"Features": "lieks"}, "Features"),
        ("service.yml", {"Features": "all,likes"}, "Features"),
        ("service.yml", {"Features": "likes,community"}, "Features"),
        ("service.yml", {"Priority": 2}, "Priority"),
        ("service.yml", {"Prioritty": 7}, "There is no parameter Prioritty"),
    ],
)
def test_a_contradiction_is_refused_with_a_sentence(
    documents: Documents, template: str, parameters: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(TemplateError, match=sentence):
        _render(documents, template, parameters)


@pytest.mark.parametrize("desired", [0, 2, 3, 4, 6, 8, 10])
@pytest.mark.parametrize("maximum", [2, 3, 4, 6, 8, 10, 20, 50])
def test_the_maximum_is_refused_when_it_is_lower_and_only_then(
    documents: Documents, desired: int, maximum: int
) -> None:
    parameters = {"DesiredCount": desired, "MaximumCount": maximum}
    if maximum < desired:
        with pytest.raises(TemplateError, match="cannot be lower"):
            _render(documents, "service.yml", parameters)
    else:
        _render(documents, "service.yml", parameters)


@pytest.mark.parametrize("cpu", [256, 512, 1024, 2048])
@pytest.mark.parametrize("memory", [512, 1024, 2048, 4096, 8192])
def test_memory_is_two_to_eight_times_the_cpu(documents: Documents, cpu: int, memory: int) -> None:
    if 2 * cpu <= memory <= 8 * cpu:
        _render(documents, "service.yml", {"Cpu": cpu, "Memory": memory})
    else:
        with pytest.raises(TemplateError, match="no task"):
            _render(documents, "service.yml", {"Cpu": cpu, "Memory": memory})


def test_a_private_name_without_a_certificate_is_fine_where_a_record_is_made(documents: Documents) -> None:
    _render(documents, "cluster.yml", {"DomainName": "a.example", "HostedZoneId": "Z1"})


def _render(documents: Documents, template: str, parameters: dict[str, Any]) -> None:
    render(
        (name, documents[file], parameters if file == template else given) for name, file, given in KINDS["smallest"]
    )
