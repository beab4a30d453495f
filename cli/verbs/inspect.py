"""`evergreen inspect`: read one live site, or many saved pages, and show what they say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.output import config_option, is_terminal, json_option, print_json

if TYPE_CHECKING:
    from enrichers.firmographic.visit import Visit

_ENOUGH_FOR_TWO = 24
"""Rows from which a second process pays for its start."""


@click.command("inspect")
@click.argument("target", metavar="URL | IN.jsonl")
@click.argument("out", required=False, type=click.Path(path_type=Path, dir_okay=False), metavar="[OUT.jsonl]")
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=None,
    help="Processes for saved pages; one per core, at most 8.",
)
@click.option(
    "--fingerprints",
    type=click.Path(path_type=Path, exists=True),
    metavar="PATH",
    help="A set of public fingerprints (a folder or a JSON file) to use beside our own, instead of the installed one.",
)
@config_option
@json_option
def command(
    target: str,
    out: Path | None,
    processes: int | None,
    fingerprints: Path | None,
    config_path: Path,
    as_json: bool,
) -> None:
    """Read one live site as a night would and print what was found; or read saved pages into OUT.jsonl.

    IN.jsonl holds one page a line: {"id", "file", "url", "headers"}; files are relative to it. OUT.jsonl has a line for
    each, in the same order; a page that cannot be read has an "error" and stops nobody else.
    """
    if fingerprints is not None:
        from enrichers.technographic import detector_for

        fingerprints = fingerprints.resolve()
        detector_for(fingerprints)  # a set that cannot be read is told before any page is
    if out is not None:
        summary = inspect_saved(Path(target), out, processes, fingerprints)
        if as_json:
            print_json(summary)
        else:
            click.echo(
                f"{summary['pages']} pages read into {out}, {summary['errors']} with errors.", err=True
            )
        return
    found = inspect_live(target, config_path, fingerprints)
    if as_json:
        print_json(found)
    else:
        _print(found)


def inspect_saved(
    source: Path, out: Path, processes: int | None, fingerprints: Path | None = None
) -> dict[str, int]:
    """Reads saved pages and writes what they say. Raises ConfigError where IN.jsonl is not there."""
    from accounts.errors import ConfigError

    if not source.is_file():
        raise ConfigError(
            f"There is no {source}.",
            remedy="Name a JSONL file of saved pages, or give a URL alone.",
            path=source,
        )
    rows = list(_rows(source))
    errors = 0
    with out.open("w", encoding="utf-8") as file:
        for result in _read_all(rows, source.parent, processes, fingerprints):
            errors += result["error"] is not None
            file.write(json.dumps(result, ensure_ascii=False) + "\n")
    return {"pages": len(rows), "errors": errors}


def _rows(source: Path) -> Iterator[dict[str, Any]]:
    """The lines of IN.jsonl; one that is no JSON object becomes a row that says so."""
    with source.open(encoding="utf-8-sig", errors="replace") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError:
                row = None
            yield row if isinstance(row, dict) else {"id": f"line {number}", "file": None}


def _read_all(
    rows: list[dict[str, Any]], folder: Path, processes: int | None, fingerprints: Path | None
) -> Iterable[dict[str, Any]]:
    """Results in the order of the rows, by several processes where there are many."""
    import os
    from functools import partial

    from enrichers.firmographic.saved import inspect_row

    wanted = processes or min(8, os.cpu_count() or 1)
    read = partial(inspect_row, folder=folder, fingerprints=fingerprints)
    if wanted == 1 or len(rows) < _ENOUGH_FOR_TWO:
        yield from map(read, rows)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(wanted) as pool:
        yield from pool.map(read, rows, chunksize=8)


def inspect_live(url: str, config_path: Path, fingerprints: Path | None = None) -> dict[str, Any]:
    """What a visit to one live site finds. Raises ConfigError for an address that names no host."""
    from accounts.clock import SystemClock
    from accounts.config import Config, load_config
    from accounts.errors import ConfigError
    from enrichers.firmographic.visit import Visitor, site_address
    from enrichers.web.client import WebClient

    address = site_address(url)
    if address is None:
        raise ConfigError(
            f"{url!r} names no web host.",
            remedy="Give an address such as https://www.acme.com/, or IN.jsonl and OUT.jsonl.",
        )
    config = load_config(config_path) if config_path.exists() else Config()
    visitor = Visitor(WebClient(config.web, SystemClock()), {"pages_per_site": config.web.pages_per_site})
    if is_terminal():
        click.echo(f"Reading {address} …", err=True)
    return _told(visitor.visit(address), fingerprints)


def _told(visit: Visit, fingerprints: Path | None) -> dict[str, Any]:
    """A visit as one plain object."""
    from enrichers.firmographic.read import settle
    from enrichers.firmographic.saved import firmographics, technologies

    links: dict[str, list[str]] = {}
    tools: dict[str, dict[str, Any]] = {}
    for read, response in zip(visit.reads, visit.responses, strict=True):
        for kind, urls in read.links.items():
            links[kind] = list(dict.fromkeys([*links.get(kind, ()), *urls]))
        for found in technologies(read.page.html, response.final_url, response.headers, fingerprints):
            if found["name"] not in tools or found["confidence"] > tools[found["name"]]["confidence"]:
                tools[found["name"]] = found
    return {
        "url": visit.asked, "outcome": visit.outcome.value, "error": visit.error or None, "moved_to": visit.moved_to,
        "conditions": [{"condition": f.condition.value, "confidence": f.confidence, "evidence": f.passage} for f in visit.findings],
        "pages": [response.final_url for response in visit.responses], "requests": visit.requests,
        "firmographics": firmographics(settle(visit.reads)) if visit.reads else {},
        "technologies": list(tools.values()), "links": links,
    }  # fmt: skip


def _print(found: dict[str, Any]) -> None:
    click.echo(
        click.style(found["url"], bold=True)
        + f"  {found['outcome']}, {len(found['pages'])} pages, {found['requests']} requests"
    )
    if found["error"]:
        click.echo(f"  {found['error']}")
    for condition in found["conditions"]:
        click.echo(click.style(f"  {condition['condition']}: ", fg="yellow") + condition["evidence"])
    for field, items in found["firmographics"].items():
        click.echo(click.style(f"\n{field}", bold=True))
        for item in items[:8]:
            kind = f" ({item['kind']})" if item.get("kind") else ""
            click.echo(f"  {item['confidence']:.2f}  {item['value'][:200]}{kind}")
            click.echo(click.style(f"        {item['evidence'][:160]}", dim=True))
    if found["technologies"]:
        click.echo(click.style("\ntechnologies", bold=True))
    for tool in found["technologies"]:
        version = f" {tool['version']}" if tool["version"] else ""
        implied = f", {tool['origin']}" if tool["implied"] else ""
        click.echo(
            f"  {tool['confidence']:.2f}  {tool['name']}{version}  ({', '.join(tool['categories'])}{implied})"
        )
    for kind, urls in found["links"].items():
        if urls:
            click.echo(click.style(f"\n{kind}", bold=True))
            for url in urls[:10]:
                click.echo(f"  {url}")
