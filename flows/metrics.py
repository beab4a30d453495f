"""Figures of a run for monitoring, as a textfile in Prometheus' exposition format (a node exporter's collector reads it)."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

from flows.report import RunReport

_HELP = {
    "run_finished_timestamp_seconds": "When the newest run ended.",
    "run_status": "1 for the status the newest run ended with.",
    "run_stage_seconds": "Wall time of a stage of the newest run.",
    "run_count": "Counts of the newest run.",
    "source_calls": "What asking a source came to in the newest run.",
    "source_requests": "HTTP requests to a source in the newest run.",
    "source_cost": "Cost of a source in the newest run.",
    "run_peak_memory_bytes": "Peak resident memory: of the run's own process, and of the largest that it started (a worker).",
}


def write_metrics(path: Path, report: RunReport) -> None:
    """Writes a run's figures in one step. Raises OSError where the file cannot be written."""
    lines: list[str] = []
    told = ""
    for name, labels, value in _figures(report):
        if name != told:
            lines += [f"# HELP evergreen_{name} {_HELP[name]}", f"# TYPE evergreen_{name} gauge"]
            told = name
        inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        lines.append(f"evergreen_{name}{{{inside}}} {_plain(value)}")
    part = path.with_name(f".{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    part.replace(path)


def _figures(report: RunReport) -> Iterator[tuple[str, dict[str, str], float]]:
    kind = {"kind": report.kind}
    if report.finished_at is not None:
        yield "run_finished_timestamp_seconds", kind, round(report.finished_at.timestamp())
    yield "run_status", {**kind, "status": report.status}, 1
    for stage, seconds in report.seconds.items():
        yield "run_stage_seconds", {**kind, "stage": stage}, seconds
    for name, count in report.counts().items():
        yield "run_count", {**kind, "what": name}, count
    for source in report.sources:
        for outcome in ("rows", "zero_rows", "not_found", "failed"):
            yield "source_calls", {"source": source["source"], "outcome": outcome}, source[outcome]
    for source in report.sources:
        yield "source_requests", {"source": source["source"]}, source["requests"] or 0
    for source in report.sources:
        yield "source_cost", {"source": source["source"]}, source["cost"] or 0
    for process, who in (("run", resource.RUSAGE_SELF), ("worker", resource.RUSAGE_CHILDREN)):
        peak = (
            resource.getrusage(who).ru_maxrss * 1024
        )  # of children that have ended; the system keeps no sum of them
        yield "run_peak_memory_bytes", {**kind, "process": process}, peak


def _escaped(text: str) -> str:
    return str(text).replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _plain(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
