using System.Text.Json;
using Azure.Messaging.ServiceBus;

/// <summary>Follows offboardings until one has ended: FollowOutcome REQUEST_ID [SECONDS]</summary>
/// <remarks>
/// Handles every event of subscription crm, those of other requests too: there is one reader of a subscription, and
/// what it completes is gone. Exit code 0: ended; 1: rejected, or not ended in time (default 300 s).
/// </remarks>
public static class FollowOutcome
{
    /// <summary>Stands for the CRM's database: there, a unique column in the event's own transaction. A line is the id
    /// of an event, or a request id and the type of its outcome.</summary>
    private const string Memory = "handled-events.txt";

    public static async Task<int> Main(string[] args)
    {
        try
        {
            if (args.Length < 1) throw new ArgumentException("usage: FollowOutcome REQUEST_ID [SECONDS]");
            var limit = TimeSpan.FromSeconds(args.Length > 1 ? double.Parse(args[1]) : 300);
            var type = await Follow(args[0], DateTime.UtcNow + limit);
            if (type is null) throw new TimeoutException($"{args[0]} has not ended in time");
            if (type == "offboarding.rejected.v1") throw new InvalidOperationException($"{args[0]} was rejected");
            return 0;
        }
        catch (Exception error)
        {
            Console.Error.WriteLine(error.Message);
            return 1;
        }
    }

    private static async Task<string?> Follow(string requestId, DateTime ends)
    {
        var handled = File.Exists(Memory) ? File.ReadLines(Memory).ToHashSet() : new HashSet<string>();
        if (OutcomeOf(requestId, handled) is { } known)
        {
            Console.WriteLine($"already known: {known} {requestId}");
            return known;
        }
        await using var client = SendRequest.Connect();
        await using var receiver = client.CreateReceiver("offboarding-events", "crm");
        while (OutcomeOf(requestId, handled) is null && DateTime.UtcNow < ends)
        {
            var message = await receiver.ReceiveMessageAsync(TimeSpan.FromSeconds(2));
            if (message is null) continue;
            // An exception leaves the message as it is: it is delivered again, and dead-lettered after ten times.
            using var parsed = JsonDocument.Parse(message.Body.ToMemory());
            var isOutcome = message.ApplicationProperties.TryGetValue("outcome", out var value) && value is "true";
            Handle(parsed.RootElement, isOutcome, handled);
            await receiver.CompleteMessageAsync(message);
        }
        return OutcomeOf(requestId, handled);
    }

    private static string? OutcomeOf(string requestId, HashSet<string> handled) => handled
        .FirstOrDefault(line => line.StartsWith(requestId + " ", StringComparison.Ordinal))?[(requestId.Length + 1)..];

    private static void Handle(JsonElement received, bool isOutcome, HashSet<string> handled)
    {
        var (id, type) = (received.GetProperty("id").GetString()!, received.GetProperty("type").GetString());
        if (handled.Contains(id)) return;
        var data = received.GetProperty("data");
        var requestId = data.GetProperty("requestId").GetString();
        var hasReason = data.TryGetProperty("reason", out var reason);
        var why = hasReason ? reason.GetProperty("text") : data.GetProperty("status");
        Console.WriteLine($"{type} {requestId}: {why}");
        var lines = isOutcome ? new[] { id, $"{requestId} {type}" } : new[] { id };
        File.AppendAllLines(Memory, lines);
        handled.UnionWith(lines);
    }
}
