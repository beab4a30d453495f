"""`evergreen serve` and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from accounts.errors import ConfigError
from cli.main import evergreen
from console.access import Role, read_users


def serve(config: Path, *words: str) -> str:
    result = CliRunner().invoke(evergreen, ["serve", "--config", str(config), *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def test_a_user_is_given_a_token_that_is_kept_as_a_hash(folder: Path) -> None:
    config = folder / "evergreen.toml"
    with pytest.raises(ConfigError, match="users_file"):
        serve(config, "--add-user", "ann")
    config.write_text(config.read_text("utf-8") + '\n[console]\nusers_file = "users"\n', encoding="utf-8")
    token = serve(config, "--add-user", "ann", "--role", "steward").strip()
    assert len(token) > 30 and token not in (folder / "users").read_text("utf-8")
    assert read_users(folder / "users")["ann"].role is Role.STEWARD
    with pytest.raises(ConfigError, match="no name"):
        serve(config, "--add-user", "two words")


def test_the_console_does_not_open_to_a_network_unasked(folder: Path) -> None:
    config = folder / "evergreen.toml"
    with pytest.raises(ConfigError, match="anybody there could use it"):
        serve(config, "--host", "0.0.0.0")
    config.write_text(config.read_text("utf-8") + '\n[console]\nuser_header = "X-User"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="no proxy is trusted"):
        serve(config, "--host", "0.0.0.0")
