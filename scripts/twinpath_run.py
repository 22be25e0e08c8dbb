"""The program twinpath called from Python. Use it by twinpath.py, which has its functions as its own."""
from __future__ import annotations

import io
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
import weakref
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from twinpath import Results

EXIT_STOPPED_EARLY = 75
SECONDS_TO_STOP = 2.0  # until a program that may have got the interrupt itself is sent one
FINDING = re.compile(r"(?P<file>.+?):(?P<line>\d+):(?P<column>\d+): (?P<severity>error|warning): (?P<message>.*)")
DETAIL = re.compile(r"    (?P<key>found|expected|nearest): +(?P<text>.*)")


class Error(Exception):
    """What was asked for is not in the file, or the program said no.

    findings: what the program found wrong, each a dict with file, line, column, severity, message and, where it
    told them, found, expected, nearest. code: the program's exit code (1 the run failed, 2 the input is wrong);
    None where it was not the program that said no.
    """

    def __init__(self, text: str, findings: Iterable[Mapping[str, Any]] = (), code: int | None = None):
        super().__init__(text)
        self.findings = list(findings)
        self.code = code


def program() -> str:
    """Path of the program: $TWINPATH, that of PATH, or build/release/twinpath of this checkout, the first there is."""
    built = pathlib.Path(__file__).resolve().parent.parent / "build" / "release" / "twinpath"
    for candidate in (os.environ.get("TWINPATH"), shutil.which("twinpath"), str(built)):
        if candidate and os.access(candidate, os.X_OK):
            return candidate
    raise Error("there is no program twinpath: build it with scripts/start.sh, or say where in $TWINPATH")


def check(study: str | os.PathLike, set: Mapping[str, Any] | None = None) -> str:  # noqa: A002
    """What `twinpath check` says of a good study, warnings first; of another the Error with its findings."""
    return _ask("check", study, set)


def params(study: str | os.PathLike, set: Mapping[str, Any] | None = None) -> pd.DataFrame:  # noqa: A002
    """Every number of a study, a row each: path, value (text, with its unit), source, origin (who set it: module,
    base, study, strategy, --set), file, line, column, note; of uncertain parameters distribution, mean, p025, p975
    and their unit."""
    return pd.read_csv(io.StringIO(_ask("params", study, set, "--format", "csv")), dtype={"value": str})


def show_progress(record: Mapping[str, Any]) -> None:
    """Progress as a line on standard error that is written over: lives done, and the seconds left."""
    done, twins = record.get("twins_done", 0), record.get("twins", 0)
    if record.get("event") == "progress":
        left = record.get("seconds_left")
        text = f"{done:,} of {twins:,} twins" + ("" if left is None else f", {left:.0f} s left")
        print(f"\r{text:<50}", end="", file=sys.stderr, flush=True)
    elif record.get("event") == "end":
        text = f"{done:,} twins in {record.get('wall_seconds', 0):.1f} s"
        print(f"\r{text:<50}", file=sys.stderr, flush=True)


