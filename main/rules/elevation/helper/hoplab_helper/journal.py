"""What has been changed and how it is taken back, on disk before the change is made.

Root's own folder: the app cannot write here, so what is put back is what was found and nothing else. A torn last line is
a change that was never made. After a restart of the computer only what is on disk is left to be taken back.
"""
import fcntl
import json
import os
import stat
import time

import kernel
from words import Refused

FOLDER = "/var/lib/hoplab-helper"
WAIT = 10


def boot():
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read().strip()


class Journal:
    """Changes still applied, in the order they were made. One process at a time holds it."""

    def __init__(self, folder=FOLDER):
        self.folder = folder
        self.entries = {}
        self._lock()
        self.file = os.open(f"{folder}/journal", os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        self._load()

    def _lock(self):
        until = time.monotonic() + WAIT
        while True:
            try:
                self._enter()
                return
            except FileNotFoundError:
                # Who had it before has just taken the folder away.
                continue
            except BlockingIOError:
                if time.monotonic() > until:
                    raise Refused("another Hoplab is changing this computer") from None
                time.sleep(0.05)

    def _enter(self):
        """Holds the lock, of the file that has that name now; FileNotFoundError when it is another by then."""
        os.makedirs(self.folder, mode=0o755, exist_ok=True)
        found = os.lstat(self.folder)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
            raise Refused(f"{self.folder} is not a folder of root alone")
        path = f"{self.folder}/lock"
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.lstat(path).st_ino != os.fstat(lock).st_ino:
                raise FileNotFoundError(path)
        except OSError:
            os.close(lock)
            raise
        kernel.HELD[:] = [lock]

    def close(self):
        """With nothing left to take back, nothing of the helper's own stays on the computer. The lock goes last."""
        if self.entries:
            return
        for name in ("pending.json", "journal", "lock"):
            try:
                os.unlink(f"{self.folder}/{name}")
            except FileNotFoundError:
                pass
        try:
            os.rmdir(self.folder)
        except OSError:
            # Another Hoplab has come already.
            pass

    def _load(self):
        size = os.fstat(self.file).st_size
        text = os.pread(self.file, size, 0).decode("utf-8", "surrogateescape")
        for line in text.split("\n"):
            try:
                record = json.loads(line)
                if record["do"] == "begin":
                    self.entries[record["change"]] = record
                elif record["do"] == "found":
                    self.entries[record["change"]]["found"] = record["found"]
                else:
                    self.entries.pop(record["change"], None)
            except (ValueError, KeyError, TypeError):
                continue
        here = boot()
        for change, entry in list(self.entries.items()):
            if entry["boot"] != here and not entry["lasts"]:
                del self.entries[change]
        if not self.entries:
            os.ftruncate(self.file, 0)
        elif not text.endswith("\n"):
            os.write(self.file, b"\n")
        self._publish()

    def _append(self, record):
        data = (json.dumps(record) + "\n").encode("utf-8", "surrogateescape")
        if os.write(self.file, data) != len(data):
            raise OSError("the journal could not be written")
        os.fsync(self.file)

    def begin(self, change, **entry):
        """Kept on disk when this returns. `lasts`: whether a restart of the computer leaves the change in force."""
        record = {"do": "begin", "change": change, "boot": boot(), "at": int(time.time()), **entry}
        self._append(record)
        self.entries[change] = record
        self._publish()

    def amend(self, change, found):
        """A change has another state to go back to: an earlier one was taken back before it."""
        self._append({"do": "found", "change": change, "found": found})
        self.entries[change]["found"] = found

    def settle(self, change):
        self._append({"do": "settled", "change": change})
        del self.entries[change]
        self._publish()

    def pending(self):
        """What anybody may know: not what was found, which can be other people's firewall rules."""
        keys = ("change", "lab", "rule", "verb", "says", "uid", "at")
        return [{key: entry[key] for key in keys} for entry in self.entries.values()]

    def _publish(self):
        """So that an app that starts knows that something was left behind, without asking for rights first."""
        beside = f"{self.folder}/pending.json.new"
        file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644)
        os.write(file, json.dumps(self.pending()).encode())
        os.fchmod(file, 0o644)
        os.close(file)
        os.rename(beside, f"{self.folder}/pending.json")
