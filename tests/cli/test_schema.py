"""
`twinpath schema`: the JSON Schema takes every study and module of the repository, refuses what is
wrong in its shape, and never refuses what `twinpath check` takes (studies changed at every place).
"""
import copy
import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import jsonschema
import yaml

ROOT = Path(os.environ["TWP_SOURCE_DIR"])
PROGRAM = os.environ["TWP_PROGRAM"]


class Loader(yaml.SafeLoader):
    """Scalars as YAML 1.2 and editors read them: dates, yes and no are text."""


Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in [
    ("bool", "true|false", "tf"),
    ("null", "~|null|", "~n\0"),
    ("int", "[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
]:
    Loader.add_implicit_resolver("tag:yaml.org,2002:" + tag, re.compile(f"^(?:{pattern})$"), list(first))
# As in YAML 1.2: no octal with a leading 0, no 1:30, no _.
Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))
Loader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(node.value))


def load(path):
    return yaml.load(path.read_text(encoding="utf-8"), Loader)


def print_schema():
    return subprocess.run([PROGRAM, "schema"], check=True, capture_output=True, text=True).stdout


SCHEMA = json.loads(print_schema())
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)


def places(tree, path=()):
    """Paths of all mappings, lists and scalars below the top."""
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in pairs:
        yield path + (key,)
        yield from places(value, path + (key,))


def at(tree, path):
    for key in path:
        tree = tree[key]
    return tree


def changed(tree, path, value):
    tree = copy.deepcopy(tree)
    at(tree, path[:-1])[path[-1]] = value
    return tree


def without(tree, path):
    tree = copy.deepcopy(tree)
    del at(tree, path[:-1])[path[-1]]
    return tree


def is_taken(tree, folder):
    """Whether `twinpath check` takes it. (JSON is YAML.)"""
    path = Path(folder) / "study.yaml"
    path.write_text(json.dumps(tree), encoding="utf-8")
    return subprocess.run([PROGRAM, "check", path], capture_output=True, check=False).returncode == 0


# Findings about the shape alone, of `twinpath check`.
STRUCTURAL = re.compile(r"is no key of|stands only beside|exclude each other|needs one of|"
                        r"(text|a mapping|a list|nothing) stands where|"
                        r"needs `|takes no `|is no parameter of|cannot be said here|nothing is listed")


class SchemaTest(unittest.TestCase):
    def test_it_is_a_schema_of_draft_7(self):
        jsonschema.Draft7Validator.check_schema(SCHEMA)
        self.assertEqual(print_schema(), print_schema())

    def test_every_reference_leads_somewhere(self):
        names = set(re.findall(r'"#/definitions/([^"]+)"', print_schema()))
        self.assertEqual(names - set(SCHEMA["definitions"]), set())

    def test_it_takes_every_study_and_module(self):
        files = sorted([*ROOT.glob("scenarios/**/*.yaml"), *ROOT.glob("tests/validation/**/*.yaml")])
        for path in files:
            errors = [f"{list(e.absolute_path)}: {e.message[:200]}" for e in VALIDATOR.iter_errors(load(path))]
            self.assertEqual(errors, [], path)
        print(f"{len(files)} studies and modules taken")
        self.assertGreater(len(files), 20)

    def test_it_refuses_what_is_wrong_in_its_shape(self):
        refused, passed = [], []
        for path in sorted(ROOT.glob("tests/invalid/*.yaml")):
            is_valid = VALIDATOR.is_valid(load(path))
            (passed if is_valid else refused).append(path.name)
            if STRUCTURAL.search(path.read_text(encoding="utf-8").splitlines()[0]):
                self.assertFalse(is_valid, path)
        print(f"of {len(refused) + len(passed)} studies with one fault each {len(refused)} are refused:", *refused)
        self.assertIn("unknown_key.yaml", refused)
        self.assertIn("law_without_a_parameter.yaml", refused)
        self.assertIn("unknown_state_in_to.yaml", passed)  # meaning, not shape

    def test_an_unknown_key_is_refused_wherever_it_stands(self):
        for name in ["first_study", "oncology_three_states"]:
            study = load(ROOT / f"scenarios/studies/{name}.yaml")
            paths = [()] + [p for p in places(study) if isinstance(at(study, p), dict)]
            for path in paths:
                wrong = changed(study, path + ("Not a key",), {})
                errors = list(VALIDATOR.iter_errors(wrong))
                self.assertNotEqual(errors, [], path)
            print(f"{name}: an unknown key is refused in all of {len(paths)} mappings")

    def test_a_time_needs_its_unit_and_a_chance_none(self):
        study = load(ROOT / "scenarios/studies/first_study.yaml")
        wrong = changed(study, ("time", "horizon"), 365)
        error = jsonschema.exceptions.best_match(VALIDATOR.iter_errors(wrong))
        self.assertEqual(list(error.absolute_path), ["time", "horizon"])

    def test_what_the_program_takes_is_never_refused(self):
        odd = [7, "7 days", "age", True, [], {}, ["a", "b"], {"a": "b"}]
        n_tried = n_taken = n_refused = 0
        with tempfile.TemporaryDirectory() as folder:
            for name in ["studies/first_study", "exact/fading_effect", "exact/annuity"]:
                study = load(ROOT / f"scenarios/{name}.yaml")
                study.pop("based_on", None)
                paths = list(places(study))
                trees = [without(study, p) for p in paths]
                trees += [changed(study, p, odd[i % len(odd)]) for i, p in enumerate(paths)]
                for tree in trees:
                    is_valid = VALIDATOR.is_valid(tree)
                    n_tried += 1
                    n_refused += not is_valid
                    if not is_valid and is_taken(tree, folder):
                        error = jsonschema.exceptions.best_match(VALIDATOR.iter_errors(tree))
                        self.fail(f"{name}: {list(error.absolute_path)}: {error.message[:300]}")
                    n_taken += is_valid
        print(f"of {n_tried} changed studies {n_refused} are refused, by the program too")
        self.assertGreater(n_refused, n_tried / 4)


if __name__ == "__main__":
    unittest.main()
