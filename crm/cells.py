"""Changes against a table: what is wrong with one, what a merge makes of it, and how it is carried out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.catalogue import Catalogue
from accounts.change import Change, ChangeKind, WriteStatus
from crm.headers import fold
from crm.merge import Merge, merge
from crm.safety import CLEAR_MARK, blank_or, formula_problem
from crm.table import Loaded

#: What one cell of Excel holds at most.
_LONGEST = 32_767


@dataclass(slots=True)
class Edit:
    """One change on its way into a table; `column` is None for a column that is still to be added."""

    change: Change
    status: WriteStatus
    row: int = -1
    column: int | None = None
    found: str | None = None
    image: str | None = None
    read_back: str | None = None
    message: str = ""


def column_at(loaded: Loaded, change: Change) -> int | None:
    """The number of a change's column, None where there is none (yet)."""
    return loaded.numbers.get(fold(change.column))


def change_problem(loaded: Loaded, catalogue: Catalogue, change: Change) -> str | None:
    """Why a change must not be sent, in words, or None: no such column, not ours to write, or a bad value."""
    column, columns = column_at(loaded, change), loaded.columns
    if column is None and fold(change.column) not in map(fold, columns.addable.values()):
        return f"There is no column {change.column!r}."
    if column is not None and column in (columns.key, columns.modified, columns.modified_by, columns.hold):
        return f"The column {change.column!r} is never written."
    if change.kind is ChangeKind.RESTORE:
        return None
    if change.kind is ChangeKind.CLEAR:
        return None if change.value is None else "A clearing change carries a value."
    return _value_problem(loaded, catalogue, change)


def _value_problem(loaded: Loaded, catalogue: Catalogue, change: Change) -> str | None:
    value = change.value
    if value is None or not value.strip():
        return "There is no value; absence never clears."
    if value.strip() == CLEAR_MARK:
        return f"{CLEAR_MARK} is the mark for clearing, not a value."
    if len(value) > _LONGEST:
        return f"The value has {len(value)} characters; a cell holds {_LONGEST}."
    typed = catalogue[change.field].problem(value)
    if typed is not None:
        return f"The value {typed}."
    unsafe = formula_problem(value) or loaded.table.problem(value)
    return f"The value {unsafe}." if unsafe else None


def edit_of(loaded: Loaded, catalogue: Catalogue, change: Change) -> Edit:
    """What becomes of a change in the table as it stands; `written` means: to be written."""
    row, column = loaded.rows.get(change.account_id), column_at(loaded, change)
    if row is None:
        return Edit(
            change, WriteStatus.HELD, message=f"Account {change.account_id} is no longer in the file."
        )
    if column is None and change.kind is ChangeKind.RESTORE:
        return Edit(
            change, WriteStatus.HELD, row, message=f"The column {change.column!r} is no longer in the file."
        )
    problem = change_problem(loaded, catalogue, change)
    if problem is None and column is not None:
        problem = loaded.table.forbids(row, column)
    if problem is not None:
        return Edit(change, WriteStatus.INVALID, row, column, message=problem)
    found = loaded.text(row, column)
    edit = Edit(change, WriteStatus.WRITTEN, row, column, blank_or(found), loaded.table.image(row, column))
    verdict = merge(change.base, found, change.value)
    if verdict is Merge.ALREADY:
        edit.status, edit.read_back = WriteStatus.UNCHANGED, edit.found
    elif verdict is Merge.CONFLICT:
        edit.status, edit.found = WriteStatus.CONFLICT, found
        edit.message = "The cell holds another value than was seen; it was left alone."
    return edit


def write_edits(loaded: Loaded, due: Sequence[Edit]) -> None:
    """Carries out edits on the table in memory, adding columns first and taking out those an undo leaves blank."""
    added: dict[str, int] = {}
    for edit in due:
        if edit.column is None:
            name = fold(edit.change.column)
            if name not in added:
                added[name] = loaded.table.add_column(edit.change.column)
            edit.column = added[name]
    emptied: set[int] = set()
    for edit in due:
        assert edit.column is not None
        image = edit.change.before_image
        if edit.change.kind is not ChangeKind.RESTORE or image is None:
            loaded.table.put(edit.row, edit.column, edit.change.value or "")
        else:
            loaded.table.restore(edit.row, edit.column, image)
            if image.startswith("+"):
                emptied.add(edit.column)
    for column in sorted(emptied, reverse=True):
        loaded.table.drop_column_if_blank(column)
