"""Authentication of calls: signed with a key that the local cloud knows, or refused in AWS's words."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from werkzeug.wrappers import Request

from ecs_emulator.access_key import AccessKey
from ecs_emulator.cloud import sigv2, sigv4, sigv4_chunks
from ecs_emulator.cloud.denials import Denial, Denied, error
from ecs_emulator.cloud.keys import Keys, RevokedKey
from ecs_emulator.cloud.refusals import protocol
from ecs_emulator.cloud.request_route import RequestRoute

SKEW = 900  # seconds that a client's clock may differ
_STREAMS = {
    sigv4_chunks.SIGNED: False,
    sigv4_chunks.SIGNED_WITH_TRAILER: True,
}

_log = logging.getLogger(__name__)


class Authentication:
    """Checks calls by the keys of a cloud; `now` is in seconds since the epoch; `program` is the command
    that gives a shell the key.
    """

    def __init__(self, keys: Keys, now: Callable[[], float] = time.time, program: str = "ecs-emulator") -> None:
        self._keys = keys
        self._now = now
        self._program = program
        self._said: set[Denial] = set()

    def check(self, request: Request, called: RequestRoute) -> AccessKey:
        """The key that a call is signed with. Raises AwsError, logged once for each kind."""
        return self._told(lambda: self._checked(request, called), called)

    def check_form(self, fields: Mapping[str, str]) -> AccessKey:
        """The key that the policy of a form is signed with, by fields with names in small letters. Raises AwsError.

        https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html
        """
        return self._told(lambda: self._checked_form(fields), RequestRoute.by("", "", "", ""))

    def _told(self, checked: Callable[[], AccessKey], called: RequestRoute) -> AccessKey:
        """Raises AwsError."""
        try:
            return checked()
        except Denied as denied:
            if denied.kind not in self._said:
                self._said.add(denied.kind)
                _log.warning(
                    "Refused at the AWS endpoint: %s `%s env` gives a shell the key.", denied.kind.value, self._program
                )
            raise error(denied, protocol(called)) from None

    def _checked(self, request: Request, called: RequestRoute) -> AccessKey:
        """Raises Denied."""
        environ = request.environ
        try:
            signed = sigv4.parse(environ)
            if signed is None and (url := sigv2.parse(environ)):
                return self._checked_url(request, url)
            if signed is None:
                if not environ.get("HTTP_AUTHORIZATION"):
                    raise Denied(Denial.MISSING)
                detail = (
                    f"The authorization mechanism you have provided is not supported. Please use {sigv4.ALGORITHM}."
                )
                raise Denied(Denial.MALFORMED, detail)
            self._check_time(signed)
        except sigv4.Malformed as problem:
            raise Denied(Denial.MALFORMED, str(problem)) from None
        if signed.service.lower() != called.scope:
            raise Denied(Denial.MALFORMED, "Credential should be scoped to a valid service.")
        if missing := sigv4.unsigned_headers(environ, signed):
            raise Denied(Denial.UNSIGNED_HEADERS, f"'{missing[0]}' must be a 'SignedHeader' in the AWS Authorization.")
        key = self._key(signed.key_id, signed.token)
        body = request.get_data()
        payload = _payload(request, signed, body)
        expected = sigv4.signature(environ, signed, key.secret, payload)
        if not hmac.compare_digest(expected.encode(), signed.signature.encode()):
            raise Denied(Denial.SIGNATURE)
        if payload in _STREAMS and not sigv4_chunks.are_signed(body, signed, key.secret, _STREAMS[payload]):
            raise Denied(Denial.SIGNATURE)
        return key

    def _checked_url(self, request: Request, signed: sigv2.SignatureV2) -> AccessKey:
        """Raises Denied."""
        if signed.expires < self._now():
            raise Denied(Denial.EXPIRED_URL)
        key = self._key(signed.key_id, signed.token)
        expected = sigv2.signature(request.environ, signed, key.secret)
        if not hmac.compare_digest(expected.encode(), signed.signature.encode()):
            raise Denied(Denial.SIGNATURE)
        return key

    def _checked_form(self, fields: Mapping[str, str]) -> AccessKey:
        """Raises Denied."""
        policy, token = fields["policy"], fields.get("x-amz-security-token", "")
        if "x-amz-signature" in fields:
            key_id, _, scope = fields.get("x-amz-credential", "").partition("/")
            key = self._key(key_id, token)
            expected, given = sigv4.sign(key.secret, scope, policy), fields["x-amz-signature"]
        else:
            key = self._key(fields.get("awsaccesskeyid", ""), token)
            digest = hmac.digest(key.secret.encode(), policy.encode(), "sha1")
            expected, given = base64.b64encode(digest).decode(), fields.get("signature", "")
        if not hmac.compare_digest(expected.encode(), given.encode()):
            raise Denied(Denial.SIGNATURE)
        return key

    def _key(self, key_id: str, token: str) -> AccessKey:
        """Raises Denied."""
        try:
            key = self._keys.find(key_id, self._now())
        except RevokedKey:
            raise Denied(Denial.EXPIRED_TOKEN) from None
        if key is None:
            raise Denied(Denial.UNKNOWN_KEY)
        if not hmac.compare_digest(key.token.encode(), token.encode()):
            raise Denied(Denial.INVALID_TOKEN)
        return key

    def _check_time(self, signed: sigv4.SignatureV4) -> None:
        """Raises Denied or Malformed."""
        now, at = self._now(), signed.at
        if at > now + SKEW:
            detail = f"Signature not yet current: {signed.timestamp} is still later than {_stamp(now + SKEW)} "
            raise Denied(Denial.SKEWED, f"{detail}({_stamp(now)} + 15 min.)")
        if signed.expires is not None:
            if at + signed.expires < now:
                raise Denied(Denial.EXPIRED_URL)
        elif at < now - SKEW:
            detail = f"Signature expired: {signed.timestamp} is now earlier than {_stamp(now - SKEW)} "
            raise Denied(Denial.SKEWED, f"{detail}({_stamp(now)} - 15 min.)")


def _payload(request: Request, signed: sigv4.SignatureV4, body: bytes) -> str:
    """What stands for the body in what is signed. Raises Denied when it is another body's digest."""
    stated = request.environ.get("HTTP_X_AMZ_CONTENT_SHA256", "")
    if signed.service == "s3":
        stated = stated or request.args.get("X-Amz-Content-Sha256", "")
        if signed.expires is not None and not stated:
            return sigv4.UNSIGNED
        if stated in (sigv4.UNSIGNED, sigv4_chunks.UNSIGNED_WITH_TRAILER) or stated in _STREAMS:
            return str(stated)
        if not stated:
            raise Denied(Denial.MALFORMED, "Missing required header for this request: x-amz-content-sha256")
    digest = hashlib.sha256(body).hexdigest()
    if stated and not hmac.compare_digest(digest.encode(), stated.lower().encode()):
        raise Denied(Denial.BODY)
    return digest


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%SZ")
