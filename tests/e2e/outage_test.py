"""A database that goes away and comes back: the server says so, keeps nothing half done, and goes on by itself.

Usage: outage_test.py mariadb|mysql
"""

import socket
import sys
import threading
import unittest

import grpc
from orders_e2e import (PATIENCE, Client, Database, Error, Orderd, activities_of, comment_service_pb2, connect, create, kind_from,
                        main, order_service_pb2)

KIND = kind_from(sys.argv)


class Gate:
    """A way to the database through a port of its own, which can be shut."""

    def __init__(self, host, port):
        self._target = (host, port)
        self._pairs = []
        self._lock = threading.Lock()
        self._open = True
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                if not self._open:
                    client.close()
                    continue
                server = socket.create_connection(self._target)
                self._pairs.append((client, server))
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    @staticmethod
    def _pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def shut(self):
        with self._lock:
            self._open = False
            for pair in self._pairs:
                for end in pair:
                    try:
                        end.shutdown(socket.SHUT_RDWR)
                    except OSError:
                        pass
            self._pairs.clear()

    def open(self):
        with self._lock:
            self._open = True

    def close(self):
        self.shut()
        self._listener.close()


class Outage(unittest.TestCase):

    def setUp(self):
        self.database = self.enterContext(Database(KIND))
        self.gate = Gate(*self.database.host_and_port())
        self.addCleanup(self.gate.close)
        host = ":".join(map(str, self.database.host_and_port()))
        url = self.database.url.replace(host, f"127.0.0.1:{self.gate.port}")
        self.server = self.enterContext(Orderd("--database", url))
        self.client = self.enterContext(Client(self.server.address))

    def watch_health(self):
        """The statuses that the health service tells, as they come."""
        channel = self.enterContext(connect(self.server.address))
        call = channel.unary_stream("/grpc.health.v1.Health/Watch")(b"", timeout=PATIENCE)
        self.addCleanup(call.cancel)
        return ({b"\x08\x01": "SERVING", b"\x08\x02": "NOT_SERVING"}[bytes(answer)] for answer in call)

    def test_health_follows_the_database_and_calls_work_again_by_themselves(self):
        health = self.watch_health()
        self.assertEqual(next(health), "SERVING")
        order = self.client.call(create("WEB-1")).order
        self.gate.shut()
        self.assertEqual(next(health), "NOT_SERVING")
        comment = comment_service_pb2.CreateCommentRequest(parent=order.name, comment={"text": "!"}, request_id="c-1")
        for request in (order_service_pb2.GetOrderRequest(name=order.name), comment):
            with self.assertRaises(Error) as refused:
                self.client.call(request)
            self.assertEqual(refused.exception.code, grpc.StatusCode.UNAVAILABLE)
            self.assertEqual(refused.exception.reason, "UNAVAILABLE")
        self.gate.open()
        self.assertEqual(next(health), "SERVING")
        self.assertFalse(self.client.call(comment).replayed)
        self.assertEqual(len(activities_of(self.client, order.name)), 2)

    def test_a_change_that_meets_an_outage_is_made_once_when_it_is_over(self):
        health = self.watch_health()
        self.assertEqual(next(health), "SERVING")
        order = self.client.call(create("WEB-1")).order
        self.gate.shut()
        running = self.client.start(comment_service_pb2.CreateCommentRequest(
            parent=order.name, comment={"text": "!"}, request_id="c-1"))
        self.gate.open()
        self.assertEqual(running.result().comment.text, "!")
        self.assertEqual(len(activities_of(self.client, order.name)), 2)


if __name__ == "__main__":
    main()
