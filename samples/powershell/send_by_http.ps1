# Sends one request over HTTP and follows it: pwsh send_by_http.ps1 REQUEST.json [SECONDS]
#
# Set OFFBOARDING_URL (https://NAME.azurewebsites.net) and OFFBOARDING_KEY (function key). Calls that fail on the way
# are repeated, which the requestId makes safe. Exit code 0: ended; 1: refused, rejected, or not ended in time.
param([string] $path, [double] $seconds = 300)
. "$PSScriptRoot/http.ps1"
$ended = 'removed', 'already_removed', 'planned', 'stopped', 'rejected', 'joined', 'withdrawn'

# The body of a good answer; throws the problem (RFC 9457) of any other.
function Get-Body($answer) {
    if ($answer.Status -lt 300) { return ConvertFrom-Json -InputObject $answer.Text }
    $problem = if ($answer.Type -eq 'application/problem+json') { ConvertFrom-Json -InputObject $answer.Text } else { $null }
    $lines = @("$($answer.Status) $(Get-Field $problem 'code'): $(Get-Field $problem 'detail')")
    foreach ($each in @(Get-Field $problem 'errors')) { $lines += "$($each.field): $($each.rule)" }
    $lines += "$(Get-Field $problem 'operatorAction')"
    throw ($lines -join "`n").Trim()
}

# What the CRM shows to its users.
function Show-Offboarding($shown) {
    $reason, $until = (Get-Field $shown 'reason'), (Get-Field $shown 'paidUntil')
    $why = if ($reason) { $reason.text } else { Get-Field $shown 'stage' }
    if ($until -is [datetime]) { $until = $until.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ') } # PowerShell 7 reads dates
    $paid = if ($until) { " (being paid until $until)" } else { '' }
    [Console]::WriteLine("$($shown.status): $why$paid")
}

try {
    if (-not $path) { throw 'usage: send_by_http.ps1 REQUEST.json [SECONDS]' }
    $root, $key = [uri] (Get-Setting 'OFFBOARDING_URL'), @{ 'x-functions-key' = Get-Setting 'OFFBOARDING_KEY' }
    $ends = [DateTimeOffset]::UtcNow.AddSeconds($seconds)
    $body = Get-Content -LiteralPath $path -Raw -Encoding utf8
    $answer = Send-Http 'POST' ([uri]::new($root, '/api/offboardings')) $key $body
    $shown = Get-Body $answer
    Show-Offboarding $shown
    $place, $pause = [uri]::new($root, (Get-Header $answer 'Operation-Location')), [int] (Get-Header $answer 'Retry-After')
    while ($shown.status -notin $ended -and [DateTimeOffset]::UtcNow -lt $ends) {
        Start-Sleep -Seconds $pause
        $before, $shown = $shown, (Get-Body (Send-Http 'GET' $place $key ''))
        if ($shown.updatedAt -ne $before.updatedAt) { Show-Offboarding $shown }
    }
    if ($shown.status -eq 'rejected' -or $shown.status -notin $ended) {
        throw "$($shown.requestId) is $($shown.status); look again at $place"
    }
}
catch {
    [Console]::Error.WriteLine($_.Exception.GetBaseException().Message)
    exit 1
}
