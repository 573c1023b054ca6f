#!/usr/bin/env python3
"""Adds up what ctest did in several builds, from its JUnit files, and ends with one line: N passed, N failed, N skipped.

Usage: test_summary.py NAME=FILE...    NAME says which build, as "dev=build/dev/tests.xml"

Skipped tests are listed, so that nobody takes them for passed; those of a database that could not be had
(IPSTORE_MYSQL_MISSING_REASON) are counted apart. What a failed test printed is repeated: ctest told it
thousands of lines before. The exit code is 1 if a test failed, or if a build ran none.
"""

import os
import re
import sys
import xml.etree.ElementTree

# Of the end of a failed test's output: the whole of most.
FAILED_LINES = 60


def main() -> int:
    totals = {"passed": 0, "failed": 0, "skipped": 0}
    skipped_names, failed_names, empty = [], [], []
    for argument in sys.argv[1:]:
        build, path = argument.split("=", 1)
        counts = {"passed": 0, "failed": 0, "skipped": 0}
        for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
            status = case.get("status")
            outcome = {"run": "passed", "fail": "failed"}.get(status, "skipped")
            # A program that was not built, or a test without a program, is no skip: something is broken.
            skip = case.find("skipped")
            if outcome == "skipped" and skip is not None and "SKIP" not in (skip.get("message") or ""):
                outcome = "failed"
            counts[outcome] += 1
            if outcome == "failed":
                lines = (case.findtext("system-out") or "").splitlines()[-FAILED_LINES:]
                print("\n".join([f"== failed in {build}: {case.get('name')}", *lines]))
            names = {"skipped": skipped_names, "failed": failed_names}.get(outcome)
            if names is not None:
                names.append(f"{build}: {case.get('name')}")
        print(f"{build:8} {counts['passed']:6} passed {counts['failed']:6} failed {counts['skipped']:6} skipped")
        if counts["passed"] + counts["failed"] == 0:
            empty.append(build)
        for outcome, count in counts.items():
            totals[outcome] += count

    for title, names in (("skipped", skipped_names), ("FAILED", failed_names)):
        for name in names:
            print(f"  {title}: {name}")
    for build in empty:
        print(f"NO TEST RAN in the build {build}")

    reason = os.environ.get("IPSTORE_MYSQL_MISSING_REASON")
    if reason:
        count = sum(bool(re.search(r"mysql", name, re.IGNORECASE)) for name in skipped_names)
        bar = "!" * 100
        print(f"{bar}\n!! MySQL 9.7 COULD NOT BE HAD: {reason}\n!! {count} tests on it were SKIPPED, not passed\n{bar}")

    print(f"{totals['passed']} passed, {totals['failed']} failed, {totals['skipped']} skipped")
    return 1 if totals["failed"] or empty else 0


if __name__ == "__main__":
    sys.exit(main())
