"""The files to deploy a fleet agree with the code: pools, programs, settings."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
POOLS = {"evergreen-write", "evergreen-read"}


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units_start_our_programs_with_little_power(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    told = dict(re.findall(r"^(\w+)=(.*)$", text, re.M))
    program, *words = told["ExecStart"].split()
    assert program in ("/opt/evergreen/.venv/bin/prefect", "/opt/evergreen/.venv/bin/evergreen")
    assert told["User"] == "evergreen"
    assert (told["NoNewPrivileges"], told["ProtectSystem"], told["PrivateTmp"]) == ("yes", "strict", "yes")
    assert "--pool" not in words or words[words.index("--pool") + 1] in POOLS
    assert "[Install]\nWantedBy=multi-user.target" in text


def test_deployments_go_to_the_pools_that_are_made() -> None:
    plan = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    pools = {d["name"]: d["work_pool"]["name"] for d in plan["deployments"]}
    assert set(pools.values()) == POOLS
    assert [name for name, pool in pools.items() if pool == "evergreen-read"] == ["read-shard"]
    assert all("concurrency_limit" in d for d in plan["deployments"] if d["name"] != "read-shard")


def test_the_image_holds_all_packages_that_are_shipped() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    copied = set(re.findall(r"^COPY (\w+) \1$", text, re.M))
    there = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert copied == there


@pytest.mark.prefect
def test_settings_are_ones_that_prefect_knows() -> None:
    from prefect.settings import Settings

    from flows.prefect_settings import QUIET
    from flows.prefect_setup import READ_POOL, WRITE_POOL

    assert {WRITE_POOL, READ_POOL} == POOLS
    known = set(re.findall(r"PREFECT_[A-Z_]+", json.dumps(Settings.model_json_schema())))
    texts = [path.read_text(encoding="utf-8") for path in DEPLOY.rglob("*") if path.is_file()]
    named = {name for text in texts for name in re.findall(r"\b(PREFECT_[A-Z_]+)=", text)}
    assert {*named, *QUIET} - {"DO_NOT_TRACK"} <= known
    assert "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED" in named
