#!/bin/sh
# Sends one offboarding request to the queue with curl and openssl alone: send_request.sh REQUEST.json
#
# Settings: see service_bus.sh. Sending a request again is safe.
set -eu
. "$(dirname "$0")/service_bus.sh"
id=$(request_id "$1")
if [ -z "$id" ]; then echo "$1 has no requestId" >&2; exit 1; fi
curl -sS --fail-with-body --retry 5 "$root/offboarding-requests/messages" --data-binary "@$1" \
  -H "Authorization: $(sign_in)" -H "Content-Type: application/json" -H "BrokerProperties: {\"MessageId\":\"$id\"}"
echo "sent $id"
