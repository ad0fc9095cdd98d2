#!/usr/bin/env bash
# Install Chromium for the browser tests where it is missing and may be installed. Never fails: without it these tests
# are skipped with their reason.
for name in "${MEL_CHROMIUM:-chromium}" chromium-browser google-chrome-stable google-chrome chrome; do
    command -v "$name" > /dev/null && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    SECONDS=0
    if timeout 300 sh -c 'apt-get -q update && apt-get -qy install --no-install-recommends chromium' > /dev/null 2>&1; then
        echo "installed Chromium for the browser tests in $SECONDS s"
        exit 0
    fi
fi
echo "no Chromium: browser tests will be skipped"
