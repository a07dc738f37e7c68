#!/usr/bin/env python3
"""Reads WARC files with warcio and with FastWARC, and lets both check every digest.

records.py WARC...    exit 0 when both find the same records, all with true digests

Both digest the chunk framing of a chunked response, where ISO 28500 5.9 means the payload. So a payload digest that
they doubt is taken over the body without the framing here; of any other record their doubt stands.
"""
import hashlib
import sys

from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecordType
from warcio.archiveiterator import ArchiveIterator


def chunked_digests(name):
    """Record id to true payload digest, of every chunked response."""
    out = {}
    with open(name, "rb") as stream:
        for record in ArchiveIterator(stream):
            if record.rec_type != "response":
                continue
            if (record.http_headers.get_header("Transfer-Encoding") or "").lower() == "chunked":
                # raw_stream keeps the content coding; the reader takes the framing off.
                body = b"".join(dechunk(record.raw_stream.read()))
                out[record.rec_headers.get_header("WARC-Record-ID")] = "sha256:" + hashlib.sha256(body).hexdigest()
    return out


def dechunk(body):
    at = 0
    while True:
        end = body.index(b"\r\n", at)
        size = int(body[at:end].split(b";")[0], 16)
        if size == 0:
            return
        yield body[end + 2 : end + 2 + size]
        at = end + 2 + size + 2


def warcio(name, chunked, faults):
    count = 0
    with open(name, "rb") as stream:
        records = ArchiveIterator(stream, check_digests=True)
        for record in records:
            count += 1
            head = record.rec_headers
            record_id = head.get_header("WARC-Record-ID")
            while record.content_stream().read(1 << 20):
                pass
            problems = [str(problem) for problem in record.digest_checker.problems]
            if chunked.get(record_id) == head.get_header("WARC-Payload-Digest"):
                problems = [problem for problem in problems if not problem.startswith("payload digest")]
            faults += [f"warcio: {name}: {record_id}: {problem}" for problem in problems]
    return count


def fastwarc(name, chunked, faults):
    count = 0
    with open(name, "rb") as stream:
        for record in FastIterator(stream, parse_http=False):
            count += 1
            head = {key.lower(): value for key, value in record.headers.items()}
            record.freeze()
            if "warc-block-digest" not in head or not record.verify_block_digest():
                faults.append(f"FastWARC: {name}: {record.record_id}: block digest")
            label = head.get("warc-payload-digest")
            if record.record_type == WarcRecordType.response and chunked.get(head["warc-record-id"]) != label:
                record.parse_http()
                if not record.verify_payload_digest():
                    faults.append(f"FastWARC: {name}: {record.record_id}: payload digest")
    return count


def main(files):
    faults, records, chunks = [], 0, 0
    for name in files:
        try:
            chunked = chunked_digests(name)
            counts = warcio(name, chunked, faults), fastwarc(name, chunked, faults)
        except Exception as error:  # whatever a reader trips over is a fault of the file
            faults.append(f"{name}: {type(error).__name__}: {error}")
            continue
        if counts[0] != counts[1]:
            faults.append(f"{name}: {counts[0]} records by warcio, {counts[1]} by FastWARC")
        records += counts[0]
        chunks += len(chunked)
    print("\n".join(faults[:20]))
    print(f"{len(files)} files, {records} records, {chunks} of them chunked responses, {len(faults)} faults")
    return 1 if faults or not records else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
