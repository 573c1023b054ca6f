"""An SMTP server that does as a test says: takes mails, answers with any code at any point, hangs, and breaks off."""

import email
import email.policy
import socket
import threading

from orders_e2e import PATIENCE

# What can be answered, in the order of a dialogue. DOT is the answer to a completed message.
STAGES = ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "DOT")

USUAL = {"CONNECT": "220 test ESMTP", "EHLO": "250-test\r\n250 SIZE 30000000", "MAIL": "250 2.1.0 Ok", "RCPT": "250 2.1.5 Ok",
         "DATA": "354 Go on", "DOT": "250 2.0.0 Ok: queued"}

CLOSE = object()  # in place of an answer: the connection ends


class Hold:
    """A point at which the server waits: `reached` says that it does, `release` lets it go on."""

    def __init__(self):
        self.reached = threading.Event()
        self.release = threading.Event()

    def wait_until_reached(self):
        assert self.reached.wait(PATIENCE), "nobody came"


class SmtpServer:
    """Ends with the `with` block. Mails that were completed are in `mails()`, also those whose answer was never given."""

    def __enter__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._changed = threading.Condition()
        self._mails = []
        self._answers = {}
        self._holds = {}
        self._connections = []
        self._attempts = 0
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()
        return self

    def __exit__(self, *_):
        self.free()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        with self._changed:
            connections = list(self._connections)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            connection.close()

    # --- What the test says ---

    def answer(self, stage, reply, only_to=None):
        """From now on `reply` at that stage: a text, CLOSE, or a Hold; None for the usual. With `only_to`, a word, only
        where the recipient has it."""
        assert stage in STAGES
        with self._changed:
            if reply is None:
                self._answers.pop(stage, None)
            else:
                self._answers[stage] = (reply, only_to)

    def hold_next(self, stage):
        """The next dialogue that comes to that stage waits there, once, and then goes on as usual."""
        hold = Hold()
        with self._changed:
            self._holds[stage] = hold
        return hold

    def free(self):
        """Everything goes on as usual."""
        with self._changed:
            for reply, _ in self._answers.values():
                if isinstance(reply, Hold):
                    reply.release.set()
            for hold in self._holds.values():
                hold.release.set()
            self._answers.clear()
            self._holds.clear()

    # --- What has happened ---

    def mails(self):
        """Those that were completed, parsed, in order."""
        with self._changed:
            return list(self._mails)

    def attempts(self):
        """How many recipients were named."""
        with self._changed:
            return self._attempts

    def wait_for(self, condition, what):
        """Until condition(mails) holds; returns the mails."""
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self._mails), PATIENCE), what
            return list(self._mails)

    # --- The dialogue ---

    def _accept(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with self._changed:
                self._connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            self._talk(connection, connection.makefile("rb"))
        except OSError:
            pass
        finally:
            connection.close()

    def _reply_at(self, stage, recipient=""):
        with self._changed:
            reply, only_to = self._answers.get(stage, (USUAL[stage], None))
            if only_to is not None and only_to not in recipient:
                reply = USUAL[stage]
            hold = self._holds.pop(stage, None)
        if hold is None and isinstance(reply, Hold):
            hold, reply = reply, USUAL[stage]
        if hold is not None:
            hold.reached.set()
            hold.release.wait(PATIENCE)
        return reply

    def _say(self, connection, reply):
        """False when the dialogue is over."""
        if reply is CLOSE:
            return False
        connection.sendall(reply.encode() + b"\r\n")
        return True

    def _talk(self, connection, lines):
        if not self._say(connection, self._reply_at("CONNECT")):
            return
        recipient = ""
        for line in lines:
            word = line.decode(errors="replace").strip()
            verb = word.split(" ")[0].split(":")[0].upper()
            if verb == "QUIT":
                self._say(connection, "221 Bye")
                return
            if verb == "RCPT":
                recipient = word
                with self._changed:
                    self._attempts += 1
            stage = {"HELO": "EHLO"}.get(verb, verb)
            reply = self._reply_at(stage, recipient) if stage in STAGES else "250 Ok"
            if not self._say(connection, reply):
                return
            if verb == "DATA" and reply.startswith("354") and not self._take_message(connection, lines, recipient):
                return

    def _take_message(self, connection, lines, recipient):
        content = b""
        for line in lines:
            if line == b".\r\n":
                break
            content += line[1:] if line.startswith(b".") else line
        else:
            return False  # it was broken off: no mail
        reply = self._answer_of_dot(content, recipient)
        return self._say(connection, reply)

    def _answer_of_dot(self, content, recipient):
        with self._changed:
            refused = isinstance(self._answers.get("DOT", (None,))[0], str)
            if not refused:
                mail = email.message_from_bytes(content, policy=email.policy.default)
                self._mails.append(mail)
                self._changed.notify_all()
        return self._reply_at("DOT", recipient)


def text_of(mail):
    """What it says as plain text."""
    return mail.get_body(("plain",)).get_content()
