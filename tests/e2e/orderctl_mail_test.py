"""The commands about e-mails against a real orderd: what customers were told and what would be, what is sent again, and
what a mail server that hands replies over is answered."""

import email
import email.message
import email.policy
import email.utils
import json
import os
import pathlib
import re
import socketserver
import subprocess
import tempfile
import threading
import time
import unittest

from orders_e2e import PATIENCE, Client, Database, Orderd, comment_service_pb2, create, main, order_service_pb2, step

ORDERCTL = os.environ["IPSTORE_ORDERCTL"]
CUSTOMER = "maria@example.gr"
MOST = 25 << 20  # bytes of an e-mail


def run_orderctl(address, *arguments, given=b"", role="service:mail", stdout=subprocess.PIPE):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ORDERCTL_")}
    return subprocess.run([ORDERCTL, *arguments],
                          env={**environment, "ORDERCTL_SERVER": address, "ORDERCTL_AS": role, "ORDERCTL_LANG": "en"},
                          input=given, stdout=stdout, stderr=subprocess.PIPE, timeout=PATIENCE)


class WithOrderd(unittest.TestCase):
    """An orderd that sends e-mail in the way that `mail_options` say."""

    @classmethod
    def mail_options(cls):
        return []

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        database = cls.enterClassContext(Database("sqlite"))
        cls.server = cls.enterClassContext(Orderd("--database", database.url, *cls.mail_options()))
        cls.client = cls.enterClassContext(Client(cls.server.address))

    def order(self, reference, **fields):
        return self.client.call(create(reference, **fields)).order

    def run_orderctl(self, *arguments, **options):
        return run_orderctl(self.server.address, *arguments, **options)

    def orderctl(self, *arguments, role="staff:eleni"):
        ended = self.run_orderctl(*arguments, role=role)
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
        return ended.stdout.decode()

    def ledger(self, order, *arguments, **options):
        listed = json.loads(self.orderctl("notifications", order.number, "--json", *arguments, **options))
        return listed.get("notifications", [])

    def settled_ledger(self, order, rows=1):
        """What became of an order's notifications, so many, once none is queued any more; the last first."""
        deadline = time.monotonic() + PATIENCE
        while True:
            ledger = self.ledger(order)
            if len(ledger) == rows and all("finishTime" in row for row in ledger):
                return ledger
            self.assertLess(time.monotonic(), deadline, ledger)


