"""Who may come in, what a form must carry, and that nothing from the web runs or leads astray."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.requests import ClientDisconnect

from accounts.config import load_config
from accounts.errors import ConfigError
from console.access import Person, Role, add_user, read_users, refuse_open_door
from console.app import create_app
from console.guard import Buckets
from console.rendering import safe_path, safe_url
from console.sheets import plain_cell
from tests.console.conftest import BASE
from tests.console.test_deciding import token, waiting
from tests.console.test_pages import PAGES, read
from tests.console.world import CLOCK, build

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"


def settle(folder: Path, lines: str) -> Path:
    config = folder / "evergreen.toml"
    config.write_text(config.read_text("utf-8") + f"\n[console]\n{lines}\n", encoding="utf-8")
    return config


def at(config: Path, address: str = "127.0.0.1") -> TestClient:
    return TestClient(
        create_app(config, clock=CLOCK), base_url=BASE, client=(address, 50000), follow_redirects=False
    )


def test_every_answer_carries_the_headers(reader: TestClient) -> None:
    for path in ("/", "/nowhere", "/api/v1/runs", "/static/app.js", "/embed/x"):
        headers = reader.get(path).headers
        policy = headers["content-security-policy"]
        assert "script-src 'self';" in policy and "unsafe" not in policy and "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy and headers["x-content-type-options"] == "nosniff"


def test_a_form_from_elsewhere_decides_nothing(client: TestClient) -> None:
    item = waiting(client)[0]
    good = token(client)
    post = {"action": "accept"}
    assert client.post(f"/review/{item}", data=post).status_code == 403
    assert client.post(f"/review/{item}", data={**post, "csrf": "0" * 64}).status_code == 403
    for headers in (
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        assert client.post(f"/review/{item}", data={**post, "csrf": good}, headers=headers).status_code == 403
    client.cookies.clear()
    assert client.post(f"/review/{item}", data={**post, "csrf": good}).status_code == 403
    assert len(waiting(client)) == 12


def test_reading_changes_nothing(client: TestClient) -> None:
    item = waiting(client)[0]
    for path in (f"/review/{item}?action=accept", "/rules?confidence=0", "/preferences?lang=zh"):
        client.get(path)
    assert len(waiting(client)) == 12


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "", "127.0.0.1.nip.io", "localhost:evil.example"]
)
def test_a_foreign_host_name_is_refused(reader: TestClient, host: str) -> None:
    assert reader.get("/", headers={"host": host}).status_code == 400
    assert reader.get("/", headers={"host": "127.0.0.1:9999"}).status_code == 200
    assert reader.get("/", headers={"host": "[::1]:80"}).status_code == 200


def test_off_this_machine_nobody_comes_in_unasked(folder: Path) -> None:
    config = folder / "evergreen.toml"
    with pytest.raises(ConfigError, match="anybody there could use it"):
        refuse_open_door(load_config(config), "0.0.0.0")
    refuse_open_door(load_config(config), "127.0.0.1")
    assert at(config, "203.0.113.9").get("/").headers["location"].startswith("/sign-in")
    assert at(config, "203.0.113.9").get("/api/v1/runs").status_code == 401


def test_tokens_open_sessions_with_their_role(folder: Path) -> None:
    users = folder / "users"
    config = settle(folder, 'users_file = "users"')
    words = {role: add_user(users, role.name.lower(), role) for role in Role}
    assert stat.S_IMODE(users.stat().st_mode) == 0o600
    assert all(word not in users.read_text("utf-8") for word in words.values())
    client = at(config)
    assert client.get("/").status_code == 303
    assert client.get("/", headers={"authorization": "Bearer wrong"}).status_code == 303
    assert (
        client.get("/api/v1/runs", headers={"authorization": f"Bearer {words[Role.READER]}"}).status_code
        == 200
    )
    form = {"csrf": token(client, "/sign-in"), "token": words[Role.STEWARD], "back": "//evil.example"}
    entered = client.post("/sign-in", data=form)
    assert entered.headers["location"] == "/" and "HttpOnly" in entered.headers["set-cookie"]
    assert client.get("/review").status_code == 200
    item = waiting(client)[0]
    assert client.post(f"/review/{item}", data={"csrf": token(client), "action": "keep"}).status_code == 303
    assert client.post("/jobs", data={"csrf": token(client), "kind": "night"}).status_code == 403, (
        "an admin's work"
    )
    add_user(users, "steward", Role.STEWARD)
    assert client.get("/").status_code == 303, "a new token ends the sessions of the former one"


def test_readers_only_read(folder: Path) -> None:
    config = settle(folder, 'users_file = "users"')
    word = add_user(folder / "users", "rae", Role.READER)
    client = at(config)
    client.headers["authorization"] = f"Bearer {word}"
    assert "Only stewards can answer" in client.get("/review").text
    csrf = client.app.state.site.access.csrf(client.cookies["evergreen_seat"], Person("rae", Role.READER))  # type: ignore[attr-defined]
    for path in (
        f"/review/{waiting(client)[0]}",
        "/rules",
        "/accounts/A00/lock",
        "/jobs",
        "/decisions/withdraw",
    ):
        assert client.post(path, data={"csrf": csrf}).status_code == 403


def test_a_users_file_that_others_may_read_is_refused(folder: Path) -> None:
    config = settle(folder, 'users_file = "users"')
    add_user(folder / "users", "ann", Role.ADMIN)
    (folder / "users").chmod(0o644)
    with pytest.raises(ConfigError, match="may be read by others"):
        create_app(config)
    (folder / "users").chmod(0o600)
    assert read_users(folder / "users")["ann"].role is Role.ADMIN


def test_a_proxys_word_counts_from_its_own_address_alone(folder: Path) -> None:
    config = settle(
        folder, 'user_header = "X-User"\ntrusted_proxies = ["10.0.0.0/8"]\nroles = { ann = "steward" }'
    )
    assert at(config, "10.1.2.3").get("/", headers={"x-user": "ann"}).status_code == 200
    assert "ann · steward" in at(config, "10.1.2.3").get("/", headers={"x-user": "ann"}).text
    assert "bob · reader" in at(config, "10.1.2.3").get("/", headers={"x-user": "bob"}).text
    assert at(config, "10.1.2.3").get("/").status_code == 303
    assert at(config, "192.0.2.1").get("/", headers={"x-user": "ann"}).status_code == 303
    assert at(config).get("/", headers={"x-user": "ann"}).status_code == 303


def test_floods_are_slowed(folder: Path) -> None:
    client = at(settle(folder, "requests_per_minute = 10"))
    codes = [client.get("/static/app.css").status_code for _ in range(12)]
    assert codes.count(429) == 2
    now = [0.0]
    buckets = Buckets(60, clock=lambda: now[0])
    assert sum(buckets.take("a") for _ in range(70)) == 60 and buckets.take("b")
    now[0] = 2.0
    assert [buckets.take("a") for _ in range(3)] == [True, True, False]


def test_a_link_for_a_frame_opens_one_account_until_it_expires(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = settle(folder, 'frame_ancestors = ["https://crm.example"]\nembed_hours = 1')
    client = at(config)
    path = re.search(r"/embed/[\w.\-]+", client.get("/accounts/A00/embed").text)
    assert path is not None
    stranger = at(config, "203.0.113.9")
    page = stranger.get(path[0])
    assert page.status_code == 200 and "Alder &amp; Vale" in page.text and "A02" not in page.text
    assert "frame-ancestors https://crm.example" in page.headers["content-security-policy"]
    assert "x-frame-options" not in page.headers
    assert "<form" not in page.text
    assert stranger.get(path[0][:-2] + "xx").status_code == 404
    import time

    later = time.time() + 3700
    monkeypatch.setattr(time, "time", lambda: later)
    gone = stranger.get(path[0])
    assert gone.status_code == 410 and "expired" in gone.text and "Alder" not in gone.text


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """A world in which every text that came from outside carries a script, and every address is one."""
    folder = tmp_path_factory.mktemp("hostile")
    spoil = lambda text: f"javascript:alert(1)//{HOSTILE}{text}"  # noqa: E731
    return TestClient(create_app(build(folder, spoil), clock=CLOCK), base_url=BASE)


def test_a_hostile_world_renders_inert(hostile: TestClient) -> None:
    told = hostile.get("/api/v1/accounts?limit=3").json()["items"][0]["account_id"]
    paths = [
        *PAGES,
        f"/review/{waiting(hostile)[0]}",
        f"/accounts/{told}",
        "/accounts?q=%3Cscript%3E",
        "/decisions?by=%3Cscript%3E",
    ]
    link = re.search(r"/embed/[\w.\-]+", hostile.get(f"/accounts/{told}/embed").text)
    assert link is not None
    for path in [*paths, link[0]]:
        html = hostile.get(path).text
        assert "<script>" not in html and "<img" not in html and "{49}" not in html and ">49<" not in html, (
            path
        )
        seen = read(html)
        assert not seen.inline, path
        assert not [t for t in seen.targets if t.lower().lstrip().startswith(("javascript:", "data:"))], path


def test_hostile_cells_run_in_no_spreadsheet(hostile: TestClient) -> None:
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", " =1"):
        assert str(plain_cell(text)).startswith("'")
    assert plain_cell(-3) == -3 and plain_cell("3-4") == "3-4" and plain_cell(None) is None
    assert hostile.get("/export/stale.csv").status_code == 200


def test_only_plain_addresses_become_links() -> None:
    assert safe_url("https://a.example/x") == "https://a.example/x"
    for bad in (
        "javascript:alert(1)",
        " JaVaScript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "http//x",
        None,
        "https://[",
        "\x01javascript:1",
    ):
        assert safe_url(bad) == ""
    for bad in ("//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nX: y", ""):
        assert safe_path(bad) == "/"
    assert safe_path("/review?x=1") == "/review?x=1"


def test_endless_bodies_are_cut_off_and_cookies_are_strict(client: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 65_536

    assert client.post("/review/undo", content=b"x" * 1_000_001).status_code == 413
    with pytest.raises(ClientDisconnect):
        client.post(
            "/review/undo", content=endless(), headers={"content-type": "application/x-www-form-urlencoded"}
        )
    cookie = client.get("/", headers={"x-forwarded-proto": "https", "cookie": ""}).headers["set-cookie"]
    assert "HttpOnly" in cookie and "Secure" in cookie and "SameSite=Lax" in cookie
