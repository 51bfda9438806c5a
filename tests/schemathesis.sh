#!/bin/sh
# Asks the API whatever its description allows, as somebody in each role: no answer may be a
# fault of the service or differ from the description.
#
# SCHEMATHESIS_EXAMPLES says how many requests are made up for each operation and role: 5 unless
# it is set; 40 make some ten thousand in all.
set -eu
cd "$(dirname "$0")/.."

venv="$PWD/target/schemathesis"
if [ ! -x "$venv/bin/schemathesis" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "schemathesis==4.32.0"
fi
SCHEMATHESIS="$venv/bin/schemathesis" cargo test -p tests --test web --locked \
    schemathesis -- --nocapture
