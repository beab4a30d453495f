from __future__ import annotations

import errno
import gzip
import hashlib
import multiprocessing
import os
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.errors import WarehouseError
from accounts.protocols import StoredHead, StoredResponse
from warehouse.response_index import BATCH
from warehouse.responses import FileResponseStore

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


def response(
    url: str = "http://a.test/", body: bytes = b"hello", at: datetime = NOW, **headers: str
) -> StoredResponse:
    return StoredResponse(url, url, 200, headers, body, hashlib.sha256(body).hexdigest(), at)


@pytest.fixture
def store(tmp_path: Path):
    made = FileResponseStore(tmp_path / "responses")
    yield made
    made.close()


def bodies(store: FileResponseStore) -> list[Path]:
    return sorted(p for p in (store.folder / "bodies").rglob("*") if p.is_file())


def rows(store: FileResponseStore) -> int:
    with sqlite3.connect(store.folder / "index.sqlite") as db:
        return db.execute("SELECT count(*) FROM response").fetchone()[0]


def test_what_was_put_is_got(store):
    kept = response(body="你好".encode(), etag='"1"')
    store.put(kept)
    assert store.get("http://a.test/") == kept
    assert store.get("http://a.test") is None
    assert store.read(store.head("http://a.test/")) == kept.body


def test_it_outlives_the_process(store):
    store.put(response())
    store.close()
    assert FileResponseStore(store.folder).get("http://a.test/") == response()


def test_the_newest_wins_and_the_old_body_stays(store):
    store.put(response(body=b"old"))
    store.put(response(body=b"new", at=NOW + timedelta(days=1)))
    assert store.get("http://a.test/").body == b"new"
    assert (
        store.read(replace(store.head("http://a.test/"), body_sha256=hashlib.sha256(b"old").hexdigest()))
        == b"old"
    )


def test_equal_bodies_are_stored_once_and_compressed(store):
    body = b"x" * 100_000
    for i in range(5):
        store.put(response(f"http://a.test/{i}", body))
    [path] = bodies(store)
    assert path.parent.name == path.name[2:4]
    assert path.stat().st_size < 1000


def test_the_same_answer_again_adds_no_row(store):
    for day in range(3):
        store.put(response(at=NOW + timedelta(days=day)))
    store.flush()
    with sqlite3.connect(store.folder / "index.sqlite") as db:
        assert db.execute("SELECT count(*), max(confirmed_at) FROM response").fetchone() == (
            1, "2026-11-24T03:00:00+00:00",
        )  # fmt: skip


def test_changes_are_committed_together(store):
    for i in range(BATCH - 1):
        store.put(response(f"http://a.test/{i}"))
    store.touch("http://a.test/0", NOW + timedelta(days=1))
    assert rows(store) == BATCH - 1
    store.put(response("http://b.test/"))
    assert rows(store) == BATCH - 1
    assert store.get("http://a.test/1") is not None  # nothing waits about that address
    assert rows(store) == BATCH - 1
    assert store.get("http://b.test/") is not None
    assert rows(store) == BATCH


def test_what_is_flushed_is_synced(store):
    store.flush()
    assert store._index.ask(lambda db: db.execute("PRAGMA synchronous").fetchone()) == (2,)


def test_two_answers_of_one_address_at_once_are_both_kept(store):
    def work(n: int) -> None:
        store.put(response("http://a.test/", b"%d" % n))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(40)))
    store.flush()
    assert rows(store) == 40


def test_a_crash_loses_no_more_than_what_was_not_flushed(store):
    crashed = FileResponseStore(store.folder)
    crashed.put(response("http://a.test/"))
    crashed.flush()
    crashed.put(response("http://b.test/"))
    assert store.get("http://a.test/") == response("http://a.test/")
    assert store.get("http://b.test/") is None


def test_a_damaged_index_loses_nothing_of_the_batch_under_way(store):
    (store.folder / "index.sqlite").write_bytes(b"this is no database " * 1000)
    store.put(response("http://a.test/"))
    store.put(response("http://b.test/"))
    store.flush()
    assert rows(store) == 2


_ACTIONS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["x", "y", "touch", "flush"]), st.integers(1, 9)),
    max_size=12,
)


