"""Request routing: the service that a request is for, before anybody has read its body."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qs

from werkzeug.wrappers import Request


class RequestRoute(NamedTuple):
    """`target` is X-Amz-Target (`Logs_20140328.PutLogEvents`), `scope` the service that the request is signed for.

    `region` is where it is signed for, empty without a signature.
    """

    target: str
    scope: str
    content_type: str
    region: str

    @classmethod
    def by(cls, target: str, authorization: str, query: str, content_type: str) -> RequestRoute:
        """From three headers, and the query string, which holds the signature of a presigned request."""
        signed = re.search(r"Credential=([^\s,]+)", authorization)
        credential = signed[1] if signed else parse_qs(query).get("X-Amz-Credential", [""])[0]
        # <key>/<date>/<region>/<service>/aws4_request
        found = re.search(r"(?:/([A-Za-z0-9-]*))?/([A-Za-z0-9.-]+)/aws4_request$", credential)
        region, scope = (found[1] or "", found[2].lower()) if found else ("", "")
        return cls(target, scope, content_type.lower(), region)

    @classmethod
    def of(cls, request: Request) -> RequestRoute:
        names = ("X-Amz-Target", "Authorization", "Content-Type")
        target, authorization, content_type = (request.headers.get(name, "") for name in names)
        return cls.by(target, authorization, request.query_string.decode("latin-1"), content_type)

    @property
    def is_form(self) -> bool:
        return self.content_type.startswith("application/x-www-form-urlencoded")
