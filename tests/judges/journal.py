#!/usr/bin/env python3
"""Runs a program as systemd does, with a journal that listens, and prints what the journal got.

journal.py [--deaf] [--elsewhere] COMMAND...    prints {"records": [{FIELD: text}], "stderr": text, "code": number}

--deaf: nobody listens; --elsewhere: JOURNAL_STREAM names another file. The socket's path is fixed (systemd's protocol), so
this wants a /run of its own: `unshare --mount --map-root-user`.
"""
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading

words = sys.argv[1:]
flags = set()
while words[0].startswith("--"):
    flags.add(words.pop(0))

subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
records = []


def read(payload):
    """One record of the journal's native protocol: NAME=value, or NAME, its length and the value."""
    out, at = {}, 0
    while at < len(payload):
        end = payload.index(b"\n", at)
        line = payload[at:end]
        if b"=" in line:
            name, value = line.split(b"=", 1)
            at = end + 1
        else:
            name = line
            (length,) = struct.unpack("<Q", payload[end + 1 : end + 9])
            value = payload[end + 9 : end + 9 + length]
            assert payload[end + 9 + length : end + 10 + length] == b"\n", payload
            at = end + 10 + length
        out[name.decode()] = value.decode()
    return out


def listen(ear):
    while True:
        payload = ear.recv(1 << 20)
        if payload == b"end":
            return
        if payload:
            records.append(read(payload))


ears = None
if "--deaf" not in flags:
    os.makedirs("/run/systemd/journal")
    ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    ear.bind("/run/systemd/journal/socket")
    ears = threading.Thread(target=listen, args=(ear,))
    ears.start()

with tempfile.TemporaryFile(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as stderr:
    stat = os.fstat(stderr.fileno())
    inode = stat.st_ino + (1 if "--elsewhere" in flags else 0)
    environment = dict(os.environ, JOURNAL_STREAM=f"{stat.st_dev}:{inode}")
    code = subprocess.run(words, stderr=stderr, stdout=subprocess.DEVNULL, env=environment).returncode
    stderr.seek(0)
    said = stderr.read().decode()

if ears:
    mouth = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    mouth.sendto(b"end", "/run/systemd/journal/socket")
    ears.join()
json.dump({"records": records, "stderr": said, "code": code}, sys.stdout)
