"""A CSV or Parquet file as a table of texts, with the rows of every key at hand."""

from __future__ import annotations

import codecs
import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from accounts.errors import ConfigError
from accounts.values import VALUE_TYPES
from accounts.values.base import tidy
from accounts.values.web import registrable_domain
from enrichers.firmographic.name_parts import squeezed, without_legal_form
from enrichers.own.mapping import TableMapping

_BATCH = 20_000
_CHUNK = 1 << 20
_CSV = (".csv", ".tsv", ".txt", ".tab")
_PARQUET = (".parquet", ".pq")

Row = Mapping[str, str]


def name_key(name: str) -> str:
    """What a name is looked up by: letters and digits, without the legal form.

    >>> name_key("Acme Roofing, Inc."), name_key("ACME Roofing")
    ('acmeroofing', 'acmeroofing')
    """
    return squeezed(without_legal_form(tidy(name)))


class Table:
    """An open table file: rows as texts by column name, found by key. Safe for many threads.

    Raises ConfigError where the file cannot be read, lacks a column the mapping names, or names one account or record
    in two rows.
    """

    def __init__(self, path: Path, mapping: TableMapping) -> None:
        self.path = path
        self._mapping = mapping
        self._db = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
        with _refused(path):
            self._load()
        self.records: dict[int, str] = {}
        self._keys: dict[tuple[str, str], list[int]] = {}
        self._index()

    def rows_for(self, kind: str, key: str) -> list[int]:
        """The rows of a key: `account_id`, `domain`, `name` or a scheme, and its normal form."""
        return self._keys.get((kind, key), [])

    def row(self, number: int) -> Row:
        """A row by its number: column → text, blanks left out."""
        cursor = self._db.cursor().execute("SELECT * FROM rows WHERE rowid = ?", [number])
        values = cursor.fetchone() or ()
        return {
            name: tidy(v) for name, v in zip(self._mapping.columns, values, strict=False) if v and tidy(v)
        }

    def _load(self) -> None:
        suffix = self.path.suffix.lower()
        if suffix in _PARQUET:
            self._take(f"read_parquet('{_quoted(self.path)}')")
            return
        if suffix not in _CSV:
            raise ConfigError(
                f"{self.path} is neither CSV nor Parquet.", remedy="Export it as one of them.", path=self.path
            )
        with _utf8(self.path, self._mapping.encoding) as readable:
            delimiter = f", delim = '{_sql(self._mapping.delimiter)}'" if self._mapping.delimiter else ""
            self._take(
                f"read_csv('{_quoted(readable)}', all_varchar = true, header = true, quote = '\"', "
                f"null_padding = true, max_line_size = 16777216{delimiter})"
            )

    def _take(self, table: str) -> None:
        """Takes the columns the mapping names into memory, as texts, in its order."""
        there = self._db.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
        kinds = {str(name): str(kind) for name, kind, *_ in there}
        folded = {name.strip().casefold(): name for name in reversed(kinds)}
        picks = []
        for wanted in self._mapping.columns:
            name = wanted if wanted in kinds else folded.get(wanted.strip().casefold())
            if name is None:
                raise ConfigError(
                    f"{self.path} has no column {wanted!r}, which {self._mapping.path.name} names.",
                    remedy=f"Its columns are {', '.join(list(kinds)[:40])}.",
                    path=self.path,
                    key=wanted,
                )
            column = '"' + name.replace('"', '""') + '"'
            picks.append(
                f"array_to_string({column}, ';')" if kinds[name].endswith("]") else f"{column}::VARCHAR"
            )
        names = ", ".join(f"{pick} AS c{n}" for n, pick in enumerate(picks))
        self._db.execute(f"CREATE TABLE rows AS SELECT {names} FROM {table}")

    def _index(self) -> None:
        """Reads every row once for its keys. What names a row must be its own; domains and names may be shared."""
        keys = self._key_columns()
        at = {name: n for n, name in enumerate(self._mapping.columns)}
        cursor = self._db.execute("SELECT rowid, * FROM rows ORDER BY rowid")
        taken: dict[str, int] = {}
        while batch := cursor.fetchmany(_BATCH):
            for number, *values in batch:
                found = [(kind, key(values[at[c]] or "")) for kind, c, key in keys]
                for kind, key in found:
                    if key:
                        self._keys.setdefault((kind, key), []).append(number)
                self._name(
                    number, values[at[self._mapping.record]] if self._mapping.record else "", found, taken
                )
        for kind, key in (k for k in self._keys if k[0] == "account_id"):
            self._refuse_second(self._mapping.account_id or "", key, self._keys[kind, key])

    def _key_columns(self) -> list[tuple[str, str, Callable[[str], str]]]:
        m = self._mapping
        keys: list[tuple[str, str | None, Callable[[str], str]]] = [
            ("account_id", m.account_id, tidy),
            *((scheme, column, _number(scheme)) for scheme, column in m.identifiers.items()),
            ("domain", m.domain, lambda text: registrable_domain(text) or ""),
            ("name", m.name, name_key),
        ]
        return [(kind, column, key) for kind, column, key in keys if column]

    def _name(
        self, number: int, given: str | None, keys: list[tuple[str, str]], taken: dict[str, int]
    ) -> None:
        """The record's id, the same in every export: its own column, the account's id, a number, or domain and name."""
        own = tidy(given or "")
        sure = next((f"{kind}:{key}" for kind, key in keys if key and kind not in ("domain", "name")), "")
        name = own or sure or "/".join(key for _, key in keys if key)
        if own and own in taken:
            self._refuse_second(self._mapping.record or "", own, [taken[own], number])
        if name in taken or not name:
            name = f"{name or 'row'}#{number + 1}"
        taken[name] = number
        self.records[number] = name

    def _refuse_second(self, column: str, key: str, rows: list[int]) -> None:
        if len(rows) > 1:
            told = " and ".join(str(n + 1) for n in rows[:3])
            raise ConfigError(
                f"{self.path}: rows {told} have the same {column}: {key[:60]!r}.",
                remedy="Keep one row for each, or match on another column.",
                path=self.path,
                key=column,
            )


