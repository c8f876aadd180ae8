# Service Bus over its REST API (https://learn.microsoft.com/rest/api/servicebus/service-bus-runtime-rest).
#
# In Azure set SERVICEBUS_NAMESPACE and, for an app registration, AZURE_TENANT_ID, AZURE_CLIENT_ID and
# AZURE_CLIENT_SECRET. Locally set SERVICEBUS_REST and SERVICEBUS (the connection string, for its key).
. "$PSScriptRoot/http.ps1"
$token = @{ Text = ''; RenewAt = [DateTimeOffset]::MinValue }

function Get-Root {
    if ($env:SERVICEBUS_REST) { $env:SERVICEBUS_REST } else { "https://$(Get-Setting 'SERVICEBUS_NAMESPACE')" }
}

# https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas
function Get-Signature {
    $given = @{}
    foreach ($part in $env:SERVICEBUS.Split(';')) {
        $name, $value = $part.Split([char[]] '=', 2)
        $given[$name] = $value
    }
    $token.RenewAt = [DateTimeOffset]::UtcNow.AddMinutes(30)
    $resource = [uri]::EscapeDataString("$(Get-Root)/".ToLowerInvariant())
    $expiry = $token.RenewAt.AddMinutes(5).ToUnixTimeSeconds()
    $hmac = [Security.Cryptography.HMACSHA256]::new([Text.Encoding]::UTF8.GetBytes($given['SharedAccessKey']))
    $signed = [Convert]::ToBase64String($hmac.ComputeHash([Text.Encoding]::UTF8.GetBytes("$resource`n$expiry")))
    "SharedAccessSignature sr=$resource&sig=$([uri]::EscapeDataString($signed))&se=$expiry&skn=$($given['SharedAccessKeyName'])"
}

# https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
function Get-Bearer {
    $authority = if ($env:AZURE_AUTHORITY_HOST) { $env:AZURE_AUTHORITY_HOST } else { 'https://login.microsoftonline.com' }
    $form = @(
        'grant_type=client_credentials'
        "scope=$([uri]::EscapeDataString('https://servicebus.azure.net/.default'))"
        "client_id=$([uri]::EscapeDataString((Get-Setting 'AZURE_CLIENT_ID')))"
        "client_secret=$([uri]::EscapeDataString((Get-Setting 'AZURE_CLIENT_SECRET')))"
    ) -join '&'
    $place = "$authority/$(Get-Setting 'AZURE_TENANT_ID')/oauth2/v2.0/token"
    $answer = Send-Http 'POST' $place @{} $form 'application/x-www-form-urlencoded'
    if ($answer.Status -ne 200) { throw "sign-in failed: $($answer.Status) $($answer.Text)" }
    $granted = ConvertFrom-Json -InputObject $answer.Text
    $token.RenewAt = [DateTimeOffset]::UtcNow.AddSeconds([int] $granted.expires_in - 300)
    "Bearer $($granted.access_token)"
}

# The path may be the Location of a message as well.
function Send-Bus([string] $method, [string] $path, [string] $body = '', [hashtable] $more = @{}) {
    if ([DateTimeOffset]::UtcNow -gt $token.RenewAt) {
        $token.Text = if ($env:SERVICEBUS) { Get-Signature } else { Get-Bearer }
    }
    Send-Http $method ([uri]::new([uri] (Get-Root), $path)) ($more + @{ Authorization = $token.Text }) $body
}
