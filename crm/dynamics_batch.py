"""OData batches: many requests in one multipart body, each with an answer of its own.

Source: OData 4.0 protocol, part 1, section 11.7; Dataverse Web API, "Execute batch operations".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

_STATUS = re.compile(r"^HTTP/\d(?:\.\d)? (\d{3})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Update:
    """One PATCH of a batch; `version` is what its row must still be at."""

    path: str
    values: Mapping[str, Any]
    version: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """One answer: its status, and the JSON under it where there is one."""

    status: int
    body: Any


def pack(updates: Sequence[Update]) -> tuple[str, bytes]:
    """Content type and body. Without a version an update is guarded against making a new row (`If-Match: *`)."""
    boundary = f"batch_{uuid4().hex}"
    parts = []
    for update in updates:
        values = json.dumps(dict(update.values), ensure_ascii=True)
        parts.append(
            f"--{boundary}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
            f"PATCH {update.path} HTTP/1.1\r\nContent-Type: application/json\r\nIf-Match: {update.version or '*'}\r\n\r\n{values}\r\n"
        )
    body = "".join(parts) + f"--{boundary}--\r\n"
    return f"multipart/mixed; boundary={boundary}", body.encode()


def unpack(content_type: str, text: str) -> list[Part]:
    """The answers in order. Parts that are no HTTP answers are left out."""
    boundary = re.search(r'boundary="?([^";]+)', content_type)
    if boundary is None:
        return []
    found = []
    for piece in text.split(f"--{boundary[1]}")[1:]:
        status = _STATUS.search(piece)
        if status is not None:
            _, _, rest = piece[status.start() :].replace("\r\n", "\n").partition("\n\n")
            found.append(Part(int(status[1]), _json(rest)))
    return found


def _json(text: str) -> Any:
    text = text.strip().removesuffix("--").strip()
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None
