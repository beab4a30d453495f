"""Secrets lie where nobody else looks, and are told to nobody."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from accounts.config import load_config
from accounts.errors import ConfigError
from accounts.secrets import blocks_named, find_secret, hide, read_secret_file

SECRET = "pat-eu1-0f3c-7788"


def secret_file(folder: Path, mode: int = 0o600, content: bytes = SECRET.encode() + b"\n") -> Path:
    path = folder / "key"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_a_file_of_ones_own_is_read_without_its_line_end(tmp_path: Path) -> None:
    assert read_secret_file(secret_file(tmp_path)) == SECRET
    assert read_secret_file(secret_file(tmp_path, 0o400)) == SECRET


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610, 0o777])
def test_a_file_that_group_or_others_may_use_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    with pytest.raises(ConfigError, match="may be read by others") as caught:
        read_secret_file(secret_file(tmp_path, mode))
    assert "chmod 600" in caught.value.remedy


def test_a_link_to_a_readable_file_is_judged_by_the_file(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(secret_file(tmp_path, 0o644))
    with pytest.raises(ConfigError, match="may be read by others"):
        read_secret_file(link)


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe" + SECRET.encode("utf-16-le") + b"\xff"])
def test_an_empty_file_and_one_that_is_no_text_are_refused_and_not_shown(
    tmp_path: Path, content: bytes
) -> None:
    with pytest.raises(ConfigError) as caught:
        read_secret_file(secret_file(tmp_path, content=content))
    told = "".join(traceback.format_exception(caught.value))
    assert SECRET not in told
    assert SECRET not in told.replace("\\x00", "")


def test_a_missing_file_is_told_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_secret_file(tmp_path / "none")


@pytest.mark.parametrize(
    "text",
    [
        f'[crm.options]\napi_key = "{SECRET}"',
        f'[crm.options.auth]\nclient_secret = "{SECRET}"',
        f'[[sources.x.hosts]]\naccess_key = "{SECRET}"',
        f'[sources.x]\nurl = "https://reader:{SECRET}@registry.example/"',
        f'[sources.x]\nheader = "Bearer {SECRET}"',
        f'[crm.options]\nkeyfile = """-----BEGIN RSA PRIVATE KEY-----\n{SECRET}\n-----END RSA PRIVATE KEY-----"""',
        f'[web]\nauthorization = "{SECRET}"',
        f'[warehouse]\nlake = "postgres:dbname=evergreen password={SECRET} host=db"',
        f'[warehouse]\nlake = "postgres:postgresql://evergreen:{SECRET}@db/evergreen"',
    ],
)
def test_a_secret_in_the_configuration_is_refused_by_name_and_by_look_and_not_repeated(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "evergreen.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="looks like a secret") as caught:
        load_config(path)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_a_section_names_where_its_secret_lies(tmp_path: Path) -> None:
    secret_file(tmp_path)
    environment = {"MINE": " m ", "USUAL": "u", "EVERGREEN_BLOCK_CRM_KEY": "b"}
    given = [{"key_file": "key"}, {"key_env": "MINE"}, {"key_block": "crm-key"}, {}]
    found = [find_secret("key", section, tmp_path, environment, "USUAL") for section in given]
    assert found == [SECRET, "m", "b", "u"]
    assert find_secret("key", {"key_env": "NOWHERE"}, tmp_path, environment, "USUAL") is None


def test_blocks_are_found_wherever_they_are_named() -> None:
    raw = {"crm": {"token_block": "a"}, "sources": {"x": {"key_block": "b", "hosts": [{"key_block": "c"}]}}}
    assert list(blocks_named(raw)) == ["a", "b", "c"]


def test_what_is_hidden_is_hidden_whole() -> None:
    assert hide("key=abcdef and abcd", ["abcd", "abcdef", "", "x"]) == "key=[hidden] and [hidden]"
