"""Fails when no scenario test ran, one was skipped, or any test was skipped for a reason that is not allowed."""

import re
import sys
from xml.etree import ElementTree

ALLOWED = re.compile(
    r"view3d|shared_data|shared/data|cuda|gpu|mps|\broot\b|permissions|Windows|macOS|Linux|orthanc| has no \w+",
    re.IGNORECASE,
)

cases = ElementTree.parse(sys.argv[1]).getroot().findall(".//testcase")
skips = {case: skip.get("message", "") for case in cases if (skip := case.find("skipped")) is not None}
scenarios = [case for case in cases if "scenario" in case.get("classname", "")]
on_phantom = [case for case in scenarios if case not in skips]
for case, reason in skips.items():
    print(f"skipped: {case.get('classname')}::{case.get('name')}: {reason}")
problems = [f"not an allowed reason: {case.get('name')}: {r}" for case, r in skips.items() if not ALLOWED.search(r)]
problems += [
    f"a scenario was skipped: {case.get('name')}"
    for case in scenarios
    if case in skips and not re.search("shared", skips[case])
]
if not on_phantom:
    problems.append("no scenario test ran")
print(f"{len(cases)} tests, {len(skips)} skipped, {len(on_phantom)} of {len(scenarios)} scenarios ran")
sys.exit("\n".join(problems) or 0)
