"""Measures the search for pairs among many entries, and the look for those of one entry.

    python -m tests.benchmarks.pairs [COUNT]

Not part of the tests: what it prints depends on the machine.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

from convledger.ledger import Ledger
from convledger.memory.pairing import find_all_pairs, open_pairs, refresh_pairs
from tests.memory.planted import NOW, keep_all, planted


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_300
    example = planted(count)
    with (
        tempfile.TemporaryDirectory() as folder,
        Ledger.open(Path(folder) / "workspace") as ledger,
    ):
        connection = ledger.connection
        ids = keep_all(connection, example.texts)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begun, used = time.perf_counter(), time.process_time()
        search = find_all_pairs(connection, NOW)
        seconds, cpu = time.perf_counter() - begun, time.process_time() - used
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        print(f"{count:,} entries: {seconds:.1f} s, {cpu:.1f} s of CPU (promised 60 s)")
        print(f"memory grew by {grown:.0f} MB; {search.compared:,} pairs compared closely")
        found = {(pair.first_id, pair.second_id): pair.kind for pair in open_pairs(connection)}
        for name in ("reordered", "reworded", "renumbered"):
            pairs = [(ids[one], ids[other]) for one, other in getattr(example, name)]
            there = [found[pair] for pair in pairs if pair in found]
            print(
                f"{name}: {len(there)} of {len(pairs)} found, {there.count('conflict')} as conflict"
            )
        print(f"beyond those planted: {len(found) - len(example.pairs):,}")
        taken = []
        for _, other in sorted(example.pairs):
            begun = time.process_time()
            refresh_pairs(connection, [ids[other]], NOW)
            taken.append(1000 * (time.process_time() - begun))
        print(f"one entry: {statistics.median(taken):.1f} ms of CPU, at most {max(taken):.1f} ms")


if __name__ == "__main__":
    main()
