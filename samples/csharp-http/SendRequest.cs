using System;
using System.IO;
using System.Net.Http;
using System.Threading.Tasks;

/// <summary>Sends one offboarding request to the queue: SendRequest REQUEST.json</summary>
/// <remarks>
/// Settings: see ServiceBus. Sending a request again is safe: its requestId makes it the same offboarding. Exit code 0:
/// Service Bus has it; 1: it may not have arrived.
/// </remarks>
public static class SendRequest
{
    public static int Main(string[] args)
    {
        try
        {
            if (args.Length != 1) throw new ArgumentException("usage: SendRequest REQUEST.json");
            Send(args[0]).GetAwaiter().GetResult();
            return 0;
        }
        catch (Exception error)
        {
            Console.Error.WriteLine($"not known to have arrived, send it again: {error.Message}");
            return 1;
        }
    }

    private static async Task Send(string path)
    {
        var request = File.ReadAllText(path);
        var parsed = Http.Json(request);
        var requestId = (parsed.Element("data") ?? parsed).Element("requestId")?.Value; // out of a CloudEvents envelope
        if (string.IsNullOrEmpty(requestId)) throw new ArgumentException($"{path} has no requestId");
        // A request that is refused comes back on offboarding-rejected with this message id as its correlation id.
        var properties = $"{{\"MessageId\":{Http.Quote(requestId)}}}";
        var answer = await new ServiceBus().Call(HttpMethod.Post, "/offboarding-requests/messages", request, properties);
        var said = await answer.Content.ReadAsStringAsync();
        if ((int)answer.StatusCode != 201) throw new IOException($"{(int)answer.StatusCode} {said}");
        Console.WriteLine($"sent {requestId}");
    }
}
