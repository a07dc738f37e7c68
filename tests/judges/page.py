#!/usr/bin/env python3
"""Opens pages in pywb as a browser would, and follows everything that they need to be shown.

page.py PAGE... -- FILE... -- WARC...    FILEs are attached files that the pages link to

Exit 0 when each page, each of its requisites (style sheets with what they import, scripts, fonts, images) and each file
answers 200 at the address into which pywb rewrites it (or as the portal answered, for what it did not have), and comes back to the byte when it is asked for as it was.
Requisites are found in what pywb serves, by Python's own HTML parser: what luutru took for one does not count.
"""
import re
import sys
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

from replay import Server, fetch_answer
from warcio.archiveiterator import ArchiveIterator

# What a rewritten address looks like: /c/<time><how>/<address>, without a time for the newest capture.
REWRITTEN = re.compile(r"^(?:https?://[^/]+)?/c/(?:\d{0,14}(?:[a-z]{2}_)?/)?(https?://.*)$")
IN_STYLE = re.compile(r"""url\(\s*['"]?([^'")]+)|@import\s+['"]([^'"]+)""")


class Needs(HTMLParser):
    """Addresses that a browser loads by itself."""

    def __init__(self):
        super().__init__()
        self.found, self.in_style = [], False

    def handle_starttag(self, tag, attributes):
        have = dict(attributes)
        if tag == "link" and "stylesheet" in (have.get("rel") or ""):
            self.found.append(("style", have.get("href")))
        elif tag == "script":
            self.found.append(("script", have.get("src")))
        elif tag == "img":
            self.found += [("image", have.get("src")), ("image", have.get("data-src"))]
        self.in_style = tag == "style"
        self.found += [("image", address) for address in named(have.get("style") or "")]

    def handle_data(self, text):
        if self.in_style:
            self.found += [("image", address) for address in named(text)]


def named(style):
    return [a or b for a, b in IN_STYLE.findall(style)]


def holdings(files):
    """Address to the bodies with which it was archived, as a browser sees them, and the statuses."""
    bodies, statuses, revisits = {}, {}, []
    for name in files:
        with open(name, "rb") as stream:
            for record in ArchiveIterator(stream):
                if record.rec_type not in ("response", "revisit"):
                    continue
                head = record.rec_headers
                uri = head.get_header("WARC-Target-URI")
                statuses.setdefault(uri, set()).add(record.http_headers.get_statuscode())
                if record.rec_type == "revisit":
                    revisits.append((uri, head.get_header("WARC-Refers-To-Target-URI")))
                else:
                    bodies.setdefault(uri, []).append(record.content_stream().read())
    for uri, original in revisits:
        bodies.setdefault(uri, []).extend(bodies.get(original, []))
    return bodies, statuses


class Visit:
    def __init__(self, server, files):
        self.server, self.seen, self.kinds, self.faults, self.gone = server, set(), {}, [], []
        self.bodies, self.statuses = holdings(files)

    def original(self, address, base):
        """A rewritten address in full, and the one on the web that it stands for; None for what pywb adds."""
        if not address.startswith("/") and not urlsplit(address).scheme:
            # `urljoin` makes one slash of the two in the middle of a rewritten address.
            there = REWRITTEN.match(base)[1]
            full = base.removesuffix(there) + urljoin(there, address)
        else:
            full = urljoin(base, address)
        full = urldefrag(full).url
        match = REWRITTEN.match(full)
        return (full, match[1]) if match else None

    def page(self, url):
        status, body, base = fetch_answer(f"{self.server}/c/mp_/{url}")
        self.check("page", url, status)
        needs = Needs()
        needs.feed(body.decode("utf-8"))
        self.follow(needs.found, base, urlsplit(url).netloc)

    def follow(self, found, base, host):
        for kind, address in found:
            there = self.original(address, base) if address and not address.startswith("data:") else None
            # Counters and maps of other hosts are left alone.
            if there is None or urlsplit(there[1]).netloc != host or there in self.seen:
                continue
            self.seen.add(there)
            rewritten, url = there
            status, body, _ = fetch_answer(rewritten)
            self.check(kind, url, status)
            if kind == "style":
                style = body.decode("utf-8")
                fonts = {address for address in named(style) if re.search(r"\.(woff2?|ttf|otf|eot)", address)}
                sheets = {address for address in named(style) if re.search(r"\.css", address)}
                name = lambda address: "font" if address in fonts else "style" if address in sheets else "image"
                self.follow([(name(address), address) for address in named(style)], rewritten, host)

    def check(self, kind, url, status):
        if str(status) in self.statuses.get(url, set()) - {"200"}:
            # The portal itself did not have it.
            self.gone.append(url)
            return
        if status != 200:
            self.faults.append(f"{kind} {url}: {status}; archived with {self.statuses.get(url, 'nothing')}")
            return
        _, body, _ = fetch_answer(f"{self.server}/c/id_/{url}")
        if body not in self.bodies.get(url, []):
            self.faults.append(f"{kind} {url}: {len(body)} bytes that the WARC files do not hold")
        self.kinds[kind] = self.kinds.get(kind, 0) + 1


def main(words):
    cut = [at for at, word in enumerate(words) if word == "--"]
    pages, attached, files = words[: cut[0]], words[cut[0] + 1 : cut[1]], words[cut[1] + 1 :]
    with Server(files) as server:
        visit = Visit(server.base, files)
        for url in pages:
            visit.page(url)
        for url in attached:
            visit.check("file", url, fetch_answer(f"{visit.server}/c/{url}")[0])
    missing = {"page", "style", "script", "font", "image", "file"} - set(visit.kinds)
    if missing:
        visit.faults.append(f"nothing of the kind was met: {', '.join(sorted(missing))}")
    print("\n".join(visit.faults))
    print(f"{len(pages)} pages: {visit.kinds}, {len(visit.gone)} that the portal did not have, {len(visit.faults)} faults")
    return 1 if visit.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
