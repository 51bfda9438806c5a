"""Answers pages of the oTree project that `serve` serves: `otree_load.py FOLDER PORT CLIENTS REQUESTS`.

Makes the participants and says `ready`; after a line of input it posts the pages, and prints how long that took.
"""

import http.client
import json
import random
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode, urlsplit

ROUNDS = 100


class Client:
    """A participant and the connection that its browser keeps open."""

    def __init__(self, port, participant):
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.random = random.Random(participant)
        self.participant = participant
        self.sent = []
        self.page = self.ask("GET", f"/InitializeParticipant/{participant}", status=307)

    def ask(self, method, path, body=None, status=200):
        """The page that a redirect leads to, or the text of the answer."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        if answer.status != status:
            sys.exit(f"{method} {path} was answered with {answer.status}: {text[:300]}")
        return urlsplit(answer.headers["Location"]).path if "Location" in answer.headers else text

    def answer(self, pages):
        for _ in range(pages):
            levels = [self.random.randint(0, 4) for _ in range(6)]
            body = urlencode({f"q{n}": level for n, level in enumerate(levels)})
            start, number = self.page.rsplit("/", 1)
            self.page = self.ask("POST", self.page, body, status=302)
            if int(number) < ROUNDS and self.page != f"{start}/{int(number) + 1}":
                sys.exit(f"{start}/{number} leads to {self.page}")
            self.sent.append(tuple(levels))


def rest(port, path, **content):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    connection.request("POST", path, json.dumps(content), {"Content-Type": "application/json"})
    return json.load(connection.getresponse())


def stored(folder, participant):
    """What the database holds of a participant, in the order of the pages."""
    database = sqlite3.connect(f"file:{folder / 'db.sqlite3'}?mode=ro", uri=True)
    return database.execute(
        "SELECT q0, q1, q2, q3, q4, q5 FROM answers_player JOIN otree_participant p ON p.id = participant_id"
        " WHERE p.code = ? AND q0 IS NOT NULL ORDER BY round_number",
        (participant,),
    ).fetchall()


def main():
    folder, (port, count, requests) = Path(sys.argv[1]), map(int, sys.argv[2:5])
    pages = requests // count
    if not 0 < pages <= ROUNDS:
        sys.exit(f"a participant has {ROUNDS} pages at most")
    session = rest(port, "/api/sessions", session_config_name="answers", num_participants=count)
    session = rest(port, f"/api/get_session/{session['code']}")
    clients = [Client(port, it["code"]) for it in session["participants"]]
    first = clients[0].ask("GET", clients[0].page)
    if not all(f'name="q{n}"' in first for n in range(6)):
        sys.exit("the page does not ask the six questions")

    # The server does not keep a connection that is not used for some seconds.
    for client in clients:
        client.connection.close()
    print("ready", flush=True)
    sys.stdin.readline()
    with ThreadPoolExecutor(count) as pool:
        start = time.perf_counter()
        list(pool.map(lambda client: client.answer(pages), clients))
        seconds = time.perf_counter() - start

    for client in clients:
        if stored(folder, client.participant) != client.sent:
            sys.exit(f"what {client.participant} sent is not what is stored")
    print(json.dumps({"requests": pages * count, "seconds": seconds}), flush=True)


main()
