"""The helper's conversation: a request a line, an answer a line. Nothing is done that is not journaled first."""
import json
import os
import signal
import sys

import kernel
import watch
import words
from journal import Journal
from verbs import CHANGES, READS, tag
from words import Refused

VERSION = 1
LONGEST = 64 * 1024
ENDING = {signal.SIGTERM, signal.SIGHUP, signal.SIGINT}


class Ended(Exception):
    """A signal asked for the end."""


def caller():
    """Whose wish this is: pkexec(1) and sudo(8) say who started them."""
    for name in ("PKEXEC_UID", "SUDO_UID"):
        value = os.environ.get(name, "")
        if value.isdecimal() and len(value) < 11:
            return int(value)
    return os.getuid()


class Helper:
    def __init__(self, journal, uid):
        self.journal = journal
        self.uid = uid
        self.mine = []

    def answer(self, request):
        """The fields of the answer; Refused when there is nothing but a reason."""
        if not isinstance(request, dict):
            raise Refused("a request is an object")
        fields = dict(request)
        fields.pop("id", None)
        verb = fields.pop("verb", None)
        if not isinstance(verb, str):
            raise Refused("a request has a verb")
        if verb in CHANGES:
            return self._change(verb, fields)
        if verb == "undo":
            self._expect(fields, {"change"})
            return self._undo([words.change(fields["change"])])
        if verb == "undo-lab":
            self._expect(fields, {"lab"})
            lab = words.lab(fields["lab"])
            return self._undo([change for change, entry in self.journal.entries.items() if entry["lab"] == lab])
        if verb == "read":
            self._expect(fields, {"what"})
            what = fields["what"]
            if not isinstance(what, str) or what not in READS:
                raise Refused("that cannot be read")
            return {"text": kernel.run(*READS[what])}
        if verb == "watch":
            self._expect(fields, set())
            watch.begin()
            return {}
        if verb == "hello":
            self._expect(fields, set())
            return {"version": VERSION, "pending": self.journal.pending()}
        raise Refused("that verb is not on the list")

    def _expect(self, fields, names):
        if set(fields) != names:
            raise Refused("that request has other fields")

    def _change(self, verb, fields):
        kind = CHANGES[verb]
        self._expect(fields, kind.fields | {"lab", "rule", "change"})
        lab, rule = words.lab(fields.pop("lab")), words.rule_id(fields.pop("rule"))
        change = words.change(fields.pop("change"))
        if change in self.journal.entries:
            raise Refused("that change has been made already")
        given = kind.check(fields)
        mark = tag(lab, rule, change)
        found = kind.find(given, mark)
        self.journal.begin(
            change, verb=verb, lab=lab, rule=rule, uid=self.uid, lasts=kind.lasts, says=kind.says(given), found=found
        )
        self.mine.append(change)
        try:
            kind.apply(given, found, mark)
        except Refused:
            self._undo([change])
            raise
        return {}

    def _undo(self, changes):
        """Last first. Goes on when one fails, and is refused with the first failure at the end."""
        failure, undone = None, []
        for change in reversed([each for each in self.journal.entries if each in changes]):
            entry = self.journal.entries[change]
            if self.uid not in (0, entry["uid"]):
                failure = failure or Refused("that change is another person's")
                continue
            try:
                if not self._hand_on(entry):
                    CHANGES[entry["verb"]].undo(entry["found"], self.journal.entries)
                self.journal.settle(change)
                undone.append(entry["says"])
            except (Refused, OSError) as error:
                failure = failure or error
        if failure:
            raise failure
        return {"undone": undone}

    def _hand_on(self, entry):
        """When a later change stands on this one, the kernel stays as it is and the later one goes back further."""
        kind = CHANGES[entry["verb"]]
        if not hasattr(kind, "handed_on"):
            return False
        order = list(self.journal.entries)
        for later in order[order.index(entry["change"]) + 1 :]:
            other = self.journal.entries[later]
            found = kind.handed_on(entry["found"], other["found"]) if other["verb"] == entry["verb"] else None
            if found:
                self.journal.amend(later, found)
                return True
        return False

    def take_back(self, changes):
        return self._undo([change for change in changes if change in self.journal.entries])


def serve(helper):
    def end(_number, _frame):
        raise Ended

    for number in ENDING:
        signal.signal(number, end)
    try:
        while True:
            line = sys.stdin.buffer.readline(LONGEST + 1)
            if not line or len(line) > LONGEST:
                break
            # A change is made and written down as one; a signal waits until then.
            signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
            watch.say(reply(helper, line))
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    except (Ended, BrokenPipeError):
        pass
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    watch.end()
    helper.take_back(helper.mine)


def reply(helper, line):
    number = None
    try:
        request = json.loads(line.decode("utf-8"))
        if isinstance(request, dict) and type(request.get("id")) is int:
            number = request["id"]
        return {"id": number, "ok": True, **helper.answer(request)}
    except Refused as refused:
        return {"id": number, "ok": False, "why": str(refused)}
    except (ValueError, RecursionError):
        return {"id": number, "ok": False, "why": "that is not JSON"}
    except OSError as error:
        return {"id": number, "ok": False, "why": f"{error.strerror or error}"}


def main(arguments):
    if arguments not in (["serve"], ["undo-all"], ["list"]):
        print(sys.modules["__main__"].__doc__, file=sys.stderr)
        return 2
    if os.geteuid() != 0:
        print("hoplab-helper must be started as root: sudo hoplab-helper undo-all", file=sys.stderr)
        return 2
    uid = caller()
    os.environ.clear()
    os.umask(0o022)
    try:
        journal = Journal()
        helper = Helper(journal, uid)
        if arguments == ["serve"]:
            serve(helper)
        elif arguments == ["undo-all"]:
            helper.uid = 0
            for line in helper.take_back(list(helper.journal.entries))["undone"]:
                print(f"taken back: {line}")
            print("Nothing of Hoplab's is applied to this computer.")
        else:
            for entry in helper.journal.pending():
                print(f"{entry['lab']} {entry['rule']}: {entry['says']}")
        journal.close()
    except (Refused, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0
