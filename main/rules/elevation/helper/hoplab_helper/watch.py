"""Telling that the firewall has changed, by whomever: `nft monitor` needs root, so the app cannot listen for itself.

An event is a line without a number, and says nothing but that something has changed: what is there now is read.
"""
import json
import os
import sys
import threading

import kernel

EVENT = {"event": "firewall"}
SPEAKING = threading.Lock()
RUNNING = []


def say(line):
    """Answers and events come from two threads, and are a line each."""
    with SPEAKING:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def begin():
    """Events from here on, until `end`. Safe to repeat. Refused when this computer has no nft."""
    if RUNNING and RUNNING[0].poll() is None:
        return
    end()
    monitor = kernel.start_monitor()
    thread = threading.Thread(target=_listen, args=(monitor.stdout.fileno(),), daemon=True)
    RUNNING[:] = [monitor, thread]
    thread.start()


def end():
    """No event after this: what is taken back at the end is nobody's news."""
    if RUNNING:
        monitor, thread = RUNNING
        RUNNING.clear()
        monitor.kill()
        monitor.wait()
        thread.join(1)


def _listen(file):
    try:
        while os.read(file, 65536):
            say(EVENT)
    except OSError:
        # Nobody listens any more: the conversation ends by itself.
        return
