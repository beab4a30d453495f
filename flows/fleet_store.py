"""Where the machines of a fleet meet: a folder they all see, or a bucket of an S3-compatible object store.

Both promise the same: a name holds a whole file or nothing, and the newest whole one wins. Nothing else is asked of them.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from accounts.errors import ConfigError, WarehouseError

_DRAFT = ".part"
_GONE = frozenset({"404", "NoSuchKey", "NotFound"})
#: Objects that one call to an object store may delete.
_AT_ONCE = 1000


class ShardStore(Protocol):
    """Whole files by name (`run/shards/00007/1/manifest.json`); threads may share one. Raises WarehouseError out of reach."""

    def put(self, name: str, file: Path) -> None:
        """Keeps a copy of a file under a name, whole or not at all."""
        ...

    def get(self, name: str, file: Path) -> bool:
        """Copies what a name holds into a file; False where it holds nothing."""
        ...

    def names(self, under: str) -> list[str]:
        """All names under a folder, in order."""
        ...

    def drop(self, under: str) -> None:
        """Forgets all names under a folder."""
        ...


class FolderStore:
    """A folder, such as a mounted share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with _explained(str(folder)):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, name: str, file: Path) -> None:
        """Copies beside the name, then renames."""
        path = self.folder / name
        with _explained(str(self.folder)):
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f"{path.name}.{uuid.uuid4().hex}{_DRAFT}")
            try:
                with file.open("rb") as source, draft.open("wb") as copy:
                    shutil.copyfileobj(source, copy, 1 << 20)
                    copy.flush()
                    os.fsync(copy.fileno())
                draft.replace(path)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise

    def get(self, name: str, file: Path) -> bool:
        """Copies the file of that name."""
        with _explained(str(self.folder)):
            try:
                shutil.copyfile(self.folder / name, file)
            except FileNotFoundError:
                return False
            return True

    def names(self, under: str) -> list[str]:
        """The files below, without drafts."""
        with _explained(str(self.folder)):
            found = (p for p in (self.folder / under).rglob("*") if p.is_file() and p.suffix != _DRAFT)
            return sorted(p.relative_to(self.folder).as_posix() for p in found)

    def drop(self, under: str) -> None:
        """Removes the folder, drafts and all."""
        shutil.rmtree(self.folder / under, ignore_errors=True)


class BucketStore:
    """A bucket, by the environment's credentials (`AWS_…` variables, a profile, the machine's role)."""

    def __init__(self, bucket: str, prefix: str, endpoint: str | None, region: str | None) -> None:
        try:
            import boto3  # noqa: PLC0415 - an extra
        except ImportError:
            raise ConfigError(
                f"A fleet that meets in s3://{bucket} needs the package boto3.",
                remedy="Install the extra: pip install 'evergreen-crm[fleet]'.",
                key="fleet.store",
            ) from None
        self._s3: Any = boto3.client("s3", endpoint_url=endpoint, region_name=region)
        self._bucket, self._prefix = bucket, prefix

    def put(self, name: str, file: Path) -> None:
        """Uploads; an object is there only once it is whole."""
        with _explained(self._bucket):
            self._s3.upload_file(str(file), self._bucket, self._key(name))

    def get(self, name: str, file: Path) -> bool:
        """Downloads the object of that name."""
        with _explained(self._bucket):
            try:
                self._s3.download_file(self._bucket, self._key(name), str(file))
            except Exception as error:
                if _code(error) in _GONE:
                    return False
                raise
            return True

    def names(self, under: str) -> list[str]:
        """The objects below."""
        with _explained(self._bucket):
            return sorted(key.removeprefix(self._prefix) for key in self._keys(under))

    def drop(self, under: str) -> None:
        """Deletes the objects below."""
        with _explained(self._bucket):
            keys = list(self._keys(under))
            for start in range(0, len(keys), _AT_ONCE):
                objects = [{"Key": key} for key in keys[start : start + _AT_ONCE]]
                self._s3.delete_objects(Bucket=self._bucket, Delete={"Objects": objects, "Quiet": True})

    def _keys(self, under: str) -> Iterator[str]:
        pages = self._s3.get_paginator("list_objects_v2")
        for page in pages.paginate(
            Bucket=self._bucket, Prefix=self._key(under).rstrip("/") + "/" if under else self._prefix
        ):
            yield from (item["Key"] for item in page.get("Contents", ()))

    def _key(self, name: str) -> str:
        return f"{self._prefix}{name}"


def open_store(where: str, endpoint: str | None = None, region: str | None = None) -> ShardStore:
    """The store an address names: a folder, or `s3://bucket/prefix`. Raises ConfigError for any other address."""
    parts = urlsplit(where)
    if parts.scheme == "s3" and parts.netloc:
        prefix = parts.path.strip("/")
        return BucketStore(parts.netloc, f"{prefix}/" if prefix else "", endpoint, region)
    if "://" in where:
        raise ConfigError(
            f"[fleet] store = {where!r} is neither a folder nor s3://bucket/prefix.",
            remedy="Name a folder that all machines see, or a bucket.",
            key="fleet.store",
        )
    return FolderStore(Path(where))


def _code(error: Exception) -> str:
    """What an object store calls its error."""
    told: Any = getattr(error, "response", None) or {}
    return str(told.get("Error", {}).get("Code", ""))


@contextmanager
def _explained(where: str) -> Iterator[None]:
    """Tells of a store out of reach as WarehouseError; our own errors pass."""
    try:
        yield
    except (WarehouseError, ConfigError):
        raise
    except Exception as error:
        told = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
        raise WarehouseError(
            f"The fleet's store {where} cannot be used: {told}",
            remedy="Check that it is mounted or reachable, has room, and that this machine may write there; "
            "finished shards are kept, and the next run goes on.",
        ) from error


def drop_quietly(store: ShardStore, under: str) -> None:
    """Forgets what is not needed any more; what cannot be forgotten now is found by the next run."""
    with suppress(WarehouseError):
        store.drop(under)
