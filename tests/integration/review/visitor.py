"""A browser without a screen: it keeps cookies, follows what leads on, and sends forms."""

import re
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode, urlsplit

from tests.integration import exchange
from tests.integration.exchange import Answer
from tests.integration.review.conftest import ReviewService

FORM = "application/x-www-form-urlencoded"


@dataclass
class Visitor:
    """Somebody at the console."""

    service: ReviewService
    cookies: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)  # of cookies, as they were set

    def send(self, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
        """Send one request with the cookies; keep those that come back."""
        sent = {name.replace("_", "-").title(): value for name, value in headers.items()}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = exchange.send(self.service.url, method, path, sent, body)
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                self.lines.append(value)
                key, _, kept = value.partition(";")[0].partition("=")
                self.cookies[key] = kept
                if not kept:
                    del self.cookies[key]
        return answer

    def open(self, path: str) -> Answer:
        """Open a page, and follow where it leads, within the service."""
        answer = self.send(path)
        while answer.status == 303:
            answer = self.send(str(answer.header("Location")))
        return answer

    def post(self, path: str, form_key: str, **fields: str) -> Answer:
        """Send a form."""
        body = urlencode({"form_key": form_key, **fields}).encode()
        return self.send(path, "POST", body, content_type=FORM)

    def begin(self, user: str, start: str = "/console/sign-in/start?zone=Europe/Berlin") -> str:
        """Begin to sign in as a ready user; return the path that the provider sends the browser back to."""
        asked = urlsplit(str(self.send(start).header("Location")))
        reply = self.service.identity.provider.respond(f"{asked.path}?{asked.query}&user={user}")
        back = urlsplit(str(reply.location))
        return f"{back.path}?{back.query}"

    def sign_in(self, user: str) -> "Visitor":
        """Sign in."""
        assert self.send(self.begin(user)).status == 303
        return self


def text(answer: Answer) -> str:
    """Return what a page says, without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.body.decode())).split())


def hrefs(answer: Answer) -> list[str]:
    """Return where a page's links lead."""
    return [unescape(found) for found in re.findall(r'href="([^"]*)"', answer.body.decode())]


def form_key(answer: Answer) -> str:
    """Return the key of the forms of a page."""
    return str(re.findall(r'name="form_key" value="([^"]*)"', answer.body.decode())[0])
