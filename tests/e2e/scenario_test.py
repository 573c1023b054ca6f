"""Every scenario goes as it is written, through the client that is generated for a language; and what is not as it is
written is found. See scenarios/README.md.

Usage: scenario_test.py python|typescript
"""

import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from orders_e2e import PATIENCE, Database, Orderd, main
from typescript_build import compiled_typescript

HERE = pathlib.Path(__file__).parent
SCENARIOS = sorted((HERE / "scenarios").glob("*.json"))
LANGUAGE = sys.argv.pop(1)


def python_runner():
    return [sys.executable, "-B", str(HERE / "scenario_runner.py")]


def typescript_runner():
    return compiled_typescript(HERE / "typescript" / "run_scenario.ts")


# What must be found, and at which step: the step, the path of what is replaced in it, and by what.
VIOLATIONS = ("error", "details", "google.rpc.PreconditionFailure", "violations")
BREAKAGES = (
    ("start_again", ("answer", "replayed"), False),
    ("start_again", ("answer", "activities"), []),
    ("stale_etag", ("error", "code"), "FAILED_PRECONDITION"),
    ("stale_etag", ("error", "reason"), "NO_SUCH_REASON"),
    ("gather_too_early", ("error", "reason"), "ACTION_NOT_OPEN"),
    ("gather_too_early", (*VIOLATIONS, 1, "type"), "INVOICED"),
    ("gather_too_early", (*VIOLATIONS, 1, "description"), "Η διαθεσιμότητα των προϊόντων δεν έχει επιβεβαιωθεί."),
    ("check_details", ("error",), {"code": "ABORTED", "reason": "ETAG_MISMATCH"}),
    ("gathered", ("request", "pieces"), 2),
    ("order_for_customer", ("answer", "invoice"), {}),
    ("order_for_stranger", ("answer",), {}),
    ("explain_to_staff", ("answer", "actions", "$contains", 0, "guards"), [{"guard": "GUARD_INVOICED"}]),
    ("receive", ("answer", "order", "active"), True),
)


def broken(scenario, step_id, path, value):
    """A copy of a scenario with one thing in it that is not so."""
    copied = copy.deepcopy(scenario)
    place = next(step for step in copied["steps"] if step["id"] == step_id)
    if path in (("answer",), ("error",)):
        # A step has one of the two.
        place.pop("answer", None)
        place.pop("error", None)
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return copied


class Scenarios(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.runner = python_runner() if LANGUAGE == "python" else typescript_runner()

    def run_scenario(self, file):
        with Database("sqlite") as database, Orderd("--database", database.url) as server:
            return subprocess.run([*self.runner, server.address, str(file)], capture_output=True, text=True,
                                  timeout=PATIENCE)

    def test_every_scenario_goes_as_it_is_written(self):
        self.assertTrue(SCENARIOS)
        for file in SCENARIOS:
            with self.subTest(scenario=file.name):
                done = self.run_scenario(file)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                steps = len(json.loads(file.read_text())["steps"])
                self.assertEqual(done.stdout, f"{steps} steps went as expected\n")

    def test_an_expectation_that_does_not_hold_is_found_at_its_step(self):
        scenario = json.loads((HERE / "scenarios" / "courier_order.json").read_text())
        for breakage in BREAKAGES:
            with self.subTest(breakage=breakage), tempfile.NamedTemporaryFile("w", suffix=".json") as file:
                json.dump(broken(scenario, *breakage), file)
                file.flush()
                done = self.run_scenario(file.name)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertTrue(done.stderr.startswith(f"step {breakage[0]}: "), done.stderr)


if __name__ == "__main__":
    main()
