from __future__ import annotations

import hashlib
import logging

import pytest

from accounts.errors import SourceUnavailable
from enrichers.web.secret import redacted, with_secrets, without_secrets
from tests.enrichers.web.server import page, redirect, serve
from tests.enrichers.web.world import MemoryStore, client

KEY = "K3Y-0f-the-user"


def test_a_secret_travels_and_is_not_kept():
    store = MemoryStore()
    with serve({f"/x?q=1&apikey={KEY}": page(f'{{"note": "your key {KEY} is spent"}}')}) as site:
        response = client(store=store).get(site.url("/x?q=1"), secrets={"apikey": KEY})
        asked = site.asked[0]
    assert KEY in str(asked)
    assert response.ok
    kept = list(store.kept.values())
    for told in (repr(response), repr(kept), response.body.decode()):
        assert KEY not in told
    assert response.body_sha256 == hashlib.sha256(response.body).hexdigest()


def test_a_secret_does_not_follow_to_another_host_nor_into_a_kept_address():
    with (
        serve({"/b?z=1": page("b")}) as other,
        serve({f"/a?apikey={KEY}": redirect(other.url(f"/b?apikey={KEY}&z=1"))}) as site,
    ):
        response = client().get(site.url("/a"), secrets={"apikey": KEY})
        assert all(KEY not in str(asked) for asked in other.asked)
    assert KEY not in repr(response)
    assert (response.final_url, response.body) == (other.url("/b?z=1"), b"b")


def test_a_secret_shows_in_no_error_and_no_log(caplog):
    caplog.set_level(logging.INFO)
    with pytest.raises(SourceUnavailable) as caught:
        client().get("http://127.0.0.1:9/x", secrets={"apikey": KEY})
    error: BaseException | None = caught.value
    while error is not None:
        assert KEY not in repr(error)
        error = error.__cause__
    assert KEY not in caplog.text


def test_a_question_is_posted_kept_under_its_hash_and_never_redirected():
    store = MemoryStore()
    with serve({"/jobs": page('{"total": 0}'), "/moved": redirect("/jobs")}) as site:
        web = client(store=store)
        first = web.post(site.url("/jobs"), b'{"offset": 0}', headers={"Content-Type": "application/json"})
        web.post(site.url("/jobs"), b'{"offset": 20}')
        assert first.body == b'{"total": 0}'
        assert len([url for url in store.kept if "/jobs#post=" in url]) == 2
        assert web.post(site.url("/moved"), b"{}").status in (301, 302)


def test_the_pieces():
    assert with_secrets("https://a.test/x", {}) == "https://a.test/x"
    assert without_secrets("https://a.test/x?b=", {"a": "1"}) == "https://a.test/x?b="
    assert redacted(b"key abcdefgh", {"k": "abcdefgh"}) == b"key ***"
    assert redacted(b"a cat", {"k": "a"}) == b"a cat"  # too short to be looked for
