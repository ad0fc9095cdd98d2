#!/usr/bin/env bash
# Print the name of a Python that the project can use; say what to do where there is none.
set -u
for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3 python; do
    [ -n "$candidate" ] || continue
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
        echo "$candidate"
        exit 0
    fi
done
echo "error: no Python 3.11, 3.12 or 3.13 was found; install one, or name it: make PYTHON=/path/to/python3.11 ..." >&2
exit 1
