"""Our workload server and the peers' as processes that answer a line by a line of JSON."""

import json
import subprocess
import time

# Seconds between two processes' turns: idle threads of OpenMP and OpenBLAS spin for a while.
PAUSE = 0.25


def status_kib(pid, key):
    with open(f"/proc/{pid}/status") as file:
        for line in file:
            if line.startswith(key + ":"):
                return int(line.split()[1])
    return 0


class Server:
    """A process that runs one workload when asked to."""

    def __init__(self, words, environment, log):
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
            env=environment,
        )
        self.ready = self._answer()
        self.resident = status_kib(self.process.pid, "VmRSS") / 1024
        with open(f"/proc/{self.process.pid}/clear_refs", "w") as file:
            file.write("5")  # the peak counts from here

    def _answer(self):
        while line := self.process.stdout.readline():
            if line.startswith("{"):
                return json.loads(line)
        raise RuntimeError(f"ended with exit code {self.process.wait()}")

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self._answer()

    def run(self):
        time.sleep(PAUSE)
        return self.ask("run")["ms"]

    def peak(self):
        return status_kib(self.process.pid, "VmHWM") / 1024

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def started(words, environment):
    """Milliseconds of a whole process."""
    start = time.perf_counter()
    process = subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    if process.wait():
        raise RuntimeError(f"ended with exit code {process.returncode}")
    return 1e3 * (time.perf_counter() - start)