@given(_ACTIONS)
@settings(max_examples=30, deadline=None)
def test_batches_say_what_notes_one_by_one_would(actions):
    said: list[list[str]] = []  # url, body, first and last seen, in the order of keeping
    with TemporaryDirectory() as folder:
        store = FileResponseStore(Path(folder))
        for url, what, day in actions:
            at = NOW + timedelta(days=day)
            newest = next((row for row in reversed(said) if row[0] == url), None)
            if what == "flush":
                store.flush()
            elif what == "touch":
                store.touch(url, at)
            else:
                store.put(response(url, what.encode(), at))
                if newest is None or newest[1] != what:
                    said.append([url, what, at.isoformat(), at.isoformat()])
                    continue
            if newest is not None and what in ("touch", newest[1]):
                newest[3] = max(newest[3], at.isoformat())
        store.head("a")
        store.close()
        with sqlite3.connect(Path(folder) / "index.sqlite") as db:
            kept = db.execute("SELECT url, body_sha256, fetched_at, confirmed_at FROM response ORDER BY id")
            names = {hashlib.sha256(body.encode()).hexdigest(): body for body in "xy"}
            found = [[url, names[sha], *times] for url, sha, *times in kept]
    assert sorted(found) == sorted(said)
    for url in "ab":
        assert [row for row in found if row[0] == url] == [row for row in said if row[0] == url]


def test_secrets_in_headers_are_not_kept(store):
    store.put(response(Authorization="Bearer s3cret", etag="x"))
    assert store.get("http://a.test/").headers == {"etag": "x"}
    assert b"s3cret" not in (store.folder / "index.sqlite").read_bytes()


def test_a_head_tells_all_but_the_body(store):
    kept = response(etag='"1"')
    store.put(kept)
    assert store.head("http://a.test/") == StoredHead(
        kept.url, kept.final_url, 200, {"etag": '"1"'}, kept.body_sha256, 5, NOW
    )
    bodies(store)[0].unlink()
    assert store.head("http://a.test/") is None
    assert store.head("http://b.test/") is None


class TestDamage:
    def test_a_damaged_body_counts_as_absent_and_heals(self, store):
        store.put(response())
        [path] = bodies(store)
        for junk in (b"", b"junk", gzip.compress(b"another"), path.read_bytes()[:-4]):
            path.write_bytes(junk)
            assert store.get("http://a.test/") is None
            assert not path.exists()
            store.put(response())
            assert store.get("http://a.test/") == response()

    def test_a_swollen_body_is_not_unpacked_whole(self, store):
        store.put(response())
        [path] = bodies(store)
        path.write_bytes(gzip.compress(b"\0" * 20_000_000))
        assert store.get("http://a.test/") is None

    def test_a_damaged_index_is_set_aside(self, store):
        store.put(response())
        store.close()
        (store.folder / "index.sqlite").write_bytes(b"this is no database " * 1000)
        assert store.get("http://a.test/") is None
        store.put(response())
        assert store.get("http://a.test/") == response()
        assert (store.folder / "index.damaged").exists()

    def test_an_index_another_process_set_aside_is_used_by_nobody(self, store):
        other = FileResponseStore(store.folder)
        for one in (store, other):
            one.put(response("http://a.test/"))
            one.flush()
        (store.folder / "index.sqlite").write_bytes(b"this is no database " * 1000)
        for n, one in enumerate((store, other, store, other)):
            one.put(response(f"http://{n}.test/"))
            one.flush()
        other.close()
        assert all(store.head(f"http://{n}.test/") for n in range(4))
        assert all(FileResponseStore(store.folder).head(f"http://{n}.test/") for n in range(4))

    def test_an_index_may_be_set_aside_by_all_threads_at_once(self, store):
        store.put(response("http://a.test/"))
        store.close()
        (store.folder / "index.sqlite").write_bytes(b"this is no database " * 1000)

        def work(n: int) -> None:
            store.get(f"http://{n}.test/")
            store.put(response(f"http://{n}.test/"))
            store.flush()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(work, range(24)))
        assert rows(store) == 24

    def test_damaged_headers_count_as_absent(self, store):
        store.put(response())
        store.flush()
        with sqlite3.connect(store.folder / "index.sqlite") as db:
            db.execute("UPDATE response SET headers = '[1'")
        assert store.get("http://a.test/") is None

    def test_a_wrong_hash_is_refused(self, store):
        with pytest.raises(WarehouseError, match="does not have the hash"):
            store.put(StoredResponse("u", "u", 200, {}, b"x", "0" * 64, NOW))
        with pytest.raises(WarehouseError, match="is no SHA-256"):
            store.read(StoredHead("u", "u", 200, {}, "../../etc/passwd", 1, NOW))


