"""The CRM `file`: one table of accounts in a CSV file or Excel sheet, written cell by cell, all else kept.

The reference for every connector: `send` re-reads the file under a lock, merges each cell three ways, replaces the
file in one step with a backup kept, and reads it back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from accounts.account import Account
from accounts.catalogue import Catalogue
from accounts.change import Change, ChangeKind, WriteOutcome, WriteStatus
from accounts.clock import Clock
from accounts.config import Config, CrmConfig
from accounts.errors import ConfigError, CrmUnavailable
from crm.base import CallBudget, Capabilities, Column, FieldEvent, Prepared, Pull, Schema
from crm.cells import Edit, column_at, edit_of, write_edits
from crm.file_lock import is_left_behind, locked, refuse_if_open
from crm.registry import register
from crm.safety import blank_or
from crm.swap import MovedMeanwhile, back_up, clear_leftovers, digest, swap
from crm.table import Loaded, account_in, load

_ATTEMPTS = 5


@register("file")
def open_file(config: Config, catalogue: Catalogue, clock: Clock) -> FileCrm:
    """The `file` CRM of a configuration; backups go to the warehouse's folder. Raises ConfigError without a path."""
    if config.crm.path is None:
        raise ConfigError(
            "[crm] path is not set.",
            remedy="Name the CSV or XLSX file of your accounts there.",
            path=config.path,
            key="crm.path",
        )
    return FileCrm(config.resolve(config.crm.path), catalogue, config.crm, clock, config.home / "backups")


