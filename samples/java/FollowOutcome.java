import com.azure.core.util.serializer.TypeReference;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Follows offboardings until one has ended: FollowOutcome REQUEST_ID [SECONDS]
 *
 * Handles every event of subscription crm, those of other requests too: there is one reader of a subscription, and what
 * it completes is gone. Exit code 0: ended; 1: rejected, or not ended in time (default 300 s). Settings as to send.
 */
public final class FollowOutcome {
    /**
     * Stands for the CRM's database: there, a unique column in the transaction that makes the event's change. A line is
     * the id of an event, or a request id and the type of its outcome.
     */
    private static final Path MEMORY = Path.of("handled-events.txt");
    private static final TypeReference<Map<String, Object>> EVENT = new TypeReference<Map<String, Object>>() { };

    private FollowOutcome() {
    }

    public static void main(String[] args) {
        try {
            if (args.length < 1) {
                throw new IllegalArgumentException("usage: FollowOutcome REQUEST_ID [SECONDS]");
            }
            Duration limit = Duration.ofSeconds(args.length > 1 ? Long.parseLong(args[1]) : 300);
            String type = follow(args[0], Instant.now().plus(limit));
            if (type == null || type.equals("offboarding.rejected.v1")) {
                throw new IllegalStateException(args[0] + (type == null ? " has not ended in time" : " was rejected"));
            }
        } catch (Exception error) {
            System.err.println(error.getMessage());
            System.exit(1);
        }
    }

    private static String follow(String requestId, Instant ends) throws IOException {
        Set<String> handled = new HashSet<>(Files.exists(MEMORY) ? Files.readAllLines(MEMORY) : Set.of());
        String type = outcomeOf(requestId, handled);
        if (type != null) {
            System.out.println("already known: " + type + " " + requestId);
        }
        try (ServiceBusReceiverClient receiver = SendRequest.connect().receiver().disableAutoComplete()
            .topicName("offboarding-events").subscriptionName("crm").buildClient()) {
            while (type == null && Instant.now().isBefore(ends)) {
                for (ServiceBusReceivedMessage message : receiver.receiveMessages(20, Duration.ofSeconds(2))) {
                    // An exception leaves the message as it is: it is delivered again, dead-lettered after ten times.
                    Map<String, Object> event = message.getBody().toObject(EVENT);
                    handle(event, "true".equals(message.getApplicationProperties().get("outcome")), handled);
                    receiver.complete(message);
                }
                type = outcomeOf(requestId, handled);
            }
        }
        return type;
    }

    private static String outcomeOf(String requestId, Set<String> handled) {
        return handled.stream().filter(line -> line.startsWith(requestId + " ")).findFirst()
            .map(line -> line.substring(requestId.length() + 1)).orElse(null);
    }

    private static void handle(Map<String, Object> event, boolean isOutcome, Set<String> handled) throws IOException {
        Map<?, ?> data = (Map<?, ?>) event.get("data");
        String id = (String) event.get("id");
        if (!handled.contains(id)) {
            Object why = data.get("reason") instanceof Map<?, ?> reason ? reason.get("text") : data.get("stage");
            System.out.println(event.get("type") + " " + data.get("requestId") + ": " + why);
            List<String> lines = isOutcome ? List.of(id, data.get("requestId") + " " + event.get("type")) : List.of(id);
            Files.write(MEMORY, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            handled.addAll(lines);
        }
    }
}
