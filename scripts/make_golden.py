"""Write PyTorch's own numbers into tests/golden/, so that parity is tested without PyTorch.

    python scripts/make_golden.py

Needs torch (no part of w2v does) and is run by a person, when an option is added; the files are
kept in git. Every number is in its shortest form that reads back to the same bits. The files hold
the inputs too: a test knows nothing but what stands there. They spell NaN and Infinity as Python's
json does.

    embedding.json    torch.nn.Embedding under all its options
    optimizers.json   torch.optim on gradients of a few rows
    functions.json    sigmoid and its kin at extreme arguments
"""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import numpy as np
import torch

GOLDEN = Path(__file__).parent.parent / "tests" / "golden"
DTYPES = {"float32": torch.float32, "float64": torch.float64}

# Against max_norm 1.5 each of the norms 1, 2, 3 and inf finds another set of rows too long, and
# row 0 is too long for none.
WEIGHT = [
    [0.3, -0.2, 0.1],
    [1.0, -0.9, 0.8],
    [-2.0, 0.5, 1.5],
    [1.45, -1.0, 0.2],
    [1.2, -0.1, 0.4],
    [-1.6, 0.2, 0.1],
]
MAX_NORM = 1.5

# What is looked up, one list of ids for each forward and backward. No id equals its position, ids
# repeat within and across look-ups, rows 4 and -4 are padding in some cases, and row 5 is too long
# but never looked up: it must stay as it is.
LOOKUPS = {
    "scalar": [3],
    "line": [[4, 3, 4]],
    "grid": [[[2, 4, 1], [2, 0, 2]]],
    "one id only": [[4, 4]],
    "empty": [[]],
    "grid, then line, then scalar": [[[2, 4, 1], [2, 0, 2]], [4, 3, 4], 3],
}

# All options of torch.nn.Embedding but its sizes and its device. A case is one element of the
# product; the last axis turns fastest.
AXES = {
    "lookup": list(LOOKUPS),
    "dtype": list(DTYPES),
    "made_by": ["weight", "from_pretrained"],
    "freeze": [False, True],
    "padding_idx": [None, 4, -4],
    "max_norm": [None, MAX_NORM],
    "norm_type": [2.0, 1.0, math.inf, 3.0],
    "scale_grad_by_freq": [False, True],
    "sparse": [False, True],
}


def numbers(tensor):
    """Return nested lists of the shortest decimals that read back to the same bits."""
    array = tensor.detach().numpy()
    shortest = [float(str(x)) for x in array.flat]
    return np.array(shortest, dtype=np.float64).reshape(array.shape).tolist()


def gradient(grad):
    """Return a dense gradient as rows, a sparse one as its ids and their rows."""
    if grad is None or not grad.is_sparse:
        return None if grad is None else numbers(grad)
    grad = grad.coalesce()
    return {"ids": grad.indices()[0].tolist(), "rows": numbers(grad.values())}


def make_layer(dtype, made_by, freeze, **options):
    """Make a torch.nn.Embedding of WEIGHT in one of its two ways."""
    weight = torch.tensor(WEIGHT, dtype=DTYPES[dtype])
    if made_by == "from_pretrained":
        return torch.nn.Embedding.from_pretrained(weight, freeze=freeze, **options)
    return torch.nn.Embedding(*weight.shape, _weight=weight, _freeze=freeze, **options)


def run_case(steps, case):
    """Return what comes out of the look-ups, the table and its gradient after all of them.

    PyTorch refuses two of the cases with `sparse`: RuntimeError for `scale_grad_by_freq`, and
    IndexError for ids without an axis and a `padding_idx`. w2v gives the dense numbers in both.
    """
    layer = make_layer(**case)
    outs = []
    for step in steps:
        out = layer(torch.tensor(step["ids"], dtype=torch.int64))
        outs.append(numbers(out))
        if not case["freeze"]:
            try:
                out.backward(torch.tensor(step["d_out"], dtype=out.dtype).reshape(out.shape))
            except (RuntimeError, IndexError) as error:
                return {"refused": str(error)}
    return {"outs": outs, "weight": numbers(layer.weight), "grad": gradient(layer.weight.grad)}


def embedding():
    """Run every case; equal results are written once."""
    rng = np.random.default_rng(20)
    lookups = {
        name: [
            {"ids": ids, "d_out": rng.normal(0, 1, (*np.shape(ids), 3)).round(2).tolist()}
            for ids in steps
        ]
        for name, steps in LOOKUPS.items()
    }
    results, answers = {}, []
    for values in itertools.product(*AXES.values()):
        case = dict(zip(AXES, values, strict=True))
        result = json.dumps(run_case(lookups[case.pop("lookup")], case))
        answers.append(results.setdefault(result, len(results)))
    return {
        "torch": torch.__version__,
        "weight": WEIGHT,
        "lookups": lookups,
        "axes": AXES,
        "answer_of_case": answers,
        "results": [json.loads(result) for result in results],
        "padding_row_starts_at_zero": padding_rows(),
        "stale_table": stale_table(),
    }


def padding_rows():
    """Say whether the padding row is zero in a new layer, for each way to make one."""
    weight = torch.tensor(WEIGHT)
    layers = {
        "drawn": torch.nn.Embedding(6, 3, padding_idx=-4),
        "weight": torch.nn.Embedding(6, 3, padding_idx=-4, _weight=weight),
        "from_pretrained": torch.nn.Embedding.from_pretrained(weight, padding_idx=-4),
    }
    return {name: not layer.weight[2].any().item() for name, layer in layers.items()}


