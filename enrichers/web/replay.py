"""The `--replay` transport: every request is answered from saved responses; no network, no DNS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accounts.clock import Clock
from accounts.config import WebConfig
from accounts.errors import ConfigError, SourceError
from accounts.protocols import ResponseStore
from enrichers.web.client import WebClient
from enrichers.web.guarded import HopFailed
from enrichers.web.names import Records
from enrichers.web.replay_names import ReplayNames, is_names, saved_records
from enrichers.web.target import Target, parse_target
from enrichers.web.timing import StillTimer
from enrichers.web.transport import REDIRECTS, Hop, Request, too_large


@dataclass(frozen=True, slots=True)
class _Saved:
    """One line of a replay file; `body` is None where the response has none."""

    status: int
    headers: Mapping[str, str]
    body: Path | None
    issuer: str | None = None


class ReplayTransport:
    """Saved responses, one JSON object a line: `{url, file, status, headers, issuer}`, `file` relative to the file itself.

    Scheme and a trailing slash are ignored, `www.` is not. The first line of an address wins; one that only redirects
    to itself (http to https, say) answers nothing where a later line does. An unknown path of a known host is
    a 404, an unknown host a connection error. Lines with `dns` are a domain's DNS records, kept in `names`.

    Raises ConfigError with file and line number for a broken line or a body that is not there.
    """

    live = False

    def __init__(self, path: Path) -> None:
        self._saved: dict[str, _Saved] = {}
        self._hosts: set[str] = set()
        names: list[Records] = []
        for number, line in enumerate(_lines(path), start=1):
            where = f"{path}, line {number}"
            if is_names(line):
                names.append(saved_records(json.loads(line), where))
            elif line.strip():
                self._add(line, path, where)
        self.names = ReplayNames(names)

    def send(self, request: Request) -> Hop:
        """The saved answer."""
        target = parse_target(request.url, any_port=True)
        if target.site not in self._hosts:
            raise HopFailed(
                f"{target.site} cannot be reached: the replay holds no response of this host.",
                url=request.url,
            )
        question = f"{_key(target)} {request.body.decode('utf-8', 'replace')}" if request.body else ""
        saved = self._saved.get(question) or self._saved.get(_key(target))
        if saved is None:
            return Hop(404, {}, b"")
        body = saved.body.read_bytes() if saved.body is not None else b""
        if len(body) > request.max_bytes and not request.cut:
            raise too_large(request)
        return Hop(saved.status, saved.headers, body[: request.max_bytes], certificate_issuer=saved.issuer)

    def _add(self, line: str, path: Path, where: str) -> None:
        entry = _parse(line, where)
        try:
            target = parse_target(entry["url"], any_port=True)
        except SourceError as error:
            raise ConfigError(f"{where}: {error.what}", remedy="Mend that line.", path=path) from error
        headers = {str(k).lower(): str(v) for k, v in (entry.get("headers") or {}).items()}
        issuer = entry.get("issuer") if isinstance(entry.get("issuer"), str) else None
        saved = _Saved(entry.get("status", 200), headers, _body(entry.get("file"), path, where), issuer)
        self._hosts.add(target.site)
        earlier = self._saved.get(_key(target))
        if earlier is None or (_circles(target, earlier) and not _circles(target, saved)):
            self._saved[_key(target)] = saved


class ReplayWeb(WebClient):
    """A `Web` that reads a replay file through the same redirects, robots.txt and caps as the live one."""

    def __init__(
        self, path: Path, clock: Clock, *, config: WebConfig | None = None, store: ResponseStore | None = None
    ) -> None:
        patient = (config or WebConfig()).model_copy(update={"retries": 0})
        saved = ReplayTransport(path)
        super().__init__(patient, clock, store, transport=saved, timer=StillTimer(), names=saved.names)


def replay_client(
    path: Path, clock: Clock, config: WebConfig | None = None, store: ResponseStore | None = None
) -> ReplayWeb:
    """A client that reads a replay file. Raises ConfigError for a file that cannot be read."""
    return ReplayWeb(path, clock, config=config, store=store)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigError(
            f"The replay file {path} cannot be read: {reason}.", remedy="Pass --replay WEB.jsonl.", path=path
        ) from error


def _parse(line: str, where: str) -> dict[str, Any]:
    """One line as a dictionary of the right shape."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{where} is not JSON.", remedy="Mend or delete that line.") from error
    if not isinstance(entry, dict) or not isinstance(entry.get("url"), str):
        raise ConfigError(f"{where} has no url.", remedy='A line is {"url", "file", "status", "headers"}.')
    status = entry.get("status", 200)
    if not isinstance(status, int) or isinstance(status, bool) or not 100 <= status <= 599:
        raise ConfigError(f"{where}: status {status!r} is no HTTP status.", remedy="Mend that line.")
    if not isinstance(entry.get("headers") or {}, dict) or not isinstance(entry.get("file"), str | None):
        raise ConfigError(f"{where}: headers is no object, or file no text.", remedy="Mend that line.")
    return entry


def _body(name: str | None, path: Path, where: str) -> Path | None:
    if not name:
        return None
    body = path.parent / name
    if not body.is_file():
        raise ConfigError(
            f"{where}: there is no file {name}.", remedy=f"It is looked for beside {path.name}.", path=path
        )
    return body


def _key(target: Target) -> str:
    """What two addresses of the same saved response share."""
    _, question, query = target.url.partition("?")
    return f"{target.site}{target.path.rstrip('/')}{question}{query}"


def _circles(target: Target, saved: _Saved) -> bool:
    """True for a redirect to an address of the same key."""
    if saved.status not in REDIRECTS or "location" not in saved.headers:
        return False
    try:
        return _key(parse_target(target.join(saved.headers["location"]), any_port=True)) == _key(target)
    except (SourceError, ValueError):
        return False
