#!/usr/bin/env python3
"""Checks which part of the tree may include which: the architecture as a table.

Usage: layering.py ROOT         checks domain/, server/ and client/ below ROOT; exit code 1 and a list on a breach
       layering.py --self-test  plants breaches in a temporary tree and checks that each is found

A file belongs to the layer with the longest matching folder. Dependencies point one way:
domain <- storage <- write <- read, feed, redaction <- mail, notifications <- services <- wiring (the files directly in server/).
A folder of server/ that the table does not know is a breach too: whoever adds one says here what it may include.
"""

import argparse
import dataclasses
import pathlib
import re
import sys
import tempfile

# Headers of other people's, by the names that the rules use.
GRPC = r"(grpc|grpcpp|grpc\+\+)/.*"
PROTOBUF = r".*\.pb\.h|google/protobuf/.*"
MYSQL = r"cppconn/.*|mysql.*|mariadb/.*|jdbc/.*"
SQLITE = r"sqlite3.*|SQLiteCpp/.*"
ABSL_LOCKS = r"absl/synchronization/.*"

# What the domain may take from the standard library is everything but these.
IMPURE_STD = (
    "thread|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier|stop_token|atomic|"
    "fstream|filesystem|iostream|cstdio|random|ctime|csignal"
)
IMPURE_ABSL = r"absl/(synchronization|flags|debugging|random)/.*|absl/time/clock\.h"

# Calls that make a function's answer depend on more than its arguments.
IMPURE_CALLS = re.compile(
    r"_clock::now\b|\babsl::Now\b|\bclock_gettime\b|\bgettimeofday\b|(?<![\w.:>])time\s*\(\s*(nullptr|NULL|0|&)"
    r"|\bstd::time\b|\bgetenv\b|\brandom_device\b|\bstd::rand\b"
)

# The SQL side of storage: for storage itself and for the wiring that chooses a database.
SQL_SIDE = r"server/storage/(mysql|sqlite|sql)/.*|server/storage/[^/]*(sql|session|dialect|migrat|codec|connection)[^/]*"


@dataclasses.dataclass(frozen=True)
class Layer:
    """A folder, and what its files may include."""

    folder: str
    ours: tuple[str, ...]  # folders of this tree
    never: tuple[str, ...] = ()  # headers that are forbidden whatever else is said
    only: tuple[str, ...] = ()  # where not empty: besides `ours`, nothing but these
    pure: bool = False  # no IMPURE_CALLS


# Longest folder first wins; see layer_of.
LAYERS = (
    Layer(
        "domain",
        ours=("domain",),
        never=(IMPURE_STD, IMPURE_ABSL, GRPC, PROTOBUF, MYSQL, SQLITE),
        only=(r"[a-z_]+", r"absl/.*"),  # the standard library's headers have neither folder nor extension
        pure=True,
    ),
    Layer("server/text", ours=("server/text",), never=(GRPC, PROTOBUF, MYSQL, SQLITE)),
    Layer("server/storage", ours=("domain", "server/text", "server/storage"), never=(GRPC, PROTOBUF, MYSQL, SQLITE)),
    Layer("server/storage/mysql", ours=("domain", "server/storage"), never=(GRPC, PROTOBUF, SQLITE)),
    Layer("server/storage/sqlite", ours=("domain", "server/storage"), never=(GRPC, PROTOBUF, MYSQL)),
    # Built under ThreadSanitizer, hence without gRPC and without absl::Mutex.
    Layer(
        "server/write",
        ours=("domain", "server/storage", "server/write"),
        never=(GRPC, PROTOBUF, MYSQL, SQLITE, ABSL_LOCKS, SQL_SIDE),
    ),
    Layer(
        "server/feed",
        ours=("domain", "server/storage", "server/write", "server/read", "server/feed"),
        never=(GRPC, PROTOBUF, MYSQL, SQLITE, ABSL_LOCKS, SQL_SIDE),
    ),
    Layer(
        "server/read",
        ours=("domain", "server/storage", "server/write", "server/read"),
        never=(GRPC, PROTOBUF, MYSQL, SQLITE, ABSL_LOCKS, SQL_SIDE),
    ),
    Layer(
        "server/redaction",
        ours=("domain", "server/storage", "server/write", "server/redaction"),
        never=(GRPC, PROTOBUF, MYSQL, SQLITE, ABSL_LOCKS, SQL_SIDE),
    ),
    # Reads and writes e-mails; knows nothing of orders but the language of their mails.
    Layer("server/mail", ours=("domain", "server/text", "server/mail"), never=(GRPC, PROTOBUF, MYSQL, SQLITE, SQL_SIDE)),
    Layer(
        "server/notifications",
        ours=(
            "domain",
            "server/storage",
            "server/write",
            "server/feed",
            "server/mail",
            "server/notifications",
        ),
        never=(GRPC, PROTOBUF, MYSQL, SQLITE, ABSL_LOCKS, SQL_SIDE),
    ),
    Layer(
        "server/services",
        ours=(
            "domain",
            "server/text",
            "server/storage",
            "server/write",
            "server/read",
            "server/feed",
            "server/redaction",
            "server/mail",
            "server/notifications",
            "server/services",
        ),
        never=(MYSQL, SQLITE, SQL_SIDE),
    ),
    # The wiring. Nothing includes it.
    Layer("server", ours=("domain", "server"), never=(MYSQL, SQLITE)),
    Layer("client", ours=("client", "domain"), never=(MYSQL, SQLITE)),
)

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
COMMENT = re.compile(r"//.*")
OUR_FOLDERS = ("domain/", "server/", "client/", "tests/", "protos/")


