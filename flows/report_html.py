"""The report of a run as one self-contained HTML file: no script, nothing fetched, everything escaped."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from flows.report import RunReport


def render_html(report: RunReport) -> str:
    """The report as an HTML page."""
    environment = Environment(
        loader=PackageLoader("flows"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["safe_url"] = _safe_url
    return environment.get_template("report.html.j2").render(report=report, counts=report.counts())


def _safe_url(url: Any) -> str:
    """A link target, empty unless it is plain http(s)."""
    text = str(url or "")
    try:
        return text if urlsplit(text).scheme in ("http", "https") else ""
    except ValueError:
        return ""
