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


def fetch(address):
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        body = answer.read()
        if answer.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        return body


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main(files):
    wanted = samples(files)
    missing = {"plain", "chunked", "gzip", "revisit"} - {kind for kind, *_ in wanted}
    if missing:
        sys.exit(f"replay: the files hold no page of the kind: {', '.join(sorted(missing))}")
    with tempfile.TemporaryDirectory() as folder:
        run = lambda *words: subprocess.run(words, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        run(HERE / "wb-manager", "init", "c")
        run(HERE / "wb-manager", "add", "c", *map(os.path.abspath, files))
        port = free_port()
        with open(os.path.join(folder, "log"), "w+") as log:
            server = subprocess.Popen([HERE / "wayback", "-b", "127.0.0.1", "-p", str(port)], cwd=folder, stdout=log, stderr=log)
            try:
                return replay(server, port, wanted, log)
            finally:
                server.terminate()
                server.wait()


def replay(server, port, wanted, log):
    base, until, faults = f"http://127.0.0.1:{port}/c", time.monotonic() + PATIENCE_S, 0
    while True:
        try:
            fetch(f"http://127.0.0.1:{port}/")
            break
        except OSError as error:
            if server.poll() is not None or time.monotonic() > until:
                log.seek(0)
                sys.exit(f"replay: pywb does not answer: {error}\n{log.read()}")
            time.sleep(0.05)
    for kind, uri, at, body in wanted:
        stamp = "".join(c for c in at if c.isdigit())[:14]
        try:
            got = fetch(f"{base}/{stamp}id_/{uri}")
        except urllib.error.URLError as error:
            print(f"FAIL {kind} {uri}: {error}")
            faults += 1
            continue
        same = got == body
        faults += not same
        print(f"{'ok' if same else 'FAIL'} {kind} {uri}: {len(got)} bytes, {len(body)} in the file")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
