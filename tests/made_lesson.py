"""A lesson that was made up, with every kind of block, in each language; and a hostile one."""

from __future__ import annotations

import numpy as np

from w2v.lessons.blocks import (
    Bars,
    Curve,
    Lesson,
    Lines,
    Matrix,
    Points,
    Step,
    Table,
    Text,
    Verdict,
)

SCRIPT = "<script>alert(1)</script>"
FAMILY = "👨‍👩‍👧‍👦"
# Words that a page or a terminal may stumble over.
WORDS = (
    *(
        SCRIPT,
        '"><img src=x onerror=alert(2)>',
        "</style>",
        "a&amp;b",
        "`",
        "``x`",
        "{n}",
        "$title",
    ),
    *(
        "한국어단어",
        "中文詞語，。",
        "e\u0301" * 5,
        FAMILY * 3,
        "שלום",
        "caf\udce9",
        "a\x00b\x1b[31m",
    ),
    *("", " ", "x" * 200, "낱" * 90, "字" * 90, "，" * 90, "-" * 85 + " end"),
)
NUMBERS = (0.0, -0.0, float("nan"), float("inf"), -float("inf"), 1e-12, -1e-12, 1e15, -1.5e300)

TEXTS = {
    "en": {
        "title": "A lesson that was made up",
        "first": "Look a row up",
        "say": "Row `2` of `W_in` is the vector of king. The mean of the rows is what the model "
        "compares with the words that may stand here, one dot product each.",
        "words": ("king", "queen", "palace", "of"),
        "heads": ("setting", "what it does", "bytes", "seconds"),
        "row": "The rows that are used more often move less far at each step: each gradient is "
        "divided by how often its row was looked up in the batch.",
        "second": "How often words are drawn",
        "bars": "How often each word is drawn as noise",
        "series": ("as counted", "to the power 0.75"),
        "curve": "Time of one step as the vocabulary grows",
        "axes": ("words in the vocabulary", "microseconds a step"),
        "lines": ("softmax", "negative sampling"),
        "good": "Both give the same vector: the largest difference is 0.",
        "bad": "analytic/numeric = 4.00: the factor 1/|C| is missing.",
        "question": "Why does `W[idx]` need no multiplication?\n\nThink of what a zero does.",
        "answer": "A one-hot vector keeps one row and takes nothing of the others.",
    },
    "ko": {
        "title": "시험을 위해 만든 수업",
        "first": "행을 찾아 꺼내기",
        "say": "`W_in`의 `2`번 행이 ‘왕’의 벡터입니다. 모델은 꺼낸 행들의 평균을 "
        "이 자리에 올 수 있는 단어들과 하나씩 비교합니다. 비교는 내적 한 번이면 됩니다.",
        "words": ("왕", "여왕", "궁전에서", "의"),
        "heads": ("설정", "하는 일", "바이트", "초"),
        "row": "자주 쓰이는 행일수록 한 번에 조금만 움직입니다. 각 기울기를 배치에서 "
        "그 행을 꺼낸 횟수로 나누기 때문입니다.",
        "second": "단어가 뽑히는 빈도",
        "bars": "각 단어가 노이즈로 뽑히는 비율",
        "series": ("센 그대로", "0.75제곱"),
        "curve": "어휘가 커질 때 한 단계에 걸리는 시간",
        "axes": ("어휘의 단어 수", "한 단계의 마이크로초"),
        "lines": ("소프트맥스", "네거티브 샘플링"),
        "good": "두 방법의 벡터가 같습니다. 가장 큰 차이는 0입니다.",
        "bad": "analytic/numeric = 4.00: 1/|C|가 빠졌습니다.",
        "question": "`W[idx]`에는 왜 곱셈이 필요 없을까요?\n\n"
        "0을 곱하면 어떻게 되는지 떠올려 보세요.",
        "answer": "원핫 벡터는 행 하나만 남기고 나머지에서는 아무것도 가져오지 않습니다.",
    },
    "zh": {
        "title": "为测试编写的一课",
        "first": "查表取出一行",
        "say": "`W_in` 的第 `2` 行就是“国王”的向量。模型把取出的各行求平均，"
        "再与可能出现在这里的词逐一比较，每次比较只需一个内积。",
        "words": ("国王", "王后", "宫殿里", "的"),
        "heads": ("设置", "作用", "字节", "秒"),
        "row": "用得越多的行，每一步移动得越少：它的梯度要除以这一批里该行被取出的次数，"
        "因此常见词不会一下子跑得太远。",
        "second": "各词被抽中的频率",
        "bars": "各词作为噪声被抽中的比例",
        "series": ("按原始计数", "取 0.75 次方"),
        "curve": "词表变大时一步所需的时间",
        "axes": ("词表中的词数", "每步微秒数"),
        "lines": ("softmax", "负采样"),
        "good": "两种做法得到同一个向量，最大差值为 0。",
        "bad": "analytic/numeric = 4.00：缺少因子 1/|C|。",
        "question": "为什么 `W[idx]` 不需要乘法？\n\n想一想乘以 0 会怎样。",
        "answer": "独热向量只留下一行，其余各行什么也不取。",
    },
}


