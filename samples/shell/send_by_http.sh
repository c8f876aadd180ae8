#!/bin/sh
# Sends one offboarding request over HTTP and shows the answer: send_by_http.sh REQUEST.json
set -eu
curl -isS --fail-with-body --retry 5 --data-binary "@$1" -w '\n' \
  -H "x-functions-key: $OFFBOARDING_KEY" -H "Content-Type: application/json" "$OFFBOARDING_URL/api/offboardings"
