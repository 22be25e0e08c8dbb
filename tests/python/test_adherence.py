"""Dispensings of simulated lives, exported as a file, have the same adherence as the lives themselves."""
import csv
import datetime
import os
import pathlib
import subprocess
import tempfile

import h5py
import numpy as np
import pandas  # noqa: F401 (without it this test is not registered)

from module import twinpath

STUDY = pathlib.Path(__file__).with_name("adherence_study.yaml")
DAY_ZERO = datetime.date(2021, 1, 1)
HORIZON_DAYS = 700
MEASURES = ["pdc", "mpr", "persistence_90d", "persistence_365d"]


def run_program(*words):
    done = subprocess.run([os.environ["TWP_PROGRAM"], *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def export(run, path):
    """The dispensings of the run as a file of them, by scripts/twinpath.py; returns the twins."""
    with twinpath.open(run) as results:
        fills = results.dispensings("stock", "usual")
        fills.to_csv(path, index=False)
        # each dispensing that was recorded, its day floor(time) after the twin's entry on the first day
        events = results.events(strategy="usual").query("event == 'patient.stock.dispensed'")
        assert len(fills) == len(events) > 5000
        assert (fills.patient_id.to_numpy() == events.twin.to_numpy()).all()
        days = [(date - DAY_ZERO).days for date in fills.date]
        assert (np.array(days) == np.floor(events.time)).all()
        assert (fills.followed_days == HORIZON_DAYS - fills.groupby("patient_id").date.transform("min").map(
            lambda date: (date - DAY_ZERO).days)).all()
    return sorted(set(fills.patient_id))


def figures(run):
    """Of each twin, as the file has them: float32, or int8 with a value below 0 where a flag does not apply."""
    with h5py.File(run) as h5:
        column = {name: h5["outcomes"][name][0] for name in MEASURES}
        means = {name: h5["summary"][f"{name}_mean"][0] for name in ("pdc", "mpr")}
        position = {twin: i for i, twin in enumerate(h5["outcomes"]["twin"][:])}
        return position, column, means


def main():
    with tempfile.TemporaryDirectory(prefix="twinpath-adherence-") as folder:
        run, fills, rows = (os.path.join(folder, name) for name in ("run.h5", "fills.csv", "rows.csv"))
        run_program("run", str(STUDY), "-q", "-o", run)
        twins = export(run, fills)
        run_program("adherence", fills, "-q", "--csv", rows, "--followup-duration", "followed_days",
                 "--permissible-gap", "40 days", "--at", "90,365 days", "--measure", "pdc,mpr,persistence,cma7,cma2")
        position, simulated, means = figures(run)
        with open(rows, encoding="utf-8") as file:
            table = list(csv.DictReader(file))
        assert [int(row["patient"]) for row in table] == twins
        assert len(twins) > 1400
        n_equal = 0
        for row in table:
            i = position[int(row["patient"])]
            for name in MEASURES:
                wanted = simulated[name][i]
                got = np.float32("nan" if row[name] == "NA" else row[name])
                # to the last digit of the file
                undefined = np.isnan(got) and (np.isnan(wanted) or wanted < 0)
                assert undefined or got == wanted, (row["patient"], name, got, wanted)
                n_equal += not undefined
        assert n_equal > 4 * 1200, n_equal
        # in double precision too: the means over the twins with a value
        for name in ("pdc", "mpr"):
            values = np.array([float(row[name]) for row in table if row[name] != "NA"])
            assert abs(values.mean() - means[name]) < 1e-13, (name, values.mean(), means[name])
            assert 0.3 < values.mean() < 0.95 and values.std() > 0.1
        # and the stream agrees with the measures of whole histories: PDC with CMA7, MPR with CMA2
        for row in table:
            if row["pdc"] != "NA":
                assert abs(float(row["pdc"]) - float(row["cma7"])) < 1e-12, row
                assert abs(float(row["mpr"]) - float(row["cma2"])) < 1e-12, row
    print(f"{n_equal} figures of {len(twins)} twins are equal")


main()
