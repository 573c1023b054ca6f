"""A Postfix of a test's own, on a port of 127.0.0.1: mail that it takes ends in a mailbox that the test reads, or with a
command that the test names. Nothing can leave the machine: every domain is local to it, and it has no way to another
server.

It has its own configuration, queue, data and log, all in a temporary directory; the machine's own Postfix, configured or
not, is neither read nor changed. Nothing waits by the clock: wait_for() waits for a condition.

    require_postfix()
    with PrivatePostfix(commands={"replies@shop.gr": ["/usr/bin/program", "${sender}", "${recipient}"]}) as postfix:
        postfix.send(message, "shop@shop.gr", ["maria@example.gr"])
        postfix.wait_for(lambda: postfix.maildir("maria@example.gr"))
"""

import email
import email.policy
import os
import pathlib
import pwd
import re
import shutil
import smtplib
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time

PATIENCE = 60  # seconds, after which something is taken to have failed
SKIPPED = 77

PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"  # servers' programs are not in the path of an ordinary user
POSTFIX = shutil.which("postfix", path=PATH)
# Owns the mail and runs the commands. Postfix does neither as root.
USER = "nobody"

# Only what a mail needs on its way from smtpd to its mailbox, its command or back to its sender; no client that could
# send to another machine.
SERVICES = """\
# service        type        private unprivileged chroot wakeup limit command
127.0.0.1:{port} inet        n       -            n      -      -     smtpd
cleanup          unix        n       -            n      -      0     cleanup
qmgr             unix        n       -            n      1      1     qmgr
rewrite          unix        -       -            n      -      -     trivial-rewrite
bounce           unix        -       -            n      -      0     bounce
defer            unix        -       -            n      -      0     bounce
trace            unix        -       -            n      -      0     bounce
error            unix        -       -            n      -      -     error
retry            unix        -       -            n      -      -     error
virtual          unix        -       n            n      -      -     virtual
anvil            unix        -       -            n      -      1     anvil
postlog          unix-dgram  n       -            n      -      1     postlogd
"""

SETTINGS = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
multi_instance_name = {name}
syslog_name = {name}

inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.test
mydomain = mail.test
myorigin = mail.test
mynetworks = 127.0.0.0/8

# Every domain is ours. The mailbox is one for all; Delivered-To tells whose a message is.
mydestination =
relay_domains =
virtual_mailbox_domains = static:all
virtual_mailbox_maps = static:all/
virtual_mailbox_base = {folder}/mail
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_alias_maps =
virtual_alias_domains =
alias_maps =
alias_database =
local_recipient_maps =
recipient_delimiter = +
transport_maps = texthash:{folder}/etc/transport
default_transport = error:5.4.4 nothing leaves this machine
fast_flush_domains =

# Nobody is asked over the network.
disable_dns_lookups = yes
smtpd_peername_lookup = no

smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access socketmap:unix:{folder}/tables:refusals

# Mail stays as it was sent, but for what is put on top of its headers.
local_header_rewrite_clients =
always_add_missing_headers = no

message_size_limit = 31457280
virtual_mailbox_limit = 0

# A deferred mail is tried again after a second, and nobody is slowed down.
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
in_flow_delay = 0
smtpd_error_sleep_time = 0

