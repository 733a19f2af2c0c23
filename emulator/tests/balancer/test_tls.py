"""HTTPS listeners speak TLS, with a certificate of the name that a client asks for."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ecs_emulator.authority import KEY, CertificateAuthority
from ecs_emulator.balancer.tls import TlsSettings, transport_socket, versions
from ecs_emulator.local import AUTHORITY
from emulator.tests.balancer.stage import Appliance, Stage, staged
from emulator.tests.support.waiting import PATIENCE, until

SHOP, OTHERS = ["shop.example", "www.shop.example"], ["*.example.org"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def stage(folder: Path) -> Iterator[Stage]:
    with staged(folder) as stage:
        made = [
            stage.elbv2.request_certificate(DomainName=names[0], SubjectAlternativeNames=names[1:])
            for names in (SHOP, OTHERS)
        ]
        stage.listen(443, "HTTPS", Certificates=made, SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06")
        # A listener of an older policy, with a certificate of no name that is known.
        stage.listen(8443, "HTTPS", Certificates=[], SslPolicy="ELBSecurityPolicy-2016-08")
        until(lambda: len(stage.balancer.listeners()) == 3, "all listeners are open")
        yield stage


def asked(stage: Stage, folder: Path, name: str, port: int = 443, **settings: Any) -> dict[str, Any]:
    """A handshake as `name`, checked by the authority alone: the certificate's names, version and protocol."""
    context = ssl.create_default_context(cafile=str(folder / AUTHORITY))
    context.set_alpn_protocols(settings.pop("protocols", ["http/1.1"]))
    for key, value in settings.items():
        setattr(context, key, value)
    with (
        socket.create_connection(("127.0.0.1", stage.port - 80 + port), PATIENCE) as plain,
        context.wrap_socket(plain, server_hostname=name) as secure,
    ):
        told: Any = secure.getpeercert()
        names = [value for _, value in told["subjectAltName"]]
        return {"names": names, "version": secure.version(), "protocol": secure.selected_alpn_protocol()}


@pytest.mark.parametrize(
    ("name", "first"),
    [("shop.example", "shop.example"), ("www.shop.example", "shop.example"), ("a.example.org", "*.example.org")],
)
def test_a_client_sees_the_certificate_of_the_name_it_asks_for(
    stage: Stage, folder: Path, name: str, first: str
) -> None:
    assert asked(stage, folder, name)["names"][0] == first


def test_this_machine_sees_the_default_certificate(stage: Stage, folder: Path) -> None:
    assert asked(stage, folder, "localhost")["names"] == [*SHOP, "localhost", "127.0.0.1"]


def test_another_name_sees_the_default_certificate_and_does_not_take_it(stage: Stage, folder: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        asked(stage, folder, "shop.example.net")


def test_nobody_trusts_it_who_was_not_told(stage: Stage) -> None:
    connection = http.client.HTTPSConnection("localhost", stage.port - 80 + 443, timeout=PATIENCE)
    with closing(connection), pytest.raises(ssl.SSLCertVerificationError):
        connection.request("GET", "/")


def test_a_request_is_answered_over_tls_and_its_target_told_so(stage: Stage, folder: Path) -> None:
    context = ssl.create_default_context(cafile=str(folder / AUTHORITY))
    local, appliance, group = stage.port - 80 + 443, Appliance("told"), stage.group()
    listener = next(arn for arn, each in stage.elbv2._listeners.items() if each["Port"] == 443)
    stage.balancer.register(group, appliance.target)
    stage.rule("/told", group, listener=listener)

    def answered() -> bool:
        connection = http.client.HTTPSConnection("localhost", local, timeout=PATIENCE, context=context)
        with closing(connection):
            connection.request("GET", "/told")
            return connection.getresponse().read() == b"told"

    with closing(appliance):
        until(answered, "the target answers")
    headers = appliance.requests[-1][2]
    assert (headers["X-Forwarded-Proto"], headers["X-Forwarded-Port"]) == ("https", str(local))


def test_a_security_policy_says_which_versions_there_are(stage: Stage, folder: Path) -> None:
    assert asked(stage, folder, "localhost")["version"] == "TLSv1.3"
    assert asked(stage, folder, "localhost", port=8443)["version"] == "TLSv1.2"
    assert versions("ELBSecurityPolicy-TLS13-1-3-2021-06") == ("TLSv1_3", "TLSv1_3")


def test_clients_may_speak_http_2(stage: Stage, folder: Path) -> None:
    assert asked(stage, folder, "localhost", protocols=["h2", "http/1.1"])["protocol"] == "h2"


def test_a_load_balancer_may_leave_http_2_out(tmp_path: Path) -> None:
    made = transport_socket(TlsSettings((("a.example",),), alpn=("http/1.1",)), CertificateAuthority(tmp_path))
    assert made["typed_config"]["common_tls_context"]["alpn_protocols"] == ["http/1.1"]


def test_an_authority_lasts_as_long_as_its_folder_and_its_key_is_its_owners(tmp_path: Path) -> None:
    first, again = CertificateAuthority(tmp_path), CertificateAuthority(tmp_path)
    first.make()
    assert first.path.read_text() in again.issued(["a.example"]).chain
    assert (tmp_path / KEY).stat().st_mode & 0o777 == 0o600
    (tmp_path / KEY).write_text("damaged")
    assert CertificateAuthority(tmp_path).issued(["a.example"]).chain != again.issued(["a.example"]).chain


def test_a_name_of_other_letters_and_one_that_is_long_have_certificates(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    assert authority.issued([f"{'a' * 60}.{'b' * 60}.example", "bücher.example"]).chain.startswith("-----BEGIN")
