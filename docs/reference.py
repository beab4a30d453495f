"""Writes `docs/reference/`: commands, configuration, fields and tables, out of the code that is them.

    python docs/reference.py

`tests/test_docs.py` holds the pages against the code.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import click
import duckdb
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from accounts import config
from accounts.catalogue import shipped_catalogue
from cli.main import evergreen
from warehouse.store import migrations

DOCS = Path(__file__).resolve().parent
_MADE = "<!-- Made from the code by `python docs/reference.py`; changes here are lost. -->\n\n"

_TITLES = {"crm": "Of the CRM alone"}
_TYPES: dict[Any, str] = {
    str: "text", int: "whole number", float: "number", bool: "true or false", Path: "path", Any: "anything",
    config.Recipient: "`{to, lang}`",
}  # fmt: skip


def pages() -> dict[str, str]:
    """Every page of the reference by its file name."""
    made = {
        "commands.md": commands(), "configuration.md": configuration(), "fields.md": fields(), "tables.md": tables(),
    }  # fmt: skip
    return {name: _MADE + text.rstrip() + "\n" for name, text in made.items()}


def commands() -> str:
    """All verbs with their arguments and options."""
    parts = [
        "# Commands\n",
        "Whatever writes to a CRM is a dry run unless `--apply` is given. Exit codes: 0 done, 1 work left or findings, "
        "2 usage or configuration, 3 the CRM, every source or the warehouse out of reach.\n",
    ]
    context = click.Context(evergreen, info_name="evergreen")
    for path, verb in _verbs(evergreen, context):
        parts.append(f"## {' '.join(path)}\n")
        parts.append(_paragraphs(verb.help or "") + "\n")
        inner = click.Context(verb, info_name=" ".join(path), parent=context)
        rows = [
            _parameter(p, inner)
            for p in verb.get_params(inner)
            if "--help" not in p.opts and not getattr(p, "hidden", False)
        ]
        parts.append(_table(("argument or option", "what", "default"), rows))
    return "\n".join(parts)


def _verbs(group: click.Group, context: click.Context) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name in group.list_commands(context):
        verb = group.get_command(context, name)
        assert verb is not None, name
        if isinstance(verb, click.Group):
            yield from (((name, *path), inner) for path, inner in _verbs(verb, context))
        else:
            yield (name,), verb


def _parameter(parameter: click.Parameter, context: click.Context) -> tuple[str, str, str]:
    default = parameter.get_default(context, call=False)
    shown = "" if parameter.required or _is_nothing(default) else f"`{default}`"
    if isinstance(parameter, click.Argument):
        return f"`{parameter.make_metavar(context)}`", "", ""
    assert isinstance(parameter, click.Option)
    value = "" if parameter.is_flag else " " + parameter.make_metavar(context)
    names = ", ".join(f"`{name}`" for name in (*parameter.opts[:-1], parameter.opts[-1] + value))
    return names, parameter.help or "", shown


def _is_nothing(default: Any) -> bool:
    return default in (None, False, (), "") or not isinstance(default, str | int | float | Path)


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(p.split()) for p in inspect.cleandoc(text).replace("\b", "").split("\n\n"))


def configuration() -> str:
    """All sections and settings of `evergreen.toml`."""
    notes = _attribute_notes(Path(inspect.getfile(config)).read_text(encoding="utf-8"))
    parts = [
        "# Configuration\n",
        "One file, `evergreen.toml`; `evergreen init` writes one with comments. Every setting has a default. Secrets never "
        "stand in it: where `NAME_env` and `NAME_file` are settings, they name an environment variable, or a file nobody else "
        "may read; `NAME_block` a Prefect block of the type Secret. Relative paths start at the folder of the file.\n",
    ]
    parts += [_section(path, model, notes) for path, model in _sections(config.Config, "")]
    parts.append(
        "## [sources.NAME]\n\n`enabled`, and what the source itself asks for: [sources](../revops.md#sources-keys-costs-licences).\n"
    )
    parts.append(
        "## [crm.options]\n\nWhat the kind of CRM asks for: see its page, for example [HubSpot](../hubspot.md#settings).\n"
    )
    return "\n".join(parts)


def _sections(model: type[BaseModel], path: str) -> Iterator[tuple[str, type[BaseModel]]]:
    for name, field in model.model_fields.items():
        found = _model_in(field.annotation)
        if found is not None and found is not config.Recipient:
            named = get_origin(field.annotation) is dict
            inner = f"{path}.{name}".lstrip(".") + (".NAME" if named else "")
            yield inner, found
            yield from _sections(found, inner)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def _section(path: str, model: type[BaseModel], notes: dict[tuple[str, str], str]) -> str:
    rows = []
    for name, field in model.model_fields.items():
        found = _model_in(field.annotation)
        if found is not None and found is not config.Recipient:
            continue
        default = "" if field.default in (PydanticUndefined, None, {}, []) else f"`{_plain(field.default)}`"
        required = "required" if field.is_required() else default
        rows.append((f"`{name}`", _type(field.annotation), required, notes.get((model.__name__, name), "")))
    return f"## [{path}]\n\n{_paragraphs(model.__doc__ or '')}\n\n" + _table(
        ("setting", "type", "default", "what"), rows
    )


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float | Path) else str(value).replace("'", '"')


def _type(annotation: Any) -> str:
    """A type in the words of TOML."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(_type(a) for a in args if a is not type(None)))
    if origin is Literal:
        return ", ".join(f"`{a}`" for a in args)
    if origin is list:
        return f"list of {_type(args[0])}"
    if origin is dict:
        return f"table of {_type(args[1])}"
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return ", ".join(f"`{member}`" for member in annotation)
    return _TYPES[annotation]


