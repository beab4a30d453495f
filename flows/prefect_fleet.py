"""The fleet under Prefect: one flow run reads one shard, on whichever machine has a worker of the read pool."""

from __future__ import annotations

import os
import time
from pathlib import Path
from tempfile import gettempdir
from uuid import UUID

from flows.prefect_settings import settle_prefect

settle_prefect()

from prefect import flow  # noqa: E402 - its settings are read at import
from prefect.client.orchestration import SyncPrefectClient, get_client  # noqa: E402
from prefect.client.schemas import State  # noqa: E402
from prefect.exceptions import ObjectNotFound  # noqa: E402
from prefect.states import Cancelling  # noqa: E402

from accounts.config import FleetConfig  # noqa: E402
from accounts.errors import ConfigError, WarehouseError  # noqa: E402
from flows.fleet_hands import HandLost  # noqa: E402
from flows.fleet_store import open_store  # noqa: E402
from flows.fleet_worker import Attempt, do_shard  # noqa: E402
from flows.prefect_reach import answered, is_away  # noqa: E402

#: Seconds between looks at a shard's flow run.
_BETWEEN_LOOKS = 3.0
#: Seconds that the server may be away before a night gives up.
_PATIENCE = 600.0


@flow(name="evergreen-read-shard", persist_result=False, log_prints=False)
def read_shard(
    store: str, run_id: str, number: int, attempt: int = 1, endpoint_url: str | None = None, region: str | None = None,
) -> None:  # fmt: skip
    """Read one shard of a night and leave it in the fleet's store."""
    working = Path(gettempdir()) / f"evergreen-{os.getuid()}"
    working.mkdir(mode=0o700, exist_ok=True)
    if working.stat().st_uid != os.getuid():
        raise ConfigError(
            f"{working} belongs to somebody else.", remedy="Set TMPDIR to a folder of your own."
        )
    do_shard(open_store(store, endpoint_url, region), Attempt(run_id, number, attempt), working)


class PrefectHands:
    """Hands shards out as flow runs of a deployment; a flow run that crashed is a hand lost."""

    def __init__(self, fleet: FleetConfig, store: str) -> None:
        self.at_once = fleet.readers
        self._fleet, self._store = fleet, store
        self._client: SyncPrefectClient = get_client(sync_client=True)

    def do(self, order: Attempt) -> None:
        """Starts a flow run and waits until it has ended; a server that is away meanwhile is waited for.

        Raises ConfigError where the server has no such deployment, ServerAway, WarehouseError where the shard failed.
        """
        started = answered(lambda: self._start(order), _PATIENCE)
        deadline = time.monotonic() + self._fleet.shard_minutes * 60
        while time.monotonic() < deadline:
            state = self._state(started)
            if state is not None and state.is_completed():
                return
            if state is not None and state.is_failed():
                raise WarehouseError(
                    f"Shard {order.number} failed where it was read: {state.message or 'no reason given'}",
                    remedy=f"See the flow run {started} in Prefect's pages.",
                )
            if state is not None and state.is_final():
                raise HandLost
            time.sleep(_BETWEEN_LOOKS)
        answered(lambda: self._client.set_flow_run_state(started, Cancelling(), force=True), _PATIENCE)
        raise HandLost

    def _state(self, started: UUID) -> State | None:
        """How far a flow run is; None while the server is away, for the shard is not. Raises HandLost where nobody knows the run."""
        try:
            return self._client.read_flow_run(started).state
        except ObjectNotFound:
            raise HandLost from None
        except Exception as error:
            if not is_away(error):
                raise
            return None

    def close(self) -> None:
        """Nothing is held: the workers are Prefect's."""

    def _start(self, order: Attempt) -> UUID:
        fleet = self._fleet
        given = {
            "store": self._store, "run_id": order.run_id, "number": order.number, "attempt": order.attempt,
            "endpoint_url": fleet.endpoint_url, "region": fleet.region,
        }  # fmt: skip
        name = f"{order.run_id}-{order.number:05d}-{order.attempt:02d}"
        try:
            deployment = self._client.read_deployment_by_name(fleet.deployment)
        except ObjectNotFound:
            raise ConfigError(
                f"Prefect's server has no deployment {fleet.deployment}.",
                remedy="Run `evergreen setup-prefect`, then `prefect deploy --all`.",
                key="fleet.deployment",
            ) from None
        run = self._client.create_flow_run_from_deployment(
            deployment.id, parameters=given, name=name, idempotency_key=name
        )
        return run.id
