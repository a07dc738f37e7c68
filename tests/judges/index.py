#!/usr/bin/env python3
"""Indexes WARC files with cdxj-indexer and compares with the index beside them.

index.py ROOT    exit 0 when every index of the archive root is, line by line, what cdxj-indexer makes
"""
import io
import json
import sys
from pathlib import Path

from cdxj_indexer.main import CDXJIndexer


def parse(lines):
    """(key, time, fields), without lines that we do not list: metadata and requests."""
    out = []
    for line in lines:
        key, stamp, fields = line.split(" ", 2)
        fields = json.loads(fields)
        if fields["url"].startswith("metadata://"):
            continue
        # Of a member's digest cdxj-indexer knows other algorithms only.
        fields.pop("recordDigest", None)
        out.append((key, stamp, fields))
    return out


def made(name):
    out = io.StringIO()
    CDXJIndexer(output=out, inputs=[str(name)], sort=True, records="response,revisit,resource").process_all()
    return parse(line for line in out.getvalue().splitlines() if line)


def main(root):
    faults, files, lines = [], 0, 0
    for name in sorted(Path(root).glob("warc/*/*/*.warc.gz")):
        index = Path(root) / "index" / (name.name.removesuffix(".warc.gz") + ".cdxj")
        if not index.exists():
            faults.append(f"{index} is missing")
            continue
        ours, theirs = parse(index.read_text().splitlines()), made(name)
        files += 1
        lines += len(ours)
        if len(ours) != len(theirs):
            faults.append(f"{index}: {len(ours)} lines, {len(theirs)} by cdxj-indexer")
        for line in [line for line in ours if line not in theirs][:3]:
            faults.append(f"{index}: not by cdxj-indexer: {line}")
    print("\n".join(faults[:20]))
    print(f"{files} indexes, {lines} lines, {len(faults)} faults")
    return 1 if faults or not lines else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
