"""A file of a million twins with their events: one life takes little CPU, summaries never touch the events.

tier: long
"""
import os
import subprocess
import tempfile
import time

import h5py  # noqa: F401 (without these this test is not registered)
import pandas as pd

import tearing

from module import ROOT, twinpath

STUDY = ROOT / "scenarios" / "studies" / "first_study.yaml"
N_TWINS = 1_000_000
CPU_SECONDS_A_LIFE = 0.050
LEAST_EVENTS = 10 * N_TWINS
# what a summary may read, beside the program's one pass over the bytes that checks the file's integrity: the metadata of some hundred datasets, and /summary, /contrasts, /survival, /provenance
BYTES_OF_A_SUMMARY = 4_000_000


def best_cpu_of_a_life(path, twin, strategy, what):
    """The least CPU of five that opening the file and reading one life took."""
    best = float("inf")
    for _ in range(5):
        begins = time.process_time()
        with twinpath.open(path) as results:
            life = getattr(results, what)(*(("supply",) if what == "spells" else ()), twin=twin, strategy=strategy)
        best = min(best, time.process_time() - begins)
        assert set(life.twin) <= {twin} and set(life.strategy) <= {strategy}
    return best, life


def main():
    with tempfile.TemporaryDirectory(prefix="twinpath-million-") as folder:
        path = os.path.join(folder, "million.h5")
        twinpath.run(STUDY, patients=N_TWINS, output=path, progress=None).close()
        os.remove(path + ".sha256")
        with h5py.File(path) as file:
            assert file["events/path_twin"].shape[0] == 2 * N_TWINS
            assert file["events/event_time"].shape[0] > LEAST_EVENTS
        slowest = {}
        for twin in (0, 123_456, 499_999, 765_432, N_TWINS - 1):
            for what in ("events", "spells"):
                for strategy in ("usual_care", "reminders"):
                    cpu, life = best_cpu_of_a_life(path, twin, strategy, what)
                    assert len(life) > 0
                    assert cpu < CPU_SECONDS_A_LIFE, (what, twin, strategy, cpu)
                    slowest[what] = max(slowest.get(what, 0), cpu)
        # what was dispensed is what is told of the supply
        with twinpath.open(path) as results:
            life, spells = results.events(765_432, "reminders"), results.spells("supply", 765_432, "reminders")
        n = (life.event == "patient.stock.dispensed").sum()
        assert n == (spells.state == "covered").sum() == (spells.to == "covered").sum() > 0

        size, torn = os.path.getsize(path), tearing.tear(path, os.path.join(folder, "torn"))[0]
        before = tearing.bytes_read()
        with twinpath.open(path) as results:
            frames = results.summary(), results.contrasts()
        n_python = tearing.bytes_read() - before
        with twinpath.open(torn) as results:
            for frame, other in zip(frames, (results.summary(), results.contrasts())):
                pd.testing.assert_frame_equal(frame, other)
        said, n_program = [], []
        for one in (path, torn):
            before = tearing.bytes_read()
            said.append(subprocess.run([os.environ["TWP_PROGRAM"], "summary", one], capture_output=True, text=True,
                                       check=True).stdout)
            n_program.append(tearing.bytes_read() - before)
        assert said[0] == said[1] and len(said[0]) > 1000
        assert n_python < BYTES_OF_A_SUMMARY and max(n_program) < size + BYTES_OF_A_SUMMARY, (n_python, n_program)
        print(f"file {size / 1e6:.0f} MB; CPU of a life, opening the file, at most: "
              + ", ".join(f"{what} {1000 * cpu:.1f} ms" for what, cpu in slowest.items())
              + f"; bytes read for a summary: Python {n_python:,}, the program {max(n_program) - size:,} and the file "
              "once to check it")


main()
