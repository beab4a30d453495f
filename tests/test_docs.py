"""What the documents say is true: their commands run, their names exist, their links lead somewhere.

`python -m tests.test_docs` writes the table of fields in reps.md anew.
"""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from accounts.catalogue import Catalogue, parse_fields, shipped_catalogue
from accounts.change import Code, Policy
from accounts.config import load_config
from accounts.errors import EvergreenError
from accounts.golden import Freshness
from cli.main import evergreen
from enrichers.sources import find_sources
from flows.services import catalogue_for
from warehouse.store import migrations

ROOT = Path(__file__).resolve().parent.parent
DOCS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("**/*.md"))]
SAMPLE = ROOT / "demo" / "sample"

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
_TARGET = re.compile(r"(?:`|^)make ([a-z-]+)", re.MULTILINE)


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def fences(path: Path, language: str) -> list[str]:
    return [body for name, body in _FENCE.findall(text(path)) if name == language]


@dataclass(frozen=True)
class Command:
    """A line of a document; `code` is what it says it exits with."""

    line: str
    code: int

    @property
    def words(self) -> list[str]:
        return shlex.split(self.line, comments=True)[1:]


def commands(path: Path) -> Iterator[Command]:
    for block in fences(path, "sh"):
        for line in block.splitlines():
            if line.startswith("evergreen "):
                yield Command(line, 1 if "exit 1" in line.partition("#")[2] else 0)


