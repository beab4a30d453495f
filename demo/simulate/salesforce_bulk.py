"""Bulk API 2.0 of the simulated org: ingest and query jobs, CSV in and out, results in three files."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from demo.simulate.org import Org
from demo.simulate.salesforce_query import Queries
from demo.simulate.server import Answer, Request
from demo.simulate.soql import Malformed

_MOST = 100_000


@dataclass(slots=True)
class Job:
    """One job; `polls` are how often it still says InProgress before it runs: rows run later, without a precondition."""

    id: str
    operation: str
    what: str
    state: str
    data: str = ""
    polls: int = 1
    rows: list[dict[str, Any]] = field(default_factory=list)
    done: list[dict[str, str]] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)


class BulkJobs:
    """All jobs of an org."""

    def __init__(
        self, org: Org, queries: Queries, write: Callable[[str, Mapping[str, Any]], list[dict[str, Any]]]
    ) -> None:
        self._org, self._queries, self._write = org, queries, write
        self.jobs: dict[str, Job] = {}

    def answer(self, request: Request, what: str) -> Answer:
        """Any request below `/jobs/`."""
        kind, _, rest = what.partition("/")
        name, _, tail = rest.partition("/")
        if kind not in ("ingest", "query"):
            return _failure(404, "NOT_FOUND", "no such job kind")
        if not name:
            return self._open(kind, request)
        job = self.jobs.get(name)
        if job is None:
            return _failure(404, "NOT_FOUND", "no such job")
        return (
            self._query(job, request, tail)
            if kind == "query"
            else self._ingest(job, request, tail.rstrip("/"))
        )

    def _open(self, kind: str, request: Request) -> Answer:
        body = request.json or {}
        if request.method != "POST":
            return Answer(200, {"done": True, "records": [self._told(job) for job in self.jobs.values()]})
        job = Job(f"750xx{len(self.jobs):010d}AAA", str(body.get("operation")), kind, "Open")
        if kind == "query":
            job.data, job.state = str(body.get("query")), "UploadComplete"
            if re.search(r"\(\s*select", job.data, re.I):
                return _failure(400, "INVALIDJOB", "nested queries are not supported")
        elif (
            body.get("operation") not in ("insert", "update", "upsert", "delete")
            or body.get("object") != "Account"
        ):
            return _failure(400, "INVALIDJOB", "unsupported operation or object")
        self.jobs[job.id] = job
        return Answer(200, self._told(job))

    def _told(self, job: Job) -> dict[str, Any]:
        told = {
            "id": job.id, "operation": job.operation, "object": "Account", "state": job.state, "contentType": "CSV",
            "lineEnding": "LF", "columnDelimiter": "COMMA", "apiVersion": 66.0, "jobType": "V2Ingest" if job.what == "ingest" else "V2Query",
            "numberRecordsProcessed": len(job.rows) or len(job.done) + len(job.failed), "numberRecordsFailed": len(job.failed),
        }  # fmt: skip
        if job.what == "ingest":
            told["contentUrl"] = f"services/data/v66.0/jobs/ingest/{job.id}/batches"
        return told

    def _ingest(self, job: Job, request: Request, tail: str) -> Answer:
        if tail == "batches" and request.method == "PUT":
            job.data += request.body.decode("utf-8", "surrogatepass")
            return Answer(201)
        if not tail and request.method == "PATCH":
            job.state = str((request.json or {}).get("state"))
            return Answer(200, self._told(job))
        if not tail and request.method == "DELETE":
            del self.jobs[job.id]
            return Answer(204)
        if tail in ("successfulResults", "failedResults", "unprocessedrecords"):
            return self._results(job, tail)
        self._advance(job)
        return Answer(200, self._told(job))

    def _results(self, job: Job, which: str) -> Answer:
        columns = self._columns(job)
        if which == "successfulResults":
            return _csv(job.done, ["sf__Id", "sf__Created", *columns])
        return (
            _csv(job.failed, ["sf__Id", "sf__Error", *columns])
            if which == "failedResults"
            else _csv([], columns)
        )

    def _columns(self, job: Job) -> list[str]:
        return next(csv.reader(io.StringIO(job.data)), [])

    def _advance(self, job: Job) -> None:
        if job.state not in ("UploadComplete", "InProgress"):
            return
        if job.polls > 0:
            job.polls, job.state = job.polls - 1, "InProgress"
            return
        self._run(job)
        job.state = "JobComplete"

    def _run(self, job: Job) -> None:
        for row in reversed(list(csv.DictReader(io.StringIO(job.data)))):  # order is nobody's promise
            name = row.get("Id", "")
            values = {k: _typed(self._org.traits[k].type if k in self._org.traits else "", v)
                      for k, v in row.items() if k != "Id" and v != ""}  # fmt: skip
            errors = self._write(name, values)
            if errors:
                error = errors[0]
                told = f"{error['statusCode']}:{error['message']}:{' '.join(error['fields'])} --"
                job.failed.append({"sf__Id": name, "sf__Error": told, **row})
            else:
                job.done.append({"sf__Id": name, "sf__Created": "false", **row})

    def _query(self, job: Job, request: Request, tail: str) -> Answer:
        if tail.rstrip("/") == "results":
            start = int(request.query.get("locator") or 0)
            size = min(int(request.query.get("maxRecords") or _MOST), _MOST)
            chunk = job.rows[start : start + size]
            after = "null" if start + size >= len(job.rows) else str(start + size)
            columns = list(job.rows[0]) if job.rows else []
            answer = _csv(chunk, columns)
            return Answer(
                200,
                answer.body,
                {**answer.headers, "Sforce-Locator": after, "Sforce-NumberOfRecords": str(len(chunk))},
            )
        if request.method == "GET" and job.state in ("UploadComplete", "InProgress"):
            if job.polls > 0:
                job.polls, job.state = job.polls - 1, "InProgress"
            else:
                self._select(job)
        return Answer(200, self._told(job))

    def _select(self, job: Job) -> None:
        try:
            found = self._queries.run(job.data, deleted=job.operation == "queryAll")
        except (Malformed, LookupError):
            job.state = "Failed"
            return
        job.rows = [_flat(row) for row in found]
        job.state = "JobComplete"


def _flat(row: dict[str, Any]) -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in row.items():
        if key == "attributes":
            continue
        if isinstance(value, dict):
            flat.update(
                {f"{key}.{k}": "" if v is None else str(v) for k, v in value.items() if k != "attributes"}
            )
        else:
            flat[key] = "" if value is None else json.dumps(value) if isinstance(value, bool) else str(value)
    return flat


def _typed(kind: str, text: str) -> Any:
    if text == "#N/A":
        return None
    if kind == "boolean":
        return text.lower() == "true"
    if kind in ("int", "double", "currency") and re.fullmatch(r"-?\d+(\.\d+)?", text):
        return float(text) if "." in text else int(text)
    return text


def _csv(rows: list[dict[str, str]], columns: list[str]) -> Answer:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, quoting=csv.QUOTE_ALL, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return Answer(
        200, out.getvalue().encode("utf-8", "surrogatepass"), {"Content-Type": "text/csv; charset=UTF-8"}
    )


def _failure(status: int, code: str, message: str) -> Answer:
    return Answer(status, [{"errorCode": code, "message": message}])
