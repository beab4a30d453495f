"""Signing in with a token, signing out, and the choice of language and theme."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from console.access import SESSION
from console.guard import is_secure
from console.rendering import THEMES, NotAllowed, environment, frame, safe_path, site_of
from console.wording import LANGS

router = APIRouter(include_in_schema=False)
_YEAR = 365 * 86400


async def _signed_form(request: Request) -> dict[str, str]:
    form = {k: v for k, v in (await request.form(max_files=0)).items() if isinstance(v, str)}
    access = site_of(request).access
    if not access.is_own_form(form.get("csrf"), request.state.seat, access.person(request)):
        raise NotAllowed("csrf")
    return form


Signed = Annotated[dict[str, str], Depends(_signed_form)]


@router.get("/sign-in")
def ask(request: Request) -> Response:
    """The form that asks for a token."""
    return _form(request, request.query_params.get("back", "/"), wrong=False)


@router.post("/sign-in")
def sign_in(request: Request, form: Signed) -> Response:
    """Takes a token, ten tries a minute."""
    back = safe_path(form.get("back", "/"))
    if not site_of(request).tries.take(site_of(request).access.caller(request)):
        return _form(request, back, wrong=True, status=429)
    cookie = site_of(request).access.sign_in(form.get("token", "").strip())
    if cookie is None:
        return _form(request, back, wrong=True, status=401)
    answer = RedirectResponse(back, 303)
    answer.set_cookie(
        SESSION, cookie, httponly=True, samesite="lax", secure=is_secure(request),
        max_age=int(site_of(request).config.console.session_hours * 3600),
    )  # fmt: skip
    return answer


@router.post("/sign-out", dependencies=[Depends(_signed_form)])
def sign_out() -> Response:
    """Forgets the session."""
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(SESSION)
    return answer


@router.get("/preferences")
def preferences(request: Request) -> Response:
    """Keeps the language or theme a person chose and goes back."""
    answer = RedirectResponse(safe_path(request.query_params.get("back", "/")), 303)
    for name, allowed in (("lang", LANGS), ("theme", THEMES)):
        chosen = request.query_params.get(name)
        if chosen is not None and chosen in allowed:
            answer.set_cookie(f"evergreen_{name}", chosen, max_age=_YEAR, samesite="lax", httponly=True)
    return answer


def _form(request: Request, back: str, *, wrong: bool, status: int = 200) -> Response:
    context = frame(request) | {"back": safe_path(back), "wrong": wrong}
    return HTMLResponse(environment().get_template("sign_in.html.j2").render(**context), status)
