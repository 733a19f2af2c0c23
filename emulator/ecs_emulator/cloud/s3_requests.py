"""Requests to S3 that S3 refuses for what they say, before anything is done."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus

from moto.s3.models import s3_backends
from moto.s3.utils import bucket_policy_is_public
from werkzeug.wrappers import Request

from ecs_emulator.cloud import s3_arguments, s3_policies
from ecs_emulator.cloud.durable.calls import Call
from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.protocols import service_model
from ecs_emulator.cloud.s3_documents import malformed
from ecs_emulator.cloud.sigv4_chunks import UNSIGNED_WITH_TRAILER, are_whole


def s3_misuse(request: Request) -> AwsError | None:
    """Error in a request; None where there is none, and for a bucket that is not there, which moto says."""
    call = Call.of(request)
    try:
        _check_method(request, call)
        if request.method == "POST" and call.key and "select" in request.args:
            what = "s3.SelectObjectContent is not emulated here."
            raise AwsError("NotImplemented", what, HTTPStatus.NOT_IMPLEMENTED)
        s3_arguments.check(request, call.key)
        if request.headers.get("x-amz-content-sha256") == UNSIGNED_WITH_TRAILER:
            size = request.headers.get("x-amz-decoded-content-length", "")
            if not are_whole(request.get_data(), size):
                raise AwsError("IncompleteBody", "The request body terminated unexpectedly")
        if call.bucket not in s3_backends.bucket_accounts:
            return None
        partition, account = s3_backends.bucket_accounts[call.bucket]
        if request.headers.get("x-amz-expected-bucket-owner", account) != account:
            raise AwsError("AccessDenied", "Access Denied", HTTPStatus.FORBIDDEN)
        if request.method == "PUT" and "policy" in request.args and not call.key:
            s3_policies.check(request.get_data(), call.bucket)
            bucket = s3_backends[account][partition].buckets.get(call.bucket)
            block = bucket and bucket.public_access_block
            if block and block.block_public_policy and bucket_policy_is_public(request.get_data()):
                what = "Public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access."
                raise AwsError("AccessDenied", what, HTTPStatus.FORBIDDEN)
    except AwsError as error:
        return error
    return malformed(request, bool(call.key))


def _check_method(request: Request, call: Call) -> None:
    """Raises AwsError: to delete an ACL, which nobody can, would be to delete its bucket or object."""
    is_object = bool(call.key)
    methods = [_methods()[key] for name in request.args if (key := (is_object, name)) in _methods()]
    is_bare_post = request.method == "POST" and not request.args
    is_of_service = not call.bucket and not is_object
    if is_bare_post and not is_object and not is_of_service and request.mimetype != "multipart/form-data":
        what = "Bucket POST must be of the enclosure-type multipart/form-data"
        raise AwsError("PreconditionFailed", what, HTTPStatus.PRECONDITION_FAILED)
    methods += [{"GET"}] if is_of_service else []
    if (is_bare_post and is_object) or not all(request.method in {*each, "HEAD", "OPTIONS"} for each in methods):
        what = "The specified method is not allowed against this resource."
        raise AwsError("MethodNotAllowed", what, HTTPStatus.METHOD_NOT_ALLOWED)


@cache
def _methods() -> dict[tuple[bool, str], set[str]]:
    """Methods by which the subresources of objects, and of buckets, are asked for."""
    methods: dict[tuple[bool, str], set[str]] = {}
    model = service_model("s3")
    for name in model.operation_names:
        http = model.operation_model(name).http
        path, _, query = http["requestUri"].partition("?")
        subresource = query.partition("&")[0]
        if subresource and "=" not in subresource:
            methods.setdefault(("Key" in path, subresource), set()).add(http["method"])
    return methods
