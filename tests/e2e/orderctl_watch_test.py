"""orderctl as somebody watches with it: what comes, how it reads, where it ends, and the places of consumers."""

import json
import os
import subprocess
import unittest

from orders_e2e import PATIENCE, Client, Database, Orderd, activity_pb2, comment_service_pb2, create, main, step
from watcher import Watcher

ORDERCTL = os.environ["IPSTORE_ORDERCTL"]
MARIA = "customer:cust-1042"
USAGE, INVALID, NOT_FOUND, FORBIDDEN = 2, 3, 4, 5


class OrderctlWatch(unittest.TestCase):

    def setUp(self):
        database = self.enterContext(Database("sqlite"))
        self.server = self.enterContext(Orderd("--database", database.url))
        self.client = self.enterContext(Client(self.server.address))
        self.made = self.client.call(create("WEB-1")).order

    def comment(self, text, visibility=activity_pb2.VISIBILITY_PUBLIC):
        request = comment_service_pb2.CreateCommentRequest(parent=self.made.name,
                                                           comment={"text": text, "visibility": visibility})
        return self.client.call(request).comment.activity

    def run_orderctl(self, *arguments, role="staff:eleni", lang="en"):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ORDERCTL_")}
        return subprocess.run([ORDERCTL, "--server", self.server.address, "--as", role, "--lang", lang, *arguments],
                              env=environment, capture_output=True, text=True, timeout=PATIENCE)

    def orderctl(self, *arguments, **options):
        ended = self.run_orderctl(*arguments, **options)
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
        return ended.stdout

    def feed(self):
        return json.loads(self.orderctl("feed", "status", "--json"))

    def test_what_happened_reads_as_sentences_with_the_order_in_front(self):
        self.client.call(step(self.made.name, "start_processing"))
        self.comment("First line.\nSecond line.")
        told = self.orderctl("watch", "--from-beginning", "--count", "3").splitlines()
        self.assertEqual(len(told), 3, told)
        for line in told:
            self.assertIn(f"  {self.made.number}  Staff eleni  ", line)
        self.assertIn("Processing of the order has started.", told[1])
        self.assertIn("First line.", told[2])
        greek = self.orderctl("watch", "--from-beginning", "--count", "2", lang="el")
        self.assertIn("επεξεργασία", greek)

    def test_an_order_comes_with_what_is_known_of_it_and_then_each_change(self):
        with Watcher(self.server.address, self.made.number) as watcher:
            self.assertEqual(watcher.first["page"]["order"]["number"], self.made.number)
            self.client.call(step(self.made.name, "start_processing"))
            message = watcher.next_activities()
            self.assertEqual(message["activities"][0]["kind"], "ACTIVITY_KIND_ORDER_MOVED")
            self.assertEqual(message["order"]["status"], "ORDER_STATUS_PROCESSING")
            self.assertNotIn("page", message)

    def test_a_stream_goes_on_after_a_token(self):
        first = json.loads(self.orderctl("watch", "--from-beginning", "--count", "1", "--json"))
        said = [self.comment("one"), self.comment("two")]
        rest = self.orderctl("watch", "--resume", first["resumeToken"], "--count", "2", "--json").splitlines()
        names = [activity["name"] for line in rest for activity in json.loads(line).get("activities", [])]
        self.assertEqual(names, said)

    def test_only_the_kinds_that_were_asked_for(self):
        self.comment("one")
        self.client.call(step(self.made.name, "start_processing"))
        told = self.orderctl("watch", "--from-beginning", "--kind", "order-moved", "--count", "1")
        self.assertEqual(len(told.splitlines()), 1)
        self.assertIn("Processing of the order has started.", told)
        wrong = self.run_orderctl("watch", "--kind", "nonsense")
        self.assertEqual(wrong.returncode, USAGE)
        self.assertIn("comment-added", wrong.stderr)

    def test_customers_watch_what_is_theirs_and_public(self):
        self.comment("among us", activity_pb2.VISIBILITY_INTERNAL)
        self.comment("for you")
        for arguments in ((), (self.made.number,)):
            told = self.orderctl("watch", *arguments, "--from-beginning", "--count", "2", role=MARIA)
            self.assertIn("for you", told)
            self.assertNotIn("among us", told)
        stranger = self.run_orderctl("watch", self.made.number, role="customer:cust-1")
        self.assertEqual(stranger.returncode, FORBIDDEN, stranger.stderr)
        self.assertIn("PERMISSION_DENIED", stranger.stderr)
        self.assertEqual(self.run_orderctl("feed", "status", role=MARIA).returncode, FORBIDDEN)

    def test_a_consumer_goes_on_where_it_has_acknowledged(self):
        begin = json.loads(self.orderctl("watch", "--consumer", "erp", "--count", "1", "--json"))
        self.assertEqual(begin["activities"][0]["kind"], "ACTIVITY_KIND_ORDER_CREATED")
        said = [self.comment(text) for text in ("one", "two", "three")]
        self.orderctl("feed", "acknowledge", "erp", begin["resumeToken"])
        for _ in range(2):  # what was told but not acknowledged comes once more
            lines = self.orderctl("watch", "--consumer", "erp", "--count", "3", "--json").splitlines()
            names = [activity["name"] for line in lines for activity in json.loads(line).get("activities", [])]
            self.assertEqual(names, said)

    def test_the_lag_of_a_consumer_is_told(self):
        token = json.loads(self.orderctl("watch", "--from-beginning", "--count", "1", "--json"))["resumeToken"]
        self.orderctl("feed", "acknowledge", "erp", token)
        status = self.feed()
        self.assertEqual((status["headPosition"], status["consumers"][0]["lagCount"]), ("1", "0"))
        self.assertNotIn("lagTime", status["consumers"][0])
        self.comment("one")
        self.comment("two")
        status = self.feed()
        self.assertEqual(status["headPosition"], "3")
        self.assertEqual(status["consumers"][0]["position"], "1")
        self.assertEqual(status["consumers"][0]["lagCount"], "2")
        self.assertIn("lagTime", status["consumers"][0])
        table = self.orderctl("feed", "status")
        self.assertRegex(table, r"(?m)^erp +1 +2 · ")
        self.orderctl("feed", "forget", "erp")
        self.assertEqual(self.feed()["consumers"], [])
        again = self.run_orderctl("feed", "forget", "erp")
        self.assertEqual(again.returncode, NOT_FOUND)
        self.assertIn("CONSUMER_NOT_FOUND", again.stderr)

    def test_what_is_wrong_is_said(self):
        nonsense = self.run_orderctl("watch", "--resume", "nonsense")
        self.assertEqual(nonsense.returncode, INVALID)
        self.assertIn("resume_token", nonsense.stderr)
        for arguments in (("--resume", "x", "--from-beginning"), ("--resume", "x", "--consumer", "erp"),
                          ("--from-beginning", "--consumer", "erp"), ("--count", "0"), ("--customer", "c", "1000000018")):
            self.assertEqual(self.run_orderctl("watch", *arguments).returncode, USAGE, arguments)
        bad = self.run_orderctl("feed", "acknowledge", "bad name", "nonsense")
        self.assertEqual(bad.returncode, INVALID)
        for shown in ("name: ", "resume_token: "):
            self.assertIn(shown, bad.stderr)
        self.assertEqual(self.run_orderctl("watch", "enquiries/1000000018").returncode, NOT_FOUND)


if __name__ == "__main__":
    main()
