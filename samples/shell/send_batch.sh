#!/bin/sh
# Sends several requests in one call and shows an answer for each: send_batch.sh BATCH.json
# BATCH.json: such as samples/batch.json
set -eu
curl -isS --fail-with-body --retry 5 --data-binary "@$1" -w '\n' \
  -H "x-functions-key: $OFFBOARDING_KEY" -H "Content-Type: application/json" "$OFFBOARDING_URL/api/batches"
