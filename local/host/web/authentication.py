"""App Service Authentication, which in Azure stands in front of the host: /.auth, tokens, and the headers of whoever
is signed in. Requests without an identity pass, as with "allow unauthenticated requests".

Source: https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
"""

import html
import json
from urllib.parse import urlsplit

from werkzeug.wrappers import Request, Response

from local.host.web.identity import IdentityProvider, InvalidTokenError, Principal
from local.host.web.sessions import COOKIE, Sessions

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Sign in</title>
<body style="font-family: sans-serif; max-width: 30em; margin: 3em auto">
<h1>Sign in</h1>
<p>One of the people of this scenario. In Azure this is the sign-in of Microsoft Entra ID.</p>
<form method="post">
<input type="hidden" name="post_login_redirect_uri" value="{target}">
{people}
</form></body></html>
"""


class Authentication:
    """Answers below /.auth, and says who sends a request."""

    def __init__(self, provider: IdentityProvider) -> None:
        self._provider = provider
        self._sessions = Sessions()

    def identify(self, request: Request) -> Response | None:
        """Puts the platform's own headers in the place of what was sent under their names; an answer to refuse it."""
        # After the conversion to an environment, so that X_MS_… is no way around it.
        for name in [name for name in request.environ if name.startswith("HTTP_X_MS_")]:
            del request.environ[name]
        try:
            principal = self._principal(request)
        except InvalidTokenError as error:
            text = "".join(letter if letter.isalnum() or letter in " .,:'" else " " for letter in str(error))
            challenge = f'Bearer error="invalid_token", error_description="{text}"'
            return Response(status=401, headers={"WWW-Authenticate": challenge})
        if principal is not None:
            request.environ["HTTP_X_MS_CLIENT_PRINCIPAL"] = principal.header()
            request.environ["HTTP_X_MS_CLIENT_PRINCIPAL_ID"] = principal.id
            request.environ["HTTP_X_MS_CLIENT_PRINCIPAL_NAME"] = principal.name
            request.environ["HTTP_X_MS_CLIENT_PRINCIPAL_IDP"] = "aad"
        return None

    def answer(self, request: Request, path: str) -> Response:
        """Any request below /.auth."""
        match (request.method, path.strip("/").lower()):
            case ("GET", ".auth/login/aad"):
                return self._page(request)
            case ("POST", ".auth/login/aad"):
                return self._sign_in(request)
            case ("GET", ".auth/me"):
                return self._me(request)
            case ("GET" | "POST", ".auth/logout"):
                return self._sign_out(request)
        return Response(status=404)

    def _principal(self, request: Request) -> Principal | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._provider.principal(token.strip())
        session = self._sessions.token(request.cookies.get(COOKIE, ""))
        # A page of another origin may make a browser send its cookie; what changes something must come from here.
        if session is None or not (request.method in _READS or _same_origin(request)):
            return None
        return self._provider.principal(session)

    def _page(self, request: Request) -> Response:
        buttons = (
            f'<p><button name="person" value="{number}">{html.escape(person.name)}</button></p>'
            for number, person in enumerate(self._provider.people)
        )
        target = html.escape(_local(request.args.get("post_login_redirect_uri")))
        return Response(_PAGE.format(target=target, people="\n".join(buttons)), mimetype="text/html")

    def _sign_in(self, request: Request) -> Response:
        chosen, people = request.form.get("person", ""), self._provider.people
        if not _same_origin(request):
            return Response(status=403)
        if not chosen.isdecimal() or int(chosen) >= len(people):
            return Response("nobody of this scenario was chosen\n", status=400, mimetype="text/plain")
        answer = _redirect(_local(request.form.get("post_login_redirect_uri")))
        word = self._sessions.open(people[int(chosen)].token)
        answer.set_cookie(COOKIE, word, httponly=True, samesite="Lax", path="/")
        return answer

    def _me(self, request: Request) -> Response:
        try:
            principal = self._principal(request)
        except InvalidTokenError:
            principal = None
        if principal is None:
            return Response(status=401)
        entry = {"provider_name": "aad", "user_id": principal.name, "user_claims": principal.wire()}
        return Response(json.dumps([entry]), mimetype="application/json", headers={"Cache-Control": "no-store"})

    def _sign_out(self, request: Request) -> Response:
        self._sessions.close(request.cookies.get(COOKIE, ""))
        answer = _redirect(_local(request.args.get("post_logout_redirect_uri")))
        answer.delete_cookie(COOKIE, httponly=True, samesite="Lax", path="/")
        return answer


def _same_origin(request: Request) -> bool:
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _local(target: str | None) -> str:
    """A path of this host; anything else would send whoever signed in somewhere else."""
    plain = target and target.isascii() and target.isprintable() and "\\" not in target
    return target if target and plain and target.startswith("/") and not target.startswith("//") else "/"


def _redirect(target: str) -> Response:
    return Response(status=302, headers={"Location": target, "Cache-Control": "no-store"})
