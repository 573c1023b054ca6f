"""What the README says to type does what it says: its commands are typed in its order against a fresh orderd.

Of a ```sh block every command must end with 0. Of a ```console block each must print what stands below it, and end with
0 unless that is a refusal. A command that is not typed is told with the reason; one of a program that has no rule here
fails the test.

Usage: readme_commands_test.py orderctl|grpcurl|buf    whose commands are typed. Those of orderctl always are: they make
what the others are about.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from orders_e2e import PATIENCE, SKIPPED, Database, Orderd, main

README = pathlib.Path(os.environ["IPSTORE_README"])
PROGRAM = sys.argv.pop(1)
PROGRAMS = {"orderctl": os.environ["IPSTORE_ORDERCTL"],
            "grpcurl": shutil.which("grpcurl"),
            "buf": os.environ.get("IPSTORE_BUF") or os.environ["IPSTORE_BUF_OF_BUILD"]}
NOT_TYPED = {"./dev": "it builds and starts what is tested here",
             "orderd": "there is no database server db1",
             **{other: f"that is the test of {other}" for other in PROGRAMS if other not in (PROGRAM, "orderctl")}}
ADDRESS = "127.0.0.1:50051"  # where ./dev run serves

if not os.access(PROGRAMS[PROGRAM] or "", os.X_OK):
    print(f"SKIPPED: NOT TYPED: the README's commands for {PROGRAM}, which is not installed")
    sys.exit(SKIPPED)


def blocks():
    """Language and text of each block that is there to be typed."""
    return re.findall(r"^```(console|sh)\n(.*?)^```$", README.read_text(), re.S | re.M)


def commands_of(language, text):
    """The commands of a block, each with what it must print; None where the README does not say."""
    if language == "console":
        for typed in re.split(r"^\$ ", text, flags=re.M)[1:]:
            command, printed = typed.split("\n", 1)
            yield command, printed
        return
    for line in text.replace("\\\n", " ").splitlines():
        if line:
            yield line, None


class Readme(unittest.TestCase):

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        programs = self.folder / "bin"
        programs.mkdir()
        for name, path in PROGRAMS.items():
            if path:
                (programs / name).symlink_to(path)
        # Commands name files as seen from the top of the checkout, which they must not write to.
        (self.folder / "client").symlink_to(README.parent / "client")
        self.database = self.enterContext(Database("sqlite"))
        self.server = self.enterContext(Orderd("--database", self.database.url))
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("ORDERCTL_")}
        self.environment.update(ORDERCTL_SERVER=self.server.address, XDG_CACHE_HOME=str(self.folder))
        self.exports = []

    def run_typed(self, command):
        """In a shell that has heard the exports before."""
        script = "\n".join([*self.exports, 'PATH="$PROGRAMS:$PATH"', command.replace(ADDRESS, self.server.address)])
        return subprocess.run(["bash", "-c", script], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=PATIENCE,
                              env={**self.environment, "PROGRAMS": str(self.folder / "bin")})

    def watchers(self):
        status = subprocess.run([PROGRAMS["orderctl"], "feed", "status", "--json"], env=self.environment, check=True,
                                capture_output=True, timeout=PATIENCE)
        return int(json.loads(status.stdout)["watcherCount"])

    def type_and_interrupt(self, command):
        """A command that goes on until Ctrl-C: it must have begun to watch."""
        with subprocess.Popen(["bash", "-c", f'PATH="$PROGRAMS:$PATH"; exec {command}'], cwd=self.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              env={**self.environment, "PROGRAMS": str(self.folder / "bin")}) as process:
            deadline = time.monotonic() + PATIENCE
            while self.watchers() == 0:
                self.assertIsNone(process.poll(), f"{command} has ended")
                self.assertLess(time.monotonic(), deadline, f"{command} does not watch")
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(PATIENCE), -signal.SIGINT, process.stdout.read())
        while self.watchers() > 0:
            self.assertLess(time.monotonic(), deadline, "the server does not notice that nobody watches")

    def type(self, command, printed):
        if command.startswith("orderctl watch") and "--count" not in command:
            return self.type_and_interrupt(command.split("#")[0])
        done = self.run_typed(command)
        said = f"\n$ {command}\n{done.stdout}(exit code {done.returncode})"
        refusal = printed is not None and printed.startswith("orderctl: ")
        self.assertEqual(done.returncode != 0, refusal, said)
        if printed is not None:
            self.assertEqual(done.stdout, printed, said)

    def test_every_command_that_can_be_typed_here_does_what_it_says(self):
        typed = 0
        for language, text in blocks():
            for command, printed in commands_of(language, text):
                program = command.split()[0]
                if program == "export":
                    self.exports.append(command)
                elif program in NOT_TYPED:
                    print(f"NOT TYPED: {command}\n  {NOT_TYPED[program]}")
                else:
                    self.assertIn(program, PROGRAMS, f"{command}: type it, or say in NOT_TYPED why not")
                    self.type(command, printed)
                    typed += program == PROGRAM
        self.assertGreater(typed, 0, "blocks are not found any more")


if __name__ == "__main__":
    main()
