# Service Bus over its REST API with curl and openssl alone; read by the programs in this folder.
#
# In Azure set SERVICEBUS_NAMESPACE, and SERVICEBUS_TOKEN to an Entra token for https://servicebus.azure.net.
# Locally set SERVICEBUS_REST, and SERVICEBUS (the connection string, for its key).
# shellcheck shell=sh
root="${SERVICEBUS_REST:-https://${SERVICEBUS_NAMESPACE:-}}"

percent() { sed 's/+/%2B/g; s/=/%3D/g; s#/#%2F#g; s/:/%3A/g'; }

signature() {
  key=$(printf '%s' "$SERVICEBUS" | sed 's/.*SharedAccessKey=\([^;]*\).*/\1/')
  resource=$(printf '%s/' "$root" | tr '[:upper:]' '[:lower:]' | percent)
  expiry=$(($(date +%s) + 300))
  signed=$(printf '%s\n%s' "$resource" "$expiry" | openssl dgst -sha256 -hmac "$key" -binary | base64 | percent)
  echo "SharedAccessSignature sr=$resource&sig=$signed&se=$expiry&skn=RootManageSharedAccessKey"
}

sign_in() { if [ -n "${SERVICEBUS_TOKEN:-}" ]; then echo "Bearer $SERVICEBUS_TOKEN"; else signature; fi; }

request_id() { sed -n 's/.*"requestId": *"\([^"]*\)".*/\1/p' "$1"; }
