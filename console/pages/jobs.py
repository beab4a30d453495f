"""Jobs: what was started from here, how far it is, and what became of it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from console.rendering import AdminWrites, NotFound, Reads

router = APIRouter(include_in_schema=False)
#: What may be started without further arguments.
_PLAIN = {"night": ("nightly", ["--no-prefect"]), "night-apply": ("nightly", ["--no-prefect", "--apply"])}


@router.get("/jobs")
def jobs(page: Reads) -> Response:
    """The jobs, newest first."""
    return page.show("jobs", jobs=page.site.jobs.newest(100))


@router.get("/jobs/{job_id}")
def job(page: Reads, job_id: str) -> Response:
    """One job; htmx asks again while it runs."""
    found = page.site.jobs.find(job_id)
    if found is None:
        raise NotFound
    template = "job_state" if page.is_part else "job"
    return page.show(template, job=found, progress=page.site.jobs.progress(job_id))


@router.post("/jobs")
def start(page: AdminWrites) -> Response:
    """Starts a night now."""
    kind = _PLAIN.get(page.given("kind"))
    if kind is None:
        raise NotFound
    found = page.site.jobs.start(kind[0], kind[1], page.person.name)
    return page.go(f"/jobs/{found.id}")


@router.post("/jobs/{job_id}/stop")
def stop(page: AdminWrites, job_id: str) -> Response:
    """Stops a job."""
    page.site.jobs.stop(job_id)
    return page.go(f"/jobs/{job_id}")
