"""Watching across restarts of the server, and after a restore of the database: nothing is missed, and what is no longer
the history is told.

Usage: watch_test.py sqlite|mariadb|mysql
"""

import contextlib
import pathlib
import shutil
import sqlite3
import sys
import tempfile
import unittest

import grpc
from orders_e2e import (PATIENCE, Client, Database, Error, Orderd, activities_of, activity_service_pb2,
                        comment_service_pb2, create, kind_from, main, run_orderd)
from watcher import Watcher

KIND = kind_from(sys.argv)


def watching(parent="orders/-", **start):
    return activity_service_pb2.WatchActivitiesRequest(parent=parent, **start)


class Watching(unittest.TestCase):

    def setUp(self):
        self.database = self.enterContext(Database(KIND))

    def serve(self, listen="127.0.0.1:0"):
        return self.enterContext(Orderd("--database", self.database.url, listen=listen))

    def comment(self, client, order, text):
        request = comment_service_pb2.CreateCommentRequest(parent=order.name, comment={"text": text})
        return client.call(request).comment.activity

    def test_a_watcher_across_restarts_of_the_server_misses_nothing(self):
        server = self.serve()
        with Client(server.address) as client, Watcher(server.address) as watcher:
            order = client.call(create("WEB-1")).order
            said = [self.comment(client, order, "before")]
            for restart in range(3):
                server.terminate()
                self.assertEqual(server.wait(), 0)
                self.assertIn("Broken off", watcher.interruptions.get(timeout=PATIENCE))
                server = self.serve(listen=server.address)
                with Client(server.address) as again:
                    said += [self.comment(again, order, f"after {restart}, {n}") for n in range(3)]
                watcher.wait_for(said[-1])
            with Client(server.address) as again:
                everything = [activity.name for activity in activities_of(again, order.name)]
        self.assertEqual(watcher.told, everything)
        self.assertEqual(everything[1:], said)

    def test_a_server_that_is_killed_is_no_different(self):
        server = self.serve()
        with Client(server.address) as client, Watcher(server.address) as watcher:
            order = client.call(create("WEB-1")).order
            server.kill()
            server = self.serve(listen=server.address)
            with Client(server.address) as again:
                watcher.wait_for(self.comment(again, order, "after"))
                everything = [activity.name for activity in activities_of(again, order.name)]
        self.assertEqual(watcher.told, everything)

    def refused(self, client, request):
        """Why a stream ends at once."""
        with self.assertRaises(Error) as refused:
            for _ in client.stream(request):
                pass
        return refused.exception

    def test_a_place_of_another_history_is_told_and_a_new_epoch_tells_all(self):
        server = self.serve()
        with Client(server.address) as client:
            order = client.call(create("WEB-1")).order
            early = next(client.stream(watching())).resume_token
            dump = self.dump(server)
            server = self.serve(listen=server.address)
        with Client(server.address) as client:
            self.comment(client, order, "what the backup does not have")
            late = next(client.stream(watching())).resume_token
            self.restore(server, dump)
            server = self.serve(listen=server.address)
        with Client(server.address) as client:
            refused = self.refused(client, watching(resume_token=late))
            self.assertEqual((refused.code, refused.reason), (grpc.StatusCode.FAILED_PRECONDITION, "FEED_HISTORY_CHANGED"))
            # Another activity stands there now, which is as wrong.
            self.comment(client, order, "what came in its place")
            self.assertEqual(self.refused(client, watching(resume_token=late)).reason, "FEED_HISTORY_CHANGED")
            # What the backup had is still so; only the operator knows that there was another history.
            self.assertTrue(next(client.stream(watching(resume_token=early))).resume_token)
            server.terminate()
            server.wait()
        told = run_orderd("new-epoch", "--database", self.database.url)
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("FEED_HISTORY_CHANGED", told.stdout)
        server = self.serve(listen=server.address)
        with Client(server.address) as client:
            self.assertEqual(self.refused(client, watching(resume_token=early)).reason, "FEED_HISTORY_CHANGED")
            names = [a.name for message in self.first(client, watching(from_beginning=True)) for a in message.activities]
            self.assertEqual(names, [activity.name for activity in activities_of(client, order.name)])

    def meddle(self, statement):
        if KIND == "sqlite":
            with contextlib.closing(sqlite3.connect(self.database.file)) as meddler, meddler:
                meddler.execute(statement)
        else:
            self.database.execute(statement)

    def first(self, client, request):
        """The messages of a stream up to the first without activities."""
        for message in client.stream(request):
            if not message.activities:
                return
            yield message

    def dump(self, server):
        """The database as it is, with the server ended."""
        server.terminate()
        server.wait()
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        if KIND == "sqlite":
            shutil.copy(self.database.file, folder / "dump")
        else:
            (folder / "dump").write_text(self.database.dump())
        return folder / "dump"

    def restore(self, server, dump):
        server.terminate()
        server.wait()
        if KIND == "sqlite":
            for rest in pathlib.Path(self.database.file).parent.glob("orders.db-*"):
                rest.unlink()
            shutil.copy(dump, self.database.file)
        else:
            self.database.load(dump.read_text())

    def test_an_activity_of_an_unknown_kind_stops_the_stream_and_skips_nothing(self):
        server = self.serve()
        with Client(server.address) as client:
            order = client.call(create("WEB-1")).order
            self.comment(client, order, "of a kind to come")
            server.terminate()
            server.wait()
        self.meddle("UPDATE activities SET kind = 99 WHERE seq = 2")
        server = self.serve()
        with Client(server.address) as client:
            stream = client.stream(watching(from_beginning=True))
            self.assertEqual(len(next(stream).activities), 1)
            with self.assertRaises(Error) as ended:
                next(stream)
            self.assertEqual(ended.exception.reason, "ACTIVITY_NOT_UNDERSTOOD")
            resumed = watching(resume_token=ended.exception.metadata["resume_token"])
            self.assertEqual(self.refused(client, resumed).reason, "ACTIVITY_NOT_UNDERSTOOD")


if __name__ == "__main__":
    main()
