"""The notebook of scenarios/, executed as it stands, shows what its file has: texts to the letter, pictures not empty.

tier: long
"""
import os
import pathlib
import subprocess
import sys

import h5py  # noqa: F401 (without these this test is not registered)
import ipykernel  # noqa: F401
import matplotlib  # noqa: F401
import nbclient  # noqa: F401
import pandas  # noqa: F401

ROOT = pathlib.Path(__file__).resolve().parents[2]

environment = dict(os.environ, TWINPATH=os.environ["TWP_PROGRAM"], PYTHONDONTWRITEBYTECODE="1")
sys.exit(subprocess.run([sys.executable, str(ROOT / "scripts" / "notebook.py"), "--check",
                         str(ROOT / "scenarios" / "decision.py")], env=environment, check=False).returncode)