class TestFullDisk:
    def test_a_full_disk_is_told_and_leaves_nothing_half_written(self, store, monkeypatch):
        def full(draft: Path, into: Path) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(Path, "replace", full)
        with pytest.raises(WarehouseError, match="no room left") as caught:
            store.put(response())
        assert "keep_bodies_days" in caught.value.remedy
        assert bodies(store) == []
        monkeypatch.undo()
        assert store.get("http://a.test/") is None
        store.put(response())
        assert store.get("http://a.test/") == response()

    def test_a_disk_that_fails_later_is_told_and_nothing_is_said_of_what_it_may_not_hold(
        self, store, monkeypatch
    ):
        def full(handle: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        store.put(response("http://a.test/", b"one"))
        store.put(response("http://b.test/", b"two"))
        with pytest.raises(WarehouseError, match="no room left"):
            store.flush()
        assert store.get("http://c.test/") is None
        assert rows(store) == 0
        synced: list[int] = []
        monkeypatch.setattr(os, "fsync", synced.append)
        store.flush()
        assert (rows(store), len(synced)) == (2, 2)

    def test_a_full_index_is_told(self, store):
        store.put(response())
        store._index.ask(lambda db: db.execute("PRAGMA max_page_count = 8"))
        with pytest.raises(WarehouseError, match="no room left"):
            for i in range(200):
                store.put(response(f"http://a.test/{i}", etag="y" * 2000))
            store.flush()
        store._index.ask(lambda db: db.execute("PRAGMA max_page_count = 100000"), "")
        store.flush()
        assert rows(store) > 1

    def test_a_folder_that_cannot_be_made_is_told(self, tmp_path):
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(WarehouseError, match="cannot be written"):
            FileResponseStore(tmp_path / "file" / "responses")


class TestRetention:
    def test_old_bodies_go_and_their_hashes_stay(self, store):
        store.put(response("http://a.test/", b"old"))
        store.put(response("http://b.test/", b"new", NOW + timedelta(days=10)))
        assert store.prune(NOW + timedelta(days=5)) == 1
        assert store.get("http://a.test/") is None
        assert store.get("http://b.test/").body == b"new"
        with sqlite3.connect(store.folder / "index.sqlite") as db:
            assert db.execute("SELECT count(*) FROM response").fetchone() == (2,)
        assert store.prune(NOW + timedelta(days=5)) == 0

    def test_what_went_is_not_looked_for_again_and_may_come_back_and_go_again(self, store):
        store.put(response(body=b"once"))
        assert store.prune(NOW + timedelta(days=5)) == 1
        index = sqlite3.connect(store.folder / "index.sqlite")
        assert index.execute("SELECT count(*) FROM dropped").fetchone() == (1,)
        assert store.prune(NOW + timedelta(days=5)) == 0
        store.put(response(body=b"once"))
        store.flush()
        assert index.execute("SELECT count(*) FROM dropped").fetchone() == (0,)
        assert store.get(response(body=b"once").url).body == b"once"
        assert store.prune(NOW + timedelta(days=5)) == 1
        index.close()

    def test_a_confirmed_body_stays(self, store):
        store.put(response())
        store.touch("http://a.test/", NOW + timedelta(days=9))
        assert store.prune(NOW + timedelta(days=5)) == 0
        assert store.get("http://a.test/") == response()

    def test_a_body_another_url_still_needs_stays(self, store):
        store.put(response("http://a.test/"))
        store.put(response("http://b.test/", at=NOW + timedelta(days=10)))
        assert store.prune(NOW + timedelta(days=5)) == 0


def test_many_threads_share_a_store(store):
    def work(name: int) -> None:
        for i in range(20):
            store.put(response(f"http://{name}.test/{i}", b"%d" % (i % 5)))
            assert store.get(f"http://{name}.test/{i}") is not None

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(bodies(store)) == 5
    assert all(store.get(f"http://{n}.test/{i}") for n in range(6) for i in range(20))


def _fill(folder: str, name: int) -> None:
    store = FileResponseStore(Path(folder))
    for i in range(15):
        store.put(response(f"http://{name}.test/{i}", b"%d" % i))
    store.close()


def test_several_processes_share_a_folder(store):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_fill, args=(str(store.folder), n)) for n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert all(store.get(f"http://{n}.test/{i}") for n in range(2) for i in range(15))
