"""Certificates that were imported into ACM: their chains and keys, which none of its operations gives.

https://docs.aws.amazon.com/acm/latest/userguide/import-certificate-prerequisites.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from moto.acm.models import AWS_ROOT_CA, acm_backends
from moto.core.models import DEFAULT_ACCOUNT_ID

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.moto_backend import MOTO_LOCK
from ecs_emulator.local import REGION

if TYPE_CHECKING:
    from ecs_emulator.cloud.service import Operations


def imported(arn: str) -> tuple[str, str] | None:
    """Certificate with its chain behind it, and its private key, both as PEM; None for one that nobody has imported."""
    with MOTO_LOCK:
        found = acm_backends[DEFAULT_ACCOUNT_ID][REGION]._certificates.get(arn)
        if found is None or found.type != "IMPORTED":
            return None
        # moto puts a root of Amazon's behind whatever chain was given.
        chain = (found.chain or b"").replace(AWS_ROOT_CA, b"").strip()
        parts = [found.cert.strip(), *([chain] if chain else [])]
        return "".join(f"{part.decode()}\n" for part in parts), found.key.decode()


def import_certificate(given: Any) -> None:
    """Raises AwsError for a key that is not the certificate's, and for one with a passphrase; moto answers the rest."""
    try:
        certificate = x509.load_pem_x509_certificate(given["Certificate"])
        key = load_pem_private_key(given["PrivateKey"], None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise AwsError("ValidationException", f"The certificate or its private key cannot be read: {error}.") from None
    if key.public_key() != certificate.public_key():
        raise AwsError("ValidationException", "The private key is not that of the certificate.")


OPERATIONS: Operations = {"ImportCertificate": import_certificate}
