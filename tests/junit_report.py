"""Reads our JUnit report with junitparser and holds it to what the command line promises."""

import sys

from junitparser import JUnitXml

report = JUnitXml.fromfile(sys.argv[1])
cases = [case for suite in report for case in suite]
assert len(cases) >= 30, f"{len(cases)} test cases, at least 30 were expected"
for suite in report:
    assert suite.failures == 0, f"{suite.name}: {suite.failures} failures"
    assert suite.errors == 0, f"{suite.name}: {suite.errors} errors"
names = {(case.classname, case.name) for case in cases}
assert len(names) == len(cases), "two test cases share a name"
print(f"junitparser reads {len(cases)} test cases")
