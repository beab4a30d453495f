"""Evidence on its way between machines: responses packed into one zip file a shard.

`index.ndjson` tells in order what was answered and what was confirmed; `SHA256.gz` holds each body once.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from accounts.errors import WarehouseError
from accounts.protocols import ResponseStore, StoredHead, StoredResponse

_INDEX = "index.ndjson"
_DAMAGE = (zipfile.BadZipFile, OSError, EOFError, ValueError, KeyError)
#: Headers without which a server cannot be asked to confirm a response.
_CONDITIONS = frozenset({"etag", "last-modified"})


class PackedResponses:
    """Implements `accounts.protocols.ResponseStore` over two packs: what was known before, and what this shard brings."""

    def __init__(self, pack: Path, known: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._new = zipfile.ZipFile(pack, "w", zipfile.ZIP_STORED)
        self._known = zipfile.ZipFile(known) if known is not None else None
        self._newest: dict[str, tuple[zipfile.ZipFile, dict[str, Any]]] = {}
        self._told: list[dict[str, Any]] = []
        self._bodies: set[str] = set()
        if self._known is not None:
            for row in _rows(self._known):
                self._newest[row["url"]] = (self._known, row)

    def __enter__(self) -> PackedResponses:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def head(self, url: str) -> StoredHead | None:
        """What is known of the newest response to exactly this URL, or None."""
        with self._lock:
            pack, row = self._newest.get(url, (None, {}))
            if pack is None or _body(row["sha256"]) not in pack.NameToInfo:
                return None
            with suppress(*_DAMAGE):
                return StoredHead(
                    url, row["final_url"], row["status"], row["headers"], row["sha256"], row["size"],
                    datetime.fromisoformat(row["at"]),
                )  # fmt: skip
            return None

    def read(self, head: StoredHead) -> bytes | None:
        """The body of a stored response, from either pack; a damaged one counts as None and is not found again."""
        with self._lock:
            for pack in (self._new, self._known):
                with suppress(*_DAMAGE):
                    if pack is not None:
                        return _unpacked(pack, head.body_sha256)
            self._newest.pop(head.url, None)
            return None

    def put(self, response: StoredResponse) -> None:
        """Keeps a response."""
        row = {
            "url": response.url, "final_url": response.final_url, "status": response.status,
            "headers": dict(response.headers), "sha256": response.body_sha256, "size": len(response.body),
            "at": response.fetched_at.isoformat(),
        }  # fmt: skip
        with self._lock:
            missing = response.body_sha256 not in self._bodies
            self._bodies.add(response.body_sha256)
        packed = gzip.compress(response.body, compresslevel=6, mtime=0) if missing else b""
        with self._lock:
            if missing:
                self._new.writestr(_body(response.body_sha256), packed)
            self._told.append(row)
            if self._new_has(response.body_sha256):
                self._newest[response.url] = (self._new, row)

    def touch(self, url: str, at: datetime) -> None:
        """Notes that the server confirmed the newest response to a URL."""
        with self._lock:
            self._told.append({"url": url, "confirmed": at.isoformat()})

    def flush(self) -> None:
        """Does nothing: a pack is whole once it is closed."""

    def close(self) -> None:
        """Ends the pack with its index."""
        with self._lock:
            lines = (json.dumps(row, ensure_ascii=False) for row in self._told)
            self._new.writestr(_INDEX, "\n".join(lines), zipfile.ZIP_DEFLATED)
            self._new.close()
            if self._known is not None:
                self._known.close()

    def _new_has(self, sha256: str) -> bool:
        return _body(sha256) in self._new.NameToInfo


def pack_known(store: ResponseStore, urls: Iterable[str], pack: Path) -> int:
    """Packs the stored responses to these URLs that a server can be asked to confirm; says how many."""
    count = 0
    with PackedResponses(pack) as packed:
        for url in dict.fromkeys(urls):
            head = store.head(url)
            if head is None or head.status != 200 or not head.headers.keys() & _CONDITIONS:
                continue
            if (body := store.read(head)) is not None:
                packed.put(head.with_body(body))
                count += 1
    return count


def unpack(pack: Path, store: ResponseStore) -> None:
    """Puts what a shard brought into a store, in the order it came. Raises WarehouseError for a damaged pack."""
    try:
        with zipfile.ZipFile(pack) as packed:
            for row in _rows(packed):
                if "confirmed" in row:
                    store.touch(row["url"], datetime.fromisoformat(row["confirmed"]))
                else:
                    store.put(_response(packed, row))
    except _DAMAGE as error:
        raise WarehouseError(
            f"The evidence in {pack.name} is damaged: {error}", remedy="Its shard is read again."
        ) from error


def _rows(pack: zipfile.ZipFile) -> list[dict[str, Any]]:
    return [json.loads(line) for line in pack.read(_INDEX).splitlines() if line]


def _response(pack: zipfile.ZipFile, row: dict[str, Any]) -> StoredResponse:
    body = _unpacked(pack, row["sha256"])
    return StoredResponse(
        row["url"], row["final_url"], row["status"], row["headers"], body, row["sha256"],
        datetime.fromisoformat(row["at"]),
    )  # fmt: skip


def _unpacked(pack: zipfile.ZipFile, sha256: str) -> bytes:
    body = gzip.decompress(pack.read(_body(sha256)))
    if hashlib.sha256(body).hexdigest() != sha256:
        raise ValueError(f"a body is not what its name says: {sha256[:12]}")
    return body


def _body(sha256: str) -> str:
    return f"{sha256}.gz"
