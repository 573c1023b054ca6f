"""Redaction as the operator sees it: nothing of a person is left in the database, and a redaction of a customer that was
cut off by a crash goes on and redacts each order once.

Usage: redaction_test.py sqlite|mariadb|mysql
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from orders_e2e import (PATIENCE, Client, Database, Error, Orderd, activities_of, clean_environment, comment_service_pb2,
                        courier_order, create, kind_from, main, notification_pb2, notification_service_pb2,
                        order_service_pb2, received_email_pb2, redaction_pb2, redaction_service_pb2, run_orderd, step)

KIND = kind_from(sys.argv)
DYING_ORDERD = os.environ["IPSTORE_DYING_ORDERD"]
ORDERCTL = os.environ["IPSTORE_ORDERCTL"]
ORDERS = 300
REDACTED = 12  # ACTIVITY_KIND_REDACTED

# What was said and written of Maria, each found before and not afterwards.
PERSONAL = ("Μαρία Παπαδοπούλου", "maria@example.gr", "Ερμού 48", "105 63", "παπαδοπουλου", "6944 123 456",
            "τρίτο κουδούνι", "maria.new@example.gr", "άλλαξε γνώμη", "ο σύζυγος")

# The same, of what stands only in the e-mails that she got and sent: what the mail server said to the last one that she
# got, its title, the Message-ID of hers, a header of it, and what it quotes. The next is what she says in it.
PERSONAL_BY_EMAIL = ("written to", "Νέο μήνυμα", "from-her-phone@example.gr", "192.0.2.77", "σαν απάντηση",
                     "τρύπα στο κουτί")
LATER = ("late-word@example.gr", "Με θυμάστε;", "absent@example.gr", "Λείπω στην Πάρο")


def redactor(server):
    return Client(server.address, rights="redact")


def bytes_of(database):
    """All that the database keeps: SQLite's files, or every row of every table."""
    if database.kind == "sqlite":
        return b"\n".join(path.read_bytes() for path in sorted(pathlib.Path(database.file).parent.iterdir()))
    tables = database.execute("SHOW TABLES").split()
    assert "activities" in tables and "search_terms" in tables
    return database.execute(";".join(f"SELECT * FROM {table}" for table in tables)).encode()


def found_in(database, personal=PERSONAL):
    kept = bytes_of(database)
    return [text for text in personal if text.encode() in kept]


def reply(to, message_id, text, *headers):
    """An e-mail of Maria's."""
    lines = ["From: Μαρία <maria@example.gr>", f"To: {to}", f"Message-ID: <{message_id}>", "Subject: Re",
             "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", *headers,
             "", text, ""]
    return comment_service_pb2.IngestEmailRequest(raw_message="\r\n".join(lines).encode())


def wait_until_told(client, name, count):
    """Until the ledger has so many notifications of the order, and nothing left to send. Returns them."""
    end = time.monotonic() + PATIENCE
    while True:
        told = client.call(notification_service_pb2.ListNotificationsRequest(parent=name)).notifications
        if len(told) == count and all(one.state != notification_pb2.NOTIFICATION_STATE_QUEUED for one in told):
            return told
        assert time.monotonic() < end, told


def reply_address_in(folder):
    mail = next(pathlib.Path(folder).glob("*.eml")).read_text()
    return re.search(r"^ ?.*<?(orders\+r\.[^>\s]+@localhost)", mail, re.MULTILINE)[1]


def wait_until_done(client, redaction):
    end = time.monotonic() + 2 * PATIENCE
    while redaction.state != redaction_pb2.REDACTION_STATE_DONE:
        assert time.monotonic() < end, redaction
        redaction = client.call(redaction_service_pb2.GetRedactionRequest(name=redaction.name))
    return redaction


