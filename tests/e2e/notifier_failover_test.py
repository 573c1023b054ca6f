"""Several servers on one database, of which one at a time sends mail, killed and stopped at the worst points: no mail is lost,
and none comes twice but where the mail server's answer was lost, and then under the same Message-ID.
"""

import collections
import random
import re
import signal
import sys
import time
import unittest

from orders_e2e import (PATIENCE, Client, Database, Orderd, comment_service_pb2, create, kind_from, main, notification_pb2,
                        notification_service_pb2, step)
from smtp_server import SmtpServer

KIND = kind_from(sys.argv)
LEASE = 1  # seconds; as the time for one mail


class NotifierFailoverTest(unittest.TestCase):
    def setUp(self):
        self.smtp = self.enterContext(SmtpServer())
        self.database = self.enterContext(Database(KIND))

    def start(self):
        return self.enterContext(Orderd(
            "--database", self.database.url, "--mail-smtp", f"smtp://127.0.0.1:{self.smtp.port}?tls=none",
            "--mail-from", "IP Store <orders@shop.example>", "--mail-timeout", str(LEASE), "--mail-lease", str(LEASE),
            "--mail-retry", "1"))

    def client_of(self, orderd):
        return self.enterContext(Client(orderd.address))

    def ledger(self, client):
        rows, token = [], ""
        while True:
            page = client.call(notification_service_pb2.ListNotificationsRequest(
                parent="orders/-", page_size=200, page_token=token))
            rows += page.notifications
            token = page.next_page_token
            if not token:
                return rows

    def wait_until_all_is_sent(self, client, count):
        deadline = time.monotonic() + PATIENCE
        while True:
            rows = self.ledger(client)
            if len(rows) == count and all(row.state == notification_pb2.NOTIFICATION_STATE_SENT for row in rows):
                return
            self.assertLess(time.monotonic(), deadline, [row for row in rows
                                                         if row.state != notification_pb2.NOTIFICATION_STATE_SENT])
            time.sleep(0.05)

    def ids(self):
        return [mail["Message-ID"] for mail in self.smtp.mails()]

    def only_one_serves(self):
        """A server, which has the lease, with a mail to send."""
        orderd = self.start()
        return orderd, self.client_of(orderd)

    def test_a_server_killed_before_the_message_is_complete(self):
        first, client = self.only_one_serves()
        hold = self.smtp.hold_next("DATA")
        client.call(create("KILL-1"))
        hold.wait_until_reached()
        second = self.start()
        first.kill()
        self.wait_until_all_is_sent(self.client_of(second), 1)
        self.assertEqual(len(self.ids()), 1)

    def test_a_server_killed_before_it_hears_the_answer(self):
        first, client = self.only_one_serves()
        hold = self.smtp.hold_next("DOT")
        client.call(create("KILL-2"))
        hold.wait_until_reached()
        second = self.start()
        first.kill()
        self.wait_until_all_is_sent(self.client_of(second), 1)
        self.assertEqual(len(self.ids()), 2, "its answer was lost")
        self.assertEqual(len(set(self.ids())), 1, "it is the same mail")

    def test_a_server_stopped_before_the_message_is_complete_does_not_complete_it_later(self):
        first, client = self.only_one_serves()
        hold = self.smtp.hold_next("DATA")
        client.call(create("STOP-1"))
        hold.wait_until_reached()
        second = self.start()
        first.process.send_signal(signal.SIGSTOP)
        self.addCleanup(first.process.send_signal, signal.SIGCONT)
        self.wait_until_all_is_sent(self.client_of(second), 1)
        hold.release.set()
        first.process.send_signal(signal.SIGCONT)
        # It goes on: what is new is sent by one of the two, and nothing old with it.
        client.call(create("STOP-2"))
        self.wait_until_all_is_sent(client, 2)
        self.assertEqual(len(self.ids()), 2)

    def test_servers_that_are_killed_and_stopped_at_any_time(self):
        seed = random.randrange(1 << 30)
        chance = random.Random(seed)
        steady = self.start()  # serves the calls; may send mail as well as the others
        client = self.client_of(steady)
        others = [self.start() for _ in range(2)]
        orders = []
        comments = 0
        for round_of in range(10):
            orders += [client.call(create(f"ANY-{round_of}-{i}")).order.name for i in range(4)]
            client.call(step(orders[-1], "start_processing"))
            for order in orders:
                client.call(comment_service_pb2.CreateCommentRequest(parent=order, comment={"text": f"στάδιο {round_of}"}))
                comments += 1
            victim = chance.randrange(2)
            if chance.random() < 0.5:
                others[victim].kill()
                others[victim] = self.start()
            else:
                stopped = others[victim].process
                stopped.send_signal(signal.SIGSTOP)
                time.sleep(chance.random() * 2)  # for some, longer than its lease
                stopped.send_signal(signal.SIGCONT)
        self.wait_until_all_is_sent(client, len(orders) + 10 + comments)
        self.check_what_came(orders, seed)

    def check_what_came(self, orders, seed):
        by_order = collections.defaultdict(list)
        for mail in self.smtp.mails():
            by_order[next(order for order in orders if order.removeprefix("orders/") in mail["Subject"])].append(mail)
        self.assertEqual(set(by_order), set(orders), f"seed {seed}")
        for order, mails in by_order.items():
            # A second copy of a mail is the same mail; each other is another.
            content_of = {}
            for mail in mails:
                text = mail.get_body(("plain",)).get_content()
                self.assertEqual(content_of.setdefault(mail["Message-ID"], text), text, f"seed {seed}, {order}")
            self.assertEqual(len(set(content_of.values())), len(content_of), f"seed {seed}, {order}: told twice")
            # The comments come in their order, whatever mails they are in.
            told = []
            for message_id in dict.fromkeys(mail["Message-ID"] for mail in mails):
                told += [int(number) for number in re.findall(r"στάδιο (\d+)", content_of[message_id])]
            self.assertEqual(told, sorted(set(told)), f"seed {seed}, {order}")


if __name__ == "__main__":
    main()
