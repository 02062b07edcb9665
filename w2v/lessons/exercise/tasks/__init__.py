"""The eight exercises, a file for each, in the order in which they build on each other."""

from __future__ import annotations

from w2v.lessons.exercise.task import Task
from w2v.lessons.exercise.tasks import (
    analogy,
    cbow_backward,
    embedding_forward,
    loss,
    most_similar,
    sampler,
    scatter_add,
    sgd_step,
)

TASKS: dict[str, Task] = {
    module.TASK.topic: module.TASK
    for module in (
        embedding_forward,
        scatter_add,
        sampler,
        loss,
        cbow_backward,
        sgd_step,
        most_similar,
        analogy,
    )
}
