"""Rows that stay in the shards read the same in h5py and xarray as those of a run without parts."""
import os
import subprocess
import sys
import tempfile

import h5py
import xarray as xr

STUDY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "study.yaml")
PROGRAM = os.environ["TWP_PROGRAM"]


def call(*words):
    subprocess.run([PROGRAM, *words], check=True, stdout=subprocess.DEVNULL)


def differences(whole, parts):
    found, n_virtual = [], 0

    def compare(name, one):
        nonlocal n_virtual
        if not isinstance(one, h5py.Dataset) or one.dtype.kind not in "if" or name.startswith("session/"):
            return
        other = parts[name]
        n_virtual += other.is_virtual
        if one.shape != other.shape or one[()].tobytes() != other[()].tobytes():
            found.append(name)

    whole.visititems(compare)
    return found, n_virtual


def main():
    with tempfile.TemporaryDirectory() as folder:
        whole, run = os.path.join(folder, "whole.h5"), os.path.join(folder, "RUN")
        call("run", STUDY, "-n", "3000", "-q", "-o", whole)
        call("sweep", STUDY, "-n", "3000", "-q", "-o", run, "--shard-twins", "1024", "--no-merge")
        call("merge", run, "-q", "--virtual")
        os.rename(run, run + "_moved")  # paths are relative
        parts = os.path.join(run + "_moved", "results.h5")
        with h5py.File(whole) as one, h5py.File(parts) as other:
            found, n_virtual = differences(one, other)
        assert not found, f"other values than in a run without parts: {found}"
        assert n_virtual > 20, f"only {n_virtual} datasets are virtual"
        for group in ("twins", "outcomes", "events", "trajectories"):
            one, other = (xr.open_dataset(path, group=group) for path in (whole, parts))
            xr.testing.assert_equal(one, other)
            one.close()
            other.close()
    print(f"ok: {n_virtual} virtual datasets read as those of a run without parts")


if __name__ == "__main__":
    sys.exit(main())
