from __future__ import annotations

from typing import Any

import pytest

from accounts.clock import FixedClock
from accounts.config import Config
from accounts.errors import ConfigError
from enrichers import base, sources
from enrichers.base import SourceContext
from enrichers.readers import reader, readers
from enrichers.sources import active_sources, find_sources
from tests.enrichers.contract import NOW, SavedWeb


class Keyed:
    """A source that needs a key."""

    name = "keyed"
    provides = frozenset({"phone"})
    needs = frozenset({"name"})
    cost = 0.1
    licence = "paid"
    key_env = "KEYED_KEY"

    def __init__(self, context: SourceContext) -> None:
        self.context = context


@pytest.fixture(autouse=True)
def own_registry(monkeypatch):
    find_sources()
    monkeypatch.setattr(base, "_SOURCES", dict(base._SOURCES))
    monkeypatch.setattr(sources, "_SOURCES", base._SOURCES)


@pytest.fixture
def keyed():
    base.source(Keyed)


def active(environment: dict[str, str] | None = None, **given: dict[str, Any]):
    on, off = active_sources(
        Config(sources=given),
        lambda settings: SourceContext(SavedWeb(), FixedClock(NOW), settings),
        environment or {},
    )
    return {s.name: s for s in on}, dict(off)


def entries(monkeypatch, *found):
    monkeypatch.setattr(sources, "entry_points", lambda group: found if group == "evergreen.sources" else ())


class Entry:
    def __init__(self, name: str, thing: Any) -> None:
        self.name, self.value, self._thing = name, f"outside:{name}", thing

    def load(self) -> Any:
        if isinstance(self._thing, Exception):
            raise self._thing
        return self._thing


def test_sources_in_the_tree_are_found_by_themselves():
    assert "edgar" in active()[0]


def test_one_can_be_switched_off():
    on, off = active(edgar={"enabled": False})
    assert "edgar" not in on
    assert "switched off" in off["edgar"]


def test_settings_reach_the_source_without_those_that_are_ours(keyed):
    on, _ = active({"MY_KEY": " k1 "}, keyed={"enabled": True, "key_env": "MY_KEY", "pages": 3})
    assert dict(on["keyed"].context.settings) == {"pages": 3, "key": "k1"}


def test_one_without_its_key_is_off_and_says_so(keyed):
    on, off = active()
    assert "keyed" not in on
    assert "set KEYED_KEY" in off["keyed"]
    assert "keyed" in active({"KEYED_KEY": "k"})[0]


def test_a_key_can_lie_in_a_file_nobody_else_may_read(keyed, tmp_path):
    path = tmp_path / "key"
    path.write_text("k2\n")
    path.chmod(0o644)
    assert "chmod 600" in active(keyed={"key_file": str(path)})[1]["keyed"]
    path.chmod(0o600)
    assert active(keyed={"key_file": str(path)})[0]["keyed"].context.settings["key"] == "k2"
    assert "cannot be read" in active(keyed={"key_file": str(tmp_path / "none")})[1]["keyed"]


def test_a_source_that_does_not_exist_is_told_with_the_nearest():
    with pytest.raises(ConfigError, match="no source 'edgr'") as caught:
        active(edgr={"enabled": False})
    assert "[sources.edgar]" in caught.value.remedy


def test_a_plug_in_is_found_by_its_entry_point(monkeypatch):
    entries(monkeypatch, Entry("keyed", Keyed))
    assert "keyed" in active({"KEYED_KEY": "k"})[0]


def test_a_plug_in_that_cannot_be_loaded_is_off_and_says_so(monkeypatch):
    entries(monkeypatch, Entry("broken", ImportError("no module named nothing")))
    on, off = active()
    assert "edgar" in on
    assert "no module named nothing" in off["broken"]


def test_two_of_one_name_are_refused(monkeypatch):
    entries(monkeypatch, Entry("edgar", type("Other", (Keyed,), {"name": "edgar"})))
    with pytest.raises(ConfigError, match="two sources are named"):
        active()


def test_two_readers_of_one_name_are_refused():
    known = readers()
    with pytest.raises(ValueError, match="edgar-tickers"):
        reader("edgar-tickers")(lambda body: [])
    assert readers() == known
