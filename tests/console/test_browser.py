"""The console in a real Chromium: by keyboard, without JavaScript, on a phone, for those who cannot see it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from console.app import create_app
from tests.console.browser import Watch, chromium, served
from tests.console.test_pages import PAGES
from tests.console.test_safety import HOSTILE
from tests.console.world import CLOCK, build
from tests.flows.night import Night
from warehouse.decisions import DecisionStore

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
LOOKED_AT = (
    "/", "/review", "/accounts/A00", "/stale", "/runs/20261121T020000-0001", "/sources", "/stale/backfill?limit=5",
    "/runs/20261121T020000-0001/undo", "/rules?confidence=0.5", "/duplicates", "/decisions", "/jobs",
)  # fmt: skip
pytestmark = pytest.mark.xdist_group("chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def base(folder: Path) -> Iterator[str]:
    """The small world, served."""
    with served(create_app(folder / "evergreen.toml", clock=CLOCK)) as address:
        yield address


@pytest.fixture(scope="module")
def shown(published: Path) -> Iterator[str]:
    """The small world, served to be looked at only."""
    with served(create_app(published / "evergreen.toml", clock=CLOCK)) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=DESK, locale="en-GB")
    yield context.new_page()
    context.close()


def test_ten_questions_are_reviewed_by_keyboard(page: Page, base: str, folder: Path) -> None:
    page.goto(f"{base}/review")
    watch = Watch(page, base)
    for left, key in zip(range(11, 1, -1), "aarrkkllaa", strict=True):
        page.keyboard.press(key)
        expect(page.locator("#question")).to_contain_text(f"of {left}")
        expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)
    store = DecisionStore(folder / ".evergreen")
    assert [d.action.value for d in store.all()] == ["accept"] * 2 + ["reject"] * 2 + ["keep"] * 2 + [
        "lock"
    ] * 2 + ["accept"] * 2
    page.keyboard.press("z")
    expect(page.locator("#question")).to_contain_text("of 3")
    assert len(store.all()) == 9
    page.locator("input[name=note]").focus()
    page.keyboard.type("all clear")
    assert len(store.all()) == 9, "keys in a field are text"
    assert not watch.faults


def test_review_works_without_javascript(browser: Browser, base: str, folder: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base}/review")
    page.get_by_role("button", name="Keep theirs").click()
    expect(page.locator("#question")).to_contain_text("of 11")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("#question")).to_contain_text("共 11 个")
    assert len(DecisionStore(folder / ".evergreen").all()) == 1
    context.close()


def test_a_field_is_locked(page: Page, base: str) -> None:
    page.goto(f"{base}/accounts/A00")
    row = page.locator("#field-phone")
    row.locator("summary").click()
    row.get_by_role("button", name="Lock").click()
    expect(page.locator("#field-phone .chip.lock")).to_have_text("locked")


def test_an_account_is_read_in_chinese(page: Page, base: str) -> None:
    page.goto(f"{base}/accounts/A00")
    page.get_by_role("link", name="中文").click()
    expect(page.get_by_role("heading", name="黄金记录")).to_be_visible()
    expect(page.get_by_text("一家钢铁公司")).to_be_visible()
    expect(page.locator(".timeline li").first).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


def test_an_embed_link_opens_in_a_frame_and_an_expired_one_does_not(
    browser: Browser, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(folder / "evergreen.toml", clock=CLOCK)
    context = browser.new_context()
    page = context.new_page()
    with served(app) as base:
        page.goto(f"{base}/accounts/A00/embed")
        link = page.locator("#embed-link").inner_text()
        page.goto(link)
        expect(page.get_by_role("heading", name="Alder & Vale Ltd")).to_be_visible()
        with monkeypatch.context() as clock:
            long_ago = time.time() - 13 * 3600
            clock.setattr(time, "time", lambda: long_ago)
            old = app.state.site.embeds.link("A00")
        answer = page.goto(base + old)
        assert answer is not None and answer.status == 410
        expect(page.get_by_role("heading")).to_have_text("This link has expired.")
    context.close()


def test_a_hostile_world_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    app = create_app(build(tmp_path, lambda text: f"javascript:alert(1)//{HOSTILE}{text}"), clock=CLOCK)
    context = browser.new_context(viewport=DESK)
    page = context.new_page()
    with served(app) as base:
        watch = Watch(page, base)
        for path in (*PAGES[::2], "/review", "/accounts/A02"):
            page.goto(base + path, wait_until="load")
            assert page.locator("main img").count() == 0
        page.goto(f"{base}/accounts/A00")
        expect(page.locator(".timeline li").first).to_be_visible()
        assert not watch.faults
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_are_accessible_and_fit(browser: Browser, shown: str, theme: str) -> None:
    context = browser.new_context(
        viewport=PHONE if theme == "dark" else DESK, color_scheme=theme, locale="en-GB"
    )  # type: ignore[arg-type]
    page = context.new_page()
    watch = Watch(page, shown)
    faults = {}
    for path in LOOKED_AT if theme == "light" else LOOKED_AT[:6]:
        page.goto(shown + path)
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        found = Axe().run(page).response["violations"]
        grave = [
            (v["id"], v["nodes"][0]["html"][:160]) for v in found if v["impact"] in ("serious", "critical")
        ]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if grave or wide > 0:
            faults[path] = (grave, wide)
    assert not faults
    assert not watch.faults
    context.close()


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """A real night, written."""
    night = Night(tmp_path_factory.mktemp("night"))
    night.nightly("--apply")
    return night


def test_a_backfill_is_started_and_a_run_undone(browser: Browser, night: Night) -> None:
    world = ("--replay", str(night.web), "--as-of", "2028-11-22")
    context = browser.new_context(viewport=DESK, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    with served(create_app(night.config, world=world)) as base:
        page.goto(f"{base}/stale")
        page.get_by_role("link", name="Backfill the first").click()
        page.locator("input[name=limit][type=number]").fill("2")
        page.get_by_role("button", name="Update the preview").click()
        page.get_by_role("button", name="Start the backfill").click()
        expect(page.locator("#job .chip.done")).to_be_visible()
        page.get_by_role("link", name="See the run").click()
        expect(page.locator("h1")).to_contain_text("dry run")

        assert night.file.read_bytes() != night.before
        page.goto(f"{base}/runs")
        page.locator("tr", has_text="done").get_by_role("link").first.click()
        page.get_by_role("link", name="Undo…").click()
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#job .chip.done")).to_be_visible()
        assert night.file.read_bytes() == night.before
    context.close()
