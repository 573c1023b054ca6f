"""Follows what happens to orders and misses nothing, across restarts of the server and of this program.

Usage: watch_orders.py HOST:PORT PARENT TOKEN_FILE

PARENT is what to watch, as in WatchActivitiesRequest: orders/-, orders/1000000018, customers/c-20417. Prints a line for
each activity: its name, a tab, and what happened.

The file keeps the place. It is written when a message has been dealt with, so what was being dealt with when the program
ended comes once more: whoever must not do a thing twice remembers names. Ends with 3 when the server's history was changed
(FEED_HISTORY_CHANGED): remove the file, begin anew, and then
read again what you keep of orders.

Needs grpcio and the code that grpcio-tools generates from protos/ on the path.
"""

import os
import pathlib
import random
import sys
import threading
import time

import grpc
from google.rpc import error_details_pb2, status_pb2
from ipstore.orders.v1 import activity_service_pb2, activity_service_pb2_grpc

METADATA = (("x-actor-role", "staff"), ("x-actor-id", "watch-sample"), ("accept-language", "en"))
LONGEST_SILENCE = 60  # seconds; the server sends something every 15
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0  # seconds
HISTORY_CHANGED = 3


def reason_of(failure):
    """Why the server ended the stream, as an ErrorReason without its prefix; empty when it was not the server."""
    for key, value in failure.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for detail in status_pb2.Status.FromString(value).details:
                info = error_details_pb2.ErrorInfo()
                if detail.Unpack(info):
                    return info.reason
    return ""


def is_worth_resuming(failure):
    code, reason = failure.code(), reason_of(failure)
    if code == grpc.StatusCode.UNAVAILABLE or reason in ("OVERLOADED", "TOO_MANY_STREAMS", "WATCHER_TOO_SLOW"):
        return True
    # Without a reason these come from the connection, not from the server.
    return not reason and code in (grpc.StatusCode.CANCELLED, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN)


def keep(token, file):
    """Whole or not at all, whenever the program ends."""
    part = file.with_suffix(".part")
    part.write_text(token)
    os.replace(part, file)


def messages_of(stub, parent, token):
    """The messages of one stream. One that falls silent is given up, which raises CANCELLED."""
    call = stub.WatchActivities(
        activity_service_pb2.WatchActivitiesRequest(parent=parent, resume_token=token), metadata=METADATA)
    while True:
        watchdog = threading.Timer(LONGEST_SILENCE, call.cancel)
        watchdog.daemon = True
        watchdog.start()
        try:
            message = next(call, None)
        finally:
            watchdog.cancel()
        if message is None:
            return  # no stream of the server ends well by itself, but what stands between may end one
        yield message


def main(address, parent, file):
    file = pathlib.Path(file)
    token = file.read_text() if file.exists() else ""
    channel = grpc.insecure_channel(address, options=[("grpc.initial_reconnect_backoff_ms", 100),
                                                      ("grpc.max_reconnect_backoff_ms", 2000),
                                                      # A single change of a large order may take this much.
                                                      ("grpc.max_receive_message_length", 64 << 20)])
    stub = activity_service_pb2_grpc.ActivityServiceStub(channel)
    pause = FIRST_PAUSE
    while True:
        try:
            for message in messages_of(stub, parent, token):
                pause = FIRST_PAUSE
                for activity in message.activities:
                    print(activity.name, " ".join(activity.text.split()), sep="\t", flush=True)
                token = message.resume_token
                keep(token, file)
        except grpc.RpcError as failure:
            if reason_of(failure) == "FEED_HISTORY_CHANGED":
                print(failure.details(), file=sys.stderr)
                return HISTORY_CHANGED
            if not is_worth_resuming(failure):
                sys.exit(failure.details())
            print(f"broken off: {failure.details()}", file=sys.stderr, flush=True)
        # Not all who were cut off come back at the same moment.
        time.sleep(pause * random.uniform(0.5, 1))
        pause = min(2 * pause, LONGEST_PAUSE)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: watch_orders.py HOST:PORT PARENT TOKEN_FILE")
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        pass
