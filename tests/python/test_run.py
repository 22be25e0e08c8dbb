"""twinpath.run and its kin of scripts/twinpath.py: options, findings, warnings, progress, interrupts, temporary files."""
import os
import pathlib
import pydoc
import signal
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

import numpy as np
import pandas  # noqa: F401 (without it this test is not registered)

from module import ROOT, STUDY, twinpath

FIRST = ROOT / "scenarios" / "studies" / "first_study.yaml"
folder = None


def setUpModule():
    global folder
    folder = tempfile.TemporaryDirectory(prefix="twinpath-run-")
    os.environ["TMPDIR"] = tempfile.tempdir = os.path.join(folder.name, "temporary")
    os.mkdir(tempfile.tempdir)


def tearDownModule():
    folder.cleanup()


def path_of(name):
    return os.path.join(folder.name, name)


class Options(unittest.TestCase):
    def test_a_run_takes_its_options_and_tells_its_progress(self):
        seen = []
        with twinpath.run(STUDY, set={"gap": "20 days"}, patients=300, seed=7, strategies=["nurse"], threads=1,
                          output=path_of("other.h5"), progress=seen.append) as other:
            self.assertEqual((other.attributes["n_twins"], other.attributes["seed"]), (300, "7"))
            self.assertEqual(other.strategies, ["usual_care", "nurse"])
            self.assertEqual(other.study["parameters"]["gap"], "20 days")
        self.assertEqual((seen[-1]["event"], seen[-1]["twins_done"]), ("end", 300))

    def test_values_of_every_kind_reach_the_study(self):
        values = {"gap": "20 days", "nurse_stop": np.float64(0.65), "patient.attributes.phone.chance": 1e-05,
                  "record.trajectories": False, "record.events": ["therapy.taking.stop"], "patient.count": np.int32(40),
                  "patient.attributes.persona": {"categories": {"eager": 0.25, "wary": 0.75}},
                  "report.discount": {"rate": "0.01 / year", "rule": "yearly", "from": "entry"},
                  "question": "Does it = 50 % more, 'really'?"}
        with twinpath.run(STUDY, set=values, progress=None) as run:
            study = run.study
            self.assertEqual(run.attributes["n_twins"], 40)
            self.assertEqual(study["question"], values["question"])
            self.assertEqual(float(study["parameters"]["nurse_stop"]), 0.65)
            self.assertEqual(float(study["patient"]["attributes"]["phone"]["chance"]), 1e-05)
            self.assertEqual(set(run.events()["event"]), {"patient.therapy.taking.stop", *(
                name for name in run.events()["event"] if name.count(".") == 2)})
            self.assertEqual(set(run.twins().persona), {"eager", "wary"})
            self.assertNotIn("trajectories", run._h5)
        with self.assertRaisesRegex(twinpath.Error, "no path"):
            twinpath.run(STUDY, set={"a=b": 1})

    def test_it_works_from_any_directory_and_with_any_name(self):
        here = os.getcwd()
        os.mkdir(path_of("else where"))
        strange = pathlib.Path(path_of("else where"), "-x y.yaml")
        strange.write_bytes(FIRST.read_bytes())
        try:
            os.chdir(path_of("else where"))
            with self.assertWarnsRegex(UserWarning, "evidence.csv[^\0]*0 errors, 1 warning$"), \
                    twinpath.run("-x y.yaml", patients=20, output="out put.h5", progress=None) as run:
                self.assertEqual(run.attributes["n_twins"], 20)
                self.assertIn("first_study", twinpath.check("-x y.yaml"))
            self.assertTrue(os.path.exists("out put.h5.sha256"))
        finally:
            os.chdir(here)

    def test_numbers_of_a_study_have_their_sources(self):
        params = twinpath.params(FIRST, set={"gap": "20 days"}).set_index("path")
        self.assertEqual(tuple(params.loc["parameters.gap", ["value", "origin"]]), ("20 days", "--set"))
        self.assertTrue(params.source.notna().all())


class Errors(unittest.TestCase):
    def test_what_is_wrong_is_the_text_of_the_error_and_its_findings(self):
        for ask in (lambda: twinpath.run(STUDY, set={"gapp": "20 days"}, output=path_of("no.h5")),
                    lambda: twinpath.check(STUDY, set={"gapp": "20 days"})):
            with self.assertRaisesRegex(twinpath.Error, "gapp") as caught:
                ask()
            found = caught.exception.findings
            self.assertEqual(caught.exception.code, 2)
            self.assertEqual([(one["file"], one["line"], one["severity"]) for one in found], [("--set", 1, "error")])
            self.assertEqual((found[0]["found"], found[0]["nearest"]), ("gapp", "gap"))
        self.assertFalse(os.path.exists(path_of("no.h5")))

    def test_a_study_or_folder_that_is_not_there_is_an_error_that_leaves_nothing(self):
        for study, output, code in ((path_of("nothing.yaml"), None, 2), (STUDY, path_of("nowhere/out.h5"), 1)):
            with self.assertRaisesRegex(twinpath.Error, "No such file") as caught:
                twinpath.run(study, output=output, progress=None)
            self.assertEqual(caught.exception.code, code)
        self.assertEqual(os.listdir(tempfile.tempdir), [])

    def test_a_file_of_other_content_is_kept_unless_it_is_to_be_replaced(self):
        one = {"output": path_of("kept.h5"), "patients": 30, "progress": None}
        twinpath.run(FIRST, **one).close()
        with self.assertRaisesRegex(twinpath.Error, "another content"):
            twinpath.run(FIRST, seed=2, **one)
        with twinpath.run(FIRST, seed=2, overwrite=True, **one) as run:
            self.assertEqual(run.attributes["seed"], "2")

    def test_a_warning_of_the_program_is_one_of_python(self):
        study = pathlib.Path(path_of("warns.yaml"))
        study.write_text(FIRST.read_text(encoding="utf-8").replace("stopped: {}", "stopped: {}\n        never: {}"),
                         encoding="utf-8")
        with self.assertWarnsRegex(UserWarning, "warning: .*never"):
            twinpath.run(study, patients=20, progress=None).close()
        self.assertIn("warning", twinpath.check(study))

    def test_without_the_program_the_error_says_how_to_get_it(self):
        with unittest.mock.patch.dict(os.environ, {"TWINPATH": "/no/such", "PATH": ""}), \
                unittest.mock.patch.object(os, "access", return_value=False), \
                self.assertRaisesRegex(twinpath.Error, "scripts/start.sh"):
            twinpath.program()


