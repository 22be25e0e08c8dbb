"""
`twinpath sweep --dry-run` says what a sweep takes, and `--emit` prints scripts whose tasks, run one after the other,
give the results of the sweep without tasks. Nothing is submitted, nothing written.
"""
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(os.environ["TWP_SOURCE_DIR"])
PROGRAM = Path(os.environ["TWP_PROGRAM"]).resolve()
STUDY = ROOT / "scenarios/studies/first_study.yaml"
OVER = ["--over", "gap=6 days, 12 days", "--over", "supports.reminder.uptake=0.2,0.5"]
FAULTY = """
twinpath: 1
study: faulty
source: assumption
time: {starts: 2027-01-01, horizon: 1 year}
parameters: {wait: 1 day}
patient:
  count: 3000
  attributes: {span: {normal: [0 days, 1 day]}}
  tracks:
    health:
      start: well
      states:
        well: {wait: {after: wait + span, to: ill}}
        ill: {}
strategies: {usual: {baseline: true}}
report: {measures: [{measure: entries, of: health.ill}]}
"""


class Scripts(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="twinpath sweep "))
        (self.folder / "bin").mkdir()
        (self.folder / "bin/twinpath").symlink_to(PROGRAM)
        shutil.copy(STUDY, self.folder / "it's a study.yaml")

    def tearDown(self):
        shutil.rmtree(self.folder)

    def twinpath(self, *arguments, code=0, **environment):
        done = subprocess.run([PROGRAM, *arguments], cwd=self.folder, capture_output=True, text=True, check=False,
                              env={**os.environ, **environment})
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout

    def sweep(self, *arguments, **more):
        return self.twinpath("sweep", "it's a study.yaml", *OVER, "--patients", "3000", "--shard-twins", "1024",
                             *arguments, **more)

    def digest(self, run):
        return self.twinpath("merge", run, "--digest", "--quiet").split()[-1] if not (self.folder / run / "results.h5").exists() \
            else re.search(r"content_digest\W+([0-9a-f]{64})", self.twinpath("summary", f"{run}/results.h5", "-f", "json"))[1]

    def test_a_dry_run_counts_and_writes_nothing(self):
        before = sorted(self.folder.rglob("*"))
        text = self.sweep("-o", "RUN", "--tasks", "3", "--threads", "2", "--dry-run")
        self.assertIn("4 points (2 numbers swept) x 3,000 twins x 2 strategies, in", text)
        for what in ("time", "memory", "file", "of each of 3 tasks with 2 threads: at most"):
            self.assertIn(what, text)
        self.assertEqual(sorted(self.folder.rglob("*")), before)
        checked = self.twinpath("check", "it's a study.yaml", *OVER, "--patients", "3000", "--tasks", "3", "--threads", "2",
                                "--estimate")
        self.assertIn("4 points (2 numbers swept) x 3,000 twins x 2 strategies, in", checked)
        self.assertIn("a sweep of 4 points", self.twinpath("check", "it's a study.yaml", *OVER))

    def test_a_dry_run_says_which_numbers_are_bound(self):
        text = self.sweep("--set", "report.discount={rate: 0.03 / year}",
                          "--over", "report.discount.rate=0.03 / year, 0.04 / year", "--dry-run")
        self.assertIn("\n  bound    into the compiled study: gap, supports.reminder.uptake\n"
                      "  read     with the study, anew for each value: report.discount.rate\n", text)
        self.assertNotIn("  read ", self.sweep("--dry-run"))
        self.assertNotIn("  bound ", self.twinpath("sweep", "it's a study.yaml", "--dry-run"))

    def test_a_run_without_a_sweep_is_estimated_too(self):
        text = self.twinpath("sweep", "it's a study.yaml", "--dry-run")
        self.assertIn("1 point (0 numbers swept) x 5,000 twins", text)

    def test_points_that_cannot_be_lived_are_passed_over(self):
        (self.folder / "faulty.yaml").write_text(FAULTY)

        def plan(values, *arguments):
            return subprocess.run([PROGRAM, "sweep", "faulty.yaml", "--over", f"wait={values}", *arguments], cwd=self.folder,
                                  capture_output=True, text=True, check=False)

        def holds(values, what):
            done = plan(values, "--dry-run")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn(what, done.stdout)
            slurm = plan(values, "--emit", "slurm", "--tasks", "2")
            self.assertEqual((slurm.returncode, slurm.stderr), (0, ""))
            self.assertIn("#SBATCH --array=0-1\n", slurm.stdout)

        # As it is written, too, the study has a twin whose wait is not above 0.
        holds("1 day,10 days", "  faults   point 1 cannot be lived; point 2 was timed\n")
        holds("1 day,0.5 days,2 days,10 days", "  faults   points 1 to 3 cannot be lived; point 4 was timed\n")
        self.assertNotIn("faults", plan("10 days,1 day", "--dry-run").stdout)
        hopeless = plan("1 day,0.5 days", "--dry-run")
        self.assertEqual((hopeless.returncode, hopeless.stdout), (1, ""))
        self.assertIn("point 1 (wait = 1 day): twin ", hopeless.stderr)
        self.assertNotIn("point 2", hopeless.stderr)

    def test_a_file_of_parameter_sets_is_as_large_as_foretold(self):
        psa = str(ROOT / "scenarios/studies/sick_sicker_psa.yaml")
        given = (psa, "--parameter-sets", "2000", "--patients", "20")
        number, unit = re.search(r"file +about ([0-9.]+) (kB|MB)", self.twinpath("check", *given, "--estimate")).groups()
        self.twinpath("run", *given, "--quiet", "--output", "psa.h5")
        seen = (self.folder / "psa.h5").stat().st_size
        self.assertLess(abs(float(number) * {"kB": 1e3, "MB": 1e6}[unit] / seen - 1), 0.5)

    def test_slurm_s_script_does_the_sweep(self):
        script = self.folder / "run.sbatch"
        script.write_text(self.sweep("-o", "the run", "--tasks", "3", "--seed", "7", "--emit", "slurm"))
        text = script.read_text()
        self.assertIn("#SBATCH --array=0-2\n", text)
        self.assertRegex(text, r"#SBATCH --mem=\d+M\n#SBATCH --time=\d+:\d\d:00\n#SBATCH --signal=B:USR1@\d+\n#SBATCH --requeue")
        self.assertFalse((self.folder / "the run").exists())
        for task in (2, 0, 1):
            subprocess.run(["bash", script], cwd=self.folder, check=True, capture_output=True,
                           env={**os.environ, "SLURM_ARRAY_TASK_ID": str(task), "SLURM_CPUS_PER_TASK": "1",
                                "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}"})
        self.sweep("-o", "whole", "--seed", "7", "--quiet")
        self.assertEqual(self.digest("the run"), self.digest("whole"))

    def test_snakemake_s_script_does_the_sweep(self):
        text = self.sweep("-o", "the run", "--tasks", "2", "--emit", "snakemake")
        self.assertIn('TASKS = 2\nRUN = "the run"\n', text)
        shells = re.findall(r'shell: "(.*)"\n', text)
        self.assertEqual(len(shells), 2)
        merge, task = (shell.encode().decode("unicode_escape") for shell in shells)
        for i in range(2):  # as snakemake fills in: wildcards, threads, globals
            line = task.format(threads=1, wildcards=type("Wildcards", (), {"i": i}), TASKS=2)
            subprocess.run(["bash", "-euc", line], cwd=self.folder, check=True, capture_output=True,
                           env={**os.environ, "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}"})
        self.assertFalse((self.folder / "the run/results.h5").exists())
        subprocess.run(["bash", "-euc", merge.replace("{RUN:q}", "'the run'")], cwd=self.folder, check=True, capture_output=True,
                       env={**os.environ, "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}"})
        self.sweep("-o", "whole", "--quiet")
        self.assertEqual(self.digest("the run"), self.digest("whole"))

    def test_a_limit_and_kept_shards_are_those_of_the_scripts_too(self):
        given = ("-o", "the run", "--tasks", "2", "--threads", "2", "--max-time", "1:00:00", "--keep-shards", "--emit")
        slurm, snakemake = self.sweep(*given, "slurm"), self.sweep(*given, "snakemake")
        self.assertIn("#SBATCH --time=1:10:00\n", slurm)
        self.assertIn(" --max-time 1:00:00 --keep-shards --threads \"${SLURM_CPUS_PER_TASK:-2}\" --task ", slurm)
        self.assertIn("runtime=70\n", snakemake)
        self.assertIn("twinpath merge {RUN:q} --keep-shards\"", snakemake)

    def test_what_is_wrong_is_said(self):
        self.sweep("--emit", "pbs", code=2)
        self.sweep("--emit", "snakemake", "-o", "a {run}", code=2)
        self.twinpath("sweep", "it's a study.yaml", "--over", "gap=6 days,-1 days", "--dry-run", code=2)
        self.twinpath("sweep", "it's a study.yaml", "--over", "gap", code=2)


if __name__ == "__main__":
    unittest.main()
