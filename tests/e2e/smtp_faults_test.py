"""What becomes of a notification when the mail server hangs, refuses, asks to come later, or breaks off: what the ledger says
in each case, and that the mail arrives when the server is well again.
"""

import time
import unittest

from orders_e2e import (PATIENCE, Client, Database, Orderd, create, main, notification_pb2, notification_service_pb2, step)
from smtp_server import CLOSE, Hold, SmtpServer

QUEUED = notification_pb2.NOTIFICATION_STATE_QUEUED
SENT = notification_pb2.NOTIFICATION_STATE_SENT
FAILED = notification_pb2.NOTIFICATION_STATE_FAILED


class SmtpFaultsTest(unittest.TestCase):
    def setUp(self):
        self.smtp = self.enterContext(SmtpServer())
        database = self.enterContext(Database("sqlite"))
        orderd = self.enterContext(Orderd(
            "--database", database.url, "--mail-smtp", f"smtp://127.0.0.1:{self.smtp.port}?tls=none",
            "--mail-from", "IP Store <orders@shop.example>", "--mail-timeout", "2", "--mail-retry", "1"))
        self.client = self.enterContext(Client(orderd.address))

    def place(self, reference):
        return self.client.call(create(reference)).order.name

    def ledger(self, order):
        """Oldest first."""
        listed = self.client.call(notification_service_pb2.ListNotificationsRequest(parent=order))
        return list(reversed(listed.notifications))

    def wait_for(self, order, condition):
        """Until the order's first notification fulfils it; returns that."""
        deadline = time.monotonic() + PATIENCE
        while True:
            ledger = self.ledger(order)
            if ledger and condition(ledger[0]):
                return ledger[0]
            self.assertLess(time.monotonic(), deadline, ledger)
            time.sleep(0.02)

    def expect_deferred(self, order, words):
        told = self.wait_for(order, lambda row: row.attempt_count > 0 and row.detail)
        self.assertEqual(told.state, QUEUED)
        self.assertIn(words, told.detail)
        self.assertTrue(told.HasField("next_attempt_time"))
        return told

    def expect_sent_when_well(self, order):
        self.smtp.free()
        told = self.wait_for(order, lambda row: row.state == SENT)
        self.assertGreater(told.attempt_count, 1)
        self.assertIn("queued", told.detail)

    def test_a_server_that_asks_to_come_later(self):
        self.smtp.answer("RCPT", "450 4.2.0 greylisted, come back")
        order = self.place("GREY-1")
        self.expect_deferred(order, "450 4.2.0 greylisted")
        self.expect_sent_when_well(order)
        self.assertEqual(len(self.smtp.mails()), 1)

    def test_one_greylisted_recipient_holds_up_no_other(self):
        self.smtp.answer("RCPT", "451 4.7.1 greylisted", only_to="maria")
        first = self.place("GREY-2")
        self.expect_deferred(first, "greylisted")
        request = create("GREY-3")
        request.order.customer.email = "nikos@example.gr"
        other = self.client.call(request).order.name
        self.wait_for(other, lambda row: row.state == SENT)
        self.assertEqual(self.ledger(first)[0].state, QUEUED)

    def test_a_server_that_rejects_the_recipient(self):
        self.smtp.answer("RCPT", "550 5.1.1 no such user")
        order = self.place("REJECT-1")
        told = self.wait_for(order, lambda row: row.state == FAILED)
        self.assertEqual(told.reason, notification_pb2.NOTIFICATION_REASON_REJECTED)
        self.assertEqual(told.detail, "550 5.1.1 no such user")
        self.assertEqual(told.attempt_count, 1)
        # Staff mend the address, or the server, and have it sent again.
        self.smtp.free()
        self.client.call(notification_service_pb2.ResendNotificationRequest(name=told.name))
        self.wait_for(order, lambda row: row.state == SENT)
        self.assertEqual(len(self.smtp.mails()), 1)

    def test_a_server_that_rejects_the_message(self):
        self.smtp.answer("DOT", "554 5.7.1 we think it is spam")
        order = self.place("REJECT-2")
        told = self.wait_for(order, lambda row: row.state == FAILED)
        self.assertEqual(told.reason, notification_pb2.NOTIFICATION_REASON_REJECTED)
        self.assertIn("554 5.7.1", told.detail)

    def test_a_server_that_will_have_nothing_of_us(self):
        self.smtp.answer("CONNECT", "554 5.7.1 you are on a list")
        order = self.place("LIST-1")
        self.expect_deferred(order, "554 5.7.1")  # no fault of the mail: nothing is given up
        self.expect_sent_when_well(order)

    def test_a_server_that_hangs_before_it_greets(self):
        self.smtp.answer("CONNECT", Hold())
        order = self.place("HANG-1")
        self.expect_deferred(order, "")
        self.expect_sent_when_well(order)
        self.assertEqual(len(self.smtp.mails()), 1)

    def test_a_server_that_hangs_in_the_middle(self):
        self.smtp.answer("DATA", Hold())
        order = self.place("HANG-2")
        self.expect_deferred(order, "")
        self.expect_sent_when_well(order)
        self.assertEqual(len(self.smtp.mails()), 1)

    def test_a_server_that_breaks_off_before_the_message(self):
        self.smtp.answer("DATA", CLOSE)
        order = self.place("CLOSE-1")
        self.expect_deferred(order, "closed")
        self.expect_sent_when_well(order)
        self.assertEqual(len(self.smtp.mails()), 1)

    def test_a_server_that_takes_the_message_and_never_answers(self):
        self.smtp.answer("DOT", CLOSE)
        order = self.place("DOUBT-1")
        self.expect_deferred(order, "the message was completed, but")
        self.expect_sent_when_well(order)
        ids = [mail["Message-ID"] for mail in self.smtp.mails()]
        self.assertGreater(len(ids), 1)
        self.assertEqual(len(set(ids)), 1, "the same mail, whenever it is sent")

    def test_a_server_that_is_not_there(self):
        with SmtpServer() as other:
            port = other.port
        database = self.enterContext(Database("sqlite"))
        orderd = self.enterContext(Orderd(
            "--database", database.url, "--mail-smtp", f"smtp://127.0.0.1:{port}?tls=none",
            "--mail-from", "orders@shop.example", "--mail-timeout", "2", "--mail-retry", "1"))
        self.client = self.enterContext(Client(orderd.address))
        order = self.place("GONE-1")
        told = self.expect_deferred(order, "connect")
        self.assertEqual(told.reason, notification_pb2.NOTIFICATION_REASON_UNSPECIFIED)

    def test_what_was_late_is_told_along_with_what_came_since(self):
        self.smtp.answer("RCPT", "450 4.2.0 later")
        order = self.place("FOLD-1")
        self.expect_deferred(order, "later")
        self.client.call(step(order, "start_processing"))
        self.smtp.free()
        self.wait_for(order, lambda row: row.state == SENT)
        mails = self.smtp.wait_for(lambda mails: mails, "no mail came")
        self.assertEqual(len(mails), 1)
        self.assertEqual([row.state for row in self.ledger(order)], [SENT, SENT])


if __name__ == "__main__":
    main()
