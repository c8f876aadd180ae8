# Follows offboardings until one has ended: pwsh follow_outcome.ps1 REQUEST_ID [SECONDS]
#
# Handles every event of subscription crm, those of other requests too: there is one reader of a subscription, and what
# it completes is gone. Exit code 0: ended; 1: rejected, or not ended in time (default 300 s). Settings: service_bus.ps1.
param([string] $requestId, [double] $seconds = 300)
. "$PSScriptRoot/service_bus.ps1"
$head = '/offboarding-events/subscriptions/crm/messages/head?timeout=5'
$memory = 'handled-events.csv' # Stands for the CRM's database: there, a unique column in the event's own transaction.

function Get-Outcome {
    $found = @($handled | Where-Object { $_.request -ceq $requestId -and $_.outcome -eq 'true' })
    if ($found.Count) { $found[0].type } else { '' }
}

# An event as the CRM keeps it; throws when it is none.
function ConvertTo-Row([string] $text, [string] $outcome) {
    $told = ConvertFrom-Json -InputObject $text
    $reason = Get-Field $told.data 'reason'
    $why = if ($reason) { $reason.text } else { Get-Field $told.data 'stage' }
    $subject, $sequence = (Get-Field $told 'subject'), (Get-Field $told 'sequence')
    [pscustomobject] @{ id = $told.id; request = $told.data.requestId; type = $told.type; outcome = $outcome
        subject = "$subject"; sequence = "$sequence"; why = "$why" }
}

# Stores an event once, and shows it unless a later one was there before it.
function Add-Row($row) {
    if (@($handled | Where-Object { $_.id -ceq $row.id }).Count) { return }
    $later = @($handled | Where-Object {
            $_.subject -ceq $row.subject -and [string]::CompareOrdinal($_.sequence, $row.sequence) -gt 0 })
    $row | Export-Csv -LiteralPath $memory -Append -NoTypeInformation -Encoding utf8
    [void] $handled.Add($row)
    if (-not $later.Count) { [Console]::WriteLine("$($row.type) $($row.request): $($row.why)") }
}

try {
    if (-not $requestId) { throw 'usage: follow_outcome.ps1 REQUEST_ID [SECONDS]' }
    $handled = [Collections.ArrayList]::new()
    if (Test-Path -LiteralPath $memory) { $handled.AddRange(@(Import-Csv -LiteralPath $memory -Encoding utf8)) }
    $ends = [DateTimeOffset]::UtcNow.AddSeconds($seconds)
    $type = Get-Outcome
    if ($type) { [Console]::WriteLine("already known: $type $requestId") }
    while (-not $type -and [DateTimeOffset]::UtcNow -lt $ends) {
        $message = Send-Bus 'POST' $head
        if ($message.Status -eq 204) { continue } # nothing came within the five seconds
        if ($message.Status -ne 201) { throw "cannot receive: $($message.Status) $($message.Text)" }
        $place = Get-Header $message 'Location'
        try {
            $row = ConvertTo-Row $message.Text (Get-Header $message 'outcome').Trim('"')
        }
        catch {
            [void] (Send-Bus 'PUT' $place) # back at once; Service Bus dead-letters it the tenth time
            continue
        }
        Add-Row $row
        [void] (Send-Bus 'DELETE' $place) # Not 200: the lock has run out. The event comes again, and is known by its id.
        $type = Get-Outcome
    }
    if (-not $type) { throw "$requestId has not ended within $seconds s" }
    if ($type -eq 'offboarding.rejected.v1') { throw "$requestId was rejected" }
}
catch {
    [Console]::Error.WriteLine($_.Exception.GetBaseException().Message)
    exit 1
}
