"""The verbs `simulate` and `setup-crm` over a simulated org."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from cli.main import evergreen
from demo.simulate.salesforce import SalesforceSimulator, make


def test_the_kinds_are_listed_and_a_wrong_one_is_told() -> None:
    listed = CliRunner().invoke(evergreen, ["simulate", "--list"])
    assert "salesforce" in listed.output.split()
    wrong = CliRunner().invoke(evergreen, ["simulate", "salesfarce"])
    assert "There is no simulator of 'salesfarce'" in str(wrong.exception)


def test_it_listens_until_it_is_stopped(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-c",
        "from cli.main import main; main()",
        "simulate",
        "salesforce",
        "--accounts",
        "3",
        "--init",
        "e.toml",
    ]
    root = str(Path(__file__).resolve().parents[2])
    server = subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root, "PYTHONUNBUFFERED": "1"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - a shell's background job ignores it
    )
    try:
        assert server.stdout is not None
        assert (
            "A simulated salesforce with 3 accounts listens on http://127.0.0.1:" in server.stdout.readline()
        )
        checked = CliRunner().invoke(evergreen, ["check", "--config", str(tmp_path / "e.toml"), "--json"])
        assert json.loads(checked.stdout)["accounts"] == 3
        server.send_signal(signal.SIGINT)
        assert "calls were made" in server.communicate(timeout=30)[0]
        assert server.returncode == 0
    finally:
        server.kill()


def test_setting_up_is_a_dry_run_first(tmp_path: Path) -> None:
    with make(2, ours=False) as org:
        assert isinstance(org, SalesforceSimulator)
        config = tmp_path / "e.toml"
        config.write_text(org.settings(tmp_path), encoding="utf-8")
        words = ["setup-crm", "--config", str(config), "--fields", "tier,score"]
        shown = CliRunner().invoke(evergreen, words)
        assert "Missing: tier, score." in shown.output
        assert "Enr_Tier__c" not in org.org.traits
        made = CliRunner().invoke(evergreen, [*words, "--apply"])
        assert "Enr_Tier__c" in made.output
        assert {"Enr_Tier__c", "Enr_Score__c", "Enr_Hold__c"} <= set(org.org.traits)
        again = CliRunner().invoke(evergreen, [*words, "--apply"])
        assert "The CRM has all 2 fields." in again.output
    package = CliRunner().invoke(
        evergreen, ["setup-crm", "--config", str(config), "--package", str(tmp_path / "p")]
    )
    assert package.exit_code == 0, package.output
    assert (tmp_path / "p" / "package.xml").exists()