class FileCrm:
    """A CSV file or Excel workbook as a CRM."""

    kind = "file"
    capabilities = Capabilities(precondition=True, history=False, batch_size=1_000_000)

    def __init__(
        self, path: Path, catalogue: Catalogue, config: CrmConfig, clock: Clock, backups: Path
    ) -> None:
        self.path = path
        self._catalogue, self._config, self._clock, self._backups = catalogue, config, clock, backups
        self._last: Loaded | None = None

    def describe(self) -> Schema:
        """The file's columns, then those the first write would add (`add_columns`)."""
        loaded = self._load()
        at = {number: field for field, number in loaded.columns.fields.items()}
        columns = [
            Column(
                header.strip(), at.get(number), self._catalogue[at[number]].type if number in at else "text",
                writable=number in at and number != loaded.columns.key,
            )
            for number, header in enumerate(loaded.table.headers)
        ]  # fmt: skip
        columns += [
            Column(header, field, self._catalogue[field].type, exists=False)
            for field, header in loaded.columns.addable.items()
        ]
        warnings = loaded.table.warnings + loaded.columns.warnings
        return Schema(loaded.table.headers[loaded.columns.key].strip(), tuple(columns), warnings)

    def pull(self, cursor: str | None = None) -> Pull:
        """All accounts in file order. What a process left beside the file that died while it wrote is cleared away."""
        self._clear_after_the_dead()
        loaded, now = self._load(), self._clock.now()
        accounts = tuple(account_in(loaded, name, self._config, now) for name in loaded.rows)
        warnings = loaded.table.warnings + loaded.columns.warnings
        return Pull(
            accounts, loaded.fingerprint, complete=True, fingerprint=loaded.fingerprint, warnings=warnings
        )

    def read(self, ids: Collection[str]) -> Mapping[str, Account]:
        """These accounts as they stand now; rows that are gone are left out."""
        loaded, now = self._load(), self._clock.now()
        return {i: account_in(loaded, i, self._config, now) for i in ids if i in loaded.rows}

    def prepare(self, changes: Sequence[Change]) -> Prepared:
        """Checks columns, types, formulas and encoding; attaches each cell's raw text as its before-image."""
        loaded = self._load()
        ready: list[Change] = []
        refused: list[WriteOutcome] = []
        for change in changes:
            edit = edit_of(loaded, self._catalogue, change)
            if edit.status in (WriteStatus.HELD, WriteStatus.INVALID):
                refused.append(self._outcome(change, edit.status, message=edit.message))
            elif change.kind is ChangeKind.RESTORE:
                ready.append(change)
            else:
                ready.append(replace(change, before_image=edit.image))
        return Prepared(tuple(ready), tuple(refused))

    def send(self, changes: Sequence[Change]) -> Sequence[WriteOutcome]:
        """Merges the changes into the file as it stands now and replaces it in one step.

        Raises CrmUnavailable: gone, locked, open in a spreadsheet, read-only, disk full; the file is then as it was.
        """
        with locked(self.path, self._clock):
            refuse_if_open(self.path)
            clear_leftovers(self.path)
            for _ in range(_ATTEMPTS):
                try:
                    return self._write(changes)
                except MovedMeanwhile:
                    self._last = None
        raise CrmUnavailable(
            f"{self.path} is being changed all the time by somebody else; nothing was written.",
            remedy="Run again when the export or program that writes it has finished.",
            crm=self.kind,
        )

    def holds(self, change: Change, text: str | None) -> bool:
        """True when a cell's text is the change's value; a file changes nothing but outer white space."""
        return (text or "").strip() == (change.value or "").strip()

    def held_as(self, field: str, value: str) -> str:
        """The value itself: a cell holds any text."""
        return value

    def events(self, ids: Collection[str], since: datetime) -> Sequence[FieldEvent]:
        """None: a file keeps no history."""
        return ()

    def install(self, fields: Sequence[str]) -> Sequence[str]:
        """Adds a column at the end for each field that has none, in one step, with a backup; returns their names.

        Raises CrmUnavailable where the file cannot be written; it is then as it was.
        """
        with locked(self.path, self._clock):
            refuse_if_open(self.path)
            loaded = load(self.path, self._bytes(), self._catalogue, self._config)
            self._last = None
            there = {*loaded.columns.fields}
            made = [self._catalogue[f].columns(self.kind)[0] for f in fields if f not in there]
            for name in made:
                loaded.table.add_column(name)
            if made:
                back_up(self.path, loaded.data, self._backups, self._clock.now())
                swap(self.path, loaded.table.to_bytes(), loaded.fingerprint)
        return made

    def budget(self) -> CallBudget | None:
        """None: reading and writing a file costs no calls."""
        return None

    def _clear_after_the_dead(self) -> None:
        with suppress(OSError, CrmUnavailable):  # reading needs no clean folder
            if is_left_behind(self.path, self._clock):
                with locked(self.path, self._clock):
                    clear_leftovers(self.path)

    def _bytes(self) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            raise CrmUnavailable(
                f"There is no {self.path}.", remedy="Put the file there, or mend [crm] path.", crm=self.kind
            ) from None
        except OSError as error:
            raise CrmUnavailable(
                f"{self.path} cannot be read: {error.strerror or error}.",
                remedy="Close it in other programs and check its permissions.",
                crm=self.kind,
                raw=str(error),
            ) from error

    def _load(self) -> Loaded:
        data = self._bytes()
        if self._last is None or self._last.fingerprint != digest(data):
            self._last = load(self.path, data, self._catalogue, self._config)
        return self._last

    def _write(self, changes: Sequence[Change]) -> Sequence[WriteOutcome]:
        loaded = load(self.path, self._bytes(), self._catalogue, self._config)
        self._last = None
        edits = [edit_of(loaded, self._catalogue, change) for change in changes]
        _hold_doubles(edits)
        due = [edit for edit in edits if edit.status is WriteStatus.WRITTEN]
        if due:
            write_edits(loaded, due)
            back_up(self.path, loaded.data, self._backups, self._clock.now())
            fresh = loaded.table.to_bytes()
            swap(self.path, fresh, loaded.fingerprint)
            self._read_back(due, fresh)
        return [self._outcome(e.change, e.status, e.found, e.read_back, e.image, e.message) for e in edits]

    def _read_back(self, due: Sequence[Edit], fresh: bytes) -> None:
        """Compares the file with what was meant; a cell that somebody has changed by now is theirs."""
        data = self._bytes()
        after = load(self.path, fresh if data == fresh else data, self._catalogue, self._config)
        for edit in due:
            row = after.rows.get(edit.change.account_id)
            text = None if row is None else after.text(row, column_at(after, edit.change))
            edit.read_back = blank_or(text) or ""
            if not self.holds(edit.change, edit.read_back):
                edit.status, edit.found = WriteStatus.CONFLICT, edit.read_back
                edit.message = "Somebody changed the cell right after it was written; theirs stands."

    def _outcome(
        self, change: Change, status: WriteStatus, found: str | None = None, read_back: str | None = None,
        image: str | None = None, message: str = "",
    ) -> WriteOutcome:  # fmt: skip
        return WriteOutcome(change, status, self._clock.now(), found, read_back, image, message)


def _hold_doubles(edits: Sequence[Edit]) -> None:
    """Of two changes to one cell in one batch the first counts."""
    seen: set[tuple[str, str]] = set()
    for edit in edits:
        cell = (edit.change.account_id, edit.change.column)
        if cell in seen:
            edit.status, edit.message = (
                WriteStatus.INVALID,
                "Another change of this batch touches the same cell.",
            )
        seen.add(cell)
