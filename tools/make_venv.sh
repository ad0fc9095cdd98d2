#!/usr/bin/env bash
# Create the virtual environment $1 and install the package in it, with what tests and lint need.
set -euo pipefail
venv=$1
python=$(bash tools/find_python.sh)
if ! "$venv/bin/python" -c '' 2>/dev/null; then
    echo "creating $venv with $("$python" --version)"
    rm -rf "$venv"
    "$python" -m venv "$venv" || {
        echo "error: $python cannot create virtual environments; on Debian and Ubuntu: apt install python3-venv" >&2
        exit 1
    }
fi
echo "installing packages into $venv (a few minutes the first time)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
    --constraint constraints.txt --editable '.[dev]'
