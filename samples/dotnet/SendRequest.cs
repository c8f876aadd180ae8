using System.Text.Json;
using Azure.Identity;
using Azure.Messaging.ServiceBus;

/// <summary>Sends one offboarding request to the queue: SendRequest REQUEST.json</summary>
/// <remarks>
/// In Azure set SERVICEBUS_NAMESPACE (Entra sign-in), locally SERVICEBUS (connection string). Sending a request again
/// is safe: its requestId makes it the same offboarding. Exit code 0: Service Bus has it; 1: it may not have arrived.
/// </remarks>
public static class SendRequest
{
    public static async Task<int> Main(string[] args)
    {
        try
        {
            if (args.Length != 1) throw new ArgumentException("usage: SendRequest REQUEST.json");
            var body = BinaryData.FromBytes(await File.ReadAllBytesAsync(args[0]));
            using var request = JsonDocument.Parse(body.ToMemory());
            var isEnvelope = request.RootElement.TryGetProperty("data", out var data); // CloudEvents
            var requestId = (isEnvelope ? data : request.RootElement).GetProperty("requestId").GetString();

            await using var client = Connect();
            await using var sender = client.CreateSender("offboarding-requests");
            // A request that is refused comes back on offboarding-rejected with this message id as its correlation id.
            await sender.SendMessageAsync(
                new ServiceBusMessage(body) { MessageId = requestId, ContentType = "application/json" });
            Console.WriteLine($"sent {requestId}");
            return 0;
        }
        catch (Exception error)
        {
            Console.Error.WriteLine($"not known to have arrived, send it again: {error.Message}");
            return 1;
        }
    }

    internal static ServiceBusClient Connect()
    {
        if (Environment.GetEnvironmentVariable("SERVICEBUS_NAMESPACE") is { Length: > 0 } name)
            return new ServiceBusClient(name, new DefaultAzureCredential());
        if (Environment.GetEnvironmentVariable("SERVICEBUS") is { Length: > 0 } connectionString)
            return new ServiceBusClient(connectionString);
        throw new ArgumentException("set SERVICEBUS_NAMESPACE (NAME.servicebus.windows.net) or SERVICEBUS");
    }
}
