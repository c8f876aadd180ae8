import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Service Bus over its REST API (https://learn.microsoft.com/rest/api/servicebus/service-bus-runtime-rest).
 *
 * In Azure set SERVICEBUS_NAMESPACE and, for an app registration, AZURE_TENANT_ID, AZURE_CLIENT_ID and
 * AZURE_CLIENT_SECRET. Locally set SERVICEBUS_REST and SERVICEBUS (the connection string, for its key).
 */
final class ServiceBus {
    private final String root;
    private String token = "";
    private Instant renewAt = Instant.MIN;

    ServiceBus() {
        String local = System.getenv("SERVICEBUS_REST");
        root = local != null ? local : "https://" + Http.setting("SERVICEBUS_NAMESPACE");
    }

    /** The path may be the Location of a message as well. Repeated when the way there failed. */
    HttpResponse<String> call(String method, String path, String body, Map<String, String> headers)
        throws IOException, InterruptedException, GeneralSecurityException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(root).resolve(path))
            .timeout(Duration.ofSeconds(60)).header("Authorization", authorization())
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        headers.forEach(request::header);
        return Http.call(request.build());
    }

    private String authorization() throws IOException, InterruptedException, GeneralSecurityException {
        if (Instant.now().isAfter(renewAt)) {
            String connectionString = System.getenv("SERVICEBUS");
            token = connectionString != null ? signature(connectionString) : bearer();
        }
        return token;
    }

    // https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas
    private String signature(String connectionString) throws GeneralSecurityException {
        Map<String, String> given = Stream.of(connectionString.split(";")).map(part -> part.split("=", 2))
            .filter(part -> part.length == 2).collect(Collectors.toMap(part -> part[0], part -> part[1]));
        renewAt = Instant.now().plusSeconds(1800);
        String resource = encoded((root + "/").toLowerCase(Locale.ROOT));
        long expiry = renewAt.plusSeconds(300).getEpochSecond();
        Mac mac = Mac.getInstance("HmacSHA256");
        byte[] key = given.get("SharedAccessKey").getBytes(StandardCharsets.UTF_8);
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        byte[] signed = mac.doFinal((resource + "\n" + expiry).getBytes(StandardCharsets.UTF_8));
        return "SharedAccessSignature sr=" + resource + "&sig=" + encoded(Base64.getEncoder().encodeToString(signed))
            + "&se=" + expiry + "&skn=" + given.get("SharedAccessKeyName");
    }

    // https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
    private String bearer() throws IOException, InterruptedException {
        String authority = System.getenv().getOrDefault("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com");
        String form = "grant_type=client_credentials&scope=" + encoded("https://servicebus.azure.net/.default")
            + "&client_id=" + encoded(Http.setting("AZURE_CLIENT_ID"))
            + "&client_secret=" + encoded(Http.setting("AZURE_CLIENT_SECRET"));
        String place = authority + "/" + Http.setting("AZURE_TENANT_ID") + "/oauth2/v2.0/token";
        HttpResponse<String> answer = Http.call(HttpRequest.newBuilder(URI.create(place))
            .timeout(Duration.ofSeconds(30)).header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form)).build());
        Map<?, ?> granted = answer.statusCode() == 200 ? Json.object(Json.parse(answer.body())) : Map.of();
        if (!(granted.get("access_token") instanceof String secret)) {
            throw new IOException("sign-in failed: " + answer.statusCode() + " " + answer.body());
        }
        renewAt = Instant.now().plusSeconds(((Number) granted.get("expires_in")).longValue() - 300);
        return "Bearer " + secret;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
