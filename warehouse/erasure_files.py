"""Erasure beside the database: stored pages, stewards' decisions, snapshots, copies of the CRM, earlier restores."""

from __future__ import annotations

import gzip
import html
import re
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from accounts.errors import WarehouseError
from accounts.values.web import registrable_domain
from warehouse.erasure import Target
from warehouse.erasures import ACCOUNT
from warehouse.snapshot import publish
from warehouse.standing import MERGE
from warehouse.store import Warehouse, sql

_TAGS = re.compile(r"(?:<[^<>]{0,2000}>\s*)+")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
#: What pages in other scripts are written in; a lying page is tried in each.
_ENCODINGS = ("gb18030", "big5", "shift_jis", "euc_kr", "cp1252")
_LARGEST = 1 << 27


@dataclass(frozen=True, slots=True)
class Pages:
    """Stored responses to forget: rows of the index by id, and bodies by hash."""

    rows: tuple[int, ...] = ()
    bodies: tuple[str, ...] = ()


def find_pages(warehouse: Warehouse, target: Target) -> Pages:
    """The stored responses about a target: of a person those that tell the name, in their address, headers or body;
    of an account those from its own hosts or read for it, unless another account rests on them too."""
    folder = warehouse.folder / "responses"
    stored = _stored(folder)
    if target.kind == ACCOUNT:
        domains, hashes = _own(warehouse, target.text)
        rows = [r for r in stored if registrable_domain(r[1]) in domains or r[3] in hashes]
        kept = {r[3] for r in stored if r not in set(rows)}
        return Pages(tuple(r[0] for r in rows), tuple(sorted({r[3] for r in rows} - kept)))
    bodies = {
        path.stem for path in sorted((folder / "bodies").rglob("*.gz")) if _told_in(read_packed(path), target)
    }
    rows = [r for r in stored if r[3] in bodies or target.spelling.found_in(unquote(f"{r[1]} {r[2]} {r[4]}"))]
    return Pages(tuple(r[0] for r in rows), tuple(sorted(bodies)))


def erase_pages(folder: Path, pages: Pages) -> None:
    """Drops stored responses from the index and from the disk, and what the index still held of them."""
    for sha256 in pages.bodies:
        (folder / "bodies" / sha256[:2] / sha256[2:4] / f"{sha256}.gz").unlink(missing_ok=True)
    (folder / "index.damaged").unlink(missing_ok=True)
    index = folder / "index.sqlite"
    if not index.exists():
        return
    try:
        with closing(sqlite3.connect(index, timeout=30, isolation_level=None)) as db:
            db.execute("PRAGMA secure_delete = ON")
            db.executemany("DELETE FROM response WHERE id = ?", [(row,) for row in pages.rows])
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise _in_the_way(index, error) from error
        remove([index, Path(f"{index}-wal"), Path(f"{index}-shm")])


def erase_decisions(home: Path, target: Target, *, dry: bool = False) -> int:
    """Drops the decisions about an account, or those that tell a name; returns how many."""
    path = home / "decisions.sqlite"
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as db:
            rows = db.execute("SELECT rowid, account_id, * FROM decision").fetchall()
            gone = [
                (r[0],)
                for r in rows
                if target.owns(r[1], " ".join(str(v) for v in r[2:]))
                or (r[7] == MERGE and target.owns(r[8], ""))
            ]
            if gone and not dry:
                db.execute("PRAGMA secure_delete = ON")
                db.executemany("DELETE FROM decision WHERE rowid = ?", gone)
                db.execute("VACUUM")
    except sqlite3.DatabaseError as error:
        raise _in_the_way(path, error) from error
    return len(gone)


def _in_the_way(path: Path, error: Exception) -> WarehouseError:
    return WarehouseError(
        f"{path} cannot be read or written: {error}.",
        remedy="Another process may hold it; move it away if it is damaged, and forget again.",
        path=path,
    )


def copies_of_crm(home: Path, target: Target) -> list[Path]:
    """Copies of the CRM's file that hold the target: all of them for an account, which each of them may have."""
    files = [p for p in sorted((home / "backups").rglob("*")) if p.is_file()]
    if target.kind == ACCOUNT:
        return files
    return [path for path in files if any(_told_in(part, target) for part in _parts(path))]


