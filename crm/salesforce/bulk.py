"""Bulk API 2.0: one CSV up, three CSVs down. Its rows run later and without a precondition, so only our own fields go this way."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from accounts.errors import CrmOutcomeUnknown, CrmUnavailable
from crm.remote.records import Fault, Row, RowResult
from crm.remote.session import ApiSession
from crm.safety import CLEAR_MARK
from crm.salesforce.words import bulk_result

_CSV = {"Content-Type": "text/csv; charset=UTF-8", "Accept": "text/csv"}
_MOST_BYTES = 90_000_000
_WAITS = (2.0, 5.0, 10.0, 20.0)
_MOST_POLLS = 60


class Bulk:
    """Jobs of one org. `path` is `/services/data/vXX.X/jobs`."""

    def __init__(self, session: ApiSession, path: str, sleep: Callable[[float], None]) -> None:
        self._session, self._path, self._sleep = session, path, sleep

    def update(self, rows: Sequence[Row]) -> list[RowResult]:
        """Updates accounts and tells what became of each, in order. Raises CrmOutcomeUnknown when a job does not end."""
        found: dict[str, RowResult] = {}
        for data in _chunks(rows):
            found |= self._run(data)
        missing = RowResult(Fault.UNKNOWN_OUTCOME, "The bulk job tells nothing of this row.")
        return [found.get(row.id, missing) for row in rows]

    def query(self, soql: str) -> Iterator[list[dict[str, str]]]:
        """The rows of a query, as CSV texts, page by page."""
        job = self._session.call(
            "POST",
            f"{self._path}/query",
            purpose="bulk query",
            safe=True,
            json={"operation": "query", "query": soql},
        ).body["id"]
        self._await(f"{self._path}/query/{job}", "bulk query")
        locator: str | None = None
        while locator != "null":
            params = {"maxRecords": "100000", **({"locator": locator} if locator else {})}
            reply = self._session.get(
                f"{self._path}/query/{job}/results", purpose="bulk query", params=params, headers=_CSV
            )
            yield list(csv.DictReader(io.StringIO(reply.text)))
            locator = reply.headers.get("Sforce-Locator", "null") or "null"

    def _run(self, data: str) -> dict[str, RowResult]:
        job = {
            "object": "Account",
            "operation": "update",
            "contentType": "CSV",
            "lineEnding": "LF",
            "columnDelimiter": "COMMA",
        }
        opened = self._session.call("POST", f"{self._path}/ingest", purpose="bulk", safe=False, json=job).body
        path = f"{self._path}/ingest/{opened['id']}"
        self._session.call(
            "PUT", f"{path}/batches", purpose="bulk", safe=False, data=data.encode(), headers=_CSV
        )
        self._session.call("PATCH", path, purpose="bulk", safe=True, json={"state": "UploadComplete"})
        told = self._await(path, "bulk")
        found: dict[str, RowResult] = {}
        if int(told.get("numberRecordsProcessed") or 0) > int(told.get("numberRecordsFailed") or 0):
            found |= {name: RowResult() for name in self._ids(f"{path}/successfulResults", "sf__Id")}
        if int(told.get("numberRecordsFailed") or 0):
            failed = self._rows(f"{path}/failedResults")
            found |= {row["sf__Id"] or row.get("Id", ""): bulk_result(row["sf__Error"]) for row in failed}
        if told.get("state") != "JobComplete":
            unsent = RowResult(Fault.TRANSIENT, "The bulk job did not get to this row.")
            found |= {
                name: unsent for name in self._ids(f"{path}/unprocessedrecords", "Id") if name not in found
            }
        return found

    def _ids(self, path: str, column: str) -> list[str]:
        return [row[column] for row in self._rows(path)]

    def _rows(self, path: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self._session.get(path, purpose="bulk", headers=_CSV).text)))

    def _await(self, path: str, purpose: str) -> Mapping[str, Any]:
        """The job once it has ended; asks ever less often."""
        for poll in range(_MOST_POLLS):
            self._sleep(_WAITS[min(poll, len(_WAITS) - 1)])
            told: Mapping[str, Any] = self._session.get(path, purpose=purpose).body
            if told.get("state") in ("JobComplete", "Failed", "Aborted"):
                if purpose == "bulk query" and told["state"] != "JobComplete":
                    raise CrmUnavailable(
                        f"Salesforce's bulk query ended as {told['state']}.",
                        crm="salesforce",
                        raw=str(told.get("errorMessage")),
                    )
                return told
        raise CrmOutcomeUnknown(
            "Salesforce's bulk job has not ended.",
            remedy="It is read back before anything is sent again.",
            crm="salesforce",
        )


def _chunks(rows: Sequence[Row]) -> Iterator[str]:
    """The rows as CSV texts of bearable size: blank leaves a field alone, `#N/A` clears it."""
    columns = sorted({name for row in rows for name in row.properties})
    chunk, size = _started(columns), 0
    for row in rows:
        line = [_cell(row.properties[name]) if name in row.properties else "" for name in columns]
        length = sum(len(text.encode()) + 3 for text in line) + 20
        if size and size + length > _MOST_BYTES:
            yield chunk[0].getvalue()
            chunk, size = _started(columns), 0
        chunk[1].writerow([row.id, *line])
        size += length
    if size:
        yield chunk[0].getvalue()


def _started(columns: Sequence[str]) -> tuple[io.StringIO, Any]:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["Id", *columns])
    return out, writer


def _cell(value: Any) -> str:
    if value is None or value == "":
        return CLEAR_MARK
    return str(value).lower() if isinstance(value, bool) else str(value)
