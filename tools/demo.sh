#!/usr/bin/env bash
# The road in small: a sample Wikipedia, its knowledge base, a few look-ups.
# Arguments: the Python to use, the folder of the sample world, the folder of the knowledge base.
set -euo pipefail
python=$1 world=$2 kb=$3

step() {
    echo
    printf '$ python'
    for word in "$@"; do
        case $word in
            *' '*) printf ' "%s"' "$word" ;;
            *) printf ' %s' "$word" ;;
        esac
    done
    echo
    "$python" "$@"
}

step samples/make_world.py --out "$world" --entities 200
step runners/build_kb.py --dump 20210101 --wiki enwiki --dump-dir "$world" --out "$kb"
for name in Lions Jordan "the lions"; do
    step runners/lookup.py "$name" --kb "$kb" -k 5
done
step runners/lookup.py --prefix Was --kb "$kb" -k 5
