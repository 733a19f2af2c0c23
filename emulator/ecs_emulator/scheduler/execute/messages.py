"""Messages of a data channel, in their binary form: a header of fixed length and a payload.

The format is documented in the source of the plugin, https://github.com/aws/session-manager-plugin (src/message).
"""

from __future__ import annotations

import hashlib
import json
import struct
import time
import uuid
from typing import Any, NamedTuple

INPUT, OUTPUT, ACKNOWLEDGE, CLOSED = "input_stream_data", "output_stream_data", "acknowledge", "channel_closed"

# Types of a payload.
DATA, SIZE, HANDSHAKE_REQUEST, HANDSHAKE_RESPONSE, HANDSHAKE_COMPLETE, FLAG = 1, 3, 5, 6, 7, 10
TERMINATE = struct.pack(">I", 2)  # the payload of a flag that ends the session

# Length of the header, type, version, milliseconds, sequence number, flags, id, digest, payload's type and length.
_HEADER = struct.Struct(">I32sIQqQ16s32sII")
_LENGTH = _HEADER.size - 4  # as it is counted: without the payload's length


class NoMessage(ValueError):
    """Bytes that are no message, or not whole."""


class Message(NamedTuple):
    kind: str
    payload: bytes
    payload_type: int = 0
    sequence: int = 0
    id: bytes = b""

    @classmethod
    def read(cls, data: bytes) -> Message:
        """Raises NoMessage."""
        if len(data) < _HEADER.size:
            raise NoMessage("It is shorter than a header.")
        _, kind, _, _, sequence, _, own_id, digest, payload_type, length = _HEADER.unpack_from(data)
        payload = data[_HEADER.size :]
        if length != len(payload) or (payload and hashlib.sha256(payload).digest() != digest):
            raise NoMessage("Its payload is another than its header says.")
        return cls(kind.decode("ascii", "replace").strip("\0 "), payload, payload_type, sequence, _swapped(own_id))

    def written(self) -> bytes:
        return (
            _HEADER.pack(
                _LENGTH,
                self.kind.ljust(32).encode(),
                1,
                time.time_ns() // 1_000_000,
                self.sequence,
                0 if self.kind != ACKNOWLEDGE else 3,  # it begins and ends its stream
                _swapped(self.id or uuid.uuid4().bytes),
                hashlib.sha256(self.payload).digest(),
                self.payload_type,
                len(self.payload),
            )
            + self.payload
        )

    def acknowledgement(self) -> Message:
        """Message that says that this one has arrived."""
        return Message(
            ACKNOWLEDGE,
            as_json(
                AcknowledgedMessageType=self.kind,
                AcknowledgedMessageId=str(uuid.UUID(bytes=self.id)),
                AcknowledgedMessageSequenceNumber=self.sequence,
                IsSequentialMessage=True,
            ),
        )


def as_json(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


def _swapped(own_id: bytes) -> bytes:
    """An id as it is sent: its second half first."""
    return own_id[8:] + own_id[:8]
