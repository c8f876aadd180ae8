#!/bin/sh
# In the checkout, while "python3 dev.py up --json > stack.json" runs in another terminal: sh samples/shell/try_it.sh
set -eu
value() { python3 -c 'import json, sys; print(json.load(open("stack.json"))[sys.argv[1]])' "$1"; }
SERVICEBUS=$(value servicebus) SERVICEBUS_REST=$(value servicebusRest)
OFFBOARDING_URL=$(value http) OFFBOARDING_KEY=$(value functionKey)
export SERVICEBUS SERVICEBUS_REST OFFBOARDING_URL OFFBOARDING_KEY
.venv/bin/python samples/python/send_request.py samples/request.json
.venv/bin/python samples/python/follow_outcome.py crm-2026-000123 # removed, within half a minute