# Ids of the queue that sort by time; maildir() does.
enable_long_queue_ids = yes
notify_classes =
"""


def require_postfix():
    """Ends the test with SKIPPED where there is no Postfix, or where it may not be started."""
    if not POSTFIX:
        _skip("there is no postfix; `./dev install` installs it")
    if os.geteuid() != 0:
        _skip("Postfix starts only as root")


def _skip(why):
    print(f"SKIPPED: NOT TESTED with a real Postfix: {why}")
    sys.exit(SKIPPED)


def without_extension(address):
    """The address as it names a mailbox: "Maria+o1@shop.gr" is "maria@shop.gr"."""
    local, _, domain = address.lower().rpartition("@")
    return local.split("+")[0] + "@" + domain


class _Refusals(socketserver.ThreadingUnixStreamServer):
    """Tells smtpd at each RCPT whether to refuse it. Postfix asks by its socketmap protocol, so that a change counts from
    the next recipient on; a file would need a reload, which running servers notice later."""

    daemon_threads = True

    def __init__(self, path):
        self.replies = {}  # by address without extension
        super().__init__(str(path), _Lookup)
        os.chmod(path, 0o666)  # smtpd runs as a user of its own
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self):
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Lookup(socketserver.StreamRequestHandler):
    """A connection of one smtpd: netstrings "TABLE KEY", answered by netstrings."""

    def handle(self):
        while length := self._length():
            asked = self.rfile.read(length).decode(errors="replace")
            self.rfile.read(1)  # the comma
            reply = self.server.replies.get(without_extension(asked.partition(" ")[2]))
            answer = f"OK {reply}".encode() if reply else b"NOTFOUND "
            self.wfile.write(b"%d:%s," % (len(answer), answer))

    def _length(self):
        """Of the next netstring; 0 when the other end has closed."""
        digits = b""
        while (byte := self.rfile.read(1)) not in (b":", b""):
            digits += byte
        return int(digits or b"0")


class PrivatePostfix:
    """Serves on 127.0.0.1:`port` within the `with` block, and accepts mail for every address.

    `commands` takes mail for some addresses, with whatever +extension, to commands instead of mailboxes: the program's
    path and its arguments, which may have macros of pipe(8) such as ${recipient} and ${sender}. A command runs as USER,
    once for each recipient, with the message on stdin, "Return-Path:" and "Delivered-To:" on top. Its exit code is one
    of sysexits: 0 is done, 75 comes back in a second, others go back to the sender with what it wrote.
    """

    def __init__(self, commands=None):
        self._commands = commands or {}

    def __enter__(self):
        self._directory = tempfile.TemporaryDirectory(prefix="postfix_")
        self.folder = pathlib.Path(self._directory.name)
        try:
            self._lay_out()
            self._refusals = _Refusals(self.folder / "tables")
        except BaseException:
            self._directory.cleanup()
            raise
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            if self.processes():
                self._run("stop")
            self.wait_for(lambda: not self.processes())
        finally:
            self._refusals.stop()
            self._directory.cleanup()

    # --- Mail ---

    def send(self, message, sender, recipients):
        """Hands an EmailMessage, or the bytes of one, to Postfix in one session. Raises what smtplib raises, such as
        SMTPRecipientsRefused. Returns the answers to recipients that were refused while others were not."""
        raw = message if isinstance(message, bytes) else message.as_bytes()
        with smtplib.SMTP("127.0.0.1", self.port, local_hostname="localhost", timeout=PATIENCE) as session:
            return session.sendmail(sender, recipients, re.sub(rb"\r?\n", b"\r\n", raw))

    def maildir(self, address):
        """The messages in the mailbox of an address and all of its +extensions, in the order in which Postfix accepted
        them."""
        mailbox = without_extension(address)
        messages = [self._message(file.name) for file in (self.folder / "mail" / "all" / "new").glob("*")]
        return sorted((message for message in messages if without_extension(message["Delivered-To"]) == mailbox),
                      key=self._queue_id)

    def _message(self, name):
        """Of a file, which does not change once it is there."""
        if name not in self._messages:
            raw = (self.folder / "mail" / "all" / "new" / name).read_bytes()
            self._messages[name] = email.message_from_bytes(raw, policy=email.policy.default)
        return self._messages[name]

    @staticmethod
    def _queue_id(message):
        return re.search(r"\(Postfix\).*?\sid\s(\w+)", message["Received"]).group(1)

    def has_mail_under_way(self):
        """Whether something accepted still waits, or is being delivered. When not, everything is where it belongs."""
        # A mail moves from incoming to active, and between active and deferred at most once in a second: one that moves
        # on from the queue looked at is found in the next.
        queues = (self.folder / "queue" / name for name in ("incoming", "active", "deferred", "active"))
        return any(file.is_file() for queue in queues for file in queue.rglob("*"))

    def refuse(self, recipient, reply="450 4.2.0 Please come back later"):
        """Answers each RCPT of that address, with whatever +extension, by a code and a text, from the next one on."""
        self._refusals.replies[without_extension(recipient)] = reply

    def accept(self, recipient):
        """Ends refuse()."""
        del self._refusals.replies[without_extension(recipient)]

    # --- What it does ---

    def wait_for(self, predicate, timeout=PATIENCE):
        """Waits until that is true and returns its value; after `timeout` seconds raises AssertionError with the log."""
        deadline = time.monotonic() + timeout
        while not (value := predicate()):
            if time.monotonic() > deadline:
                raise AssertionError(f"waited in vain for {timeout} s. Postfix says:\n{self.log()}")
            time.sleep(0.02)
        return value

    def log(self):
        """What Postfix has written to its log so far. A line may come a moment after what it tells of."""
        file = self.folder / "log"
        return file.read_text(errors="replace") if file.exists() else ""

    def processes(self):
        """The process ids of its programs, and of commands that it runs."""
        mark = f"MAIL_CONFIG={self.folder}/etc".encode()
        return [int(process.name) for process in pathlib.Path("/proc").glob("[0-9]*") if mark in self._environment(process)]

    @staticmethod
    def _environment(process):
        try:
            return (process / "environ").read_bytes().split(b"\0")
        except OSError:  # it has ended
            return []

    # --- Starting ---

    def _lay_out(self):
        self._messages = {}
        self.folder.chmod(0o755)
        for name in ("etc", "queue", "mail"):
            (self.folder / name).mkdir()
            (self.folder / name).chmod(0o755)
        owner = pwd.getpwnam(USER)
        os.chown(self.folder / "mail", owner.pw_uid, owner.pw_gid)
        self._require_access(self.folder)
        self._write_settings(owner)

    def _write_settings(self, owner):
        settings = SETTINGS.format(folder=self.folder, name=self.folder.name, uid=owner.pw_uid, gid=owner.pw_gid)
        transports, self._services = "", ""
        for number, (address, command) in enumerate(self._commands.items()):
            self._require_access(command[0])
            service = f"command{number}"
            settings += f"{service}_destination_recipient_limit = 1\n"
            transports += f"{without_extension(address)} {service}:\n"
            self._services += self._command_service(service, command)
        (self.folder / "etc" / "main.cf").write_text(settings)
        (self.folder / "etc" / "transport").write_text(transports)

    @staticmethod
    def _command_service(service, command):
        # Braces keep an argument with spaces together. The program must be the word after "argv=", without them.
        arguments = " ".join("{%s}" % argument for argument in command[1:])
        return f"{service} unix - n n - - pipe\n  flags=DR user={USER} argv={command[0]} {arguments}\n"

    @staticmethod
    def _require_access(path):
        """What Postfix has USER run or write must be in reach for that user, which a folder below /root is not."""
        reached = subprocess.run(["test", "-x", str(path)], user=USER, group=pwd.getpwnam(USER).pw_gid, extra_groups=[])
        assert reached.returncode == 0, f"{path} is out of reach for the user {USER}"

    def _start(self):
        # Somebody else may take the free port before Postfix does; that one is then not free, and the next is.
        while True:
            with socket.create_server(("127.0.0.1", 0)) as free:
                self.port = free.getsockname()[1]
            (self.folder / "etc" / "master.cf").write_text(SERVICES.format(port=self.port) + self._services)
            said = self._run("start")
            if said.returncode == 0:
                return
            taken = f"bind 127.0.0.1 port {self.port}: Address already in use"
            assert taken in self.log(), f"Postfix does not start: {said.stdout}{self.log()}"

    def _run(self, command):
        return subprocess.run([POSTFIX, "-c", str(self.folder / "etc"), command], env={"PATH": PATH}, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE)