def run(study: str | os.PathLike, set: Mapping[str, Any] | None = None,  # noqa: A002
        patients: int | None = None, seed: int | None = None, output: str | os.PathLike | None = None,
        strategies: Iterable[str] = (), parameter_sets: int | None = None, twins: str | None = None,
        threads: int | None = None, overwrite: bool = False,
        progress: Callable[[Mapping[str, Any]], None] | None = show_progress) -> Results:
    """Runs a study by the command `twinpath run` and opens its results.

    study           the YAML file
    set             paths of the study, or names of parameters, and their values: {"gap": "20 days"}. Text is YAML as
                    it would stand in the study (a quantity with its unit); Python's and numpy's numbers, truths,
                    lists and dicts are written as such
    patients        number of patients; None: the study's
    seed            of all random numbers; None: 1
    output          results file; None: a temporary one, which is gone when the results are closed or Python ends
    strategies      names of those to run beside the baseline; none: all
    parameter_sets  sets of the uncertain parameters; None: the study's; 0: the values as written
    twins           "fresh" or "same" in each parameter set; None: the study's
    threads         None: all cores. The results do not depend on it
    overwrite       replace a file that is there with other content
    progress        called with each record of --progress json (event, twins, twins_done, wall_seconds in seconds,
                    twins_per_second, seconds_left, ...); None: shows nothing

    What is wrong with the study, the options or the run is an Error with the program's text, its findings and its
    exit code; no file is left then. What the program warns of is a UserWarning. A run that was stopped early (exit
    code 75) opens its partial file, with a warning. An interrupt, or an exception of `progress`, stops the program.
    """
    folder = None if output is not None else tempfile.mkdtemp(prefix="twinpath-")
    path = os.path.join(folder, "results.h5") if folder else os.fspath(output)
    command = ["run", "--output", path, *(["--format", "json", "--progress", "json"] if progress else ["--quiet"])]
    for option, value in (("--patients", patients), ("--seed", seed), ("--parameter-sets", parameter_sets),
                          ("--twins", twins), ("--threads", threads)):
        if value is not None:
            command += [option, str(value)]
    for name in strategies:
        command += ["--strategy", name]
    if overwrite:
        command.append("--overwrite")
    try:
        _run_program([program(), *command, *_overrides(set), "--", os.fspath(study)], progress)
        import twinpath
        results = twinpath.Results(path)
    except BaseException:
        if folder:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    if folder:
        results._gone = weakref.finalize(results, shutil.rmtree, folder, True)
    return results


# ---- how ---------------------------------------------------------------------------------------------


def _as_yaml(value: Any) -> str:
    """A value as YAML on one line: text as it is, the rest as JSON, which YAML includes."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=lambda other: other.tolist())  # numpy's numbers and arrays


def _overrides(set: Mapping[str, Any] | None) -> list[str]:  # noqa: A002
    options = []
    for path, value in (set or {}).items():
        if "=" in path:
            raise Error(f"{path} is no path of a study")
        options += ["--set", f"{path}={_as_yaml(value)}"]
    return options


def _findings(text: str) -> list[dict[str, Any]]:
    """Findings of the program's text; empty where it has none."""
    found: list[dict[str, Any]] = []
    for line in text.splitlines():
        if first := FINDING.fullmatch(line):
            found.append({**first.groupdict(), "line": int(first["line"]), "column": int(first["column"])})
        elif found and (detail := DETAIL.fullmatch(line)):
            found[-1][detail["key"]] = detail["text"]
    return found


def _error(text: str, code: int) -> Error:
    text = text.strip()
    return Error(text or f"twinpath ended with {code}", _findings(text), code)


def _ask(command: str, study: str | os.PathLike, set: Mapping[str, Any] | None, *options: str) -> str:  # noqa: A002
    """Standard output of a command that only reads."""
    done = subprocess.run([program(), command, *options, *_overrides(set), "--", os.fspath(study)], capture_output=True,
                          encoding="utf-8", errors="replace", stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise _error(done.stderr + done.stdout, done.returncode)
    return done.stdout


def _stop(running: subprocess.Popen) -> None:
    """Ends a program as Ctrl-C does, once: it may have got that itself."""
    try:
        running.communicate(timeout=SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        running.send_signal(signal.SIGINT)
        running.communicate()


def _run_program(command: list[str], progress: Callable[[Mapping[str, Any]], None] | None) -> None:
    """Runs the command, hands its records of progress on, and turns the rest of what it says into warnings or Error."""
    said = []
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          encoding="utf-8", errors="replace") as running:
        try:
            for line in running.stderr:
                if progress and line.startswith("{"):
                    progress(json.loads(line))
                else:
                    said.append(line)
        except BaseException:
            _stop(running)
            raise
    text = "".join(said)
    if running.returncode not in (0, EXIT_STOPPED_EARLY):
        raise _error(text, running.returncode)
    if _findings(text):
        warnings.warn(text.strip(), stacklevel=3)
