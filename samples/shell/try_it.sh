#!/bin/sh
# In the checkout, while "python3 dev.py up --json > stack.json" runs in another terminal: sh samples/shell/try_it.sh
set -eu
value() { python3 -c 'import json, sys; print(json.load(open("stack.json"))[sys.argv[1]])' "$1"; }
SERVICEBUS=$(value servicebus) SERVICEBUS_REST=$(value servicebusRest)
OFFBOARDING_URL=$(value http) OFFBOARDING_KEY=$(value functionKey)
export SERVICEBUS SERVICEBUS_REST OFFBOARDING_URL OFFBOARDING_KEY
here=$PWD folder=$(mktemp -d) id="try-$(date +%Y%m%d%H%M%S)-$$"
trap 'rm -rf "$folder"' EXIT
sed "s/crm-2026-000123/$id/" samples/request.json > "$folder/request.json"
cd "$folder" # follow_outcome.py keeps what it has handled here
"$here/.venv/bin/python" "$here/samples/python/send_request.py" request.json
"$here/.venv/bin/python" "$here/samples/python/follow_outcome.py" "$id" # removed, within half a minute
