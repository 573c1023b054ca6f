"""The private Postfix of the tests does what they build on, and leaves nothing behind."""

import email
import email.policy
import pathlib
import pwd
import shutil
import smtplib
import socket
import tempfile
import unittest
from email.message import EmailMessage

from private_postfix import USER, PrivatePostfix, require_postfix

require_postfix()

SHOP = "shop@shop.gr"

# Keeps each call in a folder of its own, which gets its final name when it is complete, and ends as it is told.
COMMAND = """\
#!/bin/sh
call=$(mktemp -d "$1/unfinished.XXXXXX")
cat >"$call/message"
printf '%s' "$2" >"$call/sender"
printf '%s' "$3" >"$call/recipient"
printf '%s' "$4" >"$call/remark"
mv "$call" "$1/call.${call##*.}"
echo "These are the words of the command." >&2
exit "$(cat "$1/exit_code")"
"""


def mail(subject, text="Καλημέρα\n"):
    message = EmailMessage()
    message["Subject"] = subject
    message.set_content(text)
    return message


class Command:
    """A command of Postfix, whose exit code is set and whose calls are read."""

    def __init__(self):
        self._directory = tempfile.TemporaryDirectory(prefix="command_")
        self._folder = pathlib.Path(self._directory.name)
        self._folder.chmod(0o755)
        shutil.chown(self._folder, pwd.getpwnam(USER).pw_uid)
        program = self._folder / "program"
        program.write_text(COMMAND)
        program.chmod(0o755)
        self.line = [str(program), str(self._folder), "${sender}", "${recipient}", "words with spaces"]
        self.end_with(0)

    def end_with(self, code):
        file = self._folder / "new_exit_code"
        file.write_text(str(code))
        file.chmod(0o644)
        file.rename(self._folder / "exit_code")

    def calls(self, subject):
        """What each call with a mail of that subject was given."""
        calls = [{file.name: file.read_bytes() for file in call.iterdir()} for call in self._folder.glob("call.*")]
        return [call for call in calls if f"Subject: {subject}\n".encode() in call["message"]]

    def close(self):
        self._directory.cleanup()


