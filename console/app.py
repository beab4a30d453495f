"""The console as an ASGI application."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from accounts.clock import Clock
from accounts.errors import EvergreenError, WarehouseError
from console import api
from console.guard import OWN_NAMES, Buckets, Guard
from console.pages import (
    account,
    accounts,
    decisions,
    duplicates,
    embed,
    exports,
    jobs,
    overview,
    review,
    rules,
    runs,
    session,
    sources,
    stale,
)
from console.rendering import NotAllowed, NotFound, NotSignedIn, environment, frame
from console.site import open_site
from console.snapshots import Reading

_PAGES = (
    overview, runs, stale, rules, review, account, accounts, sources, duplicates, jobs, decisions, exports, embed, session, api,
)  # fmt: skip


def create_app(
    config_path: Path,
    *,
    host: str = "127.0.0.1",
    clock: Clock | None = None,
    world: Sequence[str] = (),
    warm: bool = False,
) -> FastAPI:
    """The console over the warehouse a configuration names; `world` are options for jobs that read it.

    With `warm`, what is made once per snapshot is made as soon as one is published. Raises ConfigError.
    """
    site = open_site(config_path, clock=clock, world=world, prepare=_prepare if warm else None)
    settings = site.config.console
    app = FastAPI(
        title="Evergreen", version="1", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json",
        description="Read-only: accounts with evidence, the stale list, the review queue, runs.",
    )  # fmt: skip
    app.state.site = site
    for module in _PAGES:
        app.include_router(module.router)
    app.mount(
        "/static", StaticFiles(directory=str(resources.files("console").joinpath("static"))), name="static"
    )
    app.add_exception_handler(NotSignedIn, _ask_who)
    app.add_exception_handler(NotAllowed, _refuse)
    app.add_exception_handler(NotFound, _miss)
    app.add_exception_handler(EvergreenError, _explain)
    app.add_exception_handler(HTTPException, _http)
    app.add_middleware(
        Guard, hosts=OWN_NAMES | {host.lower()} | {h.lower() for h in settings.hosts},
        ancestors=tuple(settings.frame_ancestors), buckets=Buckets(settings.requests_per_minute),
        caller=site.access.caller,
    )  # fmt: skip
    return app


def _prepare(reading: Reading) -> None:
    """Makes what every page needs of a new snapshot before anybody waits for it."""
    overview.coverage(reading)
    overview.newest_runs(reading)
    reading.once("queue", lambda: reading.ask("queue"))
    stale.prepare(reading)


def _wants_json(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def _told(request: Request, status: int, what: str, remedy: str = "") -> Response:
    if _wants_json(request):
        return JSONResponse({"error": what, "remedy": remedy}, status)
    context = frame(request) | {"what": what, "remedy": remedy, "status": status}
    return Response(
        environment().get_template("error.html.j2").render(**context), status, media_type="text/html"
    )


def _ask_who(request: Request, _: Exception) -> Response:
    if _wants_json(request):
        return JSONResponse({"error": "Say who you are: Authorization: Bearer TOKEN."}, 401)
    back = request.url.path if request.method == "GET" else "/"
    return RedirectResponse(f"/sign-in?back={quote(back)}", 303)


def _refuse(request: Request, error: Exception) -> Response:
    words = frame(request)["t"]
    key = "error.csrf" if str(error) == "csrf" else "error.role"
    return _told(request, 403, words(key))


def _miss(request: Request, _: Exception) -> Response:
    return _told(request, 404, frame(request)["t"]("error.missing"))


def _explain(request: Request, error: Exception) -> Response:
    what, remedy = (error.what, error.remedy) if isinstance(error, EvergreenError) else (str(error), "")
    return _told(request, 503 if isinstance(error, WarehouseError) else 400, what, remedy)


def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    what = frame(request)["t"]("error.missing") if status == 404 else str(getattr(error, "detail", error))
    return _told(request, status, what)
