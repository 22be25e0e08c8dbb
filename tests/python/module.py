"""The Python module under test with the program under test, and one run of study.yaml. It is not a test."""
import importlib
import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
os.environ["TWINPATH"] = os.environ["TWP_PROGRAM"]
twinpath = importlib.import_module("twinpath")

STUDY = pathlib.Path(__file__).with_name("study.yaml")
CURVE = "kaplan_meier_therapy_stopped_since_therapy_taking"  # of it


def run_study(name):
    """A temporary folder and the results of study.yaml in it; the caller closes the results, then cleans the folder."""
    folder = tempfile.TemporaryDirectory(prefix=f"twinpath-{name}-")
    return folder, twinpath.run(STUDY, output=os.path.join(folder.name, "run.h5"), progress=None)
