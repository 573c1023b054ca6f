"""Mail to and from customers through a real Postfix: an order walks to its end and every mail arrives once, in order and in the
customer's language; replies become comments, or are refused; List-Unsubscribe ends the mails.
"""

import email.message
import email.utils
import os
import pathlib
import shutil
import socket
import tempfile
import unittest

from orders_e2e import (Client, Database, Orderd, comment_service_pb2, create, main, notification_pb2, notification_service_pb2,
                        order_pb2, order_service_pb2, step)
from private_postfix import PrivatePostfix, require_postfix

require_postfix()

CUSTOMER = "maria@example.gr"
STRANGER = "stranger@example.gr"
SHOP = "orders@shop.example"


class MailPostfixTest(unittest.TestCase):
    def setUp(self):
        # The mail server runs orderctl as nobody, who sees nothing of a build folder below somebody's home.
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="orderctl")))
        folder.chmod(0o755)
        orderctl = shutil.copy(os.environ["IPSTORE_ORDERCTL"], folder / "orderctl")
        with socket.create_server(("127.0.0.1", 0)) as free:
            address = "127.0.0.1:%d" % free.getsockname()[1]
        self.postfix = self.enterContext(PrivatePostfix(commands={
            SHOP: [orderctl, "--server", address, "--as", "service:mail", "--lang", "en", "ingest-email",
                   "--recipient", "${recipient}"]}))
        database = self.enterContext(Database("sqlite"))
        self.orderd = self.enterContext(Orderd(
            "--database", database.url, "--mail-smtp", f"smtp://127.0.0.1:{self.postfix.port}?tls=none",
            "--mail-from", f"IP Store <{SHOP}>", "--shop-order-url", "https://shop.example/orders/{number}",
            listen=address))
        self.client = self.enterContext(Client(self.orderd.address))

    def call(self, request):
        return self.client.call(request)

    def wait_for_mails(self, count, address=CUSTOMER):
        self.postfix.wait_for(lambda: len(self.postfix.maildir(address)) >= count
                              and not self.postfix.has_mail_under_way())
        return self.postfix.maildir(address)

    def comments_of(self, order):
        return list(self.call(comment_service_pb2.ListCommentsRequest(parent=order)).comments)

    def walk_to_received(self, order):
        self.call(step(order, "start_processing"))
        for check in (order_pb2.CHECK_KIND_DETAILS, order_pb2.CHECK_KIND_AVAILABILITY, order_pb2.CHECK_KIND_PAYMENT):
            self.call(order_service_pb2.RecordCheckRequest(name=order, check=check, outcome=order_pb2.CHECK_OUTCOME_PASSED))
        self.call(step(order, "start_gathering"))
        self.call(order_service_pb2.RecordGatheringRequest(name=order, items=[
            {"line": 1, "quantity": 2, "source": {"kind": order_pb2.SOURCE_KIND_WAREHOUSE, "id": "ATH-1"}}]))
        self.call(step(order, "start_preparing"))
        self.call(order_service_pb2.RecordInvoiceRequest(
            name=order, invoice={"number": "T-1001", "date": {"year": 2026, "month": 11, "day": 23}}))
        self.call(step(order, "hand_to_carrier", parcels=[
            {"carrier": "ACS", "tracking_number": "7712345678", "tracking_url": "https://track.example/7712345678"}]))
        self.call(step(order, "confirm_receipt"))

    def reply(self, to, sender, text):
        """Answers a mail as a person would, with the whole of it below."""
        message = email.message.EmailMessage()
        message["From"] = sender
        message["To"] = to["Reply-To"]
        message["Subject"] = "Re: " + to["Subject"]
        message["Message-ID"] = email.utils.make_msgid(domain="example.gr")
        message["In-Reply-To"] = to["Message-ID"]
        quoted = "\n".join("> " + line for line in to.get_body(("plain",)).get_content().splitlines())
        message.set_content(f"{text}\n\nΣτις Δευ 23 Νοε 2026 στις 17:12, ο χρήστης IP Store <{SHOP}> έγραψε:\n{quoted}\n")
        [(_, address)] = email.utils.getaddresses([to["Reply-To"]])
        self.postfix.send(message, sender, [address])
        return message

    def test_an_order_walks_to_its_end_and_each_mail_arrives_once_and_in_order(self):
        order = self.call(create("WALK-1")).order.name
        self.walk_to_received(order)
        mails = self.wait_for_mails(6)
        subjects = [mail["Subject"] for mail in mails]
        number = order.removeprefix("orders/")
        expected = ["Ευχαριστούμε για την παραγγελία σας", "Επεξεργασία Παραγγελίας", "Συγκέντρωση Προϊόντων",
                    "Προετοιμασία Αποστολής", "Παραδόθηκε σε Μεταφορική/Courier", "Παραλήφθηκε από τον Πελάτη"]
        self.assertEqual(subjects, [f"Παραγγελία {number}: {label}" for label in expected])
        self.assertEqual(len({mail["Message-ID"] for mail in mails}), len(mails))
        self.assertTrue(all(mail["References"] == mails[0]["Message-ID"] for mail in mails[1:]))
        self.assertIn("Καλώδιο HDMI 2 μ.", mails[0].get_body(("plain",)).get_content())
        self.assertIn("7712345678", mails[4].get_body(("plain",)).get_content())
        self.assertIn("https://track.example/7712345678", mails[4].get_body(("html",)).get_content())
        ledger = self.call(notification_service_pb2.ListNotificationsRequest(parent=order)).notifications
        self.assertEqual([row.state for row in ledger], [notification_pb2.NOTIFICATION_STATE_SENT] * len(expected))
        self.assertEqual([row.title for row in reversed(ledger)], subjects)

    def test_a_reply_becomes_a_public_comment_and_a_strangers_is_sent_back(self):
        order = self.call(create("REPLY-1")).order.name
        [placed] = self.wait_for_mails(1)
        self.reply(placed, CUSTOMER, "Μπορείτε να το φέρετε μετά τις έξι;")
        self.postfix.wait_for(lambda: self.comments_of(order))
        [comment] = self.comments_of(order)
        self.assertEqual(comment.text, "Μπορείτε να το φέρετε μετά τις έξι;")
        self.assertEqual(comment.on_behalf_of.id, "cust-1042")

        self.reply(placed, STRANGER, "Ακυρώστε την παραγγελία.")
        [bounce] = self.wait_for_mails(1, STRANGER)
        why = next(bounce.iter_parts()).get_content()  # in the language of the order
        self.assertIn("δεν ήρθε από τη διεύθυνση του πελάτη", " ".join(why.split()))
        self.assertEqual(len(self.comments_of(order)), 1)
        # Their own comment is no news to the customer; the shop's answer is.
        self.call(comment_service_pb2.CreateCommentRequest(parent=order, comment={"text": "Βεβαίως."}))
        mails = self.wait_for_mails(2)
        self.assertEqual(len(mails), 2)
        self.assertIn("Βεβαίως.", mails[1].get_body(("plain",)).get_content())

    def test_unsubscribing_ends_the_mails_of_that_order(self):
        order = self.call(create("STOP-1")).order.name
        [placed] = self.wait_for_mails(1)
        address = placed["List-Unsubscribe"].strip().removeprefix("<mailto:").split("?")[0]
        message = email.message.EmailMessage()
        message["From"], message["To"], message["Subject"] = CUSTOMER, address, "unsubscribe"
        message["Message-ID"] = email.utils.make_msgid(domain="example.gr")
        message.set_content("")
        self.postfix.send(message, CUSTOMER, [address])
        name = order_service_pb2.GetOrderRequest(name=order)
        self.postfix.wait_for(lambda: not self.call(name).notifications_on)
        self.call(step(order, "start_processing"))
        # What comes after it has come: so the silence before is one.
        self.call(create("STOP-2"))
        mails = self.wait_for_mails(2)
        self.assertEqual([mail["Subject"] for mail in mails if order.removeprefix("orders/") in mail["Subject"]],
                         [placed["Subject"]])
        ledger = self.call(notification_service_pb2.ListNotificationsRequest(parent=order)).notifications
        self.assertEqual(ledger[0].reason, notification_pb2.NOTIFICATION_REASON_NOTIFICATIONS_OFF)


if __name__ == "__main__":
    main()