class Files(unittest.TestCase):
    def test_a_temporary_file_is_gone_when_it_is_closed_or_forgotten(self):
        run = twinpath.run(FIRST, patients=20, progress=None)
        self.assertTrue(run.path.exists())
        run.close()
        self.assertFalse(run.path.parent.exists())
        twinpath.run(FIRST, patients=20, progress=None)  # forgotten at once
        self.assertEqual(os.listdir(tempfile.tempdir), [])

    def test_an_exception_of_progress_stops_the_program(self):
        class Enough(Exception):
            pass

        def stop(record):
            raise Enough(record["event"])

        with unittest.mock.patch.object(sys.modules["twinpath_run"], "SECONDS_TO_STOP", 0.0), self.assertRaises(Enough):
            twinpath.run(STUDY, patients=20_000_000, progress=stop)
        self.assertEqual(os.listdir(tempfile.tempdir), [])

    def test_a_run_that_is_interrupted_alone_opens_its_partial_file(self):
        """The program gets Ctrl-C, this process does not."""
        started, plain = [], subprocess.Popen

        def remembered(*words, **options):
            started.append(plain(*words, **options))
            return started[-1]

        def interrupt(record):
            if record["event"] == "progress" and record["twins_done"] >= 2048:
                started[0].send_signal(signal.SIGINT)
                started[0].send_signal = lambda _: None

        with unittest.mock.patch.object(subprocess, "Popen", remembered), \
                self.assertWarnsRegex(UserWarning, "partial run"):
            with twinpath.run(STUDY, patients=1_000_000, set={"record": {"events": "none"}}, progress=interrupt) as run:
                self.assertEqual(run.attributes["status"], "partial")
                self.assertEqual(run.attributes["n_twins_done"] % 1024, 0)
                self.assertEqual(len(run.twins()), run.attributes["n_twins_done"])

    def test_a_damaged_file_is_not_opened_when_it_is_to_be_verified(self):
        twinpath.run(FIRST, patients=50, progress=None, output=path_of("whole.h5")).close()
        twinpath.open(path_of("whole.h5"), verify=True).close()
        content = bytearray(pathlib.Path(path_of("whole.h5")).read_bytes())
        content[len(content) // 2] ^= 1
        pathlib.Path(path_of("damaged.h5")).write_bytes(content)
        digest = pathlib.Path(path_of("whole.h5.sha256")).read_text().replace("whole.h5", "damaged.h5")
        pathlib.Path(path_of("damaged.h5.sha256")).write_text(digest)
        with self.assertRaisesRegex(twinpath.Error, "damaged"):
            twinpath.open(path_of("damaged.h5"), verify=True)
        with self.assertRaisesRegex(twinpath.Error, "cannot be opened"):
            twinpath.open(FIRST)

    def test_a_file_of_another_kind_is_not_taken_for_results(self):
        fills = pathlib.Path(path_of("fills.csv"))
        fills.write_text("patient_id,date,duration_days\n1,2027-01-01,30\n1,2027-02-01,30\n", encoding="ascii")
        subprocess.run([os.environ["TWP_PROGRAM"], "adherence", str(fills), "-q", "-o", path_of("fills.h5")], check=True)
        with self.assertRaisesRegex(twinpath.Error, "of kind adherence"):
            twinpath.open(path_of("fills.h5"))


class Manners(unittest.TestCase):
    def test_help_tells_every_name_and_what_it_takes(self):
        told = pydoc.plain(pydoc.render_doc(twinpath))
        for name in twinpath.__all__:
            self.assertIn(name, told)
            self.assertTrue(getattr(twinpath, name).__doc__, name)
        for word in ("parameter_sets", "fresh", "exit code", "seconds", "days since the twin's entry"):
            self.assertIn(word, told)
        for name, method in vars(twinpath.Results).items():
            if not name.startswith("_") and callable(method):
                self.assertTrue(method.__doc__, name)

    def test_progress_is_one_line_on_standard_error(self):
        said = subprocess.run([sys.executable, "-c", f"""
import sys
sys.path.insert(0, {str(ROOT / "scripts")!r})
import twinpath
twinpath.run({str(FIRST)!r}, patients=5000).close()"""], capture_output=True, check=True)
        self.assertEqual(said.stdout, b"")
        self.assertRegex(said.stderr, rb"^\r[\d,]+ of 5,000 twins.*\r5,000 twins in \d+\.\d s +\n$")


if __name__ == "__main__":
    unittest.main(verbosity=1)
