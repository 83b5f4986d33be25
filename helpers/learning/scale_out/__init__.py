"""Pre-training on many processes and machines, with PyTorch's own DDP, FSDP2 and DCP.

The command is `helpers.learning.pretrain`; `docs/scale_out.md` says what it costs.
Notebook *From GPT-1 to GPT-3*.

options      what may be typed, and what it must be
world        the processes: who they are, and what they agree on
reading      which rows of the text each process reads, ahead of time
objective    what a step makes smaller, with no more memory than needed
engine       a run between two steps, shared by all processes
checkpoints  runs on disk, several kept, read by any number of processes
intact       whether a checkpoint can be believed
metrics      one line of JSON per logged step, and how fast it went
"""
