"""Summaries never touch event tables: where these are torn to pieces, all else is read as before."""
import os
import shutil
import subprocess
import tempfile
import unittest

import h5py  # noqa: F401 (without these this test is not registered)
import pandas as pd

import tearing

from module import STUDY, twinpath

FRAMES = ("twins", "outcomes", "summary", "contrasts", "cost_effectiveness", "net_benefit", "targets", "occupancy", "survival")


class Torn(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="twinpath-torn-")
        cls.path = os.path.join(cls.folder.name, "run.h5")
        twinpath.run(STUDY, output=cls.path, progress=None).close()
        cls.torn, cls.n_torn = tearing.tear(cls.path, os.path.join(cls.folder.name, "torn"))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_the_tables_are_torn(self):
        self.assertGreater(self.n_torn, os.path.getsize(self.path) / 4)
        with twinpath.open(self.torn) as results:
            with self.assertRaises(OSError):
                results.events(3, "nurse")
            with self.assertRaises(OSError):
                results.trajectories(3, "nurse")

    def test_python_reads_all_else(self):
        with twinpath.open(self.path) as whole, twinpath.open(self.torn) as torn:
            for name in FRAMES:
                pd.testing.assert_frame_equal(getattr(torn, name)(), getattr(whole, name)())
            for name in ("summary", "contrasts", "survival"):
                pd.testing.assert_frame_equal(getattr(torn, name)(by_segment=True), getattr(whole, name)(by_segment=True))
            for picture in ("survival", "pdc", "cost", "net_benefit"):
                torn.plot(picture)
            torn.plot("occupancy", track="supply")
            torn.plot("differences", measure="qaly", by_segment=True)

    def test_the_program_prints_the_same_and_refuses_a_file_that_is_not_its_checksum(self):
        alone = os.path.join(self.folder.name, "alone")
        os.mkdir(alone)
        shutil.copy(self.path, alone)
        ask = [os.environ["TWP_PROGRAM"], "summary", "--by", "--format", "json"]
        said = [subprocess.run([*ask, os.path.join(folder, "run.h5")], capture_output=True, text=True, check=True).stdout
                for folder in (alone, os.path.dirname(self.torn))]
        self.assertEqual(said[0], said[1])
        self.assertGreater(len(said[0]), 10000)
        shutil.copy(self.path + ".sha256", self.torn + ".sha256")
        done = subprocess.run([*ask, self.torn], capture_output=True, text=True, check=False)
        os.remove(self.torn + ".sha256")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("sha256", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=1)
