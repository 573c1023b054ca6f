"""The samples that watch: what they print is everything, once, in order, across restarts of the server and of themselves.

Usage: watch_sample_test.py python|typescript
"""

import os
import pathlib
import queue
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from orders_e2e import (PATIENCE, Client, Database, Orderd, activities_of, comment_service_pb2, create, main)
from typescript_build import compiled_typescript

LANGUAGE = sys.argv.pop(1)
SAMPLES = pathlib.Path(os.environ["IPSTORE_SAMPLES"])
HISTORY_CHANGED = 3


def command():
    if LANGUAGE == "python":
        return [sys.executable, "-B", str(SAMPLES / "watch_orders.py")]
    return compiled_typescript(SAMPLES / "watch_orders.ts")


COMMAND = command()


class Sample:

    def __init__(self, address, token_file):
        environment = {**os.environ, "PYTHONPATH": os.environ["IPSTORE_STUBS"]}
        self.process = subprocess.Popen([*COMMAND, address, "orders/-", str(token_file)], env=environment,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._lines, self.remarks = queue.SimpleQueue(), queue.SimpleQueue()
        for stream, lines in ((self.process.stdout, self._lines), (self.process.stderr, self.remarks)):
            threading.Thread(target=self._collect, args=(stream, lines), daemon=True).start()

    @staticmethod
    def _collect(stream, lines):
        for line in stream:
            lines.put(line)

    def told_until(self, name):
        """The names that it prints, up to that one."""
        names = []
        while not names or names[-1] != name:
            names.append(self._lines.get(timeout=PATIENCE).split("\t")[0])
        return names

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(PATIENCE)
        self.process.stdout.close()
        self.process.stderr.close()


class WatchSample(unittest.TestCase):

    def comment(self, client, order, text):
        request = comment_service_pb2.CreateCommentRequest(parent=order.name, comment={"text": text})
        return client.call(request).comment.activity

    def wait_for_file(self, file):
        """It is there when the sample has heard of something, and from then on it watches."""
        deadline = time.monotonic() + PATIENCE
        while not file.exists():
            self.assertLess(time.monotonic(), deadline, "it has not heard of anything")
            time.sleep(0.01)

    def test_restarts_on_either_side_lose_nothing(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        token = folder / "token"
        database = self.enterContext(Database("sqlite"))
        server = self.enterContext(Orderd("--database", database.url))
        told = []
        with Sample(server.address, token) as sample:
            self.wait_for_file(token)
            with Client(server.address) as client:
                order = client.call(create("WEB-1")).order
                told += sample.told_until(self.comment(client, order, "first"))
            server.terminate()
            self.assertEqual(server.wait(), 0)
            self.assertIn("broken off", sample.remarks.get(timeout=PATIENCE))
            server = self.enterContext(Orderd("--database", database.url, listen=server.address))
            with Client(server.address) as client:
                told += sample.told_until(self.comment(client, order, "after the server's restart"))
        with Client(server.address) as client:
            self.comment(client, order, "while nobody watches")
            with Sample(server.address, token) as sample:
                told += sample.told_until(self.comment(client, order, "and again"))
            everything = [activity.name for activity in activities_of(client, order.name)]
        # What was told last before it was killed may be told once more.
        self.assertEqual(list(dict.fromkeys(told)), everything)
        server.terminate()
        server.wait()
        subprocess.run([os.environ["IPSTORE_ORDERD"], "new-epoch", "--database", database.url], check=True,
                       capture_output=True, timeout=PATIENCE)
        server = self.enterContext(Orderd("--database", database.url, listen=server.address))
        with Sample(server.address, token) as sample:
            self.assertEqual(sample.process.wait(PATIENCE), HISTORY_CHANGED)


if __name__ == "__main__":
    main()
