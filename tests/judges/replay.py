#!/usr/bin/env python3
"""Loads WARC files into pywb and compares what it replays with what the files hold.

replay.py WARC...    exit 0 when a plain, a chunked, a compressed and a revisited page come back to the byte
"""
import gzip
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

PATIENCE_S = 60
HERE = Path(sys.executable).parent


def coding(headers):
    if (headers.get_header("Transfer-Encoding") or "").lower() == "chunked":
        return "chunked"
    if (headers.get_header("Content-Encoding") or "").lower() == "gzip":
        return "gzip"
    return "plain"


def samples(files):
    """One page of each kind: (kind, address, time, its body as a browser sees it)."""
    bodies, found, revisits = {}, {}, []
    for name in files:
        with open(name, "rb") as stream:
            for record in ArchiveIterator(stream):
                if record.rec_type not in ("response", "revisit") or record.http_headers.get_statuscode() != "200":
                    continue
                head = record.rec_headers
                uri, at = head.get_header("WARC-Target-URI"), head.get_header("WARC-Date")
                if record.rec_type == "revisit":
                    refers = head.get_header("WARC-Refers-To-Target-URI"), head.get_header("WARC-Refers-To-Date")
                    revisits.append((uri, at, refers))
                    continue
                body = record.content_stream().read()
                bodies[uri, at] = body
                if len(body) > 1000:
                    found.setdefault(coding(record.http_headers), (uri, at, body))
    for uri, at, refers in revisits:
        if refers in bodies and refers[0] != uri:
            found["revisit"] = uri, at, bodies[refers]
            break
    return [(kind, *sample) for kind, sample in found.items()]


def fetch_answer(address):
    """Status, body without its content coding, and the address in the end."""
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    try:
        answer = urllib.request.urlopen(request, timeout=PATIENCE_S)
    except urllib.error.HTTPError as refused:
        answer = refused
    with answer:
        body = answer.read()
        if answer.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        return answer.status, body, answer.url


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """pywb over a collection `c` of these files; `base` is its address."""

    def __init__(self, files):
        self.files, self.folder = files, tempfile.TemporaryDirectory()

    def __enter__(self):
        folder = self.folder.name
        run = lambda *words: subprocess.run(words, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        run(HERE / "wb-manager", "init", "c")
        run(HERE / "wb-manager", "add", "c", *map(os.path.abspath, self.files))
        port = free_port()
        self.base = f"http://127.0.0.1:{port}"
        self.log = open(os.path.join(folder, "log"), "w+")
        words = [HERE / "wayback", "-b", "127.0.0.1", "-p", str(port)]
        self.process = subprocess.Popen(words, cwd=folder, stdout=self.log, stderr=self.log)
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                fetch_answer(f"{self.base}/")
                return self
            except OSError as error:
                if self.process.poll() is not None or time.monotonic() > until:
                    self.log.seek(0)
                    said = self.log.read()
                    self.__exit__()
                    sys.exit(f"replay: pywb does not answer: {error}\n{said}")
                time.sleep(0.05)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.log.close()
        self.folder.cleanup()


def main(files):
    wanted = samples(files)
    missing = {"plain", "chunked", "gzip", "revisit"} - {kind for kind, *_ in wanted}
    if missing:
        sys.exit(f"replay: the files hold no page of the kind: {', '.join(sorted(missing))}")
    faults = 0
    with Server(files) as server:
        for kind, uri, at, body in wanted:
            stamp = "".join(c for c in at if c.isdigit())[:14]
            status, got, _ = fetch_answer(f"{server.base}/c/{stamp}id_/{uri}")
            same = status == 200 and got == body
            faults += not same
            print(f"{'ok' if same else 'FAIL'} {kind} {uri}: {status}, {len(got)} bytes, {len(body)} in the file")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
