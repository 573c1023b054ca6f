"""The second write of a lost answer: the server is killed between COMMIT and answer, the client asks again with the same
request_id, and there is one order and one change.

Usage: lost_answer_test.py sqlite|mariadb|mysql
"""

import os
import signal
import sys
import unittest

import grpc
from orders_e2e import (Client, Database, Error, Orderd, activities_of, clean_environment, create, kind_from, main,
                        order_service_pb2, step)

KIND = kind_from(sys.argv)
DYING_ORDERD = os.environ["IPSTORE_DYING_ORDERD"]


def dying_orderd(database, commit):
    """An orderd that dies right after its n-th commit."""
    return Orderd("--database", database.url, program=DYING_ORDERD,
                  environment=clean_environment(DYING_ORDERD_COMMIT=str(commit)))


class LostAnswer(unittest.TestCase):

    def call_a_dying_server(self, server, client, request):
        with self.assertRaises(Error) as lost:
            client.call(request)
        self.assertEqual(lost.exception.code, grpc.StatusCode.UNAVAILABLE)
        self.assertEqual(server.wait(), -signal.SIGKILL)

    def test_an_order_is_placed_once_though_its_answer_was_lost(self):
        with Database(KIND) as database:
            request = create("WEB-1", request_id="place-1")
            with dying_orderd(database, commit=1) as server, Client(server.address, "service", "eshop") as client:
                self.call_a_dying_server(server, client, request)
            with Orderd("--database", database.url) as server, Client(server.address, "service", "eshop") as client:
                answer = client.call(request)
                self.assertTrue(answer.replayed)
                self.assertEqual(len(answer.activities), 1)
                listed = client.call(order_service_pb2.ListOrdersRequest())
                self.assertEqual([order.name for order in listed.orders], [answer.order.name])
                self.assertEqual([activity.name for activity in activities_of(client, answer.order.name)],
                                 list(answer.activities))
                self.assertEqual(client.call(request), answer)

    def test_a_step_is_taken_once_though_its_answer_was_lost(self):
        with Database(KIND) as database:
            with dying_orderd(database, commit=2) as server, Client(server.address) as client:
                order = client.call(create("WEB-1")).order
                request = step(order.name, "start_processing", request_id="step-1")
                request.etag = order.etag
                request.comment.text = "Ξεκινάμε!"
                self.call_a_dying_server(server, client, request)
            with Orderd("--database", database.url) as server, Client(server.address) as client:
                # Somebody else goes on meanwhile; the answer is the order as it is now.
                client.call(step(order.name, "cancel", reason="Ο πελάτης άλλαξε γνώμη."))
                answer = client.call(request)
                self.assertTrue(answer.replayed)
                self.assertEqual(answer.order.status, 9)
                texts = [activity.text for activity in activities_of(client, order.name)]
                self.assertEqual(len(texts), 4, texts)
                self.assertEqual(texts.count("Ξεκινάμε!"), 1)
                self.assertEqual([activity.name for activity in activities_of(client, order.name)][1:3],
                                 list(answer.activities))

    def test_a_server_that_dies_before_the_commit_has_changed_nothing(self):
        with Database(KIND) as database:
            with dying_orderd(database, commit=100) as server, Client(server.address) as client:
                order = client.call(create("WEB-1")).order
                server.process.kill()
                self.assertEqual(server.wait(), -signal.SIGKILL)
                with self.assertRaises(Error):
                    client.call(step(order.name, "start_processing", request_id="step-1"))
            with Orderd("--database", database.url) as server, Client(server.address) as client:
                answer = client.call(step(order.name, "start_processing", request_id="step-1"))
                self.assertFalse(answer.replayed)
                self.assertEqual(len(activities_of(client, order.name)), 2)


if __name__ == "__main__":
    main()
