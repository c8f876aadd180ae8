using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Threading.Tasks;
using System.Xml;
using System.Xml.Linq;

/// <summary>Follows offboardings until one has ended: FollowOutcome REQUEST_ID [SECONDS]</summary>
/// <remarks>
/// Handles every event of subscription crm, those of other requests too: there is one reader of a subscription, and
/// what it completes is gone. Exit code 0: ended; 1: rejected, or not ended in time (default 300 s).
/// </remarks>
public static class FollowOutcome
{
    private const string Head = "/offboarding-events/subscriptions/crm/messages/head?timeout=5";
    /// <summary>Stands for the CRM's database: there, a unique column in the event's own transaction. A line is the id
    /// of an event, or a request id and the type of its outcome.</summary>
    private const string Memory = "handled-events.txt";

    public static int Main(string[] args)
    {
        try
        {
            if (args.Length < 1) throw new ArgumentException("usage: FollowOutcome REQUEST_ID [SECONDS]");
            var seconds = args.Length > 1 ? int.Parse(args[1]) : 300;
            var type = Follow(args[0], DateTime.UtcNow.AddSeconds(seconds)).GetAwaiter().GetResult();
            if (type == null) throw new TimeoutException($"{args[0]} has not ended within {seconds} s");
            if (type == "offboarding.rejected.v1") throw new InvalidOperationException($"{args[0]} was rejected");
            return 0;
        }
        catch (Exception error)
        {
            Console.Error.WriteLine(error.Message);
            return 1;
        }
    }

    private static async Task<string> Follow(string requestId, DateTime ends)
    {
        var handled = new HashSet<string>(File.Exists(Memory) ? File.ReadLines(Memory) : new string[0]);
        var bus = new ServiceBus();
        var type = OutcomeOf(requestId, handled);
        if (type != null) Console.WriteLine($"already known: {type} {requestId}");
        while (type == null && DateTime.UtcNow < ends)
        {
            var message = await bus.Call(HttpMethod.Post, Head);
            var body = await message.Content.ReadAsStringAsync();
            if ((int)message.StatusCode == 204) continue; // nothing came within the five seconds
            if ((int)message.StatusCode != 201)
                throw new IOException($"cannot receive: {(int)message.StatusCode} {body}");
            var place = message.Headers.Location.ToString();
            try
            {
                Handle(Http.Json(body), Http.Header(message, "outcome") == "\"true\"", handled);
            }
            catch (XmlException)
            {
                await bus.Call(HttpMethod.Put, place); // back at once; Service Bus dead-letters it the tenth time
                continue;
            }
            // Not 200: the lock has run out. The event comes again, and is known by its id then.
            await bus.Call(HttpMethod.Delete, place);
            type = OutcomeOf(requestId, handled);
        }
        return type;
    }

    private static string OutcomeOf(string requestId, HashSet<string> handled) => handled
        .FirstOrDefault(line => line.StartsWith(requestId + " ", StringComparison.Ordinal))
        ?.Substring(requestId.Length + 1);

    private static void Handle(XElement received, bool isOutcome, HashSet<string> handled)
    {
        var data = received.Element("data");
        string id = received.Element("id")?.Value, type = received.Element("type")?.Value;
        var requestId = data?.Element("requestId")?.Value;
        if (id == null || type == null || requestId == null)
            throw new XmlException("not an event of an offboarding");
        if (handled.Contains(id)) return;
        var why = data.Element("reason")?.Element("text") ?? data.Element("stage");
        Console.WriteLine($"{type} {requestId}: {why?.Value}");
        Console.WriteLine($"  {WhatToDo(type, data)}");
        var lines = isOutcome ? new[] { id, $"{requestId} {type}" } : new[] { id };
        File.AppendAllLines(Memory, lines);
        handled.UnionWith(lines);
    }

    private static string WhatToDo(string type, XElement data)
    {
        switch (type)
        {
            case "offboarding.removed.v1":
            case "offboarding.already_removed.v1":
                return "close the case";
            case "offboarding.planned.v1":
                return "show the plan";
            case "offboarding.stopped.v1":
                return $"show the {data.Element("blockerCount")?.Value} blockers";
            case "offboarding.rejected.v1":
                return "correct the request and send it with a new id";
            case "offboarding.joined.v1":
                return $"follow {data.Element("joinedTo")?.Value}";
            case "offboarding.needs_attention.v1":
                return "ask the operators";
            case "offboarding.window_closing.v1":
                return $"decide before {data.Element("windowClosesAt")?.Value}";
            default: // progress, waiting, and types that are not known yet
                return "show it";
        }
    }
}
