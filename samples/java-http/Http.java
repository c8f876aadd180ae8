import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;

/** HTTP with the JDK alone: a call that failed on the way is repeated, which all calls of these programs allow. */
final class Http {
    private static final Set<Integer> AGAIN = Set.of(408, 429, 502, 503, 504);
    private static final int ATTEMPTS = 6;
    private static final HttpClient CLIENT = HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(10)).build();

    private Http() {
    }

    static HttpResponse<String> call(HttpRequest request) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            long pause = 1L << (attempt - 1);
            try {
                HttpResponse<String> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
                if (attempt == ATTEMPTS || !AGAIN.contains(answer.statusCode())) {
                    return answer;
                }
                pause = answer.headers().firstValue("Retry-After").map(Long::parseLong).orElse(pause);
            } catch (IOException error) {
                if (attempt == ATTEMPTS) {
                    throw new IOException(request.uri() + " cannot be reached: " + error, error);
                }
            }
            Thread.sleep(1000 * pause);
        }
    }

    /** A setting that must be there. */
    static String setting(String name) {
        String value = System.getenv(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException("set " + name);
        }
        return value;
    }
}
