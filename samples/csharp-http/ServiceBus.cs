using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Tasks;

/// <summary>Service Bus over its REST API (https://learn.microsoft.com/rest/api/servicebus/service-bus-runtime-rest).</summary>
/// <remarks>
/// In Azure set SERVICEBUS_NAMESPACE and, for an app registration, AZURE_TENANT_ID, AZURE_CLIENT_ID and
/// AZURE_CLIENT_SECRET. Locally set SERVICEBUS_REST and SERVICEBUS (the connection string, for its key).
/// </remarks>
internal sealed class ServiceBus
{
    private readonly string root =
        Environment.GetEnvironmentVariable("SERVICEBUS_REST") ?? "https://" + Http.Setting("SERVICEBUS_NAMESPACE");
    private string token;
    private DateTimeOffset renewAt = DateTimeOffset.MinValue;

    /// <summary>The path may be the Location of a message as well. Repeated when the way there failed.</summary>
    public async Task<HttpResponseMessage> Call(
        HttpMethod method, string path, string body = null, string brokerProperties = null)
    {
        var authorization = await Authorization();
        return await Http.Call(() =>
        {
            var request = new HttpRequestMessage(method, new Uri(new Uri(root), path));
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
            if (brokerProperties != null) request.Headers.TryAddWithoutValidation("BrokerProperties", brokerProperties);
            request.Content = new StringContent(body ?? "", Encoding.UTF8, "application/json");
            return request;
        });
    }

    private async Task<string> Authorization()
    {
        if (DateTimeOffset.UtcNow > renewAt)
        {
            var connectionString = Environment.GetEnvironmentVariable("SERVICEBUS");
            if (connectionString != null) token = Signature(connectionString);
            else token = await Bearer();
        }
        return token;
    }

    // https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas
    private string Signature(string connectionString)
    {
        var given = connectionString.Split(';').Select(part => part.Split(new[] { '=' }, 2))
            .Where(part => part.Length == 2).ToDictionary(part => part[0], part => part[1]);
        renewAt = DateTimeOffset.UtcNow.AddMinutes(30);
        var resource = Uri.EscapeDataString((root + "/").ToLowerInvariant());
        var expiry = renewAt.AddMinutes(5).ToUnixTimeSeconds();
        using (var hmac = new HMACSHA256(Encoding.UTF8.GetBytes(given["SharedAccessKey"])))
        {
            var signed = Convert.ToBase64String(hmac.ComputeHash(Encoding.UTF8.GetBytes($"{resource}\n{expiry}")));
            return $"SharedAccessSignature sr={resource}&sig={Uri.EscapeDataString(signed)}&se={expiry}"
                + $"&skn={given["SharedAccessKeyName"]}";
        }
    }

    // https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
    private async Task<string> Bearer()
    {
        var authority = Environment.GetEnvironmentVariable("AZURE_AUTHORITY_HOST") ?? "https://login.microsoftonline.com";
        var place = $"{authority}/{Http.Setting("AZURE_TENANT_ID")}/oauth2/v2.0/token";
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["scope"] = "https://servicebus.azure.net/.default",
            ["client_id"] = Http.Setting("AZURE_CLIENT_ID"),
            ["client_secret"] = Http.Setting("AZURE_CLIENT_SECRET"),
        };
        var answer = await Http.Call(() =>
            new HttpRequestMessage(HttpMethod.Post, place) { Content = new FormUrlEncodedContent(form) });
        var body = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode) throw new IOException($"sign-in failed: {(int)answer.StatusCode} {body}");
        var granted = Http.Json(body);
        renewAt = DateTimeOffset.UtcNow.AddSeconds((int)granted.Element("expires_in") - 300);
        return "Bearer " + granted.Element("access_token").Value;
    }
}
