"""`evergreen init`: writes a commented evergreen.toml and says what to do next."""

from __future__ import annotations

from pathlib import Path

import click

from cli.output import config_option, json_option, print_json


@click.command()
@click.option("--crm", "kind", default="file", show_default=True, help="The kind of CRM.")
@click.option("--path", "crm_path", type=click.Path(path_type=Path), help="The CSV file, for the `file` CRM.")
@click.option("--force", is_flag=True, help="Replace a configuration that is already there.")
@config_option
@json_option
def command(kind: str, crm_path: Path | None, force: bool, config_path: Path, as_json: bool) -> None:
    """Write a commented evergreen.toml and say what to do next."""
    from accounts.config import load_config
    from accounts.errors import ConfigError
    from cli.starter import starter_config

    if config_path.exists() and not force:
        raise ConfigError(
            f"{config_path} is already there.",
            remedy="Edit it, or pass --force to replace it.",
            path=config_path,
        )
    if kind == "file" and crm_path is None:
        raise ConfigError("The `file` CRM needs a file.", remedy="Pass --path accounts.csv.", key="crm.path")
    config_path.write_text(starter_config(kind, crm_path), encoding="utf-8")
    load_config(config_path)
    steps = [
        "evergreen check            what is ready, what is missing",
        "evergreen nightly          a dry run: reads, decides, reports, writes nothing",
        "evergreen nightly --apply  the same, and writes to the CRM",
        "evergreen undo last        what taking it back would restore",
    ]
    if as_json:
        print_json({"config": str(config_path), "next": [s.split("  ")[0] for s in steps]})
        return
    click.echo(f"Wrote {config_path}. Next:")
    for step in steps:
        click.echo(f"  {step}")
    if crm_path is not None and not crm_path.exists():
        click.echo(f"Note: there is no {crm_path} yet; put your CRM export there.")
