"""An HTTP request as the worker's func.HttpRequest, and the function's answer as an HTTP response.

Source: the Functions host's conversion to RpcHttp (github.com/Azure/azure-functions-host) and azure-functions'
converters.
"""

from collections.abc import Mapping

from azure.functions import HttpResponse
from azure.functions.http import HttpRequestConverter, HttpResponseConverter
from azure.functions.meta import Datum
from werkzeug.wrappers import Request, Response


def request_argument(request: Request, body: bytes, parameters: Mapping[str, str]) -> object:
    """The func.HttpRequest of a request whose body has been read.

    As in Azure: header names in small letters, repeated headers and query names joined by commas, empty query
    values left out, the address as the client wrote it.
    """
    query = {name: ",".join(values) for name, values in request.args.lists()}
    headers = {name.lower(): value for name, value in request.headers.items()}
    return HttpRequestConverter.decode(
        Datum(
            {
                "method": Datum(request.method, "string"),
                "url": Datum(raw_url(request), "string"),
                "headers": {name: Datum(value, "string") for name, value in headers.items()},
                "query": {name: Datum(value, "string") for name, value in query.items() if value},
                "params": {name: Datum(value, "string") for name, value in parameters.items()},
                "body": Datum(body, "bytes"),
            },
            "http",
        ),
        trigger_metadata=None,
    )


def raw_path(request: Request) -> str:
    """The path with its escapes, as sent."""
    target = str(request.environ.get("RAW_URI") or request.full_path)
    if "://" in target:  # absolute form, as sent to a proxy
        target = "/" + target.split("://", 1)[1].partition("/")[2]
    return target.partition("?")[0]


def raw_url(request: Request) -> str:
    """scheme://host/path?query with its escapes, as sent."""
    query = request.query_string.decode("latin-1")
    return f"{request.scheme}://{request.host}{raw_path(request)}{'?' if query else ''}{query}"


def response_of(result: object) -> Response:
    """The response for what a function returned: func.HttpResponse or str.

    Raises TypeError for anything else, as the worker does.
    """
    try:
        datum = HttpResponseConverter.encode(result, expected_type=HttpResponse)
    except NotImplementedError:
        raise TypeError(f"an HTTP function must return func.HttpResponse or str, not {type(result).__name__}") from None
    if datum.type == "string":
        return Response(datum.value, mimetype="text/plain")
    value = datum.value
    response = Response(value["body"].value, status=int(value["status_code"].value))
    for name, header in value["headers"].items():
        response.headers[name] = header.value
    for cookie in value["cookies"] or ():
        for morsel in cookie.values():
            response.headers.add("Set-Cookie", morsel.OutputString())
    return response
