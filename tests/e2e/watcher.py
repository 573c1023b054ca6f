"""A watcher in a process of its own: `orderctl watch --json`, which comes back by itself."""

import json
import os
import queue
import subprocess
import threading

from orders_e2e import PATIENCE

ORDERCTL = os.environ["IPSTORE_ORDERCTL"]


class Watcher:
    """Its messages are collected."""

    def __init__(self, address, *arguments):
        self.process = subprocess.Popen([ORDERCTL, "--server", address, "--as", "staff:eleni", "--lang", "en", "--json",
                                         "watch", *arguments],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._lines = queue.SimpleQueue()
        self.interruptions = queue.SimpleQueue()
        for stream, lines in ((self.process.stdout, self._lines), (self.process.stderr, self.interruptions)):
            threading.Thread(target=self._collect, args=(stream, lines), daemon=True).start()
        self.told = []  # names of activities, each once, in the order in which they came
        self.token = None

    @staticmethod
    def _collect(stream, lines):
        for line in stream:
            lines.put(line)

    def wait_for(self, name):
        """Until an activity of that name has come."""
        while name not in self.told:
            self.next()

    def next(self):
        """The next message."""
        message = json.loads(self._lines.get(timeout=PATIENCE))
        self.token = message["resumeToken"]
        for activity in message.get("activities", []):
            if activity["name"] not in self.told:
                self.told.append(activity["name"])
        return message

    def next_activities(self):
        """The next message that tells of something."""
        while not (message := self.next()).get("activities"):
            pass
        return message

    def __enter__(self):
        self.first = self.next()  # it watches from here on
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(PATIENCE)
        self.process.stdout.close()
        self.process.stderr.close()
