#!/bin/sh
# Sends one offboarding request to the queue with curl and openssl alone: send_request.sh REQUEST.json
#
# In Azure set SERVICEBUS_NAMESPACE, and SERVICEBUS_TOKEN to an Entra token for https://servicebus.azure.net.
# Locally set SERVICEBUS_REST, and SERVICEBUS (the connection string, for its key). Sending a request again is safe.
set -eu
root="${SERVICEBUS_REST:-https://${SERVICEBUS_NAMESPACE:-}}"
id=$(sed -n 's/.*"requestId": *"\([^"]*\)".*/\1/p' "$1")

percent() { sed 's/+/%2B/g; s/=/%3D/g; s#/#%2F#g; s/:/%3A/g'; }

signature() {
  key=$(printf '%s' "$SERVICEBUS" | sed 's/.*SharedAccessKey=\([^;]*\).*/\1/')
  resource=$(printf '%s/' "$root" | tr '[:upper:]' '[:lower:]' | percent)
  expiry=$(($(date +%s) + 300))
  signed=$(printf '%s\n%s' "$resource" "$expiry" | openssl dgst -sha256 -hmac "$key" -binary | base64 | percent)
  echo "SharedAccessSignature sr=$resource&sig=$signed&se=$expiry&skn=RootManageSharedAccessKey"
}

if [ -n "${SERVICEBUS_TOKEN:-}" ]; then sign_in="Bearer $SERVICEBUS_TOKEN"; else sign_in=$(signature); fi
curl -sS --fail-with-body --retry 5 "$root/offboarding-requests/messages" --data-binary "@$1" \
  -H "Authorization: $sign_in" -H "Content-Type: application/json" -H "BrokerProperties: {\"MessageId\":\"$id\"}"
echo "sent $id"
