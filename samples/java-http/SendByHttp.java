import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Sends one request over HTTP and follows it: SendByHttp REQUEST.json [SECONDS]
 *
 * Set OFFBOARDING_URL (https://NAME.azurewebsites.net) and OFFBOARDING_KEY (function key). Calls that fail on the way
 * are repeated, which the requestId makes safe. Exit code 0: ended; 1: refused, rejected, or not ended in time.
 */
public final class SendByHttp {
    private static final Set<String> ENDED =
        Set.of("removed", "already_removed", "planned", "stopped", "rejected", "joined", "withdrawn");

    private SendByHttp() {
    }

    public static void main(String[] args) {
        try {
            if (args.length < 1) {
                throw new IllegalArgumentException("usage: SendByHttp REQUEST.json [SECONDS]");
            }
            Duration limit = Duration.ofSeconds(args.length > 1 ? Long.parseLong(args[1]) : 300);
            follow(Files.readString(Path.of(args[0])), Instant.now().plus(limit));
        } catch (Exception error) {
            System.err.println(error.getMessage());
            System.exit(1);
        }
    }

    private static void follow(String request, Instant ends) throws IOException, InterruptedException {
        URI root = URI.create(Http.setting("OFFBOARDING_URL"));
        HttpResponse<String> answer =
            Http.call(call(root.resolve("/api/offboardings")).POST(BodyPublishers.ofString(request)).build());
        Map<?, ?> shown = checked(answer);
        tell(shown);
        URI place = root.resolve(answer.headers().firstValue("Operation-Location").orElseThrow());
        long pause = Long.parseLong(answer.headers().firstValue("Retry-After").orElse("5"));
        while (!ENDED.contains(shown.get("status")) && Instant.now().isBefore(ends)) {
            Thread.sleep(1000 * pause);
            Map<?, ?> before = shown;
            shown = checked(Http.call(call(place).GET().build()));
            if (!shown.get("updatedAt").equals(before.get("updatedAt"))) {
                tell(shown);
            }
        }
        if (shown.get("status").equals("rejected") || !ENDED.contains(shown.get("status"))) {
            throw new IllegalStateException(
                shown.get("requestId") + " is " + shown.get("status") + "; look again at " + place);
        }
    }

    private static HttpRequest.Builder call(URI place) {
        return HttpRequest.newBuilder(place).timeout(Duration.ofSeconds(30))
            .header("x-functions-key", Http.setting("OFFBOARDING_KEY"));
    }

    /** The body of a good answer; throws the problem (RFC 9457) of any other. */
    private static Map<?, ?> checked(HttpResponse<String> answer) throws IOException {
        boolean isProblem = answer.headers().firstValue("Content-Type").orElse("").contains("problem+json");
        Map<?, ?> body = answer.statusCode() < 300 || isProblem ? Json.object(Json.parse(answer.body())) : Map.of();
        if (answer.statusCode() < 300) {
            return body;
        }
        List<String> lines = new ArrayList<>();
        lines.add(answer.statusCode() + " " + body.get("code") + ": " + body.get("detail"));
        if (body.get("errors") instanceof List<?> errors) {
            errors.forEach(each -> lines.add(Json.object(each).get("field") + ": " + Json.object(each).get("rule")));
        }
        if (body.get("operatorAction") != null) {
            lines.add(body.get("operatorAction").toString());
        }
        throw new IOException(String.join("\n", lines));
    }

    /** What the CRM shows to its users. */
    private static void tell(Map<?, ?> shown) {
        Object reason = Json.object(shown, "reason").get("text");
        Object paid = shown.get("paidUntil");
        System.out.println(shown.get("status") + ": " + (reason != null ? reason : shown.get("stage"))
            + (paid != null ? " (being paid until " + paid + ")" : ""));
    }
}
