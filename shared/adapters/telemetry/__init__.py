"""Telemetry with OpenTelemetry's SDK: imported only by a process that exports some (docs/telemetry.md).

opentelemetry.py   the Telemetry port over the SDK's providers
context.py         which trace a span belongs to; what is inherited from the offboarding that is worked on
ids.py             the id of an offboarding's trace and of its root
log_records.py     the app's log lines as log records
redaction.py       what never leaves, whoever wrote it
rows.py            spans, metrics and log records as rows of Azure Monitor's tables
json_lines.py      exporters that write such rows, one JSON object a line
providers.py       the SDK's providers, for Azure Monitor, a file or the console
"""
