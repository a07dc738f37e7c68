#!/usr/bin/env python3
"""Opens a package with Python's zipfile.

zip.py FILE ENTRIES SIZE LAST    exit 0 when it has that many entries, the first of SIZE bytes, the last with this text
"""
import sys
import zipfile


def main():
    path, entries, size, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    with zipfile.ZipFile(path) as package:
        listed = package.infolist()
        if len(listed) != entries:
            sys.exit(f"{len(listed)} entries instead of {entries}")
        if listed[0].file_size != size:
            sys.exit(f"{listed[0].filename} has {listed[0].file_size} bytes instead of {size}")
        # Opening an entry compares its own head with the directory.
        with package.open(listed[0]) as first:
            if len(first.read(1024)) != min(size, 1024):
                sys.exit(f"{listed[0].filename} ends too early")
        if package.read(listed[-1]).decode("utf-8") != last:
            sys.exit(f"{listed[-1].filename} reads otherwise")
    print(f"{entries} entries")


if __name__ == "__main__":
    main()