def verbs(
    group: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every verb and, below a group, every one of its own."""
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            found = group.get_command(context, name)
            assert found is not None
            yield from verbs(found, (*path, name))
    if path:
        yield path, group


VERBS = dict(verbs(evergreen))


def run(*words: str) -> Result:
    """A verb in the current folder, with errors turned into exit codes as `cli.main.main` does."""
    result = CliRunner().invoke(evergreen, list(words))
    if isinstance(result.exception, EvergreenError):
        result.exit_code = result.exception.exit_code
    elif result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.mark.parametrize("path", VERBS, ids=" ".join)
def test_every_verb_has_help_and_says_in_one_line_what_it_does(path: tuple[str, ...]) -> None:
    result = run(*path, "--help")
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: evergreen {' '.join(path)}")
    summary = (VERBS[path].help or "").strip().partition("\n\n")[0]
    assert summary[:1].isupper()
    assert summary.endswith(".")
    for parameter in VERBS[path].params:
        hidden = getattr(parameter, "hidden", False)
        assert hidden or isinstance(parameter, click.Argument) or getattr(parameter, "help", None), (
            parameter.name
        )


def test_the_readme_names_every_verb_and_no_other() -> None:
    named = set(re.findall(r"^\| `evergreen ([a-z-]+)` \|", text(ROOT / "README.md"), re.MULTILINE))
    assert named == {path[0] for path in VERBS}


@pytest.mark.parametrize("path", [p for p in DOCS if any(commands(p))], ids=lambda p: p.name)
def test_the_commands_of_a_document_run_in_their_order(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One folder a document, as a reader has it: a copy of the sample."""
    folder = tmp_path / "try"
    shutil.copytree(SAMPLE, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("LOGNAME", "reader")
    for command in commands(path):
        result = run(*command.words)
        assert result.exit_code == command.code, f"{command.line}\n{result.output}\n{result.exception!r}"
    if "undo last --apply" in text(path):
        assert (folder / "accounts.csv").read_bytes() == (SAMPLE / "accounts.csv").read_bytes()


def test_the_quick_start_is_short() -> None:
    lines = [
        line for block in fences(ROOT / "README.md", "sh") for line in block.splitlines() if line.strip()
    ]
    assert len(lines) <= 11


def test_every_target_of_make_that_is_named_exists() -> None:
    makefile = text(ROOT / "Makefile")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for path in DOCS:
        assert set(_TARGET.findall(text(path))) <= targets, path.name


def slug(heading: str) -> str:
    """A heading's anchor, as the common renderers make it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("path", DOCS, ids=lambda p: p.name)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    for link in _LINK.findall(text(path)):
        target, _, anchor = link.partition("#")
        if target.startswith(("http://", "https://")):
            continue
        there = (path.parent / target).resolve() if target else path
        assert there.exists(), link
        if anchor:
            assert anchor in {slug(h) for h in re.findall(r"^#+ (.+)$", text(there), re.MULTILINE)}, link


@pytest.mark.parametrize("path", DOCS, ids=lambda p: p.name)
def test_files_that_are_named_exist(path: Path) -> None:
    """A path in backticks that begins with one of our folders is there; `PATH: name` is a name in that file."""
    folders = {p.name for p in ROOT.iterdir() if p.is_dir() and not p.name.startswith(".")} - {
        "build",
        "dist",
    }
    for quoted in re.findall(r"`([\w./]+)(?:: (\w+))?`", text(path)):
        name, inside = quoted
        if "/" not in name or name.split("/")[0] not in folders or name.startswith("bench/results"):
            continue
        assert (ROOT / name).exists(), name
        if inside:
            assert re.search(rf"(?:def|class) {inside}\b", text(ROOT / name)), quoted


def test_configurations_that_are_shown_are_valid(tmp_path: Path) -> None:
    shown = [block for path in DOCS for block in fences(path, "toml")]
    assert shown
    for block in shown:
        tomllib.loads(block)
        file = tmp_path / "evergreen.toml"
        file.write_text(block, encoding="utf-8")
        assert isinstance(catalogue_for(load_config(file)), Catalogue)


def test_the_field_that_is_shown_is_valid() -> None:
    [block] = fences(ROOT / "docs" / "engineers.md", "yaml")
    [spec] = parse_fields("shown", block, "engineers.md")
    assert spec.name not in shipped_catalogue()


REPS = ROOT / "docs" / "reps.md"
_ROW = re.compile(r"^\| `\w+` \|.*\|$", re.MULTILINE)


def field_rows() -> list[str]:
    """The rows of the table in reps.md: what the sources in the tree may fill."""
    classes, _ = find_sources()
    provided = frozenset[str]().union(*(c.provides for c in classes.values()))

    def asks(policy: Policy, sensitive: bool) -> str:
        return "never written 不写入" if policy is Policy.NEVER else "yes 是" if sensitive else ""

    return [
        f"| `{f.name}` | {f.label_en} | {f.label_zh} | {f.ttl_days} | {f.hold_days} | {asks(f.policy, f.sensitive)} |"
        for f in shipped_catalogue()
        if f.name in provided
    ]


def test_reps_read_of_every_field_that_may_change_under_them() -> None:
    assert _ROW.findall(text(REPS)) == field_rows(), "write it anew with `python -m tests.test_docs`"


def test_revops_read_of_every_reason_and_policy() -> None:
    page = text(ROOT / "docs" / "revops.md")
    for name in (*Code, *Policy):
        assert f"`{name}`" in page, name


def test_the_architecture_names_every_table_and_state() -> None:
    page = text(ROOT / "docs" / "architecture.md")
    tables = re.findall(r"CREATE TABLE (\w+)", "\n".join(script for _, script in migrations()))
    assert tables
    for name in (*tables, *Freshness):
        assert f"`{name}`" in page, name


def test_the_architecture_gives_the_rules_as_the_policy_has_them() -> None:
    """Same rules, same order, same words."""
    rule = re.compile(r"^ ?(\d+)\. (.+)$", re.MULTILINE)
    docstring = text(ROOT / "crm" / "policy.py").split('"""')[1]
    section = text(ROOT / "docs" / "architecture.md").split("\n## Decide\n")[1].split("\n## ")[0]
    assert rule.findall(section) == rule.findall(docstring)


@pytest.mark.parametrize("name", ["commands.md", "configuration.md", "fields.md", "tables.md"])
def test_the_reference_says_what_the_code_says(name: str) -> None:
    made = runpy.run_path(str(ROOT / "docs" / "reference.py"))["pages"]()
    assert text(ROOT / "docs" / "reference" / name) == made[name], "run `python docs/reference.py`"


def test_every_picture_is_small_and_shown() -> None:
    shown = {link for path in DOCS for link in _LINK.findall(text(path)) if link.endswith(".png")}
    there = {f"images/{path.name}": path for path in (ROOT / "docs" / "images").glob("*.png")}
    assert there and shown == {*there}
    assert all(path.stat().st_size < 250_000 for path in there.values())


_ASKS = re.compile(
    r"""<(?:script|link|img|iframe|source)\b[^>]*\b(?:src|href)=["']?(?:https?:)?//([^"'\s>/]+)""", re.I
)


def test_the_site_builds_whole_and_asks_no_other_host(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copyfile(ROOT / "mkdocs.yml", tmp_path / "mkdocs.yml")
    built = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict", "-f", "mkdocs.yml"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert built.returncode == 0, built.stdout + built.stderr
    site = tmp_path / "build" / "site"
    pages = {path.relative_to(site).with_suffix(".md").as_posix() for path in site.rglob("*.html")}
    assert {p.relative_to(ROOT / "docs").as_posix() for p in DOCS if "docs" in p.parts} <= pages | {"404.md"}
    asked = {host for page in site.rglob("*.html") for host in _ASKS.findall(text(page))}
    asked |= {
        host
        for sheet in site.rglob("*.css")
        for host in re.findall(r"url\(['\"]?(?:https?:)?//([^/)]+)", text(sheet))
    }
    assert not asked
    assert "Keeps the company" in text(site / "index.html") and (site / "search.json").exists()


if __name__ == "__main__":
    page = text(REPS)
    head, *_, tail = _ROW.finditer(page)
    REPS.write_text(page[: head.start()] + "\n".join(field_rows()) + page[tail.end() :], encoding="utf-8")
