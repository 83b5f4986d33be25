"""Runs on disk, by torch.distributed.checkpoint: several are kept, each whole or not at all.

A folder `step-00000500` holds the tensors in files that any number of processes can read, and
about.json: the step, the settings, and the sha256 of everything. Writing goes on while training
does. With --shard every process writes and reads its share, so that all must see the folder;
without, the first one does it alone and tells the others.
"""

import json
import secrets
import shutil
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import torch
from torch import Tensor
from torch import distributed as dist
from torch.distributed import checkpoint as dcp
from torch.distributed.checkpoint.state_dict import (
    get_optimizer_state_dict,
    set_optimizer_state_dict,
)

from helpers.learning.resume import check_same_run
from helpers.learning.scale_out.engine import PreTraining
from helpers.learning.scale_out.intact import ABOUT, opened, sign

FOLDER = "checkpoints"


class Checkpoints:
    """The checkpoints of a run in out/checkpoints, the newest `keep` of them.

    ValueError in all processes if they must see one folder and do not.
    """

    def __init__(self, run: PreTraining, out: Path, keep: int):
        self.run, self.folder, self.keep = run, out / FOLDER, keep
        self.everybody = run.ways.shard and run.world.size > 1
        world = run.world
        world.together(lambda: self._swept() if world.first else None)
        if self.everybody:
            self._check_seen_by_all()
        # of their own: what training says meanwhile must not come in between
        self.group = dist.new_group(None if self.everybody else [0], backend="gloo")
        self.takes_part = self.everybody or world.first
        self.thread, self.pending = ThreadPoolExecutor(1), None

    def save(self) -> None:
        """Begin to write the run as it stands. ArithmeticError if it is not finite any longer."""
        self.wait()
        state = self._state()
        self._check_finite(state)
        if self.takes_part:
            about = json.dumps({"step": self.run.step, "settings": self.run.settings})
            path = self.folder / f"step-{self.run.step:08d}"
            if not path.exists():
                writing = self._begin(state, path.with_suffix(".unfinished"))
                self.pending = self.thread.submit(self._finish, writing, path, about)

    def wait(self) -> None:
        """Until what was begun is on the disk. OSError if it cannot be written."""
        try:
            if self.pending is not None:
                self.pending.result()
        except dcp.api.CheckpointException as error:
            reason = next(iter(error.failures.values()))[0]
            raise OSError(
                f"The run must be written to {self.folder}; the disk says: {reason}. Free some "
                "space or choose another --out: the checkpoints before are whole."
            ) from None
        finally:
            self.pending = None

    def leave(self) -> None:
        """Whatever ended the run: what is being written comes to its end first, if it can."""
        if self.pending is not None:
            futures.wait([self.pending], timeout=60)  # seconds; the others may be gone

    def load(self) -> None:
        """Put the run where the newest whole checkpoint left it; without any it stays new.

        ValueError in all processes if it is another run's, or if all are damaged.
        """
        world, run = self.run.world, self.run
        newest = world.decide(world.together(lambda: self._newest() if world.first else None))
        if newest is None:
            return
        name, about = newest
        check_same_run(about["settings"], run.settings, self.folder / name)
        state = self._state()
        if self.takes_part:
            dcp.load(state, checkpoint_id=self.folder / name, process_group=self.group)
        if not self.everybody and world.size > 1:
            for tensor in _tensors(state):
                dist.broadcast(tensor, 0)
        groups = get_optimizer_state_dict(run.model, run.optimizer)["param_groups"]
        moments = {"state": state["moments"], "param_groups": groups}
        set_optimizer_state_dict(run.model, run.optimizer, moments)
        run.step = about["step"]

    def _state(self) -> dict:
        """Everything that a run consists of, by the names of its parameters: tensors only."""
        parameters = {name: p.detach() for name, p in self.run.model.named_parameters()}
        moments = get_optimizer_state_dict(self.run.model, self.run.optimizer)["state"]
        return {"model": parameters, "moments": moments}

    def _check_finite(self, state: dict) -> None:
        sums = [float(_local(t).sum(dtype=torch.float64)) for t in _tensors(state)]
        broken = not torch.tensor(sums).isfinite().all()
        if self.run.world.anybody(broken):
            raise ArithmeticError(
                f"A run must be finite to be saved; it is not at step {self.run.step}: training "
                f"diverged. Try a smaller lr than {self.run.settings['lr']}; what was saved before "
                f"is in {self.folder}."
            )

    def _begin(self, state: dict, path: Path) -> Future:
        """Copies the tensors, then writes the copies while training goes on."""
        writer = dcp.FileSystemWriter(path)
        return dcp.async_save(state, storage_writer=writer, process_group=self.group)

    def _finish(self, writing: Future, path: Path, about: str) -> None:
        """When all have written: the first one gives the folder its name, and the oldest go."""
        writing.result()
        if self.run.world.first:
            unfinished = path.with_suffix(".unfinished")
            sign(unfinished, about)
            unfinished.rename(path)
            for old in self._names()[: -self.keep]:
                shutil.rmtree(self.folder / old)

    def _names(self) -> list[str]:
        """The finished checkpoints, the oldest first."""
        return sorted(path.parent.name for path in self.folder.glob(f"step-????????/{ABOUT}"))

    def _newest(self) -> tuple[str, dict] | None:
        """The newest checkpoint that is whole, with what it says of itself."""
        names = self._names()
        for name in reversed(names):
            if about := opened(self.folder / name):
                return name, about
            print(f"{self.folder / name} is damaged; the one before is tried.", flush=True)
        if names:
            raise ValueError(
                f"{self.folder} must hold a run written by python -m helpers.learning.pretrain; "
                "all in it are damaged. Delete it to start anew, or choose another --out."
            )
        return None

    def _swept(self) -> None:
        """Makes the folder; what a killed process left half written goes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in self.folder.glob("*.unfinished"):
            shutil.rmtree(path)

    def _check_seen_by_all(self) -> None:
        world = self.run.world
        mark = self.folder / world.decide(f".seen-by-all-{secrets.token_hex(4)}")
        world.together(lambda: mark.touch() if world.first else None)
        unseen = world.anybody(not mark.exists())
        world.together(lambda: mark.unlink() if world.first else None)
        if unseen:
            raise ValueError(
                f"With --shard all processes must see one folder, since each writes its share; "
                f"some do not see {self.folder}. Use a folder that all machines share, or train "
                "without --shard."
            )


def _tensors(state: dict) -> list[Tensor]:
    """All tensors of a state, in the same order in all processes."""
    return [*state["model"].values()] + [t for m in state["moments"].values() for t in m.values()]


def _local(tensor: Tensor) -> Tensor:
    """This process's share of a tensor."""
    return tensor.to_local() if hasattr(tensor, "to_local") else tensor
