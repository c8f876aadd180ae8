using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Threading.Tasks;
using System.Xml.Linq;

/// <summary>Sends one request over HTTP and follows it: SendByHttp REQUEST.json [SECONDS]</summary>
/// <remarks>
/// Set OFFBOARDING_URL (https://NAME.azurewebsites.net) and OFFBOARDING_KEY (function key). Calls that fail on the way
/// are repeated, which the requestId makes safe. Exit code 0: ended; 1: refused, rejected, or not ended in time.
/// </remarks>
public static class SendByHttp
{
    private static readonly HashSet<string> Ended = new HashSet<string>
        { "removed", "already_removed", "planned", "stopped", "rejected", "joined", "withdrawn" };

    public static int Main(string[] args)
    {
        try
        {
            if (args.Length < 1) throw new ArgumentException("usage: SendByHttp REQUEST.json [SECONDS]");
            var seconds = args.Length > 1 ? int.Parse(args[1]) : 300;
            Follow(File.ReadAllText(args[0]), DateTime.UtcNow.AddSeconds(seconds)).GetAwaiter().GetResult();
            return 0;
        }
        catch (Exception error)
        {
            Console.Error.WriteLine(error.Message);
            return 1;
        }
    }

    private static async Task Follow(string request, DateTime ends)
    {
        var root = new Uri(Http.Setting("OFFBOARDING_URL"));
        var answer = await Http.Call(() => Message(HttpMethod.Post, new Uri(root, "/api/offboardings"), request));
        var shown = await Checked(answer);
        Tell(shown);
        var place = new Uri(root, Http.Header(answer, "Operation-Location"));
        var pause = answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(5);
        while (!Ended.Contains(shown.Element("status").Value) && DateTime.UtcNow < ends)
        {
            await Task.Delay(pause);
            var before = shown;
            shown = await Checked(await Http.Call(() => Message(HttpMethod.Get, place)));
            if (shown.Element("updatedAt").Value != before.Element("updatedAt").Value) Tell(shown);
        }
        var status = shown.Element("status").Value;
        if (status == "rejected" || !Ended.Contains(status))
            throw new InvalidOperationException($"{shown.Element("requestId").Value} is {status}; look again at {place}");
    }

    private static HttpRequestMessage Message(HttpMethod method, Uri place, string body = null)
    {
        var message = new HttpRequestMessage(method, place);
        message.Headers.Add("x-functions-key", Http.Setting("OFFBOARDING_KEY"));
        if (body != null) message.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return message;
    }

    /// <summary>The body of a good answer; throws the problem (RFC 9457) of any other.</summary>
    private static async Task<XElement> Checked(HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsStringAsync();
        if (answer.IsSuccessStatusCode) return Http.Json(body);
        var isProblem = answer.Content.Headers.ContentType?.MediaType == "application/problem+json";
        var problem = isProblem ? Http.Json(body) : new XElement("none");
        var lines = new List<string>
            { $"{(int)answer.StatusCode} {problem.Element("code")?.Value}: {problem.Element("detail")?.Value}" };
        var errors = problem.Element("errors")?.Elements() ?? new XElement[0];
        lines.AddRange(errors.Select(each => $"{each.Element("field")?.Value}: {each.Element("rule")?.Value}"));
        lines.Add(problem.Element("operatorAction")?.Value);
        throw new IOException(string.Join("\n", lines.Where(line => !string.IsNullOrEmpty(line))));
    }

    /// <summary>What the CRM shows to its users.</summary>
    private static void Tell(XElement shown)
    {
        var reason = shown.Element("reason")?.Element("text") ?? shown.Element("stage");
        var paid = shown.Element("paidUntil") is XElement until ? $" (being paid until {until.Value})" : "";
        Console.WriteLine($"{shown.Element("status").Value}: {reason?.Value}{paid}");
    }
}
