"""The notebook from nothing to a decision has the cells of its script and pictures, and the cells run, with few twins."""
import contextlib
import io
import importlib
import os
import pathlib
import sys
import unittest

import h5py  # noqa: F401 (without these this test is not registered)
import matplotlib
import matplotlib.image
import nbclient  # noqa: F401
import nbformat
import numpy as np
import pandas  # noqa: F401

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scenarios" / "decision.py"
sys.path.insert(0, str(ROOT / "scripts"))
sys.dont_write_bytecode = True
os.environ["TWINPATH"] = os.environ["TWP_PROGRAM"]
notebook, twinpath = importlib.import_module("notebook"), importlib.import_module("twinpath")
matplotlib.use("agg")


def told():
    return nbformat.read(SCRIPT.with_suffix(".ipynb"), as_version=4)


class Notebook(unittest.TestCase):
    def test_it_has_the_cells_of_its_script_and_their_outputs(self):
        made = notebook.notebook_of(SCRIPT.read_text(encoding="utf-8"))
        found = told()
        nbformat.validate(found)
        self.assertEqual([(c.cell_type, c.source, c.id) for c in found.cells],
                         [(c.cell_type, c.source, c.id) for c in made.cells])
        pictures = [picture for cell in found.cells if cell.cell_type == "code" for picture in notebook.pictures_of(cell)]
        self.assertEqual(len(pictures), 8)
        for picture in pictures:
            pixels = matplotlib.image.imread(io.BytesIO(picture))
            self.assertGreater((pixels[..., :3].min(axis=2) < 0.95).mean(), 0.01)
        self.assertLess(SCRIPT.with_suffix(".ipynb").stat().st_size, 500_000)
        kinds = {output.output_type for cell in found.cells if cell.cell_type == "code" for output in cell.outputs}
        self.assertEqual(kinds, {"stream", "execute_result"})
        self.assertNotIn(str(ROOT), SCRIPT.with_suffix(".ipynb").read_text(encoding="utf-8"))

    def test_every_difference_is_told(self):
        self.assertEqual(list(notebook.differences(told(), told())), [])
        for slip, word in ((lambda cells: cells[0].update(source="# Other"), "cells"),
                           (lambda cells: cells[1]["outputs"][0].update(text="good"), "cell 2 shows"),
                           (lambda cells: cells[11]["outputs"][0]["data"].update({"image/png": "iVBORw0K"}), "empty"),
                           (lambda cells: cells[11].update(outputs=[]), "pictures")):
            other = told()
            slip(other.cells)
            self.assertTrue(any(word in difference for difference in notebook.differences(other, told())), word)
            self.assertTrue(list(notebook.differences(told(), other)), word)

    def test_progress_stays_out_of_a_notebook_and_numbers_in(self):
        made = notebook.notebook_of("# %% [markdown]\n# # A *title*\n\n# %%\nimport sys\nprint(6 * 7)\n"
                                    "print('50 %', file=sys.stderr)\n\n# %%\n'text'\n")
        notebook.execute(made, ROOT)
        self.assertEqual(made.cells[0].source, "# A *title*")
        self.assertEqual([notebook.texts_of(cell) for cell in made.cells[1:]], ["42\n", "'text'"])


class Cells(unittest.TestCase):
    def test_the_decision_is_what_the_numbers_say(self):
        plain, names, here = twinpath.run, {}, os.getcwd()

        def few(study, patients=20000, parameter_sets=None, **options):
            sets = None if parameter_sets is None else 12
            return plain(study, patients=min(patients, 100 if sets else 800), parameter_sets=sets, progress=None, **options)

        said, n_same = io.StringIO(), 0
        os.chdir(ROOT / "scenarios")  # where Jupyter runs it
        try:
            twinpath.run = few
            with contextlib.redirect_stdout(said):
                for cell, (kind, source) in zip(told().cells, notebook.cells_of(SCRIPT.read_text(encoding="utf-8"))):
                    before = len(said.getvalue())
                    if kind == "code":
                        exec(compile(source, "decision.py", "exec"), names)
                    if "results" not in names and kind == "code":  # nothing was run yet: no matter how many twins
                        printed = [output.text for output in cell.outputs if output.output_type == "stream"]
                        self.assertEqual(said.getvalue()[before:], "".join(printed), "scripts/notebook.py makes it anew")
                        n_same += len(printed)
        finally:
            twinpath.run = plain
            os.chdir(here)
        self.assertEqual(n_same, 2)
        contrasts = names["contrasts"]
        difference = contrasts[contrasts.time.isna()].pivot(index="contrast", columns="measure", values="diff")
        self.assertEqual(len(names["choices"]), 4)
        for worth, row in names["choices"].iterrows():
            gain = float(worth.replace(",", "")) * difference.qaly - difference.cost
            choice = gain.idxmax() if gain.max() > 0 else "usual_care"
            self.assertEqual(row.choice, choice)
            self.assertIn(f"A QALY worth {worth} USD: choose {choice};", said.getvalue())
        shares = names["share"]
        self.assertTrue(np.allclose([one.sum() for one in shares.values()], 1))


if __name__ == "__main__":
    unittest.main(verbosity=1)
