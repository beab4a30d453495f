"""Backfill a segment, refresh one account: the night's own path over a part of the CRM."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from accounts.account import Account
from accounts.errors import ConfigError, EvergreenError
from flows.night import NightOptions, Progress, ShardRunner, one_after_another, run_night, silent
from flows.report import RunReport
from flows.requests import answer_request, waiting_requests
from flows.scope import Scope, select_accounts
from flows.services import Services


class BackfillForm(BaseModel):
    """What a backfill is asked for; Prefect shows it as a form."""

    model_config = ConfigDict(extra="forbid")

    where: str = Field(
        description="An SQL condition over id and the CRM's fields, such as: country = 'US' AND phone IS NULL"
    )
    fields: list[str] = Field(default=[], description="Only these catalogue fields; all where none is named")
    limit: int | None = Field(default=None, ge=0, description="Look at no more than this many accounts")
    apply: bool = Field(default=False, description="Write to the CRM; without it nothing is written")
    force: bool = Field(default=False, description="Write although the circuit breaker has tripped")


def run_backfill(
    services: Services,
    form: BackfillForm,
    *,
    shards: ShardRunner = one_after_another,
    progress: Progress = silent,
) -> RunReport:
    """Looks now at all accounts a condition selects, whatever their state, and at the fields asked for.

    Raises ConfigError for a condition that cannot be read or selects nothing, UnknownField for a field.
    """
    wanted = frozenset(services.catalogue[name].name for name in form.fields) or None
    accounts = {a.id: a for a in services.crm.pull().accounts}
    chosen = select_accounts(accounts, services.catalogue, form.where)
    if not chosen:
        raise ConfigError(
            f"--where {form.where!r} selects no account.",
            remedy="Try it wider; `evergreen check` lists columns.",
            key="where",
        )
    options = NightOptions(
        apply=form.apply,
        kind="backfill",
        scope=Scope(chosen, wanted),
        ask=True,
        force=form.force,
        limit=form.limit,
    )
    return run_night(services, options, shards=shards, progress=progress)


def run_refresh(
    services: Services, account: str, *, apply: bool = False, within: str | None = None
) -> RunReport:
    """Looks now at one account (id or exact name), whatever its state. Raises ConfigError for one nobody knows."""
    accounts = {a.id: a for a in services.crm.pull().accounts}
    key = find_account(accounts, account)
    options = NightOptions(
        apply=apply, kind="refresh", scope=Scope(frozenset({key})), ask=True, force=True, within=within
    )
    return run_night(services, options)


def find_account(accounts: Mapping[str, Account], name: str) -> str:
    """The id of an account given by id or exact name. Raises ConfigError for none, or for several."""
    if name in accounts:
        return name
    fitting = [a.id for a in accounts.values() if (a.get("name") or "").casefold() == name.casefold()]
    if len(fitting) != 1:
        told = "No account" if not fitting else f"More than one account ({', '.join(fitting)})"
        raise ConfigError(
            f"{told} has the id or name {name!r}.", remedy="Give the id as the CRM has it.", key=name
        )
    return fitting[0]


def serve_requests(services: Services, run_id: str) -> None:
    """Answers the refresh requests left for the run that holds the warehouse; never fails that run."""
    for request in waiting_requests(services.config.home):
        try:
            answer: dict[str, Any] = run_refresh(
                services, request.account, apply=request.apply, within=run_id
            ).as_json()
        except EvergreenError as error:
            answer = {"error": error.what, "remedy": error.remedy, "exit_code": error.exit_code}
        answer_request(services.config.home, request, answer)