def stale_table():
    """Use the table before `max_norm` shortens its rows: refused without a clone.

    scores = W @ P.T;  rows = forward(ids);  loss = sum scores ** 2 / 2 + sum rows @ P.T
    """
    ids, P = [2, 4, 3, 2], [[0.4, -0.3, 0.7], [-0.6, 0.2, 0.5]]

    def gradient_by_projection(of_table):
        layer = make_layer("float64", "weight", False, max_norm=MAX_NORM)
        P_leaf = torch.tensor(P, dtype=torch.float64, requires_grad=True)
        scores = of_table(layer.weight) @ P_leaf.T
        rows = layer(torch.tensor(ids))
        (scores.square().sum() / 2 + (rows @ P_leaf.T).sum()).backward()
        return numbers(P_leaf.grad)

    try:
        gradient_by_projection(lambda weight: weight)
    except RuntimeError as error:
        refusal = str(error).split(":")[0]
    return {
        "ids": ids,
        "P": P,
        "d_P": gradient_by_projection(torch.Tensor.clone),
        "without_clone": refusal,
    }


# The rows that get a gradient differ from step to step: row 0 never has one, row 4 only in the
# first step (a running mean must not push it later), and row 3 comes back after a rest.
STEPS = [
    {"lr": 0.1, "ids": [3, 4], "rows": [[0.5, -1.0, 2.0], [1.0, 0.3, -0.2]]},
    {"lr": 0.09, "ids": [1], "rows": [[-300.0, 1e-6, 0.25]]},
    {"lr": 0.05, "ids": [1, 2, 5], "rows": [[300.0, 1e-6, 0.0], [1.0, 1.0, 1.0], [-0.1, 0, 4.0]]},
    {"lr": 0.2, "ids": [5], "rows": [[0.7, -0.7, 1e-12]]},
    {"lr": 0.01, "ids": [1, 3], "rows": [[2.0, -3.0, 5.0], [0.4, -1.1, -2.0]]},
]
# "dense adam" is what w2v does not do: see w2v/model/optimizers.py.
OPTIMIZERS = {
    "sgd": torch.optim.SGD,
    "adagrad": torch.optim.Adagrad,
    "adam": torch.optim.SparseAdam,
    "dense adam": torch.optim.Adam,
}


def tables_after_steps(name, dtype):
    """Return the table after each of the steps."""
    W = torch.nn.Parameter(torch.tensor(WEIGHT, dtype=dtype))
    optimizer = OPTIMIZERS[name]([W])
    tables = []
    for step in STEPS:
        optimizer.param_groups[0]["lr"] = step["lr"]
        rows = torch.tensor(step["rows"], dtype=dtype)
        grad = torch.sparse_coo_tensor([step["ids"]], rows, W.shape)
        W.grad = grad.to_dense() if name == "dense adam" else grad
        optimizer.step()
        tables.append(numbers(W))
    return tables


def optimizers():
    """Run every optimizer in both dtypes."""
    return {
        "torch": torch.__version__,
        "weight": WEIGHT,
        "steps": STEPS,
        "tables": {
            f"{name}, {dtype}": tables_after_steps(name, DTYPES[dtype])
            for name in OPTIMIZERS
            for dtype in DTYPES
        },
    }


# exp() of float32 leaves its range at 88.7 and -103.3, of float64 at 709.8 and -745.1.
SIZES = [0.0, 1e-30, 1e-3, 0.5, 1, 16.7, 36.8, 87, 88.8, 104, 709, 710, 746, 1e4, 3e38, math.inf]
X = [*(-x for x in reversed(SIZES)), *SIZES, math.nan]
SCORES = [
    [0.1, -0.2, 0.3, 0.1],
    [1e4, -1e4, 0, 1e4],
    [-1e4, -1e4, -1e4, -1e4],
    [87, 88.8, 104, 710],
    [-math.inf, 2, -math.inf, 1],
    [-math.inf, -math.inf, 5, -math.inf],
    [1e38, 1e38, -1e38, 0],
    [math.nan, 0, 1, 2],
]


def functions():
    """Evaluate the functions in both dtypes."""
    record = {"torch": torch.__version__, "x": X, "scores": SCORES}
    for name, dtype in DTYPES.items():
        x, scores = torch.tensor(X, dtype=dtype), torch.tensor(SCORES, dtype=dtype)
        record |= {
            f"sigmoid, {name}": numbers(torch.sigmoid(x)),
            f"log_sigmoid, {name}": numbers(torch.nn.functional.logsigmoid(x)),
            f"log_softmax, {name}": numbers(torch.log_softmax(scores, -1)),
        }
    return record


def write(name, record):
    """Write a record with a line for each entry of its lists and dicts, to be read and diffed."""
    parts = []
    for key, value in record.items():
        if isinstance(value, dict):
            lines = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in value.items()]
        elif isinstance(value, list) and isinstance(value[0], (list, dict)):
            lines = [json.dumps(entry) for entry in value]
        else:
            parts.append(f"{json.dumps(key)}: {json.dumps(value)}")
            continue
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        parts.append(f"{json.dumps(key)}: {opening}\n" + ",\n".join(lines) + f"\n{closing}")
    text = "{\n" + ",\n".join(parts) + "\n}\n"
    (GOLDEN / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    torch.sparse.check_sparse_tensor_invariants.enable()  # it warns where this is not chosen
    write("embedding.json", embedding())
    write("optimizers.json", optimizers())
    write("functions.json", functions())
