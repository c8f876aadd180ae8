import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Sends one offboarding request to the queue: SendRequest REQUEST.json
 *
 * Settings: see ServiceBus. Sending a request again is safe: its requestId makes it the same offboarding. Exit code 0:
 * Service Bus has it; 1: it may not have arrived.
 */
public final class SendRequest {
    private SendRequest() {
    }

    public static void main(String[] args) {
        try {
            if (args.length != 1) {
                throw new IllegalArgumentException("usage: SendRequest REQUEST.json");
            }
            String body = Files.readString(Path.of(args[0]));
            Map<?, ?> request = Json.object(Json.parse(body));
            Object bare = request.containsKey("data") ? request.get("data") : request; // out of a CloudEvents envelope
            if (!(Json.object(bare).get("requestId") instanceof String requestId)) {
                throw new IllegalArgumentException(args[0] + " has no requestId");
            }
            // A request that is refused comes back on offboarding-rejected with this message id as its correlation id.
            Map<String, String> headers = Map.of(
                "BrokerProperties", "{\"MessageId\":" + Json.quote(requestId) + "}", "Content-Type", "application/json");
            HttpResponse<String> answer = new ServiceBus().call("POST", "/offboarding-requests/messages", body, headers);
            if (answer.statusCode() != 201) {
                throw new IllegalStateException(answer.statusCode() + " " + answer.body());
            }
            System.out.println("sent " + requestId);
        } catch (Exception error) {
            System.err.println("not known to have arrived, send it again: " + error.getMessage());
            System.exit(1);
        }
    }
}
