import java.io.IOException;
import java.net.http.HttpResponse;
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
 * it completes is gone. Exit code 0: ended; 1: rejected, or not ended in time (default 300 s). Settings: see ServiceBus.
 */
public final class FollowOutcome {
    private static final String HEAD = "/offboarding-events/subscriptions/crm/messages/head?timeout=5";
    /**
     * Stands for the CRM's database: there, a unique column in the transaction that makes the event's change. A line is
     * the id of an event, or a request id and the type of its outcome.
     */
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
        String type = outcomeOf(requestId, handled);
        if (type != null) {
            System.out.println("already known: " + type + " " + requestId);
        }
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
                boolean isOutcome = message.headers().firstValue("outcome").orElse("").equals("\"true\"");
                handle(Json.object(Json.parse(message.body())), isOutcome, handled);
            } catch (IllegalArgumentException unreadable) {
                bus.call("PUT", place, null, Map.of()); // back at once; Service Bus dead-letters it the tenth time
                continue;
            }
            // Not 200: the lock has run out. The event comes again, and is known by its id then.
            bus.call("DELETE", place, null, Map.of());
            type = outcomeOf(requestId, handled);
        }
        return type;
    }

    private static String outcomeOf(String requestId, Set<String> handled) {
        return handled.stream().filter(line -> line.startsWith(requestId + " ")).findFirst()
            .map(line -> line.substring(requestId.length() + 1)).orElse(null);
    }

    private static void handle(Map<?, ?> event, boolean isOutcome, Set<String> handled) throws IOException {
        Map<?, ?> data = Json.object(event, "data");
        if (!(event.get("id") instanceof String id) || !(event.get("type") instanceof String type)
            || !(data.get("requestId") instanceof String requestId)) {
            throw new IllegalArgumentException("not an event of an offboarding");
        }
        if (!handled.contains(id)) {
            Object why = Json.object(data, "reason").get("text");
            System.out.println(type + " " + requestId + ": " + (why != null ? why : data.get("stage")));
            System.out.println("  " + whatToDo(type, data));
            List<String> lines = isOutcome ? List.of(id, requestId + " " + type) : List.of(id);
            Files.write(MEMORY, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            handled.addAll(lines);
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