def number_key(scheme: str, text: str) -> str:
    """What a number is looked up by; blank for a text that is no number of that scheme."""
    kind = VALUE_TYPES.get(scheme) or VALUE_TYPES["identifier"]
    return kind.key(text) if kind.canonical(text) else ""


def _number(scheme: str) -> Callable[[str], str]:
    return lambda text: number_key(scheme, text)


@contextmanager
def _refused(path: Path) -> Iterator[None]:
    """What the reader trips over, as ours."""
    try:
        yield
    except duckdb.Error as error:
        raise ConfigError(
            f"{path} cannot be read as a table: {str(error).strip().splitlines()[0]}",
            remedy="Check that it is whole, and `delimiter` in its mapping.",
            path=path,
        ) from error
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror or error}.",
            remedy="Mend path under [sources].",
            path=path,
        ) from error


@contextmanager
def _utf8(path: Path, encoding: str | None) -> Iterator[Path]:
    """The file itself where it is UTF-8, else a copy in UTF-8; in UTF-16 by its mark, or the encoding the mapping names."""
    with path.open("rb") as file:
        mark = file.read(2)
    if encoding is None and mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        encoding = "utf-16"
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8", newline="") as copy:
        try:
            with path.open(encoding=encoding or "utf-8-sig", newline="") as text:
                while chunk := text.read(_CHUNK):
                    copy.write(chunk)
        except (UnicodeDecodeError, UnicodeEncodeError) as error:
            raise ConfigError(
                f"{path} is not {encoding or 'UTF-8'}: {error}.",
                remedy="Name its encoding in the mapping, such as encoding: gb18030.",
                path=path,
                key="encoding",
            ) from error
        except LookupError:
            raise ConfigError(
                f"There is no encoding {encoding!r}.",
                remedy="Such as utf-8, gb18030, cp1252.",
                path=path,
                key="encoding",
            ) from None
        copy.flush()
        yield Path(copy.name)


def _quoted(path: Path) -> str:
    return _sql(str(path))


def _sql(text: str) -> str:
    return text.replace("'", "''")


def row_digest(row: Row) -> str:
    """The SHA-256 of what a row says, as evidence that it said so."""
    return hashlib.sha256("\x1f".join(f"{k}\x1e{v}" for k, v in sorted(row.items())).encode()).hexdigest()
