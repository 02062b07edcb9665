"""Train for a long time under kills, stops and pauses, beside a run that is left alone.

    python scripts/soak.py --minutes 30

Two processes train the same, each on one thread. One of them is left alone. The other is paused,
killed, interrupted and terminated at random moments, and resumed each time. In the end both must
have the same bits; the one that was left alone must not have grown; and each process that was
asked to stop must have been gone within two seconds, as a rule.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from kill_and_resume import CHILD, differences, finish, make_text

SETTINGS = {
    "model.dim": 64,
    "vocab.min_count": 1,
    "train.chunk": 5000,
    "train.replicas": 2,
    "train.threads": 1,
    "train.checkpoint_every": 50,
    "eval.heldout": 0.05,
    "eval.sets": "[toy-world]",
}
WORDS = 200_000
TRIAL_EPOCHS = 80
SECONDS_BETWEEN = 15.0  # two disturbances, on average
LONGEST_PAUSE = 5.0
LONGEST_STOP = 60.0
SECONDS_TO_STOP = 2.0  # the median: others may be at work on this machine
# A signal may come before w2v listens, or in the moment when Python ends.
GONE = (130, -signal.SIGKILL, -signal.SIGINT, -signal.SIGTERM)
GROWTH = 1.03  # of the memory, from a tenth of the time to the end


class Soak:
    """The two runs of one soak.

    Parameters
    ----------
    folder : Path
    seed : int
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.stops: list[float] = []  # seconds
        self.unheard: list[str] = []
        self.memory: list[tuple[float, int]] = []  # of the run left alone: (seconds, bytes)
        make_text(folder / "text.txt", WORDS)

    def start(self, name: str, n_epochs: int, *, resume: bool) -> subprocess.Popen[str]:
        """Start a run, or go on with it, in a working folder of its own."""
        place = self.folder / name
        place.mkdir(exist_ok=True)
        settings = [f"{path}={value}" for path, value in SETTINGS.items()]
        again = ["--resume"] if resume else []
        arguments = ["--corpus", str(self.folder / "text.txt"), "--out", "run", *again, *settings]
        return subprocess.Popen(
            [
                sys.executable,
                "-c",
                CHILD,
                "--quiet",
                "train",
                *arguments,
                f"train.epochs={n_epochs}",
            ],
            cwd=place,
            stderr=subprocess.PIPE,
            text=True,
        )

    def epochs_for(self, seconds: float) -> int:
        """Return how many epochs take so long, by a trial of two runs at once."""
        rates = []
        trials = [self.start(f"trial-{i}", TRIAL_EPOCHS, resume=False) for i in range(2)]
        for i, process in enumerate(trials):
            finish(process)
            lines = (self.folder / f"trial-{i}" / "run" / "metrics.jsonl").read_text("utf-8")
            epochs = [
                line for line in map(json.loads, lines.splitlines()) if line["event"] == "epoch"
            ]
            rates.append(statistics.median(line["seconds"] for line in epochs))
        return max(2, round(seconds / max(rates)))

    def run(self, seconds: float) -> list[str]:
        """Soak; return what is wrong."""
        n_epochs = self.epochs_for(seconds)
        print(f"{n_epochs:,} epochs of {WORDS:,} words", flush=True)
        alone = self.start("alone", n_epochs, resume=False)
        began = time.monotonic()
        process = self.start("disturbed", n_epochs, resume=False)
        next_at = began + self._wait()
        while process.poll() is None or process.returncode != 0:
            if process.poll() is not None:
                said = process.communicate()[1]
                if process.returncode not in GONE:
                    alone.kill()
                    return [f"ended with {process.returncode}: {said}"]
                process = self.start("disturbed", n_epochs, resume=True)
            if time.monotonic() > next_at:
                self._disturb(process)
                next_at = time.monotonic() + self._wait()
            self._look_at(alone, time.monotonic() - began)
            time.sleep(0.2)
        process.communicate()
        while alone.poll() is None:
            self._look_at(alone, time.monotonic() - began)
            time.sleep(0.2)
        finish(alone)
        wrong = differences(self.folder / "alone" / "run", self.folder / "disturbed" / "run")
        return [f"{key} differs" for key in wrong] + self._checks()

    def _wait(self) -> float:
        """Draw the seconds to the next disturbance."""
        return self.random.expovariate(1 / SECONDS_BETWEEN)

    def _disturb(self, process: subprocess.Popen[str]) -> None:
        """Pause, kill or stop a process."""
        how = self.random.choice(["pause", "kill", "interrupt", "terminate"])
        if process.poll() is not None:
            return
        self.done[how] += 1
        if how == "pause":
            process.send_signal(signal.SIGSTOP)
            time.sleep(self.random.uniform(0.1, LONGEST_PAUSE))
            process.send_signal(signal.SIGCONT)
        elif how == "kill":
            process.kill()
            process.wait()
        else:
            began = time.monotonic()
            process.send_signal(signal.SIGINT if how == "interrupt" else signal.SIGTERM)
            try:
                process.wait(LONGEST_STOP)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                self.unheard.append(how)
            if process.returncode == 130:
                self.stops.append(time.monotonic() - began)

    def _look_at(self, process: subprocess.Popen[str], seconds: float) -> None:
        """Note the memory of a process."""
        with contextlib.suppress(OSError):
            pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
            if pages:  # none when it has just ended
                self.memory.append((seconds, pages * os.sysconf("SC_PAGE_SIZE")))

    def growth(self) -> tuple[int, int]:
        """Return the most memory in the second tenth of the time, and in the last."""
        last = self.memory[-1][0]
        early = [n_bytes for at, n_bytes in self.memory if 0.1 * last < at < 0.2 * last]
        late = [n_bytes for at, n_bytes in self.memory if at > 0.9 * last]
        return max(early), max(late)

    def _checks(self) -> list[str]:
        """Return what is wrong beside the bits."""
        wrong = [f"{how} was not heard" for how in self.unheard]
        if self.stops and statistics.median(self.stops) > SECONDS_TO_STOP:
            wrong.append(f"a stop took {statistics.median(self.stops):.1f} s")
        if self.memory:
            early, late = self.growth()
            if late > GROWTH * early:
                wrong.append(f"memory grew from {early / 1e6:.0f} to {late / 1e6:.0f} MB")
        return wrong


def main() -> int:
    """Soak, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    # A script that starts this with & has it ignored, and so would be what is started here, until
    # it listens.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(Path(folder), options.seed)
        wrong = soak.run(60 * options.minutes)
    for sentence in wrong:
        print(sentence)
    verdict = "not as it should be" if wrong else "the same bits"
    n = soak.done
    early, late = (value / 1e6 for value in soak.growth())
    stops = soak.stops or [0.0]
    print(
        f"{(time.monotonic() - began) / 60:.0f} min: {n['kill']} kills, "
        f"{n['interrupt'] + n['terminate']} stops (median {statistics.median(stops):.1f} s, "
        f"the slowest {max(stops):.1f} s), "
        f"{n['pause']} pauses; {verdict}; memory {early:.0f} MB early, {late:.0f} MB at the end"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
