"""Writes pages with warcio: response, request and metadata records, gzipped, synced every 32 pages.

warcio_write.py FOLDER OUT ROUNDS    FOLDER holds `pages` (an address a line), the responses by number, and `request`
"""
import io
import os
import sys
from pathlib import Path

from warcio.statusandheaders import StatusAndHeadersParser
from warcio.warcwriter import WARCWriter

SYNCED_TOGETHER = 32
METADATA = b"via: http://127.0.0.1/tin-tuc\r\nfetchTimeMs: 12\r\n"


def main():
    folder, out, rounds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    urls = (folder / "pages").read_text().splitlines()
    pages = [(url, (folder / str(number)).read_bytes()) for number, url in enumerate(urls)]
    request = (folder / "request").read_bytes()
    with open(out, "wb") as stream:
        writer = WARCWriter(stream, gzip=True, warc_version="1.1")
        writer.write_record(writer.create_warcinfo_record("bench.warc.gz", {"software": "warcio"}))
        count = 0
        for _ in range(rounds):
            for url, page in pages:
                put(writer, url, page, request)
                count += 1
                if count % SYNCED_TOGETHER == 0:
                    stream.flush()
                    os.fdatasync(stream.fileno())


def put(writer, url, page, request):
    payload = io.BytesIO(page)
    head = StatusAndHeadersParser(["HTTP/1.0", "HTTP/1.1"]).parse(payload)
    response = writer.create_warc_record(url, "response", payload=payload, http_headers=head)
    sent = io.BytesIO(request)
    asked = StatusAndHeadersParser(["GET"], verify=False).parse(sent)
    writer.write_request_response_pair(
        writer.create_warc_record(url, "request", payload=sent, http_headers=asked), response
    )
    writer.write_record(
        writer.create_warc_record(
            url, "metadata", payload=io.BytesIO(METADATA), warc_content_type="application/warc-fields"
        )
    )


main()