def leftovers(home: Path) -> list[Path]:
    """What dead processes and earlier restores left in the folder; whole copies that cannot be mended one by one."""
    found = [
        *home.glob("before-*"),
        *home.glob(".restore.part"),
        *home.glob("requests/*"),
        *home.glob("responses/drafts/*"),
    ]
    found += [*home.glob("tmp/*.ndjson"), *home.glob("tmp/tmp*"), *home.glob("*.compact.part")]
    return sorted(found)


def remove(paths: Iterable[Path]) -> None:
    """Removes files and folders; those that are gone already are no trouble."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def publish_anew(warehouse: Warehouse, run_id: str) -> None:
    """Publishes a snapshot and removes every other one, half-written ones too."""
    final = publish(warehouse, run_id, keep=1_000_000)
    for path in final.parent.iterdir():
        if path.is_dir() and path != final:
            shutil.rmtree(path)


def told_in_file(path: Path, target: Target) -> bool:
    """True where a text file tells the name of the target, however it is encoded."""
    return _told_in(path.read_bytes(), target)


def read_packed(path: Path) -> bytes:
    """A stored body as far as it can be unpacked; a damaged one tells nothing and is removed by its next reader."""
    try:
        with gzip.open(path) as file:
            return file.read(_LARGEST)
    except (OSError, EOFError, zlib.error):
        return b""


def _stored(folder: Path) -> list[tuple[int, str, str, str, str]]:
    """Rows of the index: id, url, final url, hash, headers. A damaged index is dropped whole when pages are erased."""
    if not (folder / "index.sqlite").exists():
        return []
    try:
        with closing(sqlite3.connect(folder / "index.sqlite", timeout=30)) as db:
            return db.execute("SELECT id, url, final_url, body_sha256, headers FROM response").fetchall()
    except sqlite3.DatabaseError:
        return []


def _own(warehouse: Warehouse, account_id: str) -> tuple[set[str], set[str]]:
    """The domains that are an account's alone, and the hashes of bodies that were read for it alone."""
    rows = warehouse.rows(sql("pages_of_account"), {"account": account_id})
    domains = {registrable_domain(r["url"] or "") for r in rows if r["url"]} - {None}
    shared = warehouse.rows(
        sql("pages_shared"), {"account": account_id, "domains": sorted(map(str, domains))}
    )
    hashes = {r["body_sha256"] for r in rows if r["body_sha256"]}
    return (
        {str(d) for d in domains} - {r["domain"] for r in shared},
        hashes - {r["body_sha256"] for r in shared},
    )


def _told_in(data: bytes, target: Target) -> bool:
    plain = target.spelling.regex.pattern.isascii()
    return any(target.spelling.found_in(text) for text in _texts(data, plain))


def _texts(data: bytes, plain: bool) -> Iterator[str]:
    """All the texts bytes may be: encodings tried in turn, with tags dropped, entities and escapes resolved.

    A `plain` name, of ASCII letters, reads the same in every encoding but UTF-16.
    """
    for encoding in _encodings(data, plain):
        text = data.decode(encoding, "ignore")
        yield text
        if "<" in text or "&" in text:
            yield html.unescape(_TAGS.sub(" ", text))
        if "\\u" in text:
            yield _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text)
        if "%" in text:
            yield unquote(text)


def _encodings(data: bytes, plain: bool) -> Iterator[str]:
    yield "utf-8"
    if b"\0" in data[:4096]:
        yield from ("utf-16-le", "utf-16-be")
    if not plain and not data.isascii():
        yield from _ENCODINGS


def _parts(path: Path) -> Iterator[bytes]:
    """The bytes of a table file; of a workbook, each of its parts."""
    if path.suffix.lower() != ".xlsx":
        yield path.read_bytes()
        return
    try:
        with zipfile.ZipFile(path) as book:
            for info in book.infolist():
                if info.file_size < _LARGEST:
                    yield book.read(info)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError):
        yield path.read_bytes()
