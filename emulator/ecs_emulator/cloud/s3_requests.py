"""Requests to S3 that S3 refuses for what they say, before anything is done."""

from __future__ import annotations

from moto.s3.models import s3_backends
from werkzeug.wrappers import Request

from ecs_emulator.cloud import s3_arguments, s3_policies
from ecs_emulator.cloud.durable.calls import Call
from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.s3_documents import malformed


def s3_misuse(request: Request) -> AwsError | None:
    """Error in a request; None where there is none, and for a bucket that is not there, which moto says."""
    call = Call.of(request)
    try:
        s3_arguments.check(request, call.key)
        if call.bucket not in s3_backends.bucket_accounts:
            return None
        if request.method == "PUT" and "policy" in request.args and not call.key:
            s3_policies.check(request.get_data(), call.bucket)
    except AwsError as error:
        return error
    return malformed(request, bool(call.key))
