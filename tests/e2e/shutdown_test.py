"""How orderd ends on SIGTERM: what runs is finished, what is new is refused, and the exit code is 0."""

import sqlite3
import unittest

import grpc
from orders_e2e import (Client, Database, Error, Orderd, activities_of, comment_service_pb2, create, main,
                        order_service_pb2, step)


class Shutdown(unittest.TestCase):

    def setUp(self):
        self.database = self.enterContext(Database("sqlite"))
        self.server = self.enterContext(Orderd("--database", self.database.url, "--shutdown-grace", "30"))
        self.client = self.enterContext(Client(self.server.address))
        self.order = self.client.call(create("WEB-1")).order

    def hold_up_writes(self):
        """Nothing is written until the returned connection is rolled back."""
        lock = sqlite3.connect(self.database.file, isolation_level=None)
        self.addCleanup(lock.close)
        lock.execute("BEGIN IMMEDIATE")
        return lock

    def start_a_call(self):
        """A change that has reached the server when this returns."""
        running = self.client.start(step(self.order.name, "start_processing", request_id="step-1"))
        # Answered on the same connection after the change has come in.
        self.client.call(order_service_pb2.GetOrderRequest(name=self.order.name))
        self.assertFalse(running.done())
        return running

    def wait_until_it_ends(self):
        """SIGTERM was sent; returns when the server has taken note of it."""
        with Client(self.server.address, must_answer=False) as other:
            while True:
                try:
                    other.call(order_service_pb2.GetOrderRequest(name=self.order.name))
                except Error as refused:
                    # gRPC's own word for a call that comes in at the very moment when the server closes.
                    self.assertIn(refused.code, (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED))
                    return

    def test_an_idle_server_ends_at_once(self):
        self.server.terminate()
        self.assertEqual(self.server.wait(), 0)

    def test_a_running_call_is_finished(self):
        lock = self.hold_up_writes()
        running = self.start_a_call()
        self.server.terminate()
        self.wait_until_it_ends()
        self.assertFalse(running.done())
        lock.execute("ROLLBACK")
        self.assertEqual(running.result().order.status, 2)
        self.assertEqual(self.server.wait(), 0)
        with Orderd("--database", self.database.url) as again, Client(again.address) as client:
            self.assertEqual(len(activities_of(client, self.order.name)), 2)

    def test_a_call_that_does_not_end_is_given_up_after_the_grace(self):
        self.server.terminate()
        self.server.wait()
        server = self.enterContext(Orderd("--database", self.database.url, "--shutdown-grace", "0"))
        self.client = self.enterContext(Client(server.address))
        lock = self.hold_up_writes()
        running = self.start_a_call()
        server.terminate()
        self.assertIn(running.code(), (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED))
        self.assertEqual(server.wait(), 0)
        lock.execute("ROLLBACK")
        with Orderd("--database", self.database.url) as again, Client(again.address) as client:
            self.assertFalse(client.call(step(self.order.name, "start_processing", request_id="step-1")).replayed)

    def test_what_was_answered_is_there_after_a_kill(self):
        self.client.call(comment_service_pb2.CreateCommentRequest(parent=self.order.name, comment={"text": "!"}))
        self.server.process.kill()
        self.server.wait()
        with Orderd("--database", self.database.url) as again, Client(again.address) as client:
            self.assertEqual(len(activities_of(client, self.order.name)), 2)


if __name__ == "__main__":
    main()
