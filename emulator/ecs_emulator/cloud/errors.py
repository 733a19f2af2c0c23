"""AWS errors, as AWS tells them."""

from __future__ import annotations


class AwsError(Exception):
    """An answer with an error code of AWS, such as `ServiceNotFoundException`."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
