#!/usr/bin/env bash
# Judge an implementation in anybody's CI: installs the suite beside the work, runs it, and writes what a person can read.
# Everything comes by the environment:
#   RESONANT_IMPL            the adapter.toml to judge (adapter.toml)
#   RESONANT_SUITE           what pip installs: a version, a wheel or a folder (resonant-conformance)
#   RESONANT_KNOWN_FAILURES  a known.toml, if there is one
#   RESONANT_PLAN            a plan.json: a run that executes fewer cases fails
#   RESONANT_REPORT          where the reports go (conformance-report)
#   RESONANT_SPECS           where a browser finds the specification, for links in the report
#   RESONANT_ARGS            more options, divided by spaces
# The exit status is that of the run; a report that cannot be written is a failure too.
set -euo pipefail

impl=${RESONANT_IMPL:-adapter.toml}
report=${RESONANT_REPORT:-conformance-report}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ -f "$impl" ] || {
    echo "there is no $impl: set RESONANT_IMPL to the path of your adapter.toml" >&2
    exit 2
}
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo 'Python 3.11 or newer is needed as python3' >&2
    exit 2
}
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install "${RESONANT_SUITE:-resonant-conformance}"

options=(--impl "$impl" --report "$report")
[ -z "${RESONANT_KNOWN_FAILURES:-}" ] || options+=(--known-failures "$RESONANT_KNOWN_FAILURES")
[ -z "${RESONANT_PLAN:-}" ] || options+=(--plan "$RESONANT_PLAN")
read -r -a more <<<"${RESONANT_ARGS:-}"

status=0
"$work/venv/bin/resonant-conformance" run "${options[@]}" "${more[@]}" || status=$?
if [ -f "$report/run.json" ]; then
    "$work/venv/bin/resonant-conformance" report "$report/run.json" --html "$report/report.html" --specs "${RESONANT_SPECS:-}" || status=$((status ? status : 1))
fi
exit "$status"
