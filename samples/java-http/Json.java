import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** As much JSON as these programs need; yours has a library for it. Throws IllegalArgumentException for anything else. */
final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** Objects become Map, arrays List, numbers Long or Double; null stays null. */
    static Object parse(String text) {
        Json json = new Json(text);
        Object value = json.value();
        json.require(json.next() == '\0', "nothing more");
        return value;
    }

    /** An object, by the path of names that leads to it; an empty one if it is not there. */
    static Map<?, ?> object(Object value, String... path) {
        for (String name : path) {
            value = value instanceof Map<?, ?> map ? map.get(name) : null;
        }
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    static String quote(String value) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char each : value.toCharArray()) {
            boolean plain = each >= ' ' && each < 127 && each != '"' && each != '\\';
            quoted.append(plain ? String.valueOf(each) : String.format("\\u%04x", (int) each));
        }
        return quoted.append('"').toString();
    }

    private Object value() {
        char first = next();
        if (first == '{') {
            return map();
        }
        if (first == '[') {
            return list();
        }
        if (first == '"') {
            return string();
        }
        int start = at;
        while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String word = text.substring(start, at);
        return switch (word) {
            case "true" -> true;
            case "false" -> false;
            case "null" -> null;
            default -> number(word);
        };
    }

    private Number number(String word) {
        require(word.matches("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d+)?"), "a value");
        return word.matches("-?\\d{1,18}") ? (Number) Long.valueOf(word) : (Number) Double.valueOf(word);
    }

    private Map<String, Object> map() {
        Map<String, Object> found = new LinkedHashMap<>();
        for (at++; next() != '}'; ) {
            comma(found.isEmpty());
            require(next() == '"', "a name");
            String name = string();
            require(next() == ':', "a colon");
            at++;
            found.put(name, value());
        }
        at++;
        return found;
    }

    private List<Object> list() {
        List<Object> found = new ArrayList<>();
        for (at++; next() != ']'; ) {
            comma(found.isEmpty());
            found.add(value());
        }
        at++;
        return found;
    }

    private void comma(boolean isFirst) {
        if (!isFirst) {
            require(next() == ',', "a comma");
            at++;
        }
    }

    private String string() {
        StringBuilder found = new StringBuilder();
        for (at++; ; at++) {
            require(at < text.length(), "the end of a string");
            char each = text.charAt(at);
            if (each == '"') {
                at++;
                return found.toString();
            }
            found.append(each == '\\' ? escaped() : each);
        }
    }

    private char escaped() {
        at++;
        require(at < text.length(), "an escape");
        char kind = text.charAt(at);
        if (kind == 'u') {
            require(at + 4 < text.length(), "four digits");
            at += 4;
            return (char) Integer.parseInt(text.substring(at - 3, at + 1), 16);
        }
        int known = "bfnrt".indexOf(kind);
        return known < 0 ? kind : "\b\f\n\r\t".charAt(known);
    }

    /** The next character that is not white space, not yet consumed; 0 at the end. */
    private char next() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private void require(boolean there, String what) {
        if (!there) {
            throw new IllegalArgumentException("not JSON: at character " + at + " there should be " + what);
        }
    }
}
