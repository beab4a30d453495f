"""`python -m tests.fuzz.guided TARGET [libFuzzer's words]`: one target under atheris, which seeks inputs that reach new code.

An extra hand, not part of `make test`: atheris is installed by `make fuzz-guided` alone. Seeds are our own fixtures; what breaks
something is left in the working folder as `crash-…`, for `tests/fuzz/found.py`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random
from tempfile import mkdtemp

import atheris

with atheris.instrument_imports(
    include=["accounts", "crm", "enrichers", "flows", "intelligence", "matchers", "warehouse"]
):
    from tests.fuzz.targets import targets
    from tests.fuzz.watch import watch

    TARGETS = targets()  # imports what they are about

LIMITS = ("-timeout=10", "-rss_limit_mb=1024", "-max_len=65536")


def main() -> None:
    """Runs until it is stopped, or for as many inputs as `-runs=` says."""
    target = TARGETS[sys.argv[1]]
    run, seeds = target.prepare(), target.seeds()

    def one(data: bytes) -> None:
        seen = watch(run, data)
        if seen.fault:
            raise AssertionError(f"{seen.fault}\n{seen.trace}")

    def ours(data: bytes, most: int, seed: int) -> bytes:
        """Half of the mutations are ours, which know what JSON and markup are; the others libFuzzer's own."""
        random = Random(seed)
        made = target.make(random, seeds) if random.random() < 0.5 else data
        return atheris.Mutate(made[:most], most)

    corpus = Path(mkdtemp(prefix="evergreen-corpus-"))
    for number, seed in enumerate(seeds):
        (corpus / str(number)).write_bytes(seed)
    atheris.Setup([sys.argv[0], *LIMITS, *sys.argv[2:], str(corpus)], one, custom_mutator=ours)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
