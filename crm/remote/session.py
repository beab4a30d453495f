"""The HTTP session of a CRM's API: counts calls, retries only where nothing can be done twice, keeps the vendor's words.

What is sent twice: requests that change nothing, and those the server refused without doing them (an expired token, 429, a
connection that never came about). A writing request that got no answer raises CrmOutcomeUnknown: read back, then decide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from random import Random
from time import sleep as real_sleep
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from accounts.clock import Clock
from accounts.errors import CrmBudgetSpent, CrmCallRefused, CrmOutcomeUnknown, CrmUnavailable
from accounts.json_text import load_json
from crm.remote.body import read_body
from crm.remote.meter import CallMeter
from crm.remote.records import Fault

_LONGEST_WAIT = 120.0
_TRIES = 4
_MOST_WORDS = 600
_HTML = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|\?xml[^>]*>\s*<(?:!doctype )?html)", re.I
)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: `body` is decoded JSON (None where there is none), `text` what came over the wire."""

    status: int
    headers: Mapping[str, str]
    body: Any
    text: str


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one vendor speaks.

    `authorise` logs in (at first, and again when a token has expired) and gives the headers of every call. `fault` classes
    an answer, None for a good one. `words` is the vendor's own text of a refusal. `told` looks at every answer for what
    it says of the call budget. `secrets` are never shown.
    """

    authorise: Callable[[], Mapping[str, str]]
    fault: Callable[[Reply], Fault | None]
    words: Callable[[Reply], str] = lambda reply: reply.text
    told: Callable[[Reply], None] = lambda _: None
    secrets: Callable[[], tuple[str, ...]] = tuple
    remedies: Mapping[Fault, str] = field(default_factory=dict)


class ApiSession:
    """Calls one API. Raises CrmUnavailable, CrmBudgetSpent, CrmOutcomeUnknown, CrmCallRefused; times in seconds."""

    def __init__(
        self, crm: str, base: str, dialect: Dialect, meter: CallMeter, clock: Clock, *, timeout: float = 60.0,
        proxies: Mapping[str, str] | None = None, ca_file: str | None = None,
        sleep: Callable[[float], None] = real_sleep, seed: int | None = None,
    ) -> None:  # fmt: skip
        self.crm, self.base, self.meter = crm, base, meter
        self._dialect, self._clock, self._timeout, self._sleep = dialect, clock, timeout, sleep
        self._jitter = Random(seed)
        self._headers: Mapping[str, str] | None = None
        self._http = requests.Session()
        self._http.trust_env = False  # no netrc, no proxies nobody named
        self._http.proxies.update(proxies or {})
        self._http.verify = ca_file or True
        self._http.headers["Accept-Encoding"] = "gzip, deflate"
        self._http.mount("https://", HTTPAdapter(pool_connections=4, pool_maxsize=4))

    def get(self, path: str, *, purpose: str = "read", **more: Any) -> Reply:
        """A reading call; retried."""
        return self.call("GET", path, purpose=purpose, safe=True, **more)

    def call(
        self, method: str, path: str, *, purpose: str, safe: bool, params: Mapping[str, Any] | None = None,
        json: Any = None, data: bytes | Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None,
        authorised: bool = True, passes: frozenset[Fault] = frozenset(), retries: int = _TRIES,
    ) -> Reply:  # fmt: skip
        """One call. `safe`: doing it twice does no harm. Faults in `passes` come back as replies instead of errors."""
        url = path if "://" in path else f"{self.base}{path}"
        logged_in_anew = not authorised
        for attempt in range(retries):
            last = attempt == retries - 1
            sent = {**(self._authorised() if authorised else {}), **(headers or {})}
            reply = self._once(
                method, url, purpose, safe, last, params=params, json=json, data=data, headers=sent
            )
            if reply is None:
                self._pause(attempt, None)
                continue
            fault = self._fault(reply, url)
            if fault is None or fault in passes:
                return reply
            if fault is Fault.AUTH_EXPIRED and not logged_in_anew:
                logged_in_anew, self._headers = True, None
                continue
            if fault is Fault.THROTTLED and not last:
                self._pause(attempt, reply)
                continue
            if fault is Fault.TRANSIENT and safe and not last:
                self._pause(attempt, reply)
                continue
            raise self._error(fault, reply, url, safe)
        raise CrmUnavailable(self._out_of_reach(url), remedy="Try again later.", crm=self.crm)

    def forget_login(self) -> None:
        """Logs in anew before the next call."""
        self._headers = None

    def _authorised(self) -> Mapping[str, str]:
        if self._headers is None:
            self._headers = self._dialect.authorise()
        return self._headers

    def _once(self, method: str, url: str, purpose: str, safe: bool, last: bool, **what: Any) -> Reply | None:
        """One request; None where it may be sent again. Counted when it may have reached the CRM."""
        try:
            response = self._http.request(
                method, url, timeout=(10.0, self._timeout), allow_redirects=False, stream=True, **what
            )
            read_body(response, self.crm)
        except (requests.exceptions.SSLError, requests.exceptions.ProxyError) as error:
            raise CrmUnavailable(
                self._out_of_reach(url), remedy="Check the certificate, the proxy and [crm.options] ca_file.",
                crm=self.crm, raw=self._hush(str(error)),
            ) from error  # fmt: skip
        except (requests.exceptions.ConnectTimeout, requests.exceptions.ConnectionError) as error:
            if _never_sent(error):
                self._give_up(url, error, last)
                return None
            self.meter.count(purpose)
            self._unanswered(url, error, safe, last)
            return None
        except requests.RequestException as error:
            self.meter.count(purpose)
            self._unanswered(url, error, safe, last)
            return None
        self.meter.count(purpose)
        return self._reply(response, url)

    def _unanswered(self, url: str, error: Exception, safe: bool, last: bool) -> None:
        if not safe:
            raise CrmOutcomeUnknown(
                f"{_host(url)} did not answer; what was sent may have been carried out.", crm=self.crm,
                remedy="It is read back before anything is sent again.", raw=self._hush(str(error)),
            ) from error  # fmt: skip
        self._give_up(url, error, last)

    def _give_up(self, url: str, error: Exception, last: bool) -> None:
        if not last:
            return
        raise CrmUnavailable(
            self._out_of_reach(url), crm=self.crm, raw=self._hush(str(error)),
            remedy="Check the host under [crm.options], the network, and whether the CRM is up.",
        ) from error  # fmt: skip

    def _reply(self, response: requests.Response, url: str) -> Reply:
        content = response.content
        kind = response.headers.get("Content-Type", "").lower()
        page = _HTML.match(content[:400]) or ("text/html" in kind and content and response.status_code < 400)
        if page and response.status_code != 401:  # some servers refuse a login in HTML
            raise self._not_an_api(response, url)
        if response.is_redirect or response.status_code in (301, 302, 303, 307, 308):
            raise self._not_an_api(response, url)
        text = content.decode("utf-8", "replace")
        body: Any = None
        if content[:1] in (b"{", b"[") or "json" in kind:
            try:
                body = load_json(content) if content else None
            except (ValueError, RecursionError) as error:
                if response.status_code < 400:
                    raise CrmUnavailable(
                        f"{_host(url)} answered with broken JSON.", remedy="Try again; if it stays, look for a proxy in between.",
                        crm=self.crm, raw=self._hush(text[:_MOST_WORDS]),
                    ) from error  # fmt: skip
        reply = Reply(response.status_code, response.headers, body, text)
        self._dialect.told(reply)
        return reply

    def _not_an_api(self, response: requests.Response, url: str) -> CrmUnavailable:
        """A sign-in page, a proxy's notice, a wrong host: anything but the API."""
        title = re.search(r"<title[^>]*>([^<]{1,120})", response.text[:20_000], re.I)
        said = f" titled {title.group(1).strip()!r}" if title else ""
        where = response.headers.get("Location", "")
        what = (
            f"a redirect to {_host(where)}" if where else f"a web page{said} (status {response.status_code})"
        )
        return CrmUnavailable(
            f"{_host(url)} answered with {what} instead of its API.", crm=self.crm, raw=self._hush(response.text[:_MOST_WORDS]),
            remedy="Check the host under [crm.options]; if it is right, a proxy or a sign-in page stands in between.",
        )  # fmt: skip

    def _fault(self, reply: Reply, url: str) -> Fault | None:
        fault = self._dialect.fault(reply)
        if fault is None and reply.status >= 400:
            fault = _by_status(reply.status)
        return fault

    def _error(self, fault: Fault, reply: Reply, url: str, safe: bool) -> Exception:
        words = self._hush(self._dialect.words(reply))[:_MOST_WORDS].strip() or f"status {reply.status}"
        host, remedy = _host(url), self._dialect.remedies.get(fault, "")
        if fault is Fault.BUDGET_SPENT:
            return CrmBudgetSpent(
                f"The call limit of {host} is spent: {words}", crm=self.crm, raw=words,
                remedy=remedy or "Nothing is lost; the next run goes on when the limit is renewed.",
            )  # fmt: skip
        if fault is Fault.THROTTLED:
            return CrmUnavailable(
                f"{host} asks to slow down: {words}", remedy="Run again later.", crm=self.crm, raw=words
            )
        if fault is Fault.TRANSIENT:
            if safe:
                return CrmUnavailable(
                    f"{host} is in trouble: {words}", remedy="Run again later.", crm=self.crm, raw=words
                )
            return CrmOutcomeUnknown(
                f"{host} failed while it wrote: {words}", crm=self.crm, raw=words,
                remedy="It is read back before anything is sent again.",
            )  # fmt: skip
        if fault is Fault.AUTH_EXPIRED:
            return CrmUnavailable(
                f"{host} refuses our credentials: {words}", crm=self.crm, raw=words,
                remedy=remedy or "Check the credentials named under [crm.options] and the rights of our user.",
            )  # fmt: skip
        return CrmCallRefused(
            f"{host} refuses: {words}",
            remedy=remedy,
            crm=self.crm,
            raw=words,
            fault=fault.value,
            status=reply.status,
        )

    def _pause(self, attempt: int, reply: Reply | None) -> None:
        asked = self._asked_to_wait(reply.headers.get("Retry-After")) if reply is not None else None
        wait = asked if asked is not None else (2.0**attempt) * self._jitter.uniform(0.5, 1.5)
        if wait > _LONGEST_WAIT:
            raise CrmUnavailable(
                f"{_host(self.base)} asks us to wait {wait:.0f} seconds.",
                remedy="Run again later.",
                crm=self.crm,
            )
        self._sleep(wait)

    def _asked_to_wait(self, text: str | None) -> float | None:
        if not text:
            return None
        if re.fullmatch(r"\s*[0-9]{1,9}(?:\.[0-9]{0,9})?\s*", text):
            return float(text)
        try:
            return max(0.0, (parsedate_to_datetime(text) - self._clock.now()).total_seconds())
        except (TypeError, ValueError, IndexError, OverflowError):
            return None

    def _out_of_reach(self, url: str) -> str:
        return f"{_host(url)} is out of reach."

    def _hush(self, text: str) -> str:
        for secret in self._dialect.secrets():
            if len(secret) > 3:
                text = text.replace(secret, "…")
        for value in (self._headers or {}).values():
            token = value.rpartition(" ")[2]
            text = text.replace(token, "…") if len(token) > 7 else text
        return text


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2] or url


def _never_sent(error: Exception) -> bool:
    """True where the connection did not come about: refused, no such name, no route, time-out while dialling."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    told = str(error)
    return "NewConnectionError" in told or "NameResolutionError" in told or "Failed to resolve" in told


def _by_status(status: int) -> Fault:
    known = {401: Fault.AUTH_EXPIRED, 403: Fault.PERMISSION, 404: Fault.GONE, 409: Fault.DUPLICATE, 410: Fault.GONE,
             412: Fault.STALE, 423: Fault.LOCKED_ROW, 429: Fault.THROTTLED}  # fmt: skip
    return known.get(status, Fault.TRANSIENT if status >= 500 else Fault.OTHER)
