"""The field catalogue and the configuration that overrides it."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.catalogue import parse_fields, shipped_catalogue
from accounts.change import Policy
from accounts.config import load_config
from accounts.errors import ConfigError, UnknownField


def test_every_field_says_what_the_design_asks_of_it() -> None:
    catalogue = shipped_catalogue()
    assert len(catalogue) >= 20
    for field in catalogue:
        assert field.label_en
        assert any("\u4e00" <= c <= "\u9fff" for c in field.label_zh), field.name
        assert field.hold_days >= 30
        assert field.authority or not field.judged, field.name
        assert not set(field.prefer_kinds) & {*field.never_kinds, *field.wrong_kinds}
    assert catalogue["phone"].ttl_days <= 730
    assert {f.name for f in catalogue if f.sensitive} >= {"country", "industry", "employees"}


def test_column_names_of_the_file_crm_mean_one_field_each() -> None:
    seen: dict[str, str] = {}
    for field in shipped_catalogue():
        for column in field.columns("file"):
            assert seen.setdefault(column.casefold(), field.name) == field.name, column


def test_authority_falls_with_rank() -> None:
    industry = shipped_catalogue()["industry"]
    assert industry.authority_of("edgar") > industry.authority_of("site") > industry.authority_of("nobody")


def test_an_override_replaces_one_setting_and_leaves_the_shipped_catalogue_alone() -> None:
    mine = shipped_catalogue().overridden({"phone": {"policy": Policy.FILL_BLANK}})
    assert mine["phone"].policy is Policy.FILL_BLANK
    assert mine["phone"].ttl_days == shipped_catalogue()["phone"].ttl_days
    assert shipped_catalogue()["phone"].policy is Policy.REPLACE_STALE


def test_an_unknown_field_names_the_nearest() -> None:
    with pytest.raises(UnknownField, match="employees"):
        shipped_catalogue()["employes"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("- {name: x, type: text, label: {en: X, zh: 某}, ttl_days: 0}", "ttl_days"),
        ("- {name: x, type: text, label: {en: X, zh: 某}, ttl_days: 9, hold_days: 3}", "hold_days"),
        ("- {name: x, type: colour, label: {en: X, zh: 某}, ttl_days: 9}", "colour"),
        ("- {name: x, type: text, label: {en: X, zh: 某}, ttl_days: 9, tll: 3}", "tll"),
    ],
)
def test_a_wrong_entry_names_itself(entry: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        list(parse_fields("test", entry, "test.yml"))


def toml(folder: Path, text: str) -> Path:
    path = folder / "evergreen.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_paths_are_relative_to_the_configuration(tmp_path: Path) -> None:
    config = load_config(toml(tmp_path, '[crm]\npath = "a.csv"\n[warehouse]\npath = "here"\n'))
    assert config.home == tmp_path / "here"
    assert config.resolve(Path("a.csv")) == tmp_path / "a.csv"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[run]\nbreaker = 7\n", r"run\.breaker"),
        ("[crm\n", "not valid TOML"),
        ("[fields.phone]\nhold_days = 3\n", r"fields\.phone\.hold_days"),
        ("[fields.phone]\npolicy = 'sometimes'\n", r"fields\.phone\.policy"),
        ("[wharehouse]\n", "warehouse"),
        ("[crm]\npassword = 'x'\n", r"crm\.password"),
    ],
)
def test_faults_are_named_with_their_key(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_config(toml(tmp_path, text))


def test_naming_where_a_secret_lies_is_fine(tmp_path: Path) -> None:
    config = load_config(toml(tmp_path, '[sources.edgar]\napi_key_env = "KEY"\n'))
    assert config.sources["edgar"]["api_key_env"] == "KEY"
