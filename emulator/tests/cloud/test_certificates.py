"""A certificate that was imported into ACM is the one that a listener shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from ecs_emulator.authority import CertificateAuthority, IssuedCertificate
from ecs_emulator.balancer.store import _certificates
from ecs_emulator.balancer.tls import TlsSettings, transport_socket
from ecs_emulator.cloud import certificates
from ecs_emulator.cloud.endpoint import Cloud, OperationHandlers
from ecs_emulator.local import REGION


@pytest.fixture(scope="module")
def acm() -> Any:
    cloud = Cloud(0, strict=True)
    try:
        cloud.emulate("acm", OperationHandlers(certificates.OPERATIONS, rest_to_moto=True))
        yield boto3.client(
            "acm",
            REGION,
            endpoint_url=cloud.url,
            aws_access_key_id=cloud.key.id,
            aws_secret_access_key=cloud.key.secret,
        )
    finally:
        cloud.close()


def parts(issued: IssuedCertificate) -> tuple[bytes, bytes]:
    """The certificate and the chain behind it."""
    own, authority, _ = issued.chain.replace("-----END CERTIFICATE-----\n", "-----END CERTIFICATE-----\n|").split("|")
    return own.encode(), authority.encode()


def test_its_chain_and_key_are_shown_and_one_that_is_issued_is_the_authoritys(acm: Any, tmp_path: Path) -> None:
    issued = CertificateAuthority(tmp_path / "theirs").issued(["shop.example"])
    own, chain = parts(issued)
    arn = acm.import_certificate(Certificate=own, PrivateKey=issued.key.encode(), CertificateChain=chain)[
        "CertificateArn"
    ]
    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["Type"] == "IMPORTED"
    requested = acm.request_certificate(DomainName="other.example")["CertificateArn"]
    listed: Any = {"Certificates": [{"CertificateArn": arn}, {"CertificateArn": requested}]}
    elbv2: Any = type("Client", (), {"describe_listener_certificates": lambda **_: listed})
    listener: Any = {**listed, "Protocol": "HTTPS", "ListenerArn": "l"}
    found = list(_certificates(elbv2, acm, listener))
    assert found == [issued, ("other.example",)]
    shown = transport_socket(TlsSettings(tuple(found)), CertificateAuthority(tmp_path / "ours"))
    [first, second] = shown["typed_config"]["common_tls_context"]["tls_certificates"]
    assert first["private_key"]["inline_string"] == issued.key
    assert second["private_key"]["inline_string"] != issued.key


def test_a_certificate_with_the_key_of_another_is_refused(acm: Any, tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    own, _ = parts(authority.issued(["a.example"]))
    with pytest.raises(ClientError, match="ValidationException"):
        acm.import_certificate(Certificate=own, PrivateKey=authority.issued(["b.example"]).key.encode())
