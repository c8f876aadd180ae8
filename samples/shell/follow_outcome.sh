#!/bin/sh
# Follows offboardings until one has ended: follow_outcome.sh REQUEST_ID [SECONDS]
#
# Completes every event of subscription crm, those of other requests too, and keeps no memory: a CRM has to ignore the
# ids that it knows. Exit code 0: ended; 1: rejected, or not ended in time (default 300 s). Settings: service_bus.sh.
set -eu
. "$(dirname "$0")/service_bus.sh"
head="$root/offboarding-events/subscriptions/crm/messages/head?timeout=5"
ends=$(($(date +%s) + ${2:-300}))
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

call() { curl -sS -X "$1" "$2" -d "" -H "Authorization: $(sign_in)" -D "$folder/headers" -o "$folder/event" -w '%{http_code}'; }
header() { awk -v name="$1:" 'tolower($1) == name { gsub(/["\r]/, "", $2); print $2 }' "$folder/headers"; }

while [ "$(date +%s)" -lt "$ends" ]; do
  status=$(call POST "$head")
  if [ "$status" = 204 ]; then continue; fi # nothing came within the five seconds
  if [ "$status" != 201 ]; then echo "cannot receive: $status $(cat "$folder/event")" >&2; exit 1; fi
  place=$(header location) type=$(header type) outcome=$(header outcome) id=$(request_id "$folder/event")
  if [ -z "$id" ]; then call PUT "$place" > "$folder/status"; continue; fi # no event: dead-lettered the tenth time
  echo "$type $id: outcome $outcome" # Here the CRM stores the event, before it is completed.
  call DELETE "$place" > "$folder/status" # Not 200: the lock has run out, and the event comes again.
  if [ "$id" = "$1" ] && [ "$outcome" = true ]; then
    if [ "$type" = offboarding.rejected.v1 ]; then echo "$1 was rejected" >&2; exit 1; fi
    exit 0
  fi
done
echo "$1 has not ended within ${2:-300} s" >&2
exit 1
