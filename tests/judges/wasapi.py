#!/usr/bin/env python3
"""Lets py-wasapi-client fetch everything from a server and compares it with the files of the archive.

wasapi.py BASE ROOT FOLDER    exit 0 when every sealed WARC file arrived, to the byte, and the client was content
"""
import hashlib
import subprocess
import sys
from pathlib import Path

PATIENCE_S = 120


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main():
    base, root, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    client = Path(sys.executable).parent / "wasapi-client"
    webdata = f"{base}/wasapi/v1/webdata"
    ran = subprocess.run(
        [client, "-b", webdata, "-d", folder, "-p", "1", "--log", folder / "client.log"],
        check=True, timeout=PATIENCE_S, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    )
    # Its exit code is 0 when checksums do not fit.
    if "Failed files" in ran.stdout:
        sys.exit(ran.stdout)
    wanted = {path.name: digest(path) for path in root.glob("warc/*/*/*.warc.gz")}
    got = {path.name: digest(path) for path in folder.glob("*.warc.gz")}
    if not wanted or got != wanted:
        sys.exit(f"{len(wanted)} files, {len(got)} fetched: {sorted(set(wanted.items()) ^ set(got.items()))}")
    print(f"{len(got)} files fetched")


if __name__ == "__main__":
    main()
