"""What a self-hosted Prefect server needs before the deployments: two work pools, and the automation that finds dead runs."""

from __future__ import annotations

from datetime import timedelta

from flows.prefect_settings import settle_prefect

settle_prefect()

from prefect.client.orchestration import SyncPrefectClient, get_client  # noqa: E402 - its settings are read at import
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate  # noqa: E402
from prefect.client.schemas.objects import StateType  # noqa: E402
from prefect.events.actions import ChangeFlowRunState  # noqa: E402
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture  # noqa: E402
from prefect.exceptions import ObjectNotFound  # noqa: E402

#: Who writes the warehouse and the CRM: one at a time, on the machine that holds them. Who reads the world: as many as wanted.
WRITE_POOL, READ_POOL = "evergreen-write", "evergreen-read"
AUTOMATION = "evergreen: runs that say nothing any more have crashed"


def set_up(readers: int | None = None, silence: int = 600) -> list[str]:
    """Makes the pools and the automation where they are missing, and brings them up to date; says what it did.

    A run is dead that has said nothing for `silence` seconds: three of the workers' beats (PREFECT_FLOWS_HEARTBEAT_FREQUENCY) or more.
    """
    with get_client(sync_client=True) as client:
        pools = [_pool(client, WRITE_POOL, 1), _pool(client, READ_POOL, readers)]
        return [*pools, _automation(client, timedelta(seconds=silence))]


def _pool(client: SyncPrefectClient, name: str, limit: int | None) -> str:
    try:
        client.read_work_pool(name)
    except ObjectNotFound:
        client.create_work_pool(WorkPoolCreate(name=name, type="process", concurrency_limit=limit))
        return f"made the work pool {name}"
    client.update_work_pool(name, WorkPoolUpdate(concurrency_limit=limit))
    return f"the work pool {name} is there"


def _automation(client: SyncPrefectClient, silence: timedelta) -> str:
    """A run that was taken up is heard of again: it starts, beats, ends. A late beat must not touch one that has ended."""
    signs = {f"prefect.flow-run.{sign}" for sign in ("Pending", "Running", "heartbeat")}
    ends = {
        f"prefect.flow-run.{end}" for end in ("Completed", "Failed", "Cancelled", "Crashed", "AwaitingRetry")
    }
    wanted = AutomationCore(
        name=AUTOMATION,
        description="Its shard is then read again by another worker, or its night gone on with by the next.",
        trigger=EventTrigger(
            after=signs,
            expect=signs | ends,
            match={"prefect.resource.id": "prefect.flow-run.*"},
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=silence,
        ),
        actions=[
            ChangeFlowRunState(
                name=None, state=StateType.CRASHED, message="its machine says nothing any more", force=False
            )
        ],
    )
    there = client.read_automations_by_name(AUTOMATION)
    if not there:
        client.create_automation(wanted)
        return "made the automation that finds dead runs"
    client.update_automation(there[0].id, wanted)
    return "the automation that finds dead runs is up to date"
