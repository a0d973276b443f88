#!/usr/bin/env bash
# Judge an implementation in anybody's CI: installs the suite beside the work, runs it, and writes what a person can read.
# The recipes for GitHub (action.yml) and GitLab (gitlab.yml) call this. It can be copied, or run from a checkout:
#   bash PATH/TO/THE/CHECKOUT/adapters/ci/judge.sh
# The suite is on no package index yet. What can be installed today, by `pip install` and here:
#   a checkout     PATH/TO/THE/CHECKOUT
#   a wheel        PATH/TO/resonant_conformance-VERSION-py3-none-any.whl, which `pip wheel --no-deps PATH/TO/THE/CHECKOUT` makes
#   a repository   git+https://HOST/OWNER/REPOSITORY@COMMIT
# Everything comes by the environment:
#   RESONANT_IMPL            the adapter.toml to judge, its folder, or udp://HOST:PORT (adapter.toml)
#   RESONANT_SUITE           one of the above (the checkout that this file is in)
#   RESONANT_KNOWN_FAILURES  a known.toml, if there is one
#   RESONANT_PLAN            a plan.json: a run that executes fewer cases fails
#   RESONANT_REPORT          where the reports go (conformance-report)
#   RESONANT_SPECS           where a browser finds the specification, for links in the report
#   RESONANT_ARGS            more options, divided by spaces
# The suite stays in .resonant, so that the commands that a failure prints work when this has ended.
# The exit status is that of the run; a report that cannot be written is a failure too.
set -euo pipefail

stop() {
    echo "judge.sh: $1" >&2
    exit 2
}

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." 2>/dev/null && pwd -P) || checkout=
grep -qs '^name = "resonant-conformance"' "$checkout/pyproject.toml" || checkout=
suite=${RESONANT_SUITE:-$checkout}
impl=${RESONANT_IMPL:-adapter.toml}
report=${RESONANT_REPORT:-conformance-report}
bin=.resonant/bin

[ -n "$suite" ] || stop 'set RESONANT_SUITE to what pip is to install: a checkout of the suite, a wheel, or git+https://…'
[ -e "$impl" ] || [[ $impl == udp://* ]] || stop "there is no $impl: set RESONANT_IMPL to the path of your adapter.toml"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || stop 'Python 3.11 or newer is needed as python3'
[ ! -e .resonant ] || [ -f .resonant/pyvenv.cfg ] || stop '.resonant is there and no Python environment: move it away'

# pip takes a word without a slash for a name on its index, although there is a folder of that name.
[ ! -e "$suite" ] || suite=$(cd "$(dirname "$suite")" && pwd -P)/$(basename "$suite")
python3 -m venv --clear .resonant
"$bin/python" -m pip --quiet --disable-pip-version-check install "$suite"

options=(--impl "$impl" --report "$report")
[ -z "${RESONANT_KNOWN_FAILURES:-}" ] || options+=(--known-failures "$RESONANT_KNOWN_FAILURES")
[ -z "${RESONANT_PLAN:-}" ] || options+=(--plan "$RESONANT_PLAN")
read -r -a more <<<"${RESONANT_ARGS:-}"

status=0
# The bash of macOS takes an empty array for an unset one.
"$bin/resonant-conformance" run "${options[@]}" ${more[@]+"${more[@]}"} || status=$?
if [ -f "$report/run.json" ]; then
    "$bin/resonant-conformance" report "$report/run.json" --html "$report/report.html" --specs "${RESONANT_SPECS:-}" || status=$((status ? status : 1))
fi
exit "$status"
