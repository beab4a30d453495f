"""Pages: who asks, in which language and theme, what they may do, and how a template becomes an answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any
from urllib.parse import quote, urlencode, urlsplit

from fastapi import Depends, Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from console.access import Person, Role
from console.differences import marked
from console.reasons import because, what_would_change, why_lost, why_stale
from console.site import Site
from console.snapshots import Reading
from console.wording import LANGS, Words, wanted_language

THEMES = ("auto", "light", "dark")


class NotSignedIn(Exception):
    """Nobody can be told who asks."""


class NotAllowed(Exception):
    """The person's role is not enough for this."""


class NotFound(Exception):
    """There is no such thing here."""


@cache
def environment() -> Environment:
    """The template environment: everything is escaped, and an unknown name is an error."""
    made = Environment(
        loader=PackageLoader("console"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {
        "safe_url": safe_url, "day": day, "minute": minute, "percent": percent, "number": number,
        "short": short, "path": lambda text: quote(str(text), safe=""),
    }  # fmt: skip
    made.globals |= {
        "marked": marked, "query": query, "because": because, "why_stale": why_stale, "why_lost": why_lost, "what_would_change": what_would_change,
    }  # fmt: skip
    return made


@dataclass(frozen=True, slots=True)
class Page:
    """One request by one person."""

    request: Request
    site: Site
    person: Person
    words: Words
    form: FormData

    @property
    def reading(self) -> Reading:
        """The snapshot to read. Raises WarehouseError where there is none."""
        return self.site.snapshots.newest()

    @property
    def is_part(self) -> bool:
        """True when htmx asks for a part of a page."""
        return self.request.headers.get("hx-request") == "true"

    def given(self, name: str, default: str = "") -> str:
        """A query parameter, or a form's field, as trimmed text."""
        value = self.form.get(name, self.request.query_params.get(name, default))
        return value.strip()[:2000] if isinstance(value, str) else default

    def field_labels(self) -> dict[str, str]:
        """The label of every field of the catalogue, by its name."""
        return {f.name: f.label_zh if self.words.lang == "zh" else f.label_en for f in self.site.catalogue}

    def given_list(self, name: str) -> list[str]:
        """All values a form gives under one name."""
        return [value for value in self.form.getlist(name) if isinstance(value, str)]

    def show(self, template: str, status: int = 200, **context: Any) -> Response:
        """A template as an answer."""
        around = _frame(self.request, self.site, self.person, self.words)
        return HTMLResponse(
            environment().get_template(f"{template}.html.j2").render(**around, **context), status
        )

    def go(self, path: str) -> Response:
        """Sends the browser to another page of ours."""
        if self.is_part:
            return Response(status_code=204, headers={"HX-Redirect": path})
        return RedirectResponse(path, 303)


def words_for(request: Request) -> Words:
    """The language of a request: asked for, chosen before, or the browser's own."""
    chosen = request.query_params.get("lang") or request.cookies.get("evergreen_lang")
    return Words(wanted_language(chosen, request.headers.get("accept-language", "")))


def site_of(request: Request) -> Site:
    """The console a request is for."""
    site: Site = request.app.state.site
    return site


def _reader_of(role: Role) -> Callable[[Request], Page]:
    def page(request: Request) -> Page:
        return page_of(request, role, FormData())

    return page


def _writer_of(role: Role) -> Callable[[Request], Awaitable[Page]]:
    async def write(request: Request) -> Page:
        form = await request.form(max_files=0, max_fields=2000)
        page = page_of(request, role, form)
        if not page.site.access.is_own_form(form.get("csrf"), request.state.seat, page.person):
            raise NotAllowed("csrf")
        return page

    return write


def page_of(request: Request, role: Role, form: FormData) -> Page:
    """The page of a request. Raises NotSignedIn or NotAllowed."""
    site = site_of(request)
    person = site.access.person(request)
    if person is None:
        raise NotSignedIn
    if not person.may(role):
        raise NotAllowed(role.name.lower())
    return Page(request, site, person, words_for(request), form)


Reads = Annotated[Page, Depends(_reader_of(Role.READER))]
Steward = Annotated[Page, Depends(_reader_of(Role.STEWARD))]
Admin = Annotated[Page, Depends(_reader_of(Role.ADMIN))]
StewardWrites = Annotated[Page, Depends(_writer_of(Role.STEWARD))]
AdminWrites = Annotated[Page, Depends(_writer_of(Role.ADMIN))]


def frame(request: Request) -> dict[str, Any]:
    """What a page shows around itself where nobody is known (signing in, an error)."""
    site = site_of(request)
    return _frame(request, site, site.access.person(request), words_for(request))


def _frame(request: Request, site: Site, person: Person | None, words: Words) -> dict[str, Any]:
    theme = request.cookies.get("evergreen_theme", "auto")
    return {
        "t": words, "lang": words.lang, "person": person, "theme": theme if theme in THEMES else "auto",
        "path": request.url.path, "here": _here(request), "csrf": site.access.csrf(request.state.seat, person),
        "is_steward": bool(person and person.may(Role.STEWARD)), "is_admin": bool(person and person.may(Role.ADMIN)),
        "can_sign_out": site.access.by_token, "langs": LANGS, "themes": THEMES, "now": site.clock.now(),
    }  # fmt: skip


def _here(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def safe_path(text: str) -> str:
    """A path of ours to go back to; `/` for anything that could lead elsewhere."""
    if not text.startswith("/") or text.startswith(("//", "/\\")) or any(ord(c) < 32 for c in text):
        return "/"
    return text


def safe_url(url: Any) -> str:
    """A link's target: empty unless it is plain http or https."""
    text = str(url or "").strip()
    try:
        return text if urlsplit(text).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def day(moment: Any) -> str:
    """A date as 2026-11-22; empty for nothing."""
    return moment.strftime("%Y-%m-%d") if isinstance(moment, (date, datetime)) else str(moment or "")[:10]


def minute(moment: Any) -> str:
    """A time as 2026-11-22 02:00; empty for nothing."""
    return (
        moment.strftime("%Y-%m-%d %H:%M")
        if isinstance(moment, datetime)
        else str(moment or "")[:16].replace("T", " ")
    )


def percent(share: Any, digits: int = 0) -> str:
    """A share as a percentage; an en dash for nothing."""
    return "–" if share is None else f"{share:.{digits}%}"


def number(value: Any) -> str:
    """A number with thin groups of thousands; an en dash for nothing."""
    if value is None:
        return "–"
    return f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{int(value):,}"


def short(text: Any, length: int = 120) -> str:
    """A text cut to a length."""
    plain = str(text or "")
    return plain if len(plain) <= length else plain[: length - 1].rstrip() + "…"


def query(given: Mapping[str, Any], **changed: Any) -> str:
    """A query string out of filters, with some of them changed; blanks are left out."""
    return urlencode({k: v for k, v in {**given, **changed}.items() if v not in (None, "", 0)})