class Mail(WithOrderd):

    @classmethod
    def mail_options(cls):
        return ["--mail-directory", str(cls.folder), "--mail-from", "Shop <orders@shop.example>"]

    def told(self, order):
        """The e-mails that the customer has got, the last first."""
        ids = [row["title"] for row in self.settled_ledger(order) if row["state"] == "NOTIFICATION_STATE_SENT"]
        mails = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                 for path in self.folder.glob("*.eml")]
        return [next(mail for mail in mails if mail["Subject"] == title) for title in ids]

    def reply(self, mail, text, sender=CUSTOMER, to=None, **headers):
        """The bytes of an answer to an e-mail of ours."""
        answer = email.message.EmailMessage()
        answer["From"] = sender
        answer["To"] = to or mail["Reply-To"]
        answer["Subject"] = f"Re: {mail['Subject']}"
        answer["Message-ID"] = email.utils.make_msgid(domain="example.gr")
        answer["In-Reply-To"] = mail["Message-ID"]
        for name, value in headers.items():
            answer[name.replace("_", "-")] = value
        answer.set_content(text)
        return answer.as_bytes(policy=email.policy.SMTP)

    def comments(self, order):
        listed = self.client.call(comment_service_pb2.ListCommentsRequest(parent=order.name))
        return [(comment.author.id, comment.on_behalf_of.id, comment.text) for comment in listed.comments]

    def ingest(self, raw, *arguments, **options):
        """Exit code, what stands on stdout and what on stderr."""
        ended = self.run_orderctl("ingest-email", *arguments, given=raw, **options)
        return ended.returncode, (ended.stdout or b"").decode(), ended.stderr.decode()

    def assert_refused(self, code, raw, *arguments, **options):
        ended = self.ingest(raw, *arguments, **options)
        self.assertEqual(ended[:2], (code, ""), ended)
        self.assertEqual(ended[2].count("\n"), 1, ended)
        return ended[2]

    # --- To customers ---

    def test_the_ledger_lists_what_was_sent_and_what_was_not_and_why(self):
        order = self.order("WEB-LEDGER")
        self.orderctl("start-processing", order.number, "--silent")
        silent, sent = self.settled_ledger(order, rows=2)
        self.assertEqual((silent["state"], silent["reason"]),
                         ("NOTIFICATION_STATE_SUPPRESSED", "NOTIFICATION_REASON_BY_CALLER"))
        self.assertEqual((sent["state"], sent["address"]), ("NOTIFICATION_STATE_SENT", CUSTOMER))
        self.assertIn(order.number, sent["title"])

        listed = self.orderctl("notifications", order.number)
        for shown in (sent["name"], sent["title"], silent["name"], silent["reasonText"]):
            self.assertIn(shown, " ".join(listed.split()))
        everything = self.orderctl("notifications", "--state", "suppressed")
        self.assertIn(silent["name"], everything)
        self.assertNotIn(sent["name"], everything)
        self.assertEqual([row["name"] for row in self.ledger(order, "--state", "sent")], [sent["name"]])
        first = json.loads(self.orderctl("notifications", order.number, "--page-size", "1", "--json"))
        self.assertEqual(first["notifications"], [silent])
        self.assertEqual(self.ledger(order, "--page-size", "1", "--page-token", first["nextPageToken"]), [sent])

        one = self.orderctl("notification", sent["name"])
        for shown in (sent["activity"], sent["title"], CUSTOMER):
            self.assertIn(shown, one)
        page = " ".join(self.orderctl("get", order.number).split())
        for shown in (" Notifications Time ", sent["title"], f" has started. · {silent['reasonText']}"):
            self.assertIn(shown, page)

    def test_customers_see_what_was_sent_to_them_and_nothing_of_others(self):
        order = self.order("WEB-CUSTOMER")
        self.orderctl("start-processing", order.number, "--silent")
        _, sent = self.settled_ledger(order, rows=2)
        hers = self.ledger(order, role="customer:cust-1042")
        self.assertEqual([row["name"] for row in hers], [sent["name"]])
        page = self.orderctl("get", order.number, role="customer:cust-1042")
        self.assertIn(sent["title"], " ".join(page.split()))
        self.assertEqual(self.run_orderctl("notifications", role="customer:cust-1042").returncode, 5)
        self.assertEqual(self.run_orderctl("notifications", order.number, role="customer:cust-7").returncode, 5)

    def test_on_and_off_stay_what_they_were(self):
        order = self.order("WEB-OFF")
        self.assertIn(order.number, self.orderctl("notifications", order.number, "off", "--dry-run"))
        self.assertTrue(self.client.call(order_service_pb2.GetOrderRequest(name=order.name)).notifications_on)
        self.assertIn(order.number, self.orderctl("notifications", order.number, "off", "--request-id", "off-1"))
        self.assertIn("already done", self.orderctl("notifications", order.number, "off", "--request-id", "off-1"))
        preview = self.orderctl("start-processing", order.number, "--preview-mail")
        self.assertIn("Would not be sent", preview)

    def test_a_preview_shows_the_mail_and_sends_and_changes_nothing(self):
        order = self.order("WEB-PREVIEW")
        mail = self.told(order)[0]
        activity = self.settled_ledger(order)[0]["activity"]
        shown = self.orderctl("preview", activity)
        self.assertIn(mail["Subject"], shown)
        self.assertIn(CUSTOMER, shown)
        self.assertIn("Καλώδιο HDMI", shown)
        html = self.orderctl("preview", activity, "--html")
        self.assertIn("<html", html)
        self.assertIn("Καλώδιο HDMI", html)
        self.assertEqual(set(json.loads(self.orderctl("preview", activity, "--json"))) >= {"title", "text", "html"}, True)

        step_shown = self.orderctl("cancel", order.number, "--reason", "Δεν υπάρχει πια.", "--preview-mail")
        self.assertIn("Δεν υπάρχει πια.", step_shown)
        refused = self.run_orderctl("confirm-receipt", order.number, "--preview-mail", role="staff:eleni")
        self.assertEqual(refused.returncode, 6)
        self.assertEqual(self.client.call(order_service_pb2.GetOrderRequest(name=order.name)).etag, order.etag)
        self.assertEqual(len(self.settled_ledger(order)), 1)

    # --- From customers ---

    def test_a_reply_becomes_a_comment_once(self):
        order = self.order("WEB-REPLY")
        mail = self.told(order)[0]
        raw = self.reply(mail, "Ναι, την Πέμπτη.\n\n> Γεια σας\n")
        recipient = email.utils.parseaddr(mail["Reply-To"])[1]
        for _ in range(2):  # as a mail server does that was told nothing
            code, out, err = self.ingest(raw, "--recipient", recipient)
            self.assertEqual((code, err, out.count("\n")), (0, "", 1), out)
        self.assertEqual(self.comments(order), [("mail", "cust-1042", "Ναι, την Πέμπτη.")])

        listed = self.orderctl("received-emails", order.number)
        self.assertEqual(len(listed.splitlines()), 2, listed)
        self.assertIn(CUSTOMER, listed)
        number = listed.splitlines()[1].split()[0]
        self.assertIn(order.name, self.orderctl("received-email", number))
        ended = self.run_orderctl("received-email", number, "--raw", role="staff:eleni")
        self.assertEqual((ended.returncode, ended.stdout), (0, raw))
        self.assertIn(f"receivedEmails/{number}\"", self.orderctl("received-emails", "--json"))
        self.assertEqual(self.run_orderctl("received-email", "999", role="staff:eleni").returncode, 4)

    def test_bytes_that_are_no_text_arrive_as_they_are(self):
        order = self.order("WEB-BYTES")
        head = self.reply(self.told(order)[0], "x").split(b"\r\n\r\n")[0]
        head = re.sub(rb'(?i)charset="[^"]*"', b'charset="windows-1253"', head)
        head = re.sub(rb"(?i)(Content-Transfer-Encoding:) \w+", rb"\1 8bit", head)
        raw = head + b"\r\n\r\n" + "Ευχαριστώ!".encode("windows-1253") + b"\r\n"
        self.assertEqual(self.ingest(raw)[0], 0)
        self.assertEqual(self.comments(order)[0][2], "Ευχαριστώ!")
        number = self.orderctl("received-emails", order.number).splitlines()[1].split()[0]
        ended = self.run_orderctl("received-email", number, "--raw", role="staff:eleni")
        self.assertEqual(ended.stdout, raw)

    def test_what_is_refused_says_why_in_the_language_of_its_order(self):
        order = self.order("WEB-REFUSED")
        mail = self.told(order)[0]
        stranger = self.reply(mail, "Θέλω κι εγώ.", sender="stranger@example.com")
        self.assertRegex(self.assert_refused(77, stranger, "--lang", "en"), "[α-ω]")
        # What is of no language: in the one asked for.
        english = self.assert_refused(65, b"", "--lang", "en")
        greek = self.assert_refused(65, b"", "--lang", "el")
        self.assertNotEqual(english, greek)
        self.assertRegex(greek, "[α-ω]")
        self.assert_refused(67, self.reply(mail, "Ναι.", to="orders@shop.example"))
        self.assert_refused(65, self.reply(mail, "> Γεια σας\n"))
        self.assert_refused(65, b"")
        self.assert_refused(65, b"\x00\x01\x02")
        self.assertEqual(self.comments(order), [])
        number = self.orderctl("received-emails", "--page-size", "200", "--json")
        rows = [row for row in json.loads(number)["receivedEmails"] if row.get("sender") == "stranger@example.com"]
        self.assertEqual(len(rows), 1)
        kept = self.run_orderctl("received-email", rows[0]["name"], "--raw", role="staff:eleni")
        self.assertEqual((kept.returncode, kept.stdout), (4, b""))
        self.assertIn(b"not kept", kept.stderr)

    def test_the_largest_email_is_taken_and_a_larger_one_is_not_even_sent(self):
        order = self.order("WEB-LARGE")
        raw = self.reply(self.told(order)[0], "Ορίστε η φωτογραφία.\n\nOn Monday Shop <orders@shop.example> wrote:\n> x\n")
        line = b"> " + b"x" * 70 + b"\r\n"
        # What is quoted is no part of the comment, so all of this is fine.
        raw += line * ((MOST - len(raw)) // len(line))
        raw += b"y" * (MOST - len(raw))
        self.assertEqual(len(raw), MOST)
        code, out, err = self.ingest(raw)
        self.assertEqual((code, err), (0, ""), out)
        number = self.orderctl("received-emails", order.number).splitlines()[1].split()[0]
        ended = self.run_orderctl("received-email", number, "--raw", role="staff:eleni")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertTrue(ended.stdout == raw, "other bytes came back")
        self.assertIn("25 MiB", self.assert_refused(65, raw + b"\n"))

    def test_what_a_program_wrote_is_dropped_and_nobody_told(self):
        order = self.order("WEB-AUTO")
        code, out, err = self.ingest(self.reply(self.told(order)[0], "Λείπω.", Auto_Submitted="auto-replied"))
        self.assertEqual((code, err, out.count("\n")), (0, "", 1), out)
        self.assertEqual(self.comments(order), [])

    def test_whoever_unsubscribes_is_told_nothing_more(self):
        order = self.order("WEB-UNSUBSCRIBE")
        mail = self.told(order)[0]
        address = re.search(r"<mailto:([^?>]+)", mail["List-Unsubscribe"])[1]
        code, _, err = self.ingest(self.reply(mail, "", to=address))
        self.assertEqual((code, err), (0, ""))
        self.client.call(step(order.name, "start_processing"))
        self.assertEqual([row["state"] for row in self.settled_ledger(order, rows=2)],
                         ["NOTIFICATION_STATE_SUPPRESSED", "NOTIFICATION_STATE_SENT"])

    def test_a_fault_of_ours_never_sends_an_email_back(self):
        order = self.order("WEB-FAULTS")
        raw = self.reply(self.told(order)[0], "Ναι.")
        self.assert_refused(75, raw, role="customer:cust-1042")
        self.assert_refused(75, raw, "--recipent", "a@b.example")
        self.assert_refused(75, raw, role="postfix")
        self.assert_refused(75, raw, "--server", "127.0.0.1:1", "--retries", "0")
        with subprocess.Popen([ORDERCTL, "--server", self.server.address, "ingest-email"], stdin=subprocess.DEVNULL,
                              preexec_fn=lambda: os.close(0), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as without_stdin:
            without_stdin.communicate(timeout=PATIENCE)
            self.assertEqual(without_stdin.returncode, 75)
        self.assertEqual(self.comments(order), [])
        # It is taken by then, and taken as taken when it comes again.
        with open("/dev/full", "wb") as full:
            self.assertEqual(self.ingest(raw, stdout=full)[0], 75)
        self.assertEqual(self.ingest(raw)[0], 0)
        self.assertEqual(len(self.comments(order)), 1)


class MailServer(socketserver.ThreadingTCPServer):
    """A mail server on loopback that takes mails, unless it `rejects` their recipients."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Session)
        self.rejects = True

    class Session(socketserver.StreamRequestHandler):

        def handle(self):
            self.wfile.write(b"220 shop.example\r\n")
            while line := self.rfile.readline():
                self.wfile.write(self.answer(line.split()[0].upper()))

        def answer(self, verb):
            if verb == b"DATA":
                self.wfile.write(b"354 Go on\r\n")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
            if verb == b"RCPT" and self.server.rejects:
                return b"550 5.1.1 No such user\r\n"
            return b"221 Bye\r\n" if verb == b"QUIT" else b"250 OK\r\n"


class FailedMail(WithOrderd):

    @classmethod
    def mail_options(cls):
        cls.mail_server = cls.enterClassContext(MailServer())
        threading.Thread(target=cls.mail_server.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.mail_server.shutdown)
        port = cls.mail_server.server_address[1]
        return ["--mail-smtp", f"smtp://127.0.0.1:{port}?tls=none", "--mail-from", "orders@shop.example"]

    def setUp(self):
        self.mail_server.rejects = True

    def failed(self, reference):
        order = self.order(reference)
        row, = self.settled_ledger(order)
        self.assertEqual((row["state"], row["reason"]), ("NOTIFICATION_STATE_FAILED", "NOTIFICATION_REASON_REJECTED"))
        return order, row

    def test_what_failed_tells_why_and_is_sent_again_by_its_name(self):
        order, row = self.failed("WEB-NAME")
        for listed in (self.orderctl("notifications", "--state", "failed"), self.orderctl("get", order.number)):
            self.assertIn("No such user", " ".join(listed.split()))
        self.mail_server.rejects = False
        for _ in range(2):  # the same request
            self.assertIn(row["name"], self.orderctl("resend", row["name"], "--request-id", "again"))
        sent, = self.settled_ledger(order)
        self.assertEqual((sent["state"], sent["resendCount"]), ("NOTIFICATION_STATE_SENT", 1))
        self.assertIn("Sent again", self.orderctl("notification", row["name"]))

    def test_all_of_an_order_that_failed_are_sent_again(self):
        order, row = self.failed("WEB-ALL")
        self.mail_server.rejects = False
        self.client.call(step(order.name, "start_processing"))
        self.settled_ledger(order, rows=2)
        resent = self.orderctl("resend", order.number, "--failed")
        self.assertEqual(resent.count("/notifications/"), 1, resent)
        self.assertIn(row["name"], resent)
        self.assertEqual({row["state"] for row in self.settled_ledger(order, rows=2)}, {"NOTIFICATION_STATE_SENT"})
        self.assertEqual(self.orderctl("resend", order.number, "--failed"), "No notification has failed.\n")

    def test_all_that_failed_of_all_orders_are_sent_again(self):
        failed = [self.failed(reference) for reference in ("WEB-ONE", "WEB-TWO")]
        self.mail_server.rejects = False
        *resent, count = self.orderctl("resend", "--failed", "--all").splitlines()
        self.assertEqual(count, f"Sent again: {len(resent)}")
        for order, row in failed:
            self.assertEqual(len([line for line in resent if line.startswith(row["name"])]), 1, resent)
            self.assertEqual([one["state"] for one in self.settled_ledger(order)], ["NOTIFICATION_STATE_SENT"])
        self.assertEqual(self.orderctl("resend", "--failed", "--all"), "No notification has failed.\n")

    def test_a_customer_sends_nothing_again(self):
        _, row = self.failed("WEB-CUSTOMER")
        self.assertEqual(self.run_orderctl("resend", row["name"], role="customer:cust-1042").returncode, 5)


class NoMail(WithOrderd):

    def test_without_a_way_to_send_nothing_is_told_and_no_email_is_lost(self):
        order = self.order("WEB-NONE")
        ended = self.run_orderctl("ingest-email", given=b"From: a@example.gr\n\nNai.\n")
        self.assertEqual((ended.returncode, ended.stdout), (75, b""))
        self.assertIn(b"MAIL_NOT_CONFIGURED", ended.stderr)
        self.assertEqual(self.ledger(order), [])
        self.assertEqual(self.orderctl("resend", order.number, "--failed"), "No notification has failed.\n")
        self.assertEqual(self.orderctl("received-emails"), "No e-mails.\n")


if __name__ == "__main__":
    main()
