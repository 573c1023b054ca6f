"""Every scenario goes as it is written, through the client that is generated for a language; and what is not as it is
written is found. See scenarios/README.md.

Usage: scenario_test.py python|typescript
"""

import copy
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from orders_e2e import PATIENCE, SKIPPED, Database, Orderd, main

HERE = pathlib.Path(__file__).parent
SCENARIOS = sorted((HERE / "scenarios").glob("*.json"))
LANGUAGE = sys.argv.pop(1)


def run_tool(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=2 * PATIENCE)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}"


def python_runner():
    return [sys.executable, "-B", str(HERE / "scenario_runner.py")]


def typescript_runner():
    """Generates the client for TypeScript and compiles it with its runner; what does not fit the types is an error."""
    packages = pathlib.Path(os.environ["IPSTORE_NODE_MODULES"])
    generator = packages / ".bin" / "protoc-gen-es"
    node = shutil.which("node")
    if not node or not generator.exists():
        what = "protoc-gen-es" if node else "node"
        print(f"SKIPPED: NOT TESTED in TypeScript: there is no {what}; `./dev install` installs it")
        sys.exit(SKIPPED)
    folder = pathlib.Path(os.environ["IPSTORE_TYPESCRIPT_FOLDER"])
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(HERE / "typescript", folder)
    (folder / "node_modules").symlink_to(packages)
    (folder / "generated").mkdir()
    contract = pathlib.Path(os.environ["IPSTORE_PROTO_DIR"])
    published = pathlib.Path(os.environ["IPSTORE_GOOGLEAPIS_DIR"])
    run_tool(os.environ["IPSTORE_PROTOC"], f"-I{contract}", f"-I{published}", f"--plugin=protoc-gen-es={generator}",
             f"--es_out={folder / 'generated'}", "--es_opt=target=ts,import_extension=js",
             *sorted(contract.glob("ipstore/orders/v1/*.proto")),
             *(published / file for file in ("google/rpc/code.proto", "google/rpc/error_details.proto",
                                             "google/rpc/status.proto", "google/type/date.proto",
                                             "google/type/money.proto")))
    run_tool(node, packages / "typescript" / "bin" / "tsc", "--project", folder)
    return [node, str(folder / "compiled" / "run_scenario.js")]


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
        cls.runner = {"python": python_runner, "typescript": typescript_runner}[LANGUAGE]()

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
