"""Gets the list of reviews of the event, again and again: `pretalx_load.py PORT REQUESTS`.

Signs in, gets the list once and says `ready`; after a line of input it gets it REQUESTS times, and prints how long
that took.
"""

import http.client
import json
import re
import sys
import time
from urllib.parse import urlencode

PAGE = "/orga/event/round/reviews/"
TITLES = [f"Proposal number {number:02}" for number in range(64)]


class Browser:
    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        self.cookies = {}

    def ask(self, method, path, body=None):
        """The status and the text of the answer."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body and urlencode(body), headers)
        answer = self.connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.read().decode()

    def sign_in(self):
        _, text = self.ask("GET", "/orga/login/")
        token = re.search(r'csrfmiddlewaretoken[^>]* value="?(\w+)', text).group(1)
        form = {"csrfmiddlewaretoken": token, "login_email": "organiser@example.org", "login_password": "measured-only"}
        status, text = self.ask("POST", "/orga/login/", form)
        if status != 302:
            sys.exit(f"signing in was answered with {status}: {text[:300]}")

    def reviews(self):
        status, text = self.ask("GET", PAGE)
        missing = [title for title in TITLES if title not in text]
        if status != 200 or missing:
            sys.exit(f"the list was answered with {status} and lacks {missing}")


def main():
    port, requests = map(int, sys.argv[1:3])
    browser = Browser(port)
    browser.sign_in()
    browser.reviews()
    print("ready", flush=True)
    sys.stdin.readline()
    start = time.perf_counter()
    for _ in range(requests):
        browser.reviews()
    print(json.dumps({"requests": requests, "seconds": time.perf_counter() - start}), flush=True)


main()
