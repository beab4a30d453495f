"""Nights in any order on a real Tryton: a person edits before, during and after our writes, answers are lost, runs die and are undone.

The server's clock is its own, so no days pass here; what holds expire after is told on the simulated CRMs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from accounts.clock import Clock
from accounts.errors import CrmOutcomeUnknown
from crm.tryton import TrytonCrm
from demo.simulate.org import Faults
from tests.crm import test_remote_interleaving as shared
from tests.crm import test_remote_promise as promise
from tests.crm.rigs import tryton


class RacingRig(tryton.TrytonRig):
    """The real server, with a person who saves in the very moment, and a line that goes dead after the commit."""

    def __init__(self) -> None:
        super().__init__()
        self.faults = Faults()  # type: ignore[assignment]

    def crm(self, clock: Clock | None = None, **given: Any) -> TrytonCrm:
        crm = super().crm(clock, **given)
        real, faults = crm._tryton.write, self.faults
        assert isinstance(faults, Faults)

        def write(*args: Any, **context: Any) -> Any:
            before, faults.before_write = faults.before_write, None
            if before is not None:
                before()
            result = real(*args, **context)
            after, faults.after_write = faults.after_write, None
            if after is not None:
                after()
            if faults.hang_after_commit:
                faults.hang_after_commit -= 1
                raise CrmOutcomeUnknown("The line went dead.", crm="tryton")
            return result

        crm._tryton.write = write  # type: ignore[method-assign]
        return crm


class Interleaving(shared.Interleaving):
    kind = "tryton"

    def days_pass(self, days: int) -> None:
        """None pass."""


def run(monkeypatch: pytest.MonkeyPatch, examples: int, steps: int) -> None:
    tryton.server()  # or skip
    monkeypatch.setattr(shared, "open_rig", lambda kind, folder: RacingRig())
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Interleaving,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck), database=None, derandomize=examples < 10,
        ),
    )  # fmt: skip


def test_no_story_on_a_real_server_loses_an_edit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run(monkeypatch, 4, 10)


@pytest.mark.slow
def test_no_long_story_on_a_real_server_loses_an_edit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run(monkeypatch, 12, 20)


@pytest.mark.parametrize(
    "story",
    [
        promise.test_13_of_two_runs_at_once_each_cell_ends_right_and_no_edit_is_invented,
        promise.test_an_edit_in_the_moment_of_writing_is_kept_or_given_back_and_reported,
        promise.test_an_edit_right_after_ours_stands,
    ],
)
def test_the_promise_in_the_very_moment(story: Callable[[RacingRig], None]) -> None:
    tryton.server()  # or skip
    story(RacingRig())


def test_14_a_clock_of_its_own_loses_nothing() -> None:
    tryton.server()  # or skip
    promise.test_14_clocks_that_differ_and_coarse_stamps_lose_nothing(RacingRig(), 0)
