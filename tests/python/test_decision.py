"""The walk from nothing to a decision, scenarios/decision.py, runs cell by cell and ends in what its numbers say."""
import os
import pathlib
import re
import sys
import tempfile

import h5py  # noqa: F401 (without these this test is not registered)
import matplotlib
import pandas  # noqa: F401

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    matplotlib.use("agg")
    sys.path.insert(0, str(ROOT / "scripts"))
    os.chdir(ROOT)
    cells = re.split(r"^# %%(.*)\n", (ROOT / "scenarios" / "decision.py").read_text(encoding="utf-8"), flags=re.M)[1:]
    kinds, texts = cells[0::2], cells[1::2]
    assert len(texts) >= 8 and kinds[0] == " [markdown]"
    with tempfile.TemporaryDirectory(prefix="twinpath-decision-") as folder:
        os.environ.update(TWINPATH=os.environ["TWP_PROGRAM"], PATIENTS="1500", OUTPUT=folder)
        names = {}
        for kind, text in zip(kinds, texts):
            if kind == " [markdown]":
                assert all(line.startswith("#") or not line for line in text.splitlines()), text
            else:
                exec(compile(text, "decision.py", "exec"), names)
        results, contrasts = names["results"], names["contrasts"]
        assert results.attributes["n_twins"] == 1500
        assert len(list(pathlib.Path(folder).glob("*.png"))) == 4
        # the decision again, from the differences of cost and QALYs
        difference = contrasts[contrasts.time.isna()].pivot(index="contrast", columns="measure", values="diff")
        assert len(names["choices"]) == 4
        for worth, choice in names["choices"].items():
            gain = worth * difference.qaly - difference.cost
            assert choice == (gain.idxmax() if gain.max() > 0 else "usual_care"), (worth, choice)
        results.close()


main()
