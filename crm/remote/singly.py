"""For CRMs that take one record a call: writes row by row, and tells for each what became of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from accounts.errors import CrmBudgetSpent, CrmCallRefused, CrmOutcomeUnknown
from crm.remote.records import Fault, Row, RowResult


def write_singly(rows: Sequence[Row], put: Callable[[Row], object]) -> list[RowResult]:
    """What became of each row; one that got no answer is to be read back. Where the calls end, the rest is left.

    Raises CrmBudgetSpent only before anything was written.
    """
    found: list[RowResult] = []
    for row in rows:
        try:
            put(row)
        except CrmCallRefused as error:
            named = tuple(name for name in row.properties if name in error.raw)
            found.append(RowResult(Fault(error.fault), error.raw, named))
        except CrmOutcomeUnknown as error:
            found.append(RowResult(Fault.UNKNOWN_OUTCOME, str(error)))
        except CrmBudgetSpent as error:
            if not found:
                raise
            return [*found, *[RowResult(Fault.BUDGET_SPENT, str(error))] * (len(rows) - len(found))]
        else:
            found.append(RowResult())
    return found
