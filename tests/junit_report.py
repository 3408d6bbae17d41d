"""Reads our JUnit reports with junitparser and holds them to what docs/results.md promises.

The first is of a run in which all passed; the second, if named, of a run with failures and with a
file of known deviations.
"""

import sys

from junitparser import JUnitXml, Properties


def read(path):
    """Returns the suites and their test cases, names once each."""
    suites = list(JUnitXml.fromfile(path))
    cases = [case for suite in suites for case in suite]
    names = {(case.classname, case.name) for case in cases}
    assert len(names) == len(cases), f"{path}: two test cases share a name"
    return suites, cases


def properties(item, name):
    """Returns the values of the properties of that name."""
    group = item.child(Properties)
    return [it.value for it in group or () if it.name == name]


def passed(path):
    suites, cases = read(path)
    assert len(cases) >= 30, f"{len(cases)} test cases, at least 30 were expected"
    for suite in suites:
        assert suite.failures == 0, f"{suite.name}: {suite.failures} failures"
        assert suite.errors == 0, f"{suite.name}: {suite.errors} errors"
    for case in cases:
        assert properties(case, "requirement"), f"{case.name} names no requirement"
        assert not properties(case, "failed-requirement"), case.name
    return len(cases)


def failed(path):
    suites, cases = read(path)
    failures = known = 0
    for case in cases:
        for result in case.result:
            kind = type(result).__name__
            if kind == "Failure":
                failures += 1
                rows = properties(case, "failed-requirement")
                assert rows, f"{case.name} does not say what failed"
                for row in rows:
                    assert f"FAIL {row} " in result.text, f"{case.name}: {row} is not described"
                assert ": expected " in result.text, f"{case.name}: no field"
                assert ", got " in result.text, f"{case.name}: no field"
                assert "\n  source " in result.text, f"{case.name}: no source"
            elif kind == "Skipped" and result.type == "known":
                known += 1
                assert properties(case, "known-requirement"), case.name
                assert "known deviation until 9999-12-31 (ticket 1)" in result.message, result.message
    assert failures and known, f"{failures} failures, {known} known deviations"
    assert sum(suite.failures for suite in suites) == failures
    stale = [value for suite in suites for value in properties(suite, "known-stale")]
    assert len(stale) == 1 and stale[0].startswith("DISC-03 until 9999-12-31"), stale
    return failures, known


print(f"junitparser reads {passed(sys.argv[1])} test cases")
if len(sys.argv) > 2:
    print("junitparser reads {} failures and {} known deviations".format(*failed(sys.argv[2])))
