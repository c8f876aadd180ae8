# Sends one offboarding request to the queue: pwsh send_request.ps1 REQUEST.json
#
# Settings: see service_bus.ps1. Sending a request again is safe.
param([string] $path)
. "$PSScriptRoot/service_bus.ps1"
try {
    if (-not $path) { throw 'usage: send_request.ps1 REQUEST.json' }
    $body = Get-Content -LiteralPath $path -Raw -Encoding utf8
    $request = ConvertFrom-Json -InputObject $body
    $inner = if (Get-Field $request 'specversion') { Get-Field $request 'data' } else { $request }
    $id = Get-Field $inner 'requestId'
    if (-not $id) { throw "$path has no requestId" }
    $properties = @{ BrokerProperties = "{`"MessageId`":$(ConvertTo-Json -InputObject ([string] $id))}" }
    $answer = Send-Bus 'POST' '/offboarding-requests/messages' $body $properties
    if ($answer.Status -ne 201) { throw "$id may not have arrived, send it again: $($answer.Status) $($answer.Text)" }
    [Console]::WriteLine("sent $id")
}
catch {
    [Console]::Error.WriteLine($_.Exception.GetBaseException().Message)
    exit 1
}
