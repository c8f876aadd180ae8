import com.azure.core.util.BinaryData;
import com.azure.core.util.serializer.TypeReference;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Sends one offboarding request to the queue: SendRequest REQUEST.json
 *
 * In Azure set SERVICEBUS_NAMESPACE (Entra sign-in), locally SERVICEBUS (connection string). Sending a request again is
 * safe: its requestId makes it the same offboarding. Exit code 0: Service Bus has it; 1: it may not have arrived.
 */
public final class SendRequest {
    private SendRequest() {
    }

    public static void main(String[] args) {
        try {
            if (args.length != 1) {
                throw new IllegalArgumentException("usage: SendRequest REQUEST.json");
            }
            BinaryData body = BinaryData.fromBytes(Files.readAllBytes(Path.of(args[0])));
            Map<String, Object> request = body.toObject(new TypeReference<Map<String, Object>>() { });
            Map<?, ?> bare = request.get("data") instanceof Map<?, ?> data ? data : request; // out of CloudEvents
            if (!(bare.get("requestId") instanceof String requestId)) {
                throw new IllegalArgumentException(args[0] + " has no requestId");
            }
            // A request that is refused comes back on offboarding-rejected with this message id as its correlation id.
            ServiceBusMessage message = new ServiceBusMessage(body).setMessageId(requestId);
            try (ServiceBusSenderClient sender = connect().sender().queueName("offboarding-requests").buildClient()) {
                sender.sendMessage(message.setContentType("application/json"));
            }
            System.out.println("sent " + requestId);
        } catch (Exception error) {
            System.err.println("not known to have arrived, send it again: " + error.getMessage());
            System.exit(1);
        }
    }

    static ServiceBusClientBuilder connect() {
        String namespace = System.getenv("SERVICEBUS_NAMESPACE");
        if (namespace != null) {
            return new ServiceBusClientBuilder().credential(namespace, new DefaultAzureCredentialBuilder().build());
        }
        String connectionString = System.getenv("SERVICEBUS");
        if (connectionString != null) {
            return new ServiceBusClientBuilder().connectionString(connectionString);
        }
        throw new IllegalArgumentException("set SERVICEBUS_NAMESPACE (NAME.servicebus.windows.net) or SERVICEBUS");
    }
}