def made_lesson(language: str) -> Lesson:
    """Return a lesson with every kind of block."""
    say = TEXTS[language]
    words = say["words"]
    rows = np.random.default_rng(5).normal(0, 0.5, (4, 6))
    wide = np.random.default_rng(6).normal(0, 0.1, (3, 100))
    counts = np.array([[1, 0, 0, 2], [0, 1, 0, 0]])
    x = np.array([100.0, 1_000, 10_000, 100_000, 1_000_000])
    table = (
        ("padding_idx", say["row"], 4000, 0.125),
        ("scale_grad_by_freq", say["row"][:40], None, -0.0),
        (words[0], SCRIPT, 4_000_000, 12.5),
    )
    steps = (
        Step("lookup", say["first"], (
            Text(say["say"]),
            Lines(("hidden = W_in[ids].mean(axis=0)", "    # (C, D) -> (D,)")),
            Matrix("W_in[u]", rows, words, (), "(C, D) = (4, 6)", frozenset({1})),
            Matrix("counts", counts, words[:2], words, "(B, |u|) = (2, 4)", decimals=0),
            Matrix("W_out[v]", wide, words[:3], (), "(1 + K, D) = (3, 100)"),
            Verdict(True, say["good"]),
        )),
        Step("draws", say["second"], (
            Table(say["heads"], table, "", frozenset({1})),
            Bars(say["bars"], words, ((say["series"][0], np.array([50.0, 30, 15, 0.01])),
                                      (say["series"][1], np.array([40.0, 28, 20, 12]))), " %"),
            Bars("", words, (("", np.array([3.0, 2, 1, 0])),), marked=frozenset({2})),
        )),
        Step("time", say["curve"], (
            Curve(say["curve"], *say["axes"], x, ((say["lines"][0], x / 50),
                  (say["lines"][1], np.array([6.0, 6.1, np.nan, 6.3, 6.2]))), (True, True)),
            Curve("", *say["axes"], np.arange(-9, 10), (("", np.tanh(np.arange(-9, 10) / 3)),)),
            Points(say["curve"], words, rows[:, :2], ((0, 1), (2, 3))),
            Verdict(False, say["bad"]),
        )),
    )  # fmt: skip
    numbers = {"loss": np.float32(0.5), "rows": rows, "ids": {3, 1}, "none": float("nan")}
    return Lesson(
        "learn", "one-hot", language, say["title"], steps, say["question"],
        (Text(say["answer"]), Matrix("x", counts[:1], words[:1], words)), numbers,
    )  # fmt: skip


def hostile_lesson(language: str = "en") -> Lesson:
    """Return a lesson of words and numbers that nobody expects."""
    n = len(WORDS)
    numbers = np.resize(np.array(NUMBERS), (n, 3))
    row = np.resize(np.array(NUMBERS), n)
    blocks = (
        *(Text(word) for word in WORDS),
        Lines(WORDS),
        Verdict(True, " ".join(WORDS)),
        Matrix(WORDS[0], numbers, WORDS, WORDS[:3], WORDS[-1], frozenset({0, 3})),
        Matrix(WORDS[-1], np.resize(row, (n, 100)), WORDS, tuple(np.resize(WORDS, 100))),
        Matrix("none", np.zeros((0, 3)), (), ("a", "b", "c")),
        Matrix("flat", np.zeros((2, 0)), ("a", "b")),
        Matrix("", np.array([[2**62, -(2**62)], [0, 1]]), ("a", "b")),
        Table(WORDS[:5], tuple((word, *WORDS[:3], None) for word in WORDS), WORDS[0]),
        Table(WORDS, tuple((*row.tolist(),) for _ in range(2)), WORDS[-1], frozenset({1})),
        Table(("a", "b"), (), "empty"),
        Table(("n", *"ab"), ((1, 10**40, -(10**40)), (2, None, True)), decimals=12),
        Bars(WORDS[0], WORDS, tuple((word, np.abs(row)) for word in WORDS[:6]), WORDS[-1]),
        Bars("zeros", ("a", "b"), (("", np.zeros(2)),)),
        Bars("nothing", (), (("", np.zeros(0)),)),
        Bars("no series", ("a",), ()),
        Curve(WORDS[0], WORDS[-1], WORDS[0], row, tuple((word, row) for word in WORDS[:6])),
        Points(WORDS[0], WORDS, np.resize(np.arange(7.0), (n, 2)), ((0, 1), (1, n - 1), (2, 2))),
        Points("one point", ("a",), np.array([[3.0, -2.0]])),
        Points("one place", ("a", "b", "c"), np.zeros((3, 2)), ((0, 1),)),
        Points("nothing", (), np.zeros((0, 2))),
        Points("far", ("a", "b"), np.array([[-1.7e308, 0.0], [1.7e308, 1e-300]]), ((0, 1),)),
        Curve("log", "x", "y", row, (("", row),), (True, True)),
        Curve("one point", "x", "y", np.array([3.0]), (("", np.array([-2.0])),)),
        Curve("no point", "x", "y", np.array([1.0]), (("", np.array([np.nan])),)),
        Curve("nothing", "x", "y", np.zeros(0), (("", np.zeros(0)),)),
        Curve("close", "x", "y", np.arange(3.0), (("", 1e12 + np.arange(3.0)),)),
        Curve("tiny", "x", "y", np.arange(3.0), (("", 1e-300 * np.arange(3.0)),)),
        Curve("huge", "x", "y", np.arange(2.0), (("", np.array([-1.7e308, 1.7e308])),)),
        Curve("all", "x", "y", np.arange(1, 999), (("", 1 / np.arange(1, 999)),), (True, True)),
    )  # fmt: skip
    steps = tuple(Step(word, word, blocks if at == 0 else ()) for at, word in enumerate(WORDS[:9]))
    question = f"{SCRIPT}\n\n{WORDS[-1]}"
    return Lesson("learn", SCRIPT, language, " ".join(WORDS), steps, question, blocks[:3], {})