class Redaction(unittest.TestCase):

    def say_much_of_maria(self, client):
        order = courier_order("WEB-1")
        order.customer.phone = "6944 123 456"
        order.delivery_address.instructions = "τρίτο κουδούνι"
        placed = client.call(order_service_pb2.CreateOrderRequest(order=order)).order
        placed.customer.email = "maria.new@example.gr"
        amend = order_service_pb2.UpdateOrderRequest(order=placed, etag=placed.etag)
        amend.update_mask.paths.append("customer.email")
        client.call(amend)
        comment = comment_service_pb2.CreateCommentRequest(parent=placed.name)
        comment.comment.text = "Θα παραλάβει ο σύζυγος. " * 400  # over many pages of the file
        client.call(comment)
        client.call(step(placed.name, "cancel", reason="άλλαξε γνώμη"))
        return placed

    def test_nothing_of_a_person_is_left(self):
        with Database(KIND) as database:
            with Orderd("--database", database.url) as server, redactor(server) as client:
                order = self.say_much_of_maria(client)
                if KIND != "sqlite":  # which has it in its files once they are closed, at the latest
                    self.assertEqual(found_in(database), list(PERSONAL))
                server.terminate()
                self.assertEqual(server.wait(), 0)
            self.assertEqual(found_in(database), list(PERSONAL), "the test looks for what is not there")
            with Orderd("--database", database.url) as server, redactor(server) as client:
                redaction = client.call(redaction_service_pb2.RedactCustomerRequest(customer_id="cust-1042")).redaction
                redaction = wait_until_done(client, redaction)
                self.assertEqual((redaction.total_count, redaction.done_count), (1, 1))
                self.assertEqual(found_in(database), [], "while the server runs")
                redacted = client.call(order_service_pb2.GetOrderRequest(name=order.name))
                self.assertEqual(redacted.totals, order.totals)
                self.assertEqual(redacted.lines[0].name, order.lines[0].name)
                server.terminate()
                self.assertEqual(server.wait(), 0)
            self.assertEqual(found_in(database), [], "when it has ended")
            verified = run_orderd("verify", "--database", database.url)
            self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def test_nothing_of_a_person_is_left_of_emails(self):
        everything = (*PERSONAL_BY_EMAIL, "maria@example.gr")
        with Database(KIND) as database, tempfile.TemporaryDirectory() as mail:
            arguments = ("--database", database.url, "--mail-directory", mail)
            with Orderd(*arguments) as server, redactor(server) as client, \
                    Client(server.address, role="service", actor="mta") as mta:
                order = client.call(create("WEB-1")).order
                wait_until_told(client, order.name, 1)
                address = reply_address_in(mail)
                comment = comment_service_pb2.CreateCommentRequest(parent=order.name)
                comment.comment.text = "Έφτασε;"
                client.call(comment)
                received = mta.call(reply(
                    address, "from-her-phone@example.gr", "Έχει τρύπα στο κουτί.\r\n> σαν απάντηση",
                    "X-Originating-IP: [192.0.2.77]"))
                self.assertEqual(received.outcome, received_email_pb2.EMAIL_OUTCOME_COMMENTED)
                wait_until_told(client, order.name, 2)
                server.terminate()
                self.assertEqual(server.wait(), 0)
            self.assertEqual(found_in(database, everything), list(everything), "the test looks for what is not there")
            with Orderd(*arguments) as server, redactor(server) as client, \
                    Client(server.address, role="service", actor="mta") as mta:
                client.call(redaction_service_pb2.RedactSubjectRequest(name=order.name))
                self.assertEqual(found_in(database, everything), [], "while the server runs")
                told = wait_until_told(client, order.name, 2)
                self.assertEqual([one.state for one in told], [notification_pb2.NOTIFICATION_STATE_SENT] * 2)
                late = mta.call(reply(address, "late-word@example.gr", "Με θυμάστε;"))
                self.assertEqual(late.outcome, received_email_pb2.EMAIL_OUTCOME_REDACTED)
                absent = mta.call(reply(address, "absent@example.gr", "Λείπω στην Πάρο.", "Auto-Submitted: auto-replied"))
                self.assertEqual(absent.outcome, received_email_pb2.EMAIL_OUTCOME_AUTO_REPLY)
                server.terminate()
                self.assertEqual(server.wait(), 0)
            self.assertEqual(found_in(database, everything + LATER), [], "when it has ended")
            verified = run_orderd("verify", "--database", database.url)
            self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def test_a_redaction_that_a_crash_cut_off_goes_on(self):
        request = redaction_service_pb2.RedactCustomerRequest(customer_id="cust-1042", request_id="forget-her")
        with Database(KIND) as database:
            with Orderd("--database", database.url) as server, redactor(server) as client:
                calls = [client.start(create(f"WEB-{i}")) for i in range(ORDERS)]
                orders = [call.result().order for call in calls]
            with Orderd("--database", database.url, program=DYING_ORDERD,
                        environment=clean_environment(DYING_ORDERD_COMMIT="6")) as server, redactor(server) as client:
                try:
                    client.call(request)
                except Error:
                    pass  # its answer was lost in the crash
                self.assertEqual(server.wait(), -signal.SIGKILL)
            with Orderd("--database", database.url) as server, redactor(server) as client:
                answer = client.call(request)
                self.assertTrue(answer.replayed)
                self.assertEqual(answer.redaction.total_count, ORDERS)
                later = client.call(create("WEB-LATER")).order
                done = wait_until_done(client, answer.redaction)
                self.assertEqual((done.done_count, done.failed_count), (ORDERS, 0))
                for order in orders:
                    kinds = [activity.kind for activity in activities_of(client, order.name)]
                    self.assertEqual(kinds, [1, REDACTED], order.name)
                    self.assertEqual(
                        client.call(order_service_pb2.GetOrderRequest(name=order.name)).customer.name, "")
                self.assertEqual(client.call(order_service_pb2.GetOrderRequest(name=later.name)).customer.name,
                                 "Μαρία Παπαδοπούλου")
            if KIND == "sqlite":
                self.assertEqual(run_orderd("verify", "--database", database.url).returncode, 0)

    def test_by_hand_it_asks_first_and_what_it_left_is_exported_and_imported(self):
        with Database(KIND) as database, Orderd("--database", database.url) as server, \
                redactor(server) as client, tempfile.TemporaryDirectory() as folder:

            def orderctl(*arguments):
                environment = {name: value for name, value in os.environ.items() if not name.startswith("ORDERCTL_")}
                return subprocess.run([ORDERCTL, "--lang", "en", *arguments],
                                      env={"ORDERCTL_SERVER": server.address, **environment}, capture_output=True, text=True, timeout=PATIENCE)

            order = self.say_much_of_maria(client)
            comment = client.call(comment_service_pb2.ListCommentsRequest(parent=order.name)).comments[0]
            self.assertEqual(orderctl("redact", order.number).returncode, 2)
            refused = orderctl("redact", order.number, "--yes")
            self.assertEqual(refused.returncode, 5)
            self.assertIn("MISSING_RIGHT", refused.stderr)
            redacted = orderctl("--rights", "redact", "redact", comment.name, "--yes")
            self.assertEqual(redacted.returncode, 0, redacted.stderr)
            self.assertIn("[redacted]", orderctl("get", order.number).stdout)
            done = orderctl("--rights", "redact", "redact-customer", "cust-1042", "--yes", "--wait")
            self.assertEqual((done.returncode, done.stdout), (0, "redactions/1  done  1 / 1\n"), done.stderr)
            self.assertEqual(orderctl("--rights", "redact", "redaction", "1").stdout, done.stdout)
            page = orderctl("get", order.number).stdout
            self.assertIn("Personal data was redacted.", page)
            for text in PERSONAL:
                self.assertNotIn(text, page)
            lines, again = (os.path.join(folder, name) for name in ("orders.jsonl", "again.jsonl"))
            self.assertEqual(orderctl("export", "--output", lines).returncode, 0)
            self.assertIn("EXTERNAL_REFERENCE_EXISTS", orderctl("import", lines).stdout)
            with Database("sqlite") as other, Orderd("--database", other.url) as elsewhere:
                self.assertEqual(orderctl("--server", elsewhere.address, "import", lines).returncode, 0)
                self.assertEqual(
                    orderctl("--server", elsewhere.address, "export", "--output", again).returncode, 0)
            self.assertEqual(pathlib.Path(again).read_text(), pathlib.Path(lines).read_text())
            for text in PERSONAL:
                self.assertNotIn(text, pathlib.Path(lines).read_text())


if __name__ == "__main__":
    main()
