"""Takes the pictures of the console in `docs/images/`, over a few nights of the demo world, in a headless Chromium.

python -m docs.pictures [FOLDER of a world that `evergreen demo` left]
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Page

from accounts.clock import FixedClock
from accounts.run import Run
from console.app import create_app
from flows.demo_nights import DemoOptions, run_demo
from tests.console.browser import chromium, served
from warehouse.runs import list_runs
from warehouse.snapshot import open_snapshot

IMAGES = Path(__file__).resolve().parent / "images"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its name, the page, the language, the theme and the size in pixels."""

    name: str
    path: str
    lang: str = "en"
    dark: bool = False
    width: int = 1180
    height: int = 760


def pictures(account: str) -> list[Picture]:
    """All pictures of the documents; `account` is one with much to show."""
    return [
        Picture("overview", "/"),
        Picture("review", "/review"),
        Picture("account", f"/accounts/{account}", height=900),
        Picture("account-zh", f"/accounts/{account}", lang="zh", dark=True, height=900),
    ]


def build_world(folder: Path) -> None:
    """Four nights over eighty invented companies."""
    run_demo(DemoOptions(folder, 80, 4, 11, 2, False), told=lambda _: None)


def take(folder: Path, images: Path) -> list[Path]:
    """Takes all pictures over a world; returns their files."""
    with open_snapshot(folder / ".evergreen") as snapshot:
        account = str(snapshot.value(
            "SELECT s.account_id FROM score s JOIN story t USING (account_id) GROUP BY ALL "
            'ORDER BY count(*) DESC, max(s."value") DESC, s.account_id LIMIT 1'
        ))  # fmt: skip
        run = next(r for r in list_runs(snapshot) if r.kind == "nightly")
    app = create_app(folder / "evergreen.toml", clock=FixedClock(_morning(run)))
    images.mkdir(exist_ok=True)
    made = []
    with served(app) as base, chromium() as browser:
        for picture in pictures(account):
            page = browser.new_page(
                viewport={"width": picture.width, "height": picture.height},
                color_scheme="dark" if picture.dark else "light", locale="zh-CN" if picture.lang == "zh" else "en-GB",
                reduced_motion="reduce",
            )  # fmt: skip
            made.append(_shoot(page, base, picture, images))
            page.close()
    return made


def _morning(run: Run) -> datetime:
    return run.finished_at or run.started_at


def _shoot(page: Page, base: str, picture: Picture, images: Path) -> Path:
    page.goto(base + picture.path, wait_until="networkidle")
    path = images / f"{picture.name}.png"
    page.screenshot(path=path)
    return path


def main(words: list[str], show: Callable[[str], object] = sys.stdout.write) -> None:
    """Takes the pictures over the world in a folder, or over one that is made for it."""
    os.environ["LOGNAME"] = "ann"  # who is shown as signed in
    with tempfile.TemporaryDirectory(prefix="evergreen-pictures-") as temporary:
        folder = Path(words[0]) if words else Path(temporary)
        if not words:
            build_world(folder)
        for path in take(folder, IMAGES):
            show(f"{path.name}: {path.stat().st_size // 1024} KB\n")


if __name__ == "__main__":
    main(sys.argv[1:])
