"""The Prefect wrappers, against Prefect's own server on loopback."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

SAMPLE = Path(__file__).resolve().parents[2] / "demo" / "sample"

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("prefect")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(tmp_path_factory.mktemp("prefect")))
        from flows.prefect_settings import settle_prefect

        settle_prefect()
        from prefect.testing.utilities import prefect_test_harness

        with prefect_test_harness(server_startup_timeout=180):
            yield


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copyfile(SAMPLE / "accounts.csv", tmp_path / "accounts.csv")
    (tmp_path / "evergreen.toml").write_text(
        '[crm]\nkind = "file"\npath = "accounts.csv"\n', encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_nightly_apply_and_undo_run_as_flows(server: None, night: Path) -> None:
    from prefect.client.orchestration import get_client

    from flows.prefect_apply import apply
    from flows.prefect_nightly import nightly
    from flows.prefect_undo import undo_run

    before = (night / "accounts.csv").read_bytes()
    told = nightly(config="evergreen.toml", replay=str(SAMPLE / "web.jsonl"), as_of="2026-11-22")
    assert told["status"] == "dry"
    assert (night / "accounts.csv").read_bytes() == before
    apply("last")
    assert (night / "accounts.csv").read_bytes() != before
    assert undo_run("last")["applied"] is False
    assert undo_run("last", apply=True)["counts"]["restored"] > 0
    assert (night / "accounts.csv").read_bytes() == before
    with get_client(sync_client=True) as client:
        keys = {a.key for a in client.read_artifacts()}
        tasks = client.read_task_runs()
    assert {"evergreen-report", "evergreen-changes"} <= keys
    assert any(t.name.startswith("enrich-shard") and t.state_name == "Completed" for t in tasks)


def test_an_error_comes_out_of_a_flow_as_it_went_in(server: None, night: Path) -> None:
    from accounts.errors import ConfigError
    from flows.night import NightOptions
    from flows.prefect_nightly import run_with_prefect

    with pytest.raises(ConfigError, match=r"There is no nowhere\.toml"):
        run_with_prefect(Path("nowhere.toml"), NightOptions())


def test_deployments_name_flows_that_exist() -> None:
    import importlib

    plan = yaml.safe_load((SAMPLE.parents[1] / "prefect.yaml").read_text(encoding="utf-8"))
    for deployment in plan["deployments"]:
        module, name = deployment["entrypoint"].rsplit(".", 1)
        flow = getattr(importlib.import_module(module), name)
        assert set(deployment["parameters"]) <= set(flow.parameters.properties), json.dumps(deployment)


def test_a_backfill_is_a_form(server: None, night: Path) -> None:
    from flows.prefect_backfill import backfill
    from flows.refreshing import BackfillForm

    form = BackfillForm(where="id = 'D01'", fields=["phone"], apply=True, force=True)
    told = backfill(form, replay=str(SAMPLE / "web.jsonl"), as_of="2026-11-22")
    assert (told["kind"], told["counts"]["filled"]) == ("backfill", 1)
    described = backfill.parameters.model_dump_json()
    assert "An SQL condition" in described
    assert "without it nothing is written" in described
