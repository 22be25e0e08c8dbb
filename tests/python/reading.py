"""What the tests of the results file share: one run of study.yaml and how it is opened. It is not a test."""
import os
import pathlib
import subprocess
import tempfile
import warnings

import numpy as np

warnings.filterwarnings("ignore", message="numpy.ndarray size changed")  # of Debian's netCDF4 itself
import netCDF4  # noqa: E402,F401 (the engine)
import xarray as xr  # noqa: E402

STUDY = pathlib.Path(__file__).with_name("study.yaml")
STRATEGIES = ["usual_care", "nurse", "reminders"]  # the baseline, then by name
BASELINE = STRATEGIES[0]
N_TWINS = 2000
DAYS_PER_YEAR = 365.25
FLOAT32_ROUNDING = 2.0**-24  # half a unit in the last place, relative


class Run:
    """A run of the study in a folder of its own, which close() removes."""

    def __init__(self, *options):
        self.folder = tempfile.TemporaryDirectory(prefix="twinpath-readers-")
        self.path = os.path.join(self.folder.name, "results.h5")
        self.read = {}
        environment = {k: v for k, v in os.environ.items() if k != "SOURCE_DATE_EPOCH"}
        done = subprocess.run(
            [os.environ["TWP_PROGRAM"], "run", str(STUDY), "-o", self.path, *options],
            capture_output=True, text=True, env=environment, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"the run ended with {done.returncode}: {done.stderr}")

    def group(self, name, engine="netcdf4"):
        """The group as an xarray dataset, read as a whole and once; not to be changed."""
        if (name, engine) not in self.read:
            with xr.open_dataset(self.path, group=name, engine=engine) as dataset:
                self.read[name, engine] = dataset.load()
        return self.read[name, engine]

    def close(self):
        self.folder.cleanup()


def meanings(variable):
    """The words behind the codes of a category, in order of the codes."""
    words = variable.attrs["flag_meanings"].split(" ")
    values = np.atleast_1d(variable.attrs["flag_values"])
    assert list(values) == list(range(len(words))), variable.name
    return words


def decode(variable):
    """A category as an array of words."""
    return np.array(meanings(variable), dtype=object)[variable.values]


def by_path(values, ragged):
    """Values per path as an array (twin, strategy): paths are ordered by twin, then strategy."""
    assert (ragged.path_twin.values == np.repeat(np.arange(N_TWINS), len(STRATEGIES))).all()
    assert (ragged.path_strategy.values == np.tile(np.arange(len(STRATEGIES)), N_TWINS)).all()
    return np.asarray(values).reshape(N_TWINS, len(STRATEGIES))
