"""TLS of HTTPS listeners: which certificates they show to whom, and which protocols they speak.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecs_emulator.authority import CertificateAuthority, IssuedCertificate
from ecs_emulator.balancer.matching import EnvoyConfig

if TYPE_CHECKING:
    from ecs_emulator.balancer.store import StoredListener

_CONTEXT = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"
_HTTP2 = ("h2", "http/1.1")
# https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html#alpn-policies
_ALPN: Mapping[str, tuple[str, ...]] = {
    "HTTP1Only": ("http/1.1",),
    "HTTP2Only": ("h2",),
    "HTTP2Optional": ("http/1.1", "h2"),
    "HTTP2Preferred": _HTTP2,
    "None": (),
}


@dataclass(frozen=True)
class TlsSettings:
    """Settings of a listener: the DNS names of each of its certificates, or the certificate itself where it was
    imported, the default one first; its security policy; the protocols that it offers by ALPN.
    """

    certificates: tuple[tuple[str, ...] | IssuedCertificate, ...]
    policy: str = ""
    alpn: tuple[str, ...] = _HTTP2


def settings(listener: StoredListener, attributes: Mapping[str, str]) -> TlsSettings:
    """Those of a listener; `attributes` are its load balancer's."""
    certificates = tuple(listener.get("ServerCertificates", [])) or ((),)
    http2 = attributes.get("routing.http2.enabled", "true") == "true"
    alpn: tuple[str, ...] = _HTTP2 if http2 else ("http/1.1",)
    if listener["Protocol"] == "TLS":
        alpn = next((_ALPN[each] for each in listener.get("AlpnPolicy") or []), ())
    return TlsSettings(certificates, listener.get("SslPolicy") or "", alpn)


def versions(policy: str) -> tuple[str, str]:
    """The lowest and the highest version of a security policy; those below TLS 1.2 no client of today offers.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
    """
    if "TLS13-1-3" in policy:
        return "TLSv1_3", "TLSv1_3"
    return "TLSv1_2", "TLSv1_3" if "TLS13" in policy else "TLSv1_2"


def transport_socket(tls: TlsSettings, authority: CertificateAuthority) -> EnvoyConfig:
    """Envoy's TransportSocket. The certificate is the one whose names have what the client asks for by SNI, else the
    first.
    """
    lowest, highest = versions(tls.policy)
    issued = [each if isinstance(each, IssuedCertificate) else authority.issued(each) for each in tls.certificates]
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {
            "@type": _CONTEXT,
            "common_tls_context": {
                "tls_params": {"tls_minimum_protocol_version": lowest, "tls_maximum_protocol_version": highest},
                "tls_certificates": [
                    {"certificate_chain": {"inline_string": each.chain}, "private_key": {"inline_string": each.key}}
                    for each in issued
                ],
                "alpn_protocols": list(tls.alpn),
            },
        },
    }
