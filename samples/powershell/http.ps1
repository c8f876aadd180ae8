# HTTP and JSON with what PowerShell brings; read by the programs in this folder. Works in PowerShell 7 and 5.1.
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
Add-Type -AssemblyName System.Net.Http
$client = [Net.Http.HttpClient]::new()
$client.Timeout = [TimeSpan]::FromSeconds(60)

# A setting that must be there.
function Get-Setting([string] $name) {
    $value = [Environment]::GetEnvironmentVariable($name)
    if (-not $value) { throw "set $name" }
    $value
}

# A field of a JSON object, nothing where it is absent.
function Get-Field($from, [string] $name) {
    if ($null -ne $from -and $from.PSObject.Properties[$name]) { $from.$name }
}

# The first value of a header of an answer, or the empty string.
function Get-Header($answer, [string] $name) {
    foreach ($pair in $answer.Headers) { if ($pair.Key -eq $name) { return @($pair.Value)[0] } }
    ''
}

# One call. What failed on the way is repeated, which all calls of these programs allow.
function Send-Http([string] $method, [uri] $place, [hashtable] $headers, [string] $body, [string] $type = 'application/json') {
    $attempts = 6
    for ($attempt = 1; ; $attempt++) {
        $pause = [math]::Pow(2, $attempt - 1)
        $message = [Net.Http.HttpRequestMessage]::new([Net.Http.HttpMethod]::new($method), $place)
        foreach ($name in $headers.Keys) { [void] $message.Headers.TryAddWithoutValidation($name, [string] $headers[$name]) }
        if ($method -in 'POST', 'PUT') {
            $message.Content = [Net.Http.StringContent]::new($body, [Text.Encoding]::UTF8, $type)
        }
        try {
            $answer = $client.SendAsync($message).GetAwaiter().GetResult()
            $text = $answer.Content.ReadAsStringAsync().GetAwaiter().GetResult()
            $status = [int] $answer.StatusCode
            if ($attempt -eq $attempts -or $status -notin 408, 429, 502, 503, 504) {
                $kind = if ($answer.Content.Headers.ContentType) { $answer.Content.Headers.ContentType.MediaType } else { '' }
                return [pscustomobject] @{ Status = $status; Text = $text; Type = $kind; Headers = $answer.Headers }
            }
            $asked = Get-Header $answer 'Retry-After'
            if ($asked -match '^\d+$') { $pause = [double] $asked }
        }
        catch {
            if ($attempt -eq $attempts) { throw "$place cannot be reached: $($_.Exception.GetBaseException().Message)" }
        }
        Start-Sleep -Seconds $pause
    }
}
