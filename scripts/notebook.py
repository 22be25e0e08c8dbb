#!/usr/bin/env python3
"""Makes a notebook of a script in cells (`# %%`, `# %% [markdown]`), with its outputs, or holds one to its script.

    scripts/notebook.py scenarios/decision.py            runs the cells, writes scenarios/decision.ipynb
    scripts/notebook.py --check scenarios/decision.py    runs them, says where cells or outputs differ from the file

What changes from run to run is left out: standard error (progress) and times. Texts are compared to the letter,
pictures by whether they are there. Debian: python3-nbformat python3-nbclient python3-ipykernel.
"""
import argparse
import base64
import os
import pathlib
import re
import sys
import tempfile

import nbclient
import nbformat
from jupyter_client import KernelManager
from nbformat import v4

LEAST_PICTURE_BYTES = 2000
SECONDS_A_CELL = 600


def cells_of(text):
    """Cells of a script: (kind, source)."""
    parts = re.split(r"^# %%(.*)\n", text, flags=re.M)
    if parts[0].strip():
        raise SystemExit("the script has text before its first cell")
    for kind, source in zip(parts[1::2], parts[2::2]):
        source = source.strip("\n")
        if kind.strip() == "[markdown]":
            yield "markdown", "\n".join(re.sub(r"^# ?", "", line) for line in source.splitlines())
        else:
            yield "code", source


def notebook_of(text):
    """A notebook without outputs."""
    cells = []
    for number, (kind, source) in enumerate(cells_of(text), 1):
        cell = v4.new_markdown_cell(source) if kind == "markdown" else v4.new_code_cell(source)
        cell["id"] = f"cell-{number}"
        cells.append(cell)
    return v4.new_notebook(cells=cells, metadata={
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"}})


def execute(notebook, folder):
    """Runs the cells in a kernel of this Python, with all that a kernel writes in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="twinpath-notebook-") as own:
        os.environ.update(JUPYTER_RUNTIME_DIR=own, JUPYTER_CONFIG_DIR=own, JUPYTER_DATA_DIR=own, IPYTHONDIR=own,
                          PYDEVD_DISABLE_FILE_VALIDATION="1")  # of its debugger, which warns of nothing that matters
        manager = KernelManager(kernel_name="python3", transport="ipc", ip=os.path.join(own, "kernel"))
        manager.kernel_spec.argv[0] = sys.executable
        client = nbclient.NotebookClient(notebook, km=manager, timeout=SECONDS_A_CELL, record_timing=False,
                                         resources={"metadata": {"path": str(folder)}})
        try:
            client.execute()
        finally:
            if manager.has_kernel:
                manager.shutdown_kernel()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]


def texts_of(cell):
    """What a cell shows as text: printed, or the plain form of its value."""
    texts = []
    for output in cell.outputs:
        if output.output_type == "stream":
            texts.append(output.text)
        elif output.output_type == "error":
            texts.append("\n".join(output.traceback))
        else:
            texts.append(output.data.get("text/plain", ""))
    return "".join(texts)


def pictures_of(cell):
    return [base64.b64decode(output.data["image/png"]) for output in cell.outputs
            if "image/png" in output.get("data", {})]


def differences(told, made):
    """Where a notebook of the file is not what its script makes."""
    if [(c.cell_type, c.source) for c in told.cells] != [(c.cell_type, c.source) for c in made.cells]:
        yield "the cells are not those of the script"
        return
    for number, (old, new) in enumerate(zip(told.cells, made.cells), 1):
        if new.cell_type != "code":
            continue
        if texts_of(old) != texts_of(new):
            yield f"cell {number} shows\n{texts_of(new)}\nand the file has\n{texts_of(old)}"
        if len(pictures_of(old)) != len(pictures_of(new)):
            yield f"cell {number} has {len(pictures_of(new))} pictures, in the file {len(pictures_of(old))}"
        for notebook, cell in (("the file", old), ("the run", new)):
            if any(len(picture) < LEAST_PICTURE_BYTES for picture in pictures_of(cell)):
                yield f"a picture of cell {number} of {notebook} is empty"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("script", type=pathlib.Path)
    parser.add_argument("--check", action="store_true", help="compare with the notebook beside the script")
    options = parser.parse_args()
    path = options.script.with_suffix(".ipynb")
    made = notebook_of(options.script.read_text(encoding="utf-8"))
    execute(made, options.script.resolve().parent)
    if not options.check:
        nbformat.validate(made)
        nbformat.write(made, path)
        return 0
    found = list(differences(nbformat.read(path, as_version=4), made))
    for difference in found:
        print(f"{path.name}: {difference}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
