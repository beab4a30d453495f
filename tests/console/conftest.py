"""The published world once per session, and a console over a copy of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from console.app import create_app
from tests.console.world import CLOCK, build

BASE = "http://localhost"


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the world; not to be written to."""
    folder = tmp_path_factory.mktemp("world")
    build(folder)
    return folder


@pytest.fixture
def folder(published: Path, tmp_path: Path) -> Path:
    """A copy of one's own."""
    return Path(shutil.copytree(published, tmp_path / "world"))


@pytest.fixture(scope="session")
def reader(published: Path) -> TestClient:
    """A console to look at; nothing may be decided in it."""
    return TestClient(create_app(published / "evergreen.toml", clock=CLOCK), base_url=BASE)


@pytest.fixture
def client(folder: Path) -> TestClient:
    """A console to work in, as this machine's own user."""
    return TestClient(create_app(folder / "evergreen.toml", clock=CLOCK), base_url=BASE)
