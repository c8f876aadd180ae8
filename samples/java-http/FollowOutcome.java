import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Follows offboardings until one has ended: FollowOutcome REQUEST_ID [SECONDS]
 *
 * Handles every event of subscription crm, those of other requests too: there is one reader of a subscription, and what
 * it completes is gone. Exit code 0: ended; 1: rejected, or not ended in time (default 300 s). Settings: see ServiceBus.
 */
public final class FollowOutcome {
    private static final String HEAD = "/offboarding-events/subscriptions/crm/messages/head?timeout=5";
    /** Stands for the CRM's database: there, a unique column in the transaction that makes the event's change. */
    private static final Path MEMORY = Path.of("handled-events.txt");

    private FollowOutcome() {
    }

    public static void main(String[] args) {
        try {
            if (args.length < 1) {
                throw new IllegalArgumentException("usage: FollowOutcome REQUEST_ID [SECONDS]");
            }
            String seconds = args.length > 1 ? args[1] : "300";
            String type = follow(args[0], Instant.now().plus(Duration.ofSeconds(Long.parseLong(seconds))));
            if (type == null || type.equals("offboarding.rejected.v1")) {
                String why = type == null ? " has not ended within " + seconds + " s" : " was rejected";
                throw new IllegalStateException(args[0] + why);
            }
        } catch (Exception error) {
            System.err.println(error.getMessage());
            System.exit(1);
        }
    }

    private static String follow(String requestId, Instant ends) throws Exception {
        Set<String> handled = new HashSet<>(Files.exists(MEMORY) ? Files.readAllLines(MEMORY) : Set.of());
        ServiceBus bus = new ServiceBus();
        String type = null;
        while (type == null && Instant.now().isBefore(ends)) {
            HttpResponse<String> message = bus.call("POST", HEAD, null, Map.of());
            if (message.statusCode() == 204) {
                continue; // nothing came within the five seconds
            }
            if (message.statusCode() != 201) {
                throw new IOException("cannot receive: " + message.statusCode() + " " + message.body());
            }
            String place = message.headers().firstValue("Location").orElseThrow();
            try {
                Map<?, ?> event = Json.object(Json.parse(message.body()));
                handle(event, handled);
                boolean ended = message.headers().firstValue("outcome").orElse("").equals("\"true\"");
                boolean mine = requestId.equals(Json.object(event, "data").get("requestId"));
                type = ended && mine ? (String) event.get("type") : null;
            } catch (IllegalArgumentException unreadable) {
                bus.call("PUT", place, null, Map.of()); // back at once; Service Bus dead-letters it the tenth time
                continue;
            }
            // Not 200: the lock has run out. The event comes again, and is known by its id then.
            bus.call("DELETE", place, null, Map.of());
        }
        return type;
    }

    private static void handle(Map<?, ?> event, Set<String> handled) throws IOException {
        Map<?, ?> data = Json.object(event, "data");
        if (!(event.get("id") instanceof String id) || !(event.get("type") instanceof String type)
            || !(data.get("requestId") instanceof String requestId)) {
            throw new IllegalArgumentException("not an event of an offboarding");
        }
        if (handled.add(id)) {
            Object why = Json.object(data, "reason").get("text");
            System.out.println(type + " " + requestId + ": " + (why != null ? why : data.get("stage")));
            System.out.println("  " + whatToDo(type, data));
            Files.writeString(MEMORY, id + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
    }

    private static String whatToDo(String type, Map<?, ?> data) {
        return switch (type) {
            case "offboarding.removed.v1", "offboarding.already_removed.v1" -> "close the case";
            case "offboarding.planned.v1" -> "show the plan";
            case "offboarding.stopped.v1" -> "show the " + data.get("blockerCount") + " blockers";
            case "offboarding.rejected.v1" -> "correct the request and send it with a new id";
            case "offboarding.joined.v1" -> "follow " + data.get("joinedTo");
            case "offboarding.needs_attention.v1" -> "ask the operators";
            case "offboarding.window_closing.v1" -> "decide before " + data.get("windowClosesAt");
            default -> "show it"; // progress, waiting, and types that are not known yet
        };
    }
}