class PrivatePostfixServes(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.command = Command()
        cls.addClassCleanup(cls.command.close)
        cls.postfix = cls.enterClassContext(PrivatePostfix(commands={"replies@shop.gr": cls.command.line}))

    def setUp(self):
        self.command.end_with(0)

    def wait_until_all_is_done(self):
        self.postfix.wait_for(lambda: not self.postfix.has_mail_under_way())

    def test_a_mail_arrives_exactly_once_and_unchanged(self):
        self.postfix.send(mail("Η παραγγελία σας"), SHOP, ["once@example.gr"])
        self.wait_until_all_is_done()
        [received] = self.postfix.maildir("once@example.gr")
        self.assertEqual(received["Subject"], "Η παραγγελία σας")
        self.assertEqual(received["Return-Path"], f"<{SHOP}>")
        self.assertEqual(received.get_content(), "Καλημέρα\n")
        self.assertIsNone(received["Date"])  # which the mail did not have
        self.assertEqual(self.postfix.maildir("nobody@example.gr"), [])

    def test_an_extension_goes_to_the_mailbox_of_the_address(self):
        self.postfix.send(mail("extended"), SHOP, ["Maria+order.1@example.gr", "maria@elsewhere.gr"])
        self.wait_until_all_is_done()
        [received] = self.postfix.maildir("maria@example.gr")
        self.assertEqual(received["Delivered-To"], "Maria+order.1@example.gr")
        self.assertEqual(len(self.postfix.maildir("maria@elsewhere.gr")), 1)

    def test_mails_are_read_in_the_order_in_which_they_were_accepted(self):
        subjects = [f"number {number}" for number in range(20)]
        for subject in subjects:
            self.postfix.send(mail(subject), SHOP, ["order@example.gr"])
        self.wait_until_all_is_done()
        self.assertEqual([message["Subject"] for message in self.postfix.maildir("order@example.gr")], subjects)

    def test_the_raw_bytes_of_a_mail_arrive_as_they_are(self):
        raw = b"Subject: raw\nContent-Type: text/plain; charset=iso-8859-7\n\n\xca\xe1\xeb\xe7\xec\xdd\xf1\xe1\n.\nthe end\n"
        self.postfix.send(raw, SHOP, ["raw@example.gr"])
        self.wait_until_all_is_done()
        [received] = self.postfix.maildir("raw@example.gr")
        self.assertEqual(received.get_content(), "Καλημέρα\n.\nthe end\n")

    def test_a_mail_of_29_million_bytes_is_taken(self):
        self.postfix.send(mail("large").as_bytes() + (b"x" * 99 + b"\n") * 290_000, SHOP, ["large@example.gr"])
        self.wait_until_all_is_done()
        self.assertEqual(len(self.postfix.maildir("large@example.gr")), 1)

    def test_the_command_gets_message_recipient_and_sender(self):
        self.postfix.send(mail("to the command"), "Maria@example.gr", ["replies+Token.1@shop.gr"])
        self.wait_until_all_is_done()
        [call] = self.command.calls("to the command")
        self.assertEqual(call["sender"], b"Maria@example.gr")
        self.assertEqual(call["recipient"], b"replies+Token.1@shop.gr")
        self.assertEqual(call["remark"], b"words with spaces")
        message = email.message_from_bytes(call["message"], policy=email.policy.default)
        self.assertEqual(message["Delivered-To"], "replies+Token.1@shop.gr")
        self.assertEqual(message.get_content(), "Καλημέρα\n")
        self.assertEqual(self.postfix.maildir("replies@shop.gr"), [])

    def test_a_command_that_ends_with_75_is_run_again(self):
        self.command.end_with(75)
        self.postfix.send(mail("later"), "maria@example.gr", ["replies@shop.gr"])
        self.postfix.wait_for(lambda: len(self.command.calls("later")) >= 2)
        self.assertTrue(self.postfix.has_mail_under_way())
        self.command.end_with(0)
        self.wait_until_all_is_done()
        self.postfix.wait_for(lambda: "status=sent (delivered via command0 service" in self.postfix.log())
        self.assertEqual(self.postfix.maildir("maria@example.gr"), [])

    def test_a_command_that_ends_with_77_returns_the_mail_with_its_words(self):
        self.command.end_with(77)
        self.postfix.send(mail("not allowed"), "eleni+web@example.gr", ["replies@shop.gr"])
        self.wait_until_all_is_done()
        self.assertEqual(len(self.command.calls("not allowed")), 1)
        [bounce] = self.postfix.maildir("eleni@example.gr")
        self.assertEqual(bounce.get_content_type(), "multipart/report")
        self.assertEqual(bounce["Return-Path"], "<>")
        said = " ".join(bounce.get_body().get_content().split())  # Postfix breaks lines
        self.assertIn("<replies@shop.gr>: permission denied. Command output: These are the words of the command.", said)
        self.assertIn("not allowed", bounce.as_string())

    def test_a_refusal_ends_when_it_is_told_to(self):
        self.postfix.refuse("grey@example.gr")
        for recipient in ("grey@example.gr", "Grey+1@example.gr"):
            with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
                self.postfix.send(mail("grey"), SHOP, [recipient])
            code, text = refused.exception.recipients[recipient]
            self.assertEqual(code, 450)
            self.assertIn(b"4.2.0", text)
            self.assertIn(b"Please come back later", text)
        others = self.postfix.send(mail("another"), SHOP, ["grey@example.gr", "white@example.gr"])
        self.assertEqual(list(others), ["grey@example.gr"])
        self.postfix.accept("grey@example.gr")
        self.postfix.send(mail("grey"), SHOP, ["grey@example.gr"])
        self.wait_until_all_is_done()
        self.assertEqual(len(self.postfix.maildir("grey@example.gr")), 1)
        self.assertEqual(len(self.postfix.maildir("white@example.gr")), 1)

    def test_a_refusal_may_be_for_good(self):
        self.postfix.refuse("gone@example.gr", "550 5.1.1 There is no such mailbox")
        with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
            self.postfix.send(mail("gone"), SHOP, ["gone@example.gr"])
        self.assertEqual(refused.exception.recipients["gone@example.gr"][0], 550)

    def test_waiting_in_vain_tells_the_log(self):
        with self.assertRaisesRegex(AssertionError, "daemon started"):
            self.postfix.wait_for(lambda: False, timeout=0)


class PrivatePostfixEnds(unittest.TestCase):

    def test_no_process_and_no_file_is_left(self):
        with PrivatePostfix() as first, PrivatePostfix() as second:
            self.assertNotEqual(first.port, second.port)
            for postfix in (first, second):
                postfix.send(mail("both"), SHOP, ["maria@example.gr"])
                self.assertTrue(postfix.processes())
            for postfix in (first, second):
                postfix.wait_for(lambda: len(postfix.maildir("maria@example.gr")) == 1)
        for postfix in (first, second):
            self.assertEqual(postfix.processes(), [])
            self.assertFalse(postfix.folder.exists())
            with self.assertRaises(OSError):
                socket.create_connection(("127.0.0.1", postfix.port)).close()

    def test_a_command_out_of_reach_is_told_at_the_start(self):
        with tempfile.TemporaryDirectory() as closed:
            program = pathlib.Path(closed) / "program"
            program.write_text(COMMAND)
            program.chmod(0o755)
            with self.assertRaisesRegex(AssertionError, f"{program} is out of reach"):
                self.enterContext(PrivatePostfix(commands={"replies@shop.gr": [str(program)]}))


if __name__ == "__main__":
    unittest.main(verbosity=2)
