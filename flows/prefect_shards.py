"""Shards as Prefect tasks: how every flow that enriches hands them out."""

from __future__ import annotations

from collections.abc import Callable

from flows.prefect_settings import settle_prefect

settle_prefect()

from prefect import task  # noqa: E402 - its settings are read at import
from prefect.cache_policies import NO_CACHE  # noqa: E402
from prefect.task_runners import ThreadPoolTaskRunner  # noqa: E402

from accounts.config import Config  # noqa: E402
from flows.night import ShardRunner  # noqa: E402

#: Tries of a shard beyond the first; single requests are retried by the client.
SHARD_RETRIES = 2


def tasks_for(config: Config) -> ShardRunner:
    """A runner with as many shards at a time as are done here, or read by the fleet."""
    fleet, run = config.fleet, config.run
    waiting = fleet.readers if fleet.by == "prefect" else len(fleet.workers)
    return as_tasks(waiting + 1 if fleet.store else run.shards_at_once)


def as_tasks(at_once: int) -> ShardRunner:
    """A runner that makes every shard a Prefect task, `at_once` at a time; raises the first error after all have ended."""

    def run(run_shard: Callable[[int], None], count: int, between: Callable[[], None]) -> None:
        @task(
            name="enrich-shard",
            retries=SHARD_RETRIES,
            retry_delay_seconds=5,
            cache_policy=NO_CACHE,
            persist_result=False,
        )
        def enrich_shard(number: int) -> None:
            run_shard(number)

        runner: ThreadPoolTaskRunner[None] = ThreadPoolTaskRunner(max_workers=max(1, at_once))
        with runner:
            futures = [runner.submit(enrich_shard, {"number": number}) for number in range(count)]
            for future in futures:
                future.wait()
                between()
        for future in futures:
            future.result()

    return run
