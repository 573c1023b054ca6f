"""orderctl import and export, and orderd verify, as whole programs: reports, exit codes, files."""

import json
import os
import pathlib
import sqlite3
import subprocess
import tempfile
import unittest

from orders_e2e import (PATIENCE, Client, Database, Orderd, comment_service_pb2, create, main, order_service_pb2,
                        run_orderd, step)

ORDERCTL = os.environ["IPSTORE_ORDERCTL"]


class Transfer(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def orderctl(self, server, *arguments, code=0, given=None, role="staff:eleni"):
        ended = subprocess.run([ORDERCTL, "--server", server.address, "--as", role, "--lang", "en", *arguments],
                               input=given, capture_output=True, timeout=PATIENCE, cwd=self.folder)
        self.assertEqual(ended.returncode, code, ended.stdout + ended.stderr)
        return (ended.stderr if code not in (0, 3) else ended.stdout).decode()

    def lively_server(self, server):
        """Two orders with a past: one goes on, one was cancelled."""
        with Client(server.address) as client:
            for reference in ("WEB-1", "WEB-2"):
                order = client.call(create(reference)).order
                client.call(step(order.name, "start_processing"))
                client.call(order_service_pb2.RecordCheckRequest(
                    name=order.name, check="CHECK_KIND_PAYMENT", outcome="CHECK_OUTCOME_PASSED", note="κάρτα"))
            client.call(comment_service_pb2.CreateCommentRequest(
                parent=order.name, comment={"text": "μόνο για μας\nδύο γραμμές", "visibility": "VISIBILITY_INTERNAL"}))
            client.call(step(order.name, "cancel", reason="Ο πελάτης άλλαξε γνώμη."))

    def test_an_export_is_imported_elsewhere_with_its_numbers_and_comes_out_the_same(self):
        with Database("sqlite") as database, Orderd("--database", database.url) as server:
            self.lively_server(server)
            whole = self.orderctl(server, "export")
            self.assertEqual(self.orderctl(server, "export", "--output", "out.jsonl"), "Orders written: 2\n")
            self.assertEqual((self.folder / "out.jsonl").read_text(encoding="utf-8"), whole)
            self.assertEqual(os.listdir(self.folder), ["out.jsonl"])
            active = self.orderctl(server, "export", "--active").splitlines()
            cancelled = self.orderctl(server, "export", "--status", "cancelled").splitlines()
            self.assertEqual(cancelled + active, whole.splitlines())
            self.assertEqual(self.orderctl(server, "export", "--customer", "somebody-else"), "")
        with Database("sqlite") as database, Orderd("--database", database.url) as server:
            self.assertIn("loaded: 2", self.orderctl(server, "import", "-", given=whole.encode()))
            self.assertEqual(self.orderctl(server, "export"), whole)
            number = json.loads(active[0])["number"]
            self.assertIn("κάρτα", self.orderctl(server, "activity", number))
            self.assertNotIn("κάρτα", self.orderctl(server, "activity", number, role="customer:cust-1042"),
                             "the note of a check is not for customers, wherever it stands")
            self.assertIn("already there: 2", self.orderctl(server, "import", "out.jsonl"))
            with Client(server.address) as client:
                self.assertNotIn(client.call(create("WEB-3")).order.number, whole)

    def test_every_line_is_accounted_for(self):
        with Database("sqlite") as database, Orderd("--database", database.url) as server:
            self.lively_server(server)
            good = self.orderctl(server, "export").splitlines()[0]
        other = json.loads(good)
        other["number"] = "1000000017"
        long = json.dumps({"number": "x" * (4 << 20)})
        (self.folder / "in.jsonl").write_text("\n".join([good, "", "no JSON", '{"nonsense": 1}', long, json.dumps(other)]),
                                              encoding="utf-8")
        with Database("sqlite") as database, Orderd("--database", database.url) as server:
            preview = self.orderctl(server, "import", "in.jsonl", "--dry-run", code=3)
            self.assertIn("Preview", preview)
            report = json.loads(self.orderctl(server, "--json", "import", "in.jsonl", code=3))
            self.assertEqual({key: report[key] for key in ("read", "loaded", "alreadyThere", "refused")},
                             {"read": 5, "loaded": 1, "alreadyThere": 0, "refused": 4})
            self.assertEqual([(entry["line"], entry["reason"]) for entry in report["refusals"]],
                             [(3, "NOT_JSON"), (4, "MALFORMED"), (5, "TOO_LONG"), (6, "INVALID_REQUEST")])
            self.assertEqual(report["refusals"][3]["violations"][0]["flaw"], "WRONG_CHECK_DIGIT")

    def test_what_cannot_be_done_at_all_has_the_usual_exit_codes(self):
        with Database("sqlite") as database, Orderd("--database", database.url) as server:
            self.assertIn("cannot be read", self.orderctl(server, "import", "missing.jsonl", code=2))
            (self.folder / "in.jsonl").write_text('{"order": {}}\n', encoding="utf-8")
            refused = self.orderctl(server, "import", "in.jsonl", code=5, role="customer:cust-1")
            self.assertIn("PERMISSION_DENIED", refused)
            self.assertIn("cannot be written", self.orderctl(server, "export", "--output", "no/such/folder", code=1))

    def test_verify_tells_what_differs_and_changes_nothing(self):
        with Database("sqlite") as database:
            with Orderd("--database", database.url) as server:
                self.lively_server(server)
                server.terminate()
                server.wait()
            fine = run_orderd("verify", "--database", database.url)
            self.assertEqual((fine.returncode, fine.stdout),
                             (0, "Verified: subjects 2, activities 8, differing 0.\n"), fine.stderr)
            with sqlite3.connect(database.file) as meddler:
                meddler.execute("UPDATE orders SET gross_minor = gross_minor + 1 WHERE external_reference = 'WEB-1'")
            meddler.close()
            for _ in range(2):
                wrong = run_orderd("verify", "--database", database.url)
                self.assertEqual(wrong.returncode, 1)
                self.assertEqual(wrong.stdout.splitlines()[0].split(": ", 1)[1],
                                 "what is stored is not what its log says: totals")
                self.assertIn("differing 1.", wrong.stdout)
        missing = run_orderd("verify", "--database", f"sqlite:{self.folder}/missing.db")
        self.assertEqual(missing.returncode, 1)
        self.assertEqual(os.listdir(self.folder), [])


if __name__ == "__main__":
    main()
