"""A watcher across restarts of the database itself, orderly and killed: it is told of everything, once.

The database is a MariaDB that this test starts, so that nobody else loses theirs.
"""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

from orders_e2e import (PATIENCE, SKIPPED, Client, Error, Orderd, activities_of, comment_service_pb2, create, main, run_orderd)
from watcher import Watcher

PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"  # servers' programs are not in the path of an ordinary user
MARIADBD = shutil.which("mariadbd", path=PATH)
INSTALL = shutil.which("mariadb-install-db", path=PATH)
if not (MARIADBD and INSTALL):
    print("SKIPPED: NOT TESTED: there is no mariadbd. `./dev install` installs it.")
    sys.exit(SKIPPED)


class MariaDb:
    """A server of its own, always on the same port; ended with the `with` block."""

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="mariadb")
        self._data = pathlib.Path(self._folder.name) / "data"
        self._user = ["--user=root"] if os.getuid() == 0 else []
        subprocess.run([INSTALL, "--no-defaults", *self._user, f"--datadir={self._data}", "--skip-test-db",
                        "--auth-root-authentication-method=normal"],
                       check=True, capture_output=True, timeout=PATIENCE)
        init = pathlib.Path(self._folder.name) / "init.sql"
        init.write_text("CREATE DATABASE IF NOT EXISTS orders;\n"
                        "CREATE OR REPLACE USER 'root'@'127.0.0.1' IDENTIFIED BY 'restart';\n"
                        "GRANT ALL PRIVILEGES ON *.* TO 'root'@'127.0.0.1';\n")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"mysql://root:restart@127.0.0.1:{self.port}/orders"
        self._command = [MARIADBD, "--no-defaults", *self._user, f"--datadir={self._data}", "--bind-address=127.0.0.1",
                         f"--port={self.port}", f"--socket={self._folder.name}/socket", f"--init-file={init}",
                         "--skip-name-resolve", "--innodb-buffer-pool-size=32M", "--server-id=1", "--log-bin=binlog",
                         "--binlog-format=ROW", "--sync-binlog=1", "--innodb-flush-log-at-trx-commit=1"]
        self.start()
        return self

    def start(self):
        self._log = open(pathlib.Path(self._folder.name) / "log", "ab")
        self._process = subprocess.Popen(self._command, stdout=self._log, stderr=self._log)
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError("mariadbd does not start: " +
                                     (pathlib.Path(self._folder.name) / "log").read_text(errors="replace"))
            time.sleep(0.05)

    def _answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def end(self, how):
        self._process.send_signal(how)
        self._process.wait(PATIENCE)
        self._log.close()

    def __exit__(self, *_):
        if self._process.poll() is None:
            self.end(signal.SIGKILL)
        self._folder.cleanup()


class DatabaseRestarts(unittest.TestCase):

    def comment(self, client, order, text):
        """Its name. The same request_id until there is an answer, as a caller does who meets an outage."""
        request = comment_service_pb2.CreateCommentRequest(parent=order.name, comment={"text": text},
                                                             request_id=str(uuid.uuid4()))
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return client.call(request).comment.activity
            except Error as error:
                self.assertIn(error.reason, ("UNAVAILABLE", "DEADLINE_EXCEEDED"))
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.05)

    def test_nothing_is_missed(self):
        database = self.enterContext(MariaDb())
        migrated = run_orderd("migrate", "--database", database.url)
        self.assertEqual(migrated.returncode, 0, migrated.stderr)
        server = self.enterContext(Orderd("--database", database.url))
        client = self.enterContext(Client(server.address))
        watcher = self.enterContext(Watcher(server.address))
        order = client.call(create("WEB-1")).order
        said = [self.comment(client, order, "before")]
        for how in (signal.SIGTERM, signal.SIGKILL):
            database.end(how)
            database.start()
            said += [self.comment(client, order, f"after {how.name}, {n}") for n in range(3)]
            watcher.wait_for(said[-1])
        everything = [activity.name for activity in activities_of(client, order.name)]
        self.assertEqual(watcher.told, everything)
        self.assertEqual(everything[1:], said)


if __name__ == "__main__":
    main()
