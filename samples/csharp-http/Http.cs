using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Runtime.Serialization.Json;
using System.Text;
using System.Threading.Tasks;
using System.Xml;
using System.Xml.Linq;

/// <summary>HTTP and JSON with what .NET brings: a call that failed on the way is repeated, which all of these allow.</summary>
internal static class Http
{
    private const int Attempts = 6;
    private static readonly HashSet<int> Again = new HashSet<int> { 408, 429, 502, 503, 504 };
    private static readonly HttpClient Client = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>A request cannot be sent twice, so it is made anew for each attempt.</summary>
    public static async Task<HttpResponseMessage> Call(Func<HttpRequestMessage> make)
    {
        for (var attempt = 1; ; attempt++)
        {
            var pause = TimeSpan.FromSeconds(1 << (attempt - 1));
            try
            {
                var answer = await Client.SendAsync(make());
                if (attempt == Attempts || !Again.Contains((int)answer.StatusCode)) return answer;
                pause = answer.Headers.RetryAfter?.Delta ?? pause;
            }
            catch (Exception error) when (error is HttpRequestException || error is TaskCanceledException)
            {
                if (attempt == Attempts) throw new IOException($"{make().RequestUri} cannot be reached: {error.Message}");
            }
            await Task.Delay(pause);
        }
    }

    /// <summary>A header of an answer, or the empty string.</summary>
    public static string Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? values.First() : "";

    /// <summary>JSON as XML: object.Element("name"). Throws XmlException for anything else.</summary>
    public static XElement Json(string text)
    {
        var reader = JsonReaderWriterFactory.CreateJsonReader(Encoding.UTF8.GetBytes(text), XmlDictionaryReaderQuotas.Max);
        try
        {
            return XElement.Load(reader);
        }
        catch (FormatException error)
        {
            throw new XmlException(error.Message);
        }
    }

    public static string Quote(string value) =>
        "\"" + string.Concat(value.Select(each =>
            each >= ' ' && each < 127 && each != '"' && each != '\\' ? each.ToString() : $"\\u{(int)each:x4}")) + "\"";

    /// <summary>A setting that must be there.</summary>
    public static string Setting(string name)
    {
        var value = Environment.GetEnvironmentVariable(name);
        return string.IsNullOrEmpty(value) ? throw new ArgumentException("set " + name) : value;
    }
}
