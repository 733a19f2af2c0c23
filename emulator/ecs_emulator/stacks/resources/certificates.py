"""Certificates of ACM, which moto keeps, and those that a listener has beside its default one.

Nobody is asked whether a domain is theirs: a certificate is issued at once, and by nobody but this machine's authority.
"""

from __future__ import annotations

from botocore.exceptions import ClientError

from ecs_emulator.stacks.resources.coercion import call, text
from ecs_emulator.stacks.resources.provider import (
    TAGS,
    Context,
    PhysicalResource,
    Properties,
    Provider,
    only,
    retag,
)
from ecs_emulator.stacks.schema import TEXT, TEXTS

_CERTIFICATE = "AWS::CertificateManager::Certificate"


def stand_in(context: Context) -> str:
    """ARN of a certificate for one that is not in this cloud, and whose names nobody knows here."""
    return str(context.client("acm").request_certificate(DomainName="stand-in.localhost")["CertificateArn"])


def _create(context: Context, _name: str, properties: Properties) -> PhysicalResource:
    # What DNS or a mailbox would have to prove.
    request = only(properties, _OF_REQUEST)
    arn = call(context.client("acm"), "RequestCertificate", request, _CERTIFICATE)["CertificateArn"]
    return PhysicalResource(arn, {"Id": arn, "CertificateArn": arn})


_OF_REQUEST = ("CertificateAuthorityArn", "DomainName", "KeyAlgorithm", "SubjectAlternativeNames", "Tags")


def _update(context: Context, physical: PhysicalResource, before: Properties, after: Properties) -> PhysicalResource:
    acm = context.client("acm")
    arn = physical.ref
    retag(
        before,
        after,
        lambda gone: acm.remove_tags_from_certificate(CertificateArn=arn, Tags=[{"Key": each} for each in gone]),
        lambda tags: acm.add_tags_to_certificate(CertificateArn=arn, Tags=tags),
    )
    return physical


def _delete(context: Context, physical: PhysicalResource, _properties: Properties) -> None:
    context.client("acm").delete_certificate(CertificateArn=physical.ref)


def _add(context: Context, name: str, properties: Properties) -> PhysicalResource:
    given = _known(context, properties)
    call(context.client("elbv2"), "AddListenerCertificates", {**properties, "Certificates": given})
    return PhysicalResource(name, {"Certificates": [each["CertificateArn"] for each in given]})


def _change(context: Context, physical: PhysicalResource, before: Properties, after: Properties) -> PhysicalResource:
    if before == after:
        return physical
    _remove(context, physical, before)
    return _add(context, physical.ref, after)


def _remove(context: Context, physical: PhysicalResource, properties: Properties) -> None:
    gone = [{"CertificateArn": each} for each in physical.attributes["Certificates"]]
    context.client("elbv2").remove_listener_certificates(ListenerArn=text(properties["ListenerArn"]), Certificates=gone)


def _known(context: Context, properties: Properties) -> list[dict[str, str]]:
    """The certificates, with a stand-in for each that is not in this cloud."""
    return [{"CertificateArn": _here(context, text(each["CertificateArn"]))} for each in properties["Certificates"]]


def _here(context: Context, arn: str) -> str:
    try:
        context.client("acm").describe_certificate(CertificateArn=arn)
    except ClientError:
        return stand_in(context)
    return arn


CERTIFICATE = Provider(
    _create,
    _update,
    _delete,
    replaced_by=frozenset(
        {
            "CertificateAuthorityArn",
            "CertificateExport",
            "DomainName",
            "DomainValidationOptions",
            "KeyAlgorithm",
            "SubjectAlternativeNames",
        }
    ),
    schema={"DomainName": TEXT, "SubjectAlternativeNames?": TEXTS, "Tags?": TAGS},
)
LISTENER_CERTIFICATE = Provider(
    _add,
    _change,
    _remove,
    replaced_by=frozenset({"ListenerArn"}),
    schema={"Certificates": [{"CertificateArn": TEXT}], "ListenerArn": TEXT},
)
