"""Certificate authority of an emulator's folder: it signs what HTTPS listeners show, and nobody else trusts it.

Certificates have the form that https://www.rfc-editor.org/rfc/rfc5280 gives, and are good for what
https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html says of ACM's.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ecs_emulator.access_key import private
from ecs_emulator.local import AUTHORITY

KEY = "authority-key.pem"  # in the folder of an emulator
# By which a listener is reached on this machine, whatever its certificate says on AWS.
_HERE = ("localhost",)
_ADDRESS = ipaddress.IPv4Address("127.0.0.1")
_BACK = timedelta(days=1)  # a clock may be slow
_LIVES = timedelta(days=3650)
_LEAF_LIVES = timedelta(days=397)  # longer ones browsers refuse
_COMMON_NAME = 64  # characters


@dataclass(frozen=True)
class IssuedCertificate:
    """A certificate with its authority's behind it, and its private key, both as PEM."""

    chain: str
    key: str


class CertificateAuthority:
    """Authority of a folder. It is made when it is needed and there is none that can be read; its key is for the
    folder's owner alone. What needs it raises OSError.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / AUTHORITY
        self._key_path = folder / KEY
        self._issued: dict[tuple[str, ...], IssuedCertificate] = {}

    def make(self) -> None:
        """Make it now, unless it is there."""
        self._own  # noqa: B018 (it is made when it is asked for)

    def issued(self, names: Sequence[str]) -> IssuedCertificate:
        """A certificate for DNS names, wildcards among them, and for this machine; the same one for the same names."""
        known = tuple(names)
        if known not in self._issued:
            self._issued[known] = self._issue(known)
        return self._issued[known]

    @cached_property
    def _own(self) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        private(self.path.parent)
        with suppress(FileNotFoundError, ValueError, TypeError, UnsupportedAlgorithm):
            key = load_pem_private_key(self._key_path.read_bytes(), None)
            certificate = x509.load_pem_x509_certificate(self.path.read_bytes())
            if isinstance(key, ec.EllipticCurvePrivateKey) and key.public_key() == certificate.public_key():
                return certificate, key
        made = ec.generate_private_key(ec.SECP256R1())
        certificate = _own_certificate(made)
        _write(self._key_path, _pem_of(made))
        _write(self.path, certificate.public_bytes(Encoding.PEM))
        return certificate, made

    def _issue(self, names: tuple[str, ...]) -> IssuedCertificate:
        authority, own_key = self._own
        key = ec.generate_private_key(ec.SECP256R1())
        subject = next((each for each in names if len(each) <= _COMMON_NAME), _HERE[0])
        alternatives = [x509.DNSName(_ascii(each)) for each in dict.fromkeys((*names, *_HERE))]
        built = (
            _dated(subject, _LEAF_LIVES)
            .issuer_name(authority.subject)
            .public_key(key.public_key())
            .add_extension(x509.SubjectAlternativeName([*alternatives, x509.IPAddress(_ADDRESS)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(own_key.public_key()), critical=False)
            .sign(own_key, hashes.SHA256())
        )
        chain = built.public_bytes(Encoding.PEM) + authority.public_bytes(Encoding.PEM)
        return IssuedCertificate(chain.decode(), _pem_of(key).decode())


def _own_certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    # A number of its own: people have several of them in their browser.
    name = f"ecs-emulator {os.urandom(4).hex()}"
    return (
        _dated(name, _LIVES)
        .issuer_name(_named(name))
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _dated(name: str, lives: timedelta) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACK)
        .not_valid_after(now + lives - _BACK)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _pem_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, content: bytes) -> None:
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    new.replace(path)


def _ascii(name: str) -> str:
    """A name as certificates have it: one with other letters in its Punycode."""
    return name if name.isascii() else name.encode("idna").decode()