def layer_of(path: str) -> Layer | None:
    """The layer of a file, or None for one in a folder that the table does not know."""
    folder = path.rsplit("/", 1)[0]
    candidates = [l for l in LAYERS if folder == l.folder or folder.startswith(l.folder + "/")]
    layer = max(candidates, key=lambda l: len(l.folder), default=None)
    if layer is not None and layer.folder == "server" and folder != "server":
        return None
    return layer


def matches(patterns, header: str) -> bool:
    return any(re.fullmatch(p, header) for p in patterns)


def is_within(folder: str, tops: tuple[str, ...]) -> bool:
    return any(folder == top or folder.startswith(top + "/") for top in tops)


def breach_of_include(layer: Layer, mark: str, header: str) -> str | None:
    """Why a file of this layer may not include this header, or None if it may."""
    if header.startswith("."):
        return "includes are written from the root of the tree"
    if matches(layer.never, header):
        return f"{layer.folder}/ must not see it"
    if header.startswith(OUR_FOLDERS):
        if mark != '"':
            return "headers of this tree are included in quotes"
        target = layer_of(header)
        if target is None or not is_within(target.folder, layer.ours):
            return f"{layer.folder}/ may include from {', '.join(layer.ours)} only"
        if target.folder == "server" and layer.folder != "server":
            return "nothing but the wiring includes the wiring"
        return None
    if layer.only and not matches(layer.only, header):
        return f"{layer.folder}/ may include nothing of this kind"
    return None


def breaches_in(path: str, text: str) -> list[str]:
    """All breaches in one file, one line each."""
    layer = layer_of(path)
    if layer is None:
        return [f"{path}: its folder is not in the table of cmake/layering.py: add it, with what it may include"]
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        include = INCLUDE.match(line)
        if include:
            why = breach_of_include(layer, include[1], include[2])
            if why:
                found.append(f"{path}:{number}: includes {include[2]}: {why}")
        elif layer.pure and IMPURE_CALLS.search(COMMENT.sub("", line)):
            found.append(f"{path}:{number}: {line.strip()}: {layer.folder}/ has no clock, chance or environment")
    return found


def check(root: pathlib.Path) -> list[str]:
    """All breaches of a tree."""
    found = []
    for top in ("domain", "server", "client"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in (".h", ".cc", ".inc", ".hpp", ".cpp"):
                found += breaches_in(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))
    return found