def _attribute_notes(source: str) -> dict[tuple[str, str], str]:
    """The sentence under each setting, by section and setting."""
    notes = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            for one, after in zip(node.body, node.body[1:], strict=False):
                if (
                    isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
                    and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
                ):  # fmt: skip
                    notes[node.name, one.target.id] = _paragraphs(str(after.value.value))
    return notes


def fields() -> str:
    """The field catalogue, a table a category."""
    parts = [
        "# Fields\n",
        "The shipped catalogue. *Trusted* is how many days a value is believed unseen, *hold* how many a person's edit is left "
        "alone, *bar* the confidence below which nothing is replaced; *asks* marks fields whose replacement is always asked "
        "first. [Policies](../revops.md#policies-per-field) and days can be set per field. Columns of a file are recognised by "
        "these names, without regard to case, blanks and underscores; any other is named under `[crm.columns]`.\n",
    ]
    catalogue = list(shipped_catalogue())
    for category in dict.fromkeys(f.category for f in catalogue):
        rows = [
            (
                f"`{f.name}`", f.label_en, f.label_zh, f"`{f.type}`", str(f.ttl_days), str(f.hold_days),
                f"{f.min_confidence:.2f}", f"`{f.policy.value}`", "yes" if f.sensitive else "",
                ", ".join(f.authority), ", ".join(f.columns("file")),
            )
            for f in catalogue if f.category == category
        ]  # fmt: skip
        heads = (
            "field", "English", "中文", "type", "trusted", "hold", "bar", "policy", "asks", "sources, best first", "columns",
        )  # fmt: skip
        parts.append(f"## {_TITLES.get(category, _sentence(category))}\n\n" + _table(heads, rows))
    return "\n".join(parts)


def tables() -> str:
    """The warehouse's tables as the migrations leave them."""
    held = dict(_holds())
    parts = [
        "# Tables\n",
        "The warehouse, `.evergreen/warehouse.duckdb`, and, but for those of the writer alone, the published snapshot "
        "`.evergreen/snapshots/RUN/TABLE.parquet`, which any DuckDB, pandas or BI tool reads while a night writes; "
        "`golden_wide.parquet` there is the golden record with a column a field. Times are UTC.\n",
    ]
    with duckdb.connect(":memory:") as db:
        for _, script in migrations():
            db.execute(script)
        names = [
            r[0] for r in db.execute("SELECT table_name FROM duckdb_tables() ORDER BY table_name").fetchall()
        ]
        for name in names:
            columns = db.execute(
                "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index",
                [name],
            ).fetchall()
            rows = [(f"`{column}`", f"`{kind}`") for column, kind in columns]
            parts.append(
                f"## {name}\n\n{_sentence(held.get(name, ''))}\n\n" + _table(("column", "type"), rows)
            )
    return "\n".join(parts)


def _holds() -> Iterator[tuple[str, str]]:
    """What each table holds, as the architecture page says."""
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    for row in re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| (.+) \|$", text, re.MULTILINE):
        for name in re.findall(r"`(\w+)`", row[0]):
            yield name, row[1]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return (
        "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
        + "\n"
    )


if __name__ == "__main__":
    (DOCS / "reference").mkdir(exist_ok=True)
    for name, text in pages().items():
        (DOCS / "reference" / name).write_text(text, encoding="utf-8")
