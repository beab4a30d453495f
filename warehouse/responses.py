"""Responses kept as evidence: compressed bodies named by their hash, and an index of what each URL answered.

`bodies/ab/cd/<sha256>.gz` holds each body once, however many URLs gave it; `index.sqlite` says which; `drafts` holds
what is being written. Threads and processes may share one folder. What is damaged counts as absent, is removed, and comes
back with the next fetch.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import os
import struct
import tempfile
import threading
import zlib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from accounts.clock import SystemClock
from accounts.errors import WarehouseError
from accounts.protocols import StoredHead, StoredResponse
from warehouse.durable import sync_file
from warehouse.response_index import ResponseIndex, explained
from warehouse.store import sql

log = logging.getLogger("evergreen")

_SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "www-authenticate", "x-api-key"}
)
_MARGIN = (
    1 << 16
)  # a stored body is never larger than the reader's cap; gunzip a little beyond what is declared
#: Bytes after the packed body: its checksum and its length.
_END = 8
#: Seconds after which a draft is nobody's any more: writing one takes a moment.
_DRAFT_LIVES = 3600.0


class FileResponseStore:
    """Implements `accounts.protocols.ResponseStore` in a folder.

    Raises WarehouseError where the folder cannot be written, the disk is full, or another process blocks the index.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._index = ResponseIndex(folder, self._sync)
        self._lock = threading.Lock()
        self._fresh: list[Path] = []
        with explained(folder):
            for name in ("bodies", "drafts"):
                (folder / name).mkdir(parents=True, exist_ok=True)

    def head(self, url: str) -> StoredHead | None:
        """What is known of the newest response to exactly this URL; None where there is none, or its body is gone."""
        row = self._index.ask(
            lambda db: db.execute(
                "SELECT final_url, status, headers, body_sha256, body_bytes, fetched_at FROM response"
                " WHERE url = ? ORDER BY id DESC LIMIT 1",
                (url,),
            ).fetchone(),
            url,
        )
        if row is None:
            return None
        final_url, status, headers, sha256, size, fetched_at = row
        try:
            known = {str(k): str(v) for k, v in json.loads(headers).items()}
            at = datetime.fromisoformat(fetched_at)
        except (ValueError, AttributeError):
            return None
        return (
            StoredHead(url, final_url, status, known, sha256, size, at)
            if self._is_whole(sha256, size)
            else None
        )

    def get(self, url: str) -> StoredResponse | None:
        """The newest response to exactly this URL with its body, or None."""
        head = self.head(url)
        body = self.read(head) if head is not None else None
        return head.with_body(body) if head is not None and body is not None else None

    def read(self, head: StoredHead) -> bytes | None:
        """The body of a stored response; None where it is gone. A damaged one is removed, and comes back with the next fetch."""
        path = self._path(head.body_sha256)
        try:
            with gzip.open(path) as file:
                body = file.read(head.body_bytes + _MARGIN)
        except FileNotFoundError:
            return None
        except (OSError, EOFError, zlib.error):
            body = b""
        if hashlib.sha256(body).hexdigest() == head.body_sha256:
            return body
        log.warning("a stored body is damaged and removed; it comes back with the next fetch: %s", path.name)
        with suppress(OSError):
            path.unlink()
        return None

    def put(self, response: StoredResponse) -> None:
        """Keeps a response; an equal one to the same URL is confirmed instead of kept again."""
        self._write(response.body_sha256, response.body)
        at = _text(response.fetched_at)
        headers = {k: v for k, v in response.headers.items() if k.lower() not in _SECRET_HEADERS}
        self._index.put(
            (
                response.url, response.final_url, response.status, json.dumps(headers), response.body_sha256,
                len(response.body), at,
            )
        )  # fmt: skip

    def touch(self, url: str, at: datetime) -> None:
        """Notes that the server confirmed the newest response to a URL."""
        self._index.touch(url, _text(at))

    def flush(self) -> None:
        """Makes all that was kept and noted outlive a crash of the process or of the machine."""
        self._index.flush()

    def prune(self, older_than: datetime) -> int:
        """Drops the bodies last confirmed before a moment, and says how many; hashes and metadata stay.

        Drafts that died with their process go too.
        """
        self._drop_dead_drafts()
        idle = self._index.ask(lambda db: db.execute(sql("responses_idle"), (_text(older_than),)).fetchall())
        dropped = 0
        for (sha256,) in idle:
            with suppress(FileNotFoundError), explained(self.folder):
                self._path(sha256).unlink()
                dropped += 1
        if idle:
            self._index.change(lambda db: db.executemany("INSERT OR IGNORE INTO dropped VALUES (?)", idle))
        return dropped

    def _drop_dead_drafts(self) -> None:
        dead = SystemClock().now().timestamp() - _DRAFT_LIVES
        for draft in (self.folder / "drafts").iterdir():
            with suppress(OSError):
                if draft.stat().st_mtime < dead:
                    draft.unlink()

    def close(self) -> None:
        """Flushes and closes the index; the store opens it again when it is used."""
        self._index.close()

    def _path(self, sha256: str) -> Path:
        if len(sha256) != 64 or not all(c in "0123456789abcdef" for c in sha256):
            raise WarehouseError(f"{sha256[:80]!r} is no SHA-256.", path=self.folder)
        return self.folder / "bodies" / sha256[:2] / sha256[2:4] / f"{sha256}.gz"

    def _is_whole(self, sha256: str, size: int) -> bool:
        """Whether a body lies there and ends as one of that size does (RFC 1952): all that can be said without unpacking it."""
        path = self._path(sha256)
        if _end_of(path)[4:] == struct.pack("<I", size & 0xFFFFFFFF):
            return True
        with suppress(OSError):
            path.unlink()
        return False

    def _write(self, sha256: str, body: bytes) -> None:
        """A body into its place in one step; it may be damaged by a crash of the machine until it is synced."""
        if hashlib.sha256(body).hexdigest() != sha256:
            raise WarehouseError(
                f"A body does not have the hash {sha256[:12]}… it is kept under.", path=self.folder
            )
        path = self._path(sha256)
        if _end_of(path) == struct.pack("<II", zlib.crc32(body), len(body) & 0xFFFFFFFF):
            self._take_over(path)
            return
        with explained(self.folder):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.folder / "drafts", suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(gzip.compress(body, compresslevel=6, mtime=0))
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        with self._lock:
            self._fresh.append(path)

    def _take_over(self, path: Path) -> None:
        """Another thread or process has written that body, and may not have synced it yet."""
        with suppress(OSError):
            if path.stat().st_mtime > SystemClock().now().timestamp() - _DRAFT_LIVES:
                with self._lock:
                    self._fresh.append(path)

    def _sync(self) -> None:
        """Brings new bodies to the disk; one after another, for the first brings most of what the others wait for."""
        with self._lock:
            fresh, self._fresh = self._fresh, []
        try:
            while fresh:
                with suppress(FileNotFoundError), explained(self.folder):
                    sync_file(fresh[-1])
                fresh.pop()
        finally:
            with self._lock:
                self._fresh += fresh


def _end_of(path: Path) -> bytes:
    """The checksum and the length at the end of a stored body (RFC 1952); empty where there is none."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        return os.pread(handle, _END, max(0, os.fstat(handle).st_size - _END))
    except OSError:
        return b""
    finally:
        os.close(handle)


def _text(moment: datetime) -> str:
    """A time as the index keeps it: ISO 8601 in UTC, so that texts sort as times do."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")