# What the self-test plants: a file, one line of it, and whether it is allowed.
PLANTED = (
    ("domain/a.h", "#include <vector>", True),
    ("domain/a.h", "#include <chrono>", True),
    ("domain/a.h", '#include "absl/status/status.h"', True),
    ("domain/a.h", '#include "domain/b.h"', True),
    ("domain/a.h", "// system_clock::now() is not asked here", True),
    ("domain/deep/a.cc", "#include <thread>", False),
    ("domain/a.h", "#include <mutex>", False),
    ("domain/a.h", "#include <fstream>", False),
    ("domain/a.h", "  #  include <nlohmann/json.hpp>", False),
    ("domain/a.h", "#include <sqlite3.h>", False),
    ("domain/a.h", "#include <grpcpp/grpcpp.h>", False),
    ("domain/a.h", '#include "ipstore/orders/v1/order.pb.h"', False),
    ("domain/a.h", '#include "absl/time/clock.h"', False),
    ("domain/a.h", '#include "absl/synchronization/mutex.h"', False),
    ("domain/a.h", '#include "server/storage/store.h"', False),
    ("domain/a.h", '#include "../server/storage/store.h"', False),
    ("domain/a.h", "#include <domain/b.h>", False),
    ("domain/a.cc", "auto now = std::chrono::system_clock::now();", False),
    ("domain/a.cc", "auto now = absl::Now();", False),
    ("domain/a.cc", "const auto t = time(nullptr);", False),
    ("server/storage/store.h", '#include "domain/subject.h"', True),
    ("server/storage/store.h", '#include "ipstore/orders/v1/order.pb.h"', False),
    ("server/storage/store.h", "#include <google/protobuf/message.h>", False),
    ("server/storage/store.cc", "#include <grpcpp/grpcpp.h>", False),
    ("server/storage/store.cc", '#include "server/write/queue.h"', False),
    ("server/storage/store.cc", "#include <cppconn/driver.h>", False),
    ("server/storage/store.cc", "#include <SQLiteCpp/Database.h>", False),
    ("server/storage/mysql/a.cc", "#include <cppconn/driver.h>", True),
    ("server/storage/mysql/a.cc", "#include <sqlite3.h>", False),
    ("server/storage/sqlite/a.cc", "#include <sqlite3.h>", True),
    ("server/storage/sqlite/a.cc", "#include <cppconn/driver.h>", False),
    ("server/write/a.h", '#include "server/storage/store.h"', True),
    ("server/write/a.h", "#include <mutex>", True),
    ("server/write/a.h", '#include "absl/synchronization/mutex.h"', False),
    ("server/write/a.h", '#include "server/storage/mysql/driver.h"', False),
    ("server/write/a.h", '#include "server/services/order_service.h"', False),
    ("server/write/a.h", "#include <grpcpp/grpcpp.h>", False),
    ("server/read/a.h", '#include "server/storage/store.h"', True),
    ("server/write/a.h", '#include "server/read/read_pool.h"', False),
    ("server/mail/a.cc", "#include <gmime/gmime.h>", True),
    ("server/mail/a.cc", '#include "server/storage/store.h"', False),
    ("server/mail/a.cc", "#include <grpcpp/grpcpp.h>", False),
    ("server/services/a.cc", '#include "server/storage/store.h"', True),
    ("server/services/a.cc", '#include "server/read/read_pool.h"', True),
    ("server/services/a.cc", '#include "server/write/queue.h"', True),
    ("server/services/a.cc", '#include "ipstore/orders/v1/order.pb.h"', True),
    ("server/services/a.cc", '#include "server/storage/sql_store.h"', False),
    ("server/services/a.cc", '#include "server/storage/sqlite/driver.h"', False),
    ("server/services/a.cc", "#include <cppconn/driver.h>", False),
    ("server/services/a.cc", '#include "server/wiring.h"', False),
    ("server/main.cc", '#include "server/storage/sqlite/driver.h"', True),
    ("server/main.cc", '#include "server/services/order_service.h"', True),
    ("server/main.cc", "#include <sqlite3.h>", False),
    ("server/main.cc", '#include "client/order_client.h"', False),
    ("server/nobody_knows/a.h", "#include <vector>", False),
    ("client/a.cc", '#include "client/b.h"', True),
    ("client/a.cc", '#include "ipstore/orders/v1/order.pb.h"', True),
    ("client/a.cc", '#include "server/storage/store.h"', False),
    ("client/a.cc", '#include "tests/support/fakes.h"', False),
)


def self_test() -> list[str]:
    """Plants each line in a tree of its own and compares the verdict."""
    wrong = []
    for name, line, allowed in PLANTED:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / name).parent.mkdir(parents=True)
            (root / name).write_text(f"#pragma once\n{line}\n", encoding="utf-8")
            found = check(root)
            if allowed and found:
                wrong.append(f"allowed, but reported: {found[0]}")
            if not allowed and not found:
                wrong.append(f"not found: {name}: {line}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks which part of the tree may include which.")
    parser.add_argument("root", nargs="?", type=pathlib.Path)
    parser.add_argument("--self-test", action="store_true")
    args = parser.parse_args()
    if args.self_test:
        problems = self_test()
    elif args.root:
        problems = check(args.root)
    else:
        parser.error("ROOT or --self-test is needed")
    for problem in problems:
        print(problem)
    print(f"layering: {len(problems)} breaches" if not args.self_test else f"layering self-test: {len(problems)} wrong")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
